"""What the commands print: data on the standard output, words for the person on the error output (clig.dev)."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from traitdunion.cfa.cerfa_pdf import Note
from traitdunion.norme import ecriture
from traitdunion.norme.erreurs import Anomalie, Gravite

if TYPE_CHECKING:
    from rich.console import Console

LARGE = 100  # columns under which anomalies are no table
LIBELLES = {
    Gravite.BLOQUANT: ("bloquant", "bold red"),
    Gravite.MOTIF_REFUS: ("motif de refus possible", "yellow"),
    Gravite.AVERTISSEMENT: ("avertissement", "cyan"),
}


def say(phrase: str, style: str | None = None) -> None:
    """A sentence for the person, on the error output: folded on a terminal, left whole for a program that reads it."""
    from rich.console import Console
    from rich.text import Text

    from traitdunion.cfa.terminal.ecrans.tableaux import fold

    console = Console(stderr=True, highlight=False)
    texte = fold(phrase, console.width) if console.is_terminal else phrase
    console.print(Text(texte), style=style, soft_wrap=True)


def show_notes(notes: Iterable[Note]) -> None:
    """The remarks of the reading or filling of a form."""
    for note in notes:
        say(f"{'À corriger' if note.illisible else 'Remarque'} : {note.phrase}", "yellow" if note.illisible else None)


def show_anomalies(anomalies: Sequence[Anomalie], *, titre: str, erreur: bool = False) -> None:
    """The anomalies, in the order they were found: a table, or blocks where it would cut words.

    `erreur` sends them to the error output.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(stderr=erreur)
    if console.width < LARGE:
        _print_anomalies(console, anomalies, titre)
        return
    table = Table(title=escape(titre), title_justify="left", show_lines=True)
    table.add_column("Gravité", min_width=10, max_width=14)
    table.add_column("Champ", overflow="fold", ratio=2)
    table.add_column("Ce qui ne va pas, et comment le corriger", overflow="fold", ratio=4)
    for anomalie in anomalies:
        libelle, style = LIBELLES[anomalie.gravite]
        source = " · ".join(part for part in (anomalie.code, anomalie.article) if part)
        texte = f"{escape(anomalie.description)}\n[dim]{escape(source)}[/]"
        table.add_row(f"[{style}]{libelle}[/]", escape(anomalie.champ or "-"), texte)
    console.print(table)


def _print_anomalies(console: "Console", anomalies: Sequence[Anomalie], titre: str) -> None:
    from rich.text import Text

    from traitdunion.cfa.terminal.ecrans.tableaux import MARGE, fold

    console.print(Text(titre, style="italic"))
    for anomalie in anomalies:
        libelle, style = LIBELLES[anomalie.gravite]
        entete = Text.assemble((libelle, style), f" · {anomalie.champ}" if anomalie.champ else "")
        console.print(entete, soft_wrap=True)
        source = " · ".join(part for part in (anomalie.code, anomalie.article) if part)
        for texte, ton in ((anomalie.description, ""), (source, "dim")):
            for ligne in fold(texte, console.width - len(MARGE)).split("\n"):
                console.print(Text(MARGE + ligne, style=ton), soft_wrap=True)


def print_json(donnees: Any) -> None:
    """Data for a machine on the standard output: UTF-8, indented, amounts exact."""
    brut = donnees if isinstance(donnees, bytes) else ecriture.write_plain(donnees)
    sys.stdout.write(_writable(msgspec.json.format(brut, indent=2).decode()) + "\n")


def _writable(texte: str) -> str:
    """JSON that this output can carry whole: where an accent cannot be written, its escape is the same data."""
    try:
        texte.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return "".join(un if un.isascii() else json.dumps(un)[1:-1] for un in texte)
    return texte


def print_lines(lignes: Iterable[tuple[str, str | None]]) -> None:
    """Results for a person on the standard output, one « libellé : valeur » a line; what is unknown is left out."""
    for libelle, valeur in lignes:
        if valeur is not None:
            sys.stdout.write(f"{libelle} : {valeur}\n")


def plain(anomalies: Iterable[Anomalie]) -> list[dict[str, Any]]:
    """Anomalies as plain values."""
    brut: list[dict[str, Any]] = json.loads(msgspec.json.encode(list(anomalies)))
    return brut
