"""The ends of a command that are nobody's wish: Ctrl-C, a closed pipe, a full disk, a defect of ours."""

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import typer
from typer.core import TyperGroup

from traitdunion.lancement import codes, flux, incident, langue

langue.speak_french()

INTERROMPU = (
    "Interrompu. Rien n'est perdu : ce qui était enregistré, ou dans la boîte d'envoi, y est toujours. "
    "Relancez la même commande."
)
_ECRITURES = {
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "votre quota de disque est atteint",
    errno.EROFS: "ce disque est en lecture seule",
    errno.EACCES: "vous n'en avez pas le droit",
    errno.EPERM: "vous n'en avez pas le droit",
    errno.EEXIST: "un fichier y porte déjà ce nom",
    errno.EISDIR: "c'est un dossier, un fichier est attendu",
    errno.ENOTDIR: "un des dossiers de son chemin est un fichier",
    errno.ENAMETOOLONG: "son nom est trop long",
    errno.ELOOP: "c'est un lien qui tourne en rond",
    errno.EIO: "le disque répond par une erreur",
}


@contextmanager
def ends(commande: Callable[[], str]) -> Iterator[None]:
    """Turn what was not foreseen into a sentence and an exit code; `commande`: its words, without their arguments."""
    try:
        yield
        sys.stdout.flush()  # a reader gone is known here, and not when the interpreter ends
    except BrokenPipeError:
        flux.drop_output()
        raise typer.Exit(codes.SORTIE_FERMEE) from None
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("\n" + INTERROMPU, err=True)
        raise typer.Exit(codes.INTERROMPU) from None
    except Exception as erreur:
        if _is_usage(erreur):
            raise typer.Exit(langue.show_usage(erreur)) from None
        if hasattr(erreur, "exit_code") or incident.is_debug():  # what typer ends itself, or what is to be seen
            raise
        code = _tell(erreur, commande())
        raise typer.Exit(code) from None


def _is_usage(erreur: Exception) -> bool:
    """An error of usage, but for the one that is the help itself."""
    return hasattr(erreur, "format_message") and hasattr(erreur, "ctx") and "NoArgs" not in type(erreur).__name__


class GroupeRacine(TyperGroup):
    """A group whose own help ends as `ends` says; what its commands do is theirs."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read the command line; help is printed from here."""
        with ends(lambda: info_name or ""):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked; only what is wrong with the asking is told here."""
        try:
            return super().invoke(ctx)
        except Exception as erreur:
            if not _is_usage(erreur):
                raise
            raise typer.Exit(langue.show_usage(erreur)) from None


class Groupe(GroupeRacine):
    """A group of commands that end as `ends` says."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked."""
        with ends(lambda: f"{ctx.command_path} {ctx.invoked_subcommand or ''}".strip()), self.expected():
            return super().invoke(ctx)

    def expected(self) -> AbstractContextManager[None]:
        """What turns the errors that these commands foresee into words."""
        return nullcontext()


def _tell(erreur: Exception, commande: str) -> int:
    if isinstance(erreur, OSError) and erreur.errno in _ECRITURES:
        lieu = erreur.filename if isinstance(erreur.filename, str) else "un fichier"
        typer.echo(f"Impossible de lire ou d'écrire {lieu} : {_ECRITURES[erreur.errno]}.", err=True)
        return codes.USAGE
    reference, fichier = incident.record_incident(erreur, commande=commande)
    ou = (
        f"Les détails techniques sont dans {fichier}."
        if fichier is not None
        else "Les détails techniques n'ont pu être écrits."
    )
    typer.echo(
        f"Un incident imprévu a arrêté la commande ; ce n'est pas une erreur de votre part (référence {reference}). "
        f"{ou} Transmettez-les à l'assistance. {incident.VARIABLE}=1 les affiche.",
        err=True,
    )
    return codes.INCIDENT
