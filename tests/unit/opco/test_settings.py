from pathlib import Path

import pytest

from traitdunion.norme.cle_api import Milieu
from traitdunion.opco.acces.jetons.dpop import ModeDpop
from traitdunion.opco.settings import Environnement, ReglageInvalide, Settings, documentation

PRODUCTION = {
    "TRAITDUNION_ENVIRONNEMENT": "production",
    "TRAITDUNION_DATABASE_URL": "postgresql://opco:m0tdepasse@base/opco",
    "TRAITDUNION_SECRETS": "/run/credentials/secrets.json",
    "TRAITDUNION_URL_PUBLIQUE": "https://opco.example",
}


def fault(environ: dict[str, str]) -> str:
    with pytest.raises(ReglageInvalide) as faute:
        Settings.from_env(environ)
    return str(faute.value)


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()
    assert Settings.from_env({"PATH": "/bin", "TRAITDUNION_PORT": " "}) == Settings()


def test_values_are_read_in_their_type() -> None:
    lus = Settings.from_env(
        {
            "TRAITDUNION_PORT": "8081",
            "TRAITDUNION_DPOP": "liee",
            "TRAITDUNION_DONNEES": "/srv/opco",
            "TRAITDUNION_DELAI_RETRAIT": "0.5",
            "TRAITDUNION_DATABASE_URL": "1234",
        }
    )

    assert (lus.port, lus.dpop, lus.donnees, lus.delai_retrait, lus.database_url) == (
        8081,
        ModeDpop.LIEE,
        Path("/srv/opco"),
        0.5,
        "1234",
    )
    assert lus.secrets_fichier == Path("/srv/opco/secrets.json")


@pytest.mark.parametrize(
    ("variable", "dedans", "dehors"),
    [
        ("PORT", "65535", "65536"),
        ("PORT", "1", "0"),
        ("PROCESSUS", "64", "65"),
        ("DUREE_JETON", "3600", "3601"),
        ("DUREE_JETON", "60", "59"),
        ("DELAI_RETRAIT", "0", "-1"),
        ("APPELS_PAR_MINUTE", "0", "-1"),
        ("FICHIER_MAX", "10485760", "10485761"),
        ("JOURNAL", "DEBUG", "debug"),
        ("DPOP", "exigee", "oui"),
        ("ENVIRONNEMENT", "bac_a_sable", "prod"),
        ("PORT", "80", "http"),
    ],
)
def test_just_inside_is_read_and_just_outside_is_refused_by_name(variable: str, dedans: str, dehors: str) -> None:
    assert Settings.from_env({f"TRAITDUNION_{variable}": dedans})
    assert f"TRAITDUNION_{variable} : " in fault({f"TRAITDUNION_{variable}": dehors})


def test_a_mistyped_name_is_refused_rather_than_left_aside() -> None:
    assert "TRAITDUNION_DATABASE_ULR : ce réglage n'existe pas." in fault({"TRAITDUNION_DATABASE_ULR": "x"})


def test_all_faults_are_said_at_once() -> None:
    assert len(fault({"TRAITDUNION_PORT": "x", "TRAITDUNION_DPOP": "x", "TRAITDUNION_X": "x"}).splitlines()) == 3


@pytest.mark.parametrize("variable", ["TRAITDUNION_DATABASE_URL", "TRAITDUNION_SECRETS", "TRAITDUNION_URL_PUBLIQUE"])
def test_production_refuses_to_start_on_defaults(variable: str) -> None:
    assert f"{variable} est exigé en production." in fault(
        {nom: valeur for nom, valeur in PRODUCTION.items() if nom != variable}
    )


def test_production_is_read_when_all_is_there() -> None:
    lus = Settings.from_env(PRODUCTION)

    assert (lus.environnement, lus.production, lus.milieu) == (Environnement.PRODUCTION, True, Milieu.PRODUCTION)


@pytest.mark.parametrize(
    "autre", [{"TRAITDUNION_PANNES": "avant_commit:1"}, {"TRAITDUNION_URL_PUBLIQUE": "http://opco.example"}]
)
def test_production_refuses_fault_injection_and_plain_http(autre: dict[str, str]) -> None:
    (variable,) = autre

    assert variable in fault({**PRODUCTION, **autre})


@pytest.mark.parametrize("environnement", ["developpement", "bac_a_sable"])
def test_outside_production_keys_are_for_trying(environnement: str) -> None:
    assert Settings.from_env({"TRAITDUNION_ENVIRONNEMENT": environnement}).milieu is Milieu.ESSAI


def test_no_password_in_the_repr() -> None:
    assert "m0tdepasse" not in repr(Settings.from_env(PRODUCTION))
    assert "m0tdepasse" not in str(Settings.from_env(PRODUCTION))


def test_child_processes_read_the_same_settings() -> None:
    lus = Settings.from_env({**PRODUCTION, "TRAITDUNION_DPOP": "liee", "TRAITDUNION_DELAI_RETRAIT": "2.5"})

    assert Settings.from_env(lus.to_env()) == lus


def test_every_setting_is_documented_in_french() -> None:
    reglages = documentation()

    assert {reglage.variable for reglage in reglages} == {
        f"TRAITDUNION_{nom.upper()}" for nom in Settings.__struct_fields__
    }
    for reglage in reglages:
        assert len(reglage.documentation) > 15, reglage.variable
        assert reglage.documentation.endswith("."), reglage.variable


def test_the_variables_of_the_other_side_are_left_alone() -> None:
    environ = {"TRAITDUNION_CFA_CLE_API": "cle", "TRAITDUNION_TEST_DATABASE_URL": "url", "TRAITDUNION_PORT": "8001"}
    assert Settings.from_env(environ).port == 8001
