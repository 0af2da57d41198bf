"""The matrix of the eleven OPCO: it says what norme.md §6 says, and nothing is left without an answer."""

import pytest

from traitdunion.norme import profils
from traitdunion.norme.profils import Dpop, FormeErreur, NomRoute, ProfilOpco, Source, Support
from traitdunion.norme.routes import ROUTES

OUI, TEST, DEV, NON = Support.OUI, Support.EN_TEST, Support.EN_DEVELOPPEMENT, Support.NON
# The table of norme.md §6: cerfa v2, factures, états des factures, conventions, certificats.
TABLE = {
    "afdas": (DEV, OUI, DEV, OUI, OUI),
    "akto": (OUI, OUI, OUI, OUI, NON),
    "atlas": (OUI, OUI, OUI, OUI, NON),
    "opco-mobilites": (OUI, OUI, OUI, OUI, NON),
    "opco-ep": (TEST, OUI, NON, OUI, NON),
    "lopcommerce": (OUI, OUI, OUI, OUI, NON),
    "ocapiat": (OUI, OUI, OUI, OUI, NON),
    "constructys": (DEV, OUI, NON, OUI, NON),
    "opco-2i": (DEV, OUI, NON, OUI, NON),
    "uniformation": (DEV, NON, NON, OUI, NON),
    "opco-sante": (NON, OUI, NON, NON, NON),
}
tous = pytest.mark.parametrize("profil", profils.PROFILS, ids=lambda profil: profil.code)


def test_the_matrix_is_the_table_of_the_norm() -> None:
    lue = {
        opco.code: (
            opco.versions(NomRoute.DEPOSER_DOSSIER)[-1].support,
            *(
                opco.best(nom).support
                for nom in (
                    NomRoute.DEPOSER_FACTURE,
                    NomRoute.LIRE_ETATS_FACTURES,
                    NomRoute.DEPOSER_CONVENTION,
                    NomRoute.DEPOSER_CERTIFICAT,
                )
            ),
        )
        for opco in profils.OPCOS
    }
    assert lue == TABLE


def test_what_the_norm_has_seen_is_marked_so_and_the_rest_is_not() -> None:
    vues = {opco.code for opco in profils.OPCOS if opco.jeton.source is Source.VU}
    assert vues == {"afdas", "akto", "atlas", "opco-mobilites", "opco-ep"}
    assert {opco.code for opco in profils.OPCOS if opco.source_erreur is Source.VU} == vues
    (v1, v2) = profils.OPCOS[0].versions(NomRoute.DEPOSER_DOSSIER)
    assert (v1.source, v2.source) == (Source.DECIDE, Source.VU)


def test_the_three_token_flows_and_the_shapes_of_errors_are_there() -> None:
    flux = {opco.code: (opco.jeton.dpop, bool(opco.jeton.scopes), opco.jeton.serveur) for opco in profils.OPCOS}
    assert flux["afdas"] == (Dpop.JETON, False, "Okta")
    assert flux["akto"] == (Dpop.SANS, True, None)
    assert flux["opco-ep"] == (Dpop.SANS, False, "Keycloak")
    assert {opco.forme_erreur for opco in profils.OPCOS} >= {
        FormeErreur.ERRORS,
        FormeErreur.DESCRIPTION,
        FormeErreur.COMMENT,
    }
    akto = profils.find("akto")
    assert akto is not None
    assert akto.best(NomRoute.DEPOSER_DOCUMENT).forme_erreur is FormeErreur.DESCRIPTION_MAJUSCULE


@tous
def test_every_route_is_known_of_every_opco_and_what_is_missing_says_what_to_do(profil: ProfilOpco) -> None:
    for nom in NomRoute:
        routes = profil.versions(nom)
        assert routes, nom
        assert [route.version for route in routes] == sorted({route.version for route in routes})
        for route in routes:
            assert route.conseil.endswith(".")
            assert "{" not in route.conseil


@tous
def test_every_path_is_one_of_the_norm_but_for_its_case(profil: ProfilOpco) -> None:
    chemins = {chemin.split("/{")[0] for route in ROUTES for chemin in route.paths()}
    assert {route.chemin.lower() for route in profil.routes} <= chemins


def test_this_project_s_own_server_has_everything() -> None:
    assert {route.support for route in profils.TRAITDUNION.routes} == {OUI}
    assert profils.TRAITDUNION.renvoi_reconnu
    servies = {chemin.split("/{")[0] for route in ROUTES for chemin in route.paths()} - {"/oauth2/token"}
    nommees = {route.chemin for route in profils.TRAITDUNION.routes}
    # Both versions of a route are served; the profile names the one to call.
    assert {chemin.split("/", 2)[2] for chemin in servies} == {chemin.split("/", 2)[2] for chemin in nommees}


@pytest.mark.parametrize(
    ("texte", "code"),
    [
        ("AFDAS", "afdas"),
        ("L'Opcommerce", "lopcommerce"),
        ("l’opcommerce", "lopcommerce"),
        ("opco mobilites", "opco-mobilites"),
        ("Mobilités", "opco-mobilites"),
        ("OPCO 2i", "opco-2i"),
        ("opco-ep", "opco-ep"),
        ("Opco Atlas", "atlas"),
    ],
)
def test_an_opco_is_found_by_the_name_that_people_give_it(texte: str, code: str) -> None:
    trouve = profils.find_by_nom(texte)
    assert trouve is not None
    assert trouve.code == code


@pytest.mark.parametrize("texte", ["", "opco", "Opcalia", "🙂"])
def test_a_name_that_is_no_opco_s_finds_nothing(texte: str) -> None:
    assert profils.find_by_nom(texte) is None


def test_trials_open_what_is_on_trial_and_never_what_is_absent() -> None:
    afdas = profils.find("afdas")
    assert afdas is not None
    assert afdas.best(NomRoute.DEPOSER_DOSSIER).version == "v1"
    assert afdas.best(NomRoute.DEPOSER_DOSSIER, essai=True).version == "v2"
    assert afdas.best(NomRoute.CONTROLER, essai=True).support is NON
