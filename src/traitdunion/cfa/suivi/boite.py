"""What the follow-up needs of the outbox: its promotions, what waits in it, and where invoices are handed over."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from traitdunion.cfa.echange.fichiers import Fichier
from traitdunion.norme.messages.facture import Facture
from traitdunion.norme.messages.pieces import Certificat

if TYPE_CHECKING:
    from traitdunion.cfa.client import ClientCfa


class DossierEnBoite(Protocol):
    """A dossier that went through the outbox."""

    @property
    def promotion(self) -> str | None: ...
    @property
    def numero_interne(self) -> str | None: ...


class EnvoiEnBoite(Protocol):
    """One thing to send; `nature` and `etat` compare as their text."""

    @property
    def id(self) -> int: ...
    @property
    def nature(self) -> str: ...
    @property
    def etat(self) -> str: ...
    @property
    def promotion(self) -> str | None: ...
    @property
    def libelle(self) -> str | None: ...
    @property
    def essais(self) -> int: ...
    @property
    def modifie_le(self) -> datetime: ...
    @property
    def message(self) -> str | None: ...
    @property
    def bloque_par(self) -> int | None: ...


class MiseEnBoite(Protocol):
    """What was put in; `deja`: it was there, nothing was added."""

    @property
    def envois(self) -> Sequence[Any]: ...
    @property
    def deja(self) -> bool: ...


class BoiteEnvoi(Protocol):
    """The outbox, as far as the follow-up uses it."""

    def dossiers(self) -> Iterator[Any]:
        """Every dossier that went through it."""

    def list_envois(self) -> Iterator[Any]:
        """Everything in it."""

    def find_suite(self, numero_interne: str) -> str:
        """The chain of a dossier, sent through the box or by other means."""

    def enqueue_facture(
        self, facture: Facture, fichier: Fichier, *, suites: Sequence[str], libelle: str | None = None
    ) -> MiseEnBoite:
        """Put an invoice in; `suites`: the chains of the dossiers that it bills."""

    def enqueue_certificat(
        self, certificat: Certificat, fichier: Fichier, *, libelle: str | None = None
    ) -> MiseEnBoite:
        """Put a certificate in."""

    def drain(self, client: "ClientCfa") -> Any:
        """Send what may go now."""


def open_boite(dossier: Path) -> AbstractContextManager[BoiteEnvoi]:
    """The outbox kept in a folder; loaded when it is needed, like every part that a command may not use."""
    from traitdunion.cfa.boite import Boite

    return Boite.open(dossier)
