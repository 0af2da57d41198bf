"""How a command opens the client and the outbox, loaded only by those that need them."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from traitdunion.cfa.boite import Boite
    from traitdunion.cfa.client import ClientCfa
    from traitdunion.cfa.profil import Profil


def connect(profil: "Profil", transport: "httpx.BaseTransport | None") -> "ClientCfa":
    """The client of a profile, loaded by the commands that need it. `transport`: a test's own."""
    import stamina.instrumentation

    from traitdunion.cfa.client import ClientCfa

    # Each retry would be logged, in English, where a person reads and where a machine expects JSON.
    stamina.instrumentation.set_on_retry_hooks([])
    return ClientCfa(profil, transport=transport)


def open_boite(dossier: Path) -> "Boite":
    """The outbox kept in a folder."""
    from traitdunion.cfa.boite import Boite

    return Boite.open(dossier)
