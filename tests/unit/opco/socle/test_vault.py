"""Encryption at rest and keyed hashes."""

import pytest

from traitdunion.opco.socle.vault import NONCE_OCTETS, Vault, VaultError

K1, K2, HASH = b"1" * 32, b"2" * 32, b"h" * 32
CLAIR = "CERFA fictif, à taire".encode()


def a_vault(current: str = "k1", keys: dict[str, bytes] | None = None, hash_key: bytes = HASH) -> Vault:
    return Vault(keys if keys is not None else {"k1": K1}, current=current, hash_key=hash_key)


def test_what_was_encrypted_opens_with_the_same_binding() -> None:
    vault = a_vault()
    assert vault.decrypt(vault.encrypt(CLAIR, aad=b"depot:1"), aad=b"depot:1") == CLAIR


def test_an_empty_text_is_encrypted_too() -> None:
    vault = a_vault()
    assert vault.decrypt(vault.encrypt(b"", aad=b""), aad=b"") == b""


def test_the_same_text_twice_gives_unrelated_ciphertexts() -> None:
    vault = a_vault()
    premier, second = (vault.encrypt(CLAIR, aad=b"a") for _ in range(2))
    assert premier != second
    assert CLAIR not in premier


def test_a_body_moved_to_another_dossier_does_not_open() -> None:
    vault = a_vault()
    with pytest.raises(VaultError):
        vault.decrypt(vault.encrypt(CLAIR, aad=b"depot:1"), aad=b"depot:2")


def test_any_altered_byte_is_noticed() -> None:
    vault = a_vault()
    scelle = vault.encrypt(CLAIR, aad=b"a")
    for rang in range(len(scelle)):
        altere = bytearray(scelle)
        altere[rang] ^= 1
        with pytest.raises(VaultError):
            vault.decrypt(bytes(altere), aad=b"a")


def test_any_truncation_is_noticed() -> None:
    vault = a_vault()
    scelle = vault.encrypt(CLAIR, aad=b"a")
    for longueur in range(len(scelle)):
        with pytest.raises(VaultError):
            vault.decrypt(scelle[:longueur], aad=b"a")


def test_old_bodies_stay_readable_after_the_key_changes() -> None:
    ancien = a_vault().encrypt(CLAIR, aad=b"a")
    apres = a_vault(current="k2", keys={"k1": K1, "k2": K2})

    assert apres.decrypt(ancien, aad=b"a") == CLAIR
    nouveau = apres.encrypt(CLAIR, aad=b"a")
    with pytest.raises(VaultError, match="unknown key"):
        a_vault().decrypt(nouveau, aad=b"a")


def test_a_key_of_the_wrong_size_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        a_vault(keys={"k1": b"1" * 31})
    with pytest.raises(ValueError, match="32 bytes"):
        a_vault(hash_key=b"h" * 33)


def test_a_current_key_that_is_not_held_is_refused_at_once() -> None:
    with pytest.raises(KeyError):
        a_vault(current="k9")


def test_a_hash_depends_on_value_usage_and_key_alone() -> None:
    vault = a_vault()
    empreinte = vault.digest(b"valeur", usage="cle_api")

    assert len(empreinte) == 32
    assert vault.digest(b"valeur", usage="cle_api") == empreinte
    assert a_vault(current="k2", keys={"k2": K2}).digest(b"valeur", usage="cle_api") == empreinte
    assert vault.digest(b"valeuR", usage="cle_api") != empreinte
    assert vault.digest(b"valeur", usage="nir") != empreinte
    assert a_vault(hash_key=b"H" * 32).digest(b"valeur", usage="cle_api") != empreinte


def test_its_repr_shows_no_key() -> None:
    assert repr(a_vault()) == "Vault(current='k1')"
    assert NONCE_OCTETS == 12  # what NIST SP 800-38D asks of AES-GCM
