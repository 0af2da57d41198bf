"""The settings of a CFA: where they come from, and how they must be kept."""

import json
from pathlib import Path

import pytest

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.profil import Profil
from traitdunion.norme.profils import NomRoute

REGLAGES = {
    "api": "https://opco.exemple.invalid/",
    "jeton": "https://opco.exemple.invalid/oauth2/token",
    "client_id": "editeur",
    "client_secret": "secret-a-taire",
    "cle_api": "cle-a-taire",
}
ENVIRON = {f"TRAITDUNION_CFA_{nom.upper()}": valeur for nom, valeur in REGLAGES.items()}
VIDE = {"XDG_CONFIG_HOME": "/nulle/part"}


def write(dossier: Path, nom: str, contenu: str, *, droits: int = 0o600) -> Path:
    fichier = dossier / nom
    fichier.write_text(contenu)
    fichier.chmod(droits)
    return fichier


def toml(titre: str = "") -> str:
    return titre + "".join(f'{nom} = "{valeur}"\n' for nom, valeur in REGLAGES.items())


def test_a_profile_comes_whole_from_the_environment() -> None:
    profil = Profil.load(environ=ENVIRON | VIDE | {"TRAITDUNION_CFA_RENVOI_RECONNU": "oui"})
    assert profil.api == "https://opco.exemple.invalid"
    assert profil.renvoi_reconnu is True


def test_a_profile_comes_from_a_file_and_the_environment_wins(tmp_path: Path) -> None:
    fichier = write(tmp_path, "cfa.toml", toml())
    profil = Profil.load(fichier, environ=VIDE | {"TRAITDUNION_CFA_CLIENT_ID": "autre"})
    assert (profil.client_id, profil.cle_api) == ("autre", "cle-a-taire")


def test_the_user_s_own_configuration_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "traitdunion").mkdir()
    write(tmp_path / "traitdunion", "cfa.toml", toml())
    assert Profil.load(environ={"XDG_CONFIG_HOME": str(tmp_path)}).client_id == "editeur"


def test_one_file_may_hold_one_table_per_opco(tmp_path: Path) -> None:
    fichier = write(tmp_path, "cfa.toml", toml("[afdas]\n"))
    assert Profil.load(fichier, nom="afdas", environ=VIDE).client_id == "editeur"
    with pytest.raises(ProfilInvalide, match="akto"):
        Profil.load(fichier, nom="akto", environ=VIDE)


def test_the_file_that_the_demo_writes_is_a_profile(tmp_path: Path) -> None:
    fichier = write(tmp_path, "demo.json", json.dumps(REGLAGES | {"siren": "356000000", "dossiers": ["CA-0000001"]}))
    assert Profil.load(fichier, environ=VIDE).siren == "356000000"


@pytest.mark.parametrize(("droits", "admis"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)])
def test_a_file_of_secrets_that_others_may_read_is_refused(tmp_path: Path, droits: int, admis: bool) -> None:
    fichier = write(tmp_path, "cfa.toml", toml(), droits=droits)
    if admis:
        assert Profil.load(fichier, environ=VIDE).client_id == "editeur"
    else:
        with pytest.raises(ProfilInvalide, match="chmod 600"):
            Profil.load(fichier, environ=VIDE)


@pytest.mark.parametrize("contenu", ['cle_api = "cle-a-taire', "= cle-a-taire", "\udcff"])
def test_an_unreadable_file_is_said_without_its_text(tmp_path: Path, contenu: str) -> None:
    fichier = tmp_path / "cfa.toml"
    fichier.write_bytes(contenu.encode("utf-8", "surrogateescape"))
    fichier.chmod(0o600)
    with pytest.raises(ProfilInvalide) as erreur:
        Profil.load(fichier, environ=VIDE)
    assert "cle-a-taire" not in str(erreur.value)
    assert erreur.value.__suppress_context__


def test_what_is_missing_is_named_with_its_variable() -> None:
    with pytest.raises(ProfilInvalide, match="TRAITDUNION_CFA_CLE_API"):
        Profil.load(environ={nom: valeur for nom, valeur in ENVIRON.items() if "CLE_API" not in nom} | VIDE)


@pytest.mark.parametrize(
    ("api", "admise"),
    [
        ("https://opco.exemple.invalid", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://opco.exemple.invalid", False),
        ("opco.exemple.invalid", False),
        ("https://moi:secret@opco.exemple.invalid", False),
        ("https://opco.exemple.invalid/?cle=1", False),
    ],
)
def test_secrets_never_travel_in_clear_nor_in_an_address(api: str, admise: bool) -> None:
    environ = ENVIRON | VIDE | {"TRAITDUNION_CFA_API": api}
    if admise:
        assert Profil.load(environ=environ).api == api
    else:
        with pytest.raises(ProfilInvalide):
            Profil.load(environ=environ)


def test_a_value_that_would_break_a_header_is_refused() -> None:
    with pytest.raises(ProfilInvalide, match="cle_api"):
        Profil.load(environ=ENVIRON | VIDE | {"TRAITDUNION_CFA_CLE_API": "a\r\nb"})


def test_a_repr_shows_no_secret() -> None:
    affiche = repr(Profil.load(environ=ENVIRON | VIDE))
    assert "a-taire" not in affiche


# What corrects the matrix of the OPCO


def test_the_opco_of_a_profile_and_its_corrections_come_from_the_file(tmp_path: Path) -> None:
    fichier = write(
        tmp_path,
        "cfa.toml",
        toml("[afdas]\n")
        + 'opco = "afdas"\ndpop = "sans"\nidentifiants = "formulaire"\nessai = ["lire_etats_factures"]\nscope = ""\n'
        + '[afdas.routes]\ndeposer_facture = "/v1/Factures"\ndeposer_certificat = false\n',
    )
    profil = Profil.load(fichier, nom="afdas", environ=VIDE)
    assert profil.profil_opco.nom == "Afdas"
    assert (profil.dpop, profil.identifiants, profil.scope) == ("sans", "formulaire", "")
    assert profil.routes == {"deposer_facture": "/v1/Factures", "deposer_certificat": False}
    assert profil.is_essai(NomRoute.LIRE_ETATS_FACTURES)
    assert not profil.is_essai(NomRoute.DEPOSER_DOSSIER)
    assert profil.renvoi_reconnu is False
    assert isinstance(hash(profil), int)


@pytest.mark.parametrize(
    ("dit", "essais"),
    [
        ("oui", set(NomRoute)),
        ("0", set()),
        ("lire_etats_factures, deposer_dossier", {NomRoute.LIRE_ETATS_FACTURES, NomRoute.DEPOSER_DOSSIER}),
    ],
)
def test_trials_may_come_from_the_environment(dit: str, essais: set[NomRoute]) -> None:
    profil = Profil.load(environ=ENVIRON | VIDE | {"TRAITDUNION_CFA_OPCO": "akto", "TRAITDUNION_CFA_ESSAI": dit})
    assert {nom for nom in NomRoute if profil.is_essai(nom)} == essais


@pytest.mark.parametrize(
    ("lignes", "dit"),
    [
        ('opco = "opcalia"', "lopcommerce"),
        ('dpop = "peut-etre"', "sans, jeton, lie"),
        ('identifiants = "cookie"', "basic, formulaire"),
        ('essai = ["certificats"]', "deposer_certificat"),
        ("[routes]\ncertificats = true", "deposer_certificat"),
        ('[routes]\ndeposer_facture = "factures"', "/v1/factures"),
        ('[routes]\ndeposer_facture = "https://ailleurs.invalid/v1/factures"', "/v1/factures"),
        ('[routes]\ndeposer_facture = "/v1/../secret"', "/v1/factures"),
        ("[routes]\ndeposer_facture = 3", "table"),
        ("routes = 3", "table"),
    ],
)
def test_a_correction_that_makes_no_sense_is_told_with_what_is_admitted(tmp_path: Path, lignes: str, dit: str) -> None:
    fichier = write(tmp_path, "cfa.toml", toml() + lignes + "\n")
    with pytest.raises(ProfilInvalide, match=dit):
        Profil.load(fichier, environ=VIDE)


def test_the_same_deposit_is_known_again_where_the_opco_s_profile_says_so() -> None:
    assert Profil(**REGLAGES).renvoi_reconnu is False
    assert Profil(**REGLAGES, opco="traitdunion").renvoi_reconnu is True
    assert Profil(**REGLAGES, opco="traitdunion", renvoi_reconnu=False).renvoi_reconnu is False
    assert Profil(**REGLAGES, opco="akto").renvoi_reconnu is False
