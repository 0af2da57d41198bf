"""Completion of commands by the shell, sub-commands of each package included though they are loaded lazily."""

import os
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from importlib import import_module
from typing import Any

import typer
from typer._completion_classes import completion_init
from typer._completion_shared import get_completion_script
from typer.core import TyperGroup

from traitdunion.lancement.fin import GroupeRacine

PROGRAMME = "traitdunion"
VARIABLE = "_TRAITDUNION_COMPLETE"


class Interpreteur(StrEnum):
    """The shells that completion speaks to."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def write_script(interpreteur: Interpreteur) -> str:
    """The lines that teach the shell to complete the program's commands."""
    completion_init()
    script: str = get_completion_script(prog_name=PROGRAMME, complete_var=VARIABLE, shell=interpreteur.value)
    return script


def prepare() -> None:
    """Make ready to answer the shell, when it is the shell that calls."""
    if VARIABLE in os.environ:
        completion_init()


def lazy_group(paquets: Mapping[str, str]) -> type[TyperGroup]:
    """A group whose commands `paquets` (name, module) are other applications: loaded when completion enters them."""

    class Paresseux(GroupeRacine):
        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            nom, commande, reste = super().resolve_command(ctx, args)
            if ctx.resilient_parsing and nom is not None and nom in paquets:
                # Without the extra that it needs there is nothing to complete.
                with suppress(ModuleNotFoundError):
                    commande = typer.main.get_command(import_module(paquets[nom]).app)
            return nom, commande, reste

    return Paresseux
