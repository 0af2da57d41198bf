"""The operator's commands, from the terminal to the database and back."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from traitdunion.opco.manage import app
from traitdunion.opco.manage.numerotation import read_rapport
from traitdunion.opco.socle.database import Database

SIRET, SIREN = "73282932000074", "732829320"


class Terminal:
    """Runs commands as an operator would, on one database."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = {nom: None for nom in os.environ if nom.startswith("TRAITDUNION_")} | environ

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), env=self._environ)

    def lines(self, *arguments: str) -> str:
        resultat = self.run(*arguments)
        assert resultat.exit_code == 0, resultat.output
        return resultat.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.lines(*arguments, "--json"))

    def refused(self, *arguments: str) -> str:
        resultat = self.run(*arguments)
        assert resultat.exit_code == 1, resultat.output
        assert resultat.stdout == ""
        return resultat.stderr


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Terminal:
    return Terminal({"TRAITDUNION_DATABASE_URL": database_url, "TRAITDUNION_DONNEES": str(tmp_path)})


def connect(terminal: Terminal) -> str:
    """An editor connected to a CFA; its client id."""
    client_id: str = terminal.json("editeur", "creer", "Éditeur EXEMPLE")["client_id"]
    terminal.lines("cfa", "creer", SIRET, "CFA FICTIF")
    terminal.lines("accrochage", "ouvrir", client_id, SIREN)
    return client_id


def test_an_editor_is_created_and_its_secret_shown_once(terminal: Terminal) -> None:
    cree = terminal.json("editeur", "creer", "Éditeur EXEMPLE")

    (liste,) = terminal.json("editeur", "lister")
    assert (liste["client_id"], liste["nom"], liste["actif"]) == (cree["client_id"], "Éditeur EXEMPLE", True)
    assert cree["client_secret"] not in terminal.lines("editeur", "lister")
    assert len(cree["client_secret"]) >= 43


def test_a_cfa_gets_its_key_and_its_accrochage(terminal: Terminal) -> None:
    client_id = connect(terminal)
    generee = terminal.json("cle", "generer", SIREN)

    assert terminal.json("cfa", "lister") == [{"siren": SIREN, "denomination": "CFA FICTIF", "sirets": [SIRET]}]
    assert terminal.lines("cle", "lire", SIREN).strip() == generee["cle"]
    assert generee["cle"] not in terminal.lines("cle", "lister", SIREN)
    (accrochage,) = terminal.json("accrochage", "lister")
    assert (accrochage["client_id"], accrochage["siren"], accrochage["etat"]) == (client_id, SIREN, "EN_ATTENTE")


def test_a_key_is_revoked_with_its_reason(terminal: Terminal) -> None:
    connect(terminal)
    generee = terminal.json("cle", "generer", SIREN, "--mois", "6", "--chevauchement", "0")
    terminal.lines("cle", "revoquer", SIREN, str(generee["id"]), "--motif", "Perdue")

    (cle,) = terminal.json("cle", "lister", SIREN)
    assert cle["motif_revocation"] == "Perdue"
    assert "révoqué" in terminal.lines("cle", "lister", SIREN)
    assert "pas d'identifiant" in terminal.refused("cle", "lire", SIREN)


def test_an_accrochage_is_suspended_and_resumed(terminal: Terminal) -> None:
    client_id = connect(terminal)
    terminal.lines("accrochage", "suspendre", client_id, SIREN, "--motif", "Essai")
    assert "suspendu par OPCO (Essai)" in terminal.lines("accrochage", "lister")

    terminal.lines("accrochage", "retablir", client_id, SIREN)
    assert "en attente de première transmission" in terminal.lines("accrochage", "lister")


def test_an_editor_is_suspended_and_resumed(terminal: Terminal) -> None:
    client_id = connect(terminal)
    assert "0 jeton(s)" in terminal.lines("editeur", "supprimer-jetons", client_id)
    terminal.lines("editeur", "suspendre", client_id)
    assert terminal.json("editeur", "lister")[0]["actif"] is False

    terminal.lines("editeur", "retablir", client_id)
    assert terminal.json("editeur", "lister")[0]["actif"] is True


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (("cfa", "creer", "73282932000075", "CFA FICTIF"), "SIRET n'est pas valide"),
        (("cle", "generer", SIREN), "Aucun CFA ne porte le SIREN"),
        (("editeur", "suspendre", "inconnu"), "Aucun éditeur ne porte"),
        (("editeur", "creer", "  "), "Le nom est obligatoire"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_french_sentence(
    terminal: Terminal, arguments: tuple[str, ...], phrase: str
) -> None:
    assert phrase in terminal.refused(*arguments)


def test_lists_of_nothing_say_so(terminal: Terminal) -> None:
    assert "Aucun éditeur." in terminal.lines("editeur", "lister")
    assert "Aucun CFA." in terminal.lines("cfa", "lister")
    assert "Aucun accrochage." in terminal.lines("accrochage", "lister")
    assert "Aucun identifiant" in terminal.lines("cle", "lister", SIREN)


def test_a_database_that_does_not_answer_is_said_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://opco:m0tdepasse@127.0.0.1:1/opco?connect_timeout=2"
    terminal = Terminal({"TRAITDUNION_DATABASE_URL": url, "TRAITDUNION_DONNEES": str(tmp_path)})

    phrase = terminal.refused("migrer")

    assert "ne répond pas" in phrase
    assert "m0tdepasse" not in phrase


def test_a_wrong_setting_is_said_before_anything_is_done(tmp_path: Path) -> None:
    assert "TRAITDUNION_PORT" in Terminal({"TRAITDUNION_PORT": "x"}).refused("editeur", "lister")


def test_production_wants_keys_made_on_purpose(database_url: str, tmp_path: Path) -> None:
    fichier = tmp_path / "coffre" / "secrets.json"
    terminal = Terminal(
        {
            "TRAITDUNION_ENVIRONNEMENT": "production",
            "TRAITDUNION_DATABASE_URL": database_url,
            "TRAITDUNION_SECRETS": str(fichier),
            "TRAITDUNION_URL_PUBLIQUE": "https://opco.example",
        }
    )
    assert "initialiser" in terminal.refused("editeur", "lister")
    assert not fichier.exists()

    terminal.lines("initialiser", str(fichier.parent))
    assert terminal.json("editeur", "lister") == []
    assert "existe déjà" in terminal.refused("initialiser", str(fichier.parent))


def test_the_public_key_verifies_what_the_private_one_signs(terminal: Terminal, tmp_path: Path) -> None:
    from base64 import b64decode

    from traitdunion.opco import coffre

    montree = terminal.json("cle-publique")

    assert montree["algorithme"] == "Ed25519"
    assert b64decode(montree["cle_publique"]) == coffre.read(tmp_path / "secrets.json").cle_publique


def test_migrating_twice_is_migrating_once(terminal: Terminal) -> None:
    assert terminal.lines("migrer") == "La base est à jour.\n"


def test_settings_are_listed_with_their_meaning(terminal: Terminal) -> None:
    assert "TRAITDUNION_DPOP (par défaut : acceptee)" in terminal.lines("reglages")


def add_dossiers(database_url: str, numeros: list[int], *, dernier: int) -> None:
    """Dossiers with these numbers, the sequence being at `dernier`."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("INSERT INTO organisation VALUES (%s, 'CFA FICTIF', now()) ON CONFLICT DO NOTHING", (SIREN,))
        (editeur,) = conn.execute(
            "INSERT INTO editeur (nom, client_id, cree_le) VALUES ('x', 'x', now()) RETURNING id"
        ).fetchone() or (0,)
        for numero in numeros:
            conn.execute(
                "INSERT INTO dossier (numero_interne, siren, editeur, identite, sha256_contenu, depose_le) "
                "VALUES (%s, %s, %s, %s, '', now())",
                (numero, SIREN, editeur, str(numero).encode()),
            )
        if dernier:
            conn.execute("SELECT setval('dossier_numero', %s)", (dernier,))


@pytest.mark.parametrize(
    ("numeros", "dernier", "trous"),
    [
        ([], 0, []),
        ([1, 2, 3], 3, []),
        ([2, 3], 3, [(1, 1)]),
        ([1, 4, 5, 9], 9, [(2, 3), (6, 8)]),
        ([1, 2], 5, [(3, 5)]),
        ([], 2, [(1, 2)]),
        ([3], 4, [(1, 2), (4, 4)]),
    ],
)
def test_every_hole_in_the_numbers_is_reported(
    database_url: str, numeros: list[int], dernier: int, trous: list[tuple[int, int]]
) -> None:
    add_dossiers(database_url, numeros, dernier=dernier)

    async def read() -> Any:
        async with Database.open(database_url, min_size=1, max_size=2) as database:
            return await read_rapport(database)

    rapport = asyncio.run(read())

    assert rapport.trous == trous
    assert rapport.perdus == sum(fin - premier + 1 for premier, fin in trous)
    assert (rapport.dernier, rapport.dossiers, rapport.tronque) == (dernier, len(numeros), False)


def test_the_report_speaks_in_dossier_numbers(terminal: Terminal, database_url: str) -> None:
    add_dossiers(database_url, [1, 4], dernier=4)

    assert "  CA-0000002 à CA-0000003" in terminal.lines("numeros")


@pytest.mark.parametrize(("dernier", "code"), [(9_899_999, 0), (9_900_000, 3), (9_999_999, 3)])
def test_nearing_the_end_of_the_series_is_said_loudly(
    terminal: Terminal, database_url: str, dernier: int, code: int
) -> None:
    add_dossiers(database_url, [1], dernier=dernier)

    resultat = terminal.run("numeros")

    assert resultat.exit_code == code, resultat.output
    assert ("ATTENTION" in resultat.stdout) == (code == 3)
