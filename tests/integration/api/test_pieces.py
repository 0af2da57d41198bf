"""Conventions and documents: data and file, their receipts, their bytes (norme.md §1, §2.2, §2.4, §7)."""

import asyncio
from hashlib import sha256
from typing import Any

import pytest
from builders import fichiers
from builders.envois import a_convention, a_depot, some_infos, to_json
from builders.serveur import SIREN, Serveur

from traitdunion.norme import recepisse

pytestmark = pytest.mark.anyio
PDF = fichiers.a_pdf()


async def test_a_convention_answers_its_numbers(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    reponse = await serveur.cfa.send("/v1/conventions", a_convention(numero), PDF)
    assert reponse.status_code == 200
    assert reponse.json() == {
        "numeroInterneDossier": "1",
        "numeroInterneDocument": "1",
        "recepisse": "p-1",
        "avertissements": [],
    }


@pytest.mark.parametrize("mandat", [False, None, "absent", "false", ""])
async def test_a_convention_without_mandate_is_refused_and_nothing_is_stored(serveur: Serveur, mandat: Any) -> None:
    numero = await serveur.cfa.deposit()
    avant = await serveur.counts()
    convention = a_convention(numero, mandatEmployeur=mandat)
    if mandat == "absent":
        del convention["mandatEmployeur"]
    reponse = await serveur.cfa.send("/v1/conventions", convention, PDF)
    assert reponse.status_code == 400
    erreurs = {un["code"]: un for un in reponse.json()["errors"]}
    assert erreurs["MANDAT_EMPLOYEUR_ABSENT"]["champ"] == "convention.mandatEmployeur"
    assert erreurs["MANDAT_EMPLOYEUR_ABSENT"]["gravite"] == "BLOQUANT"
    assert await serveur.counts() == avant


async def test_the_very_bytes_come_back_as_an_attachment_under_a_sandbox(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    octets = fichiers.a_pdf(image_octets=200_000) + b"\r\n\0\n"
    await serveur.cfa.send("/v1/conventions", a_convention(numero), octets, nom="contrat de Zoé \u202e.pdf")
    lu = await serveur.cfa.get("/v2/documents/1")
    assert lu.content == octets
    assert lu.headers["content-type"] == "application/pdf"
    assert lu.headers["content-length"] == str(len(octets))
    assert lu.headers["content-security-policy"].startswith("sandbox")
    assert lu.headers["content-security-policy"].endswith("default-src 'none'")
    assert lu.headers["x-content-type-options"] == "nosniff"
    assert lu.headers["content-disposition"].startswith("attachment;")
    assert "\u202e" not in lu.headers["content-disposition"]
    assert "%E2%80%AE" not in lu.headers["content-disposition"].upper()


@pytest.mark.parametrize(
    ("octets", "nom", "type_contenu"),
    [(fichiers.a_jpeg(), "scan.jpg", "image/jpeg"), (fichiers.a_png(), "scan.png", "image/png")],
)
async def test_an_image_is_taken_and_served_under_its_own_type(
    serveur: Serveur, octets: bytes, nom: str, type_contenu: str
) -> None:
    numero = await serveur.cfa.deposit()
    assert (await serveur.cfa.send("/v1/documents", some_infos(numero), octets, nom=nom)).status_code == 200
    lu = await serveur.cfa.get("/v2/documents/1")
    assert (lu.content, lu.headers["content-type"]) == (octets, type_contenu)


async def test_the_same_convention_again_gives_the_same_number(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    premiere = await serveur.cfa.send("/v1/conventions", a_convention(numero), PDF)
    avant = await serveur.counts()
    seconde = await serveur.cfa.send("/v2/conventions", a_convention(numero), PDF, nom="autre-nom.pdf")
    assert (seconde.status_code, seconde.json()) == (200, premiere.json())
    assert seconde.headers["Idempotency-Replayed"] == "true"
    assert await serveur.counts() == avant


async def test_twenty_times_the_same_convention_at_once_is_one_document_and_one_event(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    reponses = await asyncio.gather(
        *(serveur.cfa.send("/v1/conventions", a_convention(numero), PDF) for _ in range(20))
    )
    assert {reponse.status_code for reponse in reponses} == {200}
    assert {reponse.text for reponse in reponses} == {reponses[0].text}
    assert await serveur.count("document") == 1
    assert await serveur.fetch("SELECT type FROM evenement WHERE objet = 'DOSSIER' ORDER BY id") == [
        ("DOSSIER_DEPOSE",),
        ("PIECE_DEPOSEE",),
        ("DOSSIER_COMPLET",),
    ]
    ((cle,),) = await serveur.fetch("SELECT cle_objet FROM document")
    assert [str(un.relative_to(serveur.donnees / "objets")) for un in serveur.objects()] == [cle]


async def test_another_convention_is_a_new_version_and_the_former_is_kept(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    await serveur.cfa.send("/v1/conventions", a_convention(numero), PDF)
    autre = fichiers.a_pdf(pages=3)
    assert (await serveur.cfa.send("/v1/conventions", a_convention(numero), autre)).json()[
        "numeroInterneDocument"
    ] == "2"
    modifiee = a_convention(numero, dateSignature="2026-08-21")
    await serveur.cfa.send("/v1/conventions", modifiee, autre)
    assert await serveur.fetch("SELECT version FROM document ORDER BY numero_interne") == [(1,), (2,), (3,)]
    assert (await serveur.cfa.get("/v2/documents/1")).content == PDF
    assert (await serveur.cfa.get("/v2/documents/2")).content == autre


@pytest.mark.parametrize(
    ("etat", "code"),
    [
        ("ENGAGE", "DOSSIER_DEJA_ENGAGE"),
        ("RUPTURE", "DOSSIER_DEJA_ENGAGE"),
        ("REFUSE", "DOSSIER_CLOS"),
        ("ANNULE", "DOSSIER_CLOS"),
        ("SOLDE", "DOSSIER_CLOS"),
    ],
)
async def test_a_convention_is_refused_once_the_dossier_is_engaged_or_closed(
    serveur: Serveur, etat: str, code: str
) -> None:
    numero = await serveur.cfa.deposit()
    premiere = await serveur.cfa.send("/v1/conventions", a_convention(numero), PDF)
    async with serveur.database.connection() as conn:
        await conn.execute("UPDATE dossier SET etat = %s", (etat,))
    avant = await serveur.counts()
    autre = await serveur.cfa.send("/v1/conventions", a_convention(numero), fichiers.a_pdf(pages=3))
    assert autre.status_code == 400
    assert autre.json()["errors"][0]["code"] == code
    apres = await serveur.counts()
    assert apres.pop("objets") - avant.pop("objets") <= 1, "at most an orphan, collected later"
    assert apres == avant
    meme = await serveur.cfa.send("/v1/conventions", a_convention(numero), PDF)
    assert meme.json() == premiere.json(), "what was received stays received"


async def test_a_document_of_an_engaged_dossier_is_still_taken(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    async with serveur.database.connection() as conn:
        await conn.execute("UPDATE dossier SET etat = 'ENGAGE'")
    assert (await serveur.cfa.send("/v1/documents", some_infos(numero), PDF)).status_code == 200


async def test_a_convention_sent_as_a_document_is_refused_once_the_dossier_is_engaged(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    infos = {**some_infos(numero), "typeFichier": "CONVENTION_FORMATION"}
    async with serveur.database.connection() as conn:
        await conn.execute("UPDATE dossier SET etat = 'ENGAGE'")
    refus = await serveur.cfa.send("/v1/documents", infos, PDF)
    assert refus.status_code == 400
    assert refus.json()["errors"][0]["code"] == "DOSSIER_DEJA_ENGAGE"


async def test_a_document_is_attached_to_several_dossiers(serveur: Serveur) -> None:
    numeros = [await serveur.cfa.deposit(rang) for rang in range(2)]
    reponse = await serveur.cfa.send("/v1/documents", some_infos(*numeros), PDF)
    assert reponse.json() == {"numeroInterneDocument": "1", "recepisse": "p-1", "avertissements": []}
    assert await serveur.fetch("SELECT id_objet FROM document_objet ORDER BY 1") == [(1,), (2,)]


@pytest.mark.parametrize("numero", ["999", "99999999999999999999", "abc", "0", "-1", "1e3"])
@pytest.mark.parametrize("chemin", ["/v1/conventions", "/v1/documents"])
async def test_a_dossier_that_does_not_exist_is_refused_by_its_field(
    serveur: Serveur, chemin: str, numero: str
) -> None:
    avant = await serveur.counts()
    message = a_convention(numero) if chemin.endswith("conventions") else some_infos(numero)
    reponse = await serveur.cfa.send(chemin, message, PDF)
    assert reponse.status_code == 400
    champs = [un["champ"] or "" for un in reponse.json()["errors"]]
    assert any("numeroInterneDossier" in champ or "objets" in champ for champ in champs)
    apres = await serveur.counts()
    assert apres == avant


async def test_a_dossier_of_another_cfa_answers_as_one_that_does_not_exist(serveur: Serveur) -> None:
    numero = await serveur.autre.deposit()
    for chemin, present, absent in (
        ("/v1/conventions", a_convention(numero), a_convention("999")),
        ("/v1/documents", some_infos(numero), some_infos("999")),
    ):
        la = (await serveur.cfa.send(chemin, present, PDF)).json()
        pas_la = (await serveur.cfa.send(chemin, absent, PDF)).json()
        la.pop("instance"), pas_la.pop("instance")
        assert la == pas_la
    assert await serveur.count("document") == 0


async def test_a_document_that_names_an_unknown_facture_is_refused_with_its_field(serveur: Serveur) -> None:
    infos = some_infos("1")
    infos["objets"][0]["typeObjet"] = "FACTURE"
    reponse = await serveur.cfa.send("/v1/documents", infos, PDF)
    (erreur,) = reponse.json()["errors"]
    assert (erreur["code"], erreur["champ"]) == (
        "OBJET_INCONNU",
        "infosFichier.objets[0].idObjet",
    )


async def test_the_convention_of_another_siret_than_the_key_is_refused(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    convention = a_convention(numero, organismeFormation={"siret": "12345678200010"})
    reponse = await serveur.cfa.send("/v1/conventions", convention, PDF)
    assert reponse.status_code == 403
    assert reponse.json()["errors"][0]["code"] == "SIRET_HORS_SIREN"
    assert await serveur.count("document") == 0


async def test_what_differs_from_the_cerfa_is_said_and_does_not_stop_the_convention(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    reponse = await serveur.cfa.send("/v1/conventions", a_convention(numero, rang=5), PDF)
    assert reponse.status_code == 200
    assert any("apprenti" in (un["champ"] or "") for un in reponse.json()["avertissements"])


async def test_the_receipts_verify_offline_and_stand_for_these_bytes_only(serveur: Serveur) -> None:
    corps = to_json(a_depot())
    await serveur.cfa.post("/v2/dossiers", corps)
    convention = to_json(a_convention(1))
    await serveur.cfa.send("/v1/conventions", convention, PDF)
    d1 = await serveur.cfa.get("/v2/recepisses/d-1")
    p1 = await serveur.cfa.get("/v2/recepisses/p-1")
    assert recepisse.verify(d1.content, serveur.cle_publique, corps=corps) == []
    assert recepisse.verify(p1.content, serveur.cle_publique, corps=convention, fichier=PDF) == []
    assert recepisse.verify(d1.content, serveur.cle_publique, corps=corps + b" ") != []
    assert recepisse.verify(p1.content, serveur.cle_publique, fichier=PDF + b" ") != []
    assert recepisse.verify(d1.content, bytes(32)) != []
    assert recepisse.verify(d1.content.replace(b"CA-0000001", b"CA-0000002"), serveur.cle_publique) != []
    dit = p1.json()["recepisse"]
    assert dit == {
        "identifiant": "p-1",
        "genre": "CONVENTION_FORMATION",
        "emetteur": "OPCO FICTIF",
        "siren": SIREN,
        "numeroInterne": "1",
        "numeroExterne": "CA-0000001",
        "numeroInterneDocument": "1",
        "sha256Json": sha256(convention).hexdigest(),
        "sha256Fichier": sha256(PDF).hexdigest(),
        "recuLe": "2026-09-05T08:30:00Z",
    }
    assert (await serveur.cfa.get("/v2/recepisses/d-1")).content == d1.content, "the same bytes each time"


async def test_the_receipt_of_a_replay_stands_for_the_first_body(serveur: Serveur) -> None:
    """Another spelling of the same content is recognised; the receipt proves the bytes that were kept."""
    premier = to_json(a_depot())
    await serveur.cfa.post("/v2/dossiers", premier)
    await serveur.cfa.post("/v2/dossiers", premier + b"\n")
    document = (await serveur.cfa.get("/v2/recepisses/d-1")).content
    assert recepisse.verify(document, serveur.cle_publique, corps=premier) == []


@pytest.mark.parametrize(
    "identifiant", ["d-2", "p-1", "x-1", "d-", "d-0", "d-1x", "d-99999999999999999999", "d", "D-1x"]
)
async def test_a_receipt_that_is_not_ours_is_unknown(serveur: Serveur, identifiant: str) -> None:
    await serveur.cfa.deposit()
    reponse = await serveur.cfa.get(f"/v2/recepisses/{identifiant}")
    assert (reponse.status_code, reponse.json()["errors"][0]["code"]) == (404, "RECEPISSE_INCONNU")


async def test_a_document_in_quarantine_is_not_served(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    await serveur.cfa.send("/v1/conventions", a_convention(numero), PDF)
    async with serveur.database.connection() as conn:
        await conn.execute("UPDATE document SET verdict = 'QUARANTAINE'")
    reponse = await serveur.cfa.get("/v2/documents/1")
    assert (reponse.status_code, reponse.json()["errors"][0]["code"]) == (404, "DOCUMENT_INCONNU")


async def test_an_object_that_vanished_is_a_503_and_not_a_cut_answer(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    await serveur.cfa.send("/v1/conventions", a_convention(numero), PDF)
    for objet in serveur.objects():
        objet.unlink()
    reponse = await serveur.cfa.get("/v2/documents/1")
    assert (reponse.status_code, reponse.json()["errors"][0]["code"]) == (503, "SERVICE_INDISPONIBLE")


async def test_nothing_waits_in_the_uploads_folder_once_all_is_answered(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    await serveur.cfa.send("/v1/conventions", a_convention(numero), PDF)
    await serveur.cfa.send("/v1/conventions", a_convention(numero), b"%PDF-1.7 cut")
    await serveur.cfa.send("/v1/conventions", a_convention("999"), PDF)
    assert [un for un in serveur.objects() if "depots" in un.parts] == []
