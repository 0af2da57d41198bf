"""The server's own keys, in one file outside the database: written once by `initialiser`, read by the roots.

Without this file the database's bodies and API keys cannot be read: it is saved apart from the database, and only its
owner may read it (fiabilite.md §5).
"""

import os
import secrets
from pathlib import Path

import msgspec

from traitdunion.norme import recepisse
from traitdunion.opco.socle.vault import CLE_OCTETS, Vault

DROITS = 0o600


class CoffreIllisible(Exception):
    """The keys file is missing, open to others, or not what it should be; the text is French and quotes no key."""


class Coffre(msgspec.Struct, frozen=True, kw_only=True):
    """The keys: those of the vault by id and which one encrypts now, the one of keyed hashes, the one of receipts."""

    coffre: dict[str, bytes]
    coffre_courante: str
    empreintes: bytes
    signature: bytes

    def __repr__(self) -> str:
        return f"Coffre(coffre_courante={self.coffre_courante!r})"

    def vault(self) -> Vault:
        """The vault that encrypts and hashes with these keys."""
        return Vault(self.coffre, current=self.coffre_courante, hash_key=self.empreintes)

    @property
    def cle_publique(self) -> bytes:
        """The public half (32 bytes, Ed25519) of the key that signs receipts."""
        return recepisse.public_key(self.signature)


def create(fichier: Path) -> Coffre:
    """Draw new keys and write them, never over an existing file. Raises FileExistsError."""
    coffre = Coffre(
        coffre={"k1": secrets.token_bytes(CLE_OCTETS)},
        coffre_courante="k1",
        empreintes=secrets.token_bytes(CLE_OCTETS),
        signature=secrets.token_bytes(32),
    )
    # The folder keeps its ordinary rights: the embedded database's account walks through it; the file's own suffice.
    fichier.parent.mkdir(parents=True, exist_ok=True)
    descripteur = os.open(fichier, os.O_WRONLY | os.O_CREAT | os.O_EXCL, DROITS)
    with os.fdopen(descripteur, "wb") as sortie:
        sortie.write(msgspec.json.format(msgspec.json.encode(coffre), indent=2) + b"\n")
        sortie.flush()
        os.fsync(sortie.fileno())
    # The name of the file must survive a power cut as its bytes do: keys that encrypted something are irreplaceable.
    dossier = os.open(fichier.parent, os.O_RDONLY)
    try:
        os.fsync(dossier)
    finally:
        os.close(dossier)
    return coffre


def read(fichier: Path) -> Coffre:
    """Read the keys file. Raises CoffreIllisible: missing, readable by others than its owner, or not well formed."""
    try:
        with fichier.open("rb") as entree:
            if os.fstat(entree.fileno()).st_mode & 0o077:
                raise CoffreIllisible(f"{fichier} est lisible par d'autres que son propriétaire : chmod 600.")
            coffre = msgspec.json.decode(entree.read(), type=Coffre)
    except FileNotFoundError:
        raise CoffreIllisible(
            f"Le fichier de clés {fichier} n'existe pas. « traitdunion opco initialiser » en crée un."
        ) from None
    except OSError:
        raise CoffreIllisible(f"Le fichier de clés {fichier} ne peut pas être lu : vérifiez ses droits.") from None
    except msgspec.DecodeError:
        raise CoffreIllisible(f"{fichier} n'est pas un fichier de clés lisible.") from None
    tailles = {len(cle) for cle in (*coffre.coffre.values(), coffre.empreintes, coffre.signature)}
    if tailles != {CLE_OCTETS} or coffre.coffre_courante not in coffre.coffre:
        raise CoffreIllisible(f"{fichier} : une clé manque ou n'a pas la bonne taille.")
    return coffre
