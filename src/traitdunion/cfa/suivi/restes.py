"""What of each échéance may still be invoiced: cents, never negative, nothing asked for twice (regles.md §4.9, §5)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

import msgspec

from traitdunion.cfa.suivi.modele import AVOIR, FACTURE, DossierSuivi, EcheanceSuivie, FactureSuivie, LigneSuivie, Vue
from traitdunion.norme.calendrier import add_months
from traitdunion.norme.facturation.etats import EtatDeFacture, EtatDeLigne
from traitdunion.norme.facturation.natures import FRAIS_ANNEXES, Nature

FACTURABLES = frozenset({"ENGAGE", "RUPTURE"})
SOLDE = "99"
FORCLUSION_MOIS = 4  # R6332-25 III 4°
# The forclusion came with the décret 2025-585 (regles.md §4.9: regime of contracts concluded from that day).
FORCLUSION_DEPUIS = date(2025, 7, 1)
PERDUES = frozenset({EtatDeLigne.REJETEE, EtatDeLigne.FORCLOSE})
ATTENDUES = frozenset({EtatDeLigne.A_COMPLETER, EtatDeLigne.EN_INSTRUCTION, EtatDeLigne.ACCEPTEE, EtatDeLigne.ORDONNEE})
FACTURES_PERDUES = frozenset({EtatDeFacture.REJETE, EtatDeFacture.ANNULE})
_LIGNE_SELON_FACTURE: dict[str, EtatDeLigne] = {
    EtatDeFacture.REGLE: EtatDeLigne.REGLEE,
    EtatDeFacture.REJETE: EtatDeLigne.REJETEE,
    EtatDeFacture.ANNULE: EtatDeLigne.ANNULEE,
}
Cle = tuple[str, str]  # numeroExterne of the dossier, number of the échéance


class LigneEmise(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an invoice of our own register that is, or may be, on its way; `accepte_le`: the OPCO has it."""

    numero: str
    dossier: str
    echeance: str
    nature: str
    montant: int
    accepte_le: datetime | None = None


class Reste(msgspec.Struct, frozen=True, kw_only=True):
    """What may be invoiced of one échéance: pedagogie + rqth > 0."""

    dossier: DossierSuivi
    echeance: EcheanceSuivie
    pedagogie: int
    rqth: int

    @property
    def montant(self) -> int:
        """In cents."""
        return self.pedagogie + self.rqth


class EnChemin(msgspec.Struct, frozen=True, kw_only=True):
    """An échéance left out because an invoice of ours is on its way, or has just arrived."""

    dossier: DossierSuivi
    echeance: EcheanceSuivie
    numero: str
    accepte_le: datetime | None


class Restes(msgspec.Struct, frozen=True, kw_only=True):
    """Every échéance with something left on a day, sorted by what becomes of it."""

    ouverts: tuple[Reste, ...]
    a_venir: tuple[Reste, ...]
    forclos: tuple[Reste, ...]
    en_chemin: tuple[EnChemin, ...]


class Emissions:
    """What was invoiced already, by the OPCO's word and by our own register."""

    def __init__(self, vue: Vue, emises: Sequence[LigneEmise]) -> None:
        lues = {facture.numero for facture in vue.factures if facture.genre == FACTURE}
        nos: dict[str, list[LigneEmise]] = defaultdict(list)
        for emise in emises:
            nos[emise.numero].append(emise)
        self.lignes: dict[Cle, list[tuple[FactureSuivie, LigneSuivie]]] = defaultdict(list)
        for facture in vue.factures:
            for ligne in facture.lignes or _as_lignes(facture, nos.get(facture.numero, ())):
                self.lignes[ligne.dossier, ligne.echeance].append((facture, ligne))
        self.inconnues: dict[Cle, list[LigneEmise]] = defaultdict(list)
        for emise in emises:
            if emise.numero not in lues:
                self.inconnues[emise.dossier, emise.echeance].append(emise)

    def billed(self, cle: Cle, nature: Nature) -> int:
        """What invoices live or settled, less credit notes, ask of one nature with this échéance."""
        return sum(ligne.montant for ligne in self._alive(cle) if ligne.nature == nature)

    def pending(self, cle: Cle) -> int:
        """What invoices ask of the échéance itself and is neither settled nor refused."""
        return sum(
            ligne.montant - ligne.regle
            for ligne in self._alive(cle)
            if ligne.nature not in FRAIS_ANNEXES and ligne.etat in ATTENDUES
        )

    def on_the_way(self, dossier: DossierSuivi, echeance: EcheanceSuivie) -> LigneEmise | None:
        """A line of our own that the OPCO's amounts do not show yet.

        One that it accepted shows once its amounts, settled or being looked at, bear it; elsewhere than here they may
        only do so when it is paid.
        """
        emises = [
            une
            for une in self.inconnues.get((dossier.numero_externe, echeance.numero), ())
            if une.nature not in FRAIS_ANNEXES
        ]
        vues = echeance.regle + echeance.en_cours
        for une in emises:
            if une.accepte_le is None or dossier.lu_le is None or dossier.lu_le <= une.accepte_le:
                return une
        return emises[-1] if emises and vues < sum(une.montant for une in emises) else None

    def billed_frais(self, dossier: DossierSuivi, nature: Nature) -> int:
        """What was invoiced of a nature of frais annexes, with any échéance of the dossier."""
        cles = [(dossier.numero_externe, une.numero) for une in dossier.echeances]
        inconnues = (une for cle in cles for une in self.inconnues.get(cle, ()))
        return sum(self.billed(cle, nature) for cle in cles) + sum(
            une.montant for une in inconnues if une.nature == nature
        )

    def _alive(self, cle: Cle) -> Iterator[LigneSuivie]:
        """A cancelled line counts, as does the credit note that cancels it: together they are nothing."""
        for facture, ligne in self.lignes.get(cle, ()):
            if ligne.etat not in PERDUES and not (facture.genre == AVOIR and facture.etat in FACTURES_PERDUES):
                yield ligne


def compute_restes(vue: Vue, *, le: date, emises: Sequence[LigneEmise] = ()) -> Restes:
    """What of each échéance may be invoiced on the day `le`, what later, what no more."""
    emissions = Emissions(vue, emises)
    ouverts: list[Reste] = []
    a_venir: list[Reste] = []
    forclos: list[Reste] = []
    en_chemin: list[EnChemin] = []
    for dossier in vue.dossiers:
        if dossier.etat not in FACTURABLES:
            continue
        for reste in _restes_of(dossier, emissions):
            limite = forclusion(dossier, reste.echeance)
            emise = emissions.on_the_way(dossier, reste.echeance)
            if emise is not None:
                en_chemin.append(
                    EnChemin(dossier=dossier, echeance=reste.echeance, numero=emise.numero, accepte_le=emise.accepte_le)
                )
            elif reste.echeance.ouverture > le:
                a_venir.append(reste)
            elif limite is not None and le > limite:
                forclos.append(reste)
            else:
                ouverts.append(reste)
    return Restes(ouverts=tuple(ouverts), a_venir=tuple(a_venir), forclos=tuple(forclos), en_chemin=tuple(en_chemin))


def forclusion(dossier: DossierSuivi, echeance: EcheanceSuivie) -> date | None:
    """The last day on which the last solde may be received; None for what is never lost (R6332-25 III 4°)."""
    conclu = dossier.date_conclusion
    if conclu is None or conclu < FORCLUSION_DEPUIS or echeance is not last_echeance(dossier):
        return None
    return add_months(echeance.fin, FORCLUSION_MOIS)


def last_echeance(dossier: DossierSuivi) -> EcheanceSuivie | None:
    """The last solde: codified 99; after a break whose solde is negative, the last that is left."""
    soldes = [une for une in dossier.echeances if une.codification == SOLDE] or dossier.echeances
    return soldes[-1] if soldes else None


def trop_percu(dossier: DossierSuivi) -> int:
    """What was paid on the échéances beyond what is due, in cents."""
    if dossier.engagement is None:
        return 0
    return max(0, sum(une.regle for une in dossier.echeances) - dossier.engagement)


def _restes_of(dossier: DossierSuivi, emissions: Emissions) -> Iterator[Reste]:
    """What is left of each échéance, and never more in all than what is left of the engagement."""
    attendus = {une.numero: _expected(dossier, une, emissions) for une in dossier.echeances}
    plafond: int | None = None
    if dossier.engagement is not None:
        plafond = dossier.engagement - sum(une.regle + attendus[une.numero] for une in dossier.echeances)
    for une in dossier.echeances:
        reste = une.total - une.regle - attendus[une.numero]
        reste = reste if plafond is None else min(reste, plafond)
        if reste <= 0:
            continue
        plafond = None if plafond is None else plafond - reste
        rqth = une.rqth - emissions.billed((dossier.numero_externe, une.numero), Nature.MAJORATION_RQTH)
        rqth = min(reste, max(0, rqth))
        if not _natures_known(dossier, une, emissions):
            rqth = 0  # the OPCO splits a line that takes in both (norme.md §2.3)
        yield Reste(dossier=dossier, echeance=une, pedagogie=reste - rqth, rqth=rqth)


def _expected(dossier: DossierSuivi, echeance: EcheanceSuivie, emissions: Emissions) -> int:
    return max(0, echeance.en_cours, emissions.pending((dossier.numero_externe, echeance.numero)))


def _natures_known(dossier: DossierSuivi, echeance: EcheanceSuivie, emissions: Emissions) -> bool:
    """Whether what was invoiced already is known by nature: always when nothing was."""
    if not echeance.regle and not echeance.en_cours:
        return True
    return bool(emissions.lignes.get((dossier.numero_externe, echeance.numero)))


def _as_lignes(facture: FactureSuivie, emises: Iterable[LigneEmise]) -> Iterator[LigneSuivie]:
    """The lines of an invoice that our register knows and the OPCO does not tell."""
    etat = _LIGNE_SELON_FACTURE.get(facture.etat)
    for emise in emises:
        regle = emise.montant if etat is EtatDeLigne.REGLEE else 0
        yield LigneSuivie(
            dossier=emise.dossier,
            echeance=emise.echeance,
            nature=emise.nature,
            montant=emise.montant,
            regle=regle,
            etat=etat or EtatDeLigne.EN_INSTRUCTION,
        )
