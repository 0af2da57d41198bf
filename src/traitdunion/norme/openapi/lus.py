"""Schemas of what is read (bodies of requests): as wide as the reading is, and no wider (norme.md §2).

A body that breaks them is refused; a body that keeps to them may still be refused by a rule that a schema cannot say
(the key of a SIRET, the order of two dates). Names end in « .depot » : what is written back is narrower.
"""

from datetime import date
from decimal import Decimal
from typing import Any, get_origin

import msgspec

from traitdunion.norme.lecture.plan import LIGNES_MAX, LIGNES_MAX_DEFAUT, compile_plan
from traitdunion.norme.lecture.scalars import NOMBRE_MAX
from traitdunion.norme.lecture.spellings import LECTURE_SEULE, NORMALISERS
from traitdunion.norme.nomenclatures import Nomenclature
from traitdunion.norme.openapi import champs
from traitdunion.norme.openapi.exemples import CORPS
from traitdunion.norme.openapi.libelles import STRUCTURES

SUFFIXE = ".depot"
REF = "#/components/schemas/"
# Written in any of these ways by connectors in production.
VRAIS, FAUX = [True, 1, "true", "1", "oui"], [False, 0, "false", "0", "non"]
JOUR = r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}"
FORMES_DE_JOUR = {"date-time": JOUR + r"[T ]\S*\s*$", "date": JOUR + r"\s*$"}
NOMBRE = r"^\s*[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*$"
SIRET = r"^\s*(?:[0-9]\s*){14}$"
VIDE = {"type": ["string", "null"], "pattern": r"^\s*$"}
NUMEROS = frozenset({"numeroInterneDossier", "numeroInterneFacture", "idObjet"})
SIRETS = frozenset({"siret", "siretEmetteur"})
# Lists of which a single element may come alone, as an object.
SEULES = frozenset({"lignes"})
SANS_CASSE = frozenset({"sexe", "typeSalaire"})
ADRESSE_ANCIENNE = {"numero": "N°", "voie": "Voie", "complement": "Complément"}


def reference(struct: type[msgspec.Struct]) -> dict[str, str]:
    """A reference to the schema of a body that is read."""
    return {"$ref": f"{REF}{struct.__name__}{SUFFIXE}"}


def components(racines: list[type[msgspec.Struct]]) -> dict[str, Any]:
    """The schemas of these bodies and of all that they hold."""
    schemas: dict[str, Any] = {}
    attente = list(racines)
    while attente:
        struct = attente.pop()
        if f"{struct.__name__}{SUFFIXE}" in schemas:
            continue
        schemas[f"{struct.__name__}{SUFFIXE}"] = _structure(struct)
        attente += [fils for type_, _ in champs.membres(struct).values() if (fils := champs.element(type_)) is not None]
    return schemas


def _structure(struct: type[msgspec.Struct]) -> dict[str, Any]:
    presences = champs.presences()
    proprietes = {}
    obligatoires = []
    for nom, (type_, faits) in champs.membres(struct).items():
        presence = presences.get((struct, nom))
        obligatoire = presence == champs.OBLIGATOIRE
        if nom in LECTURE_SEULE.get(struct, ()):
            schema: dict[str, Any] = {"readOnly": True, **_texte(nom, None, obligatoire=False), "x-type": "texte"}
        else:
            schema = _membre(nom, type_, faits, obligatoire=obligatoire)
        proprietes[nom] = {"description": faits.get("description", nom), **schema}
        if presence is not None:
            proprietes[nom]["x-presence"] = presence
        if obligatoire:
            obligatoires.append(nom)
    if "adresse1" in proprietes:
        for nom, libelle in ADRESSE_ANCIENNE.items():
            proprietes[nom] = {"description": f"{libelle} (ancienne forme, lue encore)", "deprecated": True}
    decrit: dict[str, Any] = {"type": "object", "description": STRUCTURES[struct.__name__], "properties": proprietes}
    alias = compile_plan(struct).alias
    if alias:
        decrit["x-autres-noms"] = dict(sorted(alias.items()))
    if obligatoires:
        decrit["required"] = obligatoires
    if struct.__name__ in CORPS:
        decrit["examples"] = [CORPS[struct.__name__]]
    return decrit


def _membre(nom: str, type_: Any, faits: dict[str, Any], *, obligatoire: bool) -> dict[str, Any]:
    struct = champs.element(type_)
    if struct is not None:
        return _objet(nom, type_, struct, obligatoire=obligatoire)
    liste = champs.LISTES.get(nom)
    if liste is not None:
        return {**_code(nom, liste, obligatoire=obligatoire), "x-type": "code", "x-liste": liste.nom}
    if nom in champs.LISTES_INDICATIVES:
        # A list read whatever its spelling is measured once brought to its code.
        maximum = None if nom in NORMALISERS else faits.get("max_length")
        return {**_texte(nom, maximum, obligatoire=obligatoire), "x-type": "code", "x-liste": nom}
    if nom in SIRETS:
        forme = {"pattern": SIRET, "minimum": 10**13, "maximum": 10**14 - 1, "format": "siret"}
        return {**_ou_vide({"type": ["string", "integer"], **forme}, obligatoire), "x-type": "SIRET"}
    if nom in NUMEROS:
        forme = {"pattern": r"^\s*[0-9]{1,18}\s*$", "minimum": 0, "maximum": 10**18 - 1}
        return {**_ou_vide({"type": ["string", "integer"], **forme}, obligatoire), "x-type": "numéro"}
    return _scalaire(nom, type_, faits, obligatoire=obligatoire)


def _scalaire(membre: str, type_: Any, faits: dict[str, Any], *, obligatoire: bool) -> dict[str, Any]:
    if type_ is bool:
        # A mandate that is not given cannot be registered: true is the only value (guide).
        valeurs = VRAIS if obligatoire else [*VRAIS, *FAUX]
        return {**_ou_vide({"enum": valeurs}, obligatoire), "x-type": "oui ou non"}
    if type_ is int:
        bornes = {"minimum": -NOMBRE_MAX, "maximum": NOMBRE_MAX, "pattern": NOMBRE}
        return {**_ou_vide({"type": ["integer", "string"], **bornes}, obligatoire), "x-type": "entier"}
    if type_ is date:
        formes = [{"type": "string", "format": nom, "pattern": forme} for nom, forme in FORMES_DE_JOUR.items()]
        return {"anyOf": formes if obligatoire else [*formes, VIDE], "x-type": "date"}
    if type_ is Decimal:
        bornes = {"minimum": -NOMBRE_MAX, "maximum": NOMBRE_MAX, "pattern": NOMBRE}
        genre = "taux" if faits.get("taux") else "montant"
        return {**_ou_vide({"type": ["number", "string"], **bornes}, obligatoire), "x-type": genre}
    return {**_texte(membre, faits.get("max_length"), obligatoire=obligatoire), "x-type": "texte"}


def _texte(nom: str, maximum: int | None, *, obligatoire: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": ["string", "integer"] if obligatoire else ["string", "integer", "null"]}
    if maximum is not None:
        # Codes are read whatever their spaces: 2 06 05 75… is a NIR.
        longueur = {"pattern": rf"^\s*(?:\S\s*){{0,{maximum}}}$"} if nom in NORMALISERS else {"maxLength": maximum}
        schema |= {**longueur, "x-longueur": maximum}
    if obligatoire:
        schema |= {"minLength": 1, "pattern": r"\S"}
    return schema


def _ou_vide(schema: dict[str, Any], obligatoire: bool) -> dict[str, Any]:
    """The schema itself for a member that must be there; else it, or nothing said: "" and null (norme.md §2)."""
    return schema if obligatoire else {"anyOf": [schema, VIDE]}


def _code(nom: str, liste: Nomenclature, *, obligatoire: bool) -> dict[str, Any]:
    codes: list[Any] = [*liste.codes, *liste.anciens]
    # A code sent as a number is read as its text.
    codes += [int(code) for code in codes if code.isdigit()]
    # 01 is also written 1, where the reading puts the zero back.
    codes += [code[1:] for code in liste.codes if nom in NORMALISERS and code[0] == "0"]
    if nom in SANS_CASSE:
        codes += [code.lower() for code in liste.codes]
    return _ou_vide({"enum": codes}, obligatoire)


def _objet(nom: str, type_: Any, struct: type[msgspec.Struct], *, obligatoire: bool) -> dict[str, Any]:
    if get_origin(type_) is not tuple:
        schema: dict[str, Any] = dict(reference(struct))
        return schema if obligatoire else {"anyOf": [schema, VIDE]}
    lignes: dict[str, Any] = {"type": "array", "items": {"anyOf": [reference(struct), {"type": "null"}]}}
    lignes |= {"maxItems": LIGNES_MAX.get(nom, LIGNES_MAX_DEFAUT), **({"minItems": 1} if obligatoire else {})}
    choix = [lignes, *([reference(struct)] if nom in SEULES else []), *([] if obligatoire else [VIDE])]
    return lignes if len(choix) == 1 else {"anyOf": choix}
