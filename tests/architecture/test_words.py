"""The words of the code are those of docs/glossaire.md, the closed list (ADR 0001)."""

import ast
import re
from collections.abc import Iterator

from builders.projet import RACINE, SOURCE, functions, python_files, tree

from traitdunion.norme.erreurs import CATALOGUE
from traitdunion.norme.routes import ROUTES

# Folders of opco that are not a feature: the doors, what is below the features.
HORS_DOMAINE = {"api", "socle", "manage"}
PORTES = {"api", "pages", "mya", "editeur", "instruction"}
# Names that a library gives to what we write for it.
HERITES = {"get_retry_decision"}
CODE = re.compile(r"[a-z0-9_]+")


def _tables() -> dict[str, list[list[str]]]:
    """The tables of the glossary: title of the section, then its rows."""
    tables: dict[str, list[list[str]]] = {}
    for section in (RACINE / "docs" / "glossaire.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        titre, _, corps = section.partition("\n")
        lignes = [[c.strip() for c in ligne.strip("|").split("|")] for ligne in corps.splitlines() if ligne[:1] == "|"]
        tables[titre] = lignes[2:]
    return tables


TABLES = _tables()
NOMS = {mot for ligne in TABLES["Noms du domaine"] for mot in CODE.findall(ligne[1])}
COMPOSES = {mot for ligne in TABLES["Tables et ressources"] for mot in CODE.findall(ligne[0])}
SYNONYMES = {mot: ligne[0] for ligne in TABLES["Noms du domaine"] for mot in CODE.findall(ligne[4])}
VERBES = {mot for ligne in TABLES["Verbes"] for mot in CODE.findall(ligne[0])}
VERBES_INTERDITS = {mot: ligne[0] for ligne in TABLES["Verbes"] for mot in CODE.findall(ligne[2])}


def test_the_glossary_does_not_contradict_itself() -> None:
    assert len(NOMS) > 40
    assert len(VERBES) > 20
    assert not NOMS & set(SYNONYMES)
    assert not VERBES & set(VERBES_INTERDITS)


def test_every_table_of_the_schema_is_a_noun_of_the_glossary() -> None:
    sql = "".join(chemin.read_text(encoding="utf-8") for chemin in SOURCE.rglob("*.sql"))
    tables = set(re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(?:public\.)?(?!procrastinate_)(\w+)", sql))

    assert "dossier" in tables
    assert tables - NOMS - COMPOSES == set()


def test_every_feature_is_a_noun_of_the_glossary() -> None:
    dossiers = {d.name for d in (SOURCE / "opco").iterdir() if d.is_dir() and (d / "__init__.py").exists()}

    assert "dossiers" in dossiers
    assert {nom for nom in dossiers - HORS_DOMAINE if not _is_noun(nom)} == set()


def test_every_resource_of_the_api_is_a_noun_of_the_glossary() -> None:
    mots = {mot for route in ROUTES for mot in re.sub(r"\{\w+\}", "", route.chemin).split("/") if mot}

    assert {mot for mot in mots if not _is_noun(mot) and mot not in COMPOSES} == set()


def test_no_name_is_a_translation_of_the_norm() -> None:
    fautes = {
        f"{chemin}: {nom}": f"« {SYNONYMES[mot]} »"
        for chemin in python_files("src")
        for nom in _defined(tree(chemin))
        for mot in _words(nom)
        if mot in SYNONYMES
    }
    assert fautes == {}


def test_one_verb_says_one_act() -> None:
    fautes = {
        f"{chemin}: {fonction.name}": f"« {VERBES_INTERDITS[verbe]} »"
        for chemin in python_files("src")
        for fonction in functions(chemin)
        if (verbe := _words(fonction.name)[0]) in VERBES_INTERDITS
    }
    assert fautes == {}


def test_get_and_post_are_said_at_the_door_only() -> None:
    fautifs = {
        f"{chemin}::{fonction.name}"
        for chemin in python_files("src")
        if not PORTES & set(chemin.parts)
        for fonction in functions(chemin)
        if fonction.name.startswith(("get_", "post_")) and fonction.name not in HERITES
    }
    assert fautifs == set()


def test_identifiers_are_ascii() -> None:
    fautifs = {nom for chemin in python_files("src", "tests") for nom in _defined(tree(chemin)) if not nom.isascii()}

    assert fautifs == set()


def test_what_users_read_in_the_source_has_its_accents() -> None:
    # Words that a French sentence never writes without their accent: a slip of the hand, seen by every reader.
    sans_accent = re.compile(r"\b(?:depots?|piece jointe|deja|cle publique|etats des|regle)\b(?= )")
    fautifs = {
        code: mot.group()
        for code, entree in CATALOGUE.items()
        for phrase in (entree.phrase, entree.documentation)
        if (mot := sans_accent.search(re.sub(r"\{\w+\}", "", phrase)))
    }
    assert fautifs == {}


def _is_noun(mot: str) -> bool:
    """A noun, or its plural."""
    return mot in NOMS or mot.removesuffix("s") in NOMS


def _words(nom: str) -> list[str]:
    return [mot.lower() for mot in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", nom)] or [nom]


def _defined(module: ast.Module) -> Iterator[str]:
    """Every name that a file makes: functions, classes, arguments, variables and fields."""
    for noeud in ast.walk(module):
        if isinstance(noeud, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield noeud.name
        elif isinstance(noeud, ast.arg):
            yield noeud.arg
        elif isinstance(noeud, ast.Name | ast.Attribute) and isinstance(noeud.ctx, ast.Store):
            yield noeud.id if isinstance(noeud, ast.Name) else noeud.attr


def test_a_translated_name_would_be_seen() -> None:
    module = ast.parse("class InvoiceStore:\n    def find(self, employer_siret): self.contractType = 1\n")
    mots = {mot for nom in _defined(module) for mot in _words(nom)}

    assert {"invoice", "employer", "contract"} <= mots & set(SYNONYMES)
