"""How a command opens the client: what it says of its retries is for a program's log, not for a person."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from traitdunion.cfa.client import ClientCfa
    from traitdunion.cfa.profil import Profil


def connect(profil: "Profil", transport: "httpx.BaseTransport | None") -> "ClientCfa":
    """The client of a profile, loaded by the commands that need it. `transport`: a test's own."""
    import stamina.instrumentation

    from traitdunion.cfa.client import ClientCfa

    # Each retry would be logged, in English, where a person reads and where a machine expects JSON.
    stamina.instrumentation.set_on_retry_hooks([])
    return ClientCfa(profil, transport=transport)
