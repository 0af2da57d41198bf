"""An outbox of paper with the doors that the follow-up uses; it sends through the client that it is given."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from traitdunion.cfa.client import ClientCfa, Fichier
from traitdunion.cfa.errors import NoAnswer, Refused
from traitdunion.norme.messages.facture import Facture
from traitdunion.norme.messages.pieces import Certificat


@dataclass(frozen=True)
class EnvoiFactice:
    """One thing to send."""

    id: int
    nature: str
    etat: str
    suite: str
    libelle: str | None
    promotion: str | None = None
    numero_interne: str | None = None
    essais: int = 0
    message: str | None = None
    bloque_par: int | None = None
    modifie_le: datetime = datetime(2026, 9, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Mise:
    """What was put in."""

    envois: tuple[EnvoiFactice, ...]
    deja: bool = False


@dataclass
class BoiteFactice:
    """Kept in memory; `crash` raises instead of putting in the invoice of that rank."""

    envois: list[EnvoiFactice] = field(default_factory=list)
    corps: dict[int, tuple[Any, Fichier]] = field(default_factory=dict)
    contrats: list[EnvoiFactice] = field(default_factory=list)
    crash: int | None = None
    mises: int = 0

    def dossiers(self) -> Iterator[EnvoiFactice]:
        return iter(self.contrats)

    def list_envois(self) -> Iterator[EnvoiFactice]:
        return iter(list(self.envois))

    def find_suite(self, numero_interne: str) -> str:
        return f"suite-{numero_interne}"

    def enqueue_facture(
        self, facture: Facture, fichier: Fichier, *, suites: Sequence[str], libelle: str | None = None
    ) -> Mise:
        self.mises += 1
        if self.mises == self.crash:
            raise OSError("no space left on device")
        return self._put("FACTURE", facture, fichier, ",".join(suites), libelle)

    def enqueue_certificat(self, certificat: Certificat, fichier: Fichier, *, libelle: str | None = None) -> Mise:
        return self._put("CERTIFICAT", certificat, fichier, str(certificat.numero_interne_dossier), libelle)

    def drain(self, client: ClientCfa) -> None:
        for envoi in [un for un in self.envois if un.etat == "EN_ATTENTE"]:
            message, fichier = self.corps[envoi.id]
            envoyer = client.deposit_facture if envoi.nature == "FACTURE" else client.deposit_certificat
            try:
                envoyer(message, fichier)
            except Refused as refus:
                self.set_etat(envoi.id, "REFUSE", refus.description)
            except NoAnswer as sans:
                self.set_etat(envoi.id, "INCERTAIN", str(sans))
            else:
                self.set_etat(envoi.id, "ACCEPTE")

    def set_etat(self, id: int, etat: str, message: str | None = None) -> None:
        """What became of one."""
        self.envois = [replace(un, etat=etat, message=message) if un.id == id else un for un in self.envois]

    @contextmanager
    def opened(self, dossier: Path) -> Iterator["BoiteFactice"]:
        """What stands for `open_boite` in a test."""
        dossier.mkdir(parents=True, exist_ok=True)
        yield self

    def _put(self, nature: str, message: Any, fichier: Fichier, suite: str, libelle: str | None) -> Mise:
        envoi = EnvoiFactice(len(self.envois) + 1, nature, "EN_ATTENTE", suite, libelle)
        self.envois.append(envoi)
        self.corps[envoi.id] = (message, fichier)
        return Mise((envoi,))
