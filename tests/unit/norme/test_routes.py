"""The table of routes: complete, consistent, and every code of the catalogue has its place in it."""

from traitdunion.norme.erreurs import CATALOGUE
from traitdunion.norme.routes import ROUTES, Acces
from traitdunion.norme.routes.facturation import FACTURATION

# Codes of paths and methods that are no route at all.
HORS_ROUTES = {"ROUTE_INCONNUE", "METHODE_NON_AUTORISEE"}


def test_each_route_has_its_own_name_and_its_own_address() -> None:
    noms = [route.nom for route in ROUTES]
    adresses = [(route.methode, chemin) for route in ROUTES for chemin in route.paths()]
    assert len(set(noms)) == len(noms)
    assert len(set(adresses)) == len(adresses)


def test_paths_are_in_lower_case() -> None:
    for route in ROUTES:
        assert route.chemin == route.chemin.lower()


def test_v2_serves_every_resource_of_v1() -> None:
    for methode, chemin in {(route.methode, route.chemin) for route in ROUTES if "v1" in route.versions}:
        assert any("v2" in r.versions for r in ROUTES if (r.methode, r.chemin) == (methode, chemin)), chemin


def test_extensions_are_under_v2_only() -> None:
    extensions = [
        *("lire_evenements", "controler", "lire_recepisse", "lire_document"),
        *("deposer_avoir", "lire_etats_avoirs"),
    ]
    assert [route.nom for route in ROUTES if route.extension] == extensions
    assert all(route.versions == ("v2",) for route in ROUTES if route.extension)


def test_only_the_status_and_the_token_go_without_a_token() -> None:
    assert {route.nom for route in ROUTES if route.acces is Acces.LIBRE} == {"statut"}
    assert {route.nom for route in ROUTES if route.acces is Acces.CLIENT} == {"jeton"}
    assert {route.nom for route in ROUTES if route.acces is Acces.JETON} == {"cle"}


def test_every_code_may_be_answered_by_some_route() -> None:
    routes = {route.nom: route for route in (*ROUTES, *FACTURATION)}.values()
    rendus = {entree.code for route in routes for entrees in route.codes().values() for entree in entrees}
    assert set(CATALOGUE) - rendus - HORS_ROUTES == set()


def test_the_norm_s_own_routes_refuse_with_statuses_that_connectors_read() -> None:
    # norme.md §5: 409, 413, 415 are for the extensions; 422 is Idempotency-Key's, itself an extension.
    for route in ROUTES:
        assert set(route.codes()) <= {400, 401, 403, 404, 422, 429, 500, 503}
        assert (422 in route.codes()) == route.idempotence


def test_every_parameter_of_a_path_is_described() -> None:
    for route in ROUTES:
        dans_le_chemin = {parametre.nom for parametre in route.parametres if parametre.lieu == "path"}
        assert dans_le_chemin == {nom for nom in dans_le_chemin if f"{{{nom}}}" in route.chemin}
        assert route.chemin.count("{") == len(dans_le_chemin)
