"""Dossiers as the rules of invoices see them: an échéancier, its ledger, what was received. No database."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from traitdunion.norme.facturation.montants import to_euros
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.facture import Facture, LigneFacture
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.postes import HORS_ECHEANCE, Cle
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.factures.regles.faits import FaitsDossier
from traitdunion.opco.factures.regles.preuves import Preuves
from traitdunion.opco.financement.store import LigneEcheance

SIRET = "32345678000010"
FORCLUSION = date(2027, 12, 31)
RECU_LE = date(2027, 9, 15)
PREUVE = "CERTIFICAT_REALISATION"
# Number, opening, pedagogy, RQTH: a year at 8 000 €, and 1 000 € of RQTH.
PARTS = (
    (1, date(2026, 9, 1), 320_000, 40_000),
    (2, date(2027, 3, 1), 240_000, 30_000),
    (3, date(2027, 6, 1), 160_000, 20_000),
    (4, date(2027, 8, 31), 80_000, 10_000),
)


def an_echeance(numero: int, *, ouverture: date, pedagogie: int, rqth: int = 0, dossier: int = 1) -> LigneEcheance:
    """An échéance; the fourth is the last solde."""
    return LigneEcheance(
        numero_interne=dossier,
        numero=numero,
        codification="99" if numero == 4 else str(numero),
        ouverture=ouverture,
        debut=ouverture,
        fin=ouverture,
        pedagogie=pedagogie,
        rqth=rqth,
        participation=0,
        conditions=[PREUVE] if numero == 4 else [],
        siret_cfa=SIRET,
    )


def some_faits(
    numero: int = 1, *, etat: Etat = Etat.ENGAGE, frais: Mapping[str, int] | None = None, **membres: Any
) -> FaitsDossier:
    """A dossier of PARTS, with 300 € of meals and 500 € of first equipment."""
    livre = Livre()
    cible = {Cle(rang, "PEDAGOGIE"): pedagogie for rang, _, pedagogie, _ in PARTS}
    cible |= {Cle(rang, "MAJORATION_RQTH"): rqth for rang, _, _, rqth in PARTS}
    annexes = {"RESTAURATION": 30_000, "PREMIEREQUIPEMENT": 50_000} if frais is None else frais
    livre.record_engagement(cible | {Cle(HORS_ECHEANCE, nature): montant for nature, montant in annexes.items()})
    faits = FaitsDossier(
        numero_interne=numero,
        numero_externe=numero_externe(numero),
        etat=etat,
        numero_deca="075202609NC0001",
        echeances={
            rang: an_echeance(rang, ouverture=ouverture, pedagogie=pedagogie, rqth=rqth, dossier=numero)
            for rang, ouverture, pedagogie, rqth in PARTS
        },
        livre=livre,
        forclusion=FORCLUSION,
        preuve_realisation="dernier_solde",
        preuves=Preuves(),
    )

    return msgspec.structs.replace(faits, **membres)


def a_facture(*lignes: tuple[int, str, int], dossier: int = 1, **membres: Any) -> Facture:
    """An invoice read: échéance, nature, cents."""
    lues = tuple(
        LigneFacture(
            montant=to_euros(montant),
            nature_ligne=nature,
            numero_echeance=str(echeance),
            numero_dossier=numero_externe(dossier),
        )
        for echeance, nature, montant in lignes
    )
    total = sum((ligne.montant or Decimal(0) for ligne in lues), Decimal(0))
    entete: dict[str, Any] = {"numero": "F-1", "date_emission": RECU_LE, "siret_emetteur": SIRET}
    return Facture(**{**entete, "montant_total": total, "lignes": lues, **membres})
