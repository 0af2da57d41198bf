"""The words of the events: French, and something for what a later release adds."""

import pytest

from traitdunion.norme.messages.evenements import AUTRE, EVENEMENTS, say_evenement


@pytest.mark.parametrize(
    ("type_", "libelle"),
    [
        ("FACTURE_DEPOSEE", "Facture transmise"),
        ("FACTURE_A_COMPLETER", "Facture à compléter"),
        ("FACTURE_COMPLETEE", "Facture complétée"),
        ("FACTURE_ACCEPTEE", "Facture acceptée"),
        ("FACTURE_REJETEE", "Facture rejetée"),
        ("FACTURE_REGLEE", "Facture réglée"),
        ("FACTURE_ANNULEE", "Facture annulée par un avoir"),
        ("AVOIR_DEPOSE", "Avoir transmis"),
        ("CERTIFICAT_DEPOSE", "Certificat de réalisation transmis"),
        ("VIREMENT_EMIS", "Virement émis"),
        ("VIREMENT_REJETE", "Virement rejeté par la banque"),
        ("TROP_PERCU_CONSTATE", "Trop-perçu constaté"),
        ("TROP_PERCU_RECOUVRE", "Trop-perçu recouvré"),
    ],
)
def test_what_happens_to_a_facture_is_said_in_french(type_: str, libelle: str) -> None:
    assert say_evenement(type_) == libelle


def test_a_type_of_a_later_release_is_said_in_general_terms() -> None:
    assert "INCONNU" not in EVENEMENTS
    assert say_evenement("INCONNU") == AUTRE
