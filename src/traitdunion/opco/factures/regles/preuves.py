"""What must be in before a line is paid, and what of it is missing (R6332-25 III, V; regles.md §4.9, steps 8 and 9)."""

from collections.abc import Sequence

import msgspec

from traitdunion.opco.financement.calcul import Condition

APRES_LA_PREMIERE = "apres_la_premiere"  # parameter preuve_realisation: every échéance but the first


class Preuves(msgspec.Struct, frozen=True, kw_only=True):
    """What a dossier holds: types of documents, échéances certified, whether a final certificate is in."""

    pieces: frozenset[str] = frozenset()
    echeances_certifiees: frozenset[int] = frozenset()
    certificat_final: bool = False

    def certify(self, echeance: int) -> bool:
        """Whether the training of an échéance is proved by what was deposited."""
        return (
            self.certificat_final
            or echeance in self.echeances_certifiees
            or Condition.CERTIFICAT_REALISATION in self.pieces
        )


def list_missing(
    *,
    echeance: int,
    conditions: Sequence[str],
    preuve_realisation: str,
    est_certificat: bool,
    preuves: Preuves,
) -> list[Condition]:
    """What a line of this échéance still waits for, in the order in which it is said.

    `est_certificat`: the invoice says that it stands as certificate (norme.md §2.3).
    """
    exigees = {Condition(une) for une in conditions}
    if preuve_realisation == APRES_LA_PREMIERE and echeance > 1:
        exigees.add(Condition.CERTIFICAT_REALISATION)
    manquantes = []
    for condition in Condition:
        if condition not in exigees:
            continue
        if condition is Condition.CERTIFICAT_REALISATION:
            satisfaite = est_certificat or preuves.certify(echeance)
        else:
            satisfaite = condition.value in preuves.pieces
        if not satisfaite:
            manquantes.append(condition)
    return manquantes
