"""From the messages of the norm to what the mirror keeps; any OPCO's spelling is read (norme.md §2.5, §3, §6)."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from traitdunion.cfa.echange.lus import DossierRelu, EtatAvoirRelu, EtatDossierRelu, EtatFactureRelu
from traitdunion.cfa.suivi.modele import (
    AVOIR,
    FACTURE,
    INCONNU,
    DossierSuivi,
    EcheanceSuivie,
    FactureSuivie,
    FraisSuivi,
    LigneSuivie,
    PartDossier,
    PeriodeFrais,
)
from traitdunion.norme.facturation.echeances import normalise_numero_echeance
from traitdunion.norme.facturation.montants import to_centimes
from traitdunion.norme.facturation.natures import normalise_nature
from traitdunion.norme.messages.cerfa import Apprenti, Cerfa, Contrat, Employeur, Formation, OrganismeFormation
from traitdunion.norme.messages.reponses import Echeance
from traitdunion.norme.nomenclatures import ETAT_DOSSIER, ETAT_FACTURE, Nomenclature

# What the list of states says of a dossier.
DE_LA_LISTE = ("numero_externe", "numero_deca", "etat", "etat_brut", "commentaire", "vu_le")
_CENTIME = Decimal("0.01")
_TOLERANCE = Decimal("0.000001")


def read_etat(etat: EtatDossierRelu, *, connu: DossierSuivi | None, at: datetime) -> DossierSuivi:
    """A dossier of which the list of states was read: the rest is as it was known."""
    dit = DossierSuivi(
        numero_interne=etat.numero_interne,
        numero_externe=etat.numero_externe,
        numero_deca=etat.numero_deca,
        etat=_known(etat.etat, ETAT_DOSSIER),
        etat_brut=etat.etat_brut or etat.etat,
        commentaire=etat.commentaire_etat,
        vu_le=at,
    )
    if connu is None:
        return dit
    return msgspec.structs.replace(connu, **{nom: getattr(dit, nom) for nom in DE_LA_LISTE})


def read_dossier(
    lu: DossierRelu, *, numero_interne: str, connu: DossierSuivi | None, numero_externe: str | None = None, at: datetime
) -> DossierSuivi:
    """A dossier read whole. Raises ValueError for an amount that is no whole number of cents."""
    cerfa = lu.cerfa or Cerfa()
    employeur, apprenti = cerfa.employeur or Employeur(), cerfa.apprenti or Apprenti()
    contrat, formation = cerfa.contrat or Contrat(), cerfa.formation or Formation()
    etat = lu.etat or (connu.etat if connu else INCONNU)
    details = lu.details_facturation
    return DossierSuivi(
        numero_interne=numero_interne,
        numero_externe=cerfa.numero_externe or numero_externe or (connu.numero_externe if connu else numero_interne),
        numero_deca=cerfa.numero_deca or (connu.numero_deca if connu else None),
        etat=_known(etat, ETAT_DOSSIER),
        etat_brut=lu.etat_brut or (connu.etat_brut if connu else etat),
        commentaire=cerfa.commentaire_etat or lu.comment,
        vu_le=at,
        lu_le=at,
        apprenti=_join(apprenti.nom, apprenti.prenom),
        nom=apprenti.nom,
        prenom=apprenti.prenom,
        employeur=employeur.denomination or _join(employeur.nom, employeur.prenom),
        employeur_siret=employeur.siret,
        formation=formation.intitule_qualification or formation.rncp,
        siret_cfa=(cerfa.organisme_formation or OrganismeFormation()).siret,
        date_conclusion=contrat.date_conclusion,
        date_debut=contrat.date_debut_contrat,
        date_fin=contrat.date_fin_contrat,
        engagement=None if lu.engagement is None else read_cents(lu.engagement),
        echeances=tuple(_echeance(une) for une in lu.echeances or ()),
        frais=tuple(
            FraisSuivi(
                nature=normalise_nature(un.nature_frais),
                quantite=un.quantite,
                prix=read_cents(un.prix_unitaire),
                total=read_cents(un.montant_total),
            )
            for un in lu.engagements_frais_annexe or ()
        ),
        periodes=tuple(
            PeriodeFrais(echeance=normalise_numero_echeance(p.numero_echeance), nature=normalise_nature(p.nature))
            for p in (details.periodes_frais_annexes if details else ())
        ),
        equipement_regle=bool(details and details.frais_premier_equipement_regles),
        mobilite_regle=bool(details and details.frais_mobilite_regles),
        plafond_equipement=read_cents(details.plafond_frais_premier_equipement) if details else None,
        plafond_mobilite=read_cents(details.plafond_frais_mobilite) if details else None,
    )


def read_facture(lue: EtatFactureRelu | EtatAvoirRelu, *, connue: FactureSuivie | None, at: datetime) -> FactureSuivie:
    """An invoice or a credit note; the IBAN that comes with it is not kept. Raises ValueError as `read_dossier`."""
    return FactureSuivie(
        numero_interne=lue.numero_interne_facture,
        numero=lue.reference_facture_cfa,
        genre=AVOIR if isinstance(lue, EtatAvoirRelu) else FACTURE,
        montant=read_cents(lue.montant_facture),
        regle=_read_regle(lue),
        etat=_known(lue.etat_facture, ETAT_FACTURE),
        etat_brut=lue.etat_brut or lue.etat_facture,
        siret=lue.organisme_formation.siret,
        vue_le=connue.vue_le if connue else at,
        virement=lue.reference_virement,
        regle_le=lue.date_reglement,
        commentaire=lue.commentaire,
        origine=lue.numero_facture_origine if isinstance(lue, EtatAvoirRelu) else None,
        dossiers=tuple(
            PartDossier(
                numero_interne=part.numero_interne_dossier,
                numero_externe=part.numero_externe_dossier,
                montant=read_cents(part.montant),
            )
            for part in lue.dossiers
        ),
        lignes=tuple(
            LigneSuivie(
                dossier=ligne.numero_dossier,
                echeance=normalise_numero_echeance(ligne.numero_echeance),
                nature=normalise_nature(ligne.nature_ligne),
                montant=read_cents(ligne.montant),
                regle=read_cents(ligne.montant_regle),
                etat=ligne.etat_ligne.strip().upper(),
                commentaire=ligne.commentaire,
            )
            for ligne in lue.lignes or ()
        ),
    )


def read_cents(montant: Decimal) -> int:
    """Euros as integer cents; within 0.000001 of a cent it is that cent (norme.md §2). Raises ValueError."""
    if not montant.is_finite():
        raise ValueError("not an amount")
    arrondi = montant.quantize(_CENTIME, rounding=ROUND_HALF_UP)
    return to_centimes(arrondi if abs(arrondi - montant) <= _TOLERANCE else montant)


def _echeance(lue: Echeance) -> EcheanceSuivie:
    return EcheanceSuivie(
        numero=normalise_numero_echeance(lue.numero),
        codification=normalise_numero_echeance(lue.codification),
        ouverture=lue.date_ouverture,
        debut=lue.date_debut,
        fin=lue.date_fin,
        total=read_cents(lue.montant_total),
        pedagogie=read_cents(lue.dont_montant_pedagogie),
        rqth=read_cents(lue.dont_majoration_rqth),
        participation=read_cents(lue.dont_participation_employeur),
        regle=read_cents(lue.montant_regle),
        en_cours=read_cents(lue.montant_en_cours_instruction),
        siret_cfa=lue.siret_cfa,
    )


def _join(*mots: str | None) -> str | None:
    return " ".join(mot for mot in mots if mot) or None


def _read_regle(lue: EtatFactureRelu | EtatAvoirRelu) -> int:
    """What was paid, in cents. An OPCO without that extension says it by the state: the whole, or nothing yet."""
    if lue.montant_regle is not None:
        return read_cents(lue.montant_regle)
    return read_cents(lue.montant_facture) if lue.etat_facture == "REGLE" else 0


def _known(etat: str, nomenclature: Nomenclature) -> str:
    return etat if etat in nomenclature.codes else INCONNU
