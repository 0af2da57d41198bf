"""What a line waits for before it is paid: certificates, copies, attestations (R6332-25 III, V; norme.md §2.4)."""

from datetime import date
from typing import Any

import pytest
from builders import envois
from builders.factures.dossiers import (
    FORCLUSION,
    MONTANT_SOLDE,
    SOLDE,
    a_certificat,
    an_ended,
    factures_of,
    send_certificat,
    travel,
)
from builders.factures.envoi import codes_of, errors_of, send_facture
from builders.factures.papier import a_facture_pdf
from builders.instruction import an_engaged, types_of
from builders.serveur import SIRET_AUTRE, Serveur

from traitdunion.opco.financement.faits import Choix

pytestmark = pytest.mark.anyio
NIVEAU_6 = Choix(npec=800_000, npec_source="essai", niveau=6)
NOUVEAU_CFA = Choix(npec=800_000, npec_source="essai", nouveau_cfa=True)


@pytest.fixture
async def attendue(serveur: Serveur, agent: int) -> int:
    """A dossier whose last solde is invoiced without any proof."""
    numero = await an_ended(serveur, agent)
    reponse = await send_facture(serveur, numero, (SOLDE, "PEDAGOGIE", MONTANT_SOLDE))
    assert codes_of(reponse) == ["PREUVE_REALISATION_ATTENDUE"], reponse.text
    return numero


async def _ligne(serveur: Serveur, rang: int = 0) -> dict[str, Any]:
    (facture,) = await factures_of(serveur)
    return dict(facture["lignes"][rang])


async def _etat(serveur: Serveur) -> str:
    return str((await _ligne(serveur))["etatLigne"])


async def _send_document(serveur: Serveur, type_fichier: str, type_objet: str, objet: Any) -> None:
    infos = envois.some_infos("0", type_fichier=type_fichier)
    infos["objets"] = [{"typeObjet": type_objet, "idObjet": str(objet)}]
    reponse = await serveur.cfa.send("/v2/documents", infos, a_facture_pdf(titre=type_fichier))
    assert reponse.status_code == 200, reponse.text


async def test_the_last_solde_waits_for_its_certificate_and_says_until_when(serveur: Serveur, attendue: int) -> None:
    ligne = await _ligne(serveur)
    assert ligne["etatLigne"] == "A_COMPLETER"
    assert ligne["commentaire"] == "Attend : le certificat de réalisation, au plus tard le 31/12/2026."
    (facture,) = await factures_of(serveur)
    assert facture["etatFacture"] == "TRANSMIS"
    assert "31/12/2026" in str(facture["commentaire"])
    assert "FACTURE_A_COMPLETER" in await types_of(serveur, attendue)


async def test_advances_wait_for_no_certificate(serveur: Serveur, agent: int) -> None:
    """The parameter `preuve_realisation` asks for the last solde only, unless the OPCO sets it otherwise."""
    numero = await an_ended(serveur, agent)
    reponse = await send_facture(serveur, numero, (1, "PEDAGOGIE", 100), (2, "PEDAGOGIE", 100), (3, "PEDAGOGIE", 100))
    assert codes_of(reponse) == []
    assert {await _etat(serveur)} == {"EN_INSTRUCTION"}


async def test_an_opco_may_ask_for_a_proof_of_each_echeance_after_the_first(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent)
    await serveur.execute(
        'UPDATE engagement SET regles = regles || \'{"preuve_realisation": "apres_la_premiere"}\'::jsonb'
    )
    reponse = await send_facture(serveur, numero, (1, "PEDAGOGIE", 100), (2, "PEDAGOGIE", 100), (3, "PEDAGOGIE", 100))
    assert errors_of(reponse) == [
        ("PREUVE_REALISATION_ATTENDUE", f"facture.lignes[{rang}].numeroEcheance") for rang in (1, 2)
    ]
    assert (await send_certificat(serveur, numero, 2)).status_code == 200
    etats = [une["etatLigne"] for une in (await factures_of(serveur))[0]["lignes"]]
    assert etats == ["EN_INSTRUCTION", "EN_INSTRUCTION", "A_COMPLETER"]


async def test_a_contract_of_before_july_2025_waits_for_nothing(serveur: Serveur, agent: int) -> None:
    ancien = {"dateConclusion": "2025-06-25", "dateDebutContrat": "2025-08-01", "dateFinContrat": "2026-07-31"}
    numero = await an_engaged(serveur, agent, **ancien)
    reponse = await send_facture(serveur, numero, (3, "PEDAGOGIE", 100))
    assert (reponse.status_code, codes_of(reponse)) == (200, []), reponse.text


async def test_the_flag_of_the_invoice_is_a_proof(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent)
    reponse = await send_facture(serveur, numero, (SOLDE, "PEDAGOGIE", MONTANT_SOLDE), estCertificatRealisation=True)
    assert codes_of(reponse) == []
    assert await _etat(serveur) == "EN_INSTRUCTION"


async def test_the_flag_on_first_echeances_alone_is_a_warning(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent)
    reponse = await send_facture(serveur, numero, (1, "PEDAGOGIE", 100), estCertificatRealisation=True)
    assert codes_of(reponse) == ["CERTIFICAT_SUR_PREMIERE_ECHEANCE"]


@pytest.mark.parametrize("avant", [True, False])
@pytest.mark.parametrize(
    ("echeance", "genre", "prouve"),
    [("4", "Intermediaire", True), ("99", "intermédiaire", True), ("3", "Intermediaire", False), ("3", "FINAL", True)],
)
async def test_a_certificate_of_that_echeance_or_a_final_one_is_a_proof_before_or_after(
    serveur: Serveur, agent: int, echeance: str, genre: str, prouve: bool, avant: bool
) -> None:
    numero = await an_ended(serveur, agent)
    if avant:
        assert (await send_certificat(serveur, numero, echeance, typeCertificat=genre)).status_code == 200
    reponse = await send_facture(serveur, numero, (SOLDE, "PEDAGOGIE", MONTANT_SOLDE))
    assert reponse.status_code == 200, reponse.text
    if not avant:
        assert (await send_certificat(serveur, numero, echeance, typeCertificat=genre)).status_code == 200

    assert await _etat(serveur) == ("EN_INSTRUCTION" if prouve else "A_COMPLETER")
    if prouve and not avant:
        assert "FACTURE_COMPLETEE" in await types_of(serveur, numero)


@pytest.mark.parametrize("type_objet", ["DOSSIER_APPRENTISSAGE", "FACTURE"])
async def test_a_document_on_the_dossier_or_on_the_invoice_is_a_proof(
    serveur: Serveur, attendue: int, type_objet: str
) -> None:
    (facture,) = await factures_of(serveur)
    objet = attendue if type_objet == "DOSSIER_APPRENTISSAGE" else facture["numeroInterneFacture"]

    await _send_document(serveur, "PIECE_COMPLEMENTAIRE", type_objet, objet)
    assert await _etat(serveur) == "A_COMPLETER"
    await _send_document(serveur, "CERTIFICAT_REALISATION", type_objet, objet)

    assert await _etat(serveur) == "EN_INSTRUCTION"


async def test_a_document_of_another_cfa_proves_nothing_of_ours(serveur: Serveur, attendue: int) -> None:
    (facture,) = await factures_of(serveur)
    dites = []
    for type_objet, objet in (("FACTURE", facture["numeroInterneFacture"]), ("DOSSIER_APPRENTISSAGE", attendue)):
        for numero in (objet, 424_242):
            infos = envois.some_infos("0", type_fichier="CERTIFICAT_REALISATION")
            infos["objets"] = [{"typeObjet": type_objet, "idObjet": str(numero)}]
            reponse = await serveur.autre.send("/v2/documents", infos, a_facture_pdf())
            assert reponse.status_code == 400
            dites.append(reponse.json()["errors"])
    assert all(un == dites[0] for un in dites)
    assert await _etat(serveur) == "A_COMPLETER"


async def test_level_6_waits_for_the_copy_of_the_employer_s_invoice_too(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent, choix=NIVEAU_6)
    reponse = await send_facture(serveur, numero, (SOLDE, "PEDAGOGIE", MONTANT_SOLDE))
    assert codes_of(reponse) == ["PREUVE_REALISATION_ATTENDUE", "FACTURE_PARTICIPATION_ATTENDUE"]

    await send_certificat(serveur, numero, SOLDE)
    ligne = await _ligne(serveur)
    assert ligne["etatLigne"] == "A_COMPLETER"
    assert "participation" in ligne["commentaire"]
    assert "certificat" not in ligne["commentaire"]
    await _send_document(serveur, "FACTURE_PARTICIPATION_EMPLOYEUR", "DOSSIER_APPRENTISSAGE", numero)

    ligne = await _ligne(serveur)
    assert (ligne["etatLigne"], ligne["commentaire"]) == ("EN_INSTRUCTION", None)


async def test_a_new_cfa_attests_the_start_before_its_first_advance(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent, choix=NOUVEAU_CFA)
    reponse = await send_facture(serveur, numero, (1, "PEDAGOGIE", 100))
    assert codes_of(reponse) == ["ATTESTATION_DEBUT_ATTENDUE"]
    await _send_document(serveur, "ATTESTATION_DEBUT", "DOSSIER_APPRENTISSAGE", numero)
    assert await _etat(serveur) == "EN_INSTRUCTION"


async def test_a_proof_counts_until_the_last_day_and_not_the_day_after(serveur: Serveur, agent: int) -> None:
    premier, second = await an_ended(serveur, agent, 0), await an_ended(serveur, agent, 1)
    await send_facture(serveur, premier, (SOLDE, "PEDAGOGIE", MONTANT_SOLDE), numero="F-1")
    await send_facture(serveur, second, (SOLDE, "PEDAGOGIE", MONTANT_SOLDE), numero="F-2")

    await travel(serveur, FORCLUSION)
    await send_certificat(serveur, premier, SOLDE)
    await travel(serveur, date(2027, 1, 1))
    await send_certificat(serveur, second, SOLDE, rang=1)

    lignes = {une["referenceFactureCFA"]: une["lignes"][0] for une in await factures_of(serveur)}
    assert lignes["F-1"]["etatLigne"] == "EN_INSTRUCTION"
    assert lignes["F-2"]["etatLigne"] == "A_COMPLETER"  # the calendar says that it is lost, not the one who is late


async def test_a_quarantined_certificate_proves_nothing(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent)
    document = (await send_certificat(serveur, numero, SOLDE)).json()["numeroInterneDocument"]
    await serveur.execute("UPDATE document SET verdict = 'QUARANTAINE' WHERE numero_interne = %s", int(document))
    reponse = await send_facture(serveur, numero, (SOLDE, "PEDAGOGIE", MONTANT_SOLDE))
    assert codes_of(reponse) == ["PREUVE_REALISATION_ATTENDUE"]


async def test_a_certificate_that_can_be_put_nowhere_is_refused_and_leaves_nothing(
    serveur: Serveur, agent: int
) -> None:
    numero, autre = await an_ended(serveur, agent, 0), await an_ended(serveur, agent, 1)
    facture = (await send_facture(serveur, autre, (1, "PEDAGOGIE", 100))).json()["numeroInterneFacture"]
    inconnu = ("OBJET_INCONNU", "certificat.numeroInterneDossier")
    avant = await serveur.counts()

    for corps, attendue, statut in (
        (a_certificat(numero, 9), ("ECHEANCE_INCONNUE", "certificat.echeance.numero"), 400),
        (a_certificat(numero, "solde"), ("NUMERO_ILLISIBLE", "certificat.echeance.numero"), 400),
        (a_certificat(numero, 4, echeance=None), ("CERTIFICAT_SANS_ECHEANCE", "certificat.echeance.numero"), 400),
        (a_certificat(424_242, 4), inconnu, 400),
        (a_certificat(numero, 4, numeroInterneDossier="²"), ("NUMERO_ILLISIBLE", inconnu[1]), 400),
        (
            a_certificat(numero, 4, numeroInterneFacture=facture),
            ("OBJET_INCONNU", "certificat.numeroInterneFacture"),
            400,
        ),
        (
            a_certificat(numero, 4, organismeFormation={"siret": SIRET_AUTRE}),
            ("SIRET_HORS_SIREN", "certificat.organismeFormation.siret"),
            403,
        ),
    ):
        reponse = await serveur.cfa.send("/v2/certificats", corps, a_facture_pdf(), nom="certificat.pdf")
        assert reponse.status_code == statut, reponse.text
        bloquantes = [(une["code"], une["champ"]) for une in reponse.json()["errors"] if une["gravite"] == "BLOQUANT"]
        assert bloquantes == [attendue]

    etranger = a_certificat(numero, 4, organismeFormation={"siret": SIRET_AUTRE})
    leur = await serveur.autre.send("/v2/certificats", etranger, a_facture_pdf(), nom="certificat.pdf")
    assert errors_of(leur) == [inconnu]
    assert await serveur.counts() == avant


async def test_a_certificate_of_another_person_is_taken_with_its_differences(serveur: Serveur, attendue: int) -> None:
    reponse = await send_certificat(serveur, attendue, SOLDE, rang=7)
    assert reponse.status_code == 200
    assert ("DIFFERENCE_CERTIFICAT", "certificat.apprenti.nom") in errors_of(reponse)
    futur = await send_certificat(serveur, attendue, SOLDE, dateSignature="2026-09-06")
    assert ("DATE_CERTIFICAT_FUTURE", "certificat.dateSignature") in errors_of(futur)


async def test_a_certificate_names_its_invoice_and_its_file_is_read_back(serveur: Serveur, attendue: int) -> None:
    (facture,) = await factures_of(serveur)
    accuse = (
        await send_certificat(serveur, attendue, SOLDE, numeroInterneFacture=facture["numeroInterneFacture"])
    ).json()
    assert (await serveur.cfa.get(f"/v2/documents/{accuse['numeroInterneDocument']}")).status_code == 200
    assert (await serveur.autre.get(f"/v2/documents/{accuse['numeroInterneDocument']}")).status_code == 404
    assert "CERTIFICAT_DEPOSE" in await types_of(serveur, attendue)
