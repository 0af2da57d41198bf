"""The kit apprentissage: pairs of a code diplôme and a certification of the RNCP (regles.md §2.6).

Published as a workbook by Certif Info; a sheet of corrections stands beside, which has the same columns after others.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from traitdunion.norme import identifiants as ids
from traitdunion.norme.tableur import Feuille, Lecture, LigneFausse, Rangee, find_rangees
from traitdunion.opco.referentiels.modele import LigneRncp

CODE, FICHE = "Code Diplôme", "FicheRNCP"
ACCES, ACTIVE = "Accès à l'apprentissage de la fiche RNCP…", "Fiche ACTIVE/INACTIVE"
NIVEAU, ECHEANCE = "Niveau fiche RNCP", "Date d'échéance de la fiche RNCP"
INTITULE_DIPLOME, INTITULE = "Intitulé diplôme…", "Intitulé certification…"
ABREGE, REMPLACANTE = "Abrégé de diplôme…", "Nouvelle Certification…"
COLONNES = (CODE, FICHE, NIVEAU, ACCES, ECHEANCE, ACTIVE)
FACULTATIVES = (INTITULE_DIPLOME, INTITULE, ABREGE, REMPLACANTE)
CORRECTION = "Type de correction"  # the sheet that tells what was taken out is none of the kit
_NIVEAU = re.compile(r"(?:niveau\s*)?([1-8])\Z", re.IGNORECASE)
_REPONSES = {"OUI": True, "NON": False, "ACTIVE": True, "INACTIVE": False, "": None}


def read(feuilles: Iterator[Feuille], lecture: Lecture, *, valable_du: date) -> Sequence[LigneRncp] | None:
    """The pairs of the kit; None when no sheet has its columns."""
    deja: dict[tuple[str | None, str], int] = {}
    for feuille in feuilles:
        rangees = find_rangees(feuille, COLONNES, (*FACULTATIVES, CORRECTION))
        if rangees is not None:
            lues = list(lecture.read((r for r in rangees if not r.text(CORRECTION)), lambda r: _read(r, deja)))
            if lues or lecture.rejetees:
                return lues
    return None


def _read(rangee: Rangee, deja: dict[tuple[str | None, str], int]) -> LigneRncp:
    code = rangee.checked(CODE, ids.code_diplome_valide, "un code diplôme a 8 caractères")
    rncp = read_rncp(rangee.text(FICHE))
    if rncp is None:
        rangee.remark(FICHE, "pas de fiche RNCP (« NR ») : le code diplôme est gardé seul.")
    elif not ids.rncp_valide(rncp):
        raise LigneFausse(FICHE, f"« {rncp[:40]} » n'est pas un code RNCP : « RNCP » et de 1 à 6 chiffres.")
    premiere = deja.setdefault((rncp, code), rangee.ligne)
    if premiere != rangee.ligne:
        raise LigneFausse(CODE, f"ce couple est déjà à la ligne {premiere} : gardez-en une.")
    return LigneRncp(
        rncp=rncp,
        code_diplome=code,
        intitule=rangee.text(INTITULE),
        intitule_diplome=rangee.text(INTITULE_DIPLOME),
        niveau=read_niveau(rangee, NIVEAU),
        abrege=rangee.text(ABREGE),
        apprentissage=_read_reponse(rangee, ACCES, "Oui ou Non"),
        echeance=rangee.jour(ECHEANCE),
        active=_read_reponse(rangee, ACTIVE, "ACTIVE ou INACTIVE"),
        remplacee_par=[un.strip() for un in rangee.text(REMPLACANTE).split("|") if un.strip()],
    )


def read_rncp(texte: str) -> str | None:
    """A code RNCP in the norm's form: 38362 is RNCP38362; None for an empty cell."""
    code = "".join(texte.split()).upper()
    if not code:
        return None
    return f"RNCP{code}" if code.isdigit() else code


def read_niveau(rangee: Rangee, colonne: str) -> int | None:
    """« Niveau 6 », « 6 » or « 06 »; None when the file says nothing. Raises LigneFausse."""
    texte = rangee.text(colonne)
    if not texte:
        return None
    trouve = _NIVEAU.match(texte)
    if trouve is None:
        raise LigneFausse(colonne, f"« {texte[:40]} » n'est pas un niveau : « Niveau 3 » à « Niveau 8 ».")
    return int(trouve[1])


def _read_reponse(rangee: Rangee, colonne: str, attendu: str) -> bool | None:
    texte = rangee.text(colonne)
    if texte.upper() not in _REPONSES:
        raise LigneFausse(colonne, f"« {texte[:40]} » n'est pas une réponse : {attendu}.")
    return _REPONSES[texte.upper()]
