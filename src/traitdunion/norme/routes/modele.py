"""What a route is made of."""

from typing import Any

import msgspec

from traitdunion.norme.erreurs import technique
from traitdunion.norme.erreurs.entree import Entree
from traitdunion.norme.routes.refus import PAR_ACCES, PARTOUT, PREUVES_DPOP, Acces

# Files admitted for conventions and documents (norme.md §7).
TYPES_FICHIER = ("application/pdf", "image/jpeg", "image/png")
# And for factures, avoirs and certificats.
PDF_SEULEMENT = ("application/pdf",)
V1_V2 = ("v1", "v2")
V2 = ("v2",)


class Parametre(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of the address."""

    nom: str
    description: str
    lieu: str = "query"
    requis: bool = True
    schema: dict[str, Any]
    exemple: Any = None


# Pages of a hundred rows, from 1.
NUMERO_PAGE = Parametre(
    nom="numeroPage",
    description="Numéro de page, à partir de 1",
    requis=False,
    schema={"type": "integer", "minimum": 1, "maximum": 1_000_000_000},
    exemple=1,
)


class Multipart(msgspec.Struct, frozen=True, kw_only=True):
    """A deposit with its file: the name and type of the JSON part; the file is always named `fichier`."""

    partie: str
    type: type[msgspec.Struct]
    types_fichier: tuple[str, ...] = TYPES_FICHIER


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of the norm.

    `versions` are the prefixes it is served under ("" for none); `refus` the codes of its own that may refuse it,
    those of its access being added by `codes`; `corps_libre`: any JSON object is taken, what is wrong with it being
    the answer; `conditionnel`: an ETag, and 304 on If-None-Match; `idempotence`: takes the header Idempotency-Key;
    `fichier`: answers the bytes of a file.
    """

    nom: str
    methode: str
    chemin: str
    versions: tuple[str, ...]
    acces: Acces
    etiquette: str
    resume: str
    description: str
    reponse: Any
    corps: type[msgspec.Struct] | None = None
    corps_libre: bool = False
    multipart: Multipart | None = None
    parametres: tuple[Parametre, ...] = ()
    refus: tuple[Entree, ...] = ()
    extension: bool = False
    fichier: bool = False
    conditionnel: bool = False
    idempotence: bool = False

    def paths(self) -> list[str]:
        """The full paths, one for each version."""
        return [f"/{version}{self.chemin}" if version else self.chemin for version in self.versions]

    def codes(self) -> dict[int, tuple[Entree, ...]]:
        """Every code that this route may answer, by HTTP status: what OpenAPI, /docs and the contract tests know."""
        entrees = [*PAR_ACCES[self.acces], *self.refus, *PARTOUT]
        if "{" in self.chemin:
            entrees.append(technique.ROUTE_INCONNUE)
        par_statut: dict[int, dict[str, Entree]] = {}
        for entree in entrees:
            par_statut.setdefault(entree.statut, {})[entree.code] = entree
        if self.acces in (Acces.JETON, Acces.JETON_ET_CLE):
            # RFC 9449 §7.1: a bad proof beside a token is a 401, where the token endpoint says 400.
            par_statut[401] |= {entree.code: entree for entree in PREUVES_DPOP}
        return {statut: tuple(par_statut[statut].values()) for statut in sorted(par_statut)}
