"""The documentation page: everything is in it, a search narrows it, nothing in it runs or comes from elsewhere."""

import json
import re
from html.parser import HTMLParser

import pytest

from traitdunion.norme import openapi
from traitdunion.norme.erreurs import CATALOGUE
from traitdunion.norme.openapi import exemples
from traitdunion.norme.routes import ROUTES
from traitdunion.opco.api import documentation
from traitdunion.opco.api.documentation import commandes
from traitdunion.opco.api.documentation.statique import CHEMIN, styles

VIDES = {"meta", "link", "input", "wbr", "br", "hr", "img"}


class _Page(HTMLParser):
    """Tags, attributes, ids and text of a page; fails on a tag that is not closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.liens: list[str] = []
        self.balises: list[str] = []
        self.attributs: list[tuple[str, str | None]] = []
        self.texte = ""
        self._ouvertes: list[str] = []
        self.feed(html)
        assert self._ouvertes == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.balises.append(tag)
        self.attributs += attrs
        self.ids += [valeur for nom, valeur in attrs if nom == "id" and valeur]
        self.liens += [valeur for nom, valeur in attrs if nom in ("href", "src", "action") and valeur]
        if tag not in VIDES:
            self._ouvertes.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._ouvertes.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texte += data


def _page(recherche: str | None = None) -> _Page:
    return _Page(documentation.page(recherche=recherche).decode())


PAGE = _page()


def test_every_route_has_its_place_its_purpose_and_its_example() -> None:
    for route in ROUTES:
        assert route.nom in PAGE.ids
        assert route.description in PAGE.texte
        assert commandes.command(route) in PAGE.texte


def test_every_code_has_its_anchor_and_its_line() -> None:
    for code, entree in CATALOGUE.items():
        assert code in PAGE.ids  # the `type` of an error body is /docs#CODE
        assert entree.documentation in PAGE.texte


def test_every_member_of_a_body_is_listed_with_its_codes() -> None:
    for chemin in ("cerfa.employeur.siret", "cerfa.contrat.remunerationsAnnuelles[].taux", "convention.couts"):
        assert chemin in PAGE.texte
    assert "liste-typeContratApp" in PAGE.ids
    assert "travailleur handicapé" in PAGE.texte


def test_every_link_leads_somewhere() -> None:
    for lien in PAGE.liens:
        chemin, _, ancre = lien.partition("#")
        assert chemin in ("", "/docs", "/openapi.json") or documentation.static(chemin.removeprefix(CHEMIN))
        assert not ancre or ancre in PAGE.ids, lien


def test_no_anchor_is_given_twice() -> None:
    assert sorted(set(PAGE.ids)) == sorted(PAGE.ids)


def test_nothing_runs_and_nothing_comes_from_elsewhere() -> None:
    assert "script" not in PAGE.balises
    assert "style" not in PAGE.balises
    assert not any(nom == "style" or nom.startswith("on") for nom, _ in PAGE.attributs)
    assert not any("//" in lien for lien in PAGE.liens)
    for adresse in styles():
        fichier = documentation.static(adresse.removeprefix(CHEMIN))
        assert fichier is not None
        assert not re.search(rb"@import|url\((?![\"']?data:)|sourceMappingURL", fichier.corps)


def test_the_policy_lets_no_script_run() -> None:
    politique = documentation.ENTETES["Content-Security-Policy"]
    assert politique.startswith("default-src 'none'")
    assert "unsafe" not in politique
    assert "script-src" not in politique


def test_a_search_keeps_what_answers_it_whatever_accents_and_case() -> None:
    trouvee = _page("RÉMUNÉRATION smic")
    assert "cerfa.contrat.remunerationsAnnuelles[].typeSalaire" in trouvee.texte
    assert "deposer_dossier" not in trouvee.ids
    assert "AGE_INSUFFISANT" not in trouvee.ids
    assert trouvee.texte.count("résultat") == 1


@pytest.mark.parametrize(
    ("recherche", "ancre"),
    [("cle_expiree", "CLE_EXPIREE"), ("/v2/recepisses", "lire_recepisse"), ("saisonnier", "liste-employeurSpecifique")],
)
def test_a_search_finds_codes_routes_and_lists(recherche: str, ancre: str) -> None:
    assert ancre in _page(recherche).ids


def test_a_search_without_answer_says_what_to_try() -> None:
    vide = _page("zzzz")
    assert "Rien ne répond" in vide.texte
    assert "Essayez un seul mot" in vide.texte


@pytest.mark.parametrize(
    "recherche", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 1337*7331 }}", "\0" * 9]
)
def test_a_search_is_shown_and_never_obeyed(recherche: str) -> None:
    hostile = documentation.page(recherche=recherche).decode()
    assert "<script" not in hostile
    assert "<img" not in hostile
    assert "9801547" not in hostile


def test_a_blank_search_is_the_whole_page() -> None:
    assert documentation.page(recherche="  ") == documentation.page()


def test_a_very_long_search_is_cut() -> None:
    assert len(documentation.page(recherche="a" * 100_000)) < 20_000


def test_the_example_bodies_are_served_as_they_are_documented() -> None:
    for nom, corps in (("dossier.json", exemples.DEPOT), ("convention.json", exemples.CONVENTION)):
        fichier = documentation.static(nom)
        assert fichier is not None
        assert json.loads(fichier.corps) == corps
    pdf = documentation.static("convention.pdf")
    assert pdf is not None
    assert pdf.corps.startswith(b"%PDF-")
    assert documentation.static("../page.py") is None


def test_what_the_commands_replace_is_in_the_example_bodies() -> None:
    convention, piece = documentation.static("convention.json"), documentation.static("piece.json")
    assert convention is not None
    assert b'"numeroInterneDossier": "1"' in convention.corps
    assert piece is not None
    assert b'"idObjet": "1"' in piece.corps


def test_every_route_of_the_document_has_a_command() -> None:
    operations = {op["operationId"] for methodes in openapi.document()["paths"].values() for op in methodes.values()}
    assert set(commandes.ENVOIS) == {route.nom for route in ROUTES}
    assert len(operations) >= len(commandes.ENVOIS)
