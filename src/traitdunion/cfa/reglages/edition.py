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
# A table: its name, or the names that lead to it (`("afdas", "facturation")`); None for the top level.
Table = str | tuple[str, ...] | None
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

    @property
    def entier(self) -> tuple[str, ...]:
        """The whole path of a key, whether its table has a title of its own or is written with dots."""
        return self.table + self.chemin


def set_values(texte: str, table: Table, valeurs: Mapping[str, Valeur]) -> str:
    """`texte` with these values in `table`, made if absent. Raises EditionImpossible."""
    chemin = _names(table)
    attendu = read(texte)
    if not valeurs:
        return texte
    cible: Any = attendu
    for nom in chemin:
        cible = cible.setdefault(nom, {})
        if not isinstance(cible, dict):
            raise EditionImpossible("not a table")
    cible.update(valeurs)
    for cle, valeur in valeurs.items():
        texte = _set_one(texte, chemin, cle, valeur)
    return _verified(texte, attendu)


def delete_values(texte: str, table: Table, cles: frozenset[str]) -> str:
    """`texte` without these keys in `table`. Raises EditionImpossible."""
    vise = _names(table)
    attendu = read(texte)
    cible: Any = attendu
    for nom in vise:
        cible = cible.get(nom, {}) if isinstance(cible, dict) else {}
    for cle in cles & cible.keys():
        del cible[cle]
    gardes = [un for un in _split(texte) if not (un.genre == "cle" and un.entier in {(*vise, cle) for cle in cles})]
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


def _names(table: Table) -> tuple[str, ...]:
    if table is None:
        return ()
    return (table,) if isinstance(table, str) else table


def _set_one(texte: str, table: tuple[str, ...], cle: str, valeur: Valeur) -> str:
    enonces = _split(texte)
    fin = "\r\n" if "\r\n" in texte else "\n"
    for rang, un in enumerate(enonces):
        if un.genre == "cle" and un.entier == (*table, cle):
            marge = un.lignes[: len(un.lignes) - len(un.lignes.lstrip())]
            remplace = f"{marge}{_dotted(un.chemin)} = {dump(valeur)}{_comment(un.lignes)}{fin}"
            return "".join([*(e.lignes for e in enonces[:rang]), remplace, *(e.lignes for e in enonces[rang + 1 :])])
    ici = [rang for rang, un in enumerate(enonces) if un.table == table and un.genre in ("cle", "table")]
    if ici:
        return _insert(enonces, ici[-1], f"{_key(cle)} = {dump(valeur)}{fin}", fin)
    if not table:  # the top level stands before any table
        return f"{_key(cle)} = {dump(valeur)}{fin}{fin if texte.strip() else ''}{texte}"
    # Where its other keys are written with dots, a title would be a second table of that name.
    for rang, un in reversed(list(enumerate(enonces))):
        if un.genre == "cle" and len(un.entier) > len(table) and un.entier[: len(table)] == table:
            chemin = (*table[len(un.table) :], cle)
            return _insert(enonces, rang, f"{_dotted(chemin)} = {dump(valeur)}{fin}", fin)
    return _add_table(enonces, table, f"{_key(cle)} = {dump(valeur)}{fin}", fin)


def _add_table(enonces: list[_Enonce], table: tuple[str, ...], ligne: str, fin: str) -> str:
    """A new table: after those of the same profile, else at the end."""
    titre = f"[{_dotted(table)}]{fin}{ligne}"
    siens = [r for r, un in enumerate(enonces) if len(table) > 1 and un.table[:1] == table[:1] and un.genre != "vide"]
    if not siens:
        texte = "".join(un.lignes for un in enonces)
        debut = "" if not texte or texte.endswith(("\n\n", "\r\n\r\n")) else fin
        return f"{texte}{'' if not texte or texte.endswith(chr(10)) else fin}{debut}{titre}"
    suite = enonces[siens[-1] + 1 :]
    return _insert(enonces, siens[-1], f"{fin}{titre}{fin if suite and suite[0].lignes.strip() else ''}", fin)


def _insert(enonces: list[_Enonce], apres: int, lignes: str, fin: str) -> str:
    avant = "".join(un.lignes for un in enonces[: apres + 1])
    saut = "" if avant.endswith("\n") else fin
    return f"{avant}{saut}{lignes}" + "".join(un.lignes for un in enonces[apres + 1 :])


def dump(valeur: Valeur) -> str:
    """A TOML value."""
    if isinstance(valeur, bool):
        return "true" if valeur else "false"
    if isinstance(valeur, str):
        return json.dumps(valeur, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(valeur)


def _dotted(chemin: tuple[str, ...]) -> str:
    return ".".join(_key(nom) for nom in chemin)


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
