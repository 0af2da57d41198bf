"""The second factor: time-based codes (TOTP, RFC 6238) and recovery codes. A code works once."""

import secrets
from datetime import datetime

import msgspec
import pyotp

from traitdunion.opco.comptes import store
from traitdunion.opco.comptes.actes import ActeRefuse
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.vault import Vault

PAS_SECONDES = 30
PAS_DE_TOLERANCE = 1  # before and after: a telephone's clock is never quite right
CODES_SECOURS = 10
USAGE_CODE = "code_secours"
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read two ways
CODE_INCONNU = "Ce code n'est pas le bon. Attendez le suivant dans votre application, ou vérifiez l'heure du téléphone."


class Inscription(msgspec.Struct, frozen=True):
    """A second factor to set up: the secret to type, and the address that a QR code carries."""

    secret: str
    adresse: str

    def __repr__(self) -> str:
        return "Inscription(…)"


class SecondsFacteurs:
    """The use cases of the second factor of one account."""

    def __init__(self, *, database: Database, vault: Vault, clock: Clock, emetteur: str) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._emetteur = emetteur

    async def prepare(self, compte: int, *, utilisateur: str) -> Inscription:
        """A secret for an account that has no second factor yet; the same until its first code is shown.

        Raises ActeRefuse when one is in force: it is first taken away, with a code.
        """
        async with self._database.transaction() as tx:
            gardes = await store.read_secrets(tx, compte)
            if gardes.totp_confirme_le is not None:
                raise ActeRefuse("Votre second facteur est déjà en place.")
            if gardes.totp_chiffre is not None:
                secret = self._open(compte, gardes.totp_chiffre)
            else:
                secret = pyotp.random_base32()
                await store.set_totp(tx, compte, self._vault.encrypt(secret.encode(), aad=_aad(compte)))
        return Inscription(secret, pyotp.TOTP(secret).provisioning_uri(name=utilisateur, issuer_name=self._emetteur))

    async def confirm(self, compte: int, code: str) -> list[str]:
        """Put the second factor in force with its first code; the recovery codes, shown once. Raises ActeRefuse."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            gardes = await store.read_secrets(tx, compte)
            if gardes.totp_chiffre is None or gardes.totp_confirme_le is not None:
                raise ActeRefuse("Il n'y a pas de second facteur à confirmer.")
            if not await self._spend_totp(tx, compte, gardes.totp_chiffre, code, at=at):
                raise ActeRefuse(CODE_INCONNU)
            await store.confirm_totp(tx, compte, at=at)
            return await self.renew_codes(tx, compte)

    async def renew_codes(self, tx: store.Tx, compte: int) -> list[str]:
        """New recovery codes in place of the former ones; shown once."""
        codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(CODES_SECOURS)]
        await store.replace_codes(tx, compte, [self._digest(compte, code) for code in codes])
        return codes

    async def count_codes(self, compte: int) -> int:
        """How many recovery codes are left."""
        async with self._database.connection() as conn:
            return await store.count_codes(conn, compte)

    async def check(self, tx: store.Tx, compte: int, code: str) -> bool:
        """Whether it is the code of now, or a recovery code; either is then used up."""
        gardes = await store.read_secrets(tx, compte)
        if gardes.totp_chiffre is None or gardes.totp_confirme_le is None:
            return False
        nu = "".join(lettre for lettre in code.upper() if lettre.isalnum())
        if nu.isdigit():
            return await self._spend_totp(tx, compte, gardes.totp_chiffre, nu, at=self._clock.now())
        return await store.spend_code(tx, compte, self._digest(compte, nu))

    async def _spend_totp(self, tx: store.Tx, compte: int, chiffre: bytes, code: str, *, at: datetime) -> bool:
        totp = pyotp.TOTP(self._open(compte, chiffre), interval=PAS_SECONDES)
        pas = int(at.timestamp()) // PAS_SECONDES
        nu = "".join(code.split())
        for candidat in range(pas - PAS_DE_TOLERANCE, pas + PAS_DE_TOLERANCE + 1):
            if secrets.compare_digest(totp.generate_otp(candidat).encode(), nu.encode()):
                return await store.spend_pas(tx, compte, candidat)
        return False

    def _open(self, compte: int, chiffre: bytes) -> str:
        return self._vault.decrypt(chiffre, aad=_aad(compte)).decode()

    def _digest(self, compte: int, code: str) -> bytes:
        return self._vault.digest(f"{compte}\n{code}".encode(), usage=USAGE_CODE)


def _aad(compte: int) -> bytes:
    return b"totp:%d" % compte
