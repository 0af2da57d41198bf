"""Which invoices can be sent on a day, from what was read back: a pure function, exact in cents (norme.md §2.3).

Never more than what is left of each échéance, nothing before its opening day, nothing that is on its way already.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from traitdunion.cfa.suivi.modele import DossierSuivi, EcheanceSuivie, FraisSuivi, Vue
from traitdunion.cfa.suivi.restes import Emissions, LigneEmise, Reste, Restes, compute_restes, forclusion
from traitdunion.cfa.suivi.tableau import is_meant, promotion_of
from traitdunion.norme.facturation.montants import say_euros
from traitdunion.norme.facturation.natures import UNE_SEULE_FOIS, Nature

LIGNES_MAX = 200  # of one invoice that bills several dossiers: its PDF stays readable


class DemandeFrais(msgspec.Struct, frozen=True, kw_only=True):
    """Frais annexes to bill. `dossier` None: every dossier; `quantite` None: all that is left of the engagement."""

    nature: Nature
    dossier: str | None = None
    quantite: int | None = None


class Reglages(msgspec.Struct, frozen=True, kw_only=True):
    """How to invoice. `siret`: of the issuer, else that of the échéances; `dossiers`, `promotion`: only those."""

    siret: str | None = None
    regrouper: bool = False
    valent_certificat: bool = True
    dossiers: frozenset[str] = frozenset()
    promotion: str | None = None
    frais: tuple[DemandeFrais, ...] = ()


class LignePreparee(msgspec.Struct, frozen=True, kw_only=True):
    """One line to be; `montant` in cents, above zero."""

    dossier: DossierSuivi
    echeance: EcheanceSuivie
    nature: Nature
    montant: int
    quantite: int = 1


class FacturePreparee(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice that has no number yet. `forclusion`: the last day on which it is worth anything, if any."""

    siret: str
    est_certificat: bool
    lignes: tuple[LignePreparee, ...]
    forclusion: date | None = None

    @property
    def total(self) -> int:
        """In cents."""
        return sum(ligne.montant for ligne in self.lignes)

    @property
    def dossiers(self) -> tuple[DossierSuivi, ...]:
        """Those that it bills, each once, in order."""
        return tuple({ligne.dossier.numero_interne: ligne.dossier for ligne in self.lignes}.values())


class Motif(StrEnum):
    """Why something was left out."""

    EN_CHEMIN = "EN_CHEMIN"
    A_RELIRE = "A_RELIRE"
    FORCLOSE = "FORCLOSE"
    FRAIS = "FRAIS"


class MiseDeCote(msgspec.Struct, frozen=True, kw_only=True):
    """What was left out, and why, in a French sentence."""

    motif: Motif
    dossier: str
    echeance: str | None
    phrase: str


class Preparation(msgspec.Struct, frozen=True, kw_only=True):
    """The invoices that can be sent now, and what was left out."""

    factures: tuple[FacturePreparee, ...]
    mises_de_cote: tuple[MiseDeCote, ...]

    @property
    def total(self) -> int:
        """In cents."""
        return sum(facture.total for facture in self.factures)


def prepare_factures(vue: Vue, reglages: Reglages, *, le: date, emises: Sequence[LigneEmise] = ()) -> Preparation:
    """The invoices that can be sent on the day `le`, one by dossier unless `regrouper`.

    `emises`: the lines of our own invoices that are on their way or arrived.
    """
    restes = compute_restes(vue, le=le, emises=emises)
    voulus = {dossier.numero_externe for dossier in vue.dossiers if _is_wanted(dossier, vue, reglages)}
    lignes: dict[str, list[LignePreparee]] = defaultdict(list)
    for reste in restes.ouverts:
        if reste.dossier.numero_externe in voulus:
            lignes[reste.dossier.numero_externe] += _lignes(reste)
    cotes = [une for une in _left_out(restes) if une.dossier in voulus]
    if reglages.frais:
        emissions = Emissions(vue, emises)
        for dossier in vue.dossiers:
            if dossier.numero_externe in voulus:
                for demande in reglages.frais:
                    trouvee = _frais(dossier, demande, emissions, le)
                    if isinstance(trouvee, LignePreparee):
                        lignes[dossier.numero_externe].append(trouvee)
                    elif trouvee is not None:
                        cotes.append(trouvee)
    return Preparation(factures=tuple(_group(lignes, reglages)), mises_de_cote=tuple(cotes))


def _is_wanted(dossier: DossierSuivi, vue: Vue, reglages: Reglages) -> bool:
    if reglages.dossiers and not reglages.dossiers & {dossier.numero_externe, dossier.numero_interne}:
        return False
    return reglages.promotion is None or is_meant(promotion_of(dossier, vue)[0], reglages.promotion)


def _lignes(reste: Reste) -> Iterator[LignePreparee]:
    for nature, montant in ((Nature.PEDAGOGIE, reste.pedagogie), (Nature.MAJORATION_RQTH, reste.rqth)):
        if montant > 0:
            yield LignePreparee(dossier=reste.dossier, echeance=reste.echeance, nature=nature, montant=montant)


def _frais(
    dossier: DossierSuivi, demande: DemandeFrais, emissions: Emissions, le: date
) -> LignePreparee | MiseDeCote | None:
    """A line of frais annexes, billed with the latest échéance that is open; why there is none, when it was asked."""
    if demande.dossier is not None and demande.dossier not in (dossier.numero_externe, dossier.numero_interne):
        return None
    engage = next((un for un in dossier.frais if un.nature == demande.nature), None)
    ouvertes = [une for une in dossier.echeances if une.ouverture <= le]
    pourquoi = _refuse_frais(dossier, demande, engage, bool(ouvertes))
    if pourquoi is None:
        assert engage is not None
        reste = _reste_frais(dossier, engage, demande.nature, emissions)
        montant = reste if demande.quantite is None else demande.quantite * engage.prix
        if 0 < montant <= reste:
            quantite = demande.quantite or (montant // engage.prix if engage.prix > 0 else 1) or 1
            return LignePreparee(
                dossier=dossier, echeance=ouvertes[-1], nature=demande.nature, montant=montant, quantite=quantite
            )
        pourquoi = "tout est déjà facturé" if reste <= 0 else f"il ne reste que {say_euros(reste)} sur l'engagement"
    if demande.dossier is None:
        return None  # asked of every dossier: most have nothing to bill, which needs no word
    phrase = f"{demande.nature.libelle.capitalize()} : {pourquoi}."
    return MiseDeCote(motif=Motif.FRAIS, dossier=dossier.numero_externe, echeance=None, phrase=phrase)


def _refuse_frais(
    dossier: DossierSuivi, demande: DemandeFrais, engage: FraisSuivi | None, ouvertes: bool
) -> str | None:
    if dossier.etat not in ("ENGAGE", "RUPTURE"):
        return "le dossier n'est pas engagé"
    if engage is None:
        return "rien n'est engagé pour cette nature"
    if not ouvertes:
        return "aucune échéance n'est encore ouverte"
    deja = {periode.nature for periode in dossier.periodes}
    regle = {Nature.PREMIEREQUIPEMENT: dossier.equipement_regle, Nature.MOBILITE: dossier.mobilite_regle}
    if demande.nature in UNE_SEULE_FOIS and (demande.nature in deja or regle.get(demande.nature, False)):
        return "cette nature se facture une seule fois, et l'est déjà"
    return None


def _reste_frais(dossier: DossierSuivi, engage: FraisSuivi, nature: Nature, emissions: Emissions) -> int:
    """What is left of an engagement of frais annexes; of what is billed once, the OPCO's ceiling holds too."""
    plafonds = {Nature.PREMIEREQUIPEMENT: dossier.plafond_equipement, Nature.MOBILITE: dossier.plafond_mobilite}
    plafond = plafonds.get(nature)
    total = engage.total if not plafond else min(engage.total, plafond)
    billed = emissions.billed_frais(dossier, nature)
    return 0 if nature in UNE_SEULE_FOIS and billed > 0 else total - billed


def _group(lignes: Mapping[str, list[LignePreparee]], reglages: Reglages) -> Iterator[FacturePreparee]:
    """The lines by invoice: one by dossier, or as few as may be.

    First échéances are advances: an invoice of them alone proves nothing (norme.md §2.3). Once the second is open, the
    first one's time is over too: together they may be certified. So billed together, dossiers that ask for their first
    échéance alone are kept apart from the others.
    """
    groupes: dict[tuple[str, str, bool], list[LignePreparee]] = defaultdict(list)
    for numero, siennes in lignes.items():
        avance = all(ligne.echeance.numero == "1" for ligne in siennes)
        for ligne in siennes:
            siret = reglages.siret or ligne.echeance.siret_cfa
            groupes[siret, "" if reglages.regrouper else numero, avance].append(ligne)
    for (siret, _, avance), groupe in groupes.items():
        taille = LIGNES_MAX if reglages.regrouper else len(groupe)
        for debut in range(0, len(groupe), taille):
            lot = tuple(groupe[debut : debut + taille])
            limites = [jour for une in lot if (jour := forclusion(une.dossier, une.echeance)) is not None]
            yield FacturePreparee(
                siret=siret,
                est_certificat=reglages.valent_certificat and not avance,
                lignes=lot,
                forclusion=min(limites, default=None),
            )


def _left_out(restes: Restes) -> Iterator[MiseDeCote]:
    for une in restes.en_chemin:
        numero, echeance = une.dossier.numero_externe, une.echeance.numero
        if une.accepte_le is None:
            phrase = f"Déjà dans la facture {une.numero}, qui attend dans la boîte d'envoi."
            yield MiseDeCote(motif=Motif.EN_CHEMIN, dossier=numero, echeance=echeance, phrase=phrase)
        else:
            phrase = f"Déjà dans la facture {une.numero}, transmise : synchronisez pour en voir la suite."
            yield MiseDeCote(motif=Motif.A_RELIRE, dossier=numero, echeance=echeance, phrase=phrase)
    for reste in restes.forclos:
        limite = forclusion(reste.dossier, reste.echeance)
        phrase = f"Le dernier solde ({say_euros(reste.montant)}) se facturait au plus tard le {limite:%d/%m/%Y}."
        yield MiseDeCote(
            motif=Motif.FORCLOSE, dossier=reste.dossier.numero_externe, echeance=reste.echeance.numero, phrase=phrase
        )
