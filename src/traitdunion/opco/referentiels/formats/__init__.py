"""The files of each nature: bytes in, rows and report out; no I/O."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from traitdunion.norme.profils import competence
from traitdunion.norme.tableur import Lecture, open_feuilles, read_jour
from traitdunion.opco.referentiels.formats import kit, listes, npec
from traitdunion.opco.referentiels.modele import LIBELLES, ImportRefuse, Ligne, Nature, Rapport

__all__ = ["TAILLE_MAX", "FichierLu", "read_fichier", "read_jour"]

TAILLE_MAX = 100 * 1024 * 1024  # bytes
# Above one row in ten that is wrong, the file is another one, or its layout has changed: nothing of it is kept.
SEUIL_REJET_POURCENT = 10
FAUTES_MAX = 1_000  # told in a report; the others are counted

LECTEURS: dict[Nature, Callable[..., Sequence[Ligne] | None]] = {
    Nature.RNCP: kit.read,
    Nature.DIPLOMES: listes.read_diplomes,
    Nature.CFA: listes.read_cfa,
    Nature.IDCC: listes.read_idcc,
    Nature.IDCC_OPCO: competence.read_idcc_opco,
    Nature.NAF: listes.read_naf,
    Nature.NPEC: npec.read,
}
COLONNES: dict[Nature, Sequence[str]] = {
    Nature.RNCP: kit.COLONNES,
    Nature.DIPLOMES: listes.DIPLOMES,
    Nature.CFA: listes.CFA,
    Nature.IDCC: listes.IDCC,
    Nature.IDCC_OPCO: competence.COLONNES,
    Nature.NAF: listes.NAF,
    Nature.NPEC: (*npec.MONTANTS, *npec.BRANCHES),
}


class FichierLu(NamedTuple):
    """The rows of a file that can be kept, and its report."""

    lignes: Sequence[Ligne]
    rapport: Rapport


def read_fichier(nature: Nature, octets: bytes, *, valable_du: date) -> FichierLu:
    """Read a file of a nature; `valable_du` dates what the file leaves undated.

    Raises ImportRefuse: unreadable, not of this nature, no row, or more than one row in ten wrong.
    """
    if len(octets) > TAILLE_MAX:
        raise ImportRefuse(f"Ce fichier dépasse {TAILLE_MAX // 1024 // 1024} Mio : ce n'est pas celui qui est attendu.")
    lecture = Lecture()
    lignes = LECTEURS[nature](open_feuilles(octets), lecture, valable_du=valable_du)
    if lignes is None:
        attendues = ", ".join(f"« {nom} »" for nom in COLONNES[nature])
        raise ImportRefuse(
            f"Ce fichier n'est pas « {LIBELLES[nature]} » : ces colonnes y sont attendues : {attendues}. "
            "Vérifiez la nature et le fichier donnés."
        )
    rapport = _rapport(lecture)
    if not rapport.acceptees:
        raise ImportRefuse("Aucune ligne de ce fichier ne peut être gardée." + _first(rapport))
    if rapport.rejetees * 100 > rapport.lues * SEUIL_REJET_POURCENT:
        raise ImportRefuse(
            f"Lignes fausses : {rapport.rejetees} sur {rapport.lues}, plus d'une sur dix ; rien n'est importé."
            + _first(rapport)
        )
    return FichierLu(lignes, rapport)


def _rapport(lecture: Lecture) -> Rapport:
    # What was rejected first: remarks must not push it out of the report.
    fautes = sorted(lecture.fautes, key=lambda faute: not faute.rejetee)
    return Rapport(
        lues=lecture.acceptees + lecture.rejetees,
        acceptees=lecture.acceptees,
        rejetees=lecture.rejetees,
        remarques=sum(not faute.rejetee for faute in fautes),
        fautes=tuple(fautes[:FAUTES_MAX]),
        tues=max(0, len(fautes) - FAUTES_MAX),
    )


def _first(rapport: Rapport) -> str:
    if not rapport.fautes:
        return ""
    faute = rapport.fautes[0]
    return f" La première : ligne {faute.ligne}, « {faute.colonne} » : {faute.phrase}"
