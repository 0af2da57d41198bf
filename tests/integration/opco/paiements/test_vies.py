"""Random lives of the money of two CFA: the running product against an independent model (`modele.cfa`).

TRAITDUNION_VIES asks for so many lives, drawn anew each time; without it, a few that are always the same.
"""

import os
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import anyio.from_thread
import psycopg
import pytest
from builders.factures.vie import DECOMPTE, Acte, Vie
from builders.instruction import an_agent
from builders.serveur import Serveur, serving
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import conninfo, sql

LONGUES = int(os.environ.get("TRAITDUNION_VIES", "0"))
ACTES_MAX = 40 if LONGUES else 15
REGLAGES = settings(
    max_examples=LONGUES or 12,
    deadline=None,
    derandomize=not LONGUES,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
    phases=[Phase.explicit, Phase.generate],
)
Mener = Callable[[Callable[[Serveur, int], Coroutine[Any, Any, None]]], None]


@pytest.fixture(scope="module")
def mener(postgres_url: str, modele: str) -> Iterator[Mener]:
    """Runs a coroutine on the server of this module, with the account of somebody who instructs."""
    nom = f"essai_vies_{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(nom), sql.Identifier(modele)))
    url = conninfo.make_conninfo(postgres_url, dbname=nom)
    with (
        tempfile.TemporaryDirectory() as donnees,
        anyio.from_thread.start_blocking_portal() as portail,
        portail.wrap_async_context_manager(serving(url, Path(donnees))) as serveur,
    ):
        agent = portail.call(an_agent, serveur)
        yield lambda geste: portail.call(geste, serveur, agent)
    if LONGUES:
        Path(tempfile.gettempdir(), "vies.txt").write_text(f"{sorted(DECOMPTE.items())}\n", encoding="utf-8")
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(nom)))


ACTES = st.builds(
    Acte,
    st.sampled_from(
        [
            *["invoice", "credit", "bank", "break"] * 3,
            *["accept", "order", "bring_back", "refund", "wait"] * 2,
            *["reject", "undo", "prove", "settle", "end", "cancel", "revise"],
        ]
    ),
    st.integers(0, 60),
    st.sampled_from([10, 33, 50, 50, 75, 100, 100, 100, 0, 101, 130]),
    st.booleans(),
    st.booleans(),
)


def _suite(rang: int, pour_cent: int, oui: bool, fin: str) -> list[Acte]:
    """A facture carried to some step, and what may come then: else few lives would go as far."""
    ici = 6 if rang % 7 == 6 else 0  # the other CFA, or the first
    une = Acte("invoice", rang - rang % 3 if oui else rang, pour_cent, fin != "prove")
    payee = [une, Acte("accept", ici), Acte("order", ici, oui=oui), Acte("bank", ici)]
    suites = {
        "accept": payee[:2],
        "order": payee[:3],
        "bank": payee,
        "undo": [*payee[:3], Acte("undo", encore=True)],
        "prove": [une, Acte("prove", ici, oui=oui), Acte("accept", ici)],
        "refund": [*payee, Acte("credit", ici, pour_cent), Acte("refund", ici, pour_cent, encore=True)],
        "settle": [Acte("end", rang, oui=True), Acte("settle", ici), Acte("settle", ici + 1)],
    }
    return suites[fin]


SUITES = st.builds(
    _suite,
    st.integers(0, 60),
    st.sampled_from([25, 50, 100, 100]),
    st.booleans(),
    st.sampled_from([*["bank"] * 4, *["order", "refund"] * 2, "accept", "undo", "prove", "settle"]),
)
VIES = st.lists(SUITES | st.lists(ACTES, min_size=1, max_size=3), min_size=3, max_size=ACTES_MAX).map(
    lambda suites: [acte for suite in suites for acte in suite][:ACTES_MAX]
)


@REGLAGES
@given(actes=VIES)
def test_whatever_happens_the_cfa_reads_and_the_opco_holds_what_the_model_says(mener: Mener, actes: list[Acte]) -> None:
    async def live(serveur: Serveur, agent: int) -> None:
        vie = await Vie.begin(serveur, agent, 2, 1)
        for acte in actes:
            await vie.play(acte)

    mener(live)


@settings(REGLAGES, max_examples=max(3, LONGUES // 8))
@given(une=VIES, autre=VIES, hasard=st.randoms(use_true_random=False))
def test_two_cfa_lived_together_in_any_order_end_as_if_each_had_been_alone(
    mener: Mener, une: list[Acte], autre: list[Acte], hasard: Any
) -> None:
    """Without the clock, which they share."""
    suites = [[acte for acte in suite if acte.nom not in ("wait", "end")][: ACTES_MAX // 2] for suite in (une, autre)]
    tours = [rang for rang, suite in enumerate(suites) for _ in suite]
    hasard.shuffle(tours)

    async def live(serveur: Serveur, agent: int) -> None:
        ensemble = [await Vie.begin(serveur, agent, 1) for _ in suites]
        restes = [iter(suite) for suite in suites]
        for rang in tours:
            await ensemble[rang].play(next(restes[rang]))
        for rang, suite in enumerate(suites):
            seule = await Vie.begin(serveur, agent, 1)
            for acte in suite:
                await seule.play(acte)
            assert await seule.figures() == await ensemble[rang].figures()

    mener(live)
