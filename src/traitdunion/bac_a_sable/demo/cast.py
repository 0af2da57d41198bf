"""Who plays in the demonstration: an editor, a CFA, apprentices. All are invented, and named so."""

import copy
from datetime import date, timedelta
from typing import Any

from traitdunion.norme.calendrier import add_months
from traitdunion.norme.openapi.exemples import DEPOT
from traitdunion.norme.openapi.exemples_facturation import IBAN as IBAN_EXEMPLE

EDITEUR = "ÉDITEUR DE DÉMONSTRATION"
CFA = "CFA FICTIF"
SIRET_CFA: str = DEPOT["cerfa"]["organismeFormation"]["siret"]
UAI_CFA: str = DEPOT["cerfa"]["organismeFormation"]["uaiCfa"]
SIREN = SIRET_CFA[:9]
SIRET_EMPLOYEUR: str = DEPOT["cerfa"]["employeur"]["siret"]
IBAN = IBAN_EXEMPLE  # invented: no bank has this code
LOGICIEL = "Logiciel de démonstration"


def a_depot(nom: str, prenom: str, *, nir: str, sexe: str = "F") -> dict[str, Any]:
    """A deposit of the norm for an invented apprentice born in May 2006."""
    depot = copy.deepcopy(DEPOT)
    courriel = f"{prenom.lower()}@apprenti.exemple.fr"
    depot["cerfa"]["apprenti"] |= {"nom": nom, "prenom": prenom, "nir": nir, "sexe": sexe, "courriel": courriel}
    return depot


def paper() -> dict[str, Any]:
    """The contract that is first filled on the paper form."""
    return a_depot("EXEMPLE", "Camille", nir="206057500100155")


def data() -> dict[str, Any]:
    """The contract that comes from the CFA's software."""
    return a_depot("FICTIF", "Sacha", nir="106057500100207", sexe="M")


def connector() -> dict[str, Any]:
    """The same as connectors in production write it: numbers as text, empty dates, days with an offset."""
    depot = a_depot("D'INVENTION-LÉGÈRE", "Noé", nir="106057500100306", sexe="M")
    cerfa = depot["cerfa"]
    cerfa["employeur"]["nombreDeSalaries"] = "12"
    cerfa["contrat"] |= {
        "dateRupture": "",
        "dateEffetAvenant": "",
        "dureeTravailHebdoHeures": "35",
        "salaireEmbauche": "783.90",
        "dateDebutContrat": "2026-09-01T00:00:00+02:00",
    }
    cerfa["formation"]["dureeFormation"] = "1350"
    cerfa["logicielSource"] = "exemple"
    return depot


def others() -> list[dict[str, Any]]:
    """Those on whom the OPCO decides otherwise: refused, broken, left without an answer."""
    return [
        a_depot("FICTIF-REFUS", "Alix", nir="206057500100452"),
        a_depot("FICTIF-RUPTURE", "Lou", nir="206057500100551"),
        a_depot("FICTIF-SILENCE", "Charlie", nir="206057500100650"),
    ]


def ended(nom: str, debut: date) -> dict[str, Any]:
    """A contract of one year from `debut`, whose échéances are dated from it."""
    fin = add_months(debut, 12) - timedelta(days=1)
    depot = a_depot(nom, "Maé", nir="206057500100749")
    cerfa = depot["cerfa"]
    cerfa["contrat"] |= {
        "dateConclusion": (debut - timedelta(days=12)).isoformat(),
        "dateDebutContrat": debut.isoformat(),
        "dateFormationPratiqueEmployeur": debut.isoformat(),
        "dateFinContrat": fin.isoformat(),
        "remunerationsAnnuelles": [
            {
                "ordre": "1.1",
                "dateDebut": debut.isoformat(),
                "dateFin": fin.isoformat(),
                "taux": 100,
                "typeSalaire": "SMIC",
                "salaireBrut": 1823.03,
            }
        ],
        "salaireEmbauche": 1823.03,
    }
    cerfa["formation"] |= {
        "dateDebutFormation": debut.isoformat(),
        "dateFinFormation": (fin - timedelta(days=30)).isoformat(),
        "dureeFormation": 675,
    }
    return depot


def faulty() -> dict[str, Any]:
    """A contract with faults of every weight, refused with all of them at once."""
    depot = a_depot("ERREUR", "Dominique", nir="206057500100155")
    cerfa = depot["cerfa"]
    cerfa["employeur"] |= {"siret": "12345678200011", "typeEmployeur": "99", "telephone": "12"}
    cerfa["contrat"] |= {"dateFinContrat": "2026-02-30", "salaireEmbauche": 100}
    cerfa["contrat"]["remunerationsAnnuelles"][0]["taux"] = 20
    del cerfa["apprenti"]["prenom"]
    return depot
