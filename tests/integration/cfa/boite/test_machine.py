"""Random lives of a box against a model OPCO: put in, sent, lost, killed, the clock set: nothing lost nor doubled.

Played twice: with a server that recognises the same deposit, and with one that would record it twice.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import stamina
from builders.opco_factice import coupure
from builders.pairs import opco_modele
from builders.pairs.boites import Horloge, killed_at, open_box, put_in
from builders.pairs.opco_modele import OpcoModele
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from traitdunion.cfa.boite import Arret, Boite, EtatEnvoi, NatureEnvoi
from traitdunion.cfa.boite.disque.pannes import POINTS

AVANT = {
    "500": opco_modele.ERREUR_500,
    "503": opco_modele.ATTENDRE_503,
    "429": opco_modele.QUOTA_429,
    "injoignable": opco_modele.INJOIGNABLE,
    "coupée": coupure(httpx.WriteError),
    "401": opco_modele.JETON_401,
}
pannes_avant = st.lists(st.sampled_from([None, None, "en route", "en route", "en route", *AVANT]), max_size=6)
pannes_apres = st.lists(st.booleans(), max_size=6)


class VieDeBoite(RuleBasedStateMachine):
    """One box and its OPCO."""

    reconnait = True

    def __init__(self) -> None:
        super().__init__()
        self.dossier = Path(tempfile.mkdtemp(prefix="tu-boite-"))
        self.horloge = Horloge()
        self.opco = OpcoModele(reconnait=self.reconnait)
        self.boite: Boite = open_box(self.dossier, self.horloge)
        self.mis: dict[int, int] = {}  # apprentice: number of documents

    @initialize()
    def begin(self) -> None:
        self.put(0, 1)

    @rule(rang=st.integers(0, 5), documents=st.integers(0, 2))
    def put(self, rang: int, documents: int) -> None:
        mise = put_in(self.boite, rang, documents)
        assert mise.deja == (rang in self.mis)
        assert mise.meme_contenu
        self.mis.setdefault(rang, documents)

    @rule(rang=st.integers(0, 5), point=st.sampled_from(["fichier_range", "mise_en_boite"]))
    def put_and_die(self, rang: int, point: str) -> None:
        with killed_at(self.boite, lambda ici: ici == point) as ou:
            put_in(self.boite, rang, 1)
        if ou:
            self.reopen()
        elif rang not in self.mis:
            self.mis[rang] = 1

    @rule(avant=pannes_avant, apres=pannes_apres, attendre=st.booleans())
    def drain(self, avant: list[str | None], apres: list[bool], attendre: bool) -> None:
        self._spoil(avant, apres)
        with self.opco.client() as client:
            bilan = self.boite.drain(client, attendre=attendre)
        self._mend()
        if attendre and bilan.arret is not Arret.ACCES:
            assert bilan.etats[EtatEnvoi.EN_ATTENTE] == bilan.bloques

    @rule(avant=pannes_avant, apres=pannes_apres, passages=st.integers(1, 25))
    def drain_and_die(self, avant: list[str | None], apres: list[bool], passages: int) -> None:
        self._spoil(avant, apres)
        compte = Counter[str]()

        def meurt(point: str) -> bool:
            assert point in POINTS
            compte["vus"] += 1
            return compte["vus"] == passages

        with killed_at(self.boite, meurt) as ou, self.opco.client() as client:
            self.boite.drain(client, attendre=True)
        self._mend()
        if ou:
            self.reopen()

    @rule(secondes=st.sampled_from([-86_400 * 400, -7_200, -1, 1, 90, 7_200, 86_400 * 400]))
    def set_clock(self, secondes: int) -> None:
        self.horloge.jump(secondes)

    @rule(secondes=st.floats(0.1, 5_000))
    def wait(self, secondes: float) -> None:
        self.horloge.pass_(secondes)

    @rule()
    def reopen(self) -> None:
        self.boite.close()
        self.boite = open_box(self.dossier, self.horloge)
        assert self.boite.check() == []

    @precondition(lambda self: not self.reconnait)
    @rule()
    def a_person_looks(self) -> None:
        """What waits for a person is looked up at the OPCO, and decided in truth."""
        for envoi in [e for e in self.boite.list_envois(etats=[EtatEnvoi.INCERTAIN]) if e.attend_personne]:
            assert envoi.nature in (NatureEnvoi.CONVENTION, NatureEnvoi.DOCUMENT)
            numero = self._numero_of(envoi.sha256_fichier)
            if numero is None:
                self.boite.relancer(envoi.id, apres_verification=True)
            else:
                self.boite.rattacher(envoi.id, numero_interne=numero)

    @invariant()
    def nothing_is_recorded_twice(self) -> None:
        assert self.opco.doubles() == []
        assert max(Counter(map(opco_modele.key_of, self.opco.pieces)).values(), default=1) == 1

    @invariant()
    def numbers_are_those_of_the_opco(self) -> None:
        for dossier in self.boite.dossiers():
            if dossier.numero_interne is not None:
                depot = self.opco.depots[int(dossier.numero_interne) - 1]
                assert (dossier.libelle or "").startswith(depot.cerfa["apprenti"]["nom"])

    def teardown(self) -> None:
        try:
            self._end_well()
        finally:
            self.boite.close()
            shutil.rmtree(self.dossier)

    def _end_well(self) -> None:
        """A healthy OPCO, as many drains as people need: all that was put in is there, once, in order."""
        for _ in range(4):
            with self.opco.client() as client:
                bilan = self.boite.drain(client, attendre=True)
            if not self.reconnait:
                self.a_person_looks()
        assert bilan.etats[EtatEnvoi.ACCEPTE] == sum(2 + documents for documents in self.mis.values())
        assert sum(bilan.etats.values()) == bilan.etats[EtatEnvoi.ACCEPTE]
        assert len(self.opco.depots) == len(self.mis)
        assert len(self.opco.pieces) == sum(1 + documents for documents in self.mis.values())
        self.nothing_is_recorded_twice()
        self.numbers_are_those_of_the_opco()
        conventions = set()
        for chemin, _donnees, fichier in self.opco.pieces:
            rang = fichier.split()[2]
            if chemin == "/v1/conventions":
                conventions.add(rang)
            assert rang in conventions, "a document went before the convention"

    def _spoil(self, avant: list[str | None], apres: list[bool]) -> None:
        self.opco.avant = [self._effect(nom) for nom in avant]
        self.opco.apres = [opco_modele.perdue if perdue else None for perdue in apres]

    def _effect(self, nom: str | None) -> Callable[[httpx.Request], httpx.Response] | None:
        if nom != "en route":
            return None if nom is None else AVANT[nom]

        def effet(request: httpx.Request) -> httpx.Response:
            est_depot = request.url.path.endswith("/dossiers")
            return (self.opco.late(2) if est_depot else coupure(httpx.ReadTimeout))(request)

        return effet

    def _mend(self) -> None:
        self.opco.avant, self.opco.apres = [], []

    def _numero_of(self, sha256: str | None) -> str | None:
        from hashlib import sha256 as hacher

        for rang, (_, _, fichier) in enumerate(self.opco.pieces, 1):
            if hacher(fichier).hexdigest() == sha256:
                return str(rang)
        return None


class VieSansReconnaissance(VieDeBoite):
    """The same, with a server that records the same deposit twice: never sent again without reading back."""

    reconnait = False


def _no_wait() -> Any:
    return stamina.set_testing(True, attempts=2)


REGLAGES = settings(
    max_examples=25,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class TestBoite(VieDeBoite.TestCase):
    settings = REGLAGES

    def setUp(self) -> None:
        stamina.set_testing(True, attempts=2)
        self.addCleanup(stamina.set_testing, False)
        super().setUp()


class TestBoiteSansReconnaissance(VieSansReconnaissance.TestCase):
    settings = REGLAGES

    def setUp(self) -> None:
        stamina.set_testing(True, attempts=2)
        self.addCleanup(stamina.set_testing, False)
        super().setUp()
