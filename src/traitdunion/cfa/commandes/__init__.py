"""`traitdunion cfa …`: one module per family of commands, each importing heavy libraries only where it needs them."""

import typer

from traitdunion.cfa.commandes import dossiers, envois, facturation, opco, promotions, suivi
from traitdunion.cfa.terminal.outcome import CODES

app = typer.Typer(
    help="Côté CFA : déposer un contrat ou une promotion, contrôler hors ligne, lire et remplir le CERFA.",
    epilog=CODES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: long option names whole, readable aloud
    pretty_exceptions_show_locals=False,  # locals would print secrets and people
)
app.add_typer(dossiers.app)
app.add_typer(opco.app)
app.add_typer(envois.app, name="envois")
app.add_typer(suivi.app)
app.add_typer(facturation.app)
app.add_typer(promotions.app)
