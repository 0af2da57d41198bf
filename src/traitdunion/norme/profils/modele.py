"""What a profile is made of. Neutral: it says what an OPCO does, not what a client or a server makes of it."""

from collections.abc import Collection, Mapping
from enum import StrEnum

import msgspec


class Support(StrEnum):
    """How far an OPCO is with a route; the value is the French word to show."""

    OUI = "oui"
    EN_TEST = "en test"
    EN_DEVELOPPEMENT = "en développement"
    NON = "non"

    @property
    def a_l_essai(self) -> bool:
        """Neither open nor absent: it is called by those who take part in the trial, and by no one else."""
        return self in (Support.EN_TEST, Support.EN_DEVELOPPEMENT)


class Source(StrEnum):
    """Where a line of the matrix comes from: [S] and [D] of norme.md, or the user's own settings."""

    VU = "vu"
    DECIDE = "décidé"
    REGLAGE = "réglage"


class Dpop(StrEnum):
    """Proofs of possession (RFC 9449): none, at the token endpoint only (norme.md §4), or on every call."""

    SANS = "sans"
    JETON = "jeton"
    LIE = "lie"


class Identifiants(StrEnum):
    """How the editor's client ID and secret are shown to the token endpoint (RFC 6749 §2.3.1)."""

    BASIC = "basic"
    FORMULAIRE = "formulaire"


class FormeErreur(StrEnum):
    """The body of a 400."""

    ERRORS = "errors[]"  # the norm's own: description and errors[]
    DESCRIPTION = "description"  # a top-level description alone
    DESCRIPTION_MAJUSCULE = "Description"  # the same, with a capital
    COMMENT = "comment"  # errors null, the text in comment


class NomRoute(StrEnum):
    """What one can do with an OPCO; a route of it may exist in v1, in v2, or in both."""

    STATUT = "statut"
    CLE = "cle"
    DEPOSER_DOSSIER = "deposer_dossier"
    LIRE_DOSSIER = "lire_dossier"
    LIRE_LISTE = "lire_liste"
    LIRE_ETATS = "lire_etats"
    DEPOSER_CONVENTION = "deposer_convention"
    DEPOSER_DOCUMENT = "deposer_document"
    DEPOSER_FACTURE = "deposer_facture"
    LIRE_ETATS_FACTURES = "lire_etats_factures"
    DEPOSER_CERTIFICAT = "deposer_certificat"
    DECLARER_RUPTURE = "declarer_rupture"
    # Extensions of this project (norme.md §1).
    CONTROLER = "controler"
    DEPOSER_AVOIR = "deposer_avoir"
    LIRE_ETATS_AVOIRS = "lire_etats_avoirs"
    LIRE_EVENEMENTS = "lire_evenements"
    LIRE_RECEPISSE = "lire_recepisse"
    LIRE_DOCUMENT = "lire_document"

    @property
    def libelle(self) -> str:
        """In French, for people."""
        return _LIBELLES[self]


_LIBELLES = {
    NomRoute.STATUT: "Santé de l'API",
    NomRoute.CLE: "Validité de l'identifiant API CFA",
    NomRoute.DEPOSER_DOSSIER: "Dépôt d'un contrat",
    NomRoute.LIRE_DOSSIER: "Relecture d'un dossier",
    NomRoute.LIRE_LISTE: "Relecture de plusieurs dossiers",
    NomRoute.LIRE_ETATS: "États des dossiers",
    NomRoute.DEPOSER_CONVENTION: "Dépôt d'une convention",
    NomRoute.DEPOSER_DOCUMENT: "Dépôt d'une autre pièce",
    NomRoute.DEPOSER_FACTURE: "Dépôt d'une facture",
    NomRoute.LIRE_ETATS_FACTURES: "États des factures",
    NomRoute.DEPOSER_CERTIFICAT: "Dépôt d'un certificat de réalisation",
    NomRoute.DECLARER_RUPTURE: "Déclaration d'une rupture",
    NomRoute.CONTROLER: "Contrôle sans dépôt",
    NomRoute.DEPOSER_AVOIR: "Dépôt d'un avoir",
    NomRoute.LIRE_ETATS_AVOIRS: "États des avoirs",
    NomRoute.LIRE_EVENEMENTS: "Fil des changements",
    NomRoute.LIRE_RECEPISSE: "Récépissé signé",
    NomRoute.LIRE_DOCUMENT: "Relecture d'un fichier déposé",
}


class FluxJeton(msgspec.Struct, frozen=True, kw_only=True):
    """How a token is asked for; its address is a setting of each connection.

    `scopes`: those the OPCO takes, the first one by default; none: it must not be sent. `serveur`: its product.
    """

    serveur: str | None = None
    scopes: tuple[str, ...] = ()
    dpop: Dpop = Dpop.SANS
    identifiants: Identifiants = Identifiants.FORMULAIRE
    source: Source
    remarque: str | None = None


class RouteOpco(msgspec.Struct, frozen=True, kw_only=True):
    """One route of one OPCO, in one version.

    `chemin`: whole path after the base address, in the OPCO's spelling; `conseil`: what to do while it cannot be
    called, in French; `forme_erreur`: when it differs from the OPCO's other routes.
    """

    nom: NomRoute
    chemin: str
    support: Support
    source: Source
    conseil: str = ""
    forme_erreur: FormeErreur | None = None

    @property
    def version(self) -> str:
        """« v1 » or « v2 »."""
        return self.chemin.split("/", 2)[1].lower()


class ProfilOpco(msgspec.Struct, frozen=True, kw_only=True):
    """One OPCO, as it is known on the day of the matrix.

    `natures` and `etats`: spellings of its own, from the norm's code; what is not there is spelt as the norm does.
    `logiciel`: the software it runs; `renvoi_reconnu`: it knows the same deposit again (norme.md §7); `etats_tries`:
    its pages of states come by numeroInterne ascending, so that the latest dossiers are on the last one;
    `numero_externe`: how its dossier numbers begin, when known.
    """

    code: str
    nom: str
    jeton: FluxJeton
    forme_erreur: FormeErreur
    source_erreur: Source
    routes: tuple[RouteOpco, ...]
    natures: Mapping[str, str] = {}
    etats: Mapping[str, str] = {}
    source_libelles: Source = Source.DECIDE
    logiciel: str | None = None
    renvoi_reconnu: bool = False
    etats_tries: bool = False
    numero_externe: str | None = None
    remarques: tuple[str, ...] = ()

    def versions(self, nom: NomRoute) -> tuple[RouteOpco, ...]:
        """Every version of a route, the one to prefer last."""
        return tuple(route for route in self.routes if route.nom is nom)

    def best(self, nom: NomRoute, *, essai: bool = False, version: str | None = None) -> RouteOpco:
        """The route to call, or the one that says best why it cannot be: see its `support`.

        The highest version that is open; with `essai`, one on trial counts as open. Failing that, the nearest to it.
        """
        toutes = [route for route in self.versions(nom) if version in (None, route.version)]
        ouvertes = [r for r in toutes if r.support is Support.OUI or (essai and r.support.a_l_essai)]
        if ouvertes:
            return ouvertes[-1]
        a_l_essai = [r for r in toutes if r.support.a_l_essai]
        return (a_l_essai or toutes or list(self.versions(nom)))[-1]

    def with_routes(self, remplacees: Collection[RouteOpco]) -> "ProfilOpco":
        """The same OPCO, with these routes in the place of those of the same name."""
        noms = {route.nom for route in remplacees}
        gardees = tuple(route for route in self.routes if route.nom not in noms)
        return msgspec.structs.replace(self, routes=(*gardees, *remplacees))
