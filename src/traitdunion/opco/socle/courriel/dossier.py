"""Mails as .eml files in a folder, which any mail program opens: development, demonstration, sandbox."""

import asyncio
import os
import secrets
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.courriel.port import EnvoiImpossible


class DossierPostier:
    """One file per mail, readable by its owner only: one-time links stand in it.

    The name is the time in UTC, to the microsecond, and chance: names sort as the mails left, and say nothing of them.
    A file appears whole and for good (temporary name, sync, rename, sync of the folder).
    """

    def __init__(self, dossier: Path, *, clock: Clock) -> None:
        self._dossier = dossier
        self._clock = clock

    async def send(self, message: EmailMessage) -> None:
        """See the port."""
        nom = f"{self._clock.now():%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
        try:
            await asyncio.to_thread(self._write, nom, message.as_bytes(policy=SMTP))
        except OSError as erreur:
            raise EnvoiImpossible(f"cannot write the mail ({erreur.strerror})") from None  # no path of the machine

    def _write(self, nom: str, octets: bytes) -> None:
        self._dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
        provisoire = self._dossier / f".{nom}"
        try:
            descripteur = os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descripteur, "wb") as fichier:
                fichier.write(octets)
                fichier.flush()
                os.fsync(fichier.fileno())
            provisoire.rename(self._dossier / nom)
            self._sync_dossier()
        finally:
            with suppress(OSError):
                provisoire.unlink(missing_ok=True)

    def _sync_dossier(self) -> None:
        descripteur = os.open(self._dossier, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descripteur)
        finally:
            os.close(descripteur)
