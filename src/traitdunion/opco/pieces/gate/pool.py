"""The gate seen by a worker of the API: a queue in front of a few warm children that are replaced when they die."""

import asyncio
import os
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import structlog

from traitdunion.norme.erreurs import Anomalie, Entree, Refus, pieces, technique
from traitdunion.opco.pieces.gate import protocol
from traitdunion.opco.pieces.gate.model import (
    EXTENSIONS,
    MIO,
    FichierRefuse,
    Inspection,
    Limites,
    Mention,
    Motif,
    TypeContenu,
)
from traitdunion.opco.pieces.gate.process import COMMANDE, Child, ChildDead, ChildTooSlow

_CHAMP = "fichier"
_CODES = {entree.code: entree for entree in vars(pieces).values() if isinstance(entree, Entree)}
# A part whose type says nothing (RFC 7578 §4.4: text/plain is the default of a part; connectors send octet-stream).
_TYPES_MUETS = {"", "application/octet-stream", "binary/octet-stream", "text/plain", "application/force-download"}
_SYNONYMES = {"application/x-pdf": TypeContenu.PDF, "image/jpg": TypeContenu.JPEG, "image/pjpeg": TypeContenu.JPEG}
_ESSAIS = 2  # a child killed by an operator or by the kernel must not cost an innocent file its deposit
_PAUSES_SECONDES = (0.1, 0.5, 2.0, 10.0)

_log = structlog.get_logger(__name__)


class Gate:
    """Inspects deposited files in children, first come first served; safe for concurrent calls of one event loop.

    `enfants` children are kept warm; beyond `file_max` waiting files, or `attente_secondes` in the queue, the caller
    is told to come back (SERVICE_INDISPONIBLE with Retry-After). `commande` starts a child.
    """

    def __init__(
        self,
        *,
        limites: Limites | None = None,
        enfants: int = 1,
        file_max: int = 256,
        attente_secondes: float = 20.0,
        commande: Sequence[str] = COMMANDE,
    ) -> None:
        self._limites = limites or Limites()
        self._count = enfants
        self._file_max = file_max
        self._attente_secondes = attente_secondes
        self._commande = commande
        # A child is handed to the first who waits: an asyncio.Queue would let a newcomer overtake.
        self._free: deque[Child] = deque()
        self._waiters: deque[asyncio.Future[Child]] = deque()
        self._busy: set[Child] = set()
        self._replacements: set[asyncio.Task[None]] = set()
        self._closed = True

    async def open(self) -> None:
        """Start the children. Raises ChildDead or OSError when even one cannot be started: better now than later."""
        self._closed = False
        for _ in range(self._count):
            await self._start_child()

    async def aclose(self) -> None:
        """Stop every child, those at work included: nothing that they do is worth keeping."""
        self._closed = True
        for task in list(self._replacements):
            task.cancel()
        await asyncio.gather(*self._replacements, return_exceptions=True)
        await asyncio.gather(*(child.kill() for child in list(self._busy)))
        while self._free:
            await self._free.popleft().stop()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_exception(_unavailable())

    async def __aenter__(self) -> "Gate":
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def pids(self) -> frozenset[int]:
        """The process ids of the children that are there, for supervision."""
        return frozenset(child.pid for child in [*self._free, *self._busy] if child.alive)

    async def inspect(
        self,
        path: Path,
        *,
        admis: frozenset[TypeContenu],
        nom: str,
        declare: str | None = None,
        facture: bool = False,
    ) -> Inspection:
        """What the file at `path` is, once it has passed every check.

        `admis` are the types that this route takes; `nom` the file's name and `declare` the Content-Type of its part,
        both only compared with the content. The PDF of a `facture` may carry the XML of a Factur-X; the inspection
        says what both say. Its text may remain unknown, which refuses nothing. Raises `Refus` with every ground found;
        the file is left as it is.
        """
        self._check_size(path.stat().st_size)  # noqa: ASYNC240 - one system call on a file just written
        annonces = tuple(announced_types(nom, declare))
        demande = protocol.Demande(
            os.fspath(path),
            admis=tuple(kind for kind in TypeContenu if kind in admis),
            annonces=annonces,
            facture=facture,
        )
        for essai in range(1, _ESSAIS + 1):
            child = await self._take()
            try:
                reponse = await child.ask(demande)
                texte = await child.ask_text() if protocol.text_follows(reponse) else None
            except ChildTooSlow:
                _log.warning("analyse_trop_longue", pid=child.pid)
                raise pieces.FICHIER_TROP_LONG_A_LIRE.refus(_CHAMP) from None
            except ChildDead as exc:
                _log.warning("enfant_mort", pid=child.pid, returncode=exc.returncode, essai=essai)
                continue
            finally:
                self._give_back(child)
            return self._judge(reponse, texte)
        raise pieces.FICHIER_ANALYSE_INTERROMPUE.refus(_CHAMP)

    def _check_size(self, taille_octets: int) -> None:
        if taille_octets == 0:
            raise pieces.FICHIER_VIDE.refus(_CHAMP)
        if taille_octets > self._limites.taille_octets:
            raise pieces.FICHIER_TROP_GROS.refus(_CHAMP, limite_mio=self._limites.taille_octets // MIO)

    def _judge(self, reponse: protocol.Reponse, texte: protocol.Texte | None) -> Inspection:
        if reponse.cause:
            _log.error("analyse_imprevue", cause=reponse.cause)
        if isinstance(reponse.resultat, FichierRefuse):
            raise Refus([_anomalie(motif) for motif in reponse.resultat.motifs])
        if reponse.resultat.facture is None:
            return reponse.resultat
        if texte is None or texte.cause:
            _log.warning("texte_non_lu", cause=texte.cause if texte else "enfant")
        lecture = replace(reponse.resultat.facture, mention=texte.mention if texte else Mention.INCONNUE)
        return replace(reponse.resultat, facture=lecture)

    async def _take(self) -> Child:
        """A child, in the order of arrival."""
        if self._closed or len(self._waiters) >= self._file_max:
            raise _unavailable()
        try:
            child = self._free.popleft() if self._free else await self._wait()
        except TimeoutError:
            raise _unavailable() from None
        self._busy.add(child)
        return child

    async def _wait(self) -> Child:
        waiter: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(self._attente_secondes):
                return await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._offer(waiter.result())  # handed over just as the wait ended
            raise
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def _offer(self, child: Child) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(child)
                return
        self._free.append(child)

    async def _start_child(self) -> None:
        self._offer(await Child.start(self._limites, commande=self._commande))

    def _give_back(self, child: Child) -> None:
        self._busy.discard(child)
        if self._closed:
            return  # `aclose` ends it
        if child.alive and not child.worn_out:
            self._offer(child)
            return
        task = asyncio.create_task(self._replace(child))
        self._replacements.add(task)
        task.add_done_callback(self._replacements.discard)

    async def _replace(self, worn: Child) -> None:
        """Put a fresh child in the place of one that is dead or worn out, for as long as it takes."""
        if worn.alive:
            await worn.stop()
        echecs = 0
        while not self._closed:
            try:
                await self._start_child()
                return
            except (ChildDead, OSError) as exc:
                pause = _PAUSES_SECONDES[min(echecs, len(_PAUSES_SECONDES) - 1)]
                _log.error("enfant_sans_depart", cause=type(exc).__name__, prochain_essai_secondes=pause)
                echecs += 1
                await asyncio.sleep(pause)


def announced_types(nom: str, declare: str | None) -> Iterable[TypeContenu | None]:
    """The types that the name and the Content-Type announce; None for one that is none of ours.

    An unknown extension and a Content-Type that says nothing announce nothing: the content alone decides.
    """
    extension = os.path.splitext(nom.strip().lower())[1]
    if extension in EXTENSIONS:
        yield EXTENSIONS[extension]
    media = (declare or "").partition(";")[0].strip().lower()
    if media in _TYPES_MUETS:
        return
    known = {kind.value: kind for kind in TypeContenu} | _SYNONYMES
    yield known.get(media)


def _anomalie(motif: Motif) -> Anomalie:
    """The ground with its sentence; one that the catalogue cannot say is an interrupted analysis."""
    try:
        return _CODES[motif.code].anomalie(_CHAMP, **motif.valeurs)
    except KeyError:
        return pieces.FICHIER_ANALYSE_INTERROMPUE.anomalie(_CHAMP)


def _unavailable() -> Refus:
    return technique.SERVICE_INDISPONIBLE.refus(entetes={"Retry-After": "5"}, attente_secondes=5)
