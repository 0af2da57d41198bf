"""Metrics, by route template and never by address: an address may hold a key.

The workers share a port, so whichever answers /metrics answers for all: each writes its figures to files of the folder
named by PROMETHEUS_MULTIPROC_DIR (prometheus-client's own variable, set by `servir` before the workers start), and the
answer adds them up. Figures of workers that died stay in: counters never go back. Without the variable, a process
answers for itself.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from traitdunion.opco.socle.logs import where as where

DOSSIER = "PROMETHEUS_MULTIPROC_DIR"
REGISTRE = CollectorRegistry()
APPELS = Counter("traitdunion_appels", "Calls answered", ["route", "methode", "statut"], registry=REGISTRE)
DUREE = Histogram(
    "traitdunion_duree_secondes",
    "Time to answer",
    ["route", "methode"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRE,
)
REFUS = Counter("traitdunion_refus", "Refusals by code", ["code"], registry=REGISTRE)
CLIENTS_PARTIS = Counter("traitdunion_clients_partis", "Calls whose client hung up first", registry=REGISTRE)
DERNIER_NUMERO = Gauge(
    "traitdunion_dernier_numero",
    "Highest dossier number given, of 9999999",
    registry=REGISTRE,
    multiprocess_mode="max",
)


def observe(route: str, methode: str, statut: int, secondes: float) -> None:
    """Count one answer."""
    methode = methode if methode in ("GET", "POST", "DELETE") else "AUTRE"
    APPELS.labels(route, methode, str(statut)).inc()
    DUREE.labels(route, methode).observe(secondes)


def expose() -> bytes:
    """The metrics of all the workers, in Prometheus' text format."""
    if DOSSIER not in os.environ:
        return generate_latest(REGISTRE)
    tous = CollectorRegistry()
    MultiProcessCollector(tous)
    return generate_latest(tous)
