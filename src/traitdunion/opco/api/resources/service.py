"""The norm's status, and what an operator asks: livez, readyz, version, metrics."""

import msgspec

from traitdunion import __version__
from traitdunion.norme.messages.reponses import Statut
from traitdunion.opco.api.call import Answer, Call, answer
from traitdunion.opco.api.services import Services
from traitdunion.opco.socle import metrics


async def get_statut(_call: Call, services: Services) -> Answer:
    """healthy when deposits can be taken, degraded when files cannot, unhealthy when nothing can."""
    maux = await services.sante.probe()
    status = "healthy" if not maux else "degraded" if set(maux) == {"entrepot"} else "unhealthy"
    return answer(Statut(status=status, supported_versions=("v1", "v2"), uptime=services.sante.uptime_secondes))


async def get_livez(_call: Call, _services: Services) -> Answer:
    """The process answers; no I/O."""
    return Answer(b'{"status":"ok"}')


async def get_readyz(_call: Call, services: Services) -> Answer:
    """200 when calls can be taken, 503 with the reasons otherwise, also while the server is being withdrawn."""
    maux = await services.sante.probe()
    corps = msgspec.json.encode({"status": "ok" if not maux else "indisponible", **maux})
    return Answer(corps, statut=503 if maux else 200)


async def get_version(_call: Call, _services: Services) -> Answer:
    """The release."""
    return Answer(msgspec.json.encode({"version": __version__}))


async def get_metrics(_call: Call, _services: Services) -> Answer:
    """Prometheus' text format, of this worker."""
    return Answer(metrics.expose(), type_contenu="text/plain; version=0.0.4; charset=utf-8")
