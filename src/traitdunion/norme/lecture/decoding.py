"""From bytes to plain JSON values that can be trusted: whole, in UTF-8, not too deep, no member said twice."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from traitdunion.norme.erreurs import lecture as codes
from traitdunion.norme.erreurs.entree import Anomalie, Refus

BOM = b"\xef\xbb\xbf"
# Levels of objects and lists; the norm's own bodies have five.
NIVEAUX_MAX = 32
# Objects and lists; the norm's own bodies have some tens. More would hold up every other call while they are read.
CONTENANTS_MAX = 10_000
DOUBLES_NOMMES = 20
LONGUEUR_NOM_MONTRE = 80
_decoder = msgspec.json.Decoder(float_hook=Decimal)
# A member's name is followed by a colon. Inside a string this is found too, rarely: the exact scan then decides.
_FIN_DE_NOM = b'":'
_BLANCS_JSON = b" \t\r\n"
_DEMI_CARACTERE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def decode(corps: bytes) -> object:
    """The JSON value of a body, its numbers exact (int, Decimal); a byte order mark at its head is let pass.

    Raises `Refus`: JSON_ILLISIBLE, JSON_TROP_IMBRIQUE, MEMBRE_EN_DOUBLE.
    """
    brut = corps.removeprefix(BOM)
    try:
        valeur: object = _decoder.decode(brut)
    except RecursionError:
        raise codes.JSON_TROP_IMBRIQUE.refus() from None
    except InvalidOperation:
        raise codes.JSON_ILLISIBLE.refus(raison="un nombre y est démesuré") from None
    except UnicodeDecodeError:
        raise codes.JSON_ILLISIBLE.refus(raison="il n'est pas en UTF-8") from None
    except msgspec.DecodeError as erreur:
        raise codes.JSON_ILLISIBLE.refus(raison=_raison(str(erreur), brut)) from None
    # A body with fewer bytes than that has no need to be counted through: nearly all of them.
    if len(brut) > CONTENANTS_MAX and brut.count(b"{") + brut.count(b"[") > CONTENANTS_MAX:
        raise codes.JSON_ILLISIBLE.refus(raison="il contient trop d'objets ou de listes")
    # The decoder silently keeps the last of two members that have the same name: count those that are left.
    if _count(valeur, NIVEAUX_MAX) != brut.translate(None, _BLANCS_JSON).count(_FIN_DE_NOM):
        _refuse_doubles(brut)
    return valeur


def shown(nom: str) -> str:
    """A member's name as a path may show it: cut, and without what cannot be printed."""
    nom = nom[:LONGUEUR_NOM_MONTRE]
    return nom if nom.isprintable() else "".join(lettre if lettre.isprintable() else "�" for lettre in nom)


def _raison(message: str, brut: bytes) -> str:
    """The decoder's complaint in French, with the place but never the text of the body."""
    if not brut.strip():
        return "il est vide"
    if "surrogate" in message or ("truncated" in message and _DEMI_CARACTERE.search(brut[-16:])):
        return "un caractère Unicode y est incomplet"
    if "truncated" in message:
        return "il est tronqué"
    if "out of range" in message:
        return "un nombre y est démesuré"
    position = re.search(r"byte (\d+)", message)
    return f"erreur de syntaxe à l'octet {position[1]}" if position else "erreur de syntaxe"


def _count(valeur: Any, niveaux: int) -> int:
    """How many members the decoder kept, in at most `niveaux` levels. Raises JSON_TROP_IMBRIQUE."""
    if niveaux == 0:
        raise codes.JSON_TROP_IMBRIQUE.refus()
    total = 0
    if type(valeur) is dict:
        total = len(valeur)
        valeur = valeur.values()
    elif type(valeur) is not list:
        return 0
    for fils in valeur:
        if type(fils) is dict or type(fils) is list:
            total += _count(fils, niveaux - 1)
    return total


class _Objet(list[tuple[str, Any]]):
    """An object as the pairs that were sent, in their order."""


def _refuse_doubles(brut: bytes) -> None:
    """The exact scan: raise MEMBRE_EN_DOUBLE with the paths of the members that are said twice, if any."""
    try:
        # Numbers stay text: those that json refuses have been judged already.
        arbre = json.loads(brut, object_pairs_hook=_Objet, parse_int=str, parse_float=str)
        doubles: dict[str, Anomalie] = {}
        _find_doubles(arbre, "", doubles)
    except RecursionError:
        raise codes.JSON_TROP_IMBRIQUE.refus() from None
    if doubles:
        raise Refus(list(doubles.values())[:DOUBLES_NOMMES], statut=codes.MEMBRE_EN_DOUBLE.statut)


def _find_doubles(valeur: Any, chemin: str, doubles: dict[str, Anomalie]) -> None:
    if len(doubles) >= DOUBLES_NOMMES:
        return
    if type(valeur) is _Objet:
        vus: set[str] = set()
        for nom, fils in valeur:
            chemin_fils = f"{chemin}.{shown(nom)}" if chemin else shown(nom)
            if nom in vus:
                doubles[chemin_fils] = codes.MEMBRE_EN_DOUBLE.anomalie(chemin_fils, membre=shown(nom))
            vus.add(nom)
            _find_doubles(fils, chemin_fils, doubles)
    elif type(valeur) is list:
        for rang, fils in enumerate(valeur):
            _find_doubles(fils, f"{chemin}[{rang}]", doubles)
