"""The command `traitdunion`: each package's commands are loaded only when called."""

import base64
import binascii
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from traitdunion import __version__
from traitdunion.lancement import codes, completion, fin, flux

CLE_OCTETS = 32  # an Ed25519 public key (RFC 8032)

# Everything after the name belongs to the package's own commands, --help and -- included.
_TEL_QUEL = {
    "ignore_unknown_options": True,
    "allow_extra_args": True,
    "allow_interspersed_args": False,
    "help_option_names": [],
}

# Packages whose commands are loaded when called, or when the shell completes inside them.
_PAQUETS = {
    "cfa": "traitdunion.cfa.commandes",
    "opco": "traitdunion.opco.manage",
    "referentiels": "traitdunion.opco.manage.referentiels",
    "bac-a-sable": "traitdunion.bac_a_sable.commandes",
}

app = typer.Typer(
    cls=completion.lazy_group(_PAQUETS),
    help="Trait d'union : l'interface d'échange entre les CFA et les OPCO.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: long option names whole, readable aloud
    pretty_exceptions_show_locals=False,
)
recepisse_app = typer.Typer(cls=fin.Groupe, help="Récépissés de dépôt.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(recepisse_app, name="recepisse")


def _show_version(demandee: bool) -> None:
    if demandee:
        typer.echo(f"traitdunion {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Version du produit.")
    ] = False,
) -> None:
    """Trait d'union : l'interface d'échange entre les CFA et les OPCO."""


@app.command(context_settings=_TEL_QUEL, add_help_option=False)
def cfa(ctx: typer.Context) -> None:
    """Côté CFA : préparer, envoyer, suivre et régler les contrats d'apprentissage."""
    with fin.ends(lambda: ctx.command_path):
        _hand_over(ctx)


@app.command(context_settings=_TEL_QUEL, add_help_option=False)
def opco(ctx: typer.Context) -> None:
    """Côté OPCO : servir, migrer, gérer clés et accrochages."""
    _hand_over_serveur(ctx)


@app.command(context_settings=_TEL_QUEL, add_help_option=False)
def referentiels(ctx: typer.Context) -> None:
    """Côté OPCO : importer, lister, annuler les référentiels (RNCP, CFA, IDCC, NPEC…)."""
    _hand_over_serveur(ctx)


def _hand_over_serveur(ctx: typer.Context) -> None:
    """The commands of the server, which need more than the CFA's."""
    try:
        _hand_over(ctx)
    except ModuleNotFoundError as absent:
        # A module of ours that is missing is a defect, to be seen as such.
        if absent.name is None or absent.name.partition(".")[0] == "traitdunion":
            raise
        typer.echo(
            f"« {ctx.command_path} » demande l'extra « serveur » (il manque {absent.name}). "
            "Installez-le : pip install 'traitdunion[serveur]'",
            err=True,
        )
        raise typer.Exit(codes.USAGE) from None


@app.command("bac-a-sable", context_settings=_TEL_QUEL, add_help_option=False)
def bac_a_sable(ctx: typer.Context) -> None:
    """Environnement d'essai : servir."""
    _hand_over_serveur(ctx)


@app.command("completion")
def completer(
    interpreteur: Annotated[
        completion.Interpreteur, typer.Argument(help="Votre interpréteur de commandes.", metavar="bash|zsh|fish")
    ],
) -> None:
    """Complétion par la touche Tab : affiche le script à charger.

    Une fois : traitdunion completion bash >> ~/.bashrc (zsh : ~/.zshrc ; fish :
    ~/.config/fish/completions/traitdunion.fish). Puis ouvrez un nouveau terminal.
    """
    typer.echo(completion.write_script(interpreteur))


@recepisse_app.command("verifier")
def verifier(
    recepisse: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="RECEPISSE.json")],
    *,
    cle: Annotated[
        str, typer.Option(metavar="CLE_PUBLIQUE", help="Clé publique de l'OPCO : base64url, hexadécimal, ou fichier.")
    ],
    json_depot: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, metavar="F", help="Le JSON dont il prouve le dépôt.")
    ] = None,
    fichier: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="PDF", help="Le fichier dont il prouve le dépôt."),
    ] = None,
) -> None:
    """Vérifier hors ligne un récépissé signé. Sortie : 0 valable, 2 usage, 3 non valable."""
    from traitdunion.norme import recepisse as norme_recepisse

    raisons = norme_recepisse.verify(
        recepisse.read_bytes(),
        _read_cle(cle),
        corps=None if json_depot is None else json_depot.read_bytes(),
        fichier=None if fichier is None else fichier.read_bytes(),
    )
    if raisons:
        for raison in raisons:
            typer.echo(raison, err=True)
        raise typer.Exit(codes.REFUSE)
    typer.echo("Récépissé valable : la signature est celle de l'OPCO" + _porte_sur(json_depot, fichier) + ".")


def _porte_sur(json_depot: Path | None, fichier: Path | None) -> str:
    presentes = [nom for nom, chemin in (("les données", json_depot), ("le fichier", fichier)) if chemin is not None]
    if not presentes:
        return ". Ni données ni fichier n'ont été présentés : leur contenu n'est pas vérifié"
    return " et porte sur " + " et ".join(presentes) + " que vous présentez"


def _read_cle(cle: str) -> bytes:
    """The 32 bytes of a public key, from a text or from the file that holds it. Raises BadParameter."""
    brute = cle.encode()
    if len(cle) < 256 and Path(cle).is_file():
        brute = Path(cle).read_bytes()
        if len(brute) == CLE_OCTETS:
            return brute
    texte = brute.strip()
    for lire in (binascii.unhexlify, _base64url):
        try:
            octets = lire(texte)
        except (binascii.Error, ValueError):
            continue
        if len(octets) == CLE_OCTETS:
            return octets
    raise typer.BadParameter("la clé publique compte 32 octets, en base64url ou en hexadécimal", param_hint="--cle")


def _base64url(texte: bytes) -> bytes:
    return base64.urlsafe_b64decode(texte + b"=" * (-len(texte) % 4))


def _hand_over(ctx: typer.Context) -> None:
    """Run another application's command line in place of this one, with the arguments that follow its name."""
    commande = typer.main.get_command(import_module(_PAQUETS[str(ctx.info_name)]).app)
    commande.main(args=list(ctx.args), prog_name=ctx.command_path, obj=ctx.obj)


def main() -> None:
    """Entry point of the script `traitdunion`."""
    flux.make_streams_safe()
    completion.prepare()
    try:
        app()
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            flux.drop_output()
