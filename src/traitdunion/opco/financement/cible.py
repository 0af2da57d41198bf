"""What the ledger must hold as engaged for each share: the échéances by nature, and the frais annexes."""

from collections.abc import Mapping, Sequence

from traitdunion.opco.comptabilite.postes import HORS_ECHEANCE, Cle
from traitdunion.opco.financement.calcul import Echeance
from traitdunion.opco.financement.frais import Frais

PEDAGOGIE, MAJORATION_RQTH = "PEDAGOGIE", "MAJORATION_RQTH"


def split_echeance(*, pedagogie: int, rqth: int, participation: int) -> dict[str, int]:
    """What may be invoiced of an échéance by nature, in cents: the participation comes off the pedagogy first.

    Their sum is the échéance's total, which is not negative here.
    """
    net = max(0, pedagogie - participation)
    return {PEDAGOGIE: net, MAJORATION_RQTH: pedagogie + rqth - participation - net}


def compute_cible(
    echeances: Sequence[Echeance], frais: Sequence[Frais], *, disponible: Mapping[Cle, int]
) -> dict[Cle, int]:
    """What is engaged for each share, in cents; their sum is the engagement and the frais annexes, to the cent.

    A negative solde, after a break, is nothing to invoice: it lowers the other échéances, what is not invoiced of them
    first (`disponible`), the last one first, so that no more is ever paid than what is due.
    """
    cible: dict[Cle, int] = {}
    a_reprendre = 0
    for une in echeances:
        if une.total < 0:
            a_reprendre -= une.total
            continue
        parts = split_echeance(pedagogie=une.pedagogie, rqth=une.rqth, participation=une.participation)
        cible.update({Cle(une.numero, nature): montant for nature, montant in parts.items() if montant})
    _take_back(cible, a_reprendre, disponible)
    cible.update({Cle(HORS_ECHEANCE, un.nature): un.montant for un in frais})
    return cible


def _take_back(cible: dict[Cle, int], montant: int, disponible: Mapping[Cle, int]) -> None:
    """Lower the shares by `montant`: first what is not invoiced of each, then the rest; the last échéance first."""
    for libre in (True, False):
        for cle in sorted(cible, reverse=True):
            pris = min(montant, cible[cle], disponible.get(cle, 0) if libre else montant)
            cible[cle] -= pris
            montant -= pris
    assert montant == 0  # an engagement is never negative as a whole
