"""The wheel without extras, in an empty environment: every command of the CFA runs, none loads the server."""

import json
import tomllib
import zipfile
from pathlib import Path

import pytest
from builders.cfa.paquet import Fini, Installation, find_uv, install
from builders.projet import RACINE, SOURCE, published, text

from traitdunion.lancement import codes
from traitdunion.norme.openapi.exemples import DEPOT

TAILLE_MAX_OCTETS = 100 * 10**6
NOTRES = ("traitdunion.opco", "traitdunion.bac_a_sable")
# By import name, what the extra brings under another name than its package's.
AUTRES_NOMS = {
    "argon2-cffi": "argon2",
    "bootstrap-wrapper": "bootstrap_wrapper",
    "prometheus-client": "prometheus_client",
}
PARTAGES = {"pillow"}  # the base has it too
MARCHE = """
import json, typer
from traitdunion.cfa.commandes import app

def walk(commande, mots):
    sous = getattr(commande, "commands", None)
    if sous is None:
        yield mots
    else:
        for nom, une in sous.items():
            yield from walk(une, [*mots, nom])

print(json.dumps(list(walk(typer.main.get_command(app), []))))
"""
SECRETS = {"TRAITDUNION_CFA_CLIENT_SECRET": "secret-a-taire", "TRAITDUNION_CFA_CLE_API": "cle-a-taire"}
REGLAGES = [
    *("--valeur", "api=https://127.0.0.1:9"),
    *("--valeur", "jeton=https://127.0.0.1:9/token"),
    *("--valeur", "client_id=editeur"),
]
CONVENTION = ["--convention", "convention.pdf", "--mandat-employeur"]
# What runs whole without any server, in this order, and how it must end. The others are run bare: they must say what
# they lack, never break.
PLEINES: dict[str, tuple[list[str], int]] = {
    "configurer": (["--sans-question", "--sans-essai", "--secrets", "fichier", *REGLAGES], codes.FAIT),
    "diagnostic": (["--sans-reseau"], codes.FAIT),
    "remplir-cerfa": (["dossier de Zoé.json", "--sortie", "cerfa.pdf"], codes.FAIT),
    "lire-cerfa": (["cerfa.pdf"], codes.FAIT),
    "controler": (["dossier de Zoé.json"], codes.FAIT),
    "modele": (["promotion.xlsx", "--exemple", "2", "--conventions", "conventions"], codes.FAIT),
    "importer": (["promotion.xlsx", "--conventions", "conventions", "--a-blanc"], codes.FAIT),
    "opco": (["afdas"], codes.FAIT),
    "envois lister": ([], codes.FAIT),
    "envois verifier": ([], codes.FAIT),
    "suivre": (["--hors-ligne"], codes.FAIT),
    "deposer": (["dossier de Zoé.json", *CONVENTION], codes.RESEAU),
}


@pytest.fixture(scope="module")
def installe(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    uv = find_uv()
    if uv is None:
        pytest.skip("uv absent (./run le prépare)")
    posee = install(uv, tmp_path_factory.mktemp("paquet"))
    (posee.maison / "dossier de Zoé.json").write_text(json.dumps(DEPOT), encoding="utf-8")
    (posee.maison / "convention.pdf").write_bytes(b"%PDF-1.7 convention")
    return posee


@pytest.fixture(scope="module")
def commandes(installe: Installation) -> list[list[str]]:
    return [["cfa", *mots] for mots in json.loads(installe.evaluate(MARCHE))]


def test_every_command_of_the_cfa_has_its_help(installe: Installation, commandes: list[list[str]]) -> None:
    aides = json.loads(installe.evaluate(_HELP_OF.format(commandes=commandes)))

    assert len(aides) == len(commandes) >= len(PLEINES)
    for mots, aide in aides.items():
        assert aide.startswith(f"Utilisation : traitdunion {mots}"), aide
        assert "Codes de sortie" in aide, mots


def test_every_command_of_the_cfa_runs_and_loads_nothing_of_the_server(
    installe: Installation, commandes: list[list[str]]
) -> None:
    connues = {" ".join(mots[1:]): mots for mots in commandes}
    assert PLEINES.keys() <= connues.keys()

    for nom, (arguments, code) in PLEINES.items():
        fini = installe.run(*connues[nom], *arguments, **SECRETS)
        assert fini.code == code, fini.stderr
        assert _of_the_server(fini) == set()
    for nom in connues.keys() - PLEINES.keys():
        fini = installe.run(*connues[nom])
        assert fini.code in {un.code for un in codes.TABLE} - {codes.INCIDENT}, fini.stderr
        assert _of_the_server(fini) == set()


@pytest.mark.parametrize("commande", ["opco migrer", "opco servir", "referentiels lister", "bac-a-sable servir"])
def test_what_needs_the_server_says_what_to_install(installe: Installation, commande: str) -> None:
    fini = installe.run(*commande.split())

    assert fini.code == codes.USAGE
    assert "pip install 'traitdunion[serveur]'" in fini.stderr
    assert "Traceback" not in fini.stderr


def test_importing_the_sdk_loads_nothing_heavy(installe: Installation) -> None:
    lourdes = {"pikepdf", "reportlab", "xlsxwriter", "python_calamine", "keyring", "rich", "PIL", "lxml"}
    charges = set(json.loads(installe.evaluate("import json, sys, traitdunion.cfa; print(json.dumps([*sys.modules]))")))

    assert {nom.partition(".")[0] for nom in charges} & lourdes == set()


def test_the_version_is_that_of_the_wheel(installe: Installation) -> None:
    version = installe.roue.name.split("-")[1]

    assert installe.run("--version").stdout == f"traitdunion {version}\n"
    assert installe.script("--version") == f"traitdunion {version}\n"


def test_what_is_installed_stays_small(installe: Installation) -> None:
    assert installe.size_octets() < TAILLE_MAX_OCTETS


def test_the_wheel_holds_the_source_whole_and_nothing_else(installe: Installation) -> None:
    sources = {str(c.relative_to("src")) for c in published() if c.is_relative_to(SOURCE.relative_to(RACINE))}
    with zipfile.ZipFile(installe.roue) as roue:
        noms = {nom for nom in roue.namelist() if ".dist-info/" not in nom}

    assert "traitdunion/py.typed" in noms
    assert noms == sources


def _of_the_server(fini: Fini) -> set[str]:
    """The modules that only the server may load."""
    extra = tomllib.loads(text(Path("pyproject.toml")))["project"]["optional-dependencies"]["serveur"]
    paquets = {un.partition("[")[0].partition(">")[0] for un in extra} - PARTAGES
    interdits = {AUTRES_NOMS.get(nom, nom).replace("-", "_") for nom in paquets}
    return {nom for nom in fini.modules if nom.startswith(NOTRES) or nom.partition(".")[0] in interdits}


_HELP_OF = """
import contextlib, io, json, typer
from traitdunion.cfa.commandes import app

aides = {{}}
for mots in {commandes!r}:
    with contextlib.redirect_stdout(io.StringIO()) as sortie:
        typer.main.get_command(app).main([*mots[1:], "--help"], prog_name="traitdunion cfa", standalone_mode=False)
    aides[" ".join(mots)] = sortie.getvalue()
print(json.dumps(aides))
"""
