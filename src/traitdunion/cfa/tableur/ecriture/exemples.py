"""Invented apprentices, as many as one wants, whom no rule complains of: to try the whole way, to show it, to test it.

The same number and day always give the same people. All are named so that nobody takes them for real ones.
"""

import copy
from datetime import date, timedelta
from typing import Any

from stdnum.fr import nir as stdnum_nir
from stdnum.luhn import calc_check_digit

from traitdunion.cfa.dessin.feuille import draw_texte
from traitdunion.cfa.tableur.cellules import Valeur
from traitdunion.cfa.tableur.colonnes import ETAT, FICHIER
from traitdunion.cfa.tableur.ecriture.valeurs import to_cells
from traitdunion.norme import bareme
from traitdunion.norme.calendrier import add_months
from traitdunion.norme.openapi import exemples

# Months of the Republic and things of the sea: first names and names that are nobody's.
PRENOMS = ("Vendémiaire", "Brumaire", "Frimaire", "Nivôse", "Pluviôse", "Ventôse", "Germinal", "Floréal", "Prairial")
NOMS = ("FICTIF", "D'INVENTION", "EXEMPLE-DU-PHARE", "LE FICTIF", "MODÈLE", "ÉCHANTILLON", "DE LA DÉMONSTRATION")
SIREN_EMPLOYEUR: str = exemples.DEPOT["cerfa"]["employeur"]["siret"][:9]
ETABLISSEMENTS = 5
ANNEES = 2
COUT_PEDAGOGIE = 8_000  # euros a year


def invent(nombre: int, *, le: date) -> list[dict[str, Valeur]]:
    """The cells of so many apprentices whose contract, of two years, has just begun on that day."""
    return [_apprenti(rang, le) for rang in range(nombre)]


def example_row(le: date) -> dict[str, Valeur]:
    """The row that the template shows, ignored at import."""
    return {**_apprenti(0, le), ETAT: "EXEMPLE"}


def _apprenti(rang: int, le: date) -> dict[str, Valeur]:
    debut = le - timedelta(days=4)
    naissance = date(le.year - 19 - rang % 8, 1 + rang % 12, 1 + rang % 28)
    nom, prenom = names(rang)
    corps = copy.deepcopy(exemples.DEPOT["cerfa"])
    sexe = "FM"[rang % 2]
    corps["apprenti"] |= {
        "nom": nom,
        "prenom": prenom,
        "sexe": sexe,
        "dateNaissance": naissance.isoformat(),
        "nir": _nir(rang, naissance, sexe),
        "courriel": f"apprenti{rang + 1}@apprentis.exemple.fr",
        "telephone": f"06{rang:08d}",
    }
    corps["employeur"] |= {
        "siret": _siret(rang % ETABLISSEMENTS),
        "denomination": f"ENTREPRISE FICTIVE N°{rang % ETABLISSEMENTS + 1}",
    }
    _set_dates(corps, debut, naissance)
    convention = {
        "couts": {"coutTotalPedagogieCFA": COUT_PEDAGOGIE * ANNEES, "nombreRepasTotaux": 100 + rang % 50},
        "mandatEmployeur": True,
        "dateSignature": (debut - timedelta(days=11)).isoformat(),
        "attestationConventionSigneeEntreprise": True,
        "attestationConventionSigneeCFA": True,
    }
    return {**to_cells(cerfa=corps, convention=convention), FICHIER: file_name(rang)}


def names(rang: int) -> tuple[str, str]:
    """Name and first name, other ones for each rank."""
    reste = rang // len(NOMS)
    prenoms: list[str] = []
    while not prenoms or reste:
        reste, choix = divmod(reste, len(PRENOMS))
        prenoms.append(PRENOMS[choix])
    return NOMS[rang % len(NOMS)], "-".join(prenoms)


def file_name(rang: int) -> str:
    """The name of this apprentice's convention."""
    nom, prenom = names(rang)
    return f"{nom} {prenom}.pdf"


def write_convention(rang: int, *, le: date) -> bytes:
    """A PDF of one page, of that day, that says that it is no convention."""
    nom, prenom = names(rang)
    return draw_texte("CONVENTION FICTIVE, SANS VALEUR", [f"{prenom} {nom}", "Personne inventée, pour essai."], le=le)


def _set_dates(corps: dict[str, Any], debut: date, naissance: date) -> None:
    """The dates of a contract of two years, and the least pay of each, at the age of its last day."""
    fin = add_months(debut, 12 * ANNEES) - timedelta(days=1)
    conclusion = debut - timedelta(days=11)
    smic = bareme.smic_at(debut)
    assert smic is not None  # known since before the first contract that a promotion may hold
    lignes: list[dict[str, Any]] = []
    for annee in range(1, ANNEES + 1):
        dernier = add_months(debut, 12 * annee) - timedelta(days=1)
        tranche = bareme.bracket_at(naissance, dernier)
        taux = bareme.minimum_rate(annee, tranche, grille=bareme.grille_at(conclusion))
        lignes.append(
            {
                "ordre": f"{annee}.1",
                "dateDebut": add_months(debut, 12 * (annee - 1)).isoformat(),
                "dateFin": dernier.isoformat(),
                "taux": taux,
                "typeSalaire": "SMIC",
                "salaireBrut": bareme.minimum_amount(taux, smic),
            }
        )
    premier = lignes[0]["salaireBrut"]
    corps["contrat"] |= {
        "dateConclusion": conclusion.isoformat(),
        "dateDebutContrat": debut.isoformat(),
        "dateFormationPratiqueEmployeur": debut.isoformat(),
        "dateFinContrat": fin.isoformat(),
        "salaireEmbauche": premier,
        "remunerationsAnnuelles": lignes,
    }
    corps["formation"] |= {
        "dateDebutFormation": debut.isoformat(),
        "dateFinFormation": (fin - timedelta(days=40)).isoformat(),
    }


def _nir(rang: int, naissance: date, sexe: str) -> str:
    treize = f"{'1' if sexe == 'M' else '2'}{naissance:%y%m}75{1 + rang // 900 % 900:03d}{1 + rang % 900:03d}"
    return treize + str(stdnum_nir.calc_check_digits(treize))


def _siret(rang: int) -> str:
    siret = f"{SIREN_EMPLOYEUR}{rang + 1:04d}"
    return siret + calc_check_digit(siret)
