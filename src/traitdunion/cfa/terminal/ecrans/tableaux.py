"""Rows on screen: a table where there is room for it, one block a row elsewhere. Nothing is cut, no word is broken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

# `rich` is imported by what draws with it: the commands' help does without.
if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

MARGE = "    "
COLLE = "\x00"  # a space at which no line is broken
SOUPLE_MIN = 22  # below, a column of sentences reads worse than lines


@dataclass(frozen=True)
class Colonne:
    """One column. `droite`: amounts and counts; `souple`: sentences, which may go on over several lines."""

    titre: str
    droite: bool = False
    souple: bool = False


def show_table(
    titre: str, colonnes: Sequence[Colonne], lignes: Sequence[Sequence[str]], *, console: "Console | None" = None
) -> None:
    """Print plain rows on the standard output; the first column names its row. An empty column is left out."""
    from rich.console import Console

    console = console or Console(highlight=False)
    pleines = [rang for rang, _ in enumerate(colonnes) if any(ligne[rang] for ligne in lignes)]
    montrees = [colonnes[rang] for rang in pleines]
    cases = [[ligne[rang] for rang in pleines] for ligne in lignes]
    largeurs = _widths(montrees, cases, console.width - 3 * len(montrees) - 1)
    if largeurs is not None:
        console.print(_table(titre, montrees, cases, largeurs))
        return
    for ligne in _blocks(titre, montrees, cases, console.width):
        console.print(ligne, no_wrap=True, overflow="ignore", crop=False)


def fold(texte: str, largeur: int) -> str:
    """The text in lines of `largeur` columns, broken at plain spaces only: an amount stays whole, as does « 12 % »."""
    lignes = []
    for paragraphe in texte.split("\n"):
        en_cours = ""
        for mot in paragraphe.split(" "):
            suite = f"{en_cours} {mot}" if en_cours else mot
            if en_cours and _cells(suite) > largeur:
                lignes.append(en_cours)
                suite = mot
            en_cours = suite
        lignes.append(en_cours)
    return "\n".join(lignes)


def _widths(colonnes: Sequence[Colonne], lignes: Sequence[Sequence[str]], place: int) -> list[int] | None:
    """The width of each column, sentences taking what is left; None when there is no room for a table."""
    textes = [[un.titre, *(ligne[rang] for ligne in lignes)] for rang, un in enumerate(colonnes)]
    pleines = [max(map(_width, un)) for un in textes]
    largeurs = [
        max(_longest_word(un), min(SOUPLE_MIN, pleine)) if colonne.souple else pleine
        for colonne, un, pleine in zip(colonnes, textes, pleines, strict=True)
    ]
    reste = place - sum(largeurs)
    if reste < 0:
        return None
    # The shortest first: what it does not take goes to the others.
    souples = sorted((pleines[rang] - un, rang) for rang, un in enumerate(largeurs) if pleines[rang] > un)
    for combien, (manque, rang) in enumerate(souples):
        part = min(manque, reste // (len(souples) - combien))
        largeurs[rang] += part
        reste -= part
    return largeurs


def _cells(texte: str) -> int:
    """How many columns of a terminal the text takes."""
    from rich.cells import cell_len

    return cell_len(texte)


def _width(texte: str) -> int:
    return max(_cells(ligne) for ligne in texte.split("\n"))


def _longest_word(textes: Sequence[str]) -> int:
    return max(_cells(mot) for texte in textes for ligne in texte.split("\n") for mot in ligne.split(" "))


def _table(
    titre: str, colonnes: Sequence[Colonne], lignes: Sequence[Sequence[str]], largeurs: Sequence[int]
) -> "Table":
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    plies = [[fold(case, largeur) for case, largeur in zip(ligne, largeurs, strict=True)] for ligne in lignes]
    # A rule between rows where most take several lines.
    hautes = 2 * sum(any("\n" in case for case in ligne) for ligne in plies) > len(plies)
    table = Table(title=escape(titre) or None, title_justify="left", show_lines=hautes)
    for colonne, largeur in zip(colonnes, largeurs, strict=True):
        entete = Text(fold(colonne.titre, largeur))
        table.add_column(entete, justify="right" if colonne.droite else "left", no_wrap=True, width=largeur)
    for ligne in plies:
        table.add_row(*map(Text, ligne))
    return table


def _blocks(titre: str, colonnes: Sequence[Colonne], lignes: Sequence[Sequence[str]], largeur: int) -> Iterator["Text"]:
    from rich.text import Text

    if titre:
        yield Text(titre, style="italic")
    for ligne in lignes:
        yield Text(fold(ligne[0].replace("\n", " "), largeur), style="bold")
        dits = [(colonne, case) for colonne, case in zip(colonnes, ligne, strict=True) if case.strip()][1:]
        phrases = [_say(colonne, case) for colonne, case in dits if colonne.souple]
        # A short value stays on one line with its name.
        courts = [_say(colonne, case).replace(" ", COLLE) for colonne, case in dits if not colonne.souple]
        for dit in (*phrases, " · ".join(courts)):
            for morceau in fold(dit, largeur - len(MARGE)).split("\n") if dit else ():
                yield Text(MARGE + morceau.replace(COLLE, " "))


def _say(colonne: Colonne, case: str) -> str:
    case = case.replace("\n", ", ") if not colonne.souple else case
    return f"{colonne.titre}\N{NO-BREAK SPACE}: {case}"
