"""Change a value in a TOML text and leave the rest as a person wrote it: comments, order, tables that are not ours.

`tomllib` reads, nothing in the standard library writes. The text is cut into statements, one is replaced or added, and
the result is read again: if it does not say exactly what was meant, nothing is written (`EditionImpossible`).
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Valeur = str | bool | int | float
_CLE_NUE = re.compile(r"[A-Za-z0-9_-]+")
_LIGNES = re.compile(r"[^\n]*\n|[^\n]+")  # TOML's lines: not Unicode's, which end at more characters


class EditionImpossible(ValueError):
    """The text is no TOML, or is written in a way that cannot be changed safely by program."""


@dataclass(frozen=True)
class _Enonce:
    """One statement: its lines, and what it is about. `chemin`: the table's path, or the key's within its table."""

    genre: str  # "table", "cle", "vide" (blank or comment)
    lignes: str
    table: tuple[str, ...]
    chemin: tuple[str, ...] = ()


def set_values(texte: str, table: str | None, valeurs: Mapping[str, Valeur]) -> str:
    """`texte` with these values in `table` (None: the top level), made if absent. Raises EditionImpossible."""
    attendu = read(texte)
    cible = attendu if table is None else attendu.setdefault(table, {})
    if not isinstance(cible, dict):
        raise EditionImpossible("not a table")
    cible.update(valeurs)
    for cle, valeur in valeurs.items():
        texte = _set_one(texte, () if table is None else (table,), cle, valeur)
    return _verified(texte, attendu)


def delete_values(texte: str, table: str | None, cles: frozenset[str]) -> str:
    """`texte` without these keys in `table`. Raises EditionImpossible."""
    attendu = read(texte)
    cible = attendu if table is None else attendu.get(table, {})
    for cle in cles & cible.keys():
        del cible[cle]
    vise = () if table is None else (table,)
    gardes = [un for un in _split(texte) if not (un.genre == "cle" and un.table == vise and un.chemin[0] in cles)]
    return _verified("".join(un.lignes for un in gardes), attendu)


def delete_table(texte: str, table: str) -> str:
    """`texte` without this table nor its sub-tables. Raises EditionImpossible."""
    attendu = read(texte)
    attendu.pop(table, None)
    gardes: list[_Enonce] = []
    enonces = _split(texte)
    for rang, un in enumerate(enonces):
        # A comment that touches the next table's title is that table's.
        du_suivant = un.genre == "vide" and _next_title(enonces, rang) not in (None, table)
        if un.table[:1] != (table,) or du_suivant:
            gardes.append(un)
    return _verified("".join(un.lignes for un in gardes), attendu)


def _next_title(enonces: list[_Enonce], rang: int) -> str | None:
    """The table whose title follows this comment without a blank line."""
    for un in enonces[rang:]:
        if un.genre == "table":
            return un.table[0]
        if un.genre == "cle" or not un.lignes.strip():
            return None
    return None


def _set_one(texte: str, table: tuple[str, ...], cle: str, valeur: Valeur) -> str:
    enonces = _split(texte)
    fin = "\r\n" if "\r\n" in texte else "\n"
    nouvelle = f"{_key(cle)} = {dump(valeur)}"
    for rang, un in enumerate(enonces):
        if un.genre == "cle" and un.table == table and un.chemin == (cle,):
            marge = un.lignes[: len(un.lignes) - len(un.lignes.lstrip())]
            remplace = marge + nouvelle + _comment(un.lignes) + fin
            return "".join([*(e.lignes for e in enonces[:rang]), remplace, *(e.lignes for e in enonces[rang + 1 :])])
    dernier = max((r for r, un in enumerate(enonces) if un.table == table and un.genre in ("cle", "table")), default=-1)
    if dernier < 0 and table:
        debut = "" if not texte or texte.endswith(("\n\n", "\r\n\r\n")) else fin
        saut = "" if not texte or texte.endswith("\n") else fin
        return f"{texte}{saut}{debut}[{_key(table[0])}]{fin}{nouvelle}{fin}"
    if dernier < 0:  # the top level stands before any table
        return f"{nouvelle}{fin}{fin if texte.strip() else ''}{texte}"
    avant = "".join(un.lignes for un in enonces[: dernier + 1])
    saut = "" if avant.endswith("\n") else fin
    return f"{avant}{saut}{nouvelle}{fin}" + "".join(un.lignes for un in enonces[dernier + 1 :])


def dump(valeur: Valeur) -> str:
    """A TOML value."""
    if isinstance(valeur, bool):
        return "true" if valeur else "false"
    if isinstance(valeur, str):
        return json.dumps(valeur, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(valeur)


def _key(cle: str) -> str:
    return cle if _CLE_NUE.fullmatch(cle) else dump(cle)


def read(texte: str) -> dict[str, Any]:
    """What the text says. Raises EditionImpossible, without quoting it."""
    try:
        return tomllib.loads(texte)
    except tomllib.TOMLDecodeError:
        raise EditionImpossible("not TOML") from None


def _verified(texte: str, attendu: dict[str, Any]) -> str:
    if read(texte) != attendu:
        raise EditionImpossible("the change would alter something else")
    return texte


def _split(texte: str) -> list[_Enonce]:
    """The statements of a valid TOML text, in order; together they are the text."""
    enonces: list[_Enonce] = []
    table: tuple[str, ...] = ()
    en_cours = ""
    for ligne in _LIGNES.findall(texte):
        en_cours += ligne
        if not en_cours.strip() or en_cours.lstrip().startswith("#"):
            enonces.append(_Enonce("vide", en_cours, table))
        else:
            try:
                lu = tomllib.loads(en_cours)
            except tomllib.TOMLDecodeError:
                continue  # a value that goes on over the next line
            if en_cours.lstrip().startswith("["):
                table = _path(lu)
                enonces.append(_Enonce("table", en_cours, table))
            else:
                enonces.append(_Enonce("cle", en_cours, table, _path(lu)))
        en_cours = ""
    if en_cours:
        raise EditionImpossible("unfinished statement")
    return enonces


def _path(lu: Any) -> tuple[str, ...]:
    """The names that lead to the one value of a statement."""
    chemin: list[str] = []
    while isinstance(lu, dict) and len(lu) == 1:
        ((nom, lu),) = lu.items()
        chemin.append(nom)
        if isinstance(lu, list) and lu == [{}]:  # [[table]]
            break
    return tuple(chemin)


def _comment(lignes: str) -> str:
    """The comment at the end of a one-line statement, with the space before it."""
    ligne = lignes.rstrip("\r\n")
    for rang in (r for r, lettre in enumerate(ligne) if lettre == "#"):
        try:
            tomllib.loads(ligne[:rang])
        except tomllib.TOMLDecodeError:
            continue  # a # inside a string
        return ligne[len(ligne[:rang].rstrip()) :]
    return ""
