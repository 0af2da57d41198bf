"""How the OPCO in memory says no: in the shape of the profile it plays (norme.md §5, §6)."""

from dataclasses import dataclass
from typing import Any

import httpx

from traitdunion.norme.profils import FormeErreur

REFERENCE = "urn:requete:essai"
_FORMES_DES_400 = {
    FormeErreur.DESCRIPTION: "description",
    FormeErreur.DESCRIPTION_MAJUSCULE: "Description",
}


class RefusEssai(Exception):
    """A call that the OPCO refuses. `codes`: code and sentence of each error; `entetes`: headers of the answer."""

    def __init__(
        self,
        description: str,
        *,
        statut: int = 400,
        code: str = "REFUS_ESSAI",
        champ: str | None = None,
        entetes: dict[str, str] | None = None,
    ) -> None:
        self.description = description
        self.statut = statut
        self.code = code
        self.champ = champ
        self.entetes = entetes or {}
        super().__init__(description)

    def answer(self, forme: FormeErreur) -> httpx.Response:
        """The refusal as this OPCO writes it: its own shape on a 400, the norm's on the others."""
        corps: dict[str, Any]
        if self.statut == httpx.codes.BAD_REQUEST and forme is FormeErreur.COMMENT:
            corps = {"errors": None, "comment": self.description}
        elif self.statut == httpx.codes.BAD_REQUEST and forme in _FORMES_DES_400:
            corps = {_FORMES_DES_400[forme]: self.description}
        else:
            erreur = {"code": self.code, "description": self.description}
            if self.champ is not None:
                erreur["champ"] = self.champ
            corps = {"description": self.description, "errors": [erreur]}
        return httpx.Response(self.statut, json=corps, headers={"X-Request-Id": REFERENCE, **self.entetes})


@dataclass(frozen=True)
class Coupure:
    """The line is cut; `apres`: once the call is recorded, so that only its answer is lost."""

    apres: bool = True
    genre: type[httpx.TransportError] = httpx.ReadError
