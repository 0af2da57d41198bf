"""Secrets apart from the settings: in the keyring, or in a file of their own where there is none."""

import os
import subprocess
import sys
from pathlib import Path

import keyring
import pytest
from builders.cfa.trousseau import TrousseauEnMemoire
from keyring.backends import null

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.reglages.secrets import (
    Rangement,
    delete_secrets,
    find_secret,
    record_secret,
    usable_keyring,
)

RESTE = 'api = "https://opco.exemple.invalid"\njeton = "https://opco.exemple.invalid/t"\nclient_id = "editeur"\n'


def test_a_secret_goes_to_the_keyring_under_the_profile_s_name(trousseau: TrousseauEnMemoire, tmp_path: Path) -> None:
    assert record_secret("afdas", "cle_api", "a-taire", tmp_path) is Rangement.TROUSSEAU

    assert trousseau.gardes == {("traitdunion", "afdas:cle_api"): "a-taire"}
    assert find_secret("afdas", "cle_api", tmp_path) == ("a-taire", Rangement.TROUSSEAU)
    assert find_secret("akto", "cle_api", tmp_path) is None
    assert list(tmp_path.glob("*.toml")) == []


def test_without_keyring_it_goes_to_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    assert usable_keyring() is None
    assert record_secret("afdas", "cle_api", "à taire « 1 »", tmp_path) is Rangement.FICHIER

    fichier = tmp_path / "secrets.toml"
    assert fichier.stat().st_mode & 0o777 == 0o600
    assert find_secret("afdas", "cle_api", tmp_path) == ("à taire « 1 »", Rangement.FICHIER)


@pytest.mark.parametrize("reglage", [{}, {"PYTHON_KEYRING_BACKEND": "nulle.part.Trousseau"}])
def test_this_machine_s_own_keyring_says_for_itself_whether_it_keeps_anything(
    reglage: dict[str, str], tmp_path: Path
) -> None:
    # A real process, and whatever backend keyring finds without a desktop.
    code = "from traitdunion.cfa.reglages.secrets import usable_keyring; print(usable_keyring())"
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nulle/part"}
    fait = subprocess.run(
        [sys.executable, "-c", code], env=environ | reglage, capture_output=True, text=True, check=True
    )

    assert fait.stdout == "None\n"


def test_a_keyring_that_swallows_everything_is_no_keyring(tmp_path: Path) -> None:
    keyring.set_keyring(null.Keyring())

    assert record_secret("afdas", "cle_api", "a-taire", tmp_path) is Rangement.FICHIER
    assert find_secret("afdas", "cle_api", tmp_path) == ("a-taire", Rangement.FICHIER)


def test_a_locked_keyring_leaves_the_file_its_turn(trousseau: TrousseauEnMemoire, tmp_path: Path) -> None:
    trousseau.verrouille = True

    assert record_secret("afdas", "cle_api", "a-taire", tmp_path) is Rangement.FICHIER
    assert find_secret("afdas", "cle_api", tmp_path) == ("a-taire", Rangement.FICHIER)
    with pytest.raises(ProfilInvalide, match="--secrets fichier"):
        record_secret("afdas", "cle_api", "a-taire", tmp_path, voulu=Rangement.TROUSSEAU)


def test_a_secret_is_kept_in_one_place_only(trousseau: TrousseauEnMemoire, tmp_path: Path) -> None:
    record_secret("afdas", "cle_api", "un", tmp_path)
    record_secret("afdas", "cle_api", "deux", tmp_path, voulu=Rangement.FICHIER)
    assert trousseau.gardes == {}
    assert find_secret("afdas", "cle_api", tmp_path) == ("deux", Rangement.FICHIER)

    record_secret("afdas", "cle_api", "trois", tmp_path)
    assert "deux" not in (tmp_path / "secrets.toml").read_text()
    assert find_secret("afdas", "cle_api", tmp_path) == ("trois", Rangement.TROUSSEAU)
    assert not list(tmp_path.glob("*.bak")), "a secret that is taken away stays nowhere"


def test_a_profile_s_secrets_go_together_and_the_others_stay(trousseau: TrousseauEnMemoire, tmp_path: Path) -> None:
    record_secret("afdas", "cle_api", "un", tmp_path)
    record_secret("afdas", "client_secret", "deux", tmp_path, voulu=Rangement.FICHIER)
    record_secret("akto", "cle_api", "trois", tmp_path)
    record_secret("akto", "client_secret", "quatre", tmp_path, voulu=Rangement.FICHIER)

    delete_secrets("afdas", tmp_path)

    assert find_secret("afdas", "cle_api", tmp_path) is None
    assert find_secret("afdas", "client_secret", tmp_path) is None
    assert find_secret("akto", "cle_api", tmp_path) == ("trois", Rangement.TROUSSEAU)
    assert find_secret("akto", "client_secret", tmp_path) == ("quatre", Rangement.FICHIER)


def test_a_file_of_secrets_that_others_may_read_is_refused(tmp_path: Path) -> None:
    record_secret("afdas", "cle_api", "a-taire", tmp_path)
    (tmp_path / "secrets.toml").chmod(0o644)

    with pytest.raises(ProfilInvalide, match="chmod 600") as erreur:
        find_secret("afdas", "cle_api", tmp_path)
    assert "a-taire" not in str(erreur.value)


def test_a_profile_finds_its_secrets_environment_first_then_file_then_keyring_then_file_of_secrets(
    trousseau: TrousseauEnMemoire, tmp_path: Path
) -> None:
    fichier = tmp_path / "cfa.toml"
    fichier.write_text(f"[afdas]\n{RESTE}", encoding="utf-8")
    fichier.chmod(0o600)
    (tmp_path / "secrets.toml").write_text('[afdas]\nclient_secret = "du-fichier"\ncle_api = "du-fichier"\n')
    (tmp_path / "secrets.toml").chmod(0o600)

    def lu(**environ: str) -> tuple[str, str]:
        profil = Profil.load(fichier, nom="afdas", environ=environ)
        return profil.client_secret, profil.cle_api

    assert lu() == ("du-fichier", "du-fichier")
    trousseau.gardes["traitdunion", "afdas:cle_api"] = "du-trousseau"
    assert lu() == ("du-fichier", "du-trousseau")
    fichier.write_text(f'[afdas]\n{RESTE}cle_api = "des-reglages"\n', encoding="utf-8")
    assert lu() == ("du-fichier", "des-reglages")
    assert lu(TRAITDUNION_CFA_CLE_API="de-l-environnement") == ("du-fichier", "de-l-environnement")
