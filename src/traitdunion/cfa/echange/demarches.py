"""What takes several calls: reading a deposit back, waiting for a state. Written once, without I/O (ADR 0020).

A démarche is a generator. It yields an `Appel` and is sent its typed answer, or has its error thrown in; it yields a
`Pause` to wait, and is sent the time it is then, in seconds of a clock that never goes back.
"""

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, TypeVar

import msgspec

from traitdunion.cfa.echange import answers, appels
from traitdunion.cfa.echange.appels import Appel, Lot, Pages
from traitdunion.cfa.echange.connecteur import Connecteur
from traitdunion.cfa.echange.lus import DossierRelu, EtatDossierRelu, EtatFactureRelu
from traitdunion.cfa.errors import AttenteVaine, NotFound, Unavailable
from traitdunion.norme import ecriture, lecture
from traitdunion.norme.identite import identite
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.profils import NomRoute

K = TypeVar("K")
T = TypeVar("T")
LISTE_MAX = 100
RELUS_MAX = 50  # dossiers read to find deposits whose answers are lost, where they are read one by one
RELUS_PAR_LISTE_MAX = 1_000  # the same, where the OPCO gives a hundred at a time
HORS_JEU = frozenset({"REFUSE", "ANNULE"})  # their identity is free again (norme.md §7)
CLOS = frozenset({"REFUSE", "ANNULE", "SOLDE"})


@dataclass(frozen=True)
class Pause:
    """Wait that many seconds."""

    secondes: float


@dataclass(frozen=True)
class MemeDossier:
    """A dossier recorded for the same contract; `meme_contenu`: all that the deposit says is read back the same."""

    etat: EtatDossierRelu
    meme_contenu: bool


Demarche = Generator[Appel[Any] | Pause, Any, T]


def find_same_dossier(
    ici: Connecteur, depot: DepotDossier, *, connus: Collection[str] = (), relus_max: int | None = None
) -> Demarche[MemeDossier | None]:
    """The dossier already recorded for the same contract: what to do after ReponsePerdue. See `find_same_dossiers`.

    None: not found among those read; a deposit still on its way may yet appear.
    """
    trouves = yield from find_same_dossiers(ici, {0: depot}, connus=connus, relus_max=relus_max)
    return trouves.get(0)


def find_same_dossiers(
    ici: Connecteur,
    depots: Mapping[K, DepotDossier],
    *,
    connus: Collection[str] = (),
    relus_max: int | None = None,
) -> Demarche[dict[K, MemeDossier]]:
    """Of these deposits, under any key of the caller's, those already recorded: one reading for them all.

    Compares the identity of norme.md §7, so it works against any OPCO: the latest dossiers first, refused and
    cancelled ones left out, until every deposit is found. `connus`: numbers (numeroInterne) that the caller had as
    answers to other deposits, which need not be read. At most `relus_max` dossiers are read: by default 1,000, a
    hundred at a time, or 50 where the OPCO gives them one by one. A deposit that is not in the answer was not found.
    """
    cherches = _identites(depots)
    trouves: dict[K, MemeDossier] = {}
    ecartes, par_liste = frozenset(connus), ici.has(NomRoute.LIRE_LISTE)
    reste = relus_max if relus_max is not None else (RELUS_PAR_LISTE_MAX if par_liste else RELUS_MAX)
    recents = _Recents(appels.list_etats(ici), tries=ici.opco.etats_tries)
    while cherches and reste > 0 and (lot := (yield from recents.next())):
        lot.sort(key=lambda etat: _rank(etat.numero_interne), reverse=True)
        candidats = [etat for etat in lot if etat.etat not in HORS_JEU and etat.numero_interne not in ecartes][:reste]
        reste -= len(candidats)
        pas = LISTE_MAX if par_liste else 1
        for debut in range(0, len(candidats), pas):
            forms = yield from _read_forms(ici, candidats[debut : debut + pas], par_liste=par_liste)
            for etat, form in forms:
                for cle in cherches.pop(_identite(form), ()):
                    trouves[cle] = MemeDossier(etat, _says_all(depots[cle], form))
            if not cherches:
                break
    return trouves


def find_same_facture(
    ici: Connecteur, numero: str, *, siret_emetteur: str | None = None
) -> Demarche[EtatFactureRelu | None]:
    """The invoice of this number (the CFA's own), as the OPCO has it; None: it has none. See `find_same_factures`."""
    trouvees = yield from find_same_factures(ici, [numero], siret_emetteur=siret_emetteur)
    return trouvees.get(numero)


def find_same_factures(
    ici: Connecteur, numeros: Collection[str], *, siret_emetteur: str | None = None
) -> Demarche[dict[str, EtatFactureRelu]]:
    """Of these invoice numbers, those that the OPCO has: what to do after a lost answer.

    `siret_emetteur`: only those of that establishment (identity = siretEmetteur + numero, norme.md §7). A number that
    is not in the answer is not there. Raises RouteAbsente where states of invoices cannot be read: nothing is known.
    """
    cherches = {numero.strip() for numero in numeros}
    trouvees: dict[str, EtatFactureRelu] = {}
    recents = _Recents(appels.list_etats_factures(ici), tries=ici.opco.etats_tries)
    while len(trouvees) < len(cherches) and (lot := (yield from recents.next())):
        lot.sort(key=lambda facture: _rank(facture.numero_interne_facture), reverse=True)
        for facture in lot:
            numero = facture.reference_facture_cfa.strip()
            if siret_emetteur not in (None, facture.organisme_formation.siret):
                continue
            if numero in cherches:
                trouvees.setdefault(numero, facture)
    return {numero: trouvees[numero.strip()] for numero in numeros if numero.strip() in trouvees}


def wait_for(
    ici: Connecteur, numero_interne: str, *, until: Collection[str], timeout: float = 3600.0, poll: float = 30.0
) -> Demarche[DossierRelu]:
    """The dossier, once its state is one of `until` (ENGAGE, REFUSE…): read every `poll` seconds, `timeout` at most.

    A read that fails is tried again at the next turn. Raises AttenteVaine (time is up, or the dossier is closed in
    another state), NotFound, RouteAbsente.
    """
    heure = yield Pause(0)
    fin, vu = heure + timeout, None
    while True:
        try:
            dossier = yield from _read_with_etat(ici, numero_interne)
        except Unavailable:
            dossier = None
        if dossier is not None:
            vu = dossier.etat_brut or dossier.etat
            if dossier.etat in until:
                return dossier
            if dossier.etat in CLOS:
                raise AttenteVaine(f"Le dossier {numero_interne} est clos, à l'état « {vu} ».", etat=dossier.etat)
        if heure >= fin:
            dit = f"est à l'état « {vu} »" if vu else "ne dit pas son état"
            raise AttenteVaine(f"Délai dépassé : le dossier {numero_interne} {dit}.", etat=vu)
        heure = yield Pause(min(poll, fin - heure))


def _read_with_etat(ici: Connecteur, numero_interne: str) -> Demarche[DossierRelu]:
    """A dossier and its state, from the list of states where the dossier does not say it."""
    dossier: DossierRelu = yield appels.find_dossier(ici, numero_interne)
    if dossier.etat is not None:
        return dossier
    recents = _Recents(appels.list_etats(ici), tries=ici.opco.etats_tries)
    while lot := (yield from recents.next()):
        for etat in lot:
            if etat.numero_interne == numero_interne:
                return msgspec.structs.replace(dossier, etat=etat.etat, etat_brut=etat.etat_brut)
    return dossier


class _Recents(Generic[T]):
    """The rows of a paged list in lots, the latest first where its pages are known to be sorted; else in one lot."""

    def __init__(self, pages: Pages[T], *, tries: bool) -> None:
        self._pages = pages
        self._tries = tries
        self._premiere: Lot[T] | None = None
        self._page = 1
        self._fini = False

    def next(self) -> Demarche[list[T]]:
        """The next lot; empty when there is no more."""
        if self._fini:
            return []
        if self._premiere is None:
            premiere: Lot[T] = yield self._pages.page(1)
            self._premiere = premiere
            if not self._tries:
                return (yield from self._all(premiere))
            self._page = ceil(premiere.total / len(premiere.lignes)) if premiere.lignes else 1
        while self._page > 1:
            lot: Lot[T] = yield self._pages.page(self._page)
            self._page -= 1
            if lot.lignes:
                return list(lot.lignes)
        self._fini = True
        return list(self._premiere.lignes)

    def _all(self, lot: Lot[T]) -> Demarche[list[T]]:
        self._fini = True
        toutes, page = list(lot.lignes), 1
        while lot.lignes and len(toutes) < lot.total:
            page += 1
            lot = yield self._pages.page(page)
            toutes += lot.lignes
        return toutes


def _read_forms(
    ici: Connecteur, etats: Sequence[EtatDossierRelu], *, par_liste: bool
) -> Demarche[list[tuple[EtatDossierRelu, Cerfa]]]:
    """The forms of these dossiers, and nothing else of them: what is odd in their funding must not hide them."""
    par_numero: dict[str, Cerfa] = {}
    if par_liste:
        demande = appels.list_dossiers(ici, [etat.numero_interne for etat in etats])
        forms: list[Cerfa] = yield demande.read_as(answers.read_forms)
        par_numero = {form.numero_interne: form for form in forms if form.numero_interne is not None}
        if len(par_numero) == len(forms):
            return [(etat, par_numero[etat.numero_interne]) for etat in etats if etat.numero_interne in par_numero]
    # One by one, also where the list does not say which number each has.
    for etat in etats:
        try:
            lu: Cerfa = yield appels.find_dossier(ici, etat.numero_interne).read_as(answers.read_form)
        except NotFound:
            continue
        par_numero[etat.numero_interne] = lu
    return [(etat, par_numero[etat.numero_interne]) for etat in etats if etat.numero_interne in par_numero]


def _identites(depots: Mapping[K, DepotDossier]) -> dict[bytes, list[K]]:
    """The identity of each deposit that has one, and who bears it."""
    cherches: dict[bytes, list[K]] = {}
    for cle, depot in depots.items():
        if depot.cerfa is not None and (identite_ := _identite(depot.cerfa)):
            cherches.setdefault(identite_, []).append(cle)
    return cherches


def _identite(cerfa: Cerfa) -> bytes:
    """Its identity; empty for a form without employer, apprentice or contract, which has none."""
    try:
        return identite(cerfa, siren="")
    except ValueError:
        return b""


def _says_all(depot: DepotDossier, lu: Cerfa) -> bool:
    """Whether all that the deposit says is in what was read back; an OPCO may add to it (labels, defaults)."""
    envoye = lecture.read(DepotDossier, ecriture.write(depot)).message.cerfa
    return _contains(msgspec.to_builtins(lu), msgspec.to_builtins(envoye))


def _contains(tout: Any, partie: Any) -> bool:
    if isinstance(partie, dict) and isinstance(tout, dict):
        return all(nom in tout and _contains(tout[nom], fils) for nom, fils in partie.items())
    if isinstance(partie, list | tuple) and isinstance(tout, list | tuple):
        return len(tout) == len(partie) and all(map(_contains, tout, partie))
    return bool(tout == partie)


def _rank(numero: str) -> tuple[int, str]:
    """Numbers as text, in the order of numbers."""
    return len(numero), numero
