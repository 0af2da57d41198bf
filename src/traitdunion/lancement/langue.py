"""The few words that typer says by itself, in French: headings of the help, errors of usage.

Typer has no translation of its own. What it may say in a later release and is not here stays in English, and complete.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand

_TITRES = {"Options": "Options", "Arguments": "Arguments", "Commands": "Commandes"}
_MENTIONS = (
    (re.compile(r"\bShow this message and exit\."), "Affiche cette aide."),
    (re.compile(r"\[required\]"), "[obligatoire]"),
    (re.compile(r"\brequired\]"), "obligatoire]"),
    (re.compile(r"\[default: "), "[défaut : "),
    (re.compile(r"; default: "), " ; défaut : "),
    (re.compile(r"<file>"), "<fichier>"),
    (re.compile(r"<directory>"), "<dossier>"),
    (re.compile(r"<path>"), "<chemin>"),
    (re.compile(r"<text>"), "<texte>"),
    (re.compile(r"<integer"), "<entier"),
)
_AUTOUR = re.compile(r"(?<!\w)'|'(?!\w)")  # quotation marks around a name, not the apostrophe inside it
_FICHIERS = {"file": "le fichier", "dir": "le dossier", "directory": "le dossier", "path": "le chemin"}


def _hint(sens: str) -> Callable[[re.Match[str]], str]:
    """« --au : … », the option named first and what is wrong with it after."""
    return lambda trouve: sens.format(_AUTOUR.sub("", trouve[1]), *(say_usage(un) for un in trouve.groups()[1:] if un))


def _possible(sens: str) -> Callable[[re.Match[str]], str]:
    def say(trouve: re.Match[str]) -> str:
        proches = f" Vouliez-vous dire {trouve[2]} ?" if trouve[2] else ""
        return sens.format(trouve[1]) + proches

    return say


_PHRASES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(motif, re.DOTALL), dire)
    for motif, dire in (
        (r"No such option: (\S+)(?: \(Possible options: (.*)\))?", _possible("L'option {} n'existe pas.")),
        (r"No such command '(.*?)'\.(?: Did you mean (.*)\?)?", _possible("La commande « {} » n'existe pas.")),
        (r"Missing (?:option|argument|parameter) (.+?)\.(?: .*)?", _hint("Il manque {}.")),
        (r"Missing command\.", lambda _: "Il manque la commande."),
        (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", _hint("De trop : {}.")),
        (r"Option '(.*)' requires an argument\.", _hint("L'option {} attend une valeur.")),
        (r"Option '(.*)' does not take a value\.", _hint("L'option {} n'attend pas de valeur.")),
        (r"Invalid value for ('.*?'|[^:]+): (.*)", _hint("{} : {}")),
        (r"Invalid value: (.*)", lambda trouve: say_usage(trouve[1])),
        (
            r"(?i:(file|dir|directory|path)) (?P<q>['\"]?)(.*)(?P=q) does not exist\.",
            lambda trouve: f"{_FICHIERS[trouve[1].lower()]} {trouve[3]} n'existe pas.",
        ),
        (r"(?i:file|path) (['\"]?)(.*)\1 is a directory\.", lambda trouve: f"{trouve[2]} est un dossier."),
        (r"(?i:dir|directory|path) (['\"]?)(.*)\1 is a file\.", lambda trouve: f"{trouve[2]} est un fichier."),
        (r"\w+ (['\"]?)(.*)\1 is not readable\.", lambda trouve: f"{trouve[2]} ne peut être lu."),
        (r"\w+ (['\"]?)(.*)\1 is not writable\.", lambda trouve: f"{trouve[2]} ne peut être écrit."),
        (
            r"(?:Value error, )?'(.*?)' is not one of (.*?)\.?",
            lambda trouve: f"« {trouve[1]} » ne convient pas. Admis : {trouve[2]}.",
        ),
        (r"Input should be a valid integer.*", lambda _: "un nombre entier est attendu."),
        (r"Input should be a valid number.*", lambda _: "un nombre est attendu."),
        (r"Input should be greater than or equal to (\S+)", lambda trouve: f"{trouve[1]} au moins est attendu."),
        (r"Input should be less than or equal to (\S+)", lambda trouve: f"{trouve[1]} au plus est attendu."),
        (r"Input should be ('.*)", lambda trouve: f"l'un de ceux-ci est attendu : {trouve[1].replace(' or ', ', ')}."),
    )
)


def say_usage(message: str) -> str:
    """A typer's error message in French; as it is when it is not one of those known."""
    for motif, dire in _PHRASES:
        if trouve := motif.fullmatch(message):
            return dire(trouve)
    return message


def show_usage(erreur: Any) -> int:
    """Tell an error of usage on the error output; gives its exit code."""
    if erreur.ctx is not None:
        typer.echo(f"{erreur.ctx.get_usage()}\nAide : {erreur.ctx.command_path} --help\n", err=True)
    phrase = say_usage(erreur.format_message())
    typer.echo(phrase[:1].upper() + phrase[1:], err=True)
    return int(erreur.exit_code)


_Formateur: Any = TyperCommand.context_class.formatter_class


class _EnFrancais(_Formateur):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "Utilisation : ")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_TITRES.get(heading, heading)} :\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], *reglages: Any, **autres: Any) -> None:
        super().write_dl([(_mentions(premier), _mentions(second)) for premier, second in rows], *reglages, **autres)


def _mentions(texte: str) -> str:
    for motif, francais in _MENTIONS:
        texte = motif.sub(francais, texte)
    return texte


def speak_french() -> None:
    """From now on, help is written in French (`formatter_class` is where such libraries let it be changed)."""
    TyperCommand.context_class.formatter_class = _EnFrancais
