"""The messages: their repr, which ends in logs and tickets, shows no NIR, handicap, RQTH nor IBAN (fiabilite.md §5)."""

import msgspec
import pytest

from traitdunion.norme import lecture
from traitdunion.norme.messages.base import Message
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.facture import Facture
from traitdunion.norme.messages.factures_lues import OrganismePaye
from traitdunion.norme.openapi.exemples import CONVENTION, DEPOT
from traitdunion.norme.openapi.exemples_facturation import FACTURE, IBAN


def test_a_deposit_hides_nir_and_handicap_and_shows_the_rest() -> None:
    corps = msgspec.json.decode(msgspec.json.encode(DEPOT))
    corps["cerfa"]["apprenti"] |= {"nir": "299019999999999", "handicap": True, "droitsRqthExtensionBOE": True}
    corps["cerfa"]["maitre1"] |= {"nir": "188019999999999"}
    lu = lecture.read(DepotDossier, msgspec.json.encode(corps)).message
    assert lu.cerfa.apprenti.nir == "299019999999999"  # type: ignore[union-attr]
    montre = repr(lu)
    assert "99019999999999" not in montre
    assert "88019999999999" not in montre
    assert "handicap=•••" in montre
    assert "droits_rqth_extension_boe=•••" in montre
    assert f"nom={lu.cerfa.apprenti.nom!r}" in montre  # type: ignore[union-attr]


def test_what_is_not_said_is_not_told_as_hidden() -> None:
    assert "nir=None" in repr(lecture.read(DepotDossier, b'{"cerfa":{"apprenti":{"nom":"EXEMPLE"}}}').message)


def test_a_convention_hides_its_rqth_amounts() -> None:
    corps = CONVENTION | {"couts": CONVENTION["couts"] | {"montantRQTHAnnee1": 98765.43}}
    lue = lecture.read(Convention, msgspec.json.encode(corps), racine="convention").message
    assert "98765" not in repr(lue)
    assert str(lue.couts.montant_rqth_annee1) == "98765.43"  # type: ignore[union-attr]


def test_invoices_hide_their_iban_sent_or_read() -> None:
    lue = lecture.read(Facture, msgspec.json.encode(FACTURE), racine="facture").message
    assert lue.iban_emetteur is not None
    assert lue.iban_emetteur not in repr(lue)
    payee = OrganismePaye(siret="32345678000010", iban=IBAN)
    assert IBAN not in repr(payee)
    assert "32345678000010" in repr(payee)


@pytest.mark.parametrize(
    ("membre", "cache"),
    [("nir", True), ("iban_emetteur", True), ("montant_rqth_annee1", True), ("finir", False), ("urbanisme", False)],
)
def test_a_member_is_hidden_by_the_words_of_its_name(membre: str, cache: bool) -> None:
    Essai = msgspec.defstruct("Essai", [(membre, str)], bases=(Message,), frozen=True, kw_only=True)
    assert ("valeur" not in repr(Essai(**{membre: "valeur"}))) is cache
