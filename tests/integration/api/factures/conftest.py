"""What invoices start from: an OPCO's agent and a validated account, a dossier that is engaged."""

import pytest
from builders.factures.envoi import set_iban
from builders.instruction import an_agent, an_engaged
from builders.serveur import Serveur


@pytest.fixture
async def agent(serveur: Serveur) -> int:
    """Somebody of the OPCO; the CFA has its account validated."""
    await set_iban(serveur)
    return await an_agent(serveur)


@pytest.fixture
async def dossier(serveur: Serveur, agent: int) -> int:
    """A dossier that is engaged, its first échéance open: 3 200 €; 300 € of meals, 500 € of first equipment."""
    return await an_engaged(serveur, agent)
