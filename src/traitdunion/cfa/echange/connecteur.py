"""A profile of settings put on the profile of its OPCO: which route to call, how, and what is missing (norme.md §6)."""

from typing import Any

import msgspec

from traitdunion.cfa.errors import RouteAbsente
from traitdunion.cfa.profil import Profil
from traitdunion.norme import ecriture
from traitdunion.norme.facturation.natures import normalise_nature
from traitdunion.norme.messages.facture import Facture
from traitdunion.norme.profils import Dpop, Identifiants, NomRoute, ProfilOpco, RouteOpco, Source, Support

_SANS_TITRE = "{libelle} : {opco} ne l'offre pas par l'API. Rien n'est envoyé. {conseil}"
_A_L_ESSAI = (
    "{libelle} : {opco} l'a « {support} » par l'API. Rien n'est envoyé. {conseil} Si vous participez à l'essai, "
    "ajoutez au profil : essai = true."
)


class Connecteur:
    """What a client needs to know to speak to one OPCO with one CFA's settings."""

    def __init__(self, profil: Profil) -> None:
        self.profil = profil
        self.opco: ProfilOpco = _overridden(profil)

    @property
    def scope(self) -> str | None:
        """The scope to ask for: the settings' own, else the OPCO's first; « » in the settings means none."""
        if self.profil.scope is not None:
            return self.profil.scope or None
        return next(iter(self.opco.jeton.scopes), None)

    @property
    def dpop(self) -> Dpop:
        """Where proofs of possession go."""
        return self.opco.jeton.dpop if self.profil.dpop is None else Dpop(self.profil.dpop)

    @property
    def identifiants(self) -> Identifiants:
        """How client ID and secret are shown."""
        choisis = self.profil.identifiants
        return self.opco.jeton.identifiants if choisis is None else Identifiants(choisis)

    def route(self, nom: NomRoute, *, version: str | None = None) -> RouteOpco:
        """The route to call. Raises RouteAbsente, before anything is sent."""
        route = self.opco.best(nom, essai=self.profil.is_essai(nom), version=version)
        ouverte = route.support is Support.OUI or (route.support.a_l_essai and self.profil.is_essai(nom))
        if ouverte and version in (None, route.version):
            return route
        modele = _A_L_ESSAI if route.support.a_l_essai else _SANS_TITRE
        phrase = modele.format(
            libelle=nom.libelle, opco=self.opco.nom, support=route.support.value, conseil=route.conseil
        )
        raise RouteAbsente(
            phrase, route=nom.value, opco=self.opco.code, support=route.support.value, conseil=route.conseil
        )

    def has(self, nom: NomRoute) -> bool:
        """Whether the route can be called."""
        try:
            self.route(nom)
        except RouteAbsente:
            return False
        return True

    def write(self, message: Any) -> bytes:
        """The bytes of a message as this OPCO reads it: natures in its spelling. Bytes are left as they are."""
        if isinstance(message, bytes):
            return message
        if isinstance(message, Facture) and message.lignes and self.opco.natures:
            lignes = tuple(
                msgspec.structs.replace(ligne, nature_ligne=self._nature(ligne.nature_ligne))
                for ligne in message.lignes
            )
            message = msgspec.structs.replace(message, lignes=lignes)
        return ecriture.write(message)

    def _nature(self, nature: str | None) -> str | None:
        return None if nature is None else self.opco.natures.get(normalise_nature(nature), nature)


def _overridden(profil: Profil) -> ProfilOpco:
    """The OPCO's profile, its routes replaced by what the settings say of them."""
    opco = profil.profil_opco
    remplacees = []
    for nom, dit in profil.routes.items():
        connue = opco.versions(NomRoute(nom))[-1]
        chemin = dit if isinstance(dit, str) else connue.chemin
        support = Support.OUI if dit else Support.NON
        remplacees.append(msgspec.structs.replace(connue, chemin=chemin, support=support, source=Source.REGLAGE))
    return opco.with_routes(remplacees)
