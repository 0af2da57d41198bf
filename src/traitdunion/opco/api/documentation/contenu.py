"""What the page shows, as plain facts: routes by resource, members with their limits and codes, errors by family."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from traitdunion.norme import nomenclatures as n
from traitdunion.norme.erreurs import (
    CATALOGUE,
    acces,
    controles,
    depot,
    factures,
    facturx,
    lecture,
    pieces,
    referentiels,
    technique,
)
from traitdunion.norme.erreurs.entree import Entree
from traitdunion.norme.openapi import champs, document
from traitdunion.norme.openapi.document import ETIQUETTES
from traitdunion.norme.openapi.lus import SUFFIXE
from traitdunion.norme.routes import ROUTES, Acces, Route
from traitdunion.opco.api.documentation import commandes

FAMILLES = (
    ("Accès", "acces", acces),
    ("Lecture du corps", "lecture", lecture),
    ("Contrôles", "controles", controles),
    ("Référentiels", "referentiels", referentiels),
    ("Dépôt", "depot", depot),
    ("Factures", "factures", factures),
    ("Fichiers", "fichiers", pieces),
    ("Factures électroniques", "facturx", facturx),
    ("Service", "service", technique),
)
ACCES = {
    Acces.LIBRE: "aucune authentification",
    Acces.CLIENT: "client_id et client_secret",
    Acces.JETON: "jeton",
    Acces.JETON_ET_CLE: "jeton et identifiant API CFA",
}
GRAVITES = {"BLOQUANT": "bloquant", "MOTIF_REFUS": "motif de refus possible", "AVERTISSEMENT": "avertissement"}
UNITES = {
    "montant": "montant en euros",
    "taux": "pourcentage",
    "date": "date",
    "entier": "nombre entier",
    "numéro": "numéro interne",
}


def fold(texte: str) -> str:
    """A text as it is searched: without case, accent nor typographic apostrophe."""
    decompose = unicodedata.normalize("NFKD", texte.replace("’", "'").replace("_", " "))
    return "".join(lettre for lettre in decompose if not unicodedata.combining(lettre)).casefold()


@dataclass(frozen=True, slots=True)
class Champ:
    """A member of a body, by its path; `presence` is « obligatoire », « attendu » or empty."""

    chemin: str
    libelle: str
    forme: str
    presence: str
    liste: str | None
    noeud: bool
    texte: str


@dataclass(frozen=True, slots=True)
class Message:
    """A body that is deposited."""

    ancre: str
    titre: str
    description: str
    champs: tuple[Champ, ...]


@dataclass(frozen=True, slots=True)
class Erreur:
    """A code of the catalogue."""

    code: str
    statut: int
    gravite: str
    titre_gravite: str
    phrase: str
    documentation: str
    article: str | None
    texte: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A route as a reader looks it up."""

    ancre: str
    methode: str
    chemins: tuple[str, ...]
    resume: str
    description: str
    extension: bool
    acces: str
    parametres: tuple[dict[str, Any], ...]
    partie: str | None
    message: Message | None
    commande: str
    avant: str
    reponse: str
    refus: tuple["Refus", ...]
    texte: str


@dataclass(frozen=True, slots=True)
class Refus:
    """A status: the codes it may carry, and the families of which it may carry many."""

    statut: int
    codes: tuple[str, ...]
    familles: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Liste:
    """A closed list of codes: code, label, whether it is of an older form."""

    nom: str
    codes: tuple[tuple[str, str, bool], ...]
    texte: str


@dataclass(frozen=True, slots=True)
class Contenu:
    """The whole page."""

    operations: dict[str, tuple[Operation, ...]]
    messages: tuple[Message, ...]
    listes: tuple[Liste, ...]
    erreurs: dict[tuple[str, str], tuple[Erreur, ...]]


@cache
def contents() -> Contenu:
    """Everything, from the OpenAPI document, the routes and the catalogue."""
    decrit = document()
    schemas = decrit["components"]["schemas"]
    messages = {nom: _message(decrit, nom) for nom in _TITRES if f"{nom}{SUFFIXE}" in schemas}
    operations: dict[str, list[Operation]] = {nom: [] for nom in ETIQUETTES if nom != "extension"}
    for route in ROUTES:
        operations[route.etiquette].append(_operation(decrit, route, messages))
    return Contenu(
        operations={nom: tuple(liste) for nom, liste in operations.items() if liste},
        messages=tuple(messages.values()),
        listes=tuple(_liste(liste) for liste in _nomenclatures()),
        erreurs={(titre, ancre): tuple(_erreurs(module)) for titre, ancre, module in FAMILLES},
    )


def _operation(decrit: dict[str, Any], route: Route, messages: dict[str, Message]) -> Operation:
    operation = decrit["paths"][route.paths()[0]][route.methode.lower()]
    corps = route.multipart.type if route.multipart else route.corps
    contenu = operation["responses"]["200"]["content"]
    exemple = contenu.get("application/json", {}).get("example")
    reponse = json.dumps(exemple, ensure_ascii=False, indent=2) if exemple is not None else "(les octets du fichier)"
    refus = tuple(_refus(statut, entrees) for statut, entrees in route.codes().items())
    codes = " ".join(code for rejet in refus for code in rejet.codes)
    return Operation(
        ancre=route.nom,
        methode=route.methode,
        chemins=tuple(route.paths()),
        resume=route.resume,
        description=route.description,
        extension=route.extension,
        acces=ACCES[route.acces],
        parametres=tuple(parametre for parametre in operation["parameters"] if parametre["name"] not in _COMMUNS),
        partie=route.multipart.partie if route.multipart else None,
        message=None if corps is None else messages[corps.__name__],
        commande=commandes.command(route),
        avant=commandes.needs(route),
        reponse=reponse,
        refus=refus,
        texte=fold(f"{route.methode} {' '.join(route.paths())} {route.resume} {route.description} {codes}"),
    )


def _refus(statut: int, entrees: tuple[Entree, ...]) -> Refus:
    nommes: list[str] = []
    familles = []
    for titre, ancre, module in FAMILLES:
        codes = [entree.code for entree in entrees if vars(module).get(entree.code) is entree]
        if len(codes) <= NOMMES_MAX:
            nommes += codes
        else:
            familles.append((titre, ancre, len(codes)))
    return Refus(statut, tuple(nommes), tuple(familles))


# Up to so many codes of a family, a refusal names them; beyond, it sends to the family.
NOMMES_MAX = 9
_COMMUNS = frozenset({"EDITEUR", "LOGICIEL", "VERSION"})
_TITRES = {
    "DepotDossier": ("dossier", "Le dossier : le CERFA"),
    "Convention": ("convention", "La convention de formation"),
    "InfosFichier": ("infosfichier", "Les autres pièces : infosFichier"),
    "Rupture": ("rupture", "La déclaration de rupture"),
    "Facture": ("facture", "La facture"),
    "Avoir": ("avoir", "L'avoir"),
    "Certificat": ("certificat", "Le certificat de réalisation"),
}
_RACINES = {
    "DepotDossier": "",
    "Convention": "convention.",
    "InfosFichier": "infosFichier.",
    "Rupture": "rupture.",
    "Facture": "facture.",
    "Avoir": "avoir.",
    "Certificat": "certificat.",
}


def _message(decrit: dict[str, Any], nom: str) -> Message:
    schemas = decrit["components"]["schemas"]
    schema = schemas[nom + SUFFIXE]
    ancre, titre = _TITRES[nom]
    return Message(ancre, titre, schema["description"], tuple(_champs(schemas, schema, _RACINES[nom])))


def _champs(schemas: dict[str, Any], schema: dict[str, Any], racine: str) -> Iterator[Champ]:
    for nom, propriete in schema["properties"].items():
        if propriete.get("readOnly") or propriete.get("deprecated"):
            continue
        reference, repete = _reference(propriete)
        chemin = f"{racine}{nom}"
        yield _champ(chemin, propriete, noeud=reference is not None, repete=repete)
        if reference is not None:
            yield from _champs(schemas, schemas[reference], f"{chemin}[]." if repete else f"{chemin}.")


def _champ(chemin: str, propriete: dict[str, Any], *, noeud: bool, repete: bool) -> Champ:
    genre = propriete.get("x-type", "liste" if repete else "objet")
    longueur = propriete.get("x-longueur")
    forme = UNITES.get(genre, genre) + (f", {longueur} caractères au plus" if longueur else "")
    if repete and (maximum := _lines(propriete)):
        forme += f", {maximum} lignes au plus"
    liste = propriete.get("x-liste")
    return Champ(
        chemin=chemin,
        libelle=propriete["description"],
        forme=forme,
        presence=propriete.get("x-presence", ""),
        liste=liste,
        noeud=noeud,
        texte=fold(f"{chemin} {propriete['description']} {liste or ''}"),
    )


def _reference(propriete: dict[str, Any]) -> tuple[str | None, bool]:
    """The schema that a property holds, and whether it holds several."""
    for choix in (propriete, *propriete.get("anyOf", ())):
        if "$ref" in choix:
            return choix["$ref"].rpartition("/")[2], False
        if "items" in choix:
            return _reference(choix["items"])[0], True
    return None, False


def _lines(propriete: dict[str, Any]) -> int | None:
    return next((choix["maxItems"] for choix in (propriete, *propriete.get("anyOf", ())) if "maxItems" in choix), None)


def _nomenclatures() -> list[n.Nomenclature]:
    uniques = {id(liste): liste for liste in (*champs.LISTES.values(), *champs.LISTES_INDICATIVES.values())}
    return [*uniques.values(), n.ETAT_DOSSIER]


def _liste(liste: n.Nomenclature) -> Liste:
    codes = [(code, libelle, False) for code, libelle in liste.codes.items()]
    codes += [(code, libelle, True) for code, libelle in liste.anciens.items()]
    mots = " ".join(f"{code} {libelle}" for code, libelle, _ in codes)
    return Liste(liste.nom, tuple(codes), fold(f"{liste.nom} {mots}"))


def _erreurs(module: Any) -> Iterator[Erreur]:
    for entree in vars(module).values():
        if isinstance(entree, Entree) and entree.code in CATALOGUE:
            mots = (entree.code, entree.phrase, entree.documentation, entree.article or "", str(entree.statut))
            yield Erreur(
                code=entree.code,
                statut=entree.statut,
                gravite=entree.gravite.value.lower().replace("_", "-"),
                titre_gravite=GRAVITES[entree.gravite.value],
                phrase=entree.phrase,
                documentation=entree.documentation,
                article=entree.article,
                texte=fold(" ".join(mots)),
            )
