"""Acts of the OPCO on the server of the demonstration, for tests that start it."""

from collections.abc import Sequence

from traitdunion.bac_a_sable.demo import instruction
from traitdunion.bac_a_sable.demo.server import Connection
from traitdunion.opco import assemblage
from traitdunion.opco.decisions import store
from traitdunion.opco.socle.database import Database


async def grant(connexion: Connection, numeros: Sequence[int]) -> None:
    """Engage dossiers whose conventions have come."""
    async with (
        assemblage.travaux(connexion.settings) as travaux,
        Database.open(connexion.database_url, min_size=1, max_size=2) as database,
    ):

        async def version(numero: int) -> int:
            async with database.connection() as tx:
                fiche = await store.find(tx, numero)
            assert fiche is not None
            return fiche.version

        async with database.connection() as tx:
            row = await (
                await tx.execute("SELECT id FROM compte WHERE utilisateur = %s", (instruction.UTILISATEUR,))
            ).fetchone()
        assert row is not None  # made with the others
        agent = int(row[0])
        for numero in numeros:
            await travaux.decisions.start(numero, version=await version(numero), compte=agent)
            await travaux.decisions.record_mandat(numero, page=1, compte=agent)
            choix, par = instruction.NPEC, f"compte:{agent}"
            await travaux.decisions.grant(numero, version=await version(numero), choix=choix, par=par)
