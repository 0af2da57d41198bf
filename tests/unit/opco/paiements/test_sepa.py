"""The file of virements: valid whatever people are called, the same bytes for the same run, refused when wrong."""

from datetime import datetime, timedelta, timezone
from importlib.resources import files
from xml.etree.ElementTree import Element

import pytest
import time_machine
import xmlschema
from builders.pairs.banque import CREE_LE, IBAN, IBAN_OPCO, JOUR, a_donneur, a_virement
from hypothesis import given, settings
from hypothesis import strategies as st

from traitdunion.opco.paiements.caracteres import is_reference, to_sepa
from traitdunion.opco.paiements.retours.arbre import read_arbre
from traitdunion.opco.paiements.sepa import (
    MONTANT_MAX,
    Donneur,
    FichierVirements,
    OrdreRefuse,
    Virement,
    write_virements,
)

SCHEMA = xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd"))


def write(*virements: Virement, donneur: Donneur | None = None, message_id: str = "RUN-1") -> FichierVirements:
    return write_virements(
        donneur or a_donneur(), virements, date_execution=JOUR, message_id=message_id, cree_le=CREE_LE
    )


def refused(*virements: Virement, **autres: object) -> tuple[str, ...]:
    with pytest.raises(OrdreRefuse) as refus:
        write(*virements, **autres)  # type: ignore[arg-type]
    assert "FR76" not in str(refus.value)
    return refus.value.phrases


def texts(fichier: FichierVirements, nom: str) -> list[str | None]:
    return [noeud.text for noeud in _racine(fichier).iter(nom)]


def _racine(fichier: FichierVirements) -> Element:
    return read_arbre(fichier.octets)


# --- what is written ------------------------------------------------------------------------------------------------


def test_the_bank_reads_who_pays_whom_how_much_and_when() -> None:
    fichier = write(a_virement("VIR-1"), a_virement("VIR-2", montant=1, titulaire="CFA BIS"))

    assert texts(fichier, "MsgId") == ["RUN-1"]
    assert texts(fichier, "PmtInfId") == ["RUN-1"]
    assert texts(fichier, "CreDtTm") == ["2026-09-14T08:30:00Z"]
    assert texts(fichier, "Dt") == ["2026-09-15"]
    assert texts(fichier, "EndToEndId") == ["VIR-1", "VIR-2"]
    assert texts(fichier, "InstdAmt") == ["1234.56", "0.01"]
    assert texts(fichier, "IBAN") == [IBAN_OPCO, IBAN, IBAN]
    assert texts(fichier, "Ustrd") == ["Facture F-2026-1 FICTIVE"] * 2


def test_control_sums_are_said_in_the_file_and_beside_it() -> None:
    fichier = write(a_virement("VIR-1"), a_virement("VIR-2", montant=MONTANT_MAX))

    assert (fichier.nombre, fichier.total) == (2, MONTANT_MAX + 123_456)
    assert texts(fichier, "NbOfTxs") == ["2", "2"]
    assert texts(fichier, "CtrlSum") == ["1000001234.55"] * 2


def test_the_same_run_gives_the_same_bytes() -> None:
    avant = write(a_virement()).octets

    with time_machine.travel(CREE_LE + timedelta(days=40)):
        assert write(a_virement()).octets == avant


def test_the_time_of_creation_is_written_in_utc() -> None:
    paris = datetime(2026, 9, 14, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    fichier = write_virements(a_donneur(), [a_virement()], date_execution=JOUR, message_id="RUN-1", cree_le=paris)

    assert texts(fichier, "CreDtTm") == ["2026-09-14T08:30:00Z"]
    with pytest.raises(ValueError, match="time zone"):
        write_virements(
            a_donneur(), [a_virement()], date_execution=JOUR, message_id="R", cree_le=paris.replace(tzinfo=None)
        )


def test_the_bank_that_pays_is_named_by_its_bic_or_said_not_provided() -> None:
    avec = write(a_virement(), donneur=a_donneur(bic="BNPAFRPP"))

    assert texts(avec, "BICFI") == ["BNPAFRPP"]
    assert texts(write(a_virement()), "BICFI") == []
    autre = _racine(write(a_virement())).find(".//DbtrAgt/FinInstnId/Othr/Id")
    assert autre is not None
    assert autre.text == "NOTPROVIDED"


def test_an_iban_typed_with_spaces_is_written_without() -> None:
    fichier = write(a_virement(iban="fr76 3000 6000 0112 3456 7890 189"))

    assert texts(fichier, "IBAN") == [IBAN_OPCO, IBAN]


def test_long_texts_are_cut_and_an_empty_label_is_the_reference() -> None:
    fichier = write(
        a_virement("VIR-1", titulaire="É" * 200, libelle="Œ" * 200), a_virement("VIR-2", libelle=" \u200b ")
    )

    assert texts(fichier, "Nm")[2] == "E" * 70
    assert texts(fichier, "Ustrd") == ["OE" * 70, "VIR-2"]


@pytest.mark.parametrize(
    ("nom", "ecrit"),
    [
        ("L'Île-d'Œuvre & Cie", "L'Ile-d'OEuvre + Cie"),
        ("L\u2019École « Léonard »", "L'Ecole Leonard"),
        ("ASSOCIATION\u00a0n°\u202f1 @ Nîmes", "ASSOCIATION no 1 . Nimes"),
        ("<CFA> [Sud] {Est}", "(CFA) (Sud) (Est)"),
        ("//chemin//vers/ /x/", "chemin/vers/x"),
        ("100 € ; 50 %", "100 EUR , 50 ."),
        ("Ελλάς", "Ellas"),
        ("\ud800\x00\t", ""),
    ],
)
def test_what_banks_do_not_know_is_transliterated(nom: str, ecrit: str) -> None:
    assert to_sepa(nom, longueur=70) == ecrit


noms = st.text(min_size=1, max_size=200).filter(lambda nom: bool(to_sepa(nom, longueur=70)))


@settings(max_examples=60, deadline=None)
@given(
    nom=noms,
    lignes=st.lists(st.tuples(noms, st.text(max_size=300), st.integers(1, MONTANT_MAX)), min_size=1, max_size=5),
)
def test_any_names_and_amounts_give_a_valid_file_whose_sums_agree(nom: str, lignes: list[tuple[str, str, int]]) -> None:
    fichier = write(
        *(
            a_virement(f"VIR-{rang}", titulaire=qui, libelle=quoi, montant=combien)
            for rang, (qui, quoi, combien) in enumerate(lignes)
        ),
        donneur=a_donneur(nom=nom),
    )

    SCHEMA.validate(fichier.octets.decode())
    total = sum(combien for *_, combien in lignes)
    assert (fichier.nombre, fichier.total) == (len(lignes), total)
    assert texts(fichier, "CtrlSum") == [f"{total // 100}.{total % 100:02}"] * 2
    ecrits = texts(fichier, "InstdAmt")
    assert [int((ecrit or "").replace(".", "")) for ecrit in ecrits] == [combien for *_, combien in lignes]
    for texte in texts(fichier, "Nm") + texts(fichier, "Ustrd"):
        assert texte is not None
        assert texte.isascii()
        assert not set(texte) & set('&<>"@_;')


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_run_without_virement_is_refused() -> None:
    assert refused() == ("Aucun virement à payer : le fichier serait vide.",)


@pytest.mark.parametrize("montant", [0, -1])
def test_an_amount_below_one_cent_is_refused(montant: int) -> None:
    assert refused(a_virement(montant=montant)) == ("Virement VIR-0001 : le montant doit être d'un centime au moins.",)


def test_an_amount_beyond_what_a_virement_carries_is_refused() -> None:
    (phrase,) = refused(a_virement(montant=MONTANT_MAX + 1))

    assert "dépasse 999 999 999,99 €" in phrase


@pytest.mark.parametrize("iban", ["", "FR7630006000011234567890188", "pas un IBAN", IBAN[:-1] + "\u0669", "<" + IBAN])
def test_a_wrong_iban_is_refused_and_not_quoted(iban: str) -> None:
    (phrase,) = refused(a_virement(iban=iban))

    assert phrase == "Virement VIR-0001 : l'IBAN du bénéficiaire n'est pas valable, demandez-en un autre au CFA."
    (phrase,) = refused(a_virement(), donneur=a_donneur(iban=iban))
    assert phrase.startswith("L'IBAN de l'OPCO qui paie n'est pas valable")


@pytest.mark.parametrize("reference", ["", "V" * 36, "é", "/x", "x/", "a//b", "a  b", " a", "NOTPROVIDED", "a\n"])
def test_a_reference_that_the_bank_would_not_give_back_is_refused(reference: str) -> None:
    (phrase,) = refused(a_virement(reference))

    assert phrase.startswith("Virement n° 1 : sa référence ne convient pas aux banques")
    assert is_reference("V" * 35)


def test_everything_wrong_is_said_at_once() -> None:
    phrases = refused(
        a_virement("VIR-1", montant=0, iban="x", titulaire=" "),
        a_virement("VIR-1"),
        donneur=a_donneur(nom="", bic="x"),
        message_id="",
    )

    assert len(phrases) == 7
    assert "Virement VIR-1 : cette référence est présente deux fois, la banque ne saurait pas la rendre." in phrases


def test_no_iban_shows_when_a_run_is_printed() -> None:
    assert IBAN not in repr(a_virement())
    assert IBAN_OPCO not in repr([a_donneur()])
