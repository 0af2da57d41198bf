"""Metrics, by route template and never by address: an address may hold a key.

The workers share a port, so whichever answers /metrics answers for all: each writes its figures to files of the folder
named by PROMETHEUS_MULTIPROC_DIR (prometheus-client's own variable, set by `servir` before the workers start), and the
answer adds them up. Figures of workers that died stay in: counters never go back. Without the variable, a process
answers for itself.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

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
APPELS_PERDUS = Counter("traitdunion_appels_non_journalises", "Calls left out of the editors' lists", registry=REGISTRE)
DERNIER_NUMERO = Gauge(
    "traitdunion_dernier_numero",
    "Highest dossier number given, of 9999999",
    registry=REGISTRE,
    multiprocess_mode="max",
)


METHODES = frozenset({"GET", "POST", "DELETE"})


class Mesure:
    """The figures of one route, its labels looked up once per method and status rather than on each call."""

    def __init__(self, route: str) -> None:
        self._route = route
        self._connus: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def observe(self, methode: str, statut: int, secondes: float) -> None:
        """Count one answer."""
        cle = (methode if methode in METHODES else "AUTRE", statut)
        paire = self._connus.get(cle)
        if paire is None:
            paire = self._connus[cle] = (
                APPELS.labels(self._route, cle[0], str(statut)),
                DUREE.labels(self._route, cle[0]),
            )
        paire[0].inc()
        paire[1].observe(secondes)


def expose() -> bytes:
    """The metrics of all the workers, in Prometheus' text format."""
    if DOSSIER not in os.environ:
        return generate_latest(REGISTRE)
    tous = CollectorRegistry()
    MultiProcessCollector(tous)
    return generate_latest(tous)
