"""Declaration of a break of the contract (norme.md §2.6)."""

from typing import Annotated

from traitdunion.norme.messages.base import Jour, MessageCreux, NumeroInterne, Texte80, Texte2000, membre


class Rupture(MessageCreux, frozen=True, kw_only=True):
    """Body of POST dossiers/rupture/employeur."""

    numero_interne_dossier: Annotated[NumeroInterne | None, membre("Numéro interne du dossier")] = None
    date_rupture: Annotated[Jour | None, membre("Dernier jour du contrat")] = None
    date_notification: Annotated[Jour | None, membre("Date de notification de la rupture")] = None
    pendant_periode_probatoire: Annotated[bool | None, membre("Rupture pendant les 45 premiers jours")] = None
    motif: Annotated[Texte80 | None, membre("Motif de la rupture")] = None
    maintien_en_formation: Annotated[bool | None, membre("Maintien en formation")] = None
    commentaire: Annotated[Texte2000 | None, membre("Commentaire")] = None
