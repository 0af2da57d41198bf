"""A secretary's desk for the tests of the follow-up's commands: settings, an outbox, an OPCO, and today's date."""

from datetime import date
from pathlib import Path

import httpx
import pytest
from builders.opco_factice import API, CLE, CLIENT_ID, JETON, SECRET
from builders.suivi.boite import BoiteFactice
from builders.suivi.opco import OpcoVivant
from typer.testing import CliRunner, Result

from traitdunion.cfa.commandes import app
from traitdunion.cfa.commandes import facturation as commande_facturer
from traitdunion.cfa.commandes import suivi as commande_suivre

IBAN = "FR7630006000011234567890189"
LE = date(2026, 10, 1)
REGLAGES = f"""
api = "{API}"
jeton = "{JETON}"
client_id = "{CLIENT_ID}"
client_secret = "{SECRET}"
cle_api = "{CLE}"
siren = "323456780"

[facturation]
denomination = "CFA FICTIF DES EXEMPLES"
adresse = "1 rue de l'Exemple, 75001 Paris"
nda = "11750000001"
iban = "FR76 3000 6000 0112 3456 7890 189"
client = "OPCO FICTIF"
"""


class Poste:
    """A secretary's desk: settings, an outbox, an OPCO, and today's date."""

    def __init__(
        self, dossier: Path, monkeypatch: pytest.MonkeyPatch, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.opco, self.boite, self.dossier = OpcoVivant(), BoiteFactice(), dossier
        self.transport = transport or self.opco.transport
        self.reglages = dossier / "cfa.toml"
        self.reglages.write_text(REGLAGES)
        self.reglages.chmod(0o600)
        self.environ = {
            "TRAITDUNION_CFA_CONFIGURATION": str(self.reglages),
            "TRAITDUNION_CFA_DONNEES": str(dossier / "donnees"),
            "COLUMNS": "160",
            "NO_COLOR": "1",
        }
        self._monkeypatch = monkeypatch
        self.set_jour(LE)
        for module in (commande_suivre, commande_facturer):
            monkeypatch.setattr(module, "open_boite", self.boite.opened)

    def set_jour(self, jour: date) -> None:
        """The day on which it is typed."""
        for module in (commande_suivre, commande_facturer):
            self._monkeypatch.setattr(module, "today", lambda: jour)

    def type(self, *arguments: str, saisie: str | None = None) -> Result:
        """A command line after `traitdunion cfa`."""
        return CliRunner().invoke(app, arguments, obj=self.transport, env=self.environ, input=saisie)

    @property
    def donnees(self) -> Path:
        return self.dossier / "donnees" / "defaut"
