"""Reading the ledger of dossiers and writing what a fact moved, in the transactions of its callers."""

from collections.abc import Sequence

from traitdunion.opco.comptabilite import store
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.store import Ecriture, Tx


async def open_livres(tx: Tx, numeros: Sequence[int]) -> dict[int, Livre]:
    """The balances of these dossiers. To write, the caller has locked them."""
    return {numero: Livre(soldes) for numero, soldes in (await store.find_soldes(tx, numeros)).items()}


async def open_livre(tx: Tx, numero: int) -> Livre:
    """The balances of one dossier. To write, the caller has locked it."""
    return (await open_livres(tx, [numero]))[numero]


async def write(tx: Tx, livre: Livre, ecriture: Ecriture) -> None:
    """Write what was moved since the ledger was opened, as one écriture; nothing when nothing moved."""
    if livre.mouvements:
        await store.insert(tx, ecriture, livre.mouvements)
        livre.mouvements.clear()


__all__ = ["Ecriture", "open_livre", "open_livres", "write"]
