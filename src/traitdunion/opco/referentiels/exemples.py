"""Small files of invented rows, in the very layout of the real ones, for the demonstration and for trials.

They cover the contracts of the demonstration (bac_a_sable.demo) and a few that fail. Every label says that it is
invented; only the codes that those contracts use look like real ones. The same bytes each time: imported twice, they
are recognised.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, NamedTuple

import xlsxwriter

from traitdunion.norme.profils import competence
from traitdunion.opco.referentiels.formats import kit, listes, npec
from traitdunion.opco.referentiels.modele import Nature

OPCO = "OPCO DE DÉMONSTRATION"
AUTRE_OPCO = "OPCO VOISIN FICTIF"
VALABLE_DU = date(2020, 1, 1)
VALABLE_NPEC = date(2024, 7, 15)
CREE_LE = datetime(2020, 1, 1)  # noqa: DTZ001 - a workbook's properties have no zone
Cellule = str | int | date


class Exemple(NamedTuple):
    """A file to import."""

    nature: Nature
    nom: str
    octets: bytes
    valable_du: date


# Code diplôme, intitulé, RNCP, level, abbreviation, open to apprenticeship, last day, state, replaced by.
CERTIFICATIONS: tuple[tuple[str, str, str, int, str, str, str, str, str], ...] = (
    ("32032611", "BTS fictif", "RNCP38362", 5, "BTS", "Oui", "31/08/2030", "ACTIVE", ""),
    ("50099901", "CAP fictif", "RNCP990001", 3, "CAP", "Oui", "31/08/2030", "ACTIVE", ""),
    ("40099902", "Bac pro fictif", "RNCP990002", 4, "BAC PRO", "Oui", "31/08/2030", "ACTIVE", ""),
    ("25099903", "Licence professionnelle fictive", "RNCP990003", 6, "LP", "Oui", "31/08/2030", "ACTIVE", ""),
    ("13599904", "Master fictif", "RNCP990004", 7, "MASTER", "Oui", "31/08/2030", "ACTIVE", ""),
    ("32099905", "BTS fictif périmé", "RNCP990005", 5, "BTS", "Oui", "31/08/2019", "INACTIVE", "RNCP38362"),
    ("36T99906", "Titre fictif sans apprentissage", "RNCP990006", 5, "", "Non", "31/08/2030", "ACTIVE", ""),
)
CFAS = (
    ("0750001U", "CFA FICTIF", "DE DÉMONSTRATION", "32345678000010", "Paris"),
    ("0010001W", "CFA FICTIF", "D'EXEMPLE", "12345678200010", "Bourg-en-Bresse"),
)
CONVENTIONS = (
    ("2642", "Convention FICTIVE de l'audiovisuel (exemple)", "VIGUEUR_ETEN", OPCO),
    ("1486", "Convention FICTIVE du conseil (exemple)", "VIGUEUR_ETEN", OPCO),
    ("3252", "Convention FICTIVE à trois CPNE (exemple)", "VIGUEUR_ETEN", OPCO),
    ("0016", "Convention FICTIVE des transports (exemple)", "VIGUEUR_ETEN", AUTRE_OPCO),
    ("0054", "Convention FICTIVE abrogée (exemple)", "ABROGE", OPCO),
)
SANS_CONVENTION = ("9999", "___Sans convention collective___ (exemple)", "")
ACTIVITES = (
    ("5911A", "Activité FICTIVE de production (exemple)"),
    ("6202A", "Activité FICTIVE de conseil (exemple)"),
    ("4941A", "Activité FICTIVE de transport (exemple)"),
)
CPNE = (
    (9001, "CPNE FICTIVE de l'audiovisuel", ("2642",)),
    (9002, "CPNE FICTIVE du conseil", ("1486", "3252")),
    (9003, "CPNE FICTIVE de l'ingénierie", ("3252",)),
    (9004, "CPNE FICTIVE du numérique", ("3252",)),
    (9999, "Sans branche, par carence (exemple)", ("9999",)),
)
# Certifications of a cell, amounts in euros by CPNE: 9001, 9002, 9003, 9004, 9999.
NIVEAUX_PRISE_EN_CHARGE: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("RNCP38362", (8000, 7800, 7900, 7800, 7500)),
    ("RNCP990001/RNCP990002", (6200, 6100, 6150, 6100, 6000)),
    ("RNCP990003", (7400.5, 7300, 7300, 7300, 7000)),
)


def build() -> list[Exemple]:
    """Every file, in the order to import them."""
    return [
        Exemple(Nature.RNCP, "exemple_kit.xlsx", _kit(), VALABLE_DU),
        Exemple(Nature.DIPLOMES, "exemple_diplomes.csv", _diplomes(), VALABLE_DU),
        Exemple(Nature.CFA, "exemple_cfa.csv", _cfa(), VALABLE_DU),
        Exemple(Nature.IDCC, "exemple_idcc.csv", _idcc(), VALABLE_DU),
        Exemple(Nature.IDCC_OPCO, "exemple_idcc_opco.csv", _opco(), VALABLE_DU),
        Exemple(Nature.NAF, "exemple_naf.csv", _csv([listes.NAF, *ACTIVITES], ","), VALABLE_DU),
        Exemple(Nature.NPEC, "exemple_npec.xlsx", _npec(), VALABLE_NPEC),
    ]


def _kit() -> bytes:
    titres = [
        *(kit.CODE, kit.INTITULE_DIPLOME, kit.FICHE, kit.NIVEAU, kit.ABREGE, kit.ACCES, kit.ECHEANCE, kit.ACTIVE),
        *(kit.INTITULE, kit.REMPLACANTE),
    ]
    lignes: list[Sequence[Cellule]] = [
        (code, f"{nom} (EXEMPLE)", rncp, f"Niveau {niveau}", abrege, acces, fin, etat, f"{nom} (exemple)", suite)
        for code, nom, rncp, niveau, abrege, acces, fin, etat, suite in CERTIFICATIONS
    ]
    return _xlsx({"Kit Apprentissage": [titres, *lignes]})


def _diplomes() -> bytes:
    titres = (*listes.DIPLOMES, listes.NIVEAU_DIPLOME)
    lignes = [(c[0], f"{c[1]} (EXEMPLE)", "01/09/2019", "", f"{c[3]:02}") for c in CERTIFICATIONS]
    return _csv([titres, *lignes], ";", "latin-1")


def _cfa() -> bytes:
    titres = (*listes.CFA, *listes.CFA_FACULTATIVES)
    lignes = [(uai, siret, nom, suite, ville, "43709", "") for uai, nom, suite, siret, ville in CFAS]
    return _csv([titres, *lignes], ";", "latin-1")


def _idcc() -> bytes:
    return _csv([listes.IDCC, *(une[:3] for une in CONVENTIONS), SANS_CONVENTION], ",")


def _opco() -> bytes:
    return _csv([competence.COLONNES, *((une[0], une[3]) for une in CONVENTIONS)], ",")


def _npec() -> bytes:
    titres = (*npec.MONTANTS, npec.LIBELLE_CPNE, npec.STATUT, npec.APPLICABLE)
    montants: list[Sequence[Any]] = [
        (rncp, cpne, euros, libelle, "A" if cpne == CPNE[-1][0] else "CPNE", VALABLE_NPEC)
        for rncp, sommes in NIVEAUX_PRISE_EN_CHARGE
        for (cpne, libelle, _), euros in zip(CPNE, sommes, strict=True)
    ]
    branches: list[Sequence[Any]] = [(cpne, libelle, int(un)) for cpne, libelle, idccs in CPNE for un in idccs]
    return _xlsx(
        {
            "Onglet 3 - référentiel NPEC": [titres, *montants],
            "Onglet 4 - CPNE-IDCC": [(npec.CODE_CPNE, npec.LIBELLE_CPNE, npec.IDCC), *branches],
        }
    )


def _csv(lignes: Sequence[Sequence[Cellule]], separateur: str, encodage: str = "utf-8") -> bytes:
    sortie = StringIO()
    csv.writer(sortie, delimiter=separateur, lineterminator="\n").writerows(lignes)
    return sortie.getvalue().encode(encodage)


def _xlsx(feuilles: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    sortie = BytesIO()
    with xlsxwriter.Workbook(sortie, {"in_memory": True}) as classeur:
        classeur.set_properties({"created": CREE_LE, "comments": "Lignes inventées, pour l'essai"})
        jour = classeur.add_format({"num_format": "dd/mm/yyyy"})
        for nom, lignes in feuilles.items():
            page = classeur.add_worksheet(nom)
            for rang, ligne in enumerate(lignes):
                for place, cellule in enumerate(ligne):
                    page.write(rang, place, cellule, *([jour] if isinstance(cellule, date) else []))
    return sortie.getvalue()
