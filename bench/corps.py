"""Bodies for the benchmarks: a full CERFA of about 4 KB, made distinct by a marker that the load generator replaces."""

import copy
import json
from typing import Any

from traitdunion.norme.openapi.exemples import DEPOT

# Letters only: it stands in a name. Replaced by a counter written in letters, of the same length.
MARQUE = "QQQQQQQQ"


def full_depot() -> dict[str, Any]:
    """Every section of the form filled, eight pay lines aside: what a connector sends."""
    depot = copy.deepcopy(DEPOT)
    cerfa = depot["cerfa"]
    cerfa["apprenti"] |= {"nom": f"EXEMPLE {MARQUE}", "nomUsage": "EXEMPLE DE BANC"}
    cerfa["apprenti"]["intituleDiplomePrepare"] = "Baccalauréat professionnel fictif, spécialité inventée pour le banc"
    cerfa["apprenti"]["responsableLegal"] = {
        "nom": "FICTIVE",
        "prenom": "Alix",
        "courriel": "alix@famille.exemple.fr",
        "adresse": {
            "adresse1": "12 avenue de la Démonstration imaginaire",
            "adresse2": "Bâtiment B, escalier 3, appartement inventé",
            "codePostal": "69003",
            "commune": "Lyon",
        },
    }
    cerfa["maitre2"] = {**cerfa["maitre1"], "nom": "FICTIVE", "prenom": "Charlie", "dateNaissance": "1975-03-04"}
    cerfa["organismeFormation"]["lieuFormationIdentique"] = False
    cerfa["organismeFormationLieuFormationPrincipal"] = {
        "denomination": "CFA FICTIF, ANTENNE DE DÉMONSTRATION",
        "siret": cerfa["organismeFormation"]["siret"],
        "uaiCfa": cerfa["organismeFormation"]["uaiCfa"],
        "adresse": {"adresse1": "34 boulevard des Exemples", "codePostal": "75011", "commune": "Paris"},
    }
    cerfa["employeur"]["libelleIdcc"] = "Convention collective fictive de la production d'exemples"
    for ligne in cerfa["contrat"]["remunerationsAnnuelles"]:
        ligne["dateDebut"] += "T00:00:00+00:00"
        ligne["dateFin"] += "T00:00:00+00:00"
    return depot


def body() -> str:
    """The body as sent, readable JSON as connectors write it."""
    return json.dumps(full_depot(), ensure_ascii=False, indent=1)
