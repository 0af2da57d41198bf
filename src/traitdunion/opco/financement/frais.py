"""Frais annexes: engaged beside the pedagogy, billed on proof, never split (regles.md §4.7)."""

import msgspec

from traitdunion.norme.messages.convention import Couts
from traitdunion.norme.parametres import ReglesFinancement
from traitdunion.opco.financement.faits import to_cents


class Frais(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of frais annexe: quantity, unit price and total in cents."""

    nature: str
    quantite: int
    prix_unitaire: int

    @property
    def montant(self) -> int:
        """What is engaged for it."""
        return self.quantite * self.prix_unitaire


def compute_frais(couts: Couts | None, regles: ReglesFinancement) -> tuple[Frais, ...]:
    """What the convention announces, at the OPCO's flat rates and ceilings (L6332-14 I 3°, D6332-83)."""
    if couts is None:
        return ()
    equipement = min(to_cents(couts.montant_premier_equipement) or 0, regles.premier_equipement_plafond)
    annonces = (
        Frais(
            nature="HEBERGEMENT", quantite=couts.nombre_hebergement_totaux or 0, prix_unitaire=regles.hebergement_nuitee
        ),
        Frais(nature="RESTAURATION", quantite=couts.nombre_repas_totaux or 0, prix_unitaire=regles.restauration_repas),
        Frais(nature="PREMIEREQUIPEMENT", quantite=1 if equipement else 0, prix_unitaire=equipement),
        Frais(
            nature="MOBILITE",
            quantite=1 if couts.mention_mobilite_internationale else 0,
            prix_unitaire=regles.mobilite_forfait or 0,
        ),
    )
    return tuple(un for un in annonces if un.montant > 0)
