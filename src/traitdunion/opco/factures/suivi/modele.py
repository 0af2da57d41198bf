"""What « Mes Factures » shows, and the places at which its lists are turned. Pure; amounts are cents."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from traitdunion.opco.dossiers.store_recherche import Fait, LignePiece
from traitdunion.opco.factures.store import FactureLue, LigneFacture

# Open for longer than this and not invoiced: said to be late. No text gives a limit but that of the last solde.
RETARD_JOURS = 30
# A rejection is told on the first page for so long.
REJET_RECENT_JOURS = 30


class Onglet(StrEnum):
    """The lists of « Mes Factures », by the word of their address."""

    A_FACTURER = "a-facturer"
    FRAIS = "frais"
    A_COMPLETER = "a-completer"
    EN_COURS = "en-cours"
    REGLEES = "reglees"
    REJETEES = "rejetees"
    TROP_PERCU = "trop-percu"
    AVOIRS = "avoirs"


DE_LIGNES = frozenset({Onglet.A_COMPLETER, Onglet.EN_COURS, Onglet.REGLEES, Onglet.REJETEES})


class Total(NamedTuple):
    """How many rows a list holds and what they come to; both stop at the ceiling, which `plafonne` says."""

    nombre: int
    montant: int = 0
    plafonne: bool = False


class Cible(msgspec.Struct, frozen=True, kw_only=True):
    """What a search has found: dossiers, and invoices when it was one that was looked for."""

    dossiers: tuple[int, ...]
    factures: tuple[int, ...] | None = None


class Personne(NamedTuple):
    """The apprentice of a dossier, as deposited."""

    nom: str | None
    prenom: str | None


class Part(NamedTuple):
    """What of an amount is of one nature."""

    nature: str
    montant: int


class EcheanceAFacturer(msgspec.Struct, frozen=True, kw_only=True):
    """An open échéance with something left to invoice; `jours` since it opened, `forclusion` for the last solde."""

    dossier: int
    apprenti: Personne
    numero: int
    codification: str
    ouverture: date
    debut: date
    fin: date
    reste: int
    parts: tuple[Part, ...]
    conditions: tuple[str, ...]
    forclusion: date | None
    jours: int

    @property
    def en_retard(self) -> bool:
        """Whether it has been open for longer than usual."""
        return self.jours > RETARD_JOURS


class FraisAFacturer(msgspec.Struct, frozen=True, kw_only=True):
    """Frais annexes left to invoice on a dossier that has begun."""

    dossier: int
    apprenti: Personne
    parts: tuple[Part, ...]

    @property
    def reste(self) -> int:
        """What is left in all."""
        return sum(part.montant for part in self.parts)


class Virement(msgspec.Struct, frozen=True):
    """The transfer that pays a line: ordered, or paid on `regle_le`; `compense` was kept from it."""

    reference: str
    etat: str
    regle_le: date | None
    brut: int
    compense: int
    montant: int


class LigneSuivie(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an invoice, with what the ledger says of it and the transfer that pays it."""

    ligne: LigneFacture
    facture: int
    numero: str
    date_emission: date
    apprenti: Personne
    debout: int
    regle: int
    traite_le: datetime | None
    virement: Virement | None


class TropPercu(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be given back on a dossier: paid in excess, or credited after it was paid; what was given back."""

    dossier: int
    apprenti: Personne
    trop_percu: int
    avoirs: int
    rendu: int

    @property
    def reste(self) -> int:
        """What is still to be given back."""
        return self.trop_percu + self.avoirs


class AvoirSuivi(msgspec.Struct, frozen=True, kw_only=True):
    """A credit note, and the number of the invoice that it corrects."""

    avoir: FactureLue
    numero_origine: str


Element = EcheanceAFacturer | FraisAFacturer | LigneSuivie | TropPercu | AvoirSuivi


class PageSuivi(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list; `suite` is the place of the next one, None at the end."""

    elements: tuple[Element, ...]
    suite: str | None


class FactureVue(msgspec.Struct, frozen=True, kw_only=True):
    """One invoice or credit note, whole."""

    facture: FactureLue
    numero_origine: str | None
    lignes: tuple[LigneSuivie, ...]
    avoirs: tuple[FactureLue, ...]
    virements: tuple[Virement, ...]
    pieces: tuple[LignePiece, ...]
    faits: tuple[Fait, ...]

    @property
    def regle(self) -> int:
        """What was paid of it and is due."""
        return sum(une.regle for une in self.lignes)


class EcheanceSuivie(msgspec.Struct, frozen=True, kw_only=True):
    """Where the amount of an échéance stands; `total` is what is engaged for it today."""

    numero: int
    codification: str
    ouverture: date
    debut: date
    fin: date
    total: int
    regle: int
    en_cours: int
    reste: int
    forclos: int


class FraisSuivis(msgspec.Struct, frozen=True, kw_only=True):
    """Where the frais annexes of one nature stand."""

    nature: str
    total: int
    regle: int
    en_cours: int
    reste: int


class DossierSuivi(msgspec.Struct, frozen=True, kw_only=True):
    """What was invoiced of a dossier, and what is left."""

    echeances: tuple[EcheanceSuivie, ...]
    frais: tuple[FraisSuivis, ...]
    lignes: tuple[LigneSuivie, ...]
    trop_percu: int
    avoirs_a_rendre: int
    rendu: int


class Reperes(msgspec.Struct, frozen=True, kw_only=True):
    """What the first page says of invoices."""

    a_facturer: Total
    en_retard: Total
    a_completer: Total
    factures_rejetees: int
    trop_percu: Total


Totaux = Mapping[Onglet, Total]
Place = tuple[date | datetime | int | None, ...]


def write_place(place: Place) -> str:
    """A place of a list as its address says it."""
    return "_".join("" if un is None else un.isoformat() if isinstance(un, date) else str(un) for un in place)


def read_place(texte: str, onglet: Onglet) -> Place | None:
    """A place given back; None when it is not one of this list: its first page then."""
    morceaux = texte.split("_")
    lecteurs = _FORMES[onglet]
    if len(morceaux) != len(lecteurs):
        return None
    try:
        return tuple(lecteur(un) for lecteur, un in zip(lecteurs, morceaux, strict=True))
    except ValueError:
        return None


def _number(texte: str) -> int:
    if not (texte.isascii() and texte.isdigit() and len(texte) <= 18):
        raise ValueError
    return int(texte)


def _instant(texte: str) -> datetime:
    instant = datetime.fromisoformat(texte)
    if instant.tzinfo is None:
        raise ValueError
    return instant


def _last_day(texte: str) -> date | None:
    return date.fromisoformat(texte) if texte else None


_FORMES = {
    Onglet.A_FACTURER: (date.fromisoformat, _number, _number),
    Onglet.FRAIS: (_number,),
    Onglet.A_COMPLETER: (_last_day, _number),
    Onglet.EN_COURS: (_number,),
    Onglet.REGLEES: (_instant, _number),
    Onglet.REJETEES: (_instant, _number),
    Onglet.TROP_PERCU: (_number,),
    Onglet.AVOIRS: (_number,),
}
