"""Building the objects from a settings value: the web server, the worker, the commands and the sandbox all call it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import anyio
import anyio.abc
import httpx

from traitdunion.opco import coffre, suites
from traitdunion.opco.acces.annuaire import Annuaire
from traitdunion.opco.acces.avis import Avis
from traitdunion.opco.acces.cfa import Vues
from traitdunion.opco.acces.cles import Cles
from traitdunion.opco.acces.editeurs.appels import Appels
from traitdunion.opco.acces.editeurs.identifiants import Identifiants
from traitdunion.opco.acces.editeurs.logiciels import Logiciels
from traitdunion.opco.acces.limites import Debit
from traitdunion.opco.acces.raccordement import Raccordement
from traitdunion.opco.acces.service import Acces
from traitdunion.opco.api.services import Services
from traitdunion.opco.comptes.cles_acces import ClesAcces
from traitdunion.opco.comptes.connexion import Connexion
from traitdunion.opco.comptes.essais import Essais
from traitdunion.opco.comptes.mots_de_passe import Hacheur
from traitdunion.opco.comptes.seconds_facteurs import SecondsFacteurs
from traitdunion.opco.comptes.service import Comptes
from traitdunion.opco.comptes.sessions import Sessions
from traitdunion.opco.courriels import Courriels
from traitdunion.opco.deca.service import Deca
from traitdunion.opco.decisions.declaration import Declarations
from traitdunion.opco.decisions.delais import Delais
from traitdunion.opco.decisions.lecture.files import Files
from traitdunion.opco.decisions.lecture.suivi import Suivi
from traitdunion.opco.decisions.lecture.vue import VueInstruction
from traitdunion.opco.decisions.service import Decisions
from traitdunion.opco.decisions.store import close
from traitdunion.opco.demandes.service import Demandes
from traitdunion.opco.dossiers import jalons
from traitdunion.opco.dossiers.deposit import Depots
from traitdunion.opco.dossiers.documents import Documents
from traitdunion.opco.dossiers.fil import Fil
from traitdunion.opco.dossiers.mes_dossiers import MesDossiers
from traitdunion.opco.dossiers.read_back import Dossiers
from traitdunion.opco.factures import facturation
from traitdunion.opco.factures.forclusions import Forclusions
from traitdunion.opco.factures.instruction.files import FilesFactures
from traitdunion.opco.factures.instruction.vue import VueFactures
from traitdunion.opco.factures.suivi.service import SuiviFactures
from traitdunion.opco.idempotence import Idempotence
from traitdunion.opco.modifications.service import Modifications
from traitdunion.opco.pages.services import Affichage, Portail
from traitdunion.opco.paiements.lecture.service import LecturePaiements
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.pieces import Pieces
from traitdunion.opco.pieces.antivirus import Antivirus
from traitdunion.opco.pieces.apercu import Apercus
from traitdunion.opco.pieces.gate import Gate, Limites
from traitdunion.opco.pieces.menage import Menage
from traitdunion.opco.recepisses import Recepisses
from traitdunion.opco.referentiels import Registre
from traitdunion.opco.referentiels.imports import Imports
from traitdunion.opco.sante import Sante
from traitdunion.opco.settings import Choix, Settings
from traitdunion.opco.socle import failpoints, logs
from traitdunion.opco.socle.clock import Clock, SystemClock
from traitdunion.opco.socle.courriel import open_postier
from traitdunion.opco.socle.database import ROLE_SERVICE, Database
from traitdunion.opco.socle.object_store import ObjectStore
from traitdunion.opco.socle.object_store.local import LocalStore
from traitdunion.opco.socle.vault import Vault


def open_store(settings: Settings) -> ObjectStore:
    """The object store that the settings name."""
    if settings.objets_url is None:
        return LocalStore(settings.donnees)
    from traitdunion.opco.socle.object_store.s3 import S3Store

    return S3Store.from_url(settings.objets_url)


@asynccontextmanager
async def services(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Services]:
    """The use cases of the API for the time of the block: one set per worker process."""
    if settings.database_url is None:
        raise ValueError("the root that starts the embedded database gives its URL")
    logs.configure(settings.journal)
    if settings.pannes:
        journal = str(settings.pannes_journal) if settings.pannes_journal else None
        failpoints.arm(failpoints.parse(settings.pannes), journal=journal)
    cles = coffre.read(settings.secrets_fichier)
    vault, horloge = cles.vault(), clock or SystemClock()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            Database.open(
                settings.database_url,
                min_size=settings.connexions_min,
                max_size=settings.connexions_max,
                role=ROLE_SERVICE,
            )
        )
        objets = open_store(settings)
        gate = await stack.enter_async_context(Gate(limites=Limites(taille_octets=settings.fichier_max)))
        acces = _acces(settings, database=database, cles=cles, clock=horloge)
        registre = await stack.enter_async_context(_registre(settings, database=database).following())
        parametres = await stack.enter_async_context(_parametres(database, clock=horloge))
        depots = Depots(
            database=database,
            vault=vault,
            clock=horloge,
            parametres=parametres,
            registre=registre,
            lot_max=settings.lot_max,
        )
        stack.push_async_callback(depots.aclose)
        courriels = _courriels(settings, database=database, vault=vault, clock=horloge)
        suite = suites.build(
            settings,
            database=database,
            vault=vault,
            clock=horloge,
            courriels=courriels,
            parametres=parametres,
            registre=registre,
        )
        dossiers = Dossiers(database=database, vault=vault, financement=suite.factures.read_back)
        pieces = _pieces(settings, database=database, objets=objets, gate=gate, vault=vault)
        taches = await stack.enter_async_context(anyio.create_task_group())
        stack.callback(taches.cancel_scope.cancel)
        taches.start_soon(acces.watch)
        appels = Appels(database=database, clock=horloge)
        stack.push_async_callback(appels.flush)
        taches.start_soon(appels.watch)
        yield Services(
            acces=acces,
            appels=appels,
            debit=Debit(par_minute=settings.appels_par_minute, rafale=settings.appels_rafale),
            depots=depots,
            dossiers=dossiers,
            documents=_documents(suite, database=database, dossiers=dossiers, pieces=pieces, clock=horloge),
            facturation=facturation.build(
                database=database,
                vault=vault,
                clock=horloge,
                pieces=pieces,
                dossiers=dossiers,
                lignes=suite.lignes,
            ),
            factures=suite.factures,
            declarations=Declarations(decisions=suite.decisions, dossiers=dossiers, clock=horloge),
            fil=Fil(database=database),
            recepisses=Recepisses(cle_privee=cles.signature, emetteur=settings.nom),
            idempotence=Idempotence(database=database, clock=horloge),
            sante=Sante(database=database, objets=objets, retrait=settings.retrait),
            staging=objets.staging,
            aide=settings.aide_transmissions or None,
        )


@asynccontextmanager
async def portail(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Portail]:
    """The use cases of the HTML doors for the time of the block.

    Their connections are their own: a slow search in a portal does not keep a deposit waiting.
    """
    if settings.database_url is None:
        raise ValueError("the root that starts the embedded database gives its URL")
    cles, horloge = coffre.read(settings.secrets_fichier), clock or SystemClock()
    vault = cles.vault()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            Database.open(settings.database_url, min_size=1, max_size=settings.connexions_max, role=ROLE_SERVICE)
        )
        gate = await stack.enter_async_context(Gate(limites=Limites(taille_octets=settings.fichier_max)))
        registre = await stack.enter_async_context(_registre(settings, database=database).following())
        parametres = await stack.enter_async_context(_parametres(database, clock=horloge))
        courriels = _courriels(settings, database=database, vault=vault, clock=horloge)
        suite = suites.build(
            settings,
            database=database,
            vault=vault,
            clock=horloge,
            courriels=courriels,
            parametres=parametres,
            registre=registre,
        )
        dossiers = Dossiers(database=database, vault=vault, financement=suite.factures.read_back)
        objets = open_store(settings)
        pieces = _pieces(settings, database=database, objets=objets, gate=gate, vault=vault)
        vues = Vues(database=database, clock=horloge)
        sessions = Sessions(database=database, clock=horloge)
        facteurs = SecondsFacteurs(database=database, vault=vault, clock=horloge, emetteur=settings.nom)
        connexion = _connexion(settings, database=database, vault=vault, clock=horloge, courriels=courriels)
        yield Portail(
            affichage=_affichage(settings),
            clock=horloge,
            connexion=connexion,
            sessions=sessions,
            facteurs=facteurs,
            cles_acces=_cles_acces(settings, database=database, clock=horloge),
            comptes=Comptes(database=database, clock=horloge, connexion=connexion),
            cles=_cles(settings, database=database, vault=vault, clock=horloge, courriels=courriels),
            raccordement=Raccordement(database=database, vault=vault, clock=horloge, milieu=settings.milieu),
            dossiers=dossiers,
            mes_dossiers=MesDossiers(
                database=database, vault=vault, clock=horloge, parametres=parametres, registre=registre, suite=close
            ),
            pieces=_documents(suite, database=database, dossiers=dossiers, pieces=pieces, clock=horloge),
            apercus=Apercus(pieces=pieces),
            decisions=suite.decisions,
            files=Files(database=database, clock=horloge),
            vue=VueInstruction(database=database, clock=horloge, lecteur=suite.lecteur, financement=suite.financement),
            deca=suite.deca,
            traitement=suite.traitement,
            files_factures=FilesFactures(database=database, clock=horloge),
            vue_factures=VueFactures(database=database, clock=horloge, vault=vault),
            paiements=suite.paiements,
            lecture_paiements=LecturePaiements(database=database, clock=horloge),
            suivi=Suivi(database=database, financement=suite.financement),
            suivi_factures=SuiviFactures(database=database, clock=horloge),
            recepisses=Recepisses(cle_privee=cles.signature, emetteur=settings.nom),
            acces=vues,
            annuaire=Annuaire(database=database, clock=horloge, vues=vues),
            demandes=Demandes(
                database=database,
                clock=horloge,
                courriels=courriels,
                pieces=pieces,
                url_publique=settings.url_portail,
            ),
            logiciels=Logiciels(database=database, clock=horloge),
            modifications=Modifications(
                database=database, vault=vault, clock=horloge, courriels=courriels, url_publique=settings.url_portail
            ),
            identifiants=_identifiants(settings, database=database, vault=vault, clock=horloge, courriels=courriels),
            appels=Appels(database=database, clock=horloge),
            parametres=parametres,
            staging=objets.staging,
            secret_formulaires=vault.digest(b"", usage="formulaires").hex(),
        )


@dataclass(frozen=True, slots=True)
class Commandes:
    """The use cases of the operator's commands, and of the demonstration."""

    comptes: Comptes
    connexion: Connexion
    cles: Cles
    raccordement: Raccordement
    logiciels: Logiciels
    imports: Imports


@asynccontextmanager
async def commandes(settings: Settings, *, database: Database, cles: coffre.Coffre) -> AsyncIterator[Commandes]:
    """The use cases of the operator's commands on an open database; mails wait there for the worker."""
    horloge, vault = SystemClock(), cles.vault()
    courriels = _courriels(settings, database=database, vault=vault, clock=horloge)
    connexion = _connexion(settings, database=database, vault=vault, clock=horloge, courriels=courriels)
    yield Commandes(
        comptes=Comptes(database=database, clock=horloge, connexion=connexion),
        connexion=connexion,
        cles=_cles(settings, database=database, vault=vault, clock=horloge, courriels=courriels),
        raccordement=Raccordement(database=database, vault=vault, clock=horloge, milieu=settings.milieu),
        logiciels=Logiciels(database=database, clock=horloge),
        imports=Imports(database=database, clock=horloge),
    )


def _pieces(settings: Settings, *, database: Database, objets: ObjectStore, gate: Gate, vault: Vault) -> Pieces:
    return Pieces(
        database=database, objets=objets, gate=gate, vault=vault, antivirus_configure=settings.clamd is not None
    )


def _documents(
    suite: suites.Suites, *, database: Database, dossiers: Dossiers, pieces: Pieces, clock: Clock
) -> Documents:
    return Documents(
        database=database,
        dossiers=dossiers,
        pieces=pieces,
        clock=clock,
        suites=(suite.ouverture.note_piece, suite.lignes.note_piece),
        factures=suite.lignes,
    )


def _registre(settings: Settings, *, database: Database) -> Registre:
    return Registre(database=database, opco=settings.opco_competent)


def _cles(settings: Settings, *, database: Database, vault: Vault, clock: Clock, courriels: Courriels) -> Cles:
    return Cles(database=database, vault=vault, clock=clock, milieu=settings.milieu, avis=Avis(courriels=courriels))


def _connexion(
    settings: Settings, *, database: Database, vault: Vault, clock: Clock, courriels: Courriels
) -> Connexion:
    return Connexion(
        database=database,
        clock=clock,
        essais=Essais(vault=vault),
        hacheur=Hacheur(),
        sessions=Sessions(database=database, clock=clock),
        facteurs=SecondsFacteurs(database=database, vault=vault, clock=clock, emetteur=settings.nom),
        cles_acces=_cles_acces(settings, database=database, clock=clock),
        courriels=courriels,
        url_publique=settings.url_portail,
        second_facteur=settings.second_facteur is Choix.OUI,
    )


def _cles_acces(settings: Settings, *, database: Database, clock: Clock) -> ClesAcces:
    return ClesAcces(database=database, clock=clock, url_publique=settings.url_portail, nom_opco=settings.nom)


def _affichage(settings: Settings) -> Affichage:
    return Affichage(
        nom=settings.nom,
        couleur=settings.couleur,
        site_public=settings.site_public or "",
        hebergeur=settings.hebergeur,
        responsable_donnees=settings.responsable_donnees,
        aide_raccordement=settings.aide_raccordement,
        aide_cles=settings.aide_cles,
        aide_transmissions=settings.aide_transmissions,
        essai=not settings.production,
        second_facteur=settings.second_facteur is Choix.OUI,
        https=settings.url_portail.startswith("https://"),
    )


def _courriels(settings: Settings, *, database: Database, vault: Vault, clock: Clock) -> Courriels:
    return Courriels(
        vault=vault,
        nom_opco=settings.nom,
        expediteur=settings.expediteur,
        postier=open_postier(settings.smtp_url, dossier=settings.courriels, clock=clock),
        clock=clock,
        database=database,
    )


@dataclass(frozen=True, slots=True)
class Travaux:
    """The use cases of the background worker."""

    menage: Menage
    acces: Acces
    identifiants: Identifiants
    idempotence: Idempotence
    cles: Cles
    courriels: Courriels
    sessions: Sessions
    appels: Appels
    decisions: Decisions
    delais: Delais
    forclusions: Forclusions
    deca: Deca
    place_jalons: Callable[[], Awaitable[int]]


@asynccontextmanager
async def travaux(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Travaux]:
    """The use cases of the background worker for the time of the block."""
    if settings.database_url is None:
        raise ValueError("the worker shares the server's database: its URL is needed")
    logs.configure(settings.journal)
    cles, horloge = coffre.read(settings.secrets_fichier), clock or SystemClock()
    if settings.pannes:
        failpoints.arm(failpoints.parse(settings.pannes), journal=None)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            Database.open(settings.database_url, min_size=1, max_size=4, role=ROLE_SERVICE)
        )
        client = await stack.enter_async_context(httpx.AsyncClient())
        vault = cles.vault()
        courriels = _courriels(settings, database=database, vault=vault, clock=horloge)
        parametres = await stack.enter_async_context(_parametres(database, clock=horloge))
        suite = suites.build(
            settings,
            database=database,
            vault=vault,
            clock=horloge,
            courriels=courriels,
            parametres=parametres,
            client=client,
        )
        yield Travaux(
            menage=Menage(
                database=database,
                objets=open_store(settings),
                antivirus=Antivirus(settings.clamd) if settings.clamd else None,
                clock=horloge,
            ),
            acces=_acces(settings, database=database, cles=cles, clock=horloge),
            identifiants=_identifiants(settings, database=database, vault=vault, clock=horloge, courriels=courriels),
            idempotence=Idempotence(database=database, clock=horloge),
            cles=_cles(settings, database=database, vault=vault, clock=horloge, courriels=courriels),
            courriels=courriels,
            sessions=Sessions(database=database, clock=horloge),
            appels=Appels(database=database, clock=horloge),
            decisions=suite.decisions,
            delais=suite.delais,
            forclusions=suite.forclusions,
            deca=suite.deca,
            place_jalons=partial(jalons.place, database),
        )


@asynccontextmanager
async def _parametres(database: Database, *, clock: Clock) -> AsyncIterator[ParametresOpco]:
    """The dated parameters, known from the first call on and kept fresh for the time of the block."""
    parametres = ParametresOpco(database=database, clock=clock)
    await parametres.refresh()
    async with anyio.create_task_group() as taches:
        taches.start_soon(parametres.watch)
        yield parametres
        taches.cancel_scope.cancel()


def _acces(settings: Settings, *, database: Database, cles: coffre.Coffre, clock: Clock) -> Acces:
    return Acces(
        database=database,
        vault=cles.vault(),
        clock=clock,
        milieu=settings.milieu,
        dpop_mode=settings.dpop,
        url_publique=settings.url_publique,
        duree_jeton_secondes=settings.duree_jeton,
        jetons_par_minute=settings.jetons_par_minute,
    )


def _identifiants(
    settings: Settings, *, database: Database, vault: Vault, clock: Clock, courriels: Courriels
) -> Identifiants:
    return Identifiants(
        database=database,
        vault=vault,
        clock=clock,
        milieu=settings.milieu,
        url_publique=settings.url_portail,
        courriels=courriels,
    )
