"""A box for tests: invented contracts, a time that tests move, and a death that leaves the disk as a kill would."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import envois

from traitdunion.cfa.boite import Boite, MiseEnBoite
from traitdunion.cfa.boite.disque import pannes
from traitdunion.cfa.boite.rythme import Rythme
from traitdunion.cfa.boite.temps import Temps
from traitdunion.cfa.client import Fichier
from traitdunion.norme import lecture
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.pieces import InfosFichier

DEPART = datetime(2026, 9, 5, 8, 30, tzinfo=UTC)


@dataclass
class Horloge:
    """The wall clock jumps, the monotonic one does not; to sleep moves both."""

    mur: datetime = DEPART
    monotone: float = 1000.0
    dormi: list[float] = field(default_factory=list)

    @property
    def temps(self) -> Temps:
        return Temps(clock=lambda: self.mur, monotonic=lambda: self.monotone, sleep=self.sleep)

    def sleep(self, secondes: float) -> None:
        assert 0 < secondes < 100_000, secondes
        self.dormi.append(secondes)
        self.pass_(secondes)

    def pass_(self, secondes: float) -> None:
        """Time goes by."""
        self.mur += timedelta(seconds=secondes)
        self.monotone += secondes

    def jump(self, secondes: float) -> None:
        """The wall clock is set again."""
        self.mur += timedelta(seconds=secondes)


def open_box(dossier: Path, horloge: Horloge | None = None, rythme: Rythme | None = None) -> Boite:
    """The box of a test."""
    return Boite.open(dossier / "boite", temps=(horloge or Horloge()).temps, rythme=rythme)


def a_corps(rang: int = 0, **contrat: Any) -> bytes:
    """The deposit of the apprentice `rang`."""
    return envois.to_json(envois.a_depot(rang, **contrat))


def a_convention(rang: int = 0) -> Convention:
    """Its convention, without number."""
    brute = envois.a_convention("1", rang)
    del brute["numeroInterneDossier"]
    return lecture.read(Convention, envois.to_json(brute), racine="convention").message


def a_pdf(nom: str = "convention.pdf", contenu: bytes = b"octets") -> Fichier:
    """A file that looks like a PDF."""
    return Fichier(nom, b"%PDF-1.7 " + contenu)


def put_in(boite: Boite, rang: int = 0, documents: int = 0, **options: Any) -> MiseEnBoite:
    """Put the contract `rang` in, with its convention and that many documents."""
    joints = [
        (InfosFichier(type_fichier="PIECE_COMPLEMENTAIRE"), a_pdf(f"d{n}.pdf", f"doc {rang} {n}".encode()))
        for n in range(documents)
    ]
    return boite.enqueue_dossier(
        options.pop("corps", None) or a_corps(rang),
        convention=a_convention(rang),
        fichier=a_pdf(contenu=f"convention {rang}".encode()),
        documents=joints,
        **options,
    )


class Mort(BaseException):
    """The process is killed here."""


@contextmanager
def killed_at(boite: Boite, meurt: Callable[[str], bool]) -> Iterator[list[str]]:
    """Run a block whose process dies at the first failpoint for which `meurt` says so: nothing of it runs after.

    The connection is closed under its feet: what was not committed is lost, as with a kill. Yields where it died.
    """
    ou: list[str] = []
    vrai = pannes.hit

    def hit(point: str) -> None:
        if not ou and meurt(point):
            ou.append(point)
            boite.close()
            raise Mort

    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(pannes, "hit", hit)
        try:
            yield ou
        except BaseException:
            if not ou:
                raise
    assert pannes.hit is vrai
