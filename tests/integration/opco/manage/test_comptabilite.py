"""`traitdunion opco verifier-comptes`: what it says when the accounts agree, and each way in which they may not."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from builders.factures.envoi import send_avoir, send_facture, set_iban
from builders.factures.paiement import accept, order, pay
from builders.instruction import an_agent, an_engaged
from builders.serveur import Serveur
from typer.testing import CliRunner, Result

from traitdunion.opco.manage import app
from traitdunion.opco.manage.comptabilite import CODE_ECARTS
from traitdunion.opco.socle.database import ROLE_SERVICE, Database

pytestmark = pytest.mark.anyio


@pytest.fixture
def verify(database_url: str, tmp_path: Path) -> Callable[..., Result]:
    """Run the command on the database of the test."""
    environ = {nom: None for nom in os.environ if nom.startswith("TRAITDUNION_")}
    environ |= {"TRAITDUNION_DATABASE_URL": database_url, "TRAITDUNION_DONNEES": str(tmp_path)}

    def run(*options: str) -> Result:
        return CliRunner().invoke(app, ["verifier-comptes", *options], env=environ)

    return run


async def _paid(serveur: Serveur) -> None:
    """A dossier with an invoice paid, credited in part, and another one that waits."""
    await set_iban(serveur)
    numero = await an_engaged(serveur, await an_agent(serveur))
    facture = await send_facture(serveur, numero, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, int(facture.json()["numeroInterneFacture"]))
    await pay(serveur, await order(serveur))
    await send_avoir(serveur, numero, (1, "PEDAGOGIE", 20_000))
    await send_facture(serveur, numero, (1, "PEDAGOGIE", 10_000), numero="F-2")


def test_an_empty_base_has_accounts_that_agree(verify: Callable[..., Result]) -> None:
    resultat = verify()

    assert resultat.exit_code == 0
    assert "Les comptes sont justes." in resultat.stdout


# Each fault is made by the owner of the schema, who alone may: the server's role is refused (see the next test).
FAUTES = {
    "un mouvement ajouté d'un seul côté": (
        "ALTER TABLE mouvement DISABLE TRIGGER mouvement_soldes; INSERT INTO mouvement "
        "VALUES (1, 99, 'REGLE', 1, 'PEDAGOGIE', 0, 5)",
        "Chaque écriture est équilibrée.",
    ),
    "un solde retouché": (
        "UPDATE solde_poste SET montant = montant + 1 WHERE poste = 'REGLE'",
        "Chaque solde est la somme de ses mouvements.",
    ),
    "un engagement retouché": (
        "UPDATE engagement SET montant = montant + 1",
        "Ce qui est engagé au grand livre est l'engagement en vigueur, frais annexes compris.",
    ),
    "une ligne retouchée": (
        "UPDATE ligne_facture SET montant = montant + 1 WHERE montant > 0",
        "Le montant d'une facture est la somme de ses lignes.",
    ),
    "un avoir oublié": (
        "UPDATE ligne_facture SET credite = 0",
        "Ce qu'une ligne porte comme avoirs est la somme de ses avoirs.",
    ),
    "un état de ligne changé": (
        "UPDATE ligne_facture SET etat = 'ACCEPTEE' WHERE etat = 'EN_INSTRUCTION'",
        "L'état d'une ligne dit où en est son montant au grand livre.",
    ),
    "un état de facture changé": (
        "UPDATE facture SET etat = 'REJETE' WHERE genre = 'FACTURE'",
        "L'état d'une facture est celui que disent ses lignes.",
    ),
    "un virement gonflé": (
        "UPDATE virement SET brut = brut + 1, montant = montant + 1",
        "Un virement paie la somme de ses lignes.",
    ),
    "un virement effacé des comptes": (
        "UPDATE virement SET etat = 'ORDONNE', regle_le = NULL",
        "Ce que la banque a payé à un CFA est réglé, à recouvrer ou recouvré.",
    ),
    "une compensation sans recouvrement": (
        "UPDATE virement SET brut = brut + 1, compense = compense + 1",
        "Ce qui est compensé dans un virement est recouvré.",
    ),
}


async def test_accounts_that_agree_are_told_with_their_totals(serveur: Serveur, verify: Callable[..., Result]) -> None:
    await _paid(serveur)

    faits = json.loads((await asyncio.to_thread(verify, "--json")).stdout)

    assert faits["ecarts"] == []
    assert faits["totaux_centimes"]["REGLE"] == 180_000
    assert faits["totaux_centimes"]["AVOIR_A_RECOUVRER"] == 20_000
    assert faits["totaux_centimes"]["EN_INSTRUCTION"] == 10_000


@pytest.mark.parametrize(("faute", "regle"), FAUTES.values(), ids=FAUTES.keys())
async def test_a_fault_is_found_by_its_rule(
    serveur: Serveur, verify: Callable[..., Result], database_url: str, faute: str, regle: str
) -> None:
    await _paid(serveur)
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(faute)

    resultat = await asyncio.to_thread(verify)

    assert resultat.exit_code == CODE_ECARTS
    assert regle in resultat.stdout


async def test_the_server_may_neither_touch_a_balance_nor_rewrite_the_ledger(
    serveur: Serveur, database_url: str
) -> None:
    await _paid(serveur)
    async with Database.open(database_url, min_size=1, max_size=1, role=ROLE_SERVICE) as database:
        for requete in (
            "UPDATE solde_poste SET montant = 0",
            "UPDATE mouvement SET montant = montant",
            "DELETE FROM ecriture",
            "DELETE FROM recouvrement",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with database.transaction() as tx:
                    await tx.execute(requete)


async def test_the_database_refuses_an_ecriture_that_does_not_balance_or_overspends(
    serveur: Serveur, database_url: str
) -> None:
    await _paid(serveur)
    with psycopg.connect(database_url, autocommit=True) as conn:
        for requete in (
            "INSERT INTO mouvement VALUES (1, 98, 'REGLE', 1, 'PEDAGOGIE', 0, 5)",
            "INSERT INTO mouvement VALUES (1, 98, 'A_FACTURER', 1, 'PEDAGOGIE', 0, -99999999), "
            "(1, 99, 'REGLE', 1, 'PEDAGOGIE', 0, 99999999)",
        ):
            with pytest.raises(psycopg.errors.CheckViolation):
                conn.execute(requete)
