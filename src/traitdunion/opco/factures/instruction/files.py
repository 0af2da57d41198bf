"""The queue of invoices to treat, and the look-up of any invoice (R6332-24: an answer within two months)."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from traitdunion.norme.calendrier import add_months
from traitdunion.norme.identifiants import read_numero_externe
from traitdunion.opco.factures.instruction import store
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database

TAILLE_PAGE = 50
COMPTE_MAX = 1_000  # beyond, a counter says « plus de »
DELAI_MOIS = 2  # R6332-24
PROCHE_JOURS = 10
A_DECIDER, A_COMPLETER = "EN_INSTRUCTION", "A_COMPLETER"
FILES = {
    "a_traiter": "À traiter",
    "a_completer": "À compléter",
    "toutes": "Toutes celles qui attendent",
}
ETATS: dict[str, Sequence[str]] = {
    "a_traiter": (A_DECIDER,),
    "a_completer": (A_COMPLETER,),
    "toutes": (A_DECIDER, A_COMPLETER),
}
SIREN_CHIFFRES = 9


class PageFactures(msgspec.Struct, frozen=True, kw_only=True):
    """One page: `suite` is the invoice after which the next one begins, None at the end."""

    lignes: tuple[store.LigneFile, ...]
    suite: int | None = None


class Comptes(msgspec.Struct, frozen=True, kw_only=True):
    """What waits, COMPTE_MAX + 1 at most: invoices to treat, to be completed by the CFA, lines to pay."""

    a_traiter: int
    a_completer: int
    a_payer: int


def limit_of(depose_le: datetime) -> date:
    """The last day to tell the CFA of a rejection, total or partial (R6332-24)."""
    return add_months(day_of(depose_le), DELAI_MOIS)


class FilesFactures:
    """What staff look up of invoices."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def count(self) -> Comptes:
        """The counters of the home page."""
        limite = COMPTE_MAX + 1
        async with self._database.connection() as tx:
            return Comptes(
                a_traiter=await store.count_a_traiter(tx, ETATS["a_traiter"], limite=limite),
                a_completer=await store.count_a_traiter(tx, ETATS["a_completer"], limite=limite),
                a_payer=await store.count_a_payer(tx, limite=limite),
            )

    async def list_page(
        self,
        file: str,
        *,
        siren: str | None = None,
        minimum: int | None = None,
        maximum: int | None = None,
        apres: int = 0,
    ) -> PageFactures:
        """The oldest first, after the invoice `apres`. `file`: a key of FILES; amounts of the invoice, in cents."""
        filtre = store.Filtre(etats=ETATS[file], siren=siren, minimum=minimum, maximum=maximum)
        async with self._database.connection() as tx:
            numeros = await store.list_a_traiter(tx, filtre, apres=apres, limite=TAILLE_PAGE + 1)
            return await _page(tx, numeros)

    async def find(self, texte: str, *, avant: int | None = None) -> PageFactures:
        """Invoices and credit notes by dossier (« CA-0000001 »), SIREN of the CFA, or the number that the CFA gave.

        The latest first, before the invoice `avant`.
        """
        propre = " ".join(texte.split())
        colle = propre.replace(" ", "")
        async with self._database.connection() as tx:
            numeros: list[int] = []
            dossier = read_numero_externe(propre.upper())
            if dossier is not None:
                numeros = await _find(tx, store.PAR_DOSSIER, {"dossier": dossier}, avant)
            elif len(colle) == SIREN_CHIFFRES and colle.isascii() and colle.isdigit():
                numeros = await _find(tx, store.PAR_SIREN, {"siren": colle}, avant)
            if not numeros and propre:
                numeros = await _find(tx, store.PAR_NUMERO, {"numero": propre}, avant)
            return await _page(tx, numeros)

    async def find_next(self, apres: int) -> int | None:
        """The next invoice to decide on."""
        async with self._database.connection() as tx:
            return await store.find_next(tx, apres)

    def days_left(self, ligne: store.LigneFile) -> int | None:
        """Days before the limit, negative past it; None when nothing of the invoice waits for staff."""
        return (limit_of(ligne.depose_le) - day_of(self._clock.now())).days if ligne.a_decider else None


async def _find(tx: store.Tx, requete: str, valeurs: dict[str, object], avant: int | None) -> list[int]:
    return await store.find_by(tx, requete, valeurs, avant=avant, limite=TAILLE_PAGE + 1)


async def _page(tx: store.Tx, numeros: Sequence[int]) -> PageFactures:
    montres = numeros[:TAILLE_PAGE]
    lignes = tuple(await store.list_lignes_file(tx, montres))
    return PageFactures(lignes=lignes, suite=montres[-1] if len(numeros) > TAILLE_PAGE else None)
