"""The use cases of a CFA on its invoices in MyA: lists, totals, exports, one invoice, one dossier."""

from collections.abc import AsyncIterator
from datetime import timedelta

from traitdunion.norme.identifiants import read_numero_externe
from traitdunion.opco.evenements import journal
from traitdunion.opco.factures import store as factures
from traitdunion.opco.factures.suivi import listes, store, vues
from traitdunion.opco.factures.suivi.modele import (
    REJET_RECENT_JOURS,
    RETARD_JOURS,
    Cible,
    DossierSuivi,
    Element,
    FactureVue,
    Onglet,
    PageSuivi,
    Reperes,
    Total,
    Totaux,
    read_place,
)
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database

TAILLE_PAGE = 50
EXPORT_LOT = 500  # read at a time: a slow reader holds no connection
EXPORT_MAX = 100_000  # lines of one export, as many as a workbook holds


class SuiviFactures:
    """Reads, for the SIREN of a CFA; nothing of another's is ever there."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list_page(
        self, onglet: Onglet, *, siren: str, texte: str = "", apres: str = ""
    ) -> tuple[PageSuivi, Totaux]:
        """One page of a list, and the total of each; `texte`: a number of dossier, or the beginning of an invoice's.

        `apres`: the place that the page before gave; the first page when it cannot be read.
        """
        jour = day_of(self._clock.now())
        async with self._database.connection() as tx:
            cible = await self._find_cible(tx, texte, siren=siren)
            totaux = {un: await store.count_total(tx, un, siren=siren, jour=jour, cible=cible) for un in Onglet}
            page = await listes.read_page(
                tx,
                onglet,
                siren=siren,
                jour=jour,
                apres=read_place(apres, onglet),
                cible=cible,
                taille=TAILLE_PAGE,
            )
        return page, totaux

    async def count_reperes(self, *, siren: str) -> Reperes:
        """What the first page of MyA says."""
        at = self._clock.now()
        jour = day_of(at)
        async with self._database.connection() as tx:

            async def count(onglet: Onglet, **bornes: object) -> Total:
                return await store.count_total(tx, onglet, siren=siren, jour=jour, **bornes)  # type: ignore[arg-type]

            return Reperes(
                a_facturer=await count(Onglet.A_FACTURER),
                en_retard=await count(Onglet.A_FACTURER, avant=jour - timedelta(days=RETARD_JOURS)),
                a_completer=await count(Onglet.A_COMPLETER),
                factures_rejetees=await store.count_rejetees(
                    tx, siren=siren, depuis=at - timedelta(days=REJET_RECENT_JOURS)
                ),
                trop_percu=await count(Onglet.TROP_PERCU),
            )

    async def export(self, onglet: Onglet, *, siren: str, texte: str, par: str) -> AsyncIterator[Element]:
        """Every line of a list, EXPORT_MAX at most, in its order; the log keeps that it was asked."""
        async with self._database.transaction() as tx:
            cible = await self._find_cible(tx, texte, siren=siren)
            await journal.append(
                tx,
                acteur=par,
                acte="FACTURES_EXPORTEES",
                at=self._clock.now(),
                siren=siren,
                donnees={"liste": onglet.value},
            )
        return self._read(onglet, siren=siren, cible=cible)

    async def find_facture(self, numero_interne: int, *, siren: str, par: str) -> FactureVue | None:
        """An invoice or a credit note, whole; None for another SIREN's as for none; the log keeps it."""
        async with self._database.transaction() as tx:
            vue = await vues.find_facture(tx, numero_interne, siren=siren)
            if vue is not None:
                await self._log(tx, "FACTURE_LUE", numero_interne, siren=siren, par=par)
            return vue

    async def find_piece(self, numero_interne: int, document: int, *, siren: str, par: str) -> bool:
        """Whether a document is attached to an invoice of this SIREN, and may be opened; the log keeps it."""
        async with self._database.transaction() as tx:
            if await factures.find(tx, numero_interne, siren=siren) is None:
                return False
            if document not in {une.numero_interne for une in await store.list_pieces(tx, numero_interne, siren=siren)}:
                return False
            await self._log(tx, "DOCUMENT_LU", numero_interne, siren=siren, par=par, document=document)
            return True

    async def read_dossier(self, numero_interne: int) -> DossierSuivi:
        """What was invoiced of a dossier already found to be of the reader's SIREN."""
        async with self._database.connection() as tx:
            return await vues.read_dossier(tx, numero_interne)

    async def _find_cible(self, tx: store.Tx, texte: str, *, siren: str) -> Cible | None:
        """What a search means; None for none, an empty one when nothing answers to it."""
        if not texte:
            return None
        dossier = read_numero_externe(texte.upper())
        if dossier is not None:
            return Cible(dossiers=(dossier,))
        trouvees = await store.find_factures(tx, siren=siren, numero=texte)
        dossiers = {ligne.numero_interne for ligne in await factures.list_lignes(tx, trouvees)}
        return Cible(dossiers=tuple(sorted(dossiers)), factures=tuple(trouvees))

    async def _read(self, onglet: Onglet, *, siren: str, cible: Cible | None) -> AsyncIterator[Element]:
        jour, apres, lus = day_of(self._clock.now()), "", 0
        while lus < EXPORT_MAX:
            async with self._database.connection() as tx:
                page = await listes.read_page(
                    tx,
                    onglet,
                    siren=siren,
                    jour=jour,
                    apres=read_place(apres, onglet),
                    cible=cible,
                    taille=EXPORT_LOT,
                )
            for element in page.elements:
                yield element
            lus += len(page.elements)
            if page.suite is None:
                return
            apres = page.suite

    async def _log(self, tx: store.Tx, acte: str, numero_interne: int, *, siren: str, par: str, **donnees: int) -> None:
        await journal.append(
            tx,
            acteur=par,
            acte=acte,
            at=self._clock.now(),
            siren=siren,
            objet=f"facture {numero_interne}",
            donnees=donnees or None,
        )
