"""The data of the convention, made from the CERFA it goes with: nothing is typed twice (norme.md §2.2)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from traitdunion.norme.messages.cerfa import Apprenti, Cerfa, Contrat, Employeur, Formation, OrganismeFormation
from traitdunion.norme.messages.convention import (
    ApprentiConvention,
    ContratConvention,
    Convention,
    Couts,
    EmployeurConvention,
    FormationConvention,
    OrganismeConvention,
)

ANNEES_RQTH = 4


@dataclass(frozen=True)
class Engagements:
    """What the convention says and the CERFA does not: prices in euros, the mandate, the signatures."""

    mandat_employeur: bool | None = None
    cout_pedagogie: Decimal | None = None
    majorations_rqth: tuple[Decimal, ...] = ()
    repas: int | None = None
    nuitees: int | None = None
    premier_equipement: Decimal | None = None
    mobilite_internationale: bool | None = None
    date_signature: date | None = None
    signee: bool | None = None
    signature_probante: bool | None = None
    conforme: bool | None = None


def build_convention(
    cerfa: Cerfa, engagements: Engagements, *, numero_interne_dossier: str | None = None
) -> Convention:
    """The convention of this CERFA; `numero_interne_dossier` is known once the dossier is deposited."""
    employeur = cerfa.employeur or Employeur()
    apprenti = cerfa.apprenti or Apprenti()
    contrat = cerfa.contrat or Contrat()
    organisme = cerfa.organisme_formation or OrganismeFormation()
    return Convention(
        numero_interne_dossier=numero_interne_dossier,
        employeur=EmployeurConvention(siret=employeur.siret),
        apprenti=ApprentiConvention(nom=apprenti.nom, prenom=apprenti.prenom, nom_usage=apprenti.nom_usage),
        contrat=ContratConvention(
            date_debut_contrat=contrat.date_debut_contrat, date_fin_contrat=contrat.date_fin_contrat
        ),
        organisme_formation=OrganismeConvention(siret=organisme.siret, uai_cfa=organisme.uai_cfa),
        formation=_formation(cerfa.formation or Formation()),
        couts=_couts(engagements),
        mandat_employeur=engagements.mandat_employeur,
        date_signature=engagements.date_signature,
        attestation_convention_signee_entreprise=engagements.signee,
        attestation_convention_signee_cfa=engagements.signee,
        attestation_convention_signature_probante=engagements.signature_probante,
        attestation_convention_conforme_json=engagements.conforme,
    )


def _formation(formation: Formation) -> FormationConvention:
    return FormationConvention(
        date_debut_formation=formation.date_debut_formation,
        date_fin_formation=formation.date_fin_formation,
        duree_formation=formation.duree_formation,
        rncp=formation.rncp,
        intitule_qualification=formation.intitule_qualification,
    )


def _couts(engagements: Engagements) -> Couts:
    rqth = [*engagements.majorations_rqth, *([None] * ANNEES_RQTH)][:ANNEES_RQTH]
    return Couts(
        cout_total_pedagogie_cfa=engagements.cout_pedagogie,
        montant_rqth_annee1=rqth[0],
        montant_rqth_annee2=rqth[1],
        montant_rqth_annee3=rqth[2],
        montant_rqth_annee4=rqth[3],
        nombre_repas_totaux=engagements.repas,
        nombre_hebergement_totaux=engagements.nuitees,
        montant_premier_equipement=engagements.premier_equipement,
        mention_mobilite_internationale=engagements.mobilite_internationale,
    )
