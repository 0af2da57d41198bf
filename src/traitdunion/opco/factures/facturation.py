"""The deposits of a CFA once its dossiers are engaged, built together: they recognise each other's numbers."""

from dataclasses import dataclass

from traitdunion.opco.dossiers.read_back import Dossiers
from traitdunion.opco.factures.depot.avoirs import DepotsAvoirs
from traitdunion.opco.factures.depot.certificats import DepotsCertificats
from traitdunion.opco.factures.depot.enregistrement import Enregistrement
from traitdunion.opco.factures.depot.facture import DepotsFactures
from traitdunion.opco.factures.lignes import Lignes
from traitdunion.opco.pieces import Pieces
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.vault import Vault


@dataclass(frozen=True, slots=True)
class Facturation:
    """The use cases of POST factures, avoirs, certificats."""

    factures: DepotsFactures
    avoirs: DepotsAvoirs
    certificats: DepotsCertificats


def build(
    *, database: Database, vault: Vault, clock: Clock, pieces: Pieces, dossiers: Dossiers, lignes: Lignes
) -> Facturation:
    """The three of them."""
    enregistrement = Enregistrement(database=database, pieces=pieces)
    return Facturation(
        factures=DepotsFactures(database=database, vault=vault, clock=clock, enregistrement=enregistrement),
        avoirs=DepotsAvoirs(database=database, vault=vault, clock=clock, enregistrement=enregistrement, lignes=lignes),
        certificats=DepotsCertificats(database=database, pieces=pieces, dossiers=dossiers, clock=clock, lignes=lignes),
    )
