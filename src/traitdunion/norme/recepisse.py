"""The signed receipt of a deposit: its format, its signature, its verification offline (norme.md §1).

A receipt is a JSON document `{"recepisse": {…}, "signature": "…", "clePublique": "…"}`. The signature is Ed25519
(RFC 8032) over the canonical JSON of `recepisse` (members sorted, no space, UTF-8); signature and key in base64url.
`cryptography` is imported by what signs and verifies: a client that only names receipts does not pay for it.
"""

import base64
from datetime import datetime
from hashlib import sha256

import msgspec

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.lecture.decoding import decode
from traitdunion.norme.messages.base import Message

CONTEXTE = b"traitdunion-recepisse-v1\n"  # what is signed is a receipt, and cannot pass for anything else


class Recepisse(Message, frozen=True, kw_only=True):
    """What the OPCO says it received; hashes are hexadecimal SHA-256 of the bytes as received, time in UTC."""

    identifiant: str
    genre: str
    emetteur: str
    siren: str
    numero_interne: str
    numero_externe: str
    sha256_json: str
    recu_le: datetime
    numero_interne_document: str | None = None
    sha256_fichier: str | None = None


class RecepisseSigne(Message, frozen=True, kw_only=True):
    """The document handed out: the receipt, the signature over it, the public half of the key that signed."""

    recepisse: msgspec.Raw
    signature: str
    cle_publique: str


_canonique = msgspec.json.Encoder(order="sorted")


def public_key(cle_privee: bytes) -> bytes:
    """The public half (32 bytes) of an Ed25519 private key (32 bytes)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(cle_privee).public_key().public_bytes_raw()


def sign(recepisse: Recepisse, cle_privee: bytes) -> bytes:
    """The signed document, as bytes to be kept unchanged."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    cle = Ed25519PrivateKey.from_private_bytes(cle_privee)
    corps = _canonique.encode(recepisse)
    return msgspec.json.encode(
        RecepisseSigne(
            recepisse=msgspec.Raw(corps),
            signature=_texte(cle.sign(CONTEXTE + corps)),
            cle_publique=_texte(cle.public_key().public_bytes_raw()),
        )
    )


def verify(
    document: bytes, cle_publique: bytes, *, corps: bytes | None = None, fichier: bytes | None = None
) -> list[str]:
    """Why a receipt does not hold, in French sentences; empty when it does.

    `cle_publique` is the OPCO's, had from the OPCO itself: the one written in the receipt proves nothing.
    `corps` and `fichier`, when given, are the JSON and the file whose deposit the receipt is said to prove.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        decode(document)  # refuses a member said twice: of two numbers, a reader could see the one that is not signed
        signe = msgspec.json.decode(document, type=RecepisseSigne)
        recepisse = msgspec.json.decode(signe.recepisse, type=Recepisse)
        canonique = _canonique.encode(msgspec.json.decode(signe.recepisse))
        cle = Ed25519PublicKey.from_public_bytes(cle_publique)
        signature = _octets(signe.signature)
    except (Refus, msgspec.MsgspecError, ValueError):
        return ["Ce fichier n'est pas un récépissé lisible, ou la clé publique n'a pas 32 octets."]
    try:
        cle.verify(signature, CONTEXTE + canonique)
    except InvalidSignature:
        return ["La signature ne correspond pas : le récépissé a été modifié, ou il vient d'un autre émetteur."]
    raisons = []
    if corps is not None and sha256(corps).hexdigest() != recepisse.sha256_json:
        raisons.append("Les données JSON présentées ne sont pas celles qui ont été déposées.")
    if fichier is not None and recepisse.sha256_fichier is None:
        raisons.append("Ce récépissé ne porte sur aucun fichier.")
    elif fichier is not None and sha256(fichier).hexdigest() != recepisse.sha256_fichier:
        raisons.append("Le fichier présenté n'est pas celui qui a été déposé.")
    return raisons


def _texte(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(texte: str) -> bytes:
    return base64.urlsafe_b64decode(texte + "=" * (-len(texte) % 4))
