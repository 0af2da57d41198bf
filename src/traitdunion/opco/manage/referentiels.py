"""`traitdunion referentiels …`: the reference data of the State, from a file to what dossiers are judged by."""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from traitdunion.opco.manage import commun

if TYPE_CHECKING:
    from traitdunion.opco.referentiels.imports import Importe, Imports
    from traitdunion.opco.referentiels.modele import Nature, Rapport, Version
    from traitdunion.opco.socle.database import Database

Result = TypeVar("Result")
FAUTES_MONTREES = 20  # after an import; « rapport » shows them all

app = typer.Typer(
    name="referentiels",
    help="Référentiels de l'État : certifications, CFA, conventions collectives, niveaux de prise en charge.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)
EnJson = Annotated[bool, commun.JSON]
NATURES = "rncp, diplomes, cfa, idcc, idcc_opco, naf, npec"
DeNature = Annotated[str, typer.Argument(help=f"Nature du fichier : {NATURES}.", metavar="NATURE")]
Numero = Annotated[int, typer.Argument(help="Numéro de version (voir « lister »).", metavar="VERSION")]


@app.command("importer")
def import_fichier(
    nature: DeNature,
    fichier: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FICHIER", help="Fichier publié.")],
    *,
    valable_du: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="Premier jour d'effet, 31/01/2025 ; sinon celui du nom du fichier, ou ce jour."
        ),
    ] = None,
    a_blanc: Annotated[bool, typer.Option("--a-blanc", help="Contrôle le fichier sans rien enregistrer.")] = False,
    en_json: EnJson = False,
) -> None:
    """Importe un fichier : daté, contrôlé ligne à ligne, en une fois. Le même fichier ne change rien."""
    choisie, jour = _nature(nature), _jour(valable_du)
    try:
        octets = fichier.read_bytes()
    except OSError:
        commun.fail(f"{fichier} ne peut pas être lu : vérifiez ses droits.")

    async def work(imports: "Imports") -> "Importe":
        return await imports.import_fichier(
            choisie, octets, nom=fichier.name, valable_du=jour, par=commun.acteur(), a_blanc=a_blanc
        )

    with _progress(f"Import de {fichier.name}…"):
        fait = _run(work)
    _show_importe(choisie, fichier.name, fait, en_json=en_json)


@app.command("lister")
def list_versions(
    nature: Annotated[str | None, typer.Argument(help=f"Nature : {NATURES}.", metavar="NATURE")] = None,
    en_json: EnJson = False,
) -> None:
    """Liste les versions importées, annulées comprises."""
    choisie = None if nature is None else _nature(nature)
    versions = _run(lambda imports: imports.list_versions(choisie))
    commun.show(
        [_facts(une) for une in versions],
        en_json=en_json,
        lignes=[_line(une) for une in versions] or ["Aucun référentiel importé."],
    )


@app.command("rapport")
def show_rapport(version: Numero, en_json: EnJson = False) -> None:
    """Montre le rapport d'une version, ligne à ligne."""
    une, rapport = _run(lambda imports: imports.find_rapport(version))
    if en_json:
        commun.show(_facts(une) | {"rapport": _plain(rapport)}, en_json=True, lignes=[])
        return
    commun.say(f"Version {une.id}, {une.nature}, valable du {commun.jour(une.valable_du)} : {une.fichier}")
    _show_rapport(rapport, toutes=True)


@app.command("annuler")
def cancel_version(nature: DeNature, version: Numero) -> None:
    """Annule une version, aussitôt et partout : celles d'avant comptent à nouveau."""
    choisie = _nature(nature)
    une = _run(lambda imports: imports.cancel(choisie, version, par=commun.acteur()))
    commun.say(f"Version {une.id} ({une.nature}, valable du {commun.jour(une.valable_du)}) annulée.")
    commun.say("Pour la rétablir, importez à nouveau son fichier.")


@app.command("exemple")
def import_exemples(en_json: EnJson = False) -> None:
    """Importe de petits référentiels inventés, pour l'essai ; refusé en production."""
    from traitdunion.opco.referentiels import exemples

    if commun.read_settings().production:
        commun.fail("Ces référentiels sont inventés : ils ne s'importent pas en production.")

    async def work(imports: "Imports") -> "list[Importe]":
        return await imports.import_exemples(par=commun.acteur())

    with _progress("Import des exemples…"):
        faits = _run(work)
    fichiers = exemples.build()
    commun.show(
        [{"nature": un.nature, "version": fait.version} for un, fait in zip(fichiers, faits, strict=True)],
        en_json=en_json,
        lignes=[
            f"{un.nature:<10} version {fait.version}" + (" (déjà là)" if fait.deja else f", {un.nom}")
            for un, fait in zip(fichiers, faits, strict=True)
        ],
    )


def _run(travail: "Callable[[Imports], Awaitable[Result]]") -> Result:
    """Run an act; a refusal is said in its own sentence, with code 1."""
    from traitdunion.opco.referentiels.imports import Imports
    from traitdunion.opco.referentiels.modele import ImportRefuse
    from traitdunion.opco.socle.clock import SystemClock

    async def work(database: "Database") -> Result:
        return await travail(Imports(database=database, clock=SystemClock()))

    try:
        return commun.run(work)
    except ImportRefuse as refus:
        commun.fail(str(refus))


def _nature(texte: str) -> "Nature":
    from traitdunion.opco.referentiels.modele import Nature

    try:
        return Nature(texte.lower().replace("-", "_"))
    except ValueError:
        commun.fail(f"« {texte} » n'est pas une nature de référentiel : {NATURES}.")


def _jour(texte: str | None) -> date | None:
    from traitdunion.opco.referentiels.formats import read_jour

    if texte is None:
        return None
    jour = None if texte.isdigit() else read_jour(texte.strip())
    if jour is None:
        commun.fail(f"« {texte} » n'est pas une date : écrivez 31/01/2025 ou 2025-01-31.")
    return jour


def _show_importe(nature: "Nature", fichier: str, fait: "Importe", *, en_json: bool) -> None:
    deja, rapport = fait.deja, fait.rapport
    if en_json:
        faits = {"nature": nature, "version": fait.version, "valable_du": fait.valable_du, "deja": deja is not None}
        commun.show(faits | ({"rapport": _plain(rapport)} if rapport else {}), en_json=True, lignes=[])
        return
    if deja is not None:
        depuis = commun.jour(deja.valable_du)
        commun.say(f"{fichier} est déjà importé : version {deja.id}, valable du {depuis}. Rien ne change.")
        commun.say(f"Pour changer sa date, annulez-la d'abord : traitdunion referentiels annuler {nature} {deja.id}")
        return
    assert rapport is not None  # only what was there before has none
    if fait.version is None:
        commun.say(f"À blanc, rien n'est enregistré. Valable du {commun.jour(fait.valable_du)}.")
    else:
        commun.say(f"Version {fait.version} de « {nature} », valable du {commun.jour(fait.valable_du)}.")
    _show_rapport(rapport, toutes=False)
    if fait.version is not None and len(rapport.fautes) > FAUTES_MONTREES:
        commun.say(f"Le rapport entier : traitdunion referentiels rapport {fait.version}")


def _show_rapport(rapport: "Rapport", *, toutes: bool) -> None:
    commun.say(
        f"Lignes lues : {rapport.lues}. Acceptées : {rapport.acceptees}. Rejetées : {rapport.rejetees}. "
        f"Remarques : {rapport.remarques}."
    )
    montrees = rapport.fautes if toutes else rapport.fautes[:FAUTES_MONTREES]
    for faute in montrees:
        lieu = f"ligne {faute.ligne}" + (f" de « {faute.feuille} »" if faute.feuille else "")
        commun.say(f"  {'rejetée' if faute.rejetee else 'gardée '}  {lieu}, {faute.colonne} : {faute.phrase}")
    autres = len(rapport.fautes) - len(montrees) + rapport.tues
    if autres:
        commun.say(f"  … et {autres} de plus.")


def _line(une: "Version") -> str:
    etat = f", annulée le {commun.jour(une.annule_le)}" if une.annule_le else ""
    return (
        f"n° {une.id}  {une.nature:<10} valable du {commun.jour(une.valable_du)}  {une.lignes_acceptees} lignes, "
        f"{une.lignes_rejetees} rejetées  {une.fichier}, importé le {commun.jour(une.importe_le)}{etat}"
    )


def _facts(une: "Version") -> dict[str, object]:
    return {**une._asdict(), "sha256": une.sha256.hex()}


def _plain(rapport: "Rapport") -> object:
    import msgspec

    return msgspec.to_builtins(rapport)


@contextlib.contextmanager
def _progress(phrase: str) -> Iterator[None]:
    """A sign of life on the error output while a file is read; silent when nobody looks."""
    from rich.console import Console

    with Console(stderr=True).status(phrase):
        yield
