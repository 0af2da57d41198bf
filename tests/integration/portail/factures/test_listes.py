"""« Mes Factures »: what each list shows, page after page, to whom; its exports."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builders.factures.envoi import IBAN, send_avoir, send_facture, set_iban
from builders.factures.suites import ids_of, pass_to, pay, reject
from builders.instruction import a_rupture, an_agent, an_engaged, version_of
from builders.portail import Visiteur, connected
from builders.serveur import SIREN, Serveur
from python_calamine import CalamineWorkbook

from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.factures.suivi import service
from traitdunion.opco.financement.faits import Choix

pytestmark = pytest.mark.anyio
PAGE = "/mya/factures"
LISTES = ("a-facturer", "frais", "a-completer", "en-cours", "reglees", "rejetees", "trop-percu", "avoirs")


def _text(visiteur: Visiteur) -> str:
    return visiteur.texte.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


async def _world(serveur: Serveur, *rangs: int) -> int:
    """Dossiers engaged, the account known; the id of the agent."""
    await set_iban(serveur)
    agent = await an_agent(serveur)
    for rang in rangs or (0,):
        await an_engaged(serveur, agent, rang)
    return agent


async def _send(serveur: Serveur, dossier: int, *lignes: Any, **options: Any) -> int:
    reponse = await send_facture(serveur, dossier, *lignes, **options)
    assert reponse.status_code == 200, reponse.text
    return int(reponse.json()["numeroInterneFacture"])


async def _break(serveur: Serveur, agent: int, dossier: int) -> None:
    """A break on the morrow: 131,51 € are due."""
    decisions, demain = serveur.portail.decisions, serveur.clock.now().date() + timedelta(days=1)
    await decisions.declare_rupture(dossier, a_rupture(demain, at=serveur.clock.now()), siren=SIREN)
    await decisions.confirm_rupture(dossier, version=await version_of(serveur, dossier), par=f"compte:{agent}")


async def test_every_empty_list_says_what_to_do(serveur: Serveur) -> None:
    lecteur = await connected(serveur, Role.CFA_LECTEUR)
    for liste in LISTES:
        page = await lecteur.visit(f"{PAGE}?liste={liste}")
        assert page.status_code == 200
        assert 'class="vide"' in page.text
        assert "export.csv" not in page.text


async def test_what_is_open_and_not_invoiced_is_to_be_invoiced_with_its_parts(serveur: Serveur) -> None:
    await _world(serveur)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)

    assert "À facturer maintenant (1)" in _text(lecteur)
    assert "À facturer maintenant : 3 200,00 €" in _text(lecteur)
    assert "EXEMPLE A Camille" in lecteur.texte
    assert "En retard" not in lecteur.texte


async def test_what_is_partly_invoiced_shows_what_is_left_and_what_is_wholly_invoiced_goes(serveur: Serveur) -> None:
    await _world(serveur)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await _send(serveur, 1, (1, "PEDAGOGIE", 120_000))
    await lecteur.visit(PAGE)
    assert "2 000,00 €" in _text(lecteur)
    await lecteur.visit(f"{PAGE}?liste=en-cours")
    assert "En cours : 1 200,00 €" in _text(lecteur)
    assert "F-2026-001" in lecteur.texte

    await _send(serveur, 1, (1, "PEDAGOGIE", 200_000), numero="F-2")
    await lecteur.visit(PAGE)
    assert "À facturer maintenant (0)" in _text(lecteur)


async def test_a_month_after_its_opening_an_echeance_is_late_and_not_before(serveur: Serveur) -> None:
    await _world(serveur)
    serveur.clock.instant = datetime(2026, 10, 1, 8, tzinfo=UTC)  # opened on 1 September: 30 days
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)
    assert "En retard" not in lecteur.texte
    serveur.clock.instant += timedelta(days=1)
    await lecteur.connect("cfa_lecteur@exemple.test")
    await lecteur.visit(PAGE)
    assert "En retard, 31 jours" in lecteur.texte
    await lecteur.visit("/mya/")
    assert "1 échéance à facturer, dont 1 en retard" in lecteur.texte


async def test_the_last_solde_says_its_last_day_and_its_proofs(serveur: Serveur) -> None:
    await _world(serveur)
    serveur.clock.instant = datetime(2028, 10, 1, 8, tzinfo=UTC)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)

    assert "8 (solde)" in lecteur.texte
    assert "Avant la fin du 31/12/2028" in lecteur.texte
    assert "Avec le certificat de réalisation" in lecteur.texte


async def test_a_line_that_waits_for_a_proof_says_which_and_until_when(serveur: Serveur) -> None:
    await _world(serveur)
    await pass_to(serveur, datetime(2028, 10, 1, 8, tzinfo=UTC))
    await _send(serveur, 1, (8, "PEDAGOGIE", 80_000), emission=serveur.clock.now().date())
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(f"{PAGE}?liste=a-completer")

    assert "À compléter (1)" in _text(lecteur)
    assert "le certificat de réalisation" in lecteur.texte
    assert "au plus tard le 31/12/2028" in lecteur.texte


async def test_what_was_paid_shows_its_transfer_and_its_day(serveur: Serveur) -> None:
    await _world(serveur)
    facture = await _send(serveur, 1, (1, "PEDAGOGIE", 320_000))
    await pay(serveur, *await ids_of(serveur, facture))
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(f"{PAGE}?liste=reglees")

    assert "Réglées (1)" in _text(lecteur)
    assert "Virement VIR-EXEMPLE-1, réglé le 20/09/2026" in lecteur.texte


async def test_what_was_rejected_shows_why_and_may_be_invoiced_again(serveur: Serveur) -> None:
    await _world(serveur)
    facture = await _send(serveur, 1, (1, "PEDAGOGIE", 320_000))
    await reject(serveur, *await ids_of(serveur, facture), motif="PIECE", texte="Le destinataire manque.")
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit("/mya/")
    assert "1 facture rejetée" in lecteur.texte
    await lecteur.visit(f"{PAGE}?liste=rejetees")
    assert "Facture non conforme (mentions, émetteur, destinataire). Le destinataire manque." in lecteur.texte
    await lecteur.visit(PAGE)
    assert "3 200,00 €" in _text(lecteur)


async def test_what_was_paid_and_is_no_longer_due_is_to_be_given_back(serveur: Serveur) -> None:
    agent = await _world(serveur)
    facture = await _send(serveur, 1, (1, "PEDAGOGIE", 320_000))
    await pay(serveur, *await ids_of(serveur, facture))
    await _break(serveur, agent, 1)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit("/mya/")
    assert "3 068,49 € de trop-perçu à rendre, sur 1 dossier" in _text(lecteur)
    await lecteur.visit(f"{PAGE}?liste=trop-percu")
    assert "Trop-perçu à rendre : 3 068,49 €" in _text(lecteur)
    assert "Réglé au-delà de l'engagement : 3 068,49 €" in _text(lecteur)


async def test_a_credit_note_is_listed_with_the_invoice_that_it_corrects(serveur: Serveur) -> None:
    await _world(serveur)
    await _send(serveur, 1, (1, "PEDAGOGIE", 320_000))
    assert (await send_avoir(serveur, 1, (1, "PEDAGOGIE", 20_000))).status_code == 200
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(f"{PAGE}?liste=avoirs")

    assert "Avoirs (1)" in lecteur.texte
    assert "A-1 05/09/2026 F-2026-001" in lecteur.texte


async def test_frais_annexes_left_are_listed_apart(serveur: Serveur) -> None:
    await _world(serveur)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)
    ((frais,),) = await serveur.fetch(
        "SELECT sum(montant) FROM solde_poste WHERE poste = 'A_FACTURER' AND echeance = 0"
    )
    assert frais > 0

    await lecteur.visit(f"{PAGE}?liste=frais")

    assert "Frais annexes à facturer (1)" in _text(lecteur)
    assert "Premier équipement" in lecteur.texte


async def test_the_pages_follow_each_other_without_a_hole_nor_a_double(
    serveur: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "TAILLE_PAGE", 2)
    await _world(serveur, *range(5))
    for dossier in range(1, 6):
        await _send(serveur, dossier, (1, "PEDAGOGIE", 100_000), numero=f"F-{dossier}")
    await reject(serveur, *[i for f in range(1, 6) for i in await ids_of(serveur, f)], motif="AUTRE", texte="Non.")
    lecteur = await connected(serveur, Role.CFA_LECTEUR)
    for liste, attendus in (
        ("a-facturer", [f"CA-000000{n}" for n in range(1, 6)]),
        ("frais", [f"CA-000000{n}" for n in range(1, 6)]),
        ("rejetees", [f"F-{n}" for n in range(5, 0, -1)]),
    ):
        assert await _walk(lecteur, f"{PAGE}?liste={liste}", attendus) == attendus, liste


async def _walk(lecteur: Visiteur, chemin: str, attendus: list[str]) -> list[str]:
    vus, suite = [], chemin
    while suite:
        page = await lecteur.visit(suite)
        debut = page.text.index("<tbody>")
        morceau = page.text[debut : page.text.index("</tbody>")]
        vus += sorted((un for un in attendus if f">{un}<" in morceau), key=lambda un: morceau.index(f">{un}<"))
        avant, lien, _ = page.text.partition('">Page suivante')
        suite = avant.rpartition('href="')[2].replace("&amp;", "&") if lien else ""
    return vus


async def test_a_place_that_cannot_be_read_is_the_first_page(serveur: Serveur) -> None:
    await _world(serveur)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)
    for place in ("x", "2026-13-45_1_1", "2026-09-01_1", f"2026-09-01_{'9' * 30}_1", "2026-09-01T00:00:00_1"):
        for liste in LISTES:
            assert (await lecteur.visit(f"{PAGE}?liste={liste}&apres={place}")).status_code == 200, (liste, place)


async def test_a_search_finds_an_invoice_by_the_beginning_of_its_number_and_a_dossier_by_its_own(
    serveur: Serveur,
) -> None:
    await _world(serveur, 0, 1)
    await _send(serveur, 1, (1, "PEDAGOGIE", 100_000), numero="AB_2026-1")
    await _send(serveur, 2, (1, "PEDAGOGIE", 100_000), numero="ABX2026-2")
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    for texte, vus, absents in (
        ("AB_", "AB_2026-1", "ABX2026-2"),
        ("ca-0000002", "ABX2026-2", "AB_2026-1"),
        ("inconnue", "ne répond à cette recherche", "AB_2026-1"),
    ):
        await lecteur.visit(f"{PAGE}?liste=en-cours&q={texte}")
        assert vus in lecteur.texte, texte
        assert absents not in lecteur.texte, texte
    await lecteur.visit(f"{PAGE}?q=AB_")
    assert "CA-0000001" in lecteur.texte
    assert "CA-0000002" not in lecteur.texte


async def test_a_number_of_social_security_is_neither_looked_for_nor_kept(serveur: Serveur) -> None:
    lecteur = await connected(serveur, Role.CFA_LECTEUR)
    await lecteur.visit(f"{PAGE}?q=103057512345678")
    assert lecteur.page is not None
    assert "103057512345678" not in str(lecteur.page.url)
    assert "n'a pas été gardé" in lecteur.texte


async def test_another_cfa_sees_none_of_it(serveur: Serveur) -> None:
    agent = await _world(serveur)
    facture = await _send(serveur, 1, (1, "PEDAGOGIE", 320_000))
    await pay(serveur, *await ids_of(serveur, facture))
    await _break(serveur, agent, 1)
    autre = await connected(serveur, Role.CFA_ADMINISTRATEUR, autre=True)
    for liste in LISTES:
        for suite in ("", "&q=F-2026", "&q=CA-0000001"):
            page = await autre.visit(f"{PAGE}?liste={liste}{suite}")
            assert "<tbody>" not in page.text, (liste, suite)
            fichier = await autre.visit(f"{PAGE}/export.csv?liste={liste}{suite}")
            assert len(fichier.text.splitlines()) == 1
    await autre.visit("/mya/")
    assert "à facturer" not in autre.texte
    assert "trop-perçu" not in autre.texte


async def test_a_list_is_exported_whole_and_nothing_in_it_is_a_formula_nor_an_iban(
    serveur: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "EXPORT_LOT", 1)
    await _world(serveur)
    await _send(serveur, 1, (1, "PEDAGOGIE", 100_000), numero="=1+1")
    await _send(serveur, 1, (1, "PEDAGOGIE", 110_050), numero="F-2")
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    texte = (await lecteur.visit(f"{PAGE}/export.csv?liste=en-cours")).content.decode("utf-8-sig")
    lues = list(csv.DictReader(io.StringIO(texte), delimiter=";"))
    assert [(une["Facture"], une["Montant"], une["État"]) for une in lues] == [
        ("F-2", "1100,50", "En cours d'instruction"),
        ("'=1+1", "1000,00", "En cours d'instruction"),
    ]
    classeur = await lecteur.visit(f"{PAGE}/export.xlsx?liste=en-cours")
    lignes = CalamineWorkbook.from_filelike(io.BytesIO(classeur.content)).get_sheet_by_index(0).to_python()
    assert lignes[1][8] == 1100.5
    assert lignes[2][0] == "=1+1", "a text, which nothing computes"
    for contenu in (texte, str(lignes)):
        assert IBAN not in contenu
        assert IBAN[-6:] not in contenu
    ((actes,),) = await serveur.fetch("SELECT count(*) FROM journal WHERE acte = 'FACTURES_EXPORTEES'")
    assert actes == 2


async def test_every_list_is_exported(serveur: Serveur) -> None:
    agent = await _world(serveur, 0, 1)
    facture = await _send(serveur, 1, (1, "PEDAGOGIE", 320_000))
    await pay(serveur, *await ids_of(serveur, facture))
    assert (await send_avoir(serveur, 1, (1, "PEDAGOGIE", 20_000))).status_code == 200
    await _break(serveur, agent, 1)
    rejetee = await _send(serveur, 2, (1, "PEDAGOGIE", 10_000), numero="F-2")
    await reject(serveur, *await ids_of(serveur, rejetee), motif="AUTRE", texte="Non.")
    lecteur = await connected(serveur, Role.CFA_LECTEUR)
    for liste in LISTES:
        texte = (await lecteur.visit(f"{PAGE}/export.csv?liste={liste}")).text
        page = await lecteur.visit(f"{PAGE}?liste={liste}")
        lues = list(csv.reader(io.StringIO(texte), delimiter=";"))
        assert (len(lues) > 1) is ("<tbody>" in page.text), liste
        assert {len(une) for une in lues} == {len(lues[0])}, liste


async def test_rqth_is_shown_with_its_part(serveur: Serveur) -> None:
    await set_iban(serveur)
    await an_engaged(serveur, await an_agent(serveur), choix=Choix(npec=800_000, npec_source="essai"))
    await serveur.execute(
        "WITH e AS (INSERT INTO ecriture (numero_interne, siren, fait, piece, par, le) "
        "VALUES (1, %s, 'ENGAGEMENT', 'essai', 'essai', now()) RETURNING id) "
        "INSERT INTO mouvement SELECT e.id, m.* FROM e, (VALUES "
        "(1, 'ENGAGE', 1, 'MAJORATION_RQTH', 0::bigint, -5000::bigint), "
        "(2, 'A_FACTURER', 1, 'MAJORATION_RQTH', 0::bigint, 5000::bigint)) m",
        SIREN,
    )
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)

    assert "3 250,00 €" in _text(lecteur)
    assert "Majoration travailleur handicapé 50,00 €" in _text(lecteur)
