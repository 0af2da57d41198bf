"""`traitdunion cfa …`: one module per family of commands, each importing heavy libraries only where it needs them."""

import typer

from traitdunion.cfa.commandes import (
    configurer,
    diagnostic,
    dossiers,
    envois,
    facturation,
    opco,
    promotions,
    suivi,
)
from traitdunion.cfa.terminal.familles import GroupeParFamilles
from traitdunion.cfa.terminal.outcome import CODES

app = typer.Typer(
    cls=GroupeParFamilles,
    help="Côté CFA : préparer les contrats, les envoyer, suivre ce qu'en fait l'OPCO.",
    epilog=CODES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: long option names whole, readable aloud
    pretty_exceptions_show_locals=False,  # locals would print secrets and people
)
for famille in (promotions, dossiers, suivi, facturation, configurer, diagnostic, opco):
    app.add_typer(famille.app)
app.add_typer(envois.app, name="envois")
