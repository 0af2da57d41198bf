"""Schemas of what is written (bodies of answers): exact, every member named (norme.md, its first rule)."""

from typing import Any

import msgspec

from traitdunion.norme import nomenclatures as n
from traitdunion.norme.messages.base import MessageCreux
from traitdunion.norme.messages.reponses import CorpsErreur
from traitdunion.norme.openapi import champs
from traitdunion.norme.openapi.libelles import MEMBRES, STRUCTURES

MODELE_REF = "#/components/schemas/{name}"
NUMERO_INTERNE = {"type": "string", "pattern": "^[0-9]{1,19}$"}
NUMERO_EXTERNE = {"type": "string", "pattern": "^CA-[0-9]{7}$"}
SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
BASE64URL = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
# Forms that a type does not tell, by schema and wire name; « * » for all of them.
FORMES: dict[tuple[str, str], dict[str, Any]] = {
    ("*", "numeroInterne"): NUMERO_INTERNE,
    ("*", "numeroInterneDossier"): NUMERO_INTERNE,
    ("*", "numeroInterneDocument"): NUMERO_INTERNE,
    ("*", "numeroInterneFacture"): NUMERO_INTERNE,
    ("*", "numeroInterneCertificat"): NUMERO_INTERNE,
    ("*", "numeroExterne"): NUMERO_EXTERNE,
    ("*", "numeroExterneDossier"): NUMERO_EXTERNE,
    ("EtatLigne", "numeroDossier"): NUMERO_EXTERNE,
    ("EtatLigne", "natureLigne"): {"type": "string", "enum": list(n.NATURE_LIGNE.codes)},
    ("*", "etatLigne"): {"type": "string", "enum": list(n.ETAT_LIGNE.codes)},
    ("*", "etatFacture"): {"type": "string", "enum": list(n.ETAT_FACTURE.codes)},
    ("*", "etat"): {"type": "string", "enum": list(n.ETAT_DOSSIER.codes)},
    ("*", "recepisse"): {"type": "string", "pattern": "^[dp]-[0-9]{1,19}$"},
    ("Statut", "status"): {"type": "string", "enum": ["healthy", "degraded", "unhealthy"]},
    ("Statut", "uptime"): {"type": "integer", "minimum": 0},
    ("InfoCle", "status"): {"type": "string", "enum": ["success", "error"]},
    ("InfoCle", "dateFinValidite"): {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    ("Jeton", "token_type"): {"type": "string", "enum": ["Bearer", "DPoP"]},
    ("Jeton", "expires_in"): {"type": "integer", "minimum": 1},
    ("*", "total"): {"type": "integer", "minimum": 0},
    ("*", "count"): {"type": "integer", "minimum": 0, "maximum": 100},
    ("*", "page"): {"type": "integer", "minimum": 1},
    ("Anomalie", "code"): {"type": "string", "pattern": "^[A-Z0-9_]+$"},
    ("CorpsErreur", "type"): {"type": "string", "format": "uri-reference"},
    ("CorpsErreur", "status"): {"type": "integer", "minimum": 400, "maximum": 599},
    ("Recepisse", "sha256Json"): SHA256,
    ("Recepisse", "sha256Fichier"): SHA256,
    ("Recepisse", "siren"): {"type": "string", "pattern": "^[0-9]{9}$"},
    ("Recepisse", "identifiant"): {"type": "string", "pattern": "^[dp]-[0-9]{1,19}$"},
    ("RecepisseLu", "signature"): BASE64URL,
    ("RecepisseLu", "clePublique"): BASE64URL,
}
# The receipt's own member is an object, not an identifier.
FORMES_PROPRES = frozenset({("RecepisseLu", "recepisse")})


def components(structs: list[type[msgspec.Struct]]) -> dict[str, Any]:
    """The schemas of these answers and of all that they hold."""
    _, bruts = msgspec.json.schema_components(structs, ref_template=MODELE_REF)
    creux = {struct.__name__ for struct in _with_descendants(structs) if issubclass(struct, MessageCreux)}
    return {nom: _composant(nom, brut, creux=nom in creux) for nom, brut in bruts.items()}


def _with_descendants(structs: list[type[msgspec.Struct]]) -> set[type[msgspec.Struct]]:
    vus: set[type[msgspec.Struct]] = set()
    attente = list(structs)
    while attente:
        struct = attente.pop()
        if struct not in vus:
            vus.add(struct)
            attente += [fils for type_, _ in champs.membres(struct).values() if (fils := champs.element(type_))]
    return vus


def _composant(nom: str, brut: dict[str, Any], *, creux: bool) -> dict[str, Any]:
    if "properties" not in brut:  # an enumeration
        return {clef: valeur for clef, valeur in brut.items() if clef != "title"} | {"description": _enum(nom)}
    proprietes = {membre: _propriete(nom, membre, schema, creux=creux) for membre, schema in brut["properties"].items()}
    ouvert = nom == CorpsErreur.__name__
    return {
        "type": "object",
        "description": STRUCTURES[nom],
        "properties": proprietes,
        # A message says all its members, null included; a hollow one leaves out what was not said.
        "required": brut.get("required", []) if creux else list(proprietes),
        **({} if ouvert else {"additionalProperties": False}),
    }


def _enum(nom: str) -> str:
    return {"Gravite": "Le poids d'une anomalie : seul BLOQUANT arrête un dépôt."}[nom]


def _propriete(struct: str, membre: str, brut: dict[str, Any], *, creux: bool) -> dict[str, Any]:
    brut = {clef: valeur for clef, valeur in brut.items() if clef != "default"}
    description = MEMBRES.get(struct, {}).get(membre) or brut.pop("description", None)
    brut.pop("description", None)
    schema, nullable = _without_null(brut)
    exemples = schema.pop("examples", None)
    forme = FORMES.get((struct, membre))
    if forme is None and (struct, membre) not in FORMES_PROPRES:
        forme = FORMES.get(("*", membre))
    liste = champs.LISTES.get(membre)
    if forme is not None:
        schema = dict(forme)
    elif liste is not None and schema.get("type") == "string":
        schema = {"type": "string", "enum": [*liste.codes, *liste.anciens]}
    else:
        schema = _wire(schema)
    if membre == "errors":
        schema["minItems"] = 1
    if nullable and not creux:
        schema = {"anyOf": [schema, {"type": "null"}]}
    if description:
        schema["description"] = description
    if exemples:
        schema["examples"] = exemples
    return schema


def _without_null(brut: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    choix = brut.get("anyOf")
    if choix is None:
        return dict(brut), False
    pleins = [dict(schema) for schema in choix if schema != {"type": "null"}]
    (seul,) = pleins
    autres = {clef: valeur for clef, valeur in brut.items() if clef != "anyOf"}
    return {**seul, **autres}, len(pleins) != len(choix)


def _wire(schema: dict[str, Any]) -> dict[str, Any]:
    """Amounts are numbers; days are written with an offset (norme.md §2)."""
    if schema.get("format") == "decimal" or schema.get("type") == "number":
        # Binary remainders make `multipleOf: 0.01` refuse 0.07: two decimals are promised, not enforced here.
        return {"type": "number"}
    if schema.get("format") == "date":
        return {"type": "string", "format": "date-time", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00\\+00:00$"}
    return schema
