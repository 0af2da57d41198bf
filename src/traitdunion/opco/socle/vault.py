"""Encryption at rest: AES-256-GCM with keys kept outside the database, and keyed hashes for look-up.

A ciphertext is `key id length (1 byte) ‖ key id ‖ nonce (12) ‖ AES-GCM output`: old bodies stay readable after the
current key changes.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_OCTETS = 12
CLE_OCTETS = 32


class VaultError(Exception):
    """A ciphertext that no key of this vault opens, or that is not bound to what it is said to belong to."""


class Vault:
    """Encrypts with the current key, decrypts with any key it holds, hashes with a key of its own per usage.

    `keys` maps a key id (ASCII, 1-32 characters) to 32 bytes; `hash_key` is another 32 bytes that never changes, since
    look-ups compare its hashes.
    """

    def __init__(self, keys: Mapping[str, bytes], *, current: str, hash_key: bytes) -> None:
        if any(len(key) != CLE_OCTETS for key in (*keys.values(), hash_key)):
            raise ValueError("a vault key is 32 bytes long")
        self._ciphers = {key_id.encode("ascii"): AESGCM(key) for key_id, key in keys.items()}
        self._current = current.encode("ascii")
        self._header = bytes([len(self._current)]) + self._current
        self._cipher = self._ciphers[self._current]
        self._hash_key = hash_key
        self._usage_keys: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"Vault(current={self._current.decode()!r})"

    def encrypt(self, clear: bytes, *, aad: bytes) -> bytes:
        """Encrypt and bind to `aad`, without which (or with another) it does not open."""
        nonce = os.urandom(NONCE_OCTETS)
        return self._header + nonce + self._cipher.encrypt(nonce, clear, aad)

    def decrypt(self, sealed: bytes, *, aad: bytes) -> bytes:
        """Open a ciphertext. Raises VaultError when the key is not held, or the bytes or their binding were altered."""
        fin_id = 1 + sealed[0] if sealed else 0
        cipher = self._ciphers.get(bytes(sealed[1:fin_id]))
        if cipher is None:
            raise VaultError("unknown key id")
        nonce = sealed[fin_id : fin_id + NONCE_OCTETS]
        try:
            return cipher.decrypt(nonce, sealed[fin_id + NONCE_OCTETS :], aad)
        except Exception as erreur:
            raise VaultError("altered, truncated, or bound to something else") from erreur

    def digest(self, value: bytes, *, usage: str) -> bytes:
        """Keyed hash (HMAC-SHA-256, 32 bytes); the same value under two usages gives unrelated hashes."""
        key = self._usage_keys.get(usage)
        if key is None:
            derivation = HKDF(algorithm=hashes.SHA256(), length=CLE_OCTETS, salt=None, info=usage.encode())
            key = self._usage_keys[usage] = derivation.derive(self._hash_key)
        return hmac.digest(key, value, hashlib.sha256)
