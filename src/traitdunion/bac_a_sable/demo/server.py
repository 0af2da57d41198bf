"""The server of the demonstration: the real one, on a fresh database and object folder, stopped with us."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from traitdunion.bac_a_sable.demo import cast, comptes
from traitdunion.norme.openapi.exemples_facturation import IBAN
from traitdunion.opco import assemblage, coffre
from traitdunion.opco.modifications import store as modifications
from traitdunion.opco.modifications.banque import iban_aad
from traitdunion.opco.referentiels import exemples
from traitdunion.opco.settings import Choix, Settings
from traitdunion.opco.socle import migrations, postgres
from traitdunion.opco.socle.clock import SystemClock
from traitdunion.opco.socle.database import Database

DELAI_DEMARRAGE_SECONDES = 60
DELAI_ARRET_SECONDES = 30
URLS = ("/readyz", "/openapi.json", "/v2/status")


class DemoImpossible(Exception):
    """The demonstration cannot go on; the text is French."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What an editor's software needs to connect; `database_url` and `donnees` for tests that look inside."""

    api: str
    client_id: str
    client_secret: str
    cle_api: str
    cle_publique: bytes
    database_url: str
    donnees: Path
    acces: dict[str, comptes.Acces]
    settings: Settings

    def __repr__(self) -> str:
        return f"Connection({self.api!r})"

    @property
    def jeton(self) -> str:
        """The URL of the token endpoint."""
        return f"{self.api}/oauth2/token"


@contextlib.contextmanager
def serving(
    *, port: int | None, conserver: Path | None, reglages: dict[str, str] | None = None
) -> Iterator[Connection]:
    """Run database and server for the time of the block, with an editor and a CFA already connected.

    `conserver`: the folder to keep the data in; otherwise they are temporary. `reglages`: more settings, by variable.
    """
    with contextlib.ExitStack() as stack:
        if conserver is None:
            donnees = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="traitdunion-demo-")))
            donnees.chmod(0o711)  # PostgreSQL's own account goes through it to its folder
        else:
            donnees = conserver.absolute()
            donnees.mkdir(parents=True, exist_ok=True)
            if any(donnees.iterdir()):
                raise DemoImpossible(f"{donnees} n'est pas vide : la démonstration part d'un dossier neuf.")
        url = stack.enter_context(postgres.running(donnees / "postgres"))
        settings = Settings(
            donnees=donnees,
            database_url=url,
            port=port or _free_port(),
            delai_retrait=0.0,
            nom="OPCO DE DÉMONSTRATION",
            opco_competent=exemples.OPCO,
            journal="WARNING",
            second_facteur=Choix.NON,
            site_public="https://www.opco.example",
            aide_raccordement="raccordement@opco.example",
            aide_cles="cles@opco.example",
            aide_transmissions="transmissions@opco.example",
            payeur_iban="FR189999900001FICTIFOPCO053",
            expediteur="ne-pas-repondre@opco.example",
        )
        settings = stack.enter_context(_deca(settings))
        cles = coffre.create(settings.secrets_fichier)
        client_id, client_secret, cle_api, acces = asyncio.run(_connect(url, cles, settings))
        api = f"http://127.0.0.1:{settings.port}"
        stack.enter_context(_process(settings, reglages or {}, "servir"))
        stack.enter_context(_process(settings, reglages or {}, "travailleur"))
        _wait(api, journal=donnees / "servir.log")
        yield Connection(
            api=api,
            client_id=client_id,
            client_secret=client_secret,
            cle_api=cle_api,
            cle_publique=cles.cle_publique,
            database_url=url,
            donnees=donnees,
            acces=acces,
            settings=settings,
        )


async def _connect(url: str, cles: coffre.Coffre, settings: Settings) -> tuple[str, str, str, dict[str, comptes.Acces]]:
    """An editor, a CFA, its key, their accrochage, their people, by the acts that the commands use."""
    await migrations.migrate(url)
    async with (
        Database.open(url, min_size=1, max_size=2) as database,
        assemblage.commandes(settings, database=database, cles=cles) as commandes,
    ):
        raccordement = commandes.raccordement
        await raccordement.create_cfa(cast.SIRET_CFA, denomination=cast.CFA, uai=cast.UAI_CFA)
        editeur = await raccordement.create_editeur(cast.EDITEUR)
        await commandes.logiciels.create(editeur.id, cast.LOGICIEL, pret=True, par="demo")
        await raccordement.open_accrochage(editeur.client_id, cast.SIREN, par="CFA")
        await commandes.imports.import_exemples(par="demo")
        acces = await comptes.create(commandes, editeur=editeur.id, portail=settings.url_portail)
        cle = await commandes.cles.generate(cast.SIREN, par="demo")
        await _set_iban(database, cles)
    return editeur.client_id, editeur.client_secret, cle.cle, acces


async def _set_iban(database: Database, cles: coffre.Coffre) -> None:
    """The account of the documentation's invoices, validated as two people of the OPCO would have."""
    chiffre = cles.vault().encrypt(IBAN.encode(), aad=iban_aad(cast.SIREN))
    async with database.transaction() as tx:
        at = SystemClock().now()
        await modifications.set_banque(tx, siren=cast.SIREN, titulaire=cast.CFA, chiffre=chiffre, fin=IBAN[-4:], at=at)


@contextlib.contextmanager
def _process(settings: Settings, reglages: dict[str, str], commande: str) -> Iterator[None]:
    """`traitdunion opco servir`, or another of its commands, as an operator runs it."""
    with _program(settings, reglages, commande, "opco", commande):
        yield


@contextlib.contextmanager
def _deca(settings: Settings) -> Iterator[Settings]:
    """The State's deposit, played: what the worker calls to bring real numbers back; the settings that name it."""
    port = _free_port()
    depose = msgspec.structs.replace(settings, deca_url=f"http://127.0.0.1:{port}", deca_secret=secrets.token_urlsafe())
    arguments = ("bac-a-sable", "deca", "--port", str(port), "--dossier", str(settings.donnees / "deca"))
    with _program(depose, {}, "deca", *arguments):
        yield depose


@contextlib.contextmanager
def _program(settings: Settings, reglages: dict[str, str], nom: str, *arguments: str) -> Iterator[None]:
    """The command `traitdunion` with these arguments, its output kept under `nom`, until the end of the block."""
    propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("TRAITDUNION_")}
    journal = (settings.donnees / f"{nom}.log").open("ab")
    serveur = subprocess.Popen(
        [sys.executable, "-c", "from traitdunion.cli import main; main()", *arguments],
        env={**propre, **settings.to_env(), **reglages},
        stdin=subprocess.DEVNULL,
        stdout=journal,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C reaches us, and we stop it in good order
    )
    try:
        yield
    finally:
        serveur.send_signal(signal.SIGTERM)
        try:
            serveur.wait(DELAI_ARRET_SECONDES)
        except subprocess.TimeoutExpired:
            serveur.kill()
            serveur.wait()
        journal.close()


def _wait(api: str, *, journal: Path) -> None:
    limite = time.monotonic() + DELAI_DEMARRAGE_SECONDES
    with httpx.Client(base_url=api, timeout=5) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if all(client.get(url).status_code == 200 for url in URLS):
                    return
            if time.monotonic() > limite:
                dernieres = journal.read_text(errors="replace").splitlines()[-5:]
                raise DemoImpossible("\n".join(["Le serveur n'a pas répondu à temps. Il disait :", *dernieres]))
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as essai:
        essai.bind(("127.0.0.1", 0))
        return int(essai.getsockname()[1])
