"""The account that the OPCO has validated for a CFA, in clear: to compare an invoice with, to pay (fiabilite.md §5)."""

from typing import Any

import msgspec
from psycopg import AsyncConnection

from traitdunion.opco.socle.vault import Vault

Tx = AsyncConnection[Any]


class CompteBancaire(msgspec.Struct, frozen=True, kw_only=True):
    """Where a CFA is paid; never logged nor shown whole."""

    titulaire: str
    iban: str

    def __repr__(self) -> str:
        """The IBAN stays out of every trace."""
        return f"CompteBancaire(titulaire={self.titulaire!r}, iban='…')"


def iban_aad(siren: str) -> bytes:
    """What binds an encrypted IBAN to its CFA."""
    return b"iban:" + siren.encode()


async def find_compte(tx: Tx, vault: Vault, *, siren: str) -> CompteBancaire | None:
    """The validated account of a SIREN, or None when none has been."""
    cursor = await tx.execute("SELECT titulaire, chiffre FROM coordonnees_bancaires WHERE siren = %s", (siren,))
    row = await cursor.fetchone()
    if row is None:
        return None
    return CompteBancaire(titulaire=row[0], iban=vault.decrypt(row[1], aad=iban_aad(siren)).decode())
