"""Parts shared by several messages."""

from typing import Annotated

from traitdunion.norme.messages.base import MessageCreux, Texte5, Texte80, Texte255, membre


class Adresse(MessageCreux, frozen=True, kw_only=True):
    """A postal address; the older form (numero, voie, complement) is read too (norme.md §2.1)."""

    adresse1: Annotated[Texte255 | None, membre("N° et voie")] = None
    adresse2: Annotated[Texte255 | None, membre("Complément d'adresse")] = None
    code_postal: Annotated[Texte5 | None, membre("Code postal")] = None
    commune: Annotated[Texte80 | None, membre("Commune")] = None
