"""Building what follows a deposit: instruction, funding, the State's deposit; shared by the server and the worker."""

from dataclasses import dataclass

import httpx

from traitdunion.opco.courriels import Courriels
from traitdunion.opco.deca import jobs
from traitdunion.opco.deca.faits import open_facts
from traitdunion.opco.deca.http import DecaHttp
from traitdunion.opco.deca.service import Deca
from traitdunion.opco.decisions.avis import AvisDecisions
from traitdunion.opco.decisions.delais import Delais
from traitdunion.opco.decisions.lecture.contenu import Lecteur
from traitdunion.opco.decisions.ouverture import Ouverture
from traitdunion.opco.decisions.service import Decisions
from traitdunion.opco.factures.avis import AvisFactures
from traitdunion.opco.factures.forclusions import Forclusions
from traitdunion.opco.factures.lecture import LectureFactures
from traitdunion.opco.factures.lignes import Lignes
from traitdunion.opco.factures.traitement import Traitement
from traitdunion.opco.financement.bareme import BaremeDate
from traitdunion.opco.financement.service import Financement
from traitdunion.opco.paiements import assemblage as paiements
from traitdunion.opco.paiements.assemblage import Paiements
from traitdunion.opco.paiements.sepa import Donneur
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.referentiels import Registre
from traitdunion.opco.settings import Settings
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database
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
    lignes: Lignes
    factures: LectureFactures
    traitement: Traitement
    paiements: Paiements
    forclusions: Forclusions


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
    avis_factures = AvisFactures(courriels=courriels, url_publique=settings.url_portail)
    lignes = Lignes(avis=avis_factures)
    financement = Financement(
        vault=vault,
        bareme=BaremeDate(parametres=parametres, registre=registre),
        suite=lignes.follow_engagement,
    )
    avis = AvisDecisions(courriels=courriels, url_publique=settings.url_portail)

    deca = _deca(settings, database=database, vault=vault, clock=clock, client=client)
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
        lignes=lignes,
        factures=LectureFactures(database=database, vault=vault, financement=financement),
        traitement=Traitement(database=database, clock=clock, lignes=lignes, avis=avis_factures),
        forclusions=Forclusions(database=database, clock=clock, lignes=lignes, avis=avis_factures),
        paiements=paiements.build(
            database=database,
            vault=vault,
            clock=clock,
            lignes=lignes,
            avis=avis_factures,
            suite=decisions.settle_paid,
            donneur=_donneur(settings),
        ),
    )


def _donneur(settings: Settings) -> Donneur | None:
    """The account that pays; None when the settings do not name it."""
    if not settings.payeur_iban:
        return None
    return Donneur(nom=settings.payeur_nom or settings.nom, iban=settings.payeur_iban, bic=settings.payeur_bic)


def _deca(
    settings: Settings, *, database: Database, vault: Vault, clock: Clock, client: httpx.AsyncClient | None
) -> Deca:
    """The deposits with the State; only the worker, which has a `client`, calls it, and only at the address set."""
    if settings.database_url is None:
        raise ValueError("its jobs stand in the server's database: the URL is needed")
    depot = None
    if settings.deca_url is not None and client is not None:
        depot = DecaHttp(settings.deca_url, secret=settings.deca_secret, client=client)
    return Deca(
        database=database,
        clock=clock,
        file=jobs.open_queue(settings.database_url),
        read_facts=open_facts(vault),
        depot=depot,
    )
