"""What the bank gives back: what became of each virement, every wrong line, and nothing that harms its reader."""

from datetime import date

import pytest
from builders.pairs.banque import (
    IBAN,
    a_camt,
    a_detail,
    a_lot,
    a_rapport,
    a_rejet,
    a_tableau,
    an_ecriture,
)

from traitdunion.opco.paiements.retours import (
    FormatRetours,
    LectureRetours,
    Retour,
    RetoursIllisibles,
    StatutRetour,
    read_retours,
    sniff,
)

JOUR = date(2026, 9, 15)


def read(octets: bytes) -> LectureRetours:
    lu = read_retours(octets)
    phrases = [o.phrase for o in lu.erreurs + lu.remarques] + [r.motif for r in lu.retours]
    assert IBAN not in "".join(phrases).replace(" ", "")
    return lu


def refused(octets: bytes) -> str:
    with pytest.raises(RetoursIllisibles) as refus:
        read_retours(octets)
    assert IBAN not in str(refus.value)
    return str(refus.value)


# --- camt.054 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [2, 4, 8, 13])
def test_a_debit_with_our_reference_is_an_executed_virement(version: int) -> None:
    lu = read(a_camt(an_ecriture(a_detail(version=version), version=version), version=version))

    assert lu.format == "camt.054"
    assert (lu.erreurs, lu.remarques) == ((), ())
    assert lu.retours == (
        Retour(
            reference="VIR-0001",
            statut=StatutRetour.EXECUTE,
            date=JOUR,
            montant=123_456,
            reference_bancaire="BQ-VIR-0001",
            position="écriture 1, détail 1",
        ),
    )


@pytest.mark.parametrize(
    "ecriture",
    [
        pytest.param(an_ecriture(a_detail(rendu="AC04"), sens="CRDT"), id="return information"),
        pytest.param(an_ecriture(a_detail(sens="CRDT", rendu="AC04")), id="the detail's own sense"),
    ],
)
def test_a_credit_that_gives_a_virement_back_is_a_rejection_with_its_reason(ecriture: str) -> None:
    (retour,) = read(a_camt(ecriture)).retours

    assert (retour.statut, retour.montant) == (StatutRetour.REJETE, 123_456)
    assert retour.motif == (
        "Compte du bénéficiaire clôturé : demandez au CFA ses nouvelles coordonnées bancaires (AC04)."
    )


@pytest.mark.parametrize(
    "plus",
    [
        "<RvslInd>true</RvslInd>",
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn></BkTxCd>",
    ],
)
def test_a_reversal_without_a_reason_is_a_rejection_all_the_same(plus: str) -> None:
    (retour,) = read(a_camt(an_ecriture(a_detail(), sens="CRDT", plus=plus))).retours

    assert (retour.statut, retour.motif) == (StatutRetour.REJETE, "Motif non précisé par la banque.")


def test_a_virement_executed_then_given_back_is_told_twice_in_order() -> None:
    lu = read(a_camt(an_ecriture(a_detail()), an_ecriture(a_detail(rendu="MD07"), sens="CRDT")))

    assert [retour.statut for retour in lu.retours] == [StatutRetour.EXECUTE, StatutRetour.REJETE]
    assert lu.retours[1].motif == "Titulaire du compte décédé (MD07)."
    assert lu.erreurs == ()


def test_one_wrong_detail_does_not_spoil_the_others() -> None:
    lu = read(
        a_camt(
            an_ecriture(
                a_detail("VIR-1"),
                a_detail("NOTPROVIDED"),
                a_detail(IBAN),
                a_detail("VIR-4", "0.00"),
                a_detail("VIR-5", "12.345"),
                a_detail("VIR-6").replace('"EUR"', '"USD"'),
                a_detail("VIR-7").replace('<Amt Ccy="EUR">1234.56</Amt>', ""),
                a_detail("VIR-8", rendu="AC01"),
                a_detail("VIR-9", "12.50000"),
            ),
            an_ecriture(a_detail("VIR-10"), jour="<Dt>2026-02-30</Dt>"),
            an_ecriture(a_detail("VIR-11"), jour=""),
            an_ecriture(a_detail("VIR-12"), jour="<DtTm>2026-09-15T23:59:00+02:00</DtTm>"),
        )
    )

    assert [(r.reference, r.montant) for r in lu.retours] == [("VIR-1", 123_456), ("VIR-9", 1_250), ("VIR-12", 123_456)]
    assert [(e.position, e.phrase.split(":")[0].strip(" .")) for e in lu.erreurs] == [
        ("écriture 1, détail 2", "La référence du virement manque"),
        ("écriture 1, détail 3", "La référence du virement n'est pas de celles que nous donnons"),
        ("écriture 1, détail 4", "Le montant est nul"),
        ("écriture 1, détail 5", "Le montant est illisible"),
        ("écriture 1, détail 6", "Le montant n'est pas en euros"),
        ("écriture 1, détail 7", "Le montant de ce virement manque"),
        ("écriture 1, détail 8", "Débit marqué comme un retour"),
        ("écriture 2, détail 1", "La date n'existe pas au calendrier"),
        ("écriture 3, détail 1", "La date manque ou est illisible"),
    ]


def test_the_only_detail_of_an_entry_may_leave_its_amount_to_it() -> None:
    seul = a_detail().replace('<Amt Ccy="EUR">1234.56</Amt>', "")
    (retour,) = read(a_camt(an_ecriture(seul))).retours

    assert retour.montant == 123_456


def test_a_batch_without_its_details_is_an_error_that_says_what_to_ask() -> None:
    (erreur,) = read(a_camt(an_ecriture())).erreurs

    assert "demandez à la banque l'avis détaillé" in erreur.phrase


def test_what_is_surely_not_ours_or_not_yet_booked_is_left_out_and_said() -> None:
    prelevement = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RDDT</Cd><SubFmlyCd>ESDD</SubFmlyCd></Fmly></Domn></BkTxCd>"
    lu = read(
        a_camt(
            an_ecriture(a_detail(), etat="PDNG"),
            an_ecriture(a_detail(), sens="CRDT"),
            an_ecriture(sens="CRDT"),
            an_ecriture(a_detail(), plus=prelevement),
        )
    )

    assert (lu.retours, lu.erreurs) == ((), ())
    assert [remarque.phrase.split(",")[0].split(":")[0].strip() for remarque in lu.remarques] == [
        "Écriture annoncée",
        "Somme reçue qui ne rend pas un virement",
        "Somme reçue qui ne rend pas un virement",
        "Prélèvement",
    ]


def test_the_same_line_twice_is_kept_once_and_said() -> None:
    lu = read(a_camt(an_ecriture(a_detail()), an_ecriture(a_detail())))

    assert len(lu.retours) == 1
    assert lu.erreurs == ()
    (remarque,) = lu.remarques
    assert (remarque.position, "écriture 1, détail 1" in remarque.phrase) == ("écriture 2, détail 1", True)


def test_the_same_virement_debited_twice_is_an_alert() -> None:
    lu = read(a_camt(an_ecriture(a_detail()), an_ecriture(a_detail(), jour="<Dt>2026-09-16</Dt>")))

    assert [retour.date for retour in lu.retours] == [JOUR]
    (erreur,) = lu.erreurs
    assert "n'a pas été payé deux fois" in erreur.phrase


def test_errors_are_told_up_to_a_thousand() -> None:
    lu = read(a_camt(an_ecriture(*[a_detail("NOTPROVIDED")] * 3_000)))

    assert len(lu.erreurs) == 1_001
    assert lu.erreurs[-1].phrase.startswith("D'autres lignes encore")


# --- pain.002 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [3, 10])
def test_a_rejection_says_which_virement_and_why(version: int) -> None:
    lu = read(a_rapport(a_lot(a_rejet(), a_rejet("VIR-2", statut="ACSP")), version=version))

    (retour,) = lu.retours
    assert lu.format is FormatRetours.PAIN
    assert (retour.reference, retour.statut, retour.montant) == ("VIR-0001", StatutRetour.REJETE, 123_456)
    assert retour.date == date(2026, 9, 14)
    assert retour.motif.startswith("IBAN du bénéficiaire incorrect")
    assert [remarque.position for remarque in lu.remarques] == ["virement 2"]


def test_a_rejection_may_leave_out_the_amount_and_take_the_reason_of_its_lot() -> None:
    nu = "<TxInfAndSts><OrgnlEndToEndId>VIR-1</OrgnlEndToEndId></TxInfAndSts>"
    lot = a_lot("<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>", nu, statut="RJCT")
    lu = read(a_rapport(lot))

    (retour,) = lu.retours
    assert (retour.montant, retour.motif) == (None, "Provision insuffisante sur le compte qui paie (AM04).")
    assert [(rejet.message_id, rejet.motif) for rejet in lu.rejets_entiers] == [("RUN-1", retour.motif)]


def test_a_whole_file_refused_is_told_with_its_identifier() -> None:
    lu = read(a_rapport(groupe="<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>DUPL</Cd></Rsn></StsRsnInf>"))

    (rejet,) = lu.rejets_entiers
    assert (rejet.message_id, rejet.date) == ("RUN-1", date(2026, 9, 14))
    assert rejet.motif == "Virement émis deux fois (DUPL)."
    assert (lu.retours, lu.erreurs) == ((), ())


def test_a_report_that_accepts_everything_says_so() -> None:
    lu = read(a_rapport(groupe="<GrpSts>ACCP</GrpSts>"))

    assert [remarque.phrase for remarque in lu.remarques] == ["La banque n'annonce aucun rejet dans ce rapport."]


@pytest.mark.parametrize(
    ("motif", "phrase"),
    [
        ("<Rsn><Cd>MS03</Cd></Rsn>", "Motif non précisé par la banque (MS03)."),
        ("<Rsn><Cd>XX99</Cd></Rsn>", "Motif de la banque, sans libellé connu (XX99)."),
        ("<Rsn><Prtry>Refus interne</Prtry></Rsn>", "Refus interne."),
        ("<Rsn><Cd>NARR</Cd></Rsn><AddtlInf>Voir agence</AddtlInf>", "Voir agence."),
        (f"<AddtlInf>Compte {IBAN} inconnu</AddtlInf>", "Compte [IBAN masqué] inconnu."),
        ("<AddtlInf>FR76 3000 6000 0112 3456 7890 189</AddtlInf>", "[IBAN masqué]."),
        ("<AddtlInf>AC04 REMBOURSEMENT\nREFUSE</AddtlInf>", "AC04 REMBOURSEMENT REFUSE."),
        ("", "Motif non précisé par la banque."),
    ],
)
def test_the_reason_is_a_french_sentence_without_an_account(motif: str, phrase: str) -> None:
    (retour,) = read(a_rapport(a_lot(a_rejet(motif=motif)))).retours

    assert retour.motif == phrase


def test_a_report_without_a_date_is_refused() -> None:
    assert "ne porte pas de date" in refused(a_rapport(a_lot(a_rejet())).replace(b"CreDtTm", b"X"))


# --- which file it is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codage", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_xml_is_read_in_the_encoding_that_it_announces(codage: str) -> None:
    annonce = codage.removesuffix("-sig")
    texte = a_camt(an_ecriture(a_detail())).decode().replace('"UTF-8"', f'"{annonce}"')

    assert sniff(texte.encode(codage)) == "camt.054"
    assert len(read(texte.encode(codage)).retours) == 1


def test_each_format_is_known_by_its_beginning() -> None:
    assert sniff(b"\n  " + a_camt().split(b"\n")[1]) == "camt.054"
    assert sniff(a_rapport()) == "pain.002"
    assert sniff(a_tableau()) == "csv"


@pytest.mark.parametrize(
    ("autre", "phrase"),
    [
        (a_camt().replace(b"camt.054", b"camt.053"), "Ce fichier est un relevé de compte (camt.053)."),
        (a_camt().replace(b"camt.054", b"pain.001"), "Ce fichier est un fichier d'ordres de virement"),
        (
            a_camt().replace(b"urn:iso", b"urn:autre").replace(b"camt", b"x"),
            "pas un avis de la banque que nous sachions",
        ),
        (a_camt().replace(b"BkToCstmrDbtCdtNtfctn", b"Autre"), "pas un avis de la banque que nous sachions"),
        (b"<html/>", "pas un avis de la banque que nous sachions"),
        (b"<a><b/></a>", "pas un avis de la banque que nous sachions"),
        (b"", "Ce fichier est vide."),
        (b" \r\n\t", "Ce fichier est vide."),
        (b"\xef\xbb\xbf", "Ce fichier est vide."),
        (a_camt()[:-10], "abîmé à la ligne 2"),
        (a_camt().replace(b'"UTF-8"', b'"UTF-32"'), "L'encodage"),
        (a_camt().replace(b'"UTF-8"', b'"x-klingon"'), "L'encodage"),
        (a_camt().replace(b"AVIS", b"\xe9\xe8"), "abîmé à la ligne 2"),
        (b"PK\x03\x04\x00\x00", "ni un avis de la banque"),
        (b"%PDF-1.7\n\x81", "ni un avis de la banque"),
    ],
)
def test_another_file_is_refused_whole_and_named_when_known(autre: bytes, phrase: str) -> None:
    assert phrase in refused(autre)


# --- hostile files ---------------------------------------------------------------------------------------------------

RIRES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "dtd",
    [
        pytest.param(f'<!DOCTYPE Document [<!ENTITY l0 "ha">{RIRES}]>', id="billion laughs"),
        pytest.param('<!DOCTYPE Document [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>', id="external entity"),
        pytest.param('<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">', id="external DTD"),
        pytest.param("<!DOCTYPE Document>", id="bare DTD"),
    ],
)
def test_a_dtd_is_refused_before_anything_in_it_is_read(dtd: str) -> None:
    octets = a_camt(an_ecriture(a_detail("&l9;"))).replace(b"\n", b"\n" + dtd.encode())

    assert "DOCTYPE" in refused(octets)
    assert "DOCTYPE" in refused(octets.decode().replace("UTF-8", "UTF-16").encode("utf-16"))


def test_an_entity_that_no_one_declared_is_a_damaged_file() -> None:
    assert "abîmé" in refused(a_camt(an_ecriture(a_detail("&l9;"))))


def test_a_file_of_100_megabytes_is_refused_without_being_read() -> None:
    assert "10 Mio" in refused(a_camt() + b" " * 100_000_000)


def test_a_file_just_within_10_mebibytes_is_read() -> None:
    debut = a_camt(an_ecriture(a_detail()))

    assert len(read(debut.ljust(10 * 1024 * 1024)).retours) == 1
    assert "10 Mio" in refused(debut.ljust(10 * 1024 * 1024 + 1))


@pytest.mark.parametrize("dedans", ["<a>" * 100 + "</a>" * 100, "<a/>" * 700_000])
def test_xml_too_deep_or_of_too_many_elements_is_refused(dedans: str) -> None:
    assert "trop grand ou trop imbriqué" in refused(a_camt(dedans))
