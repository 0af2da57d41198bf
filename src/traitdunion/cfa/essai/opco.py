"""The OPCO in memory: its door, its routes, its faults."""

from decimal import Decimal
from typing import Any

import httpx

from traitdunion.cfa.essai.acces import API, CLIENT_ID, JETON, SECRET, SIREN, Acces
from traitdunion.cfa.essai.refus import Coupure, RefusEssai
from traitdunion.cfa.essai.registre import Registre, split
from traitdunion.cfa.essai.routes import Guichet
from traitdunion.cfa.profil import Profil
from traitdunion.norme import profils
from traitdunion.norme.profils import NomRoute, ProfilOpco, RouteOpco, Support

Panne = RefusEssai | Coupure | httpx.Response
_AVEC_SUITE = frozenset({NomRoute.LIRE_RECEPISSE, NomRoute.LIRE_DOCUMENT})


class OpcoEssai:
    """One OPCO of the matrix, in memory. `opco` is its code; `essais`: its routes on trial answer too.

    `taille_page`: rows of a page; `expires_in`: life of a token, in seconds; `nonce`: asked in proofs, where the OPCO
    wants proofs. `pannes`: what the next calls of the API meet, one each, None for a call that goes well.
    `demandes`: every request received, the token's included.
    """

    def __init__(
        self,
        opco: str = "traitdunion",
        *,
        essais: bool = False,
        taille_page: int = 100,
        expires_in: int = 3600,
        nonce: str | None = None,
    ) -> None:
        connu = profils.find(opco)
        if connu is None:
            raise ValueError(f"no profile is called {opco!r}")
        self.opco: ProfilOpco = connu
        self.essais = essais
        self.acces = Acces(connu, expires_in=expires_in, nonce=nonce)
        self._guichet = Guichet(connu, self.acces, taille_page=taille_page)
        self.pannes: list[Panne | None] = []
        self.demandes: list[httpx.Request] = []

    def __repr__(self) -> str:
        return f"OpcoEssai({self.opco.code!r}, {len(self.registre.dossiers)} dossiers)"

    @property
    def registre(self) -> Registre:
        """All that it has received."""
        return self._guichet.registre

    @property
    def transport(self) -> httpx.MockTransport:
        """For `ClientCfa` and for `ClientCfaAsync`."""
        return httpx.MockTransport(self)

    def profil(self, **autres: Any) -> Profil:
        """Settings that this OPCO admits; `autres` replaces some of them."""
        reglages: dict[str, Any] = {
            "api": API,
            "jeton": JETON,
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "cle_api": self.acces.cle,
            "siren": SIREN,
            "opco": self.opco.code,
            "nom": self.opco.code,
        }
        return Profil(**{**reglages, **autres})

    # What a test does in the OPCO's place

    def decide(self, numero_interne: str, etat: str, commentaire: str | None = None) -> None:
        """Put a dossier in a state, any text at all: an OPCO may have words of its own."""
        dossier = self._guichet.find(numero_interne)
        dossier.etat, dossier.commentaire = etat, commentaire
        self.registre.record_evenement(dossier, f"DOSSIER_{etat}")

    def engage(self, numero_interne: str, montant: Decimal, *, echeances: int = 2) -> None:
        """The accord: an amount in euros, in equal échéances a year apart."""
        self._guichet.find(numero_interne).echeances = split(montant, echeances)
        self.decide(numero_interne, "ENGAGE")

    def settle_facture(self, numero_interne_facture: str, etat: str = "REGLE") -> None:
        """Put an invoice in a state."""
        facture = next(une for une in self.registre.factures if une.numero_interne == numero_interne_facture)
        facture.etat = etat

    def revoke_tokens(self) -> None:
        """Every token is dead from now on."""
        self.acces.vivants.clear()

    def calls(self, methode: str, chemin: str) -> list[httpx.Request]:
        """The API calls received for this path."""
        return [vue for vue in self.demandes if vue.method == methode and vue.url.path == f"/api{chemin}"]

    # The door

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One request, answered as this OPCO would."""
        request.read()
        self.demandes.append(request)
        if str(request.url) == JETON:
            return self.acces.issue(request)
        forme = self.opco.forme_erreur
        try:
            panne = self.pannes.pop(0) if self.pannes else None
            if isinstance(panne, Coupure) and not panne.apres:
                raise panne.genre(f"coupé vers {request.url}", request=request)
            route, suite = self._route(request)
            forme = route.forme_erreur or forme
            if isinstance(panne, RefusEssai):
                raise panne
            self.acces.check(request, avec_cle=route.nom is not NomRoute.CLE)
            reponse = self._guichet.serve(request, route, suite)
        except RefusEssai as refus:
            return refus.answer(forme)
        if isinstance(panne, Coupure):
            raise panne.genre(f"coupé vers {request.url}", request=request)
        return reponse if panne is None else panne

    def _route(self, request: httpx.Request) -> tuple[RouteOpco, str]:
        """The route called, its path to the letter: an OPCO may mind the case. `suite`: what follows it."""
        chemin = request.url.path.removeprefix("/api")
        for route in self.opco.routes:
            methode = "GET" if route.nom.startswith("lire") or route.nom in ("statut", "cle") else "POST"
            ouverte = route.support is Support.OUI or (self.essais and route.support.a_l_essai)
            if methode != request.method or not ouverte:
                continue
            if chemin == route.chemin and route.nom not in _AVEC_SUITE:
                return route, ""
            if route.nom in _AVEC_SUITE and chemin.startswith(f"{route.chemin}/"):
                return route, chemin.removeprefix(f"{route.chemin}/")
        raise RefusEssai("Cette adresse n'existe pas.", statut=404, code="ROUTE_INCONNUE")
