"""Issuing a signed receipt from the facts of a deposit."""

from datetime import datetime

import msgspec

from traitdunion.norme import recepisse
from traitdunion.norme.identifiants import numero_externe


class FaitsRecepisse(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt states; hashes are SHA-256 of the bytes as received. Numbers as stored, time in UTC."""

    genre: str
    numero_interne: int
    siren: str
    sha256_json: bytes
    recu_le: datetime
    numero_interne_document: int | None = None
    sha256_fichier: bytes | None = None


def identifiant_dossier(numero_interne: int) -> str:
    """Receipt id of a dossier's deposit: d-123."""
    return f"d-{numero_interne}"


def identifiant_piece(numero_interne_document: int) -> str:
    """Receipt id of a document's deposit: p-123."""
    return f"p-{numero_interne_document}"


class Recepisses:
    """Signs with the OPCO's Ed25519 key, whose public half anyone may have."""

    def __init__(self, *, cle_privee: bytes, emetteur: str) -> None:
        self._cle_privee = cle_privee
        self._emetteur = emetteur

    @property
    def cle_publique(self) -> bytes:
        """The 32 bytes that verify this OPCO's receipts."""
        return recepisse.public_key(self._cle_privee)

    def issue(self, faits: FaitsRecepisse) -> bytes:
        """The signed receipt, a JSON document; the same facts give the same bytes."""
        piece = faits.numero_interne_document
        return recepisse.sign(
            recepisse.Recepisse(
                identifiant=identifiant_dossier(faits.numero_interne) if piece is None else identifiant_piece(piece),
                genre=faits.genre,
                emetteur=self._emetteur,
                siren=faits.siren,
                numero_interne=str(faits.numero_interne),
                numero_externe=numero_externe(faits.numero_interne),
                numero_interne_document=None if piece is None else str(piece),
                sha256_json=faits.sha256_json.hex(),
                sha256_fichier=None if faits.sha256_fichier is None else faits.sha256_fichier.hex(),
                recu_le=faits.recu_le,
            ),
            self._cle_privee,
        )
