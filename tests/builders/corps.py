"""Bodies of the norm as plain wire values: valid to the last rule, about people who do not exist.

`RECU_LE` is a day on which they raise no anomaly at all; any later day of the contract does too.
"""

import copy
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from traitdunion.norme.openapi import exemples, exemples_facturation

RECU_LE = exemples.RECU_LE
# A day on which the example of facture, avoir and certificat raise no anomaly.
FACTURE_LE = exemples_facturation.RECU_LE
SIREN_CFA = exemples.SIREN
# As a value: the member is taken out. Its name is the same in each process of xdist, which names tests after it.
ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()
_JOUR = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_ETAPE = re.compile(r"[^.\[\]]+")
# Months of the Republic: as many first names as one may want, none of them anybody's.
_PRENOMS = ("Vendémiaire", "Brumaire", "Frimaire", "Nivôse", "Pluviôse", "Ventôse", "Germinal", "Floréal", "Prairial")


def a_depot(changes: Mapping[str, Any] | None = None, *, rang: int = 0) -> dict[str, Any]:
    """Body of POST dossiers, without any anomaly; `rang` gives as many different dossiers as one wants.

    `changes` are values by dotted path, `cerfa.contrat.remunerationsAnnuelles[0].taux`; ABSENT takes a member out.
    """
    corps = copy.deepcopy(exemples.DEPOT)
    if rang:
        corps["cerfa"]["apprenti"]["prenom"] = a_prenom(rang)
    return changed(corps, changes)


def a_convention(changes: Mapping[str, Any] | None = None, *, numero_interne: str = "1") -> dict[str, Any]:
    """Part `convention` of POST conventions, in agreement with `a_depot()`."""
    return changed({**copy.deepcopy(exemples.CONVENTION), "numeroInterneDossier": numero_interne}, changes)


def infos_fichier(changes: Mapping[str, Any] | None = None, *, numero_interne: str = "1") -> dict[str, Any]:
    """Part `infosFichier` of POST documents."""
    corps = copy.deepcopy(exemples.INFOS_FICHIER)
    corps["objets"][0]["idObjet"] = numero_interne
    return changed(corps, changes)


def a_facture(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Part `facture` of POST factures: two lines of one échéance, without any anomaly that the body can tell."""
    return changed(copy.deepcopy(exemples_facturation.FACTURE), changes)


def an_avoir(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Part `avoir` of POST avoirs, on `a_facture()`."""
    return changed(copy.deepcopy(exemples_facturation.AVOIR), changes)


def a_certificat(changes: Mapping[str, Any] | None = None, *, numero_interne: str = "1") -> dict[str, Any]:
    """Part `certificat` of POST certificats, in agreement with `a_depot()`."""
    corps = {**copy.deepcopy(exemples_facturation.CERTIFICAT), "numeroInterneDossier": numero_interne}
    return changed(corps, changes)


def a_prenom(rang: int) -> str:
    """An invented first name, another one for each number from 1."""
    morceaux = []
    while rang:
        rang, reste = divmod(rang, len(_PRENOMS))
        morceaux.append(_PRENOMS[reste])
    return "-".join(morceaux)


def changed(corps: dict[str, Any], changes: Mapping[str, Any] | None) -> dict[str, Any]:
    """The body with other values at some dotted paths; objects on the way are made when they are not there."""
    for chemin, valeur in (changes or {}).items():
        etapes: list[Any] = [int(etape) if etape.isdigit() else etape for etape in _ETAPE.findall(chemin)]
        ici: Any = corps
        for etape in etapes[:-1]:
            ici = ici.setdefault(etape, {}) if isinstance(ici, dict) else ici[etape]
        if valeur is ABSENT:
            del ici[etapes[-1]]
        else:
            ici[etapes[-1]] = valeur
    return corps


def as_connector(valeur: Any) -> Any:
    """The same body as some connectors in production send it (norme.md §2): numbers as text, days with an offset."""
    if isinstance(valeur, dict):
        return {nom: as_connector(fils) for nom, fils in valeur.items()}
    if isinstance(valeur, list):
        return [as_connector(fils) for fils in valeur]
    if isinstance(valeur, bool) or valeur is None:
        return valeur
    if isinstance(valeur, (int, float)):
        return str(valeur)
    if isinstance(valeur, str) and _JOUR.match(valeur):
        return f"{valeur}T00:00:00+02:00"
    return valeur


def a_connector_depot(changes: Mapping[str, Any] | None = None, *, rang: int = 0) -> dict[str, Any]:
    """`a_depot()` as a connector of the field writes it: also empty texts where there is nothing to say."""
    corps = as_connector(a_depot(rang=rang))
    vides = {
        "cerfa.contrat.dateRupture": "",
        "cerfa.contrat.dateEffetAvenant": "",
        "cerfa.contrat.numeroContratPrecedent": "",
        "cerfa.contrat.typeDerogation": "",
        "cerfa.contrat.avantageLogement": "",
        "cerfa.apprenti.nomUsage": "",
        "cerfa.maitre2": None,
        "cerfa.employeur.adresse.adresse2": "",
    }
    return changed(changed(corps, vides), changes)


def leaves(corps: Any, chemin: str = "") -> dict[str, Any]:
    """Every scalar of a body by its dotted path."""
    if isinstance(corps, dict):
        fils = ((f"{chemin}.{nom}" if chemin else nom, valeur) for nom, valeur in corps.items())
    elif isinstance(corps, list):
        fils = ((f"{chemin}[{rang}]", valeur) for rang, valeur in enumerate(corps))
    else:
        return {chemin: corps}
    return {feuille: valeur for nom, sous in fils for feuille, valeur in leaves(sous, nom).items()}


def fr(jour: date) -> str:
    """A day as an error sentence writes it."""
    return f"{jour:%d/%m/%Y}"
