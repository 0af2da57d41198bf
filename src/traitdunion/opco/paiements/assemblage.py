"""The use cases of payments, built together: whatever learns of a transfer moves it the same way."""

from dataclasses import dataclass

from traitdunion.opco.factures.avis import AvisFactures
from traitdunion.opco.factures.lignes import Lignes
from traitdunion.opco.paiements.banque import Banque
from traitdunion.opco.paiements.lots import Lots
from traitdunion.opco.paiements.recouvrements import Recouvrements
from traitdunion.opco.paiements.reglements import Reglements, SuiteReglement
from traitdunion.opco.paiements.sepa import Donneur
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.vault import Vault


@dataclass(frozen=True, slots=True)
class Paiements:
    """The use cases of payments."""

    lots: Lots
    banque: Banque
    recouvrements: Recouvrements


def build(
    *,
    database: Database,
    vault: Vault,
    clock: Clock,
    lignes: Lignes,
    avis: AvisFactures,
    suite: SuiteReglement,
    donneur: Donneur | None,
) -> Paiements:
    """The three of them; `donneur`: the account that pays, None when it is not set."""
    reglements = Reglements(clock=clock, lignes=lignes, avis=avis, suite=suite)
    return Paiements(
        lots=Lots(database=database, vault=vault, clock=clock, lignes=lignes, reglements=reglements, donneur=donneur),
        banque=Banque(database=database, clock=clock, reglements=reglements),
        recouvrements=Recouvrements(database=database, clock=clock, reglements=reglements),
    )
