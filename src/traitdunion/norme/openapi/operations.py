"""The operations: parameters, bodies, answers, and for each status the codes that it may carry."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, get_args, get_origin

import msgspec

from traitdunion.norme.erreurs.entree import Entree
from traitdunion.norme.messages.reponses import CorpsErreur
from traitdunion.norme.openapi import exemples, lus
from traitdunion.norme.openapi.libelles import SUCCES
from traitdunion.norme.routes import PDF_SEULEMENT, TYPES_FICHIER, Acces, Multipart, Parametre, Route

REF = "#/components/schemas/"
ENTETES_OBLIGATOIRES = {
    "EDITEUR": "Nom de l'éditeur du logiciel",
    "LOGICIEL": "Nom du logiciel",
    "VERSION": "Version du logiciel",
}
EXEMPLES_ENTETES = {"EDITEUR": "Editeur fictif", "LOGICIEL": "Logiciel fictif", "VERSION": "1.0"}
VISIBLES = r"^[!-~](?:[ -~]*[!-~])?$"
SECURITES: dict[Acces, list[dict[str, list[str]]]] = {
    Acces.LIBRE: [],
    Acces.CLIENT: [{"client": []}, {}],
    Acces.JETON: [{"jeton": []}],
    Acces.JETON_ET_CLE: [{"jeton": [], "cle": []}],
}
TITRES_REFUS = {
    400: "La demande ne peut pas être reçue telle quelle.",
    401: "Le jeton, ou l'identifiant de l'éditeur, n'est pas accepté.",
    403: "La clé, l'accrochage ou l'organisme n'est pas accepté.",
    404: "Rien de tel pour ce CFA ; ce qui est à un autre répond de même.",
    422: "La clé d'idempotence a déjà servi.",
    429: "Trop d'appels ; Retry-After dit quand recommencer.",
    500: "Une faute du serveur ; rien n'a été accepté.",
    503: "Momentanément indisponible ; Retry-After dit quand recommencer.",
}


def _entete(description: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **schema}}


REFERENCE_APPEL = {"X-Request-Id": _entete("Référence de l'appel, à donner à l'assistance.")}
ATTENTE = {"Retry-After": _entete("Secondes à attendre.", pattern="^[0-9]+$")}
DEBIT = {
    "RateLimit": _entete("Ce qu'il reste d'appels avant un refus 429."),
    "RateLimit-Policy": _entete("Le nombre d'appels admis par minute."),
}
DEFI = {"WWW-Authenticate": _entete("Ce que le serveur attend comme authentification.")}
ETAG = {"ETag": _entete("La version de cette réponse, à renvoyer dans If-None-Match.")}
REJOUE = {"Idempotency-Replayed": _entete("true : ce dépôt avait déjà été reçu, voici la même réponse.", enum=["true"])}


class Operations:
    """Builds the paths; gathers on the way the refusals, since many operations share the same."""

    def __init__(self) -> None:
        self.responses: dict[str, Any] = {}
        self._noms: dict[tuple[int, tuple[str, ...]], str] = {}

    def paths(self, routes: Iterable[Route]) -> dict[str, Any]:
        """The paths of these routes, in their order."""
        paths: dict[str, Any] = {}
        for route in routes:
            for version, chemin in zip(route.versions, route.paths(), strict=True):
                paths.setdefault(chemin, {})[route.methode.lower()] = self._operation(route, version)
        return paths

    def _operation(self, route: Route, version: str) -> dict[str, Any]:
        operation: dict[str, Any] = {
            "operationId": f"{route.nom}_{version}" if len(route.versions) > 1 else route.nom,
            "tags": [route.etiquette, *(["extension"] if route.extension else [])],
            "summary": route.resume,
            "description": route.description,
            "security": SECURITES[route.acces],
            "parameters": [*_entetes(route), *(_parametre(parametre) for parametre in route.parametres)],
            "responses": self._reponses(route),
        }
        corps = _corps(route)
        if corps is not None:
            operation["requestBody"] = {"required": True, "content": corps}
        return operation

    def _reponses(self, route: Route) -> dict[str, Any]:
        entetes = {
            **REFERENCE_APPEL,
            **(DEBIT if route.acces in (Acces.JETON, Acces.JETON_ET_CLE) else {}),
            **(ETAG if route.conditionnel else {}),
            **(REJOUE if route.idempotence else {}),
        }
        succes = {"description": SUCCES.get(route.nom, route.resume + "."), "headers": entetes}
        reponses: dict[str, Any] = {"200": {**succes, "content": _contenu(route)}}
        if route.conditionnel:
            reponses["304"] = {"description": "Rien n'a changé depuis l'ETag présenté.", "headers": ETAG}
        for statut, entrees in route.codes().items():
            reponses[str(statut)] = {"$ref": f"#/components/responses/{self._refus(route, statut, entrees)}"}
        return reponses

    def _refus(self, route: Route, statut: int, entrees: tuple[Entree, ...]) -> str:
        """The name of the component that says this refusal, made when it is met first."""
        codes = tuple(entree.code for entree in entrees)
        nom = self._noms.setdefault((statut, codes), f"refus_{statut}_{route.nom}")
        if nom not in self.responses:
            entetes = {
                **REFERENCE_APPEL,
                **(DEFI if statut == HTTPStatus.UNAUTHORIZED else {}),
                **(ATTENTE if statut in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE) else {}),
            }
            contenu = {"schema": _schema_refus(codes), "examples": _exemple(entrees[0], statut)}
            self.responses[nom] = {
                "description": f"{TITRES_REFUS[statut]} Codes : {', '.join(codes)}.",
                "headers": entetes,
                "content": {"application/json": contenu, "application/problem+json": contenu},
            }
        return nom


def _schema_refus(codes: tuple[str, ...]) -> dict[str, Any]:
    erreur = {"properties": {"code": {"enum": list(codes)}}}
    return {"allOf": [{"$ref": REF + CorpsErreur.__name__}, {"properties": {"errors": {"items": erreur}}}]}


def _exemple(entree: Entree, statut: int) -> dict[str, Any]:
    return {entree.code: {"summary": entree.documentation, "value": exemples.refus(entree, statut)}}


def _entetes(route: Route) -> Iterable[dict[str, Any]]:
    if route.acces in (Acces.JETON, Acces.JETON_ET_CLE):
        for nom, libelle in ENTETES_OBLIGATOIRES.items():
            schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": VISIBLES}
            entete = {"name": nom, "in": "header", "required": True, "description": libelle, "schema": schema}
            yield {**entete, "example": EXEMPLES_ENTETES[nom]}
    if route.acces is Acces.CLIENT:
        jws = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
        description = "Preuve de possession (RFC 9449), vérifiée quand elle est là ; certains OPCO l'exigent"
        yield _facultatif("DPoP", description, pattern=jws)
    if route.idempotence:
        description = "Extension : même clé et même contenu, même réponse ; même clé et autre contenu, 422"
        yield _facultatif("Idempotency-Key", description, minLength=1, maxLength=255, pattern="^[!-~]+$")
    if route.conditionnel:
        yield _facultatif("If-None-Match", "L'ETag de la réponse précédente : 304 si rien n'a changé")


def _facultatif(nom: str, description: str, **schema: Any) -> dict[str, Any]:
    forme = {"type": "string", **schema}
    return {"name": nom, "in": "header", "required": False, "description": description, "schema": forme}


def _parametre(parametre: Parametre) -> dict[str, Any]:
    decrit: dict[str, Any] = {
        "name": parametre.nom,
        "in": parametre.lieu,
        "required": parametre.requis,
        "description": parametre.description,
        "schema": parametre.schema,
    }
    if parametre.exemple is not None:
        decrit["example"] = parametre.exemple
    return decrit


def _corps(route: Route) -> dict[str, Any] | None:
    if route.acces is Acces.CLIENT:
        return {"application/x-www-form-urlencoded": {"schema": _formulaire(), "example": exemples.DEMANDE_JETON}}
    if route.corps is not None:
        exemple = {"depot": {"$ref": f"#/components/examples/{route.corps.__name__}"}}
        schema: dict[str, Any] = lus.reference(route.corps)
        if route.corps_libre:
            # What is wrong with the body is the answer, not a refusal: any object goes.
            schema = {"type": "object", "description": f"Un {route.corps.__name__}, juste ou non."}
        return {"application/json": {"schema": schema, "examples": exemple}}
    return None if route.multipart is None else {"multipart/form-data": _multipart(route.multipart)}


def _formulaire() -> dict[str, Any]:
    libelles = {"client_id": "S'il n'est pas en HTTP Basic", "client_secret": "S'il n'est pas en HTTP Basic"}
    return {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": "client_credentials", "description": "Le seul admis"},
            **{nom: {"type": "string", "maxLength": 512, "description": texte} for nom, texte in libelles.items()},
            "scope": {
                "type": "string",
                "pattern": r"^(?:\s*(?:api\.read|api\.write|\S*\.default)\s*)*$",
                "description": "Facultatif : api.read, api.write, .default ; sans lui, tout est accordé",
            },
        },
    }


def _multipart(envoi: Multipart) -> dict[str, Any]:
    genres = "PDF" if envoi.types_fichier == PDF_SEULEMENT else "PDF, JPEG ou PNG"
    fichier = {"type": "string", "format": "binary", "description": f"Le fichier, 10 Mio au plus : {genres}"}
    return {
        "schema": {
            "type": "object",
            "required": [envoi.partie, "fichier"],
            "properties": {envoi.partie: lus.reference(envoi.type), "fichier": fichier},
            "additionalProperties": False,
        },
        "encoding": {
            envoi.partie: {"contentType": "application/json"},
            "fichier": {"contentType": ", ".join(envoi.types_fichier)},
        },
    }


def _contenu(route: Route) -> dict[str, Any]:
    if route.fichier:
        binaire = {"schema": {"type": "string", "format": "binary"}}
        return dict.fromkeys(TYPES_FICHIER, binaire)
    schema: dict[str, Any]
    if get_origin(route.reponse) is list:
        schema = {"type": "array", "items": _reference(get_args(route.reponse)[0])}
    else:
        schema = _reference(route.reponse)
    return {"application/json": {"schema": schema, "example": exemples.REPONSES[route.nom]}}


def _reference(struct: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": REF + struct.__name__}
