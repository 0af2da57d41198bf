"""The facts of a deposit come from the form; what no deposit goes without is asked for by name."""

import msgspec
import pytest
from builders.corps import a_depot

from traitdunion.norme import lecture
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.opco.deca.faits import FaitsIntrouvables, build_facts


def a_cerfa() -> Cerfa:
    changes = {"cerfa.contrat.numeroContratPrecedent": "075202609NC0007", "cerfa.contrat.typeContratApp": "36"}
    cerfa = lecture.read(DepotDossier, msgspec.json.encode(a_depot(changes))).message.cerfa
    assert cerfa is not None
    return cerfa


def test_the_facts_are_those_of_the_form() -> None:
    faits = build_facts(a_cerfa())
    assert (faits.siret_employeur, faits.siret_cfa) == ("12345678200010", "32345678000010")
    assert (faits.nom, faits.prenom, faits.code_postal_employeur) == ("EXEMPLE", "Alix", "75001")
    assert (faits.type_contrat, faits.numero_contrat_precedent) == ("36", "075202609NC0007")
    assert str(faits.date_fin) == "2028-08-31"


@pytest.mark.parametrize("partie", ["employeur", "apprenti", "contrat", "organisme_formation"])
def test_a_form_without_a_part_that_a_deposit_needs_is_refused_in_words(partie: str) -> None:
    with pytest.raises(FaitsIntrouvables, match="Il manque"):
        build_facts(msgspec.structs.replace(a_cerfa(), **{partie: None}))


def test_a_form_without_training_or_address_can_be_deposited() -> None:
    cerfa = a_cerfa()
    assert cerfa.employeur is not None
    nu = msgspec.structs.replace(
        cerfa, formation=None, employeur=msgspec.structs.replace(cerfa.employeur, adresse=None)
    )
    faits = build_facts(nu)
    assert (faits.rncp, faits.code_diplome, faits.code_postal_employeur) == (None, None, None)
