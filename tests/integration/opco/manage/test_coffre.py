import stat
from pathlib import Path

import pytest

from traitdunion.opco import coffre


def test_the_keys_written_are_the_keys_read_and_only_their_owner_may(tmp_path: Path) -> None:
    fichier = tmp_path / "nouveau" / "secrets.json"

    ecrit = coffre.create(fichier)

    assert coffre.read(fichier) == ecrit
    assert stat.S_IMODE(fichier.stat().st_mode) == 0o600


def test_keys_are_never_written_over(tmp_path: Path) -> None:
    fichier = tmp_path / "secrets.json"
    ecrit = coffre.create(fichier)

    with pytest.raises(FileExistsError):
        coffre.create(fichier)
    assert coffre.read(fichier) == ecrit


@pytest.mark.parametrize("droits", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, droits: int) -> None:
    fichier = tmp_path / "secrets.json"
    coffre.create(fichier)
    fichier.chmod(droits)

    with pytest.raises(coffre.CoffreIllisible, match="chmod 600"):
        coffre.read(fichier)


def test_a_file_its_owner_can_only_read_is_accepted(tmp_path: Path) -> None:
    fichier = tmp_path / "secrets.json"
    coffre.create(fichier)
    fichier.chmod(0o400)

    assert coffre.read(fichier)


@pytest.mark.parametrize("contenu", [b"", b"{}", b"[]", b"\xff", b'{"coffre": {"k1": "AAAA"}}'])
def test_what_is_no_keys_file_is_refused_without_quoting_it(tmp_path: Path, contenu: bytes) -> None:
    fichier = tmp_path / "secrets.json"
    fichier.write_bytes(contenu)
    fichier.chmod(0o600)

    with pytest.raises(coffre.CoffreIllisible) as faute:
        coffre.read(fichier)
    assert "AAAA" not in str(faute.value)


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    fichier = tmp_path / "secrets.json"
    fichier.write_bytes(
        b'{"coffre": {"k1": "AAAA"}, "coffre_courante": "k1", "empreintes": "AAAA", "signature": "AAAA"}'
    )
    fichier.chmod(0o600)

    with pytest.raises(coffre.CoffreIllisible, match="bonne taille"):
        coffre.read(fichier)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(coffre.CoffreIllisible, match="initialiser"):
        coffre.read(tmp_path / "absent.json")


def test_no_key_shows_in_the_repr(tmp_path: Path) -> None:
    ecrit = coffre.create(tmp_path / "secrets.json")

    assert repr(ecrit) == "Coffre(coffre_courante='k1')"


def test_two_vaults_of_one_file_open_each_other(tmp_path: Path) -> None:
    fichier = tmp_path / "secrets.json"
    scelle = coffre.create(fichier).vault().encrypt(b"texte", aad=b"a")

    assert coffre.read(fichier).vault().decrypt(scelle, aad=b"a") == b"texte"
