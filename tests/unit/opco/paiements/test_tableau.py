"""Our own CSV of returns, as people and spreadsheets write it."""

from contextlib import suppress
from datetime import date

import pytest
from builders.pairs.banque import COLONNES, IBAN, a_tableau
from hypothesis import given, settings
from hypothesis import strategies as st

from traitdunion.opco.paiements.caracteres import is_reference
from traitdunion.opco.paiements.retours import LectureRetours, Retour, RetoursIllisibles, StatutRetour, read_retours

EXECUTE = ("VIR-1", "EXECUTE", "15/09/2026", "1 234,50", "BQ-1", "")
REJETE = ("VIR-2", "Rejeté", "2026-09-15", "10.5", "", "ac01")


def read(octets: bytes) -> LectureRetours:
    lu = read_retours(octets)
    assert not any(IBAN in o.phrase for o in lu.erreurs + lu.remarques)
    return lu


@pytest.mark.parametrize("separateur", [";", ",", "\t"])
@pytest.mark.parametrize("codage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_line_says_what_became_of_a_virement(separateur: str, codage: str) -> None:
    lu = read(a_tableau(EXECUTE, REJETE, separateur=separateur, codage=codage))

    assert lu.format == "csv"
    assert (lu.erreurs, lu.remarques) == ((), ())
    paye, rejete = lu.retours
    assert paye == Retour(
        reference="VIR-1",
        statut=StatutRetour.EXECUTE,
        date=date(2026, 9, 15),
        montant=123_450,
        reference_bancaire="BQ-1",
        position="ligne 2",
    )
    assert (rejete.statut, rejete.date, rejete.montant) == (StatutRetour.REJETE, date(2026, 9, 15), 1_050)
    assert rejete.motif.endswith("(AC01).")


def test_columns_may_come_in_any_order_with_accents_and_others_beside() -> None:
    octets = a_tableau(
        ("x", "12,00", "VIR-1", "15/09/2026", "exécuté"),
        colonnes=("Note", "MONTANT", "Référence", "Date", "Statut"),
        codage="cp1252",
    )

    (retour,) = read(octets).retours
    assert (retour.reference, retour.montant, retour.reference_bancaire) == ("VIR-1", 1_200, "")


@pytest.mark.parametrize(
    ("montant", "cents"),
    [("1", 100), ("1,5", 150), ("0.01", 1), ("1\u202f234,50 €", 123_450), ("12\u00a0345\u00a0678", 1_234_567_800)],
)
def test_amounts_are_read_as_people_write_them(montant: str, cents: int) -> None:
    (retour,) = read(a_tableau(("VIR-1", "EXECUTE", "15/09/2026", montant, "", ""))).retours

    assert retour.montant == cents


@pytest.mark.parametrize("montant", ["", "0", "0,00", "-5", "1,234", "1.234", "1.234,50", "12 34", "abc", "1e3", "١"])
def test_an_amount_that_is_nil_or_ambiguous_is_an_error(montant: str) -> None:
    lu = read(a_tableau(("VIR-1", "EXECUTE", "15/09/2026", montant, "", "")))

    assert lu.retours == ()
    assert [(e.position, e.phrase.startswith("Le montant est ")) for e in lu.erreurs] == [("ligne 2", True)]


def test_a_rejection_may_leave_its_amount_out() -> None:
    (retour,) = read(a_tableau(("VIR-1", "REJETE", "15/09/2026", "", "", "Compte clos"))).retours

    assert (retour.montant, retour.motif) == (None, "Compte clos.")


def test_each_wrong_line_is_told_with_its_number_and_the_others_are_kept() -> None:
    texte = (
        "\r\n"
        "reference;statut;date;montant;reference_bancaire;motif\r\n"
        "VIR-1;EXECUTE;15/09/2026;10,00;;\r\n"
        ";EXECUTE;15/09/2026;10,00;;\r\n"
        "\r\n"
        ";;;;;\r\n"
        "VIR-2;PEUT-ETRE;15/09/2026;10,00;;\r\n"
        "VIR-3;EXECUTE;31/02/2026;10,00;;\r\n"
        "VIR-4;EXECUTE;15/09/26;10,00;;\r\n"
        'VIR-5;EXECUTE;15/09/2026;10,00;;"ouvert\r\n'
        "VIR-6;EXECUTE;15/09/2026;10,00;;;;de trop\r\n"
        f"{IBAN};EXECUTE;15/09/2026;10,00;;\r\n"
        "VIR-1;EXECUTE;15/09/2026;10,00;;\r\n"
        "VIR-7;EXECUTE\r\n"
        "VIR-8;EXECUTE;15/09/2026;10,00"
    )
    lu = read(texte.encode())

    assert [retour.reference for retour in lu.retours] == ["VIR-1", "VIR-8"]
    assert [erreur.position for erreur in lu.erreurs] == [f"ligne {n}" for n in (4, 7, 8, 9, 10, 11, 12, 14)]
    assert [(r.position, r.phrase) for r in lu.remarques] == [
        ("ligne 13", "La même ligne est déjà présente (ligne 3) : gardée une fois.")
    ]


def test_an_amount_cut_by_its_comma_is_not_taken_for_another() -> None:
    lu = read(b"reference,statut,date,montant\nVIR-1,EXECUTE,15/09/2026,12,50\n")

    assert lu.retours == ()
    assert "plus de cases que de colonnes" in lu.erreurs[0].phrase


@pytest.mark.parametrize(
    ("octets", "phrase"),
    [
        (b"bonjour", "la première ligne doit nommer les colonnes"),
        (b"reference;statut;date\n", "pas la colonne « montant »"),
        (b"reference;statut;date;montant;Montant\n", "« montant » est présente deux fois"),
        (b"reference;statut\x00;date;montant\n", "ni un CSV"),
        (b"\xff\xfer", "ni un CSV"),
    ],
)
def test_a_table_without_our_columns_is_refused_whole(octets: bytes, phrase: str) -> None:
    with pytest.raises(RetoursIllisibles, match="CSV") as refus:
        read_retours(octets)

    assert phrase in str(refus.value)


ALPHABET = "ABCXYZabcxyz0123456789-/:().,'+ ?"


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.text(ALPHABET, min_size=1, max_size=12).filter(is_reference),
        st.tuples(
            st.sampled_from(list(StatutRetour)),
            st.dates(date(2000, 1, 1), date(2099, 12, 31)),
            st.integers(1, 99_999_999_999),
            st.booleans(),
        ),
        max_size=8,
    ),
    st.sampled_from(";,\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)
def test_what_is_written_is_read_back(
    ecrits: dict[str, tuple[StatutRetour, date, int, bool]], separateur: str, codage: str
) -> None:
    lignes = [
        (
            reference,
            statut.value,
            f"{jour:%d/%m/%Y}" if francais else jour.isoformat(),
            f"{cents // 100}{',' if francais else '.'}{cents % 100:02}",
            f"BQ {rang}",
            "Motif à l'envers ; dit en clair." if statut is StatutRetour.REJETE else "",
        )
        for rang, (reference, (statut, jour, cents, francais)) in enumerate(ecrits.items())
    ]
    lu = read(a_tableau(*lignes, separateur=separateur, codage=codage))

    assert lu.erreurs == ()
    assert [(r.reference, (r.statut, r.date, r.montant)) for r in lu.retours] == [
        (reference, (statut, jour, cents)) for reference, (statut, jour, cents, _) in ecrits.items()
    ]
    assert all(r.motif == ("Motif à l'envers ; dit en clair." if r.statut == "REJETE" else "") for r in lu.retours)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(octets: bytes) -> None:
    for essai in (octets, ";".join(COLONNES).encode() + b"\n" + octets, b"<" + octets):
        with suppress(RetoursIllisibles):
            read_retours(essai)
