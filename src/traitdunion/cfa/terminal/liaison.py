"""The client as the commands open it; a module that only those which call the OPCO load."""

import httpx
import stamina.instrumentation

from traitdunion.cfa.client import ClientCfa
from traitdunion.cfa.profil import Profil


def open_client(profil: Profil, transport: httpx.BaseTransport | None) -> ClientCfa:
    """A client whose retries are not logged, in English, where a person reads and a machine expects JSON."""
    stamina.instrumentation.set_on_retry_hooks([])
    return ClientCfa(profil, transport=transport)
