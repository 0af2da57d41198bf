"""« Paramètres » in the back-office: read by the OPCO's people, changed by its administrators, in two steps."""

import pytest
from builders.portail import Visiteur, connected
from builders.serveur import Serveur

from traitdunion.norme.parametres.catalogue import CATALOGUE
from traitdunion.norme.parametres.definitions import Theme
from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio
BASE = "/instruction/parametres"
SOURCE = "Arrêté EXEMPLE du 1er octobre 2026"
ADMIN = Role.OPCO_ADMINISTRATEUR  # today is 5 September 2026


async def _set(admin: Visiteur, cle: str, *, depuis: str | None = None, **champs: str) -> None:
    """Fill « Nouvelle valeur » as it is shown now."""
    await admin.submit(f"{BASE}/{cle}", depuis=depuis or f"{BASE}/{cle}", source=SOURCE, **champs)


async def test_the_list_shows_every_parameter_by_theme_with_its_value_and_its_source(serveur: Serveur) -> None:
    lecteur = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await lecteur.visit(BASE)
    for theme in Theme:
        assert theme.value in lecteur.texte
    for definition in CATALOGUE.values():
        assert definition.libelle in lecteur.texte
    assert "1\u00a0823,03\u00a0€".replace("\u00a0", " ") in lecteur.texte
    assert "40 / 30 / 20 / 10 %" in lecteur.texte
    assert "01/01/2026" in lecteur.texte
    assert "Code du travail, D6222-26" in lecteur.texte
    assert "non fixée" in lecteur.texte, "the flat amount of mobility"
    await lecteur.visit("/instruction/")
    assert f'href="{BASE}"' in str(lecteur.page and lecteur.page.text), "a link in the navigation"


async def test_each_parameter_has_a_page_that_only_an_administrator_changes(serveur: Serveur) -> None:
    for role in (Role.OPCO_COMPTABLE, ADMIN):
        visiteur = await connected(serveur, role)
        for cle, definition in CATALOGUE.items():
            reponse = await visiteur.visit(f"{BASE}/{cle}")
            assert reponse.status_code == 200
            assert definition.libelle in visiteur.texte
            assert ("Nouvelle valeur" in visiteur.texte) is (role is ADMIN)


async def test_a_new_value_is_shown_before_it_is_set_and_in_the_history_after(serveur: Serveur) -> None:
    admin = await connected(serveur, ADMIN)
    champs = {"valeur": "1 900,05", "valable_du": "2026-10-01", "commentaire": "Hausse EXEMPLE", "vu": "0"}
    await _set(admin, "smic_mensuel", **champs)
    assert "Confirmer la nouvelle valeur" in admin.texte
    assert "1 900,05 €" in admin.texte
    assert "à partir du 01/10/2026" in admin.texte
    assert "Valeur remplacée 1 823,03 €" in admin.texte
    assert "est passé" not in admin.texte
    assert await serveur.count("parametre") == 0
    await admin.submit(f"{BASE}/smic_mensuel", source=SOURCE, confirmer="oui", **champs)
    assert "La valeur est posée" in admin.texte
    assert "Hausse EXEMPLE" in admin.texte
    assert "par Camille FICTIF" in admin.texte
    assert "À venir" in admin.texte
    assert await serveur.fetch("SELECT cle, valable_du::text, valeur, source FROM parametre") == [
        ("smic_mensuel", "2026-10-01", 190_005, SOURCE)
    ]
    await admin.visit(BASE)
    assert "1 900,05 € à partir du 01/10/2026" in admin.texte


async def test_a_past_day_is_warned_of_and_must_be_confirmed(serveur: Serveur) -> None:
    admin = await connected(serveur, ADMIN)
    champs = {"valeur": "reels", "valable_du": "2026-09-04", "vu": "0"}
    await _set(admin, "base_jours", **champs)
    assert "Le 04/09/2026 est passé" in admin.texte
    assert "Rien n'est recalculé" in admin.texte
    await admin.submit(f"{BASE}/base_jours", source=SOURCE, confirmer="oui", **champs)
    assert "confirmez que vous changez une règle déjà appliquée" in admin.texte
    assert await serveur.count("parametre") == 0
    await admin.submit(f"{BASE}/base_jours", source=SOURCE, confirmer="oui", retroactif="oui", **champs)
    assert "La valeur est posée" in admin.texte
    assert "jours réels de l'année d'exécution" in admin.texte


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"valeur": "douze", "valable_du": "2026-10-01"}, "Donnez un nombre entier."),
        ({"valeur": "25", "valable_du": "2026-10-01"}, "Donnez un nombre entier entre 1 et 24."),
        ({"valeur": "5", "valable_du": ""}, "Donnez la date"),
        ({"valeur": "5", "valable_du": "2026-02-30"}, "Donnez la date"),
        ({"valeur": "5", "valable_du": "1999-01-01"}, "Donnez une date du 01/01/2018"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(
    serveur: Serveur, champs: dict[str, str], phrase: str
) -> None:
    admin = await connected(serveur, ADMIN)
    await _set(admin, "solde_mois", **champs)
    assert admin.page is not None
    assert admin.page.status_code == 400
    assert phrase in admin.texte
    assert f'value="{SOURCE}"' in admin.page.text


@pytest.mark.parametrize(
    ("cle", "champs", "attendu"),
    [
        ("parts_annee", {f"valeur_{rang}": un for rang, un in enumerate(("25", "25", "25", "25"))}, [25, 25, 25, 25]),
        (
            "grille_remuneration",
            {f"valeur_{an}_{age}": str(100 + an) for an in range(3) for age in range(4)},
            [[100] * 4, [101] * 4, [102] * 4],
        ),
        ("plafond_prix", {"valeur": "non"}, False),
        ("date_regime_2025", {"valeur": "2025-08-01"}, "2025-08-01"),
        ("distance_hors_minoration", {"valeur": "37239\r\nRNCP38000"}, ["RNCP37239", "RNCP38000"]),
        ("mobilite_forfait", {"valeur": "1200"}, 120_000),
    ],
)
async def test_every_kind_of_value_is_set_from_its_form(
    serveur: Serveur, cle: str, champs: dict[str, str], attendu: object
) -> None:
    admin = await connected(serveur, ADMIN)
    await admin.visit(f"{BASE}/{cle}")
    assert admin.page is not None
    for nom in champs:
        assert f'name="{nom}"' in admin.page.text
    champs = {**champs, "valable_du": "2026-10-01", "vu": "0"}
    await _set(admin, cle, **champs)
    assert "Confirmer la nouvelle valeur" in admin.texte, admin.texte
    await admin.submit(f"{BASE}/{cle}", source=SOURCE, confirmer="oui", **champs)
    assert await serveur.fetch("SELECT valeur FROM parametre") == [(attendu,)]


async def test_a_value_is_withdrawn_with_a_reason_and_stays_in_the_history(serveur: Serveur) -> None:
    admin = await connected(serveur, ADMIN)
    champs = {"valeur": "5", "valable_du": "2026-09-05", "vu": "0", "confirmer": "oui"}
    await _set(admin, "solde_mois", **champs)
    await admin.submit(f"{BASE}/solde_mois/1/retirer", motif="Saisie EXEMPLE fausse")
    assert "Cette valeur est déjà appliquée" in admin.texte
    await admin.submit(f"{BASE}/solde_mois/1/retirer", motif="Saisie EXEMPLE fausse", retroactif="oui")
    assert "La valeur est retirée" in admin.texte
    assert "Saisie EXEMPLE fausse" in admin.texte
    assert "Retirer cette valeur" not in admin.texte
    await admin.visit("/instruction/administration/journal?acte=PARAMETRE_RETIRE")
    assert "parametre:solde_mois" in admin.texte


async def test_who_did_not_see_the_last_change_is_told(serveur: Serveur) -> None:
    admin = await connected(serveur, ADMIN)
    champs = {"valable_du": "2026-10-01", "vu": "0", "confirmer": "oui"}
    await _set(admin, "solde_mois", valeur="5", **champs)
    await _set(admin, "solde_mois", valeur="6", **champs)
    assert "vient d'être changé par quelqu'un d'autre" in admin.texte
    await _set(admin, "solde_mois", valeur="6", **{**champs, "vu": ""})
    assert "vient d'être changé" in admin.texte, "a form without what was seen is not trusted"


async def test_a_parameter_that_does_not_exist_is_not_found(serveur: Serveur) -> None:
    admin = await connected(serveur, ADMIN)
    assert (await admin.visit(f"{BASE}/inconnu")).status_code == 404
    assert (await admin.post(f"{BASE}/inconnu")).status_code == 404
    assert (await admin.post(f"{BASE}/inconnu/1/retirer")).status_code == 404
