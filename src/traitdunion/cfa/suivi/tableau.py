"""What the CFA reads: one line by promotion. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import msgspec

from traitdunion.cfa.suivi.demandes import find_demande
from traitdunion.cfa.suivi.modele import DossierSuivi, Vue
from traitdunion.cfa.suivi.restes import Restes, trop_percu

MOIS_DE_RENTREE = 7
SANS_FORMATION = "formation inconnue"


class Engagement(msgspec.Struct, frozen=True, kw_only=True):
    """What the OPCO has engaged: for the échéances, and for frais annexes; cents."""

    echeances: int = 0
    frais_annexes: int = 0

    @property
    def total(self) -> int:
        """Both, in cents."""
        return self.echeances + self.frais_annexes


def engagement_of(dossier: DossierSuivi) -> Engagement:
    """What is engaged of one dossier: as the OPCO says it, since a break leaves the échéances as they were."""
    somme = sum(une.total for une in dossier.echeances)
    return Engagement(
        echeances=somme if dossier.engagement is None else dossier.engagement,
        frais_annexes=sum(une.total for une in dossier.frais),
    )


class LignePromotion(msgspec.Struct, kw_only=True):
    """The dossiers of one promotion, counted by state. `hors_promotion`: grouped by default.

    Amounts in cents, of the échéances; frais annexes are engaged for the contract as a whole, in `engage_frais`.
    """

    nom: str
    hors_promotion: bool
    dossiers: int = 0
    transmis: int = 0
    instruction: int = 0
    attente: int = 0
    engages: int = 0
    refuses: int = 0
    annules: int = 0
    rompus: int = 0
    soldes: int = 0
    inconnus: int = 0
    engage: int = 0
    engage_frais: int = 0
    regle: int = 0
    en_cours: int = 0
    a_facturer: int = 0
    a_facturer_nombre: int = 0
    trop_percu: int = 0


_COMPTEUR = {
    "TRANSMIS": "transmis",
    "ENGAGE": "engages",
    "REFUSE": "refuses",
    "ANNULE": "annules",
    "RUPTURE": "rompus",
    "SOLDE": "soldes",
}


def promotion_of(dossier: DossierSuivi, vue: Vue) -> tuple[str, bool]:
    """The promotion of a dossier, and whether it is only a group made of its formation and school year."""
    nom = vue.promotions.get(dossier.numero_interne)
    if nom is not None:
        return nom, False
    annee = "" if dossier.date_debut is None else f", {say_annee_scolaire(dossier.date_debut)}"
    return f"Hors promotion : {dossier.formation or SANS_FORMATION}{annee}", True


def say_annee_scolaire(jour: date) -> str:
    """« 2026-2027 »: the school year in which a day falls, from July to June."""
    premiere = jour.year if jour.month >= MOIS_DE_RENTREE else jour.year - 1
    return f"{premiere}-{premiere + 1}"


def list_promotions(vue: Vue, restes: Restes, *, promotion: str | None = None) -> list[LignePromotion]:
    """One line by promotion, those of the CFA first, by name; only `promotion` when it is given."""
    lignes: dict[str, LignePromotion] = {}
    ouverts: dict[str, list[int]] = defaultdict(list)
    for reste in restes.ouverts:
        ouverts[reste.dossier.numero_interne].append(reste.montant)
    for dossier in vue.dossiers:
        nom, hors = promotion_of(dossier, vue)
        if promotion is not None and not is_meant(nom, promotion):
            continue
        ligne = lignes.setdefault(nom, LignePromotion(nom=nom, hors_promotion=hors))
        _count(ligne, dossier, ouverts.get(dossier.numero_interne, ()))
    return sorted(lignes.values(), key=lambda une: (une.hors_promotion, une.nom.casefold()))


def is_meant(nom: str, demandee: str) -> bool:
    """Whether a name typed by a person means this promotion: case and outer spaces do not matter."""
    return nom.casefold().strip() == demandee.casefold().strip()


def _count(ligne: LignePromotion, dossier: DossierSuivi, ouverts: Sequence[int]) -> None:
    ligne.dossiers += 1
    if dossier.etat == "EN_COURS_INSTRUCTION":
        compteur = "attente" if find_demande(dossier) else "instruction"
    else:
        compteur = _COMPTEUR.get(dossier.etat, "inconnus")
    setattr(ligne, compteur, getattr(ligne, compteur) + 1)
    engagement = engagement_of(dossier)
    ligne.engage += engagement.echeances
    ligne.engage_frais += engagement.frais_annexes
    ligne.regle += sum(une.regle for une in dossier.echeances)
    ligne.en_cours += sum(une.en_cours for une in dossier.echeances)
    ligne.a_facturer += sum(ouverts)
    ligne.a_facturer_nombre += len(ouverts)
    ligne.trop_percu += trop_percu(dossier)
