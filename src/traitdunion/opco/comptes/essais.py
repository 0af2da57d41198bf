"""Slowing down whoever guesses passwords, without ever locking a person out (OWASP ASVS 5.0, 6.1.1).

Three counters: a name from one place, a place, a name from anywhere. Each grants some failures, then waits that double.
The third never waits more than a minute: someone who fails on purpose under another's name delays them, no more.
"""

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from traitdunion.opco.comptes import store
from traitdunion.opco.socle.vault import Vault

OUBLI = timedelta(hours=24)
PREMIERE_ATTENTE = timedelta(seconds=5)
USAGE = "essai_connexion"
PREFIXE_IPV4, PREFIXE_IPV6 = 32, 64  # who holds one IPv6 address holds its whole /64


class Compteur(msgspec.Struct, frozen=True):
    """One counter: failures granted, longest wait."""

    cle: bytes
    libres: int
    attente_max: timedelta


class TropDEssais(Exception):
    """Not now; `attente_secondes` until the next try is looked at."""

    def __init__(self, attente_secondes: int) -> None:
        self.attente_secondes = attente_secondes
        super().__init__(f"{attente_secondes} s")


def place_of(adresse: str) -> str:
    """The place that an address belongs to; the address itself when it is none."""
    try:
        ip = ipaddress.ip_address(adresse)
    except ValueError:
        return adresse
    prefixe = PREFIXE_IPV4 if ip.version == 4 else PREFIXE_IPV6
    return str(ipaddress.ip_network((ip, prefixe), strict=False))


def wait_of(compteur: Compteur, connus: Mapping[bytes, tuple[int, datetime]], *, at: datetime) -> timedelta:
    """How long this counter still asks to wait."""
    echecs, dernier_le = connus.get(compteur.cle, (0, at))
    if echecs < compteur.libres or at - dernier_le >= OUBLI:
        return timedelta(0)
    attente = min(PREMIERE_ATTENTE * 2 ** min(echecs - compteur.libres, 20), compteur.attente_max)
    return max(dernier_le + attente - at, timedelta(0))


class Essais:
    """The counters of tries, kept as keyed hashes: neither names nor addresses stand in the table."""

    def __init__(self, *, vault: Vault) -> None:
        self._vault = vault

    async def take(self, tx: store.Tx, utilisateur: str, *, adresse: str, at: datetime) -> None:
        """Count a try as a failure beforehand, so that a thousand at once are a thousand. Raises TropDEssais."""
        compteurs = self._compteurs(utilisateur, adresse)
        connus = await store.lock_essais(tx, [compteur.cle for compteur in compteurs])
        attente = max(wait_of(compteur, connus, at=at) for compteur in compteurs)
        if attente > timedelta(0):
            raise TropDEssais(max(1, -(-attente // timedelta(seconds=1))))
        await store.count_essais(tx, [compteur.cle for compteur in compteurs], at=at, oubli=at - OUBLI)

    async def forgive(self, tx: store.Tx, utilisateur: str, *, adresse: str) -> None:
        """It was the right password: what was counted for this person is forgotten."""
        nom_et_lieu, lieu, nom = self._compteurs(utilisateur, adresse)
        await store.forgive_essais(tx, oublies=[nom_et_lieu.cle, nom.cle], rendu=lieu.cle)

    def _compteurs(self, utilisateur: str, adresse: str) -> tuple[Compteur, Compteur, Compteur]:
        nom, lieu = utilisateur.lower(), place_of(adresse)
        return (
            Compteur(self._key("nom_et_lieu", nom, lieu), 5, timedelta(minutes=15)),
            Compteur(self._key("lieu", lieu), 50, timedelta(minutes=15)),
            Compteur(self._key("nom", nom), 20, timedelta(minutes=1)),
        )

    def _key(self, *parts: str) -> bytes:
        return self._vault.digest("\n".join(parts).encode(), usage=USAGE)
