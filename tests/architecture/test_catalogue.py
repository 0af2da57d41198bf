"""Every error code says what it must, where it must (norme.md §5)."""

import re
from types import ModuleType

import pytest
from builders.projet import python_files, text

from traitdunion.norme.erreurs import (
    CATALOGUE,
    acces,
    controles,
    depot,
    factures,
    facturx,
    lecture,
    pieces,
    referentiels,
    technique,
)
from traitdunion.norme.erreurs.entree import Entree, Gravite
from traitdunion.norme.routes import ROUTES

FAMILLES = (lecture, controles, referentiels, depot, factures, facturx, pieces, acces, technique)
STATUTS = {400, 401, 403, 404, 405, 413, 415, 422, 429, 500, 503}
STATUTS_D_EXTENSION = {409, 413, 415, 422}
SECRETS = re.compile(r"\{(?:nir|iban|handicap|secret|cle|jeton)\w*\}")


def _entries() -> list[tuple[ModuleType, str, Entree]]:
    return [(f, nom, e) for f in FAMILLES for nom, e in vars(f).items() if isinstance(e, Entree)]


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_a_code_says_what_is_wrong_in_a_french_sentence(code: str) -> None:
    entree = CATALOGUE[code]

    assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", code)
    assert entree.statut in STATUTS
    for texte in (entree.phrase, entree.documentation):
        assert texte == texte.strip()
        assert texte[0].isupper() or texte[0] in "«{0123456789", texte
        assert "  " not in texte, texte
    assert entree.phrase.endswith((".", "}")), "a sentence, or one that its last value ends"
    assert entree.documentation.endswith((".", "…", " ?"))
    assert "\n" not in entree.documentation
    assert not SECRETS.search(entree.phrase), "a sentence never quotes the value of a secret"


def test_a_code_stands_under_its_own_name_in_one_family_only() -> None:
    entrees = _entries()

    assert [nom for _, nom, entree in entrees if nom != entree.code] == []
    assert len(entrees) == len(CATALOGUE)


def test_only_what_blocks_has_a_status_of_its_own() -> None:
    assert [c for c, e in CATALOGUE.items() if e.gravite is not Gravite.BLOQUANT and e.statut != 400] == []


def test_statuses_that_connectors_do_not_read_are_kept_for_extensions() -> None:
    # norme.md §5: on the norm's own routes a refusal due to the request is a 400. Idempotency-Key is an extension.
    permis = {depot.CLE_IDEMPOTENCE_DEJA_UTILISEE.code}
    fautifs = {
        entree.code
        for route in ROUTES
        if not route.extension
        for statut, entrees in route.codes().items()
        if statut in STATUTS_D_EXTENSION
        for entree in entrees
    }
    assert fautifs <= permis


def test_every_code_is_known_to_a_test() -> None:
    essais = "\n".join(text(chemin) for chemin in python_files("tests") if "architecture" not in chemin.parts)
    mots = set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", essais))

    assert sorted(set(CATALOGUE) - mots) == []
