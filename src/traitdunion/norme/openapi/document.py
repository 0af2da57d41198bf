"""Building the document: components from the structs, operations from the routes, errors from the catalogue."""

from collections.abc import Sequence
from typing import Any, get_args, get_origin

import msgspec

from traitdunion import __version__
from traitdunion.norme.messages.reponses import CorpsErreur
from traitdunion.norme.openapi import ecrits, exemples, lus
from traitdunion.norme.openapi.operations import Operations
from traitdunion.norme.routes import ROUTES, Route

DESCRIPTION = """\
La norme d'échange entre CFA et OPCO (« API Convergence »), telle que Trait d'union la sert.

- **Qui appelle** : le jeton de l'éditeur (`Authorization: Bearer`), l'identifiant API CFA (`X-API-KEY`), et les
  en-têtes `EDITEUR`, `LOGICIEL`, `VERSION`.
- **Adresses** : sans égard à la casse ; `/v2` sert aussi tout ce que sert `/v1`.
- **Montants** : des euros, nombres JSON à deux décimales au plus.
- **Dates** : des jours, écrits `2026-09-01T00:00:00+00:00`, lus aussi `2026-09-01` ; le décalage ne les déplace pas.
- **Lecture large** : un nombre se lit aussi en texte, un texte vide vaut une absence, un membre inconnu est ignoré et
  signalé dans `avertissements`. Les schémas « .depot » disent tout ce qui est lu ; les autres, ce qui est écrit.
- **Succès** : toujours 200. **Refus** : un seul corps, `CorpsErreur`, avec toutes les anomalies à la fois.
- **Extensions** : ce que porte l'étiquette « extension » n'est pas dans la norme.
"""
ETIQUETTES = {
    "Connexion": "S'authentifier, vérifier une clé, savoir si l'API est en état.",
    "Dossiers": "Déposer un contrat, le contrôler, le relire, suivre son état.",
    "Pièces": "Déposer la convention et les autres pièces, relire un fichier, obtenir un récépissé.",
    "Factures": "Déposer une facture, un avoir, un certificat de réalisation ; suivre les règlements.",
    "extension": "Ce que ce projet ajoute à la norme, toujours sous /v2.",
}


def document(routes: Sequence[Route] = ROUTES) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these routes, as plain values; the same each time."""
    operations = Operations()
    paths = operations.paths(routes)
    etiquettes = {*(route.etiquette for route in routes), "extension"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trait d'union, API CFA/OPCO",
            "version": __version__,
            "summary": "L'interface d'échange entre les CFA et un OPCO.",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "Ce serveur"}],
        "tags": [{"name": nom, "description": texte} for nom, texte in ETIQUETTES.items() if nom in etiquettes],
        "paths": paths,
        "components": {
            "schemas": _schemas(routes),
            "responses": operations.responses,
            "examples": {
                "DepotDossier": {"summary": "Un dépôt sans anomalie", "value": exemples.DEPOT},
                "Rupture": {"summary": "Une rupture d'un commun accord", "value": exemples.RUPTURE},
            },
            "securitySchemes": {
                "client": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "client_id et client_secret remis à l'éditeur par l'OPCO ; ils peuvent aussi aller "
                    "dans le formulaire.",
                },
                "jeton": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Jeton de l'éditeur, obtenu à /oauth2/token, valable une heure.",
                },
                "cle": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-KEY",
                    "description": "Identifiant API CFA, que le CFA génère dans MyA, onglet « Mon Compte ».",
                },
            },
        },
    }


def write() -> bytes:
    """The document as committed and served: readable, one member a line, UTF-8."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=1) + b"\n"


def _schemas(routes: Sequence[Route]) -> dict[str, Any]:
    deposes: dict[type[msgspec.Struct], None] = {}
    rendus: dict[type[msgspec.Struct], None] = {CorpsErreur: None}
    for route in routes:
        corps = route.multipart.type if route.multipart else route.corps
        if corps is not None:
            deposes[corps] = None
        reponse = get_args(route.reponse)[0] if get_origin(route.reponse) is list else route.reponse
        if reponse is not None:
            rendus[reponse] = None
    schemas = lus.components(list(deposes)) | ecrits.components(list(rendus))
    return {nom: schemas[nom] for nom in sorted(schemas)}
