"""`traitdunion opco …`: what the OPCO's operator does from a terminal. Commands load what they need when called."""

import typer

from traitdunion.opco.manage import acces, comptabilite, comptes, exploitation, service

app = typer.Typer(
    name="opco",
    help="Administration et service du serveur de l'OPCO.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals hold keys and secrets
    rich_markup_mode=None,
)
app.command("initialiser")(exploitation.initialiser)
app.command("migrer")(exploitation.migrer)
app.command("cle-publique")(exploitation.cle_publique)
app.command("numeros")(exploitation.numeros)
app.command("verifier-comptes")(comptabilite.verifier_comptes)
app.command("reglages")(exploitation.reglages)
app.command("servir")(service.servir)
app.command("travailleur")(service.travailleur)
app.add_typer(acces.editeur, name="editeur")
app.add_typer(acces.cfa, name="cfa")
app.add_typer(acces.cle, name="cle")
app.add_typer(acces.accrochage, name="accrochage")
app.add_typer(comptes.compte, name="compte")

__all__ = ["app"]
