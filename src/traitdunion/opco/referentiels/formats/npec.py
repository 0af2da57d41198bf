"""The workbook of the NPEC: amounts by certification and CPNE, and the IDCC of each CPNE (regles.md §4.1).

Sheet 3 may be cut in several, and one of its cells may name several certifications. Sheet 2, the same amounts crossed,
is not read. France compétences' explanations: sheet « Me lire ».
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from traitdunion.norme import identifiants as ids
from traitdunion.norme.profils.competence import read_idccs
from traitdunion.norme.tableur import Feuille, Lecture, LigneFausse, Rangee, find_rangees
from traitdunion.opco.referentiels.modele import Cpne, Ligne, LigneNpec

RNCP, CODE_CPNE, MONTANT, STATUT = "RNCP", "Code CPNE", "NPEC final", "Statut"
APPLICABLE, LIBELLE_CPNE, IDCC = "Date d'applicabilité…", "CPNE", "IDCC"
MONTANTS = (RNCP, CODE_CPNE, MONTANT)
BRANCHES = (CODE_CPNE, IDCC)
MONTANT_MAX_CENTS = 10_000_000  # 100 000 € a year: beyond, a column was mistaken for another
SEPARATIONS = re.compile(r"[/,;|\s]+")
NOMBRE = re.compile(r"[\s€\u202f\u00a0]")

Cle = tuple[str, int, str, date]


class _Montants:
    """The amounts read so far: pairs already seen, and the CPNE of each amount."""

    def __init__(self) -> None:
        self.vus: dict[tuple[str, int, date], tuple[int, int]] = {}  # amount, line
        self.groupes: dict[Cle, list[int]] = {}
        self.libelles: dict[int, str] = {}


def read(feuilles: Iterator[Feuille], lecture: Lecture, *, valable_du: date) -> Sequence[Ligne] | None:
    """The amounts and the branches of the workbook; None when one of the two is missing."""
    montants, branches = _Montants(), dict[int, list[str]]()
    avec_montants = avec_branches = False
    for feuille in feuilles:
        for rangee in (
            find_rangees(feuille, (CODE_CPNE,), (RNCP, MONTANT, STATUT, APPLICABLE, LIBELLE_CPNE, IDCC)) or ()
        ):
            if rangee.has(*MONTANTS):
                avec_montants = True
                lecture.count(rangee, lambda r: _read_montant(r, montants, valable_du))
            elif rangee.has(*BRANCHES):
                avec_branches = True
                lecture.count(rangee, lambda r: _read_branche(r, montants, branches))
            else:
                break
    if not avec_montants or not avec_branches:
        return None
    return [
        *(LigneNpec(rncp, cents, statut, jour, c) for (rncp, cents, statut, jour), c in montants.groupes.items()),
        *(
            Cpne(cpne, libelle, sorted(set(branches.get(cpne, ()))))
            for cpne, libelle in sorted(montants.libelles.items())
        ),
    ]


def _read_montant(rangee: Rangee, montants: _Montants, valable_du: date) -> None:
    codes = [f"RNCP{code}" if code.isdigit() else code for code in _split(rangee.text(RNCP, requis=True).upper())]
    faux = next((code for code in codes if not ids.rncp_valide(code)), None)
    if faux is not None:
        raise LigneFausse(RNCP, f"« {faux[:40]} » n'est pas un code RNCP : « RNCP » et de 1 à 6 chiffres.")
    cpne, cents = _read_cpne(rangee), _read_cents(rangee)
    statut, jour = rangee.text(STATUT), rangee.jour(APPLICABLE) or valable_du
    for code in codes:
        deja = montants.vus.setdefault((code, cpne, jour), (cents, rangee.ligne))
        if deja[1] == rangee.ligne:
            continue
        if deja[0] != cents:
            raise LigneFausse(MONTANT, f"{code} et la CPNE {cpne} ont un autre montant à la ligne {deja[1]}.")
        raise LigneFausse(RNCP, f"{code} et la CPNE {cpne} sont déjà à la ligne {deja[1]} : gardez-en une.")
    for code in dict.fromkeys(codes):
        montants.groupes.setdefault((code, cents, statut, jour), []).append(cpne)
    montants.libelles.setdefault(cpne, rangee.text(LIBELLE_CPNE))


def _read_branche(rangee: Rangee, montants: _Montants, branches: dict[int, list[str]]) -> None:
    cpne = _read_cpne(rangee)
    codes = read_idccs(rangee, IDCC)
    branches.setdefault(cpne, []).extend(codes)
    if rangee.text(LIBELLE_CPNE) or cpne not in montants.libelles:
        montants.libelles[cpne] = rangee.text(LIBELLE_CPNE)


def _read_cpne(rangee: Rangee) -> int:
    texte = rangee.text(CODE_CPNE, requis=True)
    if not texte.isascii() or not texte.isdigit() or not 0 < int(texte) <= 99_999:
        raise LigneFausse(CODE_CPNE, f"« {texte[:40]} » n'est pas un code CPNE : un nombre.")
    return int(texte)


def _read_cents(rangee: Rangee) -> int:
    """The amount in euro cents, exact to the cent. Raises LigneFausse."""
    texte = NOMBRE.sub("", rangee.text(MONTANT, requis=True)).replace(",", ".")
    try:
        cents = int((Decimal(texte) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    except (InvalidOperation, ValueError):
        raise LigneFausse(MONTANT, f"« {texte[:40]} » n'est pas un montant en euros.") from None
    if not 0 < cents <= MONTANT_MAX_CENTS:
        raise LigneFausse(MONTANT, f"« {texte[:40]} » n'est pas un montant annuel vraisemblable.")
    return cents


def _split(texte: str) -> list[str]:
    return [code for code in SEPARATIONS.split(texte) if code]
