"""Passwords: what makes a good one, and how it is kept (CNIL, délibération 2022-100; OWASP ASVS 5.0, 6.2).

Length and guessability, no rule of composition, no periodic renewal.
"""

import unicodedata
from collections.abc import Sequence

import anyio
import anyio.to_thread
import argon2
from zxcvbn import zxcvbn

CARACTERES_MIN, CARACTERES_MAX = 12, 128
# zxcvbn's scale from 0 to 4: more than 10^8 guesses, slowed down at the door and by argon2 (0.1 s each).
FORCE_MIN = 3
ZXCVBN_CARACTERES_MAX = 72  # its cost grows fast with the length, and what is longer is strong enough
# Each hash takes a tenth of a second and 64 MiB: more at once would starve the calls of the norm.
HACHAGES_EN_PARALLELE = 2

_hacheur = argon2.PasswordHasher()
# Verified when there is no such account, so that the answer takes as long.
_LEURRE = _hacheur.hash("personne ne se connecte avec ceci")


class MotDePasseRefuse(Exception):
    """A password that cannot be chosen; the text is the French sentence to show."""


def check(mot_de_passe: str, *, proches: Sequence[str]) -> None:
    """Raise MotDePasseRefuse unless the password is long enough and hard to guess.

    `proches`: the person's own words (name, e-mail, organisation), which whoever tries would try first.
    """
    if len(mot_de_passe) < CARACTERES_MIN:
        raise MotDePasseRefuse(
            f"Choisissez au moins {CARACTERES_MIN} caractères : une suite de quatre ou cinq mots sans rapport convient."
        )
    if len(mot_de_passe) > CARACTERES_MAX:
        raise MotDePasseRefuse(f"Choisissez {CARACTERES_MAX} caractères au plus.")
    mots = [mot for proche in proches for mot in (proche, *proche.replace("@", " ").split()) if mot]
    if zxcvbn(mot_de_passe[:ZXCVBN_CARACTERES_MAX], user_inputs=mots)["score"] < FORCE_MIN:
        raise MotDePasseRefuse(
            "Ce mot de passe se devine trop facilement : évitez les suites, les dates et les noms, ajoutez un mot sans "
            "rapport avec les autres."
        )


class Hacheur:
    """argon2id in threads, a few at a time."""

    def __init__(self) -> None:
        self._places = anyio.CapacityLimiter(HACHAGES_EN_PARALLELE)

    async def hash(self, mot_de_passe: str) -> str:
        """The hash to keep, with its own salt and parameters."""
        return await anyio.to_thread.run_sync(_hacheur.hash, _normalise(mot_de_passe), limiter=self._places)

    async def verify(self, empreinte: str | None, mot_de_passe: str) -> bool:
        """Whether it is the password; as slow when there is none to compare with."""
        juste = await anyio.to_thread.run_sync(
            _verify, empreinte or _LEURRE, _normalise(mot_de_passe)[:CARACTERES_MAX], limiter=self._places
        )
        return juste and empreinte is not None


def _normalise(mot_de_passe: str) -> str:
    """One form for what two keyboards may write differently."""
    return unicodedata.normalize("NFKC", mot_de_passe)


def _verify(empreinte: str, mot_de_passe: str) -> bool:
    try:
        return _hacheur.verify(empreinte, mot_de_passe)
    except argon2.exceptions.VerificationError:
        return False
