"""Places where a fault campaign kills the process, as a power cut would (fiabilite.md §2).

Unarmed, `hit` costs one dictionary look-up. The composition root arms it, from TRAITDUNION_PANNES, in tests only.
"""

import os
import random
from collections.abc import Mapping

POINTS = {
    "corps_lu": "the body has been read, nothing is stored",
    "pendant_envoi": "in the middle of an upload, part of the file is staged",
    "objet_ecrit": "the file is written under its temporary name, not yet synced",
    "objet_synchronise": "file and folder are synced, its row is not written",
    "avant_commit": "numbers are taken, the batch or the document and its effects are not committed",
    "apres_commit": "they are committed, nobody knows yet",
    "avant_reponse": "the answer is ready and not sent",
}
# Those of invoices and of the background worker.
TRAVAUX = {
    "deca_avant_depot": "a deposit with the State is under way and committed, nothing has left",
    "deca_avant_commit": "the State has recorded it, we have not",
    "avant_grand_livre": "the invoice or the credit note is written, its ledger is not",
}
CODE_SORTIE = 137

_armed: dict[str, float] = {}
_journal: str | None = None


def arm(pannes: Mapping[str, float], *, journal: str | None) -> None:
    """Arm points with the probability (0 to 1) that a passage kills; each kill is noted first in the file `journal`."""
    global _journal
    inconnus = set(pannes) - set(POINTS) - set(TRAVAUX)
    if inconnus:
        raise ValueError(f"unknown failpoints: {sorted(inconnus)}")
    _armed.clear()
    _armed.update(pannes)
    _journal = journal


def parse(texte: str) -> dict[str, float]:
    """Read `point:probability,…` as given in TRAITDUNION_PANNES."""
    return {nom: float(probabilite) for nom, _, probabilite in (p.partition(":") for p in texte.split(",") if p)}


def hit(point: str) -> None:
    """Pass a point; if it is armed and the die says so, the process ends here without any clean-up."""
    probabilite = _armed.get(point)
    if probabilite is None or random.random() >= probabilite:  # noqa: S311 - a die, not a secret
        return
    if _journal is not None:
        descripteur = os.open(_journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(descripteur, f"{point}\n".encode())
    os._exit(CODE_SORTIE)
