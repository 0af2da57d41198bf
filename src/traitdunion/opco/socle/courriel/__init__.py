"""Mail: a port, SMTP, a folder of .eml files (default), and an in-memory twin for tests."""

from pathlib import Path

from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.courriel.dossier import DossierPostier
from traitdunion.opco.socle.courriel.memoire import MemoirePostier
from traitdunion.opco.socle.courriel.port import EnvoiImpossible, MessageRefuse, Postier
from traitdunion.opco.socle.courriel.smtp import AdresseSmtpInvalide, SmtpPostier

__all__ = [
    "AdresseSmtpInvalide",
    "DossierPostier",
    "EnvoiImpossible",
    "MemoirePostier",
    "MessageRefuse",
    "Postier",
    "SmtpPostier",
    "open_postier",
]


def open_postier(url: str | None, *, dossier: Path, clock: Clock) -> Postier:
    """The postier of the settings: SMTP when there is an address, else files in `dossier`.

    Raises AdresseSmtpInvalide, whose text is French and quotes nothing of the address.
    """
    return SmtpPostier.from_url(url) if url else DossierPostier(dossier, clock=clock)
