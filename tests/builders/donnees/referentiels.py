"""Reference data for tests: snapshots made from files in memory, and where the State's own files are."""

import csv
import os
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import xlsxwriter
from builders.projet import RACINE

from traitdunion.opco.referentiels import Referentiels
from traitdunion.opco.referentiels.consultation import Edition, index
from traitdunion.opco.referentiels.exemples import build
from traitdunion.opco.referentiels.formats import read_fichier
from traitdunion.opco.referentiels.modele import LIGNES_PAR_NATURE, Nature

OFFICIELS = Path(os.environ.get("TRAITDUNION_TEST_DONNEES") or RACINE.parent / "shared" / "data") / "referentiels"
FICHIERS = {
    Nature.RNCP: "Kit_apprentissage_20250131.xlsx",
    Nature.DIPLOMES: "N_FORMATION_DIPLOME.csv",
    Nature.CFA: "cfa_uai_siret.csv",
    Nature.IDCC: "idcc.csv",
    Nature.IDCC_OPCO: "idcc_opco.csv",
    Nature.NAF: "naf_rev2.csv",
    Nature.NPEC: "Referentiel-des-NPEC_20240715_extrait.xlsx",
}
SANS_OFFICIELS = not all((OFFICIELS / nom).is_file() for nom in FICHIERS.values())
RAISON = "référentiels officiels absents (TRAITDUNION_TEST_DONNEES, ../shared/data/referentiels)"


def an_edition(nature: Nature, octets: bytes, *, version: int = 1, valable_du: date = date(2020, 1, 1)) -> Edition[Any]:
    """What a process would hold of a file."""
    lignes = read_fichier(nature, octets, valable_du=valable_du).lignes
    par_table = [[une for une in lignes if type(une) is sorte] for sorte in LIGNES_PAR_NATURE[nature]]
    return index(version, nature, valable_du, par_table)


def exemple_referentiels() -> Referentiels:
    """The invented files that the product ships."""
    return Referentiels({un.nature: [an_edition(un.nature, un.octets, valable_du=un.valable_du)] for un in build()})


def to_csv(lignes: Sequence[Sequence[object]], separateur: str = ",", encodage: str = "utf-8") -> bytes:
    """Rows as a CSV file."""
    sortie = StringIO()
    csv.writer(sortie, delimiter=separateur, lineterminator="\n").writerows(lignes)
    return sortie.getvalue().encode(encodage)


def to_xlsx(feuilles: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """Sheets as a workbook; a date is written as one."""
    sortie = BytesIO()
    with xlsxwriter.Workbook(sortie, {"in_memory": True}) as classeur:
        jour = classeur.add_format({"num_format": "dd/mm/yyyy"})
        for nom, lignes in feuilles.items():
            page = classeur.add_worksheet(nom)
            for rang, ligne in enumerate(lignes):
                for place, cellule in enumerate(ligne):
                    page.write(rang, place, cellule, *([jour] if isinstance(cellule, date) else []))
    return sortie.getvalue()


KIT = (
    *("Code Diplôme", "Intitulé diplôme (DEPP)", "FicheRNCP", "Niveau fiche RNCP"),
    "Accès à l'apprentissage de la fiche RNCP (oui/non)",
    *("Date d'échéance de la fiche RNCP", "Fiche ACTIVE/INACTIVE", "Nouvelle Certification rempla (RNCP)"),
)


def a_kit(*lignes: Sequence[Any]) -> bytes:
    """A kit apprentissage with these rows, below a blank line as the real one."""
    return to_xlsx({"Présentation Kit": [["Bonjour"]], "Kit Apprentissage": [[], KIT, *lignes]})


def a_paire(
    rncp: str = "RNCP38362",
    code: str = "32032611",
    *,
    niveau: str = "Niveau 5",
    acces: str = "Oui",
    fin: object = "31/08/2030",
    etat: str = "ACTIVE",
    suite: str = "",
) -> tuple[object, ...]:
    """A row of the kit."""
    return (code, "DIPLOME FICTIF", rncp, niveau, acces, fin, etat, suite)


def npec_classeur(montants: Sequence[Sequence[Any]], branches: Sequence[Sequence[Any]]) -> bytes:
    """The workbook of the NPEC: (RNCP, CPNE, euros, date d'applicabilité) and (CPNE, IDCC)."""
    titres = ("RNCP", "Libellé", "Code CPNE", "CPNE", "NPEC final", "Statut", "Date d'applicabilité des NPEC** \n(x)")
    lignes = [(rncp, "FICTIF", cpne, f"CPNE {cpne}", euros, "CPNE", jour) for rncp, cpne, euros, jour in montants]
    rattachements = [(cpne, f"CPNE {cpne}", idcc) for cpne, idcc in branches]
    return to_xlsx(
        {
            "Me lire": [["Clé de lecture"]],
            "Onglet 3 - référentiel NPEC": [[], ["Niveaux"], [], titres, *lignes],
            "Onglet 4 - CPNE-IDCC": [["", "Code(s) IDCC"], [], ("Code CPNE", "CPNE", "IDCC"), *rattachements],
        }
    )
