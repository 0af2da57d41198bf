"""The reason of a cancellation: some words, and nothing that others must not read."""

import pytest

from traitdunion.opco.dossiers.mes_dossiers import MOTIF_CARACTERES_MAX, AnnulationRefusee, check_motif


@pytest.mark.parametrize(
    "motif", ["Erreur", "x" * MOTIF_CARACTERES_MAX, "Salaire de 1 801 euros au lieu de 1 810 en 2026"]
)
def test_some_words_are_a_reason(motif: str) -> None:
    assert check_motif(motif) == motif


def test_its_spaces_are_made_one() -> None:
    assert check_motif("  Saisi \n deux\tfois ") == "Saisi deux fois"


@pytest.mark.parametrize(
    "motif",
    [
        "",
        "    ",
        "abcd",
        "x" * (MOTIF_CARACTERES_MAX + 1),
        "NIR faux : 2 06 05 75 001 001 55",
        "NIR faux : 2060575001001",
        "IBAN fr76 3000 6000 0112 3456 7890 189",
    ],
)
def test_too_little_too_much_or_what_is_secret_is_refused_without_being_quoted(motif: str) -> None:
    with pytest.raises(AnnulationRefusee) as refus:
        check_motif(motif)
    assert refus.value.saisie
    assert not any(mot in str(refus.value) for mot in motif.split() if any(signe.isdigit() for signe in mot))
