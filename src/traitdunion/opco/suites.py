"""Building what follows a deposit: instruction, funding, the State's deposit; shared by the server and the worker."""

from dataclasses import dataclass

import httpx

from traitdunion.opco.courriels import Courriels
from traitdunion.opco.deca import faits
from traitdunion.opco.deca.port import ADeposer, DecaHttp
from traitdunion.opco.deca.service import Deca
from traitdunion.opco.deca.store import LigneDepot
from traitdunion.opco.decisions import store as decisions_store
from traitdunion.opco.decisions.avis import AvisDecisions
from traitdunion.opco.decisions.delais import Delais
from traitdunion.opco.decisions.lecture.contenu import Lecteur
from traitdunion.opco.decisions.ouverture import Ouverture
from traitdunion.opco.decisions.service import Decisions
from traitdunion.opco.financement.bareme import BaremeDate
from traitdunion.opco.financement.service import Financement
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.referentiels import Registre
from traitdunion.opco.settings import Settings
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.vault import Vault


@dataclass(frozen=True, slots=True)
class Suites:
    """The use cases of what follows a deposit."""

    lecteur: Lecteur
    financement: Financement
    decisions: Decisions
    delais: Delais
    deca: Deca
    ouverture: Ouverture


def build(
    settings: Settings,
    *,
    database: Database,
    vault: Vault,
    clock: Clock,
    courriels: Courriels,
    parametres: ParametresOpco,
    registre: Registre | None = None,
    client: httpx.AsyncClient | None = None,
) -> Suites:
    """The use cases; with `client`, the State's deposit is called when the settings name it.

    `registre`: the reference data of this process, None where nothing is judged against them (the worker).
    """
    lecteur = Lecteur(vault=vault, parametres=parametres, registre=registre)
    financement = Financement(vault=vault, bareme=BaremeDate(parametres=parametres, registre=registre))
    avis = AvisDecisions(courriels=courriels, url_publique=settings.url_portail)

    async def read_faits(tx: Tx, ligne: LigneDepot) -> ADeposer:
        fiche = await decisions_store.find(tx, ligne.numero_interne)
        assert fiche is not None  # the deposit names it
        contenu = await lecteur.read(tx, fiche)
        prises = await decisions_store.list_decisions(tx, ligne.numero_interne)
        motifs = tuple(motif for une in prises if une.sens == "REFUS" for motif in une.motifs)
        return faits.read_faits(contenu.cerfa, ligne, motifs=motifs)

    depot = None
    if settings.deca_url is not None and client is not None:
        depot = DecaHttp(settings.deca_url, secret=settings.deca_secret, client=client)
    deca = Deca(database=database, clock=clock, depot=depot, read_faits=read_faits)
    decisions = Decisions(
        database=database,
        clock=clock,
        lecteur=lecteur,
        financement=financement,
        avis=avis,
        record_deca=deca.record,
    )
    delais = Delais(database=database, clock=clock, decisions=decisions, avis=avis, parametres=parametres)
    return Suites(
        lecteur=lecteur,
        financement=financement,
        decisions=decisions,
        delais=delais,
        deca=deca,
        ouverture=Ouverture(parametres=parametres),
    )
