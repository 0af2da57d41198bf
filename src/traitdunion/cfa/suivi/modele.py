"""What is kept of a dossier and of an invoice: amounts in integer cents; no NIR, no handicap, no IBAN.

Every instant is in UTC, every day is a day in France.
"""

from datetime import date, datetime

import msgspec

INCONNU = "INCONNU"  # a state that the norm does not know: its raw text stands beside it
FACTURE, AVOIR = "FACTURE", "AVOIR"


class EcheanceSuivie(msgspec.Struct, frozen=True, kw_only=True):
    """One échéance; total = pedagogie + rqth - participation, and what of it is settled or being looked at."""

    numero: str
    codification: str
    ouverture: date
    debut: date
    fin: date
    total: int
    pedagogie: int
    rqth: int
    participation: int
    regle: int
    en_cours: int
    siret_cfa: str


class FraisSuivi(msgspec.Struct, frozen=True, kw_only=True):
    """What is engaged for one nature of frais annexes."""

    nature: str
    quantite: int
    prix: int
    total: int


class PeriodeFrais(msgspec.Struct, frozen=True, kw_only=True):
    """An échéance with which a nature of frais annexes was billed."""

    echeance: str
    nature: str


class DossierSuivi(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as last seen; without `lu_le` only its numbers and its state are known."""

    numero_interne: str
    numero_externe: str
    etat: str
    etat_brut: str
    vu_le: datetime
    lu_le: datetime | None = None
    numero_deca: str | None = None
    commentaire: str | None = None
    apprenti: str | None = None
    nom: str | None = None
    prenom: str | None = None
    employeur: str | None = None
    employeur_siret: str | None = None
    formation: str | None = None
    siret_cfa: str | None = None
    date_conclusion: date | None = None
    date_debut: date | None = None
    date_fin: date | None = None
    engagement: int | None = None
    echeances: tuple[EcheanceSuivie, ...] = ()
    frais: tuple[FraisSuivi, ...] = ()
    periodes: tuple[PeriodeFrais, ...] = ()
    equipement_regle: bool = False
    mobilite_regle: bool = False
    plafond_equipement: int | None = None
    plafond_mobilite: int | None = None


class LigneSuivie(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an invoice; `dossier` is the number that people use."""

    dossier: str
    echeance: str
    nature: str
    montant: int
    regle: int
    etat: str
    commentaire: str | None = None


class PartDossier(msgspec.Struct, frozen=True, kw_only=True):
    """The part of an invoice that goes to one dossier."""

    numero_interne: str
    numero_externe: str
    montant: int


class FactureSuivie(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice or a credit note as last seen; `lignes` are empty where the OPCO does not tell them."""

    numero_interne: str
    numero: str
    genre: str
    montant: int
    regle: int
    etat: str
    etat_brut: str
    siret: str
    vue_le: datetime
    virement: str | None = None
    regle_le: date | None = None
    commentaire: str | None = None
    origine: str | None = None
    dossiers: tuple[PartDossier, ...] = ()
    lignes: tuple[LigneSuivie, ...] = ()


class Reglement(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as the mirror saw it come; negative when the bank sent it back. `nature` None: not told by line."""

    facture: str
    montant: int
    virement: str | None = None
    jour: date | None = None
    dossier: str | None = None
    echeance: str | None = None
    nature: str | None = None


class Changement(msgspec.Struct, frozen=True, kw_only=True):
    """What was, what is; `survenu_le` when the OPCO's feed says it, `vu_le` when the mirror saw it."""

    vu_le: datetime
    objet: str
    numero: str
    champ: str
    avant: str | None
    apres: str | None
    survenu_le: datetime | None = None


class Vue(msgspec.Struct, frozen=True, kw_only=True):
    """The whole mirror at one instant. `promotions`: the promotion of a dossier by its numeroInterne."""

    dossiers: tuple[DossierSuivi, ...]
    factures: tuple[FactureSuivie, ...]
    reglements: tuple[Reglement, ...] = ()
    promotions: dict[str, str] = {}
    synchronise_le: datetime | None = None
    cle_fin: date | None = None
    fil: bool | None = None
    factures_lisibles: bool = True
