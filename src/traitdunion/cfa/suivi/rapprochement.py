"""Reconciliation: by dossier, échéance and nature, what is engaged, invoiced, settled, left; and by virement. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import partial

import msgspec

from traitdunion.cfa.suivi.avoirs import AvoirDeLigne, find_avoirs, list_avoirs
from traitdunion.cfa.suivi.modele import AVOIR, DossierSuivi, EcheanceSuivie, LigneSuivie, Vue
from traitdunion.cfa.suivi.restes import FACTURES_PERDUES, PERDUES, LigneEmise, trop_percu
from traitdunion.cfa.suivi.tableau import Engagement, engagement_of, is_meant, promotion_of
from traitdunion.cfa.suivi.virements import TotalVirement, total_virements
from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.facturation.montants import say_euros
from traitdunion.norme.facturation.natures import FRAIS_ANNEXES, Nature

TOUTES = ""  # the échéance of frais annexes: engaged for the contract as a whole


class Ecart(StrEnum):
    """What does not agree, the gravest first."""

    REGLEMENT_DIFFERENT = "REGLEMENT_DIFFERENT"
    TROP_PERCU = "TROP_PERCU"
    REJETE = "REJETE"
    REGLE_EN_PARTIE = "REGLE_EN_PARTIE"
    INCONNUE_DE_L_OPCO = "INCONNUE_DE_L_OPCO"


class LigneRapprochee(msgspec.Struct, kw_only=True):
    """One nature of one échéance; cents. `reste`: engaged and not settled. `echeance` "": the whole contract."""

    dossier: str
    apprenti: str | None
    promotion: str
    echeance: str
    nature: str
    engage: int = 0
    facture: int = 0
    regle: int = 0
    factures: list[str] = []
    virements: list[str] = []
    regle_le: date | None = None
    ecart: Ecart | None = None
    explication: str | None = None

    @property
    def reste(self) -> int:
        """In cents; negative when more was settled than is engaged."""
        return self.engage - self.regle


class Rapprochement(msgspec.Struct, frozen=True, kw_only=True):
    """The lines that do not agree first; `totaux` by nature, then the virements, latest first.

    `engagement` is what `suivre` shows; `avoirs` are explained, and are no difference.
    """

    lignes: list[LigneRapprochee]
    engagement: Engagement
    avoirs: list[AvoirDeLigne]
    totaux: dict[str, dict[str, int]]
    virements: list[TotalVirement]


def compute_rapprochement(
    vue: Vue, *, emises: Sequence[LigneEmise] = (), promotion: str | None = None
) -> Rapprochement:
    """Everything engaged against everything settled, as last seen."""
    lignes: dict[tuple[str, str, str], LigneRapprochee] = {}
    retenus: list[DossierSuivi] = []
    for dossier in vue.dossiers:
        nom = promotion_of(dossier, vue)[0]
        if promotion is None or is_meant(nom, promotion):
            retenus.append(dossier)
            for ligne in _engaged(dossier, nom):
                lignes[ligne.dossier, ligne.echeance, ligne.nature] = ligne
    numeros = {dossier.numero_externe: dossier for dossier in retenus}
    avoirs = list_avoirs(vue, numeros)
    _add_factures(lignes, vue, numeros, avoirs)
    _add_reglements(lignes, vue)
    for dossier in retenus:
        _check(lignes, dossier)
    _add_unknown(lignes, vue, emises)
    gardees = [une for une in lignes.values() if une.engage or une.facture or une.regle or une.ecart]
    rangs = {ecart: rang for rang, ecart in enumerate(Ecart)}
    gardees.sort(
        key=lambda une: (
            rangs.get(une.ecart, len(rangs)) if une.ecart else len(rangs),
            une.dossier,
            len(une.echeance) or 99,
            une.echeance,
            une.nature,
        )
    )
    parts = [engagement_of(dossier) for dossier in retenus]
    return Rapprochement(
        lignes=gardees,
        engagement=Engagement(
            echeances=sum(une.echeances for une in parts), frais_annexes=sum(une.frais_annexes for une in parts)
        ),
        avoirs=avoirs,
        totaux=_totals(gardees),
        virements=total_virements(vue, None if promotion is None else set(numeros)),
    )


def _engaged(dossier: DossierSuivi, promotion: str) -> Iterator[LigneRapprochee]:
    a_ligne = partial(LigneRapprochee, dossier=dossier.numero_externe, apprenti=dossier.apprenti, promotion=promotion)
    lignes = []
    for une in dossier.echeances:
        # The employer's participation is taken off the pedagogy.
        for nature, engage in ((Nature.PEDAGOGIE, une.total - une.rqth), (Nature.MAJORATION_RQTH, une.rqth)):
            if engage or nature is Nature.PEDAGOGIE:
                lignes.append(a_ligne(echeance=une.numero, nature=nature.value, engage=engage))
    _lower(lignes, dossier)
    yield from lignes
    for frais in dossier.frais:
        yield a_ligne(echeance=TOUTES, nature=frais.nature, engage=frais.total)


def _lower(lignes: Sequence[LigneRapprochee], dossier: DossierSuivi) -> None:
    """After a break less is engaged than the échéances that were due before it: the last ones lose it."""
    de_trop = sum(une.engage for une in lignes) - engagement_of(dossier).echeances
    cause = " par la rupture du contrat" if dossier.etat == "RUPTURE" else ""
    for ligne in reversed(lignes):
        retire = min(de_trop, ligne.engage)
        if retire > 0:
            avant, ligne.engage, de_trop = ligne.engage, ligne.engage - retire, de_trop - retire
            _explain(ligne, f"Engagement ramené de {say_euros(avant)} à {say_euros(ligne.engage)}{cause}.")


def _add_factures(
    lignes: dict[tuple[str, str, str], LigneRapprochee],
    vue: Vue,
    numeros: dict[str, DossierSuivi],
    avoirs: Sequence[AvoirDeLigne],
) -> None:
    rejets: dict[tuple[str, str, str], str] = {}
    manques: dict[tuple[str, str, str], str] = {}
    for facture in vue.factures:
        if facture.genre == AVOIR and facture.etat in FACTURES_PERDUES:
            continue
        for une in facture.lignes:
            dossier = numeros.get(une.dossier)
            if dossier is None:
                continue
            ligne = _line_of(lignes, une, dossier, vue)
            cle = (ligne.dossier, ligne.echeance, ligne.nature)
            if facture.numero not in ligne.factures:
                ligne.factures.append(facture.numero)
            if une.etat in PERDUES:
                rejets.setdefault(cle, f"Facture {facture.numero} : {une.commentaire or 'ligne rejetée.'}")
                continue
            ligne.facture += une.montant
            ligne.regle += une.regle
            if facture.genre != AVOIR and facture.regle_le is not None and une.regle:
                ligne.regle_le = max(ligne.regle_le or facture.regle_le, facture.regle_le)
            annule = find_avoirs(avoirs, facture.numero, une)
            for avoir in annule:
                _explain(ligne, avoir.phrase)
            # A virement has come, and left a part of this line aside.
            manque = une.montant - sum(avoir.montant for avoir in annule) - une.regle
            if facture.virement and une.regle >= 0 and manque > 0 and une.etat != EtatDeLigne.ANNULEE:
                dit = une.commentaire or "l'OPCO n'en dit pas la raison."
                phrase = f"Facture {facture.numero} réglée en partie, il manque {say_euros(manque)} : {dit}"
                manques.setdefault(cle, phrase)
    for cle, ligne in lignes.items():
        _judge(ligne, rejets.get(cle), manques.get(cle))


def _line_of(
    lignes: dict[tuple[str, str, str], LigneRapprochee], une: LigneSuivie, dossier: DossierSuivi, vue: Vue
) -> LigneRapprochee:
    cle = (une.dossier, TOUTES if une.nature in FRAIS_ANNEXES else une.echeance, une.nature)
    if cle not in lignes:
        lignes[cle] = LigneRapprochee(
            dossier=une.dossier,
            apprenti=dossier.apprenti,
            promotion=promotion_of(dossier, vue)[0],
            echeance=cle[1],
            nature=une.nature,
        )
    return lignes[cle]


def _judge(ligne: LigneRapprochee, rejet: str | None, manque: str | None) -> None:
    """A refused line that was invoiced again, or one that is paid up to what is engaged, agrees in the end."""
    if rejet is not None:
        if ligne.facture >= ligne.engage > 0:
            _explain(ligne, f"{rejet} C'est facturé de nouveau depuis.")
        else:
            ligne.ecart = Ecart.REJETE
            _explain(ligne, rejet)
    if manque is not None and not (ligne.regle >= ligne.engage > 0):
        ligne.ecart = ligne.ecart or Ecart.REGLE_EN_PARTIE
        _explain(ligne, manque)


def _explain(ligne: LigneRapprochee, phrase: str) -> None:
    ligne.explication = " ".join(dit for dit in (ligne.explication, phrase) if dit)


def _add_reglements(lignes: dict[tuple[str, str, str], LigneRapprochee], vue: Vue) -> None:
    for un in vue.reglements:
        if un.dossier is None or un.echeance is None or un.nature is None:
            continue
        ligne = lignes.get((un.dossier, TOUTES if un.nature in FRAIS_ANNEXES else un.echeance, un.nature))
        if ligne is not None and un.virement and un.virement not in ligne.virements:
            ligne.virements.append(un.virement)


def _check(lignes: dict[tuple[str, str, str], LigneRapprochee], dossier: DossierSuivi) -> None:
    """The échéances as the OPCO reads them back, against its own invoices; and what was overpaid."""
    for une in dossier.echeances:
        siennes = _of(lignes, dossier, une)
        somme = sum(ligne.regle for ligne in siennes)
        if somme == une.regle:
            continue
        if not any(ligne.factures for ligne in siennes):
            # No line is told by this OPCO: what is settled is known of the échéance only.
            siennes[0].regle += une.regle - somme
            siennes[0].facture += une.regle + une.en_cours
            continue
        siennes[0].ecart = Ecart.REGLEMENT_DIFFERENT
        dit = f"L'échéance est dite réglée pour {say_euros(une.regle)}, ses factures pour {say_euros(somme)}."
        _explain(siennes[0], dit)
    if (du := trop_percu(dossier)) > 0 and dossier.echeances:
        derniere = _of(lignes, dossier, dossier.echeances[-1])[0]
        derniere.ecart = derniere.ecart or Ecart.TROP_PERCU
        _explain(derniere, f"Réglé {say_euros(du)} au-delà de l'engagement : à rendre.")


def _of(
    lignes: dict[tuple[str, str, str], LigneRapprochee], dossier: DossierSuivi, une: EcheanceSuivie
) -> list[LigneRapprochee]:
    cles = [(dossier.numero_externe, une.numero, nature.value) for nature in (Nature.PEDAGOGIE, Nature.MAJORATION_RQTH)]
    return [lignes[cle] for cle in cles if cle in lignes]


def _add_unknown(lignes: dict[tuple[str, str, str], LigneRapprochee], vue: Vue, emises: Sequence[LigneEmise]) -> None:
    """Invoices of our register that the OPCO accepted and does not list."""
    if not vue.factures_lisibles:
        return
    lues = {facture.numero for facture in vue.factures}
    for une in emises:
        cle = (une.dossier, TOUTES if une.nature in FRAIS_ANNEXES else une.echeance, une.nature)
        ligne = lignes.get(cle)
        vieille = une.accepte_le is not None and vue.synchronise_le is not None and vue.synchronise_le > une.accepte_le
        if une.numero not in lues and vieille and ligne is not None and ligne.ecart is None:
            ligne.ecart = Ecart.INCONNUE_DE_L_OPCO
            _explain(ligne, f"La facture {une.numero} a été acceptée, mais l'OPCO ne la montre pas.")


def _totals(lignes: Sequence[LigneRapprochee]) -> dict[str, dict[str, int]]:
    totaux: dict[str, dict[str, int]] = {}
    for ligne in lignes:
        total = totaux.setdefault(ligne.nature, {"engage": 0, "facture": 0, "regle": 0, "reste": 0})
        for nom in total:
            total[nom] += getattr(ligne, nom)
    rangs = {nature.value: rang for rang, nature in enumerate(Nature)}
    return dict(sorted(totaux.items(), key=lambda paire: rangs.get(paire[0], len(rangs))))
