"""Several profiles in one file: which one is meant, and how a file is rewritten."""

import os
from pathlib import Path

import pytest

from traitdunion.cfa import lieux
from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.reglages import fiche as fiches
from traitdunion.cfa.reglages.fichier import change_file, read_file
from traitdunion.cfa.reglages.profils import list_profils, read_section
from traitdunion.cfa.reglages.secrets import Rangement

VIDE = {"XDG_CONFIG_HOME": "/nulle/part"}


def table(client: str) -> str:
    return (
        f'api = "https://{client}.exemple.invalid"\njeton = "https://{client}.exemple.invalid/t"\n'
        f'client_id = "{client}"\nclient_secret = "s"\ncle_api = "c"\n'
    )


def write(fichier: Path, texte: str) -> Path:
    fichier.write_text(texte, encoding="utf-8")
    fichier.chmod(0o600)
    return fichier


@pytest.fixture
def fichier(tmp_path: Path) -> Path:
    return tmp_path / "cfa.toml"


@pytest.mark.parametrize(
    ("texte", "environ", "attendu"),
    [
        (table("haut"), {}, "defaut"),
        (table("haut") + "[akto]\n" + table("akto"), {}, "defaut"),
        ("[akto]\n" + table("akto"), {}, "akto"),
        ("[akto]\n" + table("akto") + '[akto.facturation]\nlieu = "Paris"\n', {}, "akto"),
        ('profil_par_defaut = "afdas"\n[akto]\n' + table("akto") + "[afdas]\n" + table("afdas"), {}, "afdas"),
        ("[akto]\n" + table("akto") + "[afdas]\n" + table("afdas"), {"TRAITDUNION_CFA_PROFIL": "afdas"}, "afdas"),
        ("[defaut]\n" + table("defaut"), {}, "defaut"),
    ],
)
def test_without_a_name_the_profile_is_the_one_that_cannot_be_mistaken(
    fichier: Path, texte: str, environ: dict[str, str], attendu: str
) -> None:
    profil = Profil.load(write(fichier, texte), environ=VIDE | environ)

    assert profil.nom == attendu
    assert profil.client_id == ("haut" if "haut" in texte else attendu)


def test_several_profiles_and_none_said_is_a_question_and_not_a_guess(fichier: Path) -> None:
    write(fichier, "[akto]\n" + table("akto") + "[afdas]\n" + table("afdas"))

    with pytest.raises(ProfilInvalide, match=r"akto, afdas.*--profil"):
        Profil.load(fichier, environ=VIDE)


def test_a_name_that_is_nearly_one_is_told_the_right_one(fichier: Path) -> None:
    write(fichier, "[afdas]\n" + table("afdas"))

    with pytest.raises(ProfilInvalide, match="Vouliez-vous dire « afdas »"):
        Profil.load(fichier, nom="afads", environ=VIDE)


def test_a_section_is_read_for_the_part_that_it_concerns(fichier: Path) -> None:
    write(fichier, "[akto]\n" + table("akto") + '[akto.facturation]\nlieu = "Évry"\n')

    assert read_section("facturation", fichier=fichier, nom="akto", environ=VIDE) == ({"lieu": "Évry"}, "akto")
    assert read_section("autre", fichier=fichier, nom="akto", environ=VIDE) == ({}, "akto")
    write(fichier, table("haut") + '[facturation]\nlieu = "Évry"\n')
    assert list_profils(read_file(fichier)) == ["defaut"]
    assert read_section("facturation", fichier=fichier, nom=None, environ=VIDE) == ({"lieu": "Évry"}, "defaut")


def test_a_second_profile_does_not_take_the_place_of_the_first(fichier: Path) -> None:
    write(fichier, "# à moi\n[afdas]\n" + table("afdas"))

    ranges = fiches.record_values(fichier, "akto", {"api": "https://akto.exemple.invalid", "client_secret": "neuf"})

    assert ranges == {"client_secret": Rangement.FICHIER}
    assert "# à moi" in fichier.read_text()
    assert "neuf" not in fichier.read_text()
    assert Profil.load(fichier, environ=VIDE).nom == "afdas"
    fiches.set_default(fichier, "akto")
    assert read_file(fichier)["profil_par_defaut"] == "akto"
    fiches.delete_profil(fichier, "akto")
    assert Profil.load(fichier, environ=VIDE).nom == "afdas"


def test_a_secret_written_in_the_settings_leaves_them_when_it_is_given_again(fichier: Path) -> None:
    write(fichier, table("haut"))

    fiches.record_values(fichier, "defaut", {"client_secret": "neuf"})

    assert "client_secret" not in read_file(fichier)
    assert Profil.load(fichier, environ=VIDE).client_secret == "neuf"


def test_a_profile_of_the_top_level_goes_and_the_tables_stay(fichier: Path) -> None:
    write(fichier, table("haut") + "[akto]\n" + table("akto"))

    fiches.delete_profil(fichier, "defaut")

    assert list_profils(read_file(fichier)) == ["akto"]
    with pytest.raises(ProfilInvalide, match="ne contient pas"):
        fiches.delete_profil(fichier, "defaut")


@pytest.mark.parametrize("nom", ["", "a b", "é", "facturation", "profil_par_defaut", "../x", "-x", "a" * 41])
def test_a_name_that_no_folder_nor_table_could_bear_is_refused(nom: str) -> None:
    with pytest.raises(ProfilInvalide, match="ne convient pas"):
        fiches.check_nom(nom)


def test_what_was_there_before_is_kept_beside_for_its_owner_only(fichier: Path) -> None:
    write(fichier, "a = 1\n")

    change_file(fichier, lambda texte: texte + "b = 2\n")

    assert fichier.read_text() == "a = 1\nb = 2\n"
    ancien = fichier.with_name("cfa.toml.bak")
    assert ancien.read_text() == "a = 1\n"
    assert {un.stat().st_mode & 0o777 for un in (fichier, ancien)} == {0o600}
    assert {un.name for un in fichier.parent.iterdir() if un.is_file()} == {"cfa.toml", "cfa.toml.bak"}


def test_a_change_that_fails_changes_nothing(fichier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(fichier, "a = 1\n")

    def full(descripteur: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProfilInvalide, match="le disque est plein"):
        change_file(fichier, lambda texte: "b = 2\n")
    assert fichier.read_text() == "a = 1\n"
    assert {un.name for un in fichier.parent.iterdir() if un.is_file()} == {"cfa.toml"}


def test_a_link_to_the_settings_stays_a_link(fichier: Path, tmp_path: Path) -> None:
    vrai = write(tmp_path / "vrai.toml", "a = 1\n")
    fichier.symlink_to(vrai)

    change_file(fichier, lambda texte: "b = 2\n")

    assert fichier.is_symlink()
    assert vrai.read_text() == "b = 2\n"


def test_a_json_file_is_never_rewritten(tmp_path: Path) -> None:
    with pytest.raises(ProfilInvalide, match="JSON"):
        change_file(write(tmp_path / "demo.json", "{}"), lambda texte: texte)


def test_a_folder_with_accents_and_spaces_will_do(tmp_path: Path) -> None:
    fichier = tmp_path / "Réglages de Zoé" / "cfa à moi.toml"

    fiches.record_values(fichier, "afdas", {"api": "https://x.exemple.invalid", "cle_api": "c"})

    assert read_file(fichier)["afdas"] == {"api": "https://x.exemple.invalid"}
    assert fichier.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("octets", "dit"),
    [
        (b"\xef\xbb\xbfapi = 1\n", None),  # the mark that Notepad puts first
        (b"api = \xe9\n", "UTF-8"),
        (b"x = 1\napi = \n", r"TOML ou JSON attendu\), ligne 2"),
        (b"x = 1\n" + b"#" * 1024 * 1024, "1 Mio"),
    ],
)
def test_files_of_all_sorts_are_read_or_told(fichier: Path, octets: bytes, dit: str | None) -> None:
    fichier.write_bytes(octets)
    fichier.chmod(0o600)

    if dit is None:
        assert read_file(fichier) == {"api": 1}
    else:
        with pytest.raises(ProfilInvalide, match=dit):
            read_file(fichier)


def test_a_json_list_is_no_settings(tmp_path: Path) -> None:
    with pytest.raises(ProfilInvalide, match="pas de réglages"):
        read_file(write(tmp_path / "x.json", "[]"))


def test_without_a_home_the_variable_to_set_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", absent)
    with pytest.raises(ProfilInvalide, match="XDG_CONFIG_HOME"):
        lieux.config_folder({})
    with pytest.raises(ProfilInvalide, match="TRAITDUNION_CFA_DONNEES"):
        lieux.data_folder("afdas", {})


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    # A file where a folder is wanted: refused to everyone, the administrator included.
    occupe = write(tmp_path / "occupe", "")

    with pytest.raises(ProfilInvalide, match="TRAITDUNION_CFA_DONNEES"):
        lieux.data_folder("afdas", {"TRAITDUNION_CFA_DONNEES": str(occupe)})
    with pytest.raises(ProfilInvalide, match="--configuration"):
        fiches.record_values(occupe / "cfa.toml", "afdas", {"api": "x"})


@pytest.mark.parametrize(
    ("un", "autre"),
    [("OPCO été", "OPCO eté"), ("a/b", "a b"), ("a/b", "a_b"), ("AFDAS", "afdas"), ("é", "è"), ("..", ".")],
)
def test_two_profiles_never_share_a_folder(tmp_path: Path, un: str, autre: str) -> None:
    # One outbox for two OPCO would send to one what is meant for the other.
    environ = {"TRAITDUNION_CFA_DONNEES": str(tmp_path / "donnees")}
    dossiers = [lieux.data_folder(nom, environ) for nom in (un, autre)]

    assert str(dossiers[0]).lower() != str(dossiers[1]).lower()
    assert {dossier.parent for dossier in dossiers} == {tmp_path / "donnees"}


@pytest.mark.parametrize("nom", ["x" * 300, "é" * 300, "a\nb", "\0", "..\\..", "\U0001f600"])
def test_any_name_of_profile_has_a_folder_that_can_be_made(tmp_path: Path, nom: str) -> None:
    dossier = lieux.data_folder(nom, {"TRAITDUNION_CFA_DONNEES": str(tmp_path)})
    assert dossier.is_dir()
    assert dossier.parent == tmp_path


def test_a_plain_name_is_its_own_folder() -> None:
    assert lieux.folder_name("afdas-2026_essai") == "afdas-2026_essai"
