"""POST factures on engaged dossiers: each rule just inside and just outside, and nothing kept of a refusal."""

from datetime import date

import pytest
from builders.factures.dossiers import (
    FORCLUSION,
    MONTANT_SOLDE,
    SOLDE,
    a_dossier_rqth,
    an_ended,
    echeance_of,
    factures_of,
    postes_of,
    travel,
)
from builders.factures.envoi import (
    AUTRE_IBAN,
    IBAN,
    a_body,
    check_refused,
    codes_of,
    errors_of,
    send_avoir,
    send_body,
    send_facture,
    set_iban,
    some_lignes,
)
from builders.factures.papier import a_facture_pdf
from builders.instruction import an_engaged, in_state
from builders.serveur import SIREN_AUTRE, SIRET, SIRET_AUTRE, Serveur
from stdnum.luhn import calc_check_digit

from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.financement.faits import Choix

pytestmark = pytest.mark.anyio
LIGNE = "facture.lignes[0]"


async def test_an_open_echeance_is_invoiced_and_read_back_as_being_instructed(serveur: Serveur, dossier: int) -> None:
    reponse = await send_facture(serveur, dossier, (1, "PEDAGOGIE", 100_000))

    assert reponse.status_code == 200, reponse.text
    assert codes_of(reponse) == []
    lue = await echeance_of(serveur, dossier, 1)
    assert (lue["montantEnCoursInstruction"], lue["montantRegle"]) == (1000, 0)
    page = (await serveur.cfa.get("/v2/factures/etats")).json()
    assert (page["total"], page["count"], page["page"]) == (1, 1, 1)
    (facture,) = page["factures"]
    assert facture["etatFacture"] == "TRANSMIS"
    assert facture["montantFacture"] == 1000
    assert facture["dossiers"][0]["montant"] == 1000
    assert await postes_of(serveur, dossier) == {
        "ENGAGE": -1_680_000,
        "A_FACTURER": 1_580_000,
        "EN_INSTRUCTION": 100_000,
    }


async def test_its_pdf_and_its_receipt_are_read_by_its_cfa_alone(serveur: Serveur, dossier: int) -> None:
    accuse = (await send_facture(serveur, dossier, (1, "PEDAGOGIE", 100_000))).json()

    document, recepisse = accuse["numeroInterneDocument"], accuse["recepisse"]
    assert (await serveur.cfa.get(f"/v2/documents/{document}")).content.startswith(b"%PDF-")
    assert (await serveur.cfa.get(f"/v2/recepisses/{recepisse}")).json()["recepisse"]["genre"] == "FACTURE"
    for chemin in (f"/v2/documents/{document}", f"/v2/recepisses/{recepisse}"):
        assert (await serveur.autre.get(chemin)).status_code == 404
    assert (await serveur.autre.get("/v2/factures/etats")).json()["total"] == 0


@pytest.mark.parametrize("chemin", ["/v1/Factures", "/V2/FACTURES"])
async def test_the_path_is_read_whatever_its_case(serveur: Serveur, dossier: int, chemin: str) -> None:
    corps = a_body(some_lignes(dossier, (1, "PEDAGOGIE", 100_000)))
    assert (await serveur.cfa.send(chemin, corps, a_facture_pdf())).status_code == 200


async def test_the_body_alone_may_be_wrong(serveur: Serveur, dossier: int) -> None:
    lignes = some_lignes(dossier, (1, "PEDAGOGIE", 100_000))
    demain = date(2026, 9, 6)

    await check_refused(serveur, a_body(lignes, montantTotal=1000.01), ("SOMME_DES_LIGNES", "facture.montantTotal"))
    await check_refused(serveur, a_body(lignes, emission=demain), ("DATE_EMISSION_FUTURE", "facture.dateEmission"))
    await check_refused(serveur, a_body([], montantTotal=1), ("LIGNES_ABSENTES", "facture.lignes"))
    for montant in (0, -100_000):
        nulles = some_lignes(dossier, (1, "PEDAGOGIE", montant))
        await check_refused(serveur, a_body(nulles), ("MONTANT_DE_LIGNE", f"{LIGNE}.montant"))
    faux = IBAN[:-1] + "0"
    await check_refused(serveur, a_body(lignes, iban=faux), ("IBAN_INVALIDE", "facture.ibanEmetteur"))


async def test_only_the_account_that_the_opco_validated_is_paid(serveur: Serveur, dossier: int) -> None:
    lignes = some_lignes(dossier, (1, "PEDAGOGIE", 100_000))
    champ = "facture.ibanEmetteur"

    await check_refused(serveur, a_body(lignes, iban=AUTRE_IBAN), ("IBAN_NON_VALIDE", champ))
    await serveur.execute("DELETE FROM coordonnees_bancaires")
    await check_refused(serveur, a_body(lignes), ("IBAN_A_DECLARER", champ))
    await set_iban(serveur)
    groupe = " ".join(IBAN[rang : rang + 4] for rang in range(0, len(IBAN), 4)).lower()
    assert (await send_body(serveur, a_body(lignes, iban=groupe))).status_code == 200
    assert (await factures_of(serveur))[0]["organismeFormation"]["IBAN"] == IBAN


async def test_the_account_of_another_cfa_is_no_account_of_ours(serveur: Serveur, dossier: int) -> None:
    await set_iban(serveur, AUTRE_IBAN, siren=SIREN_AUTRE)
    lignes = some_lignes(dossier, (1, "PEDAGOGIE", 100_000))
    await check_refused(serveur, a_body(lignes, iban=AUTRE_IBAN), ("IBAN_NON_VALIDE", "facture.ibanEmetteur"))


async def test_the_dossier_of_another_cfa_is_unknown_in_the_same_words(serveur: Serveur, dossier: int) -> None:
    leur = int(await serveur.autre.deposit(5))
    refus = []
    for numero in (leur, 424_242):
        corps = a_body(some_lignes(numero, (1, "PEDAGOGIE", 100_000)))
        reponse = await check_refused(serveur, corps, ("DOSSIER_DE_LIGNE_INCONNU", f"{LIGNE}.numeroDossier"))
        refus.append(reponse.json()["errors"])
    assert refus[0] == refus[1]
    for texte in ("CA-1", str(dossier), "CA-99999999999", "²", "CA-٠٠٠٠٠٠١"):
        lignes = [{**some_lignes(dossier, (1, "PEDAGOGIE", 100))[0], "numeroDossier": texte}]
        await check_refused(serveur, a_body(lignes), ("DOSSIER_DE_LIGNE_INCONNU", f"{LIGNE}.numeroDossier"))


@pytest.mark.parametrize(
    ("etat", "code"),
    [
        (Etat.TRANSMIS, "DOSSIER_NON_ENGAGE"),
        (Etat.EN_COURS_INSTRUCTION, "DOSSIER_NON_ENGAGE"),
        (Etat.REFUSE, "DOSSIER_NON_FACTURABLE"),
        (Etat.ANNULE, "DOSSIER_NON_FACTURABLE"),
        (Etat.SOLDE, "DOSSIER_NON_FACTURABLE"),
    ],
)
async def test_a_dossier_is_invoiced_once_engaged_and_until_its_solde(
    serveur: Serveur, agent: int, etat: Etat, code: str
) -> None:
    numero = await in_state(serveur, agent, etat)
    corps = a_body(some_lignes(numero, (1, "PEDAGOGIE", 100_000)))
    await check_refused(serveur, corps, (code, f"{LIGNE}.numeroDossier"))


async def test_a_broken_dossier_is_still_invoiced(serveur: Serveur, agent: int) -> None:
    numero = await in_state(serveur, agent, Etat.RUPTURE)
    assert (await send_facture(serveur, numero, (1, "PEDAGOGIE", 100_000))).status_code == 200


async def test_the_number_alone_says_which_echeance(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent)
    base = some_lignes(numero, (1, "PEDAGOGIE", 100))[0]

    for texte in ("9", "100"):
        inconnue = {**base, "numeroEcheance": texte}
        reponse = await check_refused(serveur, a_body([inconnue]), ("ECHEANCE_INCONNUE", f"{LIGNE}.numeroEcheance"))
        assert "1, 2, 3, 4" in reponse.json()["errors"][0]["description"]
    for texte, codification, attendus in (
        ("E1", None, []),
        (" 1 ", "1", []),
        ("01", "E1", []),
        ("1", "99", ["CODIFICATION_DIFFERENTE"]),
        ("4", "99", ["PREUVE_REALISATION_ATTENDUE"]),
        ("99", "4", ["PREUVE_REALISATION_ATTENDUE"]),
        ("E4", "4", ["PREUVE_REALISATION_ATTENDUE"]),
    ):
        ligne = {**base, "numeroEcheance": texte, "codificationEcheance": codification}
        reponse = await send_body(serveur, a_body([ligne], numero=f"F-{texte}-{codification}"))
        assert reponse.status_code == 200, reponse.text
        assert codes_of(reponse) == attendus, texte
    assert (await echeance_of(serveur, numero, 1))["montantEnCoursInstruction"] == 4
    assert (await echeance_of(serveur, numero, 4))["montantEnCoursInstruction"] == 3


async def test_99_on_every_fourth_echeance_is_a_warning(serveur: Serveur, agent: int) -> None:
    numero = await an_engaged(serveur, agent)  # two years: échéance 4 is the rest of the first one, codified 4
    await travel(serveur, date(2027, 9, 1))
    ligne = {**some_lignes(numero, (4, "PEDAGOGIE", 80_000))[0], "codificationEcheance": "99"}

    reponse = await send_body(serveur, a_body([ligne], emission=date(2027, 9, 1)))

    assert reponse.status_code == 200, reponse.text
    assert errors_of(reponse) == [("CODIFICATION_DIFFERENTE", f"{LIGNE}.codificationEcheance")]


async def test_an_echeance_is_invoiced_from_the_day_of_its_opening(serveur: Serveur, dossier: int) -> None:
    await travel(serveur, date(2027, 3, 15))
    lignes = some_lignes(dossier, (2, "PEDAGOGIE", 240_000))

    reponse = await check_refused(
        serveur,
        a_body(lignes, emission=date(2027, 2, 28)),
        ("ECHEANCE_NON_OUVERTE", f"{LIGNE}.numeroEcheance"),
    )
    assert "01/03/2027" in reponse.json()["errors"][0]["description"]
    assert (await send_body(serveur, a_body(lignes, emission=date(2027, 3, 1)))).status_code == 200


async def test_an_echeance_is_never_invoiced_beyond_what_is_left(serveur: Serveur, dossier: int) -> None:
    deux = some_lignes(dossier, (1, "PEDAGOGIE", 200_000), (1, "PEDAGOGIE", 120_001))
    await check_refused(serveur, a_body(deux), ("MONTANT_SUPERIEUR_AU_RESTE", f"{LIGNE}.montant"))
    assert (await send_facture(serveur, dossier, (1, "PEDAGOGIE", 200_000), numero="F-1")).status_code == 200
    un = some_lignes(dossier, (1, "PEDAGOGIE", 120_001))
    reponse = await check_refused(serveur, a_body(un, numero="F-2"), ("MONTANT_SUPERIEUR_AU_RESTE", f"{LIGNE}.montant"))
    assert "1 200,01" in reponse.json()["errors"][0]["description"].replace("\u202f", " ").replace("\xa0", " ")
    assert (await send_facture(serveur, dossier, (1, "PEDAGOGIE", 120_000), numero="F-2")).status_code == 200
    assert (await echeance_of(serveur, dossier, 1))["montantEnCoursInstruction"] == 3200


async def test_a_pedagogie_line_that_takes_in_the_rqth_part_is_split_and_said(serveur: Serveur, agent: int) -> None:
    numero = await a_dossier_rqth(serveur, agent)

    reponse = await send_facture(serveur, numero, (1, "PEDAGOGIE", 360_000))

    assert errors_of(reponse) == [("LIGNE_SCINDEE", f"{LIGNE}.montant")]
    (facture,) = await factures_of(serveur)
    parts = [(une["natureLigne"], une["montant"], une["numeroEcheance"]) for une in facture["lignes"]]
    assert parts == [("PEDAGOGIE", 3200, "1"), ("MAJORATION_RQTH", 400, "1")]
    assert facture["dossiers"][0]["montant"] == 3600
    assert (await echeance_of(serveur, numero, 1))["montantEnCoursInstruction"] == 3600


async def test_an_rqth_line_keeps_to_its_part_and_its_echeance_to_the_whole(serveur: Serveur, agent: int) -> None:
    numero = await a_dossier_rqth(serveur, agent)

    trop = some_lignes(numero, (1, "MAJORATION_RQTH", 40_001))
    await check_refused(serveur, a_body(trop), ("RQTH_AU_DELA_DE_L_ENGAGEMENT", f"{LIGNE}.montant"))
    # Each within the whole; together the pedagogy runs over into an RQTH part that the other line has taken.
    ensemble = some_lignes(numero, (1, "PEDAGOGIE", 320_001), (1, "MAJORATION_RQTH", 40_000))
    await check_refused(serveur, a_body(ensemble), ("MONTANT_SUPERIEUR_AU_RESTE", f"{LIGNE}.montant"))
    # The order of the lines does not matter: what RQTH asks for is kept for it.
    mele = some_lignes(numero, (1, "PEDAGOGIE", 330_000), (1, "MAJORATION_RQTH", 30_000))
    reponse = await send_body(serveur, a_body(mele))
    assert codes_of(reponse) == ["LIGNE_SCINDEE"], reponse.text
    (facture,) = await factures_of(serveur)
    assert [(une["natureLigne"], une["montant"]) for une in facture["lignes"]] == [
        ("PEDAGOGIE", 3200),
        ("MAJORATION_RQTH", 100),
        ("MAJORATION_RQTH", 300),
    ]


async def test_the_employer_s_share_is_not_invoiced_to_the_opco(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent, choix=Choix(npec=800_000, npec_source="essai", niveau=6))
    trop = some_lignes(numero, (1, "PEDAGOGIE", 245_001))
    await check_refused(serveur, a_body(trop), ("MONTANT_SUPERIEUR_AU_RESTE", f"{LIGNE}.montant"))
    reponse = await send_facture(serveur, numero, (1, "PEDAGOGIE", 245_000))
    assert (reponse.status_code, codes_of(reponse)) == (200, []), reponse.text


async def test_frais_annexes_keep_within_their_engagement(serveur: Serveur, dossier: int) -> None:
    champ = f"{LIGNE}.natureLigne"

    await check_refused(serveur, a_body(some_lignes(dossier, (1, "HEBERGEMENT", 600))), ("FRAIS_NON_ENGAGES", champ))
    deux = some_lignes(dossier, (1, "RESTAURATION", 30_000), (1, "Restauration", 1))
    await check_refused(serveur, a_body(deux), ("FRAIS_AU_DELA_DE_L_ENGAGEMENT", f"{LIGNE}.montant"))
    assert (await send_facture(serveur, dossier, (1, "RESTAURATION", 29_999), numero="F-1")).status_code == 200
    assert (await send_facture(serveur, dossier, (1, "RESTAURATION", 1), numero="F-2")).status_code == 200
    reste = a_body(some_lignes(dossier, (1, "RESTAURATION", 1)), numero="F-3")
    await check_refused(serveur, reste, ("FRAIS_AU_DELA_DE_L_ENGAGEMENT", f"{LIGNE}.montant"))
    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={dossier}")).json()
    assert lu["detailsFacturation"]["periodesFraisAnnexes"] == [{"numeroEcheance": "1", "nature": "RESTAURATION"}]
    assert (await echeance_of(serveur, dossier, 1))["montantEnCoursInstruction"] == 0


async def test_first_equipment_is_invoiced_once(serveur: Serveur, dossier: int) -> None:
    deux = some_lignes(dossier, (1, "PREMIEREQUIPEMENT", 20_000), (1, "PREMIEREQUIPEMENT", 20_000))
    await check_refused(serveur, a_body(deux), ("FRAIS_DEJA_FACTURES", "facture.lignes[1].natureLigne"))
    trop = some_lignes(dossier, (1, "PREMIEREQUIPEMENT", 50_001))
    await check_refused(serveur, a_body(trop), ("FRAIS_AU_DELA_DE_L_ENGAGEMENT", f"{LIGNE}.montant"))
    assert (await send_facture(serveur, dossier, (1, "PREMIEREQUIPEMENT", 20_000), numero="F-1")).status_code == 200
    encore = a_body(some_lignes(dossier, (1, "PREMIEREQUIPEMENT", 1_000)), numero="F-2")
    await check_refused(serveur, encore, ("FRAIS_DEJA_FACTURES", f"{LIGNE}.natureLigne"))

    assert (await send_avoir(serveur, dossier, (1, "PREMIEREQUIPEMENT", 20_000), origine="F-1")).status_code == 200

    assert (await send_body(serveur, encore)).status_code == 200


async def test_the_last_solde_is_due_until_four_months_after_the_end(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent)
    moitie = some_lignes(numero, (SOLDE, "PEDAGOGIE", MONTANT_SOLDE // 2))

    await travel(serveur, FORCLUSION)
    assert (await send_body(serveur, a_body(moitie, numero="F-1"))).status_code == 200
    await travel(serveur, date(2027, 1, 1))
    reponse = await check_refused(
        serveur, a_body(moitie, numero="F-2"), ("ECHEANCE_FORCLOSE", f"{LIGNE}.numeroEcheance")
    )
    assert "31/12/2026" in reponse.json()["errors"][0]["description"]
    avance = a_body(some_lignes(numero, (1, "PEDAGOGIE", 100)), numero="F-3")
    assert (await send_body(serveur, avance)).status_code == 200


async def test_the_siret_of_another_siren_is_refused_and_another_establishment_is_a_warning(
    serveur: Serveur, dossier: int
) -> None:
    lignes = some_lignes(dossier, (1, "PEDAGOGIE", 100_000), (1, "RESTAURATION", 300))
    ailleurs = a_body(lignes, siret=SIRET_AUTRE)
    await check_refused(serveur, ailleurs, ("SIRET_HORS_SIREN", "facture.siretEmetteur"), statut=403)

    soeur = f"{SIRET[:9]}0002" + calc_check_digit(f"{SIRET[:9]}0002")
    reponse = await send_body(serveur, a_body(lignes, siret=soeur))

    assert reponse.status_code == 200, reponse.text
    assert set(errors_of(reponse)) == {("SIRET_AUTRE_ETABLISSEMENT", "facture.siretEmetteur")}
    (facture,) = await factures_of(serveur)
    assert facture["organismeFormation"] == {"siret": soeur, "IBAN": IBAN}


async def test_a_deca_number_that_is_not_the_dossier_s_is_a_warning(serveur: Serveur, dossier: int) -> None:
    await serveur.execute("UPDATE dossier SET numero_deca = '075202609NC0001' WHERE numero_interne = %s", dossier)
    base = some_lignes(dossier, (1, "PEDAGOGIE", 100))[0]

    autre = await send_body(serveur, a_body([{**base, "numeroDeca": "075202609NC0002"}], numero="F-1"))
    meme = await send_body(serveur, a_body([{**base, "numeroDeca": "075202609nc0001"}], numero="F-2"))

    assert errors_of(autre) == [("NUMERO_DECA_DIFFERENT", f"{LIGNE}.numeroDeca")]
    assert codes_of(meme) == []


async def test_every_anomaly_is_said_at_once_in_the_order_of_the_body(serveur: Serveur, dossier: int) -> None:
    lignes = some_lignes(
        dossier,
        (2, "PEDAGOGIE", 100),
        (1, "HEBERGEMENT", 600),
        (1, "PEDAGOGIE", 400_000),
        (9, "PEDAGOGIE", 100),
    )
    lignes.append({**lignes[0], "numeroDossier": numero_externe(424_242)})
    lignes.append({**lignes[0], "numeroEcheance": "1", "montant": -1})
    corps = a_body(lignes, emission=date(2026, 9, 6), iban=AUTRE_IBAN, montantTotal=12)

    await check_refused(
        serveur,
        corps,
        ("DATE_EMISSION_FUTURE", "facture.dateEmission"),
        ("SOMME_DES_LIGNES", "facture.montantTotal"),
        ("IBAN_NON_VALIDE", "facture.ibanEmetteur"),
        ("ECHEANCE_NON_OUVERTE", "facture.lignes[0].numeroEcheance"),
        ("FRAIS_NON_ENGAGES", "facture.lignes[1].natureLigne"),
        ("MONTANT_SUPERIEUR_AU_RESTE", "facture.lignes[2].montant"),
        ("ECHEANCE_INCONNUE", "facture.lignes[3].numeroEcheance"),
        ("DOSSIER_DE_LIGNE_INCONNU", "facture.lignes[4].numeroDossier"),
        ("MONTANT_DE_LIGNE", "facture.lignes[5].montant"),
    )


async def test_one_invoice_over_several_dossiers_is_one_document_all_or_nothing(serveur: Serveur, agent: int) -> None:
    premier, second = await an_ended(serveur, agent, 0), await an_engaged(serveur, agent, 1)
    lignes = [
        *some_lignes(second, (1, "PEDAGOGIE", 320_000), (1, "RESTAURATION", 300)),
        *some_lignes(premier, (1, "PEDAGOGIE", 320_000), (2, "PEDAGOGIE", 240_000), (3, "PEDAGOGIE", 100)),
    ]
    fausse = [*lignes, *some_lignes(premier, (3, "PEDAGOGIE", 160_000))]
    await check_refused(serveur, a_body(fausse), ("MONTANT_SUPERIEUR_AU_RESTE", "facture.lignes[4].montant"))
    await check_refused(
        serveur,
        a_body(fausse[:5] + some_lignes(second, (2, "PEDAGOGIE", 1))),
        ("ECHEANCE_NON_OUVERTE", "facture.lignes[5].numeroEcheance"),
    )

    reponse = await send_body(serveur, a_body(lignes))

    assert reponse.status_code == 200, reponse.text
    (facture,) = await factures_of(serveur)
    assert facture["montantFacture"] == 8804
    assert [(un["numeroInterneDossier"], un["montant"]) for un in facture["dossiers"]] == [
        (str(premier), 5601),
        (str(second), 3203),
    ]
    assert (await postes_of(serveur, premier))["EN_INSTRUCTION"] == 560_100
    assert (await postes_of(serveur, second))["EN_INSTRUCTION"] == 320_300
    for numero in (premier, second):
        types = await serveur.fetch("SELECT type FROM evenement WHERE numero_interne = %s ORDER BY id", numero)
        assert types[-1] == ("FACTURE_DEPOSEE",)
    accuse = reponse.json()
    assert (await serveur.cfa.get(f"/v2/documents/{accuse['numeroInterneDocument']}")).status_code == 200
