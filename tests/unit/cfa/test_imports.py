"""What the SDK imports: `import traitdunion.cfa` costs nothing, and no module that few programs need."""

import subprocess
import sys

import pytest

import traitdunion.cfa as sdk

LOURDS = [
    "pikepdf",
    "reportlab",
    "xlsxwriter",
    "python_calamine",
    "keyring",
    "joserfc",
    "cryptography",
    "holidays",
    "sqlite3",
    "litestar",
    "psycopg",
    "structlog",
    "traitdunion.opco",
]


def modules_after(code: str) -> set[str]:
    """The modules that a new process holds once it has run this."""
    fait = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(fait.stdout.split())


def test_importing_the_package_imports_nothing_of_it() -> None:
    modules = modules_after("import traitdunion.cfa")
    assert {nom for nom in modules if nom.startswith("traitdunion")} == {"traitdunion", "traitdunion.cfa"}
    assert not modules & {"httpx", "msgspec", "stamina", *LOURDS}


@pytest.mark.parametrize("nom", ["ClientCfa", "Profil", "Refused", "Fichier"])
def test_what_one_asks_for_brings_no_heavy_module(nom: str) -> None:
    modules = modules_after(f"from traitdunion.cfa import {nom}")
    assert not modules & {*LOURDS, "asyncio"}


def test_every_name_is_there_and_no_other() -> None:
    assert set(dir(sdk)) == set(sdk.__all__) == set(sdk._MODULES)
    for nom in sdk.__all__:
        assert getattr(sdk, nom).__name__ == nom
    with pytest.raises(AttributeError, match="ClientInconnu"):
        _ = sdk.ClientInconnu


def test_help_comes_without_what_only_the_work_needs() -> None:
    modules = modules_after(
        "import contextlib, io, sys\n"
        "from traitdunion.cli import main\n"
        "for mots in ('', 'deposer', 'importer', 'suivre', 'facturer', 'envois envoyer', 'configurer', 'opco'):\n"
        "    sys.argv = ['traitdunion', 'cfa', *mots.split(), '--help']\n"
        "    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as aide: main()\n"
        "    assert aide.getvalue().startswith(f'Utilisation : traitdunion cfa {mots}'), aide.getvalue()"
    )
    assert not modules & {*LOURDS, "httpx", "stamina", "rich", "asyncio"}
