"""What the lines of a credit note take of those of its invoice."""

from typing import Any

import pytest
from builders.factures.faits import a_facture

from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.messages.facture import Avoir
from traitdunion.opco.factures.regles.avoirs import allocate
from traitdunion.opco.factures.store import LigneFacture

DERNIERS = {1: 4}


def _ligne(numero: int, echeance: int, nature: str, montant: int, **membres: Any) -> LigneFacture:
    connus: dict[str, Any] = {"nature_dite": nature, "credite": 0, "numero_interne": 1, **membres}
    return LigneFacture(
        id=numero,
        facture=1,
        rang=0,
        nature=nature,
        echeance=echeance,
        montant=montant,
        quantite=None,
        etat=EtatDeLigne.EN_INSTRUCTION,
        attend=[],
        jusqu_au=None,
        motif=None,
        commentaire=None,
        ligne_origine=None,
        **connus,
    )


SCINDEE = [
    _ligne(1, 1, "PEDAGOGIE", 320_000),
    _ligne(2, 1, "MAJORATION_RQTH", 40_000, nature_dite="PEDAGOGIE"),
]


def _allocate(lignes: list[LigneFacture], *dites: tuple[int, str, int], dossier: int = 1) -> tuple[Any, list[str]]:
    facture = a_facture(*[(echeance, nature, -montant) for echeance, nature, montant in dites], dossier=dossier)
    avoir = Avoir(numero="A-1", numero_facture_origine="F-1", lignes=facture.lignes)
    credits, anomalies = allocate(avoir, "F-1", lignes, derniers=DERNIERS)
    return [(un.rang, un.origine.id, un.montant) for un in credits], [une.code for une in anomalies]


@pytest.mark.parametrize(
    ("dites", "credits", "codes"),
    [
        ([(1, "PEDAGOGIE", 360_000)], [(0, 2, 40_000), (0, 1, 320_000)], []),
        ([(1, "PEDAGOGIE", 360_001)], [], ["AVOIR_SUPERIEUR_A_LA_FACTURE"]),
        ([(1, "PEDAGOGIE", 30_000)], [(0, 2, 30_000)], []),
        ([(1, "MAJORATION_RQTH", 40_000)], [(0, 2, 40_000)], []),
        ([(1, "MAJORATION_RQTH", 40_001)], [], ["AVOIR_SUPERIEUR_A_LA_FACTURE"]),
        ([(1, "PEDAGOGIE", 50_000), (1, "PEDAGOGIE", 310_000)], [(0, 2, 40_000), (0, 1, 10_000), (1, 1, 310_000)], []),
        (
            [(1, "PEDAGOGIE", 50_000), (1, "PEDAGOGIE", 310_001)],
            [(0, 2, 40_000), (0, 1, 10_000)],
            ["AVOIR_SUPERIEUR_A_LA_FACTURE"],
        ),
        ([(2, "PEDAGOGIE", 1)], [], ["AVOIR_SANS_LIGNE_CORRESPONDANTE"]),
        ([(1, "RESTAURATION", 1)], [], ["AVOIR_SANS_LIGNE_CORRESPONDANTE"]),
    ],
)
def test_a_line_takes_the_rqth_part_of_a_split_line_first_and_never_more_than_there_is(
    dites: list[tuple[int, str, int]], credits: list[tuple[int, int, int]], codes: list[str]
) -> None:
    assert _allocate(SCINDEE, *dites) == (credits, codes)


def test_what_was_credited_before_is_no_longer_there() -> None:
    ligne = _ligne(1, 1, "PEDAGOGIE", 100, credite=60)
    assert _allocate([ligne], (1, "PEDAGOGIE", 40)) == ([(0, 1, 40)], [])
    assert _allocate([ligne], (1, "PEDAGOGIE", 41)) == ([], ["AVOIR_SUPERIEUR_A_LA_FACTURE"])


def test_99_says_the_last_solde_of_that_dossier() -> None:
    solde = _ligne(1, 4, "PEDAGOGIE", 100)
    assert _allocate([solde], (99, "PEDAGOGIE", 100)) == ([(0, 1, 100)], [])
    avance = _ligne(1, 3, "PEDAGOGIE", 100)
    assert _allocate([avance], (99, "PEDAGOGIE", 100))[1] == ["AVOIR_SANS_LIGNE_CORRESPONDANTE"]


def test_the_line_of_another_dossier_is_not_taken() -> None:
    assert _allocate(SCINDEE, (1, "PEDAGOGIE", 1), dossier=2)[1] == ["AVOIR_SANS_LIGNE_CORRESPONDANTE"]
