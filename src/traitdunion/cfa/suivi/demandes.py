"""« Attente d'information »: no state in the norm, but an instruction with a reason (norme.md §3)."""

import re
from datetime import date

import msgspec

from traitdunion.cfa.suivi.modele import DossierSuivi

# The words of Trait d'union's own server: they date the request, and say when it was answered.
_LIMITE = re.compile(r"(?:avant|au plus tard) le ([0-3][0-9])/([01][0-9])/([0-9]{4})")
_REPONDU = "Réponse reçue"
_PREFIXE = re.compile(r"Attente d'information(?: avant le [0-9/]{10})?\s*:\s*")


class Demande(msgspec.Struct, frozen=True, kw_only=True):
    """What the OPCO asks, and until when it waits where it says so."""

    texte: str
    avant: date | None


def find_demande(dossier: DossierSuivi) -> Demande | None:
    """The request for information that a dossier waits on; None when it has none, or was answered."""
    if dossier.etat != "EN_COURS_INSTRUCTION" or not dossier.commentaire:
        return None
    if dossier.commentaire.startswith(_REPONDU):
        return None
    return Demande(texte=_PREFIXE.sub("", dossier.commentaire), avant=read_limite(dossier.commentaire))


def read_limite(texte: str | None) -> date | None:
    """The day that a sentence gives: « avant le 31/12/2026 », « au plus tard le 31/12/2026 »."""
    trouve = _LIMITE.search(texte or "")
    if trouve is None:
        return None
    try:
        return date(int(trouve[3]), int(trouve[2]), int(trouve[1]))
    except ValueError:
        return None
