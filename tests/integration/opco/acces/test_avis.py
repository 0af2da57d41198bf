"""Warnings before the end of a key: each once, late ones made up for."""

from datetime import datetime, time, timedelta

import pytest
from builders.portail import an_account
from builders.serveur import SIREN, Serveur

from traitdunion.opco.acces.avis import threshold_of
from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.socle.clock import PARIS

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("jours", "seuil"), [(31, None), (30, 30), (16, 30), (15, 15), (8, 15), (7, 7), (2, 7), (1, 1), (0, 1)]
)
def test_the_warning_due_is_the_one_of_the_days_that_are_left(jours: int, seuil: int | None) -> None:
    assert threshold_of(jours) == seuil


async def _warnings(serveur: Serveur) -> int:
    ((nombre,),) = await serveur.fetch("SELECT count(*) FROM courriel WHERE modele = 'cle_bientot_finie'")
    return int(nombre)


async def test_each_warning_is_given_once_and_a_missed_day_is_made_up_for(serveur: Serveur) -> None:
    await an_account(serveur, Role.CFA_ADMINISTRATEUR)
    acces = await serveur.portail.acces.find(SIREN)
    assert acces is not None
    dernier = acces.cles[0].dernier_jour
    # The other CFA's key ends the same day, and it has no administrator to write to.
    attendus = {31: 0, 30: 1, 29: 1, 16: 1, 13: 2, 12: 2, 7: 3, 1: 4, 0: 4}
    for jours, nombre in attendus.items():
        serveur.clock.instant = datetime.combine(dernier - timedelta(days=jours), time(10), tzinfo=PARIS)
        await serveur.portail.cles.warn_ends()
        await serveur.portail.cles.warn_ends()
        assert await _warnings(serveur) == nombre, jours


async def test_a_key_that_a_newer_one_follows_needs_no_warning(serveur: Serveur) -> None:
    await an_account(serveur, Role.CFA_ADMINISTRATEUR)
    await serveur.portail.cles.generate(SIREN, par="essai", chevauchement_jours=20)
    await serveur.portail.cles.warn_ends()
    assert await _warnings(serveur) == 0
