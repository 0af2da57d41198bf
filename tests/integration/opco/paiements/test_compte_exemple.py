"""The hand-written accounts of docs/financement/compte-exemple.toml, lived through the API and the back-office.

The clock is moved to the day of each step; then what the CFA reads and what the OPCO holds are the table's figures.
"""

from typing import Any

import pytest
from builders.factures.compte import COMPTES, Compte
from builders.factures.paiement import check_comptes
from builders.instruction import etat_of
from builders.serveur import Serveur

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("compte", COMPTES, ids=[compte["titre"] for compte in COMPTES])
async def test_a_contract_of_the_table_is_followed_to_the_cent_up_to_solde(
    serveur: Serveur, compte: dict[str, Any]
) -> None:
    vecu = Compte(serveur, compte)
    for etape in compte["etapes"]:
        await vecu.play(etape)
        attendu = etape["attendu"]
        lu = await vecu.read(etape["numero"] if "etat_facture" in attendu else None)
        assert lu == attendu, f"{etape['jour']} {etape['acte']}"
        await check_comptes(serveur)
    assert await etat_of(serveur, vecu.numero) == "SOLDE"
