"""The follow-up of one profile: the door to its mirror."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from traitdunion.cfa.suivi.miroir import store
from traitdunion.cfa.suivi.miroir.base import MiroirEndommage, delete_base, locked, transaction
from traitdunion.cfa.suivi.miroir.changements import DOSSIER
from traitdunion.cfa.suivi.miroir.synchro import (
    CLE_FIN,
    FACTURES_LISIBLES,
    FIL,
    NON,
    OUI,
    SYNCHRONISE_LE,
    Avance,
    BilanSynchro,
    Synchro,
)
from traitdunion.cfa.suivi.modele import AVOIR, FACTURE, Changement, Vue
from traitdunion.norme.identifiants import numero_externe, read_numero_externe

if TYPE_CHECKING:
    import sqlite3

    from traitdunion.cfa.boite import DossierEnBoite
    from traitdunion.cfa.client import ClientCfa

FICHIER = "suivi.db"
OCCUPE = "Une autre synchronisation de ce profil est en cours. Attendez qu'elle finisse, puis recommencez."


def utc_now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


class Suivi:
    """The mirror of one profile; a context manager. Reading it needs no network."""

    def __init__(self, base: "sqlite3.Connection", chemin: Path, *, clock: Callable[[], datetime]) -> None:
        self._base = base
        self._chemin = chemin
        self._clock = clock

    @classmethod
    def open(cls, chemin: Path, *, clock: Callable[[], datetime] = utc_now, refaire: bool = False) -> "Suivi":
        """Open or make the mirror. Raises MiroirEndommage, unless `refaire`: a damaged one is then made anew, empty."""
        try:
            return cls(store.open_miroir(chemin), chemin, clock=clock)
        except MiroirEndommage:
            if not refaire:
                raise
        delete_base(chemin)
        return cls(store.open_miroir(chemin), chemin, clock=clock)

    def __enter__(self) -> "Suivi":
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def synchroniser(
        self, client: "ClientCfa", *, tout_relire: bool = False, on_progress: Avance | None = None
    ) -> BilanSynchro:
        """Read what changed at the OPCO since last time. Raises Refused, NoAnswer, SynchroEnCours.

        Killed or failing midway, the next call goes on from there.
        """
        with locked(self._chemin.with_name(self._chemin.name + ".verrou"), OCCUPE):
            return Synchro(self._base, client, at=self._clock(), on_progress=on_progress).run(tout_relire=tout_relire)

    def link(self, dossiers: Iterable["DossierEnBoite"]) -> None:
        """Keep the promotion that the outbox knows of each dossier."""
        promotions = {un.numero_interne: un.promotion for un in dossiers if un.numero_interne and un.promotion}
        with transaction(self._base):
            store.write_promotions(self._base, promotions)

    def vue(self) -> Vue:
        """All that is known, at one instant."""
        self._base.execute("BEGIN")
        try:
            synchronise, cle = store.read_meta(self._base, SYNCHRONISE_LE), store.read_meta(self._base, CLE_FIN)
            fil = store.read_meta(self._base, FIL)
            return Vue(
                dossiers=tuple(store.list_dossiers(self._base)),
                factures=tuple(store.list_factures(self._base)),
                reglements=tuple(store.list_reglements(self._base)),
                promotions=store.read_promotions(self._base),
                synchronise_le=datetime.fromisoformat(synchronise) if synchronise else None,
                cle_fin=date.fromisoformat(cle) if cle else None,
                fil=None if fil is None else fil == OUI,
                factures_lisibles=store.read_meta(self._base, FACTURES_LISIBLES) != NON,
            )
        finally:
            self._base.execute("COMMIT")

    def list_historique(self, numero: str) -> list[Changement] | None:
        """What was seen to change of a dossier (« CA-… » or numeroInterne) or of an invoice (the CFA's own number).

        Oldest first; None when the mirror knows no such number.
        """
        lu = read_numero_externe(numero)
        externe = numero if lu is None else numero_externe(lu)
        interne = store.find_numero_interne(self._base, externe) or numero
        if store.find_dossier(self._base, interne) is not None:
            return store.list_historique(self._base, DOSSIER, interne)
        facture = store.find_facture_numero(self._base, numero)
        if facture is None:
            return None
        return [un for genre in (FACTURE, AVOIR) for un in store.list_historique(self._base, genre, facture)]
