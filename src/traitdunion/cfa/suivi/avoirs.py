"""What credit notes take off the lines of invoices: it is then no money that is missing. Pure."""

from collections.abc import Iterable

import msgspec

from traitdunion.cfa.suivi.modele import AVOIR, LigneSuivie, Vue
from traitdunion.cfa.suivi.restes import FACTURES_PERDUES
from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.facturation.montants import say_euros


class AvoirDeLigne(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an invoice's line that a credit note annuls; `montant` > 0, in cents. `a_recouvrer`: it was paid."""

    numero: str
    facture: str
    dossier: str
    echeance: str
    nature: str
    montant: int
    a_recouvrer: bool

    @property
    def phrase(self) -> str:
        """For the person."""
        suite = " ; déjà payés, ils seront retenus sur un prochain virement" if self.a_recouvrer else ""
        return f"L'avoir {self.numero} retire {say_euros(self.montant)} de la facture {self.facture}{suite}."


def list_avoirs(vue: Vue, dossiers: Iterable[str]) -> list[AvoirDeLigne]:
    """Those that the OPCO has not refused, on these dossiers (numeroExterne)."""
    retenus = frozenset(dossiers)
    return [
        AvoirDeLigne(
            numero=avoir.numero,
            facture=avoir.origine,
            dossier=ligne.dossier,
            echeance=ligne.echeance,
            nature=ligne.nature,
            montant=abs(ligne.montant),
            a_recouvrer=ligne.etat == EtatDeLigne.A_RECOUVRER,
        )
        for avoir in vue.factures
        if avoir.genre == AVOIR and avoir.etat not in FACTURES_PERDUES and avoir.origine is not None
        for ligne in avoir.lignes
        if ligne.dossier in retenus and ligne.montant
    ]


def find_avoirs(avoirs: Iterable[AvoirDeLigne], numero: str, ligne: LigneSuivie) -> list[AvoirDeLigne]:
    """Those that annul a part of this line of the invoice `numero`."""
    vise = (numero, ligne.dossier, ligne.echeance, ligne.nature)
    return [un for un in avoirs if (un.facture, un.dossier, un.echeance, un.nature) == vise]
