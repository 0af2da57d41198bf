"""The OPCO's side of the demonstration: its people, and what they do by the use cases of their pages."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from traitdunion.bac_a_sable.banque import write_avis
from traitdunion.bac_a_sable.demo import cast
from traitdunion.cfa.client import ClientCfa
from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco import assemblage
from traitdunion.opco.comptes import store as comptes
from traitdunion.opco.decisions import store as decisions
from traitdunion.opco.factures import store as factures
from traitdunion.opco.factures.traitement import Choix
from traitdunion.opco.financement.faits import Choix as ChoixAccord
from traitdunion.opco.pages.services import Portail
from traitdunion.opco.settings import Settings
from traitdunion.opco.socle.database import Database

Tell = Callable[[str], None]
ACCORD = ChoixAccord(npec=800_000, npec_source="niveau inventé pour la démonstration", niveau=6)


@dataclass
class Theatre:
    """Who acts: the CFA's client, the OPCO's use cases, its people by their user names."""

    client: ClientCfa
    portail: Portail
    database: Database
    gens: dict[str, int]
    jour: date
    tell: Tell
    rang: int = 0

    @property
    def comptable(self) -> str:
        """The accountant, as events name them."""
        return f"compte:{self.gens['comptable']}"


@asynccontextmanager
async def opening(client: ClientCfa, settings: Settings, *, tell: Tell) -> AsyncIterator[Theatre]:
    """The OPCO's use cases, on the database of the demonstration's server."""
    assert settings.database_url is not None  # the demonstration has one
    async with assemblage.portail(settings) as portail, Database.open(settings.database_url) as database:
        gens = await _find_gens(database, "opco", "comptable")
        yield Theatre(client, portail, database, gens, datetime.now(UTC).date(), tell)


async def instruct(theatre: Theatre, numero: int) -> int:
    """Begin, see the mandate in the convention, grant; what is engaged, in cents."""
    agent, actes = theatre.gens["opco"], theatre.portail.decisions
    await actes.start(numero, version=await find_version(theatre, numero), compte=agent)
    await actes.record_mandat(numero, page=1, compte=agent)
    version = await find_version(theatre, numero)
    return await actes.grant(numero, version=version, choix=ACCORD, par=f"compte:{agent}")


async def treat(theatre: Theatre, facture: int, *, rejeter: Sequence[str] = ()) -> None:
    """The accountant says yes, but to the lines of some natures."""
    async with theatre.database.connection() as tx:
        lue, lignes = await factures.find(tx, facture), await factures.list_lignes(tx, [facture])
    assert lue is not None
    choix = [
        Choix(ligne=une.id, accepte=False, motif="JUSTIFICATIF", texte="La liste du matériel remis manque.")
        if une.nature in rejeter
        else Choix(ligne=une.id, accepte=True)
        for une in lignes
    ]
    await theatre.portail.traitement.decide(facture, version=lue.version, choix=choix, par=theatre.comptable)


async def pay(theatre: Theatre, *, compenser: bool = False) -> None:
    """A pay run, handed to the bank, which pays it."""
    lots, banque = theatre.portail.paiements.lots, theatre.portail.paiements.banque
    lot = await lots.create(sirens=[cast.SIREN], execution_le=theatre.jour, compenser=compenser, par=theatre.comptable)
    rapport = await banque.import_retours(
        write_avis(await lots.download(lot, par=theatre.comptable)), par=theatre.comptable
    )
    assert rapport.regles, rapport.a_verifier
    assert not rapport.a_verifier, rapport.a_verifier
    theatre.tell(f"   virement {rapport.regles[0]}")


def say(theatre: Theatre, numero: int, phrase: str) -> None:
    theatre.tell(f"   {numero_externe(numero)}  {phrase}")


async def find_version(theatre: Theatre, numero: int) -> int:
    async with theatre.database.connection() as tx:
        fiche = await decisions.find(tx, numero)
    assert fiche is not None
    return fiche.version


async def call(appel: Callable[..., Any], *arguments: Any) -> Any:
    """A call of the synchronous client, while this loop goes on."""
    return await asyncio.to_thread(appel, *arguments)


async def _find_gens(database: Database, *utilisateurs: str) -> dict[str, int]:
    async with database.connection() as tx:
        trouves = {nom: await comptes.find_utilisateur(tx, nom) for nom in utilisateurs}
    return {nom: compte.id for nom, compte in trouves.items() if compte is not None}
