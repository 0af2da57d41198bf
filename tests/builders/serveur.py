"""The API in this process: the real application on a real database, called through ASGI without a socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from builders import envois

from traitdunion.norme.openapi.exemples import DEPOT
from traitdunion.opco import assemblage, coffre
from traitdunion.opco.acces.cles import Cles
from traitdunion.opco.acces.raccordement import EditeurCree, Raccordement
from traitdunion.opco.api.application import Application
from traitdunion.opco.api.services import Services
from traitdunion.opco.pages.services import Portail
from traitdunion.opco.settings import Choix, Settings
from traitdunion.opco.site import Site
from traitdunion.opco.socle.clock import FixedClock
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.vault import Vault

RECU_LE = datetime(2026, 9, 5, 8, 30, tzinfo=UTC)
SIRET: str = DEPOT["cerfa"]["organismeFormation"]["siret"]
SIREN = SIRET[:9]
SIRET_AUTRE = "12345678200010"
SIREN_AUTRE = SIRET_AUTRE[:9]
PAYEUR_IBAN = "FR1420041010050500013M02606"  # invented, of a valid key
OBLIGATOIRES = {"EDITEUR": "Editeur EXEMPLE", "LOGICIEL": "Logiciel EXEMPLE", "VERSION": "1.0"}


@dataclass
class Appelant:
    """Who calls: an HTTP client with the headers of one editor for one CFA."""

    client: httpx.AsyncClient
    editeur: EditeurCree
    cle: str
    siren: str
    jeton: str = field(default="", repr=False)

    @property
    def entetes(self) -> dict[str, str]:
        """Every header of a call that must pass."""
        return {**OBLIGATOIRES, "Authorization": f"Bearer {self.jeton}", "X-API-KEY": self.cle}

    async def connect(self) -> None:
        """Obtain a token."""
        donnees = {
            "grant_type": "client_credentials",
            "client_id": self.editeur.client_id,
            "client_secret": self.editeur.client_secret,
        }
        reponse = await self.client.post("/oauth2/token", data=donnees)
        assert reponse.status_code == 200, reponse.text
        self.jeton = reponse.json()["access_token"]

    async def get(self, chemin: str, entetes: Mapping[str, str] | None = None, **options: Any) -> httpx.Response:
        """GET with the caller's headers and `entetes`."""
        return await self.client.get(chemin, headers={**self.entetes, **(entetes or {})}, **options)

    async def post(
        self, chemin: str, corps: Any, entetes: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """POST a message, or bytes as they are."""
        contenu = corps if isinstance(corps, bytes) else envois.to_json(corps)
        complets = {"Content-Type": "application/json", **self.entetes, **(entetes or {})}
        return await self.client.post(chemin, content=contenu, headers=complets, **options)

    async def send(
        self,
        chemin: str,
        message: Any,
        fichier: bytes,
        *,
        nom: str = "convention.pdf",
        entetes: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """POST a message and its file."""
        ressource = chemin.lower().rpartition("/")[2]
        partie = "infosFichier" if ressource == "documents" else ressource.removesuffix("s")
        corps = envois.multipart_body(envois.multipart_parts(partie, message, fichier, nom))
        return await self.post(chemin, corps, {"Content-Type": envois.MULTIPART, **(entetes or {})})

    async def deposit(self, rang: int = 0, **contrat: Any) -> str:
        """Deposit `a_depot(rang)`, which must pass; its numeroInterne."""
        siret = None if self.siren == SIREN else SIRET_AUTRE
        reponse = await self.post("/v2/dossiers", envois.a_depot(rang, siret_cfa=siret, **contrat))
        assert reponse.status_code == 200, reponse.text
        return str(reponse.json()["numeroInterne"])


@dataclass
class Serveur:
    """A running application: `cfa` and `autre` are two CFA of one editor, `inconnu` a client without credentials."""

    cfa: Appelant
    autre: Appelant
    inconnu: httpx.AsyncClient
    database: Database
    donnees: Path
    cle_publique: bytes
    application: Site = field(repr=False)
    portail: Portail = field(repr=False)
    services: Services = field(repr=False)
    travaux: assemblage.Travaux = field(repr=False)
    clock: FixedClock
    vault: Vault = field(repr=False)

    async def call(self, methode: str, chemin: str, entetes: Mapping[str, str], *, receive: Any, send: Any) -> None:
        """One raw ASGI call, for what an HTTP client would not do."""
        chemin, _, requete = chemin.partition("?")
        scope = {
            "type": "http",
            "method": methode,
            "path": chemin,
            "raw_path": chemin.encode(),
            "query_string": requete.encode(),
            "headers": [(nom.lower().encode(), valeur.encode()) for nom, valeur in entetes.items()],
        }
        await self.application(scope, receive, send)

    async def fetch(self, requete: str, *valeurs: Any) -> list[tuple[Any, ...]]:
        """Rows straight from the database."""
        async with self.database.connection() as conn:
            return await (await conn.execute(requete, valeurs)).fetchall()

    async def flush_appels(self) -> None:
        """Have the calls that wait in memory written down."""
        await self.services.appels.flush()

    async def execute(self, requete: str, *valeurs: Any) -> None:
        """A change straight in the database, for what no route does yet."""
        async with self.database.connection() as conn:
            await conn.execute(requete, valeurs)

    async def count(self, table: str) -> int:
        """How many rows a table holds."""
        ((nombre,),) = await self.fetch(f"SELECT count(*) FROM {table}")  # noqa: S608 - tables of the tests
        return int(nombre)

    async def counts(self) -> dict[str, int]:
        """What a refusal must leave as it was."""
        tables = ("dossier", "depot", "document", "document_objet", "evenement", "certificat", "courriel")
        comptes = ("facture", "ligne_facture", "ecriture", "mouvement", "compteur_facture")
        return {table: await self.count(table) for table in (*tables, *comptes)} | {"objets": len(self.objects())}

    def objects(self) -> list[Path]:
        """Every file of the object store and of the folder where uploads wait."""
        return [un for nom in ("objets", "depots") for un in (self.donnees / nom).rglob("*") if un.is_file()]

    async def last_number(self) -> int:
        """The last number that the sequence gave, 0 when none."""
        ((dernier, donne),) = await self.fetch("SELECT last_value, is_called FROM dossier_numero")
        return int(dernier) if donne else 0


@contextlib.asynccontextmanager
async def serving(database_url: str, donnees: Path, **reglages: Any) -> AsyncIterator[Serveur]:
    """Run the application for the time of the block; rate limits off, clock stopped at RECU_LE."""
    limites: dict[str, Any] = {
        "payeur_iban": PAYEUR_IBAN,
        "appels_par_minute": 0,
        "jetons_par_minute": 0,
        "journal": "ERROR",
        "second_facteur": Choix.NON,
    }
    settings = Settings(donnees=donnees, database_url=database_url, nom="OPCO FICTIF", **{**limites, **reglages})
    cles = coffre.create(settings.secrets_fichier)
    clock = FixedClock(RECU_LE)
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(database_url, min_size=1, max_size=4))
        raccordement = Raccordement(database=database, vault=cles.vault(), clock=clock)
        gestion = Cles(database=database, vault=cles.vault(), clock=clock, milieu=settings.milieu)
        editeur = await raccordement.create_editeur("ÉDITEUR FICTIF")
        portail = await stack.enter_async_context(assemblage.portail(settings, clock=clock))
        services = await stack.enter_async_context(assemblage.services(settings, clock=clock))
        travaux = await stack.enter_async_context(assemblage.travaux(settings, clock=clock))
        norme = Application(lambda: contextlib.nullcontext(services))
        application = Site(norme, lambda: contextlib.nullcontext(portail))
        await stack.enter_async_context(lifespan(application))
        # An exception that reaches the server is a fault of ours: let it fail the test.
        transport = httpx.ASGITransport(application, raise_app_exceptions=True)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://opco.test"))
        appelants = []
        for siret in (SIRET, SIRET_AUTRE):
            await raccordement.create_cfa(siret, denomination=f"CFA FICTIF {siret[:3]}")
            await raccordement.open_accrochage(editeur.client_id, siret[:9], par="CFA")
            cle = (await gestion.generate(siret[:9], par="essai")).cle
            appelants.append(Appelant(client=client, editeur=editeur, cle=cle, siren=siret[:9]))
            await appelants[-1].connect()
        yield Serveur(
            cfa=appelants[0],
            autre=appelants[1],
            inconnu=client,
            database=database,
            donnees=donnees,
            cle_publique=cles.cle_publique,
            application=application,
            portail=portail,
            services=services,
            travaux=travaux,
            clock=clock,
            vault=cles.vault(),
        )


@contextlib.asynccontextmanager
async def lifespan(application: Site) -> AsyncIterator[None]:
    """Start and stop the application as a server does, in one task of its own."""
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    dits: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    tache = asyncio.create_task(application(scope, messages.get, dits.put))
    for etape in ("startup", "shutdown"):
        await messages.put({"type": f"lifespan.{etape}"})
        attente = asyncio.create_task(dits.get())
        await asyncio.wait((attente, tache), return_when=asyncio.FIRST_COMPLETED)
        if not attente.done():
            attente.cancel()
            await tache  # raises what stopped it
        assert attente.result()["type"] == f"lifespan.{etape}.complete", attente.result()
        if etape == "startup":
            yield
    await tache
