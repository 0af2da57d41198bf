"""Each example of the SDK's guide is run, against the OPCO in memory, and prints what the guide leads to expect."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import stamina
from builders.projet import RACINE

from traitdunion.cfa import ClientCfa, ClientCfaAsync, Profil
from traitdunion.cfa.essai import Coupure, OpcoEssai
from traitdunion.norme.openapi.exemples import DEPOT

GUIDE = (RACINE / "docs" / "guides" / "sdk.md").read_text(encoding="utf-8")
BLOCS = {
    re.sub(r"\W+", "-", titre).strip("-"): blocs
    for titre, corps in re.findall(r"^## \d+\. (.+?)\n(.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE)
    if (blocs := re.findall(r"```python\n(.*?)```", corps, re.DOTALL))
}


@pytest.fixture
def opco() -> OpcoEssai:
    return OpcoEssai("afdas")


@pytest.fixture
def play(
    opco: OpcoEssai, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    """Run the examples of a section as its reader would: the file of settings is theirs, the network is ours."""
    dossier = tmp_path / "traitdunion"
    dossier.mkdir()
    exemple = re.search(r"```toml\n(\[afdas\]\n.*?)```", GUIDE, re.DOTALL)
    assert exemple is not None
    reglages = opco.profil()
    lignes = exemple[1]
    for nom in ("api", "jeton", "client_id", "client_secret", "cle_api", "siren"):
        lignes = re.sub(rf'(?m)^{nom} = "[^"]*"', f'{nom} = "{getattr(reglages, nom)}"', lignes)
    (dossier / "cfa.toml").write_text(lignes, encoding="utf-8")
    (dossier / "cfa.toml").chmod(0o600)
    (tmp_path / "contrat.json").write_bytes(msgspec.json.encode(DEPOT))
    (tmp_path / "convention.pdf").write_bytes(b"%PDF-1.7 convention")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for classe in (ClientCfa, ClientCfaAsync):
        _plug(monkeypatch, classe, opco)

    def run(section: str) -> str:
        with stamina.set_testing(True, attempts=2):
            for bloc in BLOCS[section]:
                exec(compile(bloc, f"guide, {section}", "exec"), {"__name__": "__main__"})  # noqa: S102 - our own guide
        return capsys.readouterr().out

    return run


def _plug(monkeypatch: pytest.MonkeyPatch, classe: type, opco: OpcoEssai) -> None:
    """Examples that name no transport get that of the OPCO in memory."""
    initial = classe.__init__  # type: ignore[misc] - put back by monkeypatch

    def init(self: Any, profil: Profil, **options: Any) -> None:
        initial(self, profil, **{"transport": opco.transport, **options})

    monkeypatch.setattr(classe, "__init__", init)


def test_every_section_with_code_is_run_here() -> None:
    joues = set(re.findall(r'play\("([^"]+)"\)', Path(__file__).read_text(encoding="utf-8")))
    assert joues == set(BLOCS)


def test_one_connects(play: Callable[[str], str]) -> None:
    assert play("Se-connecter") == "healthy 2027-09-01\n"


def test_one_deposits(play: Callable[[str], str], opco: OpcoEssai) -> None:
    assert play("Déposer") == "CA-0000001\n"
    assert list(opco.registre.pieces.values()) == [("deposer_convention", b"%PDF-1.7 convention")]


def test_one_reads_back(play: Callable[[str], str], opco: OpcoEssai) -> None:
    opco.registre.record_dossier(msgspec.json.encode(DEPOT))
    opco.decide("1", "REFUSE")
    assert play("Relire") == "CA-0000001 REFUSE REFUSE\nREFUSE None\n"


def test_one_is_told_what_went_wrong(play: Callable[[str], str], opco: OpcoEssai) -> None:
    opco.pannes = [Coupure()]
    assert play("Quand-cela-se-passe-mal") == "déjà là : CA-0000001\n"


def test_one_goes_async(play: Callable[[str], str], opco: OpcoEssai) -> None:
    opco.registre.record_dossier(msgspec.json.encode(DEPOT))
    assert play("En-asynchrone") == "healthy 2027-09-01\nCA-0000001 TRANSMIS\n"
    assert opco.acces.jetons == ["jeton-1"]


def test_one_tests_with_the_opco_in_memory(play: Callable[[str], str]) -> None:
    engagement, _demandes = play("Dans-vos-tests").split()
    assert float(engagement) == 5000


def test_one_has_dpop_for_nothing(play: Callable[[str], str]) -> None:
    assert play("DPoP") == "[True, True, False]\n"


def test_one_reads_the_matrix(play: Callable[[str], str]) -> None:
    lignes = play("Ce-que-chaque-OPCO-offre").splitlines()
    assert lignes[0].startswith("Afdas oui")
    assert lignes[1] == "Akto non Déposez le certificat de réalisation sur le portail d'Akto."
    assert len(lignes) == 11


def test_every_error_of_the_table_is_one_of_the_sdk() -> None:
    import traitdunion.cfa as sdk

    noms = set(re.findall(r"`([A-Z]\w+)`", "\n".join(re.findall(r"(?m)^\| (`.*?) \|", GUIDE))))
    assert len(noms) >= 8
    assert noms <= set(sdk.__all__)
