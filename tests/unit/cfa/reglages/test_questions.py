"""Each answer is checked as it is given, with a sentence that helps and never quotes a secret."""

import pytest

from traitdunion.cfa.reglages.questions import Question, ReponseInvalide, questions
from traitdunion.cfa.reglages.questions_factures import questions_factures
from traitdunion.norme import cle_api
from traitdunion.norme.cle_api import Milieu

CLE = cle_api.compose("A" * 32, milieu=Milieu.PRODUCTION)
LIAISON = questions([("afdas", "Afdas"), ("opcoep", "OPCO EP")])
TOUTES: dict[str, Question] = {un.nom: un for un in (*LIAISON, *questions_factures())}


@pytest.mark.parametrize(
    ("nom", "texte", "lu"),
    [
        ("opco", " OPCO ep ", "opcoep"),
        ("api", "https://opco.exemple.invalid/api/v2/", "https://opco.exemple.invalid/api"),
        ("api", "« https://opco.exemple.invalid »", "https://opco.exemple.invalid"),
        ("jeton", "http://localhost:8000/token", "http://localhost:8000/token"),
        ("client_id", "\N{ZERO WIDTH SPACE} editeur\N{NO-BREAK SPACE}", "editeur"),
        ("cle_api", f" {CLE}\n", CLE),
        ("cle_api", "cle-d-un-autre-opco", "cle-d-un-autre-opco"),
        ("siren", "356 000 000", "356000000"),
        ("renvoi_reconnu", "Oui", True),
        ("renvoi_reconnu", "n", False),
        ("delai_s", "1", 1.0),
        ("delai_s", "12,5 s", 12.5),
        ("delai_s", "600", 600.0),
        ("iban", "fr76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189"),
        ("facturation.denomination", " CFA des Métiers d'Art ", "CFA des Métiers d'Art"),
        ("facturation.denomination", "x" * 300, "x" * 300),
        ("facturation.nda", "11 75 00000 75", "11750000075"),
        ("facturation.siret", "356 000 000 00048", "35600000000048"),
        ("facturation.prefixe", "CFA/", "CFA/"),
        ("facturation.valent_certificat", "non", False),
    ],
)
def test_an_answer_is_read_as_people_type_it(nom: str, texte: str, lu: object) -> None:
    assert TOUTES[nom].read(texte) == lu


@pytest.mark.parametrize(
    ("nom", "texte", "dit"),
    [
        ("opco", "afdsa", "Vouliez-vous dire « afdas »"),
        ("opco", "zzz", "afdas, opcoep"),
        ("api", "opco.exemple.invalid", "adresse complète"),
        ("api", "http://opco.exemple.invalid", "https://"),
        ("api", "https://[x", "pas lisible"),
        ("client_id", "é", "client_id"),
        ("cle_api", CLE[:-1] + "z", "mal recopié"),
        ("cle_api", CLE[:-3], "mal recopié"),
        ("siren", "356000001", "9 chiffres"),
        ("siren", "35600000000048", "356000000"),
        ("siren", "", "9 chiffres"),
        ("renvoi_reconnu", "peut-être", "oui ou par non"),
        ("delai_s", "0,9", "Entre 1 et 600"),
        ("delai_s", "600,1", "Entre 1 et 600"),
        ("delai_s", "nan", "Entre 1 et 600"),
        ("delai_s", "vite", "nombre de secondes"),
        ("iban", "FR7630006000011234567890188", "ne tombe pas juste"),
        ("facturation.denomination", "x" * 301, "300 caractères"),
        ("facturation.denomination", " ", "300 caractères"),
        ("facturation.adresse", "1 rue\x1b[2J", "caractère de commande"),
        ("facturation.nda", "1175000007", "11 chiffres"),
        ("facturation.siret", "35600000000049", "SIRET"),
        ("facturation.prefixe", "F 2026", "sans espace"),
        ("facturation.valent_certificat", "parfois", "oui ou par non"),
    ],
)
def test_an_answer_that_does_not_fit_says_why(nom: str, texte: str, dit: str) -> None:
    with pytest.raises(ReponseInvalide, match=dit) as erreur:
        TOUTES[nom].read(texte)
    if TOUTES[nom].secret:
        assert texte not in str(erreur.value)


def test_without_a_list_of_opco_there_is_no_such_question() -> None:
    assert "opco" not in {un.nom for un in questions([])}


def test_every_question_says_what_it_is_and_where_to_find_it() -> None:
    assert "Mon Compte" in TOUTES["cle_api"].aide
    assert all(len(un.aide) > 10 and un.libelle for un in TOUTES.values())
    assert {un.nom for un in questions_factures() if un.obligatoire} == {
        "facturation.denomination",
        "facturation.adresse",
        "iban",
    }
    assert {un.nom for un in LIAISON if un.obligatoire} == {
        "api",
        "jeton",
        "client_id",
        "client_secret",
        "cle_api",
    }
