"""`./run demo` as an evaluator runs it: what it prints, what it writes, what it leaves behind."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

DEMO = [sys.executable, "-m", "traitdunion.bac_a_sable.demo"]
ESPACES = ("mya", "employeur", "editeur", "comptable", "instruction")
MEMBRES = {"api", "jeton", "client_id", "client_secret", "cle_api", "opco", "siren", "dossiers", *ESPACES}
ENTETES = {"EDITEUR": "essai", "LOGICIEL": "essai", "VERSION": "1"}


@pytest.fixture
def passage() -> Iterator[dict[str, str]]:
    """An environment of the demonstration's own, whose temporary folder can be searched afterwards.

    Its path is short, as a Unix socket's must be, and open to PostgreSQL's own account.
    """
    dossier = Path(tempfile.mkdtemp(prefix="tu-d-"))
    dossier.chmod(0o711)
    yield {**os.environ, "TMPDIR": str(dossier)}
    shutil.rmtree(dossier, ignore_errors=True)


def test_the_demonstration_plays_the_whole_chain_and_leaves_nothing(passage: dict[str, str], tmp_path: Path) -> None:
    fichier = tmp_path / "demo.json"
    fait = subprocess.run(
        [*DEMO, "--sans-attendre", "--apprentis", "12", "--json", str(fichier)],
        env=passage,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert fait.returncode == 0, fait.stdout + fait.stderr
    assert len(set(re.findall(r"CA-\d{7}", fait.stdout))) >= 3
    refus = fait.stdout.partition("4. Un contrat fautif")[2].partition("\n5.")[0]
    assert refus.count("[BLOQUANT]") >= 3
    assert "[MOTIF_REFUS]" in refus
    for champ in ("cerfa.apprenti.prenom", "cerfa.contrat.dateFinContrat", "cerfa.employeur.siret"):
        assert champ in refus
    assert re.search(r"en \d+[.,]\d s", fait.stdout), "says how long it took"
    _check_comptes(fait.stdout)
    _check_promotion(fait.stdout)
    _check_json(json.loads(fichier.read_text(encoding="utf-8")), fait.stdout)
    assert fichier.stat().st_mode & 0o077 == 0, "it holds secrets"
    assert [un.name for un in tmp_path.iterdir()] == ["demo.json"]
    _check_nothing_left(passage)


def _check_comptes(dit: str) -> None:
    """What was engaged, invoiced, paid, left and overpaid, of both contracts; the accounts read again."""
    montants = {
        "SOLDE": ["8 000,00", "8 000,00", "8 000,00", "0,00", "0,00"],
        "RUPTURE": ["1 972,60", "1 222,60", "1 222,60", "750,00", "0,00"],
    }
    for etat, attendus in montants.items():
        lignes = re.findall(rf"CA-\d{{7}} +{etat}  (.*,\d\d)$", dit, re.MULTILINE)
        assert [" ".join(un.split()) for un in re.split(r" {2,}", lignes[0].strip())] == attendus
    assert "aucun écart" in dit


def _check_promotion(dit: str) -> None:
    """The commands as they are typed, and what the CFA reads at the end."""
    joue = dit.partition("11. Une promotion de 12 apprentis")[2]
    for commande in ("configurer", "modele", "importer", "suivre", "facturer", "synchroniser", "rapprocher"):
        assert f"$ traitdunion cfa {commande}" in joue
    assert "12 factures envoyées" in joue
    assert re.search(
        r"rapprochement : .* € d'échéances et .* de frais annexes engagés ; .* facturés, .* réglés ; écarts : 0", joue
    )


def _check_json(donnees: dict[str, Any], dit: str) -> None:
    assert set(donnees) == MEMBRES
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", donnees["api"])
    assert donnees["jeton"] == f"{donnees['api']}/oauth2/token"
    assert re.fullmatch(r"\d{9}", donnees["siren"])
    assert len(donnees["dossiers"]) >= 3
    assert all(re.fullmatch(r"CA-\d{7}", dossier) for dossier in donnees["dossiers"])
    assert len(set(donnees["dossiers"])) == len(donnees["dossiers"]), "one number each"
    # Those played one by one are named; of the promotion, the first and the last.
    assert all(dossier in dit for dossier in [*donnees["dossiers"][:-11], donnees["dossiers"][-1]])
    for secret in ("client_secret", "cle_api"):
        assert donnees[secret] not in dit


def test_what_the_json_file_says_connects_while_the_server_runs_and_sigterm_stops_it_all(
    passage: dict[str, str], tmp_path: Path
) -> None:
    fichier = tmp_path / "demo.json"
    demo = subprocess.Popen([*DEMO, "--apprentis", "0", "--json", str(fichier)], env=passage, stdout=subprocess.DEVNULL)
    try:
        _wait(fichier.exists, demo)
        donnees = json.loads(fichier.read_text(encoding="utf-8"))
        client = {nom: donnees[nom] for nom in ("client_id", "client_secret")}
        reponse = httpx.post(donnees["jeton"], data={"grant_type": "client_credentials", **client})
        jeton = reponse.json()["access_token"]
        entetes = {**ENTETES, "Authorization": f"Bearer {jeton}", "X-API-KEY": donnees["cle_api"]}
        etats = httpx.get(f"{donnees['api']}/v1/dossiers/etats", headers=entetes).json()
        assert [etat["numeroExterne"] for etat in etats] == donnees["dossiers"]
    finally:
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(60) == 0
    _check_nothing_left(passage)
    with pytest.raises(httpx.ConnectError):
        httpx.get(donnees["api"])


@pytest.mark.parametrize("signe", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_the_start_stops_every_child(passage: dict[str, str], signe: signal.Signals) -> None:
    demo = subprocess.Popen(DEMO, env=passage, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(lambda: any("postgres" in ligne for ligne in _commands(passage)), demo)
    finally:
        demo.send_signal(signe)
        demo.wait(60)
    _check_nothing_left(passage)


def test_a_folder_that_is_not_empty_is_refused(passage: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "deja").write_text("là")
    fait = subprocess.run(
        [*DEMO, "--sans-attendre", "--conserver", str(tmp_path)],
        env=passage,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert fait.returncode == 1
    assert "n'est pas vide" in fait.stdout
    assert [un.name for un in tmp_path.iterdir()] == ["deja"]


def _wait(pret: Any, demo: "subprocess.Popen[bytes]") -> None:
    limite = time.monotonic() + 120
    while not pret():
        assert demo.poll() is None, "the demonstration ended too early"
        assert time.monotonic() < limite
        time.sleep(0.05)


def _commands(passage: dict[str, str]) -> list[str]:
    """What runs out of the demonstration's temporary folder, by its environment or its command."""
    trouves = []
    for processus in Path("/proc").iterdir():
        try:
            commande = (processus / "cmdline").read_bytes()
            environ = (processus / "environ").read_bytes()
        except OSError:
            continue
        if passage["TMPDIR"].encode() in commande + environ:
            trouves.append(commande.replace(b"\0", b" ").decode(errors="replace"))
    return trouves


def _check_nothing_left(passage: dict[str, str]) -> None:
    dossier = Path(passage["TMPDIR"])
    limite = time.monotonic() + 10
    while _commands(passage) and time.monotonic() < limite:
        time.sleep(0.1)
    assert _commands(passage) == []
    assert list(dossier.iterdir()) == []
