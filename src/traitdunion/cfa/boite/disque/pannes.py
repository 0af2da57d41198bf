"""Places where a fault campaign kills the process, as a power cut would (fiabilite.md §2, row 48).

Armed by TRAITDUNION_CFA_PANNES (`point:probability,…`), in tests only; each kill is noted first in the file named by
TRAITDUNION_CFA_PANNES_JOURNAL. Unarmed, `hit` costs one look-up.
"""

import os
import random
import signal

POINTS = {
    "fichier_ecrit": "the file is written under its temporary name, not yet synced",
    "fichier_range": "file and folder are synced, its row is not written",
    "mise_en_boite": "the rows are written, their transaction is not committed",
    "avant_prise": "an envoi was chosen, its claim is not committed",
    "apres_prise": "the claim is committed, no byte has left",
    "apres_reponse": "the answer is in hand, nothing of it is written",
    "avant_issue": "the end is written, its transaction is not committed",
    "apres_issue": "the end is committed, nobody knows yet",
    "avant_relecture": "uncertain envois are about to be read back",
    "apres_relecture": "the OPCO's list was read, nothing of it is written",
}
_armed: dict[str, float] | None = None


def hit(point: str) -> None:
    """Pass a point; if it is armed and the die says so, the process is killed here, without any clean-up."""
    global _armed
    if _armed is None:
        _armed = _read(os.environ.get("TRAITDUNION_CFA_PANNES", ""))
    probabilite = _armed.get(point)
    if probabilite is None or random.random() >= probabilite:  # noqa: S311 - a die, not a secret
        return
    if journal := os.environ.get("TRAITDUNION_CFA_PANNES_JOURNAL"):
        descripteur = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descripteur, f"{point}\n".encode())
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def _read(texte: str) -> dict[str, float]:
    pannes = {nom: float(part) for nom, _, part in (un.partition(":") for un in texte.split(",") if un)}
    if inconnus := set(pannes) - set(POINTS):
        raise ValueError(f"unknown failpoints: {sorted(inconnus)}")
    return pannes
