"""Bringing the mirror up to date: only what changed is read (norme.md §1, GET evenements; §2, etats).

What is to be read is noted in the transaction that saves the cursor, and taken off the note in the one that writes
what was read. So the process may be killed anywhere: what the cursor has passed is in the mirror, or still on the note.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from traitdunion.cfa.echange.lus import DossierRelu, EtatAvoirRelu, EtatDossierRelu, EtatFactureRelu
from traitdunion.cfa.errors import ErreurCfa, NotFound, Refused, ReponseIllisible, RouteAbsente
from traitdunion.cfa.suivi.miroir import store
from traitdunion.cfa.suivi.miroir.base import transaction
from traitdunion.cfa.suivi.miroir.changements import (
    DOSSIER,
    EVENEMENT,
    list_changements,
    list_changements_facture,
    list_reglements,
)
from traitdunion.cfa.suivi.miroir.lecture import read_dossier, read_etat, read_facture
from traitdunion.cfa.suivi.modele import FACTURE, Changement
from traitdunion.norme.messages.evenements import Evenement

if TYPE_CHECKING:
    import sqlite3

    from traitdunion.cfa.client import ClientCfa

LOT_DOSSIERS, LOT_ETATS, LOT_EVENEMENTS = 50, 500, 1000
PARIS = ZoneInfo("Europe/Paris")
API = "api"  # whose mirror it is
AUTRE_SERVEUR = (
    "La copie locale de ce profil vient de {connue}, et ses réglages désignent maintenant {api}. Rien n'est lu. Un "
    "autre OPCO, ou le passage de l'essai à la production, demande un profil à lui : « traitdunion cfa configurer "
    "--profil NOM ». Si c'est le même OPCO qui a changé d'adresse : « traitdunion cfa synchroniser --tout-relire »."
)
CURSEUR, FIL, COMPLET = "curseur", "fil", "complet"
FACTURES_A_LIRE, FACTURES_LISIBLES = "factures_a_lire", "factures_lisibles"
CLE_FIN, CLE_LUE_LE, SYNCHRONISE_LE = "cle_fin", "cle_lue_le", "synchronise_le"
OUI, NON = "oui", "non"
Avance = Callable[[str, int, int | None], None]  # what is done, how many, of how many
T = TypeVar("T")


@dataclass
class BilanSynchro:
    """What one synchronisation did. `tout_relu`: why everything was read again, in French; None when it was not."""

    fil: bool = False
    evenements: int = 0
    dossiers_lus: int = 0
    dossiers_changes: int = 0
    factures_lues: int = 0
    factures_changees: int = 0
    illisibles: tuple[str, ...] = ()
    tout_relu: str | None = None
    factures_lisibles: bool = True
    cle_fin: date | None = None


class Synchro:
    """One run; `at` is its instant, by which everything it sees is dated."""

    def __init__(
        self, base: "sqlite3.Connection", client: "ClientCfa", *, at: datetime, on_progress: Avance | None = None
    ) -> None:
        self._base = base
        self._client = client
        self._at = at
        self._jour = at.astimezone(PARIS).date()
        self._on_progress = on_progress or (lambda etape, fait, total: None)
        self.bilan = BilanSynchro()

    def run(self, *, tout_relire: bool = False) -> BilanSynchro:
        """Read what changed. Raises Refused, NoAnswer: what was read before that is kept."""
        self._require_same_opco(oublier=tout_relire)
        if tout_relire:
            self._start_again("demandé")
        elif store.read_meta(self._base, SYNCHRONISE_LE) is None and store.read_meta(self._base, CURSEUR) is None:
            self._start_again("première synchronisation")
        self.bilan.fil = self._follow_fil()
        if not self.bilan.fil or store.read_meta(self._base, COMPLET) is not None:
            self._compare_etats()
        self._read_factures()  # before the dossiers: those of an invoice that changed are to be read too
        self._read_dossiers()
        self._read_cle()
        with transaction(self._base):
            store.write_meta(self._base, SYNCHRONISE_LE, self._at.isoformat())
        return self.bilan

    def _require_same_opco(self, *, oublier: bool) -> None:
        """A mirror is of one server: what another one says must not be written over it, nor a cursor be given to it."""
        api, connue = self._client.profil.api, store.read_meta(self._base, API)
        if connue == api:
            return
        if connue is not None and not oublier:
            raise ErreurCfa(AUTRE_SERVEUR.format(connue=connue, api=api))
        with transaction(self._base):
            if connue is not None:
                store.forget_opco(self._base)
            store.write_meta(self._base, API, api)

    # What changed

    def _start_again(self, motif: str) -> None:
        """Forget the cursor, and note that every dossier is to be read."""
        with transaction(self._base):
            for cle in (CURSEUR, FIL, FACTURES_LISIBLES, CLE_LUE_LE):
                store.write_meta(self._base, cle, None)
            store.write_meta(self._base, COMPLET, OUI)
            store.write_meta(self._base, FACTURES_A_LIRE, OUI)
            store.mark_all(self._base)
        self.bilan.tout_relu = motif

    def _follow_fil(self) -> bool:
        """Note what the feed says has changed; False where the OPCO has none."""
        if store.read_meta(self._base, FIL) == NON:
            return False
        while True:
            curseur = store.read_meta(self._base, CURSEUR)
            try:
                fil = self._client.list_evenements(curseur, limite=LOT_EVENEMENTS)
            except ErreurCfa as erreur:
                if is_absent(erreur):
                    with transaction(self._base):
                        store.write_meta(self._base, FIL, NON)
                    return False
                if curseur is None or not isinstance(erreur, Refused) or erreur.code != "CURSEUR_INVALIDE":
                    raise
                self._start_again("l'OPCO ne reconnaissait plus notre place dans le fil des événements")
                continue
            with transaction(self._base):
                store.append_historique(self._base, map(self._to_changement, fil.evenements))
                store.mark(self._base, ((un.numero_interne, un.numero_externe) for un in fil.evenements))
                if any(un.numero_interne_facture for un in fil.evenements):
                    store.write_meta(self._base, FACTURES_A_LIRE, OUI)
                store.write_meta(self._base, FIL, OUI)
                store.write_meta(self._base, CURSEUR, fil.curseur)
            self.bilan.evenements += len(fil.evenements)
            self._on_progress("Événements", self.bilan.evenements, None)
            if not fil.encore:
                return True

    def _to_changement(self, evenement: Evenement) -> Changement:
        facture = evenement.numero_interne_facture
        return Changement(
            vu_le=self._at,
            survenu_le=evenement.survenu_le,
            objet=DOSSIER,
            numero=evenement.numero_interne,
            champ=EVENEMENT,
            avant=None if facture is None else f"facture {facture}",
            apres=evenement.libelle,
        )

    def _compare_etats(self) -> None:
        """Note the dossiers whose state is not what it was, and those whose échéancier was not read today."""
        complet = store.read_meta(self._base, COMPLET) is not None
        listes = store.list_listes(self._base)
        vus = 0
        for lot in _batches(self._client.list_etats(), LOT_ETATS):
            with transaction(self._base):
                for etat in lot:
                    liste = _as_listed(etat)
                    if complet or listes.get(etat.numero_interne) != liste:
                        self._note_etat(etat, liste)
            vus += len(lot)
            self._on_progress("États", vus, None)
        with transaction(self._base):
            if not self.bilan.fil:
                store.mark_stale(self._base, self._jour)
                store.write_meta(self._base, FACTURES_A_LIRE, OUI)
            store.write_meta(self._base, COMPLET, None)

    def _note_etat(self, etat: EtatDossierRelu, liste: str) -> None:
        connu = store.find_dossier(self._base, etat.numero_interne)
        lu = read_etat(etat, connu=connu, at=self._at)
        store.append_historique(self._base, list_changements(connu, lu))
        # Read before this day: the whole reading that is now noted says when it was.
        lu_jour = connu.lu_le.astimezone(PARIS).date() if connu and connu.lu_le else None
        store.write_dossier(self._base, lu, lu_jour=lu_jour, liste=liste)
        store.mark(self._base, [(etat.numero_interne, etat.numero_externe)])

    # Reading it

    def _read_dossiers(self) -> None:
        total, fait = store.count_a_lire(self._base), 0
        for lot in store.list_a_lire(self._base, LOT_DOSSIERS):
            lus = self._ask([numero for numero, _ in lot])
            with transaction(self._base):
                for numero, externe in lot:
                    if numero not in lus or self._write(lus[numero], numero, externe):
                        store.unmark(self._base, [numero])
            fait += len(lot)
            self._on_progress("Dossiers", fait, total)

    def _ask(self, numeros: Sequence[str]) -> Mapping[str, DossierRelu | None]:
        """These dossiers, whole, by number, None for what cannot be read; those that this CFA lacks are left out."""
        try:
            lus = self._client.list_dossiers(numeros)
        except ErreurCfa as erreur:
            # Nor one that refuses the whole batch for one number, or writes one dossier that cannot be read.
            if not is_absent(erreur) and not isinstance(erreur, ReponseIllisible):
                raise
            lus = None
        if lus is not None and all(un.cerfa is not None and un.cerfa.numero_interne in numeros for un in lus):
            return {un.cerfa.numero_interne: un for un in lus if un.cerfa.numero_interne is not None}
        return dict(self._ask_each(numeros))

    def _ask_each(self, numeros: Sequence[str]) -> Iterator[tuple[str, DossierRelu | None]]:
        for numero in numeros:
            try:
                yield numero, self._client.find_dossier(numero)
            except NotFound:
                continue
            except ReponseIllisible:
                yield numero, None

    def _write(self, lu: DossierRelu | None, numero: str, externe: str | None) -> bool:
        """Write a dossier and what changed in it; False when it cannot be read: it stays noted."""
        connu = store.find_dossier(self._base, numero)
        try:
            if lu is None:
                raise ValueError("not the norm's shape")
            dossier = read_dossier(lu, numero_interne=numero, connu=connu, numero_externe=externe, at=self._at)
        except ValueError:
            self.bilan.illisibles += (externe or numero,)
            return False
        changements = list_changements(connu, dossier)
        store.append_historique(self._base, changements)
        store.write_dossier(self._base, dossier, lu_jour=self._jour, liste=None)
        self.bilan.dossiers_lus += 1
        self.bilan.dossiers_changes += bool(changements)
        return True

    def _read_factures(self) -> None:
        """Every state of invoice: the norm pages them all, and cannot be asked for some."""
        if store.read_meta(self._base, FACTURES_LISIBLES) == NON:
            self.bilan.factures_lisibles = False
            return
        if store.read_meta(self._base, FACTURES_A_LIRE) is None:
            return
        if not self._try_etats(self._client.list_etats_factures, "Factures"):
            self.bilan.factures_lisibles = False
            with transaction(self._base):
                store.write_meta(self._base, FACTURES_LISIBLES, NON)
            return
        # An extension of Trait d'union: elsewhere there is none to read.
        self._try_etats(self._client.list_etats_avoirs, "Avoirs")
        with transaction(self._base):
            store.write_meta(self._base, FACTURES_A_LIRE, None)

    def _try_etats(self, lister: Callable[[], Iterable[EtatFactureRelu | EtatAvoirRelu]], etape: str) -> bool:
        """Read them all; False where the OPCO has no such route."""
        try:
            self._read_etats(lister(), etape)
        except ErreurCfa as erreur:
            if not is_absent(erreur):
                raise
            return False
        return True

    def _read_etats(self, etats: Iterable[EtatFactureRelu | EtatAvoirRelu], etape: str) -> None:
        lues = 0
        for lot in _batches(etats, LOT_ETATS):
            with transaction(self._base):
                for etat in lot:
                    self._write_facture(etat)
            lues += len(lot)
            self._on_progress(etape, lues, None)

    def _write_facture(self, etat: EtatFactureRelu | EtatAvoirRelu) -> None:
        connue = store.find_facture(self._base, etat.numero_interne_facture)
        self.bilan.factures_lues += 1
        try:
            facture = read_facture(etat, connue=connue, at=self._at)
        except ValueError:
            self.bilan.illisibles += (etat.reference_facture_cfa,)
            return
        if facture != connue:
            changements = list_changements_facture(connue, facture, vu_le=self._at)
            store.append_historique(self._base, changements)
            if facture.genre == FACTURE:
                store.append_reglements(self._base, list_reglements(connue, facture))
            store.write_facture(self._base, facture)
            store.mark(self._base, ((un.numero_interne, un.numero_externe) for un in facture.dossiers))
            self.bilan.factures_changees += 1

    def _read_cle(self) -> None:
        """The end of the key, once a day; an OPCO that cannot tell it does not make the rest fail."""
        connue = store.read_meta(self._base, CLE_FIN)
        self.bilan.cle_fin = date.fromisoformat(connue) if connue else None
        if self._client.profil.siren is None or store.read_meta(self._base, CLE_LUE_LE) == self._jour.isoformat():
            return
        try:
            fin = self._client.key_info().date_fin_validite
            self.bilan.cle_fin = date.fromisoformat(fin[:10]) if fin else None
        except (ErreurCfa, ValueError):
            return
        with transaction(self._base):
            store.write_meta(self._base, CLE_FIN, self.bilan.cle_fin.isoformat() if self.bilan.cle_fin else None)
            store.write_meta(self._base, CLE_LUE_LE, self._jour.isoformat())


def is_absent(erreur: ErreurCfa) -> bool:
    """Whether it says that there is no such route: by the OPCO's 404, or by its profile before anything is sent."""
    return isinstance(erreur, NotFound | RouteAbsente)


def _as_listed(etat: EtatDossierRelu) -> str:
    return f"{etat.etat}|{etat.numero_deca or ''}|{etat.commentaire_etat or ''}"


def _batches(elements: Iterable[T], taille: int) -> Iterator[list[T]]:
    iterateur = iter(elements)
    while lot := list(islice(iterateur, taille)):
        yield lot
