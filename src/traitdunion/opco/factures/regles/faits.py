"""What an invoice is judged by: the facts of its dossiers, and its lines read with them."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from traitdunion.norme.facturation.natures import FRAIS_ANNEXES, Nature
from traitdunion.norme.messages.facture import LigneFacture
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.postes import HORS_ECHEANCE, Cle
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.factures.regles.preuves import Preuves
from traitdunion.opco.financement.calcul.echeancier import DERNIERE
from traitdunion.opco.financement.store import LigneEcheance


def find_echeance(numero: int, echeances: Iterable[LigneEcheance]) -> LigneEcheance | None:
    """The échéance of this number; 99, when no échéance has it, is the last solde: its codification (norme.md §3)."""
    echeances = list(echeances)
    trouvee = next((une for une in echeances if une.numero == numero), None)
    if trouvee is None and numero == int(DERNIERE):
        return next((une for une in echeances if une.codification == DERNIERE), None)
    return trouvee


class FaitsDossier(msgspec.Struct, frozen=True, kw_only=True):
    """What an invoice is judged by, of one dossier; amounts in cents in its ledger."""

    numero_interne: int
    numero_externe: str
    etat: Etat
    numero_deca: str | None
    echeances: Mapping[int, LigneEcheance]
    livre: Livre
    forclusion: date | None
    preuve_realisation: str
    preuves: Preuves

    def is_last(self, echeance: LigneEcheance) -> bool:
        """Whether an échéance is the one that is lost when it is asked for too late (R6332-25 III 4°).

        After a break whose solde is negative, no échéance bears its codification: the last one is what is left of it.
        """
        if any(une.codification == DERNIERE for une in self.echeances.values()):
            return echeance.codification == DERNIERE
        return echeance.numero == max(self.echeances)


class LigneLue(msgspec.Struct, frozen=True, kw_only=True):
    """A line as read, with the facts of its dossier."""

    rang: int
    nature: Nature
    montant: int
    faits: FaitsDossier
    echeance: LigneEcheance
    brute: LigneFacture

    @property
    def champ(self) -> str:
        """Its path in the body."""
        return f"facture.lignes[{self.rang}]"

    @property
    def cle(self) -> Cle:
        """The share of the engagement that it asks for."""
        return Cle(HORS_ECHEANCE if self.nature in FRAIS_ANNEXES else self.echeance.numero, self.nature.value)
