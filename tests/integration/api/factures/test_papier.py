"""The PDF of an invoice through the gate, and what it says beside the data; pages, 304, and what is never told."""

import json
import logging
from datetime import date
from typing import Any

import pytest
from builders.factures import hostiles
from builders.factures.dossiers import a_certificat, an_ended, factures_of, postes_of
from builders.factures.envoi import (
    AUTRE_IBAN,
    IBAN,
    a_body,
    codes_of,
    errors_of,
    send_avoir,
    send_body,
    send_facture,
    set_iban,
    some_lignes,
)
from builders.factures.papier import a_facture_pdf, a_facturx_pdf, a_facturx_xml
from builders.fichiers import a_jpeg, a_pdf
from builders.instruction import an_agent
from builders.serveur import SIRET, Serveur

pytestmark = pytest.mark.anyio


def _body(dossier: int, montant: int = 100_000, **membres: Any) -> dict[str, Any]:
    return a_body(some_lignes(dossier, (1, "PEDAGOGIE", montant)), **membres)


async def test_what_is_no_sound_pdf_is_refused_and_leaves_nothing(serveur: Serveur, dossier: int) -> None:
    for pdf in (b"", b"%PDF-1.7\n", a_jpeg(), a_pdf()[:200], b"MZ" + a_pdf()):
        avant = await serveur.counts()
        reponse = await send_body(serveur, _body(dossier), pdf)
        assert reponse.status_code == 400, pdf[:20]
        assert {une["champ"] for une in reponse.json()["errors"]} == {"fichier"}
        assert await serveur.counts() == avant
    # Its number is still free.
    assert (await send_body(serveur, _body(dossier))).status_code == 200


async def test_hostile_invoices_are_refused_with_their_ground_and_leave_nothing(serveur: Serveur, dossier: int) -> None:
    """Every one of those that tests/integration/opco/pieces/gate knows, through the API."""
    avant = await serveur.counts()
    for hostile in hostiles.REFUSES:
        reponse = await send_body(serveur, _body(dossier), hostile.build())
        assert errors_of(reponse) == [(hostile.code, "fichier")], hostile.tour
        assert "root:" not in reponse.text
    assert await serveur.counts() == avant


async def test_a_factur_x_that_agrees_says_nothing(serveur: Serveur, dossier: int) -> None:
    xml = a_facturx_xml(numero="F-2026-001", date_emission="2026-09-05", total="1000.00", siret=SIRET, iban=IBAN)
    reponse = await send_body(serveur, _body(dossier), a_facturx_pdf(xml=xml))
    assert (reponse.status_code, codes_of(reponse)) == (200, []), reponse.text


async def test_what_a_factur_x_says_otherwise_is_a_warning_and_the_data_alone_count(
    serveur: Serveur, dossier: int
) -> None:
    xml = a_facturx_xml(numero="F-9", date_emission="2026-09-04", total="9999.00", siret=SIRET, iban=AUTRE_IBAN)
    reponse = await send_body(serveur, _body(dossier), a_facturx_pdf(xml=xml))
    assert reponse.status_code == 200, reponse.text
    assert errors_of(reponse) == [
        ("FACTURX_DIFFERENTE", f"facture.{membre}")
        for membre in ("numero", "dateEmission", "montantTotal", "ibanEmetteur")
    ]
    assert AUTRE_IBAN not in reponse.text
    assert (await factures_of(serveur))[0]["montantFacture"] == 1000


async def test_an_iban_hidden_in_the_number_of_a_factur_x_is_not_quoted(serveur: Serveur, dossier: int) -> None:
    for numero in (AUTRE_IBAN, f"F-1 IBAN {AUTRE_IBAN}", f"RIB FR76 3000 1007 9412 {AUTRE_IBAN[16:]}"):
        xml = a_facturx_xml(numero=numero, date_emission="2026-09-05", total="1.00", siret=SIRET, iban=IBAN)
        corps = _body(dossier, 100, numero=f"F-{len(numero)}")
        reponse = await send_body(serveur, corps, a_facturx_pdf(xml=xml))
        assert codes_of(reponse) == ["FACTURX_DIFFERENTE"], reponse.text
        assert "30001007" not in "".join(reponse.text.split())


async def test_an_attached_xml_that_cannot_be_read_is_a_warning(serveur: Serveur, dossier: int) -> None:
    for rang, (nom, make) in enumerate(hostiles.ILLISIBLES.items()):
        reponse = await send_body(serveur, _body(dossier, 100, numero=f"F-{rang}"), make())
        assert reponse.status_code == 200, reponse.text
        assert "FACTURX_ILLISIBLE" in codes_of(reponse), nom


async def test_the_missing_mention_of_vat_exemption_is_a_warning(serveur: Serveur, dossier: int) -> None:
    reponse = await send_body(serveur, _body(dossier), a_facture_pdf(numero="F-2026-001", mention=None))
    assert errors_of(reponse) == [("MENTION_EXONERATION_ABSENTE", "fichier")]


async def test_pages_of_states_hold_a_hundred_each_in_order(serveur: Serveur, dossier: int) -> None:
    await _insert_factures(serveur, dossier, 250)

    for page, attendues in ((1, range(1, 101)), (3, range(201, 251)), (4, range(0)), (10**9, range(0))):
        lue = (await serveur.cfa.get(f"/v2/factures/etats?numeroPage={page}")).json()
        assert (lue["total"], lue["count"], lue["page"]) == (250, len(attendues), page)
        assert [une["referenceFactureCFA"] for une in lue["factures"]] == [f"F-{rang:03d}" for rang in attendues]
    for texte in ("0", "-1", "un", "1.5", "9" * 30):
        refus = await serveur.cfa.get(f"/v2/factures/etats?numeroPage={texte}")
        assert (refus.status_code, codes_of(refus)) == (400, ["PARAMETRE_INVALIDE"])
    vide = (await serveur.autre.get("/v2/factures/etats")).json()
    assert (vide["total"], vide["count"], vide["factures"]) == (0, 0, [])


async def _insert_factures(serveur: Serveur, dossier: int, combien: int) -> None:
    """Copies of one that was sent, of one cent each."""
    await send_body(serveur, _body(dossier, 1, numero="F-001"))
    for rang in range(2, combien + 1):
        await serveur.execute(
            "WITH f AS (INSERT INTO facture (rang, siren, genre, siret_emetteur, numero, date_emission, montant, "
            "iban_chiffre, etat, document, sha256_contenu, sha256_fichier, depose_par, depose_le) "
            "SELECT %s, siren, genre, siret_emetteur, %s, date_emission, montant, iban_chiffre, etat, document, "
            "sha256_contenu, sha256_fichier, depose_par, depose_le FROM facture WHERE numero = 'F-001' "
            "RETURNING numero_interne, siren) "
            "INSERT INTO ligne_facture (facture, siren, rang, nature_dite, nature, numero_interne, echeance, montant, "
            "etat) SELECT numero_interne, siren, 0, 'PEDAGOGIE', 'PEDAGOGIE', %s, 1, 1, 'EN_INSTRUCTION' FROM f",
            rang,
            f"F-{rang:03d}",
            dossier,
        )
    await serveur.execute("UPDATE compteur_facture SET nombre = %s", combien)


@pytest.mark.parametrize("chemin", ["/v2/factures/etats", "/v2/avoirs/etats"])
async def test_a_page_that_has_not_changed_answers_304(serveur: Serveur, dossier: int, chemin: str) -> None:
    await send_facture(serveur, dossier, (1, "PEDAGOGIE", 100_000))
    etag = (await serveur.cfa.get(chemin)).headers["etag"]

    inchangee = await serveur.cfa.get(chemin, {"If-None-Match": etag})
    assert (inchangee.status_code, inchangee.content) == (304, b"")
    assert (await serveur.cfa.get(f"{chemin}?numeroPage=2", {"If-None-Match": etag})).status_code == 200
    assert (await serveur.autre.get(chemin, {"If-None-Match": etag})).status_code == 200
    await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 100_000))
    changee = await serveur.cfa.get(chemin, {"If-None-Match": etag})
    assert changee.status_code == 200
    assert changee.headers["etag"] != etag


async def test_no_iban_is_ever_told_or_kept_in_clear(
    serveur: Serveur, dossier: int, caplog: pytest.LogCaptureFixture
) -> None:
    """I9: in refusals, logs, events, journal, and in no column of the database."""
    caplog.set_level(logging.DEBUG)
    canari = "FR1420041010050500013M02606"
    espace = " ".join(canari[rang : rang + 4] for rang in range(0, len(canari), 4))
    reponses = [
        await send_body(serveur, _body(dossier, iban=canari)),
        await send_body(serveur, _body(dossier, iban=espace.lower())),
        await send_body(serveur, _body(dossier, iban=canari[:-1])),
        await send_body(serveur, _body(dossier, iban=canari * 2)),
        await send_body(serveur, _body(dossier, ibanEmetteur=[canari])),
        await send_body(serveur, {**_body(dossier), "lignes": [{"natureLigne": canari[:20], "numeroDossier": canari}]}),
        await send_body(serveur, {**_body(dossier), "lignes": [{"numeroEcheance": canari[:20], "montant": canari}]}),
        await serveur.cfa.send("/v2/certificats", a_certificat(dossier, canari[:20]), a_facture_pdf()),
    ]
    await set_iban(serveur, canari)
    reponses.append(await send_body(serveur, _body(dossier)))
    acceptee = await send_body(serveur, _body(dossier, iban=espace))
    assert acceptee.status_code == 200, acceptee.text
    reponses += [acceptee, await send_body(serveur, _body(dossier, 101, iban=canari))]
    reponses.append(await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 100_000), iban=canari))

    await serveur.flush_appels()
    tout = [reponse.text for reponse in reponses] + [caplog.text, await _everything(serveur)]
    for texte in tout:
        compact = "".join(texte.split()).upper()
        for interdit in (canari, IBAN):
            assert interdit[4:20] not in compact, texte[:300]
    lue = (await serveur.cfa.get("/v2/factures/etats")).json()["factures"][0]
    assert "".join(lue["organismeFormation"]["IBAN"].split()) == canari  # told to the one who wrote it


async def _everything(serveur: Serveur) -> str:
    """Every row of every table, as text."""
    tables = await serveur.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    lignes = []
    for (table,) in tables:
        lignes += [repr(ligne) for ligne in await serveur.fetch(f"SELECT to_jsonb(t) FROM {table} t")]  # noqa: S608
    return "\n".join(lignes)


async def test_amounts_are_read_exactly_however_they_are_written(serveur: Serveur, dossier: int) -> None:
    base = some_lignes(dossier, (1, "PEDAGOGIE", 100))[0]
    lignes = [{**base, "montant": montant} for montant in (0.1, "0.20", "0,70", 1e2, 1099.9999999999)]
    corps = {**a_body([base]), "lignes": lignes, "montantTotal": 1200.9999999999}
    reponse = await send_body(serveur, corps)
    assert reponse.status_code == 200, reponse.text
    assert (await postes_of(serveur, dossier))["EN_INSTRUCTION"] == 120_100
    for montant in (0.001, "un", None, True, 10**18, {"montant": 1}):
        faux = {**a_body([base], numero="F-2"), "lignes": [{**base, "montant": montant}]}
        refus = await send_body(serveur, json.loads(json.dumps(faux)))
        assert refus.status_code == 400, montant


async def test_strange_bodies_are_refused_without_a_fault_of_ours(serveur: Serveur, dossier: int) -> None:
    base = some_lignes(dossier, (1, "PEDAGOGIE", 100))[0]
    avant = await serveur.counts()
    for membres in (
        {"lignes": [None]},
        {"lignes": [[]]},
        {"lignes": {}},
        {"lignes": "un"},
        {"lignes": [{**base, "quantite": 10**12}]},
        {"lignes": [{**base, "quantite": 1.5}]},
        {"lignes": [{**base, "numeroEcheance": "1\u0000"}]},
        {"numero": "F\u0000"},
        {"numero": "x" * 41},
        {"numero": " "},
        {"dateEmission": "2026-02-30"},
        {"dateEmission": "0001-01-01"},
        {"siretEmetteur": "3" * 14},
        {"montantTotal": "1e999"},
        {"estCertificatRealisation": "peut-être"},
    ):
        reponse = await send_body(serveur, {**a_body([base]), **membres}, a_facture_pdf())
        assert reponse.status_code == 400, (membres, reponse.text)
    assert await serveur.counts() == avant


async def test_a_very_long_invoice_is_one(serveur: Serveur) -> None:
    await set_iban(serveur)
    numero = await an_ended(serveur, await an_agent(serveur))
    lignes = some_lignes(numero, *[(1 + rang % 3, "PEDAGOGIE", 1) for rang in range(600)])
    reponse = await send_body(serveur, a_body(lignes, emission=date(2026, 9, 1)))
    assert reponse.status_code == 200, reponse.text
    assert await serveur.count("ligne_facture") == 600
    assert len((await factures_of(serveur))[0]["lignes"]) == 600
