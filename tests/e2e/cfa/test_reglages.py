"""Set up and diagnosed by the commands alone, against the real server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from traitdunion.bac_a_sable.demo import cast
from traitdunion.bac_a_sable.demo.server import Connection, serving

PROGRAMME = [sys.executable, "-c", "from traitdunion.cli import main; main()", "cfa"]
CACHES = ("client_secret", "cle_api")


@pytest.fixture(scope="module")
def connexion() -> Iterator[Connection]:
    with serving(port=None, conserver=None) as connexion:
        yield connexion


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    propres = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith(("TRAITDUNION_", "XDG_"))}
    return {**propres, "HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def test_a_cfa_is_set_up_by_a_script_and_its_diagnostic_is_good(connexion: Connection, environ: dict[str, str]) -> None:
    pose = configure(connexion, environ)
    assert pose.returncode == 0, pose.stderr

    constats = diagnose(environ, attendu=0)
    assert {un["sujet"]: un["niveau"] for un in constats}["Accrochage"] == "bon"
    assert "Fil des événements" in next(un["phrase"] for un in constats if un["sujet"] == "Extensions")
    assert any("encore" in un["phrase"] for un in constats if un["sujet"] == "Validité de la clé")
    assert {un["niveau"] for un in constats if un["sujet"] == "Horloge"} == {"bon"}


@pytest.mark.parametrize(
    ("valeur", "code", "sujet"),
    [
        ("client_secret=un-autre-secret", 4, "Connexion"),
        ("client_id=un-autre-client", 4, "Connexion"),
        ("cle_api=une-cle-inventee", 4, "Validité de la clé"),
        ("api=http://127.0.0.1:1", 5, "Liaison"),
    ],
)
def test_what_is_wrong_is_named_by_the_diagnostic(
    connexion: Connection, environ: dict[str, str], valeur: str, code: int, sujet: str
) -> None:
    assert configure(connexion, environ, valeur).returncode == code

    mauvais = [un["sujet"] for un in diagnose(environ, attendu=code) if un["niveau"] == "mauvais"]
    assert mauvais[0] == sujet


def configure(connexion: Connection, environ: dict[str, str], *autres: str) -> subprocess.CompletedProcess[str]:
    """Give the server's own identifiers, then other values in their place."""
    valeurs = [f"{nom}={getattr(connexion, nom)}" for nom in ("api", "jeton", "client_id", *CACHES)]
    entree = "\n".join([*valeurs, f"siren={cast.SIREN}", *autres])
    fini = subprocess.run(
        [*PROGRAMME, "configurer", "--profil", "demo", "--depuis-entree"],
        env=environ,
        input=entree,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert not [nom for nom in CACHES if getattr(connexion, nom) in fini.stdout + fini.stderr]
    return fini


def diagnose(environ: dict[str, str], *, attendu: int) -> list[dict[str, Any]]:
    """What the diagnostic finds."""
    fini = subprocess.run(
        [*PROGRAMME, "diagnostic", "--json"], env=environ, capture_output=True, text=True, timeout=120
    )
    assert fini.returncode == attendu, fini.stdout + fini.stderr
    constats: list[dict[str, Any]] = json.loads(fini.stdout)["constats"]
    return constats
