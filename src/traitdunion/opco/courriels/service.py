"""Queueing a mail with the act that causes it, and sending what waits.

A mail is a row written in the caller's transaction: it leaves if and only if the act is committed. A sweep sends the
rows one by one; the row stays locked meanwhile, and its date is committed after the server took the mail. A crash in
between sends it twice, with the same Message-ID: once too often rather than never.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import structlog

from traitdunion.opco.courriels import store
from traitdunion.opco.courriels.message import build_expediteur, build_message, check_adresse
from traitdunion.opco.courriels.modeles import MODELES, check_valeurs, render
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.courriel import EnvoiImpossible, MessageRefuse, Postier
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.logs import where
from traitdunion.opco.socle.vault import Vault

log = structlog.get_logger("courriels")

REPORT_MIN = timedelta(minutes=1)
REPORT_MAX = timedelta(hours=6)
# After a failure of the server: so that a mail on which the server breaks each time does not stand before the others.
REPORT_PANNE = timedelta(seconds=30)
# An address is personal data: it is forgotten once nobody needs to know whether the mail left. A mail that could not
# leave for so long would tell old news, and its one-time link is dead.
GARDE_ENVOYES = timedelta(days=30)
GARDE_EN_ATTENTE = timedelta(days=7)
_VALEURS = msgspec.json.Decoder(dict[str, str])


class _Report(NamedTuple):
    """A mail that this process leaves alone until `pas_avant`, after so many failures of its own."""

    essais: int
    pas_avant: datetime


class Courriels:
    """The mails of this OPCO; `nom_opco` signs them, `expediteur` is the address they come from.

    Raises ValueError when one of these two cannot stand in a header.
    """

    def __init__(
        self, *, vault: Vault, nom_opco: str, expediteur: str, postier: Postier, clock: Clock, database: Database
    ) -> None:
        self._vault = vault
        self._nom_opco = nom_opco
        self._expediteur = build_expediteur(nom=nom_opco, adresse=expediteur)
        self._postier = postier
        self._clock = clock
        self._database = database
        # Mails that failed on their own account, in this process only: forgotten at a restart, then tried at once.
        self._reports: dict[int, _Report] = {}

    async def queue(self, tx: Tx, *, destinataire: str, modele: str, valeurs: Mapping[str, str]) -> None:
        """Write the mail down in the caller's transaction.

        Raises KeyError for an unknown model; ValueError for values that are not those it needs, or an address that is
        not exactly one. Neither quotes a value.
        """
        check_valeurs(MODELES[modele], valeurs)
        check_adresse(destinataire)
        clair = msgspec.json.encode(dict(valeurs))
        chiffre = self._vault.encrypt(clair, aad=_aad(destinataire, modele))
        await store.insert(tx, destinataire=destinataire, modele=modele, chiffre=chiffre, at=self._clock.now())

    async def send_waiting(self, limite: int = 50) -> int:
        """Send what waits, oldest first, `limite` tries at most; how many left.

        Ends at the first failure of the mail server; the next call begins with another mail. A mail that fails on its
        own account (refused address, values that do not open, whatever else) lets the others pass and is tried again
        later, from 1 minute to 6 hours. Raises psycopg.Error when the database fails; what was not committed is sent
        again.
        """
        envoyes = echecs = 0
        for _ in range(limite):
            async with self._database.transaction() as tx:
                courriel = await store.take(tx, sauf=self._reported())
                if courriel is None:
                    break
                try:
                    await self._send(courriel)
                except Exception as erreur:  # any at all: one faulty mail must not stand before the others for ever
                    echecs += 1
                    if self._put_off(courriel, erreur):
                        continue
                    break
                await store.record_envoi(tx, courriel.id, at=self._clock.now())
            self._reports.pop(courriel.id, None)
            envoyes += 1
        if envoyes or echecs:
            log.info("courriels", envoyes=envoyes, echecs=echecs)
        return envoyes

    async def purge(self) -> int:
        """Forget what was sent 30 days ago, and what has waited in vain for 7 days; how many."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            return await store.purge(tx, envoyes=now - GARDE_ENVOYES, en_attente=now - GARDE_EN_ATTENTE)

    async def _send(self, courriel: store.EnAttente) -> None:
        modele = MODELES[courriel.modele]  # a row of a later release is kept for it
        clair = self._vault.decrypt(courriel.chiffre, aad=_aad(courriel.destinataire, courriel.modele))
        message = build_message(
            render(modele, _VALEURS.decode(clair), nom_opco=self._nom_opco),
            expediteur=self._expediteur,
            destinataire=courriel.destinataire,
            identifiant=self._identify(courriel),
            at=self._clock.now(),
        )
        await self._postier.send(message)

    def _identify(self, courriel: store.EnAttente) -> str:
        """The same for the same row, and for no other: neither of another environment, whose hash key differs, nor of
        this one restored from a backup, where ids are given again."""
        marque = f"{courriel.id} {courriel.cree_le.timestamp()}".encode()
        return self._vault.digest(marque, usage="courriel_message_id")[:16].hex()

    def _reported(self) -> list[int]:
        now = self._clock.now()
        return [id_ for id_, report in self._reports.items() if report.pas_avant > now]

    def _put_off(self, courriel: store.EnAttente, erreur: Exception) -> bool:
        """Try this mail later; whether it alone failed, so that others may pass."""
        panne = isinstance(erreur, EnvoiImpossible) and not isinstance(erreur, MessageRefuse)
        now = self._clock.now()
        essais = self._reports.get(courriel.id, _Report(0, now)).essais
        if not panne:
            essais += 1
        report = REPORT_PANNE if panne else min(REPORT_MIN * 2 ** min(essais - 1, 16), REPORT_MAX)
        self._reports[courriel.id] = _Report(essais, now + report)
        # Those that another process has sent since, or that were purged, are not kept for ever.
        self._reports = {id_: r for id_, r in self._reports.items() if r.pas_avant > now - GARDE_EN_ATTENTE}
        # The postier's own errors are safe to quote; any other is told without its text, which may hold a value.
        raison = {"raison": str(erreur)} if isinstance(erreur, EnvoiImpossible) else where(erreur)
        evenement = "serveur de courriel en panne" if panne else "courriel remis à plus tard"
        log.warning(evenement, courriel=courriel.id, modele=courriel.modele, essais=essais, **raison)
        return not panne


def _aad(destinataire: str, modele: str) -> bytes:
    """What binds the values to their row. An address holds no colon."""
    return f"courriel:{destinataire}:{modele}".encode()
