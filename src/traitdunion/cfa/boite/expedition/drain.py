"""One drain: claims an envoi, sends it, writes its end; and waits as little and as much as it must."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from traitdunion.cfa.boite import depot
from traitdunion.cfa.boite.disque import pannes
from traitdunion.cfa.boite.disque.fichiers import Fichiers
from traitdunion.cfa.boite.disque.store import AEnvoyer, Store, from_ms, to_ms
from traitdunion.cfa.boite.errors import EtatChange
from traitdunion.cfa.boite.etats import Acte, EtatEnvoi, NatureEnvoi
from traitdunion.cfa.boite.expedition import depart, issues
from traitdunion.cfa.boite.expedition.issues import Issue
from traitdunion.cfa.boite.expedition.relecture import Relecture
from traitdunion.cfa.boite.modeles import Arret, BilanBoite, Envoi
from traitdunion.cfa.boite.rythme import Rythme
from traitdunion.cfa.boite.temps import Temps
from traitdunion.cfa.errors import ErreurCfa, NotSent, QuotaReached, Refused, ReponsePerdue, Unavailable

if TYPE_CHECKING:
    from traitdunion.cfa.client import ClientCfa

RETARD_MAX_MS = 60_000  # uncertain envois are read back together, but do not wait longer behind those that are ready
LOT_RELECTURE = 200
RELISIBLES = frozenset({NatureEnvoi.DOSSIER, NatureEnvoi.FACTURE, NatureEnvoi.AVOIR})


def recover(store: Store, *, le: int, rythme: Rythme, renvoi_reconnu: bool) -> None:
    """What a sender that died left « en cours » may have arrived: INCERTAIN. For the holder of the lock only."""
    for id_ in store.list_ids(EtatEnvoi.EN_COURS):
        with store.transaction():
            envoi = store.find(id_)
            if envoi.etat is EtatEnvoi.EN_COURS:
                store.move(envoi, Acte.LOSE, le=le, **issues.interrupted(envoi, le, rythme, renvoi_reconnu))


class _Fini(Exception):
    """The drain ends here."""

    def __init__(self, arret: Arret, phrase: str, reference: str | None = None) -> None:
        self.arret = arret
        self.phrase = phrase
        self.reference = reference
        super().__init__(phrase)


class Expedition:
    """The sending of one drain, for the holder of the lock."""

    def __init__(self, store: Store, fichiers: Fichiers, client: "ClientCfa", *, temps: Temps, rythme: Rythme) -> None:
        self._store = store
        self._fichiers = fichiers
        self._client = client
        self._temps = temps
        self._rythme = rythme
        self._de = random.Random()  # noqa: S311 - spreads tries, hides nothing
        self._faits: Counter[str] = Counter()
        self._troubles = 0  # in a row, whatever the envoi: the OPCO or the network is ill
        self._relecture = Relecture(store, client, rythme=rythme, now=self._now)
        self._dit: Callable[[Envoi], None] = lambda envoi: None
        self._fin: datetime | None = None
        self._attendre = False

    def run(
        self, *, on_progress: Callable[[Envoi], None] | None, jusqu_a: datetime | None, attendre: bool
    ) -> BilanBoite:
        """Until nothing is left to do, or a reason to stop. See `Boite.drain`."""
        self._dit = on_progress or self._dit
        self._fin, self._attendre = jusqu_a, attendre
        le = self._now()
        with self._store.transaction():
            self._store.rebase(le=le)
        recover(self._store, le=le, rythme=self._rythme, renvoi_reconnu=bool(self._client.profil.renvoi_reconnu))
        try:
            while self._go_on():
                pass
        except _Fini as fini:
            return self._bilan(fini.arret, fini.phrase, fini.reference)
        return self._bilan(None, None, None)

    def _go_on(self) -> bool:
        try:
            return self._step()
        except EtatChange:  # relaunched or given up by a person while we looked at it: look again
            return True

    def _step(self) -> bool:
        """One thing done; False when nothing is left to do by itself."""
        self._require_time()
        self._respect_pause()
        le = self._now()
        incertains = self._store.list_incertains(le, LOT_RELECTURE)
        pret = self._store.find_pret(le)
        presse = bool(incertains) and self._late(incertains[0], le)
        if incertains and (pret is None or presse):
            self._resolve(incertains)
            return True
        if pret is not None:
            self._send(self._store.load(pret))
            return True
        prochain = self._store.next_essai()
        if prochain is None:
            return False
        self._wait((prochain - le) / 1000, Arret.ATTENTE, f"Prochain essai à {_heure(from_ms(prochain))}.")
        return True

    # Sending

    def _send(self, garde: AEnvoyer) -> None:
        envoi, le = garde.envoi, self._now()
        parts = depot.load_parts(garde, self._fichiers)
        if parts is None:
            self._end(envoi, issues.damaged(envoi))
            return
        with self._store.transaction():
            pannes.hit("avant_prise")
            # Committed before any byte leaves: whatever happens next, this envoi is known to have left.
            self._store.move(envoi, Acte.CLAIM, le=le, essais=envoi.essais + 1, prochain_essai=0)
        pannes.hit("apres_prise")
        envoi = self._store.find(envoi.id)
        try:
            accuse = depart.send(self._client, envoi, *parts, numero=self._numero(envoi))
        except NotSent as trouble:
            self._end(envoi, issues.not_sent(trouble))
            self._slow_down(trouble.retry_after_s, str(trouble), trouble.request_id)
        except ReponsePerdue as perdue:
            self._lose(envoi, perdue)
            self._slow_down(perdue.retry_after_s, str(perdue), perdue.request_id)
        except Refused as refus:
            self._refuse(envoi, refus)
        except ErreurCfa as impossible:  # said by the client before anything is sent: a route that this OPCO lacks
            self._end(envoi, issues.impossible(impossible))
        except BaseException:
            # Interrupted by hand, or by a fault of ours: it may have left.
            self._end(envoi, issues.lost(envoi, self._now(), self._rythme, bool(self._client.profil.renvoi_reconnu)))
            raise
        else:
            self._troubles = 0
            pannes.hit("apres_reponse")
            self._end(envoi, issues.acknowledged(self._store, envoi, accuse))

    def _refuse(self, envoi: Envoi, refus: Refused) -> None:
        if isinstance(refus, QuotaReached):
            self._end(envoi, issues.not_sent(refus))
            self._slow_down(refus.retry_after_s, refus.description, refus.request_id)
        elif issues.is_about_access(refus):
            # Not this envoi's fault, or perhaps: it goes behind the others, so that it cannot hold them for ever.
            recul = int(self._rythme.wait(envoi.essais, None, self._de) * 1000)
            self._end(envoi, issues.access(refus, prochain=self._now() + recul))
            raise _Fini(Arret.ACCES, issues.access_sentence(refus), refus.request_id)
        else:
            self._troubles = 0
            pannes.hit("apres_reponse")
            self._end(envoi, issues.refused(refus))

    def _lose(self, envoi: Envoi, perdue: ReponsePerdue) -> None:
        reconnu = bool(self._client.profil.renvoi_reconnu)
        self._end(envoi, issues.lost(envoi, self._now(), self._rythme, reconnu, perdue))

    def _end(self, envoi: Envoi, issue: Issue) -> None:
        """Write the end of a send: durable when this returns."""
        with self._store.transaction():
            self._store.move(envoi, issue.acte, le=self._now(), detail=issue.detail, **issue.colonnes)
            pannes.hit("avant_issue")
        pannes.hit("apres_issue")
        self._count(envoi, issue.compte)

    def _numero(self, envoi: Envoi) -> str | None:
        if envoi.nature in (NatureEnvoi.CONVENTION, NatureEnvoi.DOCUMENT):
            return depot.numero_of(self._store, envoi.suite)
        return None

    # Reading back

    def _resolve(self, ids: list[int]) -> None:
        """Look for uncertain envois at the OPCO; those that cannot be looked for go again, or wait for a person."""
        gardes = [self._store.load(id_) for id_ in ids]
        relisibles = [garde for garde in gardes if garde.envoi.nature in RELISIBLES]
        pannes.hit("avant_relecture")
        try:
            trouvailles = self._relecture.find(relisibles)
        except Unavailable as trouble:
            self._put_off(gardes)
            self._slow_down(trouble.retry_after_s, str(trouble), trouble.request_id)
            return
        except Refused as refus:
            self._put_off(gardes)
            if isinstance(refus, QuotaReached):
                self._slow_down(refus.retry_after_s, refus.description, refus.request_id)
                return
            raise _Fini(Arret.ACCES, issues.access_sentence(refus), refus.request_id) from None
        except NotSent as trouble:
            self._put_off(gardes)
            self._slow_down(trouble.retry_after_s, str(trouble), trouble.request_id)
            return
        self._troubles = 0
        pannes.hit("apres_relecture")
        for garde in gardes:
            self._require_time()
            self._settle(garde, trouvailles.get(garde.envoi.id))

    def _settle(self, garde: AEnvoyer, issue: Issue | None) -> None:
        envoi, le = garde.envoi, self._now()
        if issue is not None:
            self._end(envoi, issue)
        elif self._client.profil.renvoi_reconnu:
            # Not there, or nothing to look at: this server gives the same numbers to the same bytes (norme.md §7).
            self._respect_pause()
            self._send(garde)
        else:
            self._end(envoi, issues.not_found(garde, le, self._rythme))

    def _put_off(self, gardes: list[AEnvoyer]) -> None:
        """Reading back failed: that says nothing of them; each is looked for again later."""
        le = self._now()
        with self._store.transaction():
            for garde in gardes:
                attente = self._rythme.relecture(garde.relectures, garde.envoi.essais)
                self._store.postpone(garde.envoi.id, le=le, prochain=le + int(attente * 1000))

    def _late(self, id_: int, le: int) -> bool:
        prevu = self._store.find(id_).prochain_essai_le
        return prevu is None or to_ms(prevu) <= le - RETARD_MAX_MS

    # Waiting

    def _slow_down(self, retry_after_s: float | None, phrase: str, reference: str | None) -> None:
        """After a trouble that is not the envoi's: wait, or stop when the drain was not asked to wait."""
        self._troubles += 1
        attente = self._rythme.wait(self._troubles, retry_after_s, self._de)
        if retry_after_s is not None:
            le = self._now()
            with self._store.transaction():
                self._store.record_pause(le=le, jusqua=le + int(attente * 1000))
        if not self._attendre and self._troubles >= self._rythme.troubles_max:
            raise _Fini(Arret.RESEAU, phrase, reference)
        if retry_after_s is None:  # otherwise respected before the next step, and by the next drains
            self._wait(attente, Arret.RESEAU, phrase)

    def _respect_pause(self) -> None:
        pause = self._store.find_pause()
        if pause is None:
            return
        reste = pause[1] - self._now()
        if reste > 0:
            self._wait(reste / 1000, Arret.ATTENTE, f"L'OPCO demande d'attendre {_heure(from_ms(pause[1]))}.")

    def _wait(self, secondes: float, arret: Arret, phrase: str) -> None:
        if not self._attendre and secondes > self._rythme.patience:
            raise _Fini(arret, phrase)
        if self._fin is not None:
            secondes = min(secondes, max((self._fin - self._temps.clock()).total_seconds(), 0.0))
        # A little at least: a time to the millisecond may be reached a hair too early.
        self._temps.sleep(max(secondes, 0.001))
        self._require_time()

    def _require_time(self) -> None:
        if self._fin is not None and self._temps.clock() >= self._fin:
            raise _Fini(Arret.DUREE, "Le temps donné est écoulé : le reste attend le prochain envoi.")

    # Telling

    def _count(self, envoi: Envoi, compte: str | None) -> None:
        if compte is not None:
            self._faits[compte] += 1
            if compte == "retrouves":
                self._faits["acceptes"] += 1
        self._dit(self._store.find(envoi.id))

    def _now(self) -> int:
        return to_ms(self._temps.clock())

    def _bilan(self, arret: Arret | None, phrase: str | None, reference: str | None) -> BilanBoite:
        prochain = self._store.next_essai()
        return BilanBoite(
            etats=self._store.count_etats(),
            acceptes=self._faits["acceptes"],
            retrouves=self._faits["retrouves"],
            refuses=self._faits["refuses"],
            perdus=self._faits["perdus"],
            bloques=self._store.count_bloques(),
            attendent_personne=self._store.count_attendent_personne(),
            arret=arret,
            phrase=phrase,
            reference=reference,
            prochain_essai_le=from_ms(prochain) if prochain else None,
        )


def _heure(instant: datetime) -> str:
    """As a person reads it where they are."""
    return instant.astimezone().strftime("%d/%m/%Y %H:%M:%S")
