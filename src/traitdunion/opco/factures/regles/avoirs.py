"""What each line of a credit note takes of which line of its invoice: pure (regles.md §5, norme.md §2.3)."""

from collections.abc import Mapping, Sequence

import msgspec

from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.erreurs import factures as codes
from traitdunion.norme.facturation.echeances import read_numero_echeance
from traitdunion.norme.facturation.montants import say_montant, to_centimes
from traitdunion.norme.facturation.natures import Nature, read_nature
from traitdunion.norme.identifiants import read_numero_externe
from traitdunion.norme.messages.facture import Avoir
from traitdunion.norme.messages.facture import LigneFacture as LigneDite
from traitdunion.opco.factures.store import LigneFacture
from traitdunion.opco.financement.calcul.echeancier import DERNIERE


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """What one line of a credit note takes of one line of its invoice; `montant` in cents, positive."""

    rang: int
    origine: LigneFacture
    montant: int


def allocate(
    avoir: Avoir, numero_facture: str, lignes: Sequence[LigneFacture], *, derniers: Mapping[int, int]
) -> tuple[list[Credit], list[Anomalie]]:
    """What the lines of a credit note take of those of its invoice, and the anomalies of those that cannot.

    `derniers`: the number of the last solde of each dossier, which 99 says too (norme.md §3).
    """
    credits: list[Credit] = []
    anomalies: list[Anomalie] = []
    libre = {ligne.id: ligne.montant - ligne.credite for ligne in lignes}
    for rang, une in enumerate(avoir.lignes or ()):
        champ, nature = f"avoir.lignes[{rang}]", read_nature(une.nature_ligne)
        echeance = read_numero_echeance(une.numero_echeance)
        if nature is None or echeance is None or une.montant is None or une.montant >= 0 or not une.numero_dossier:
            continue  # said by the body's own checks
        visees = [ligne for ligne in lignes if _is_meant(une, nature, echeance, ligne, derniers)]
        dit = {"nature": nature.libelle, "numero_echeance": echeance, "numero_dossier": une.numero_dossier}
        if not visees:
            anomalies.append(
                codes.AVOIR_SANS_LIGNE_CORRESPONDANTE.anomalie(
                    f"{champ}.natureLigne", numero_facture=numero_facture, **dit
                )
            )
            continue
        montant, reste = -to_centimes(une.montant), sum(libre[ligne.id] for ligne in visees)
        if montant > reste:
            anomalies.append(
                codes.AVOIR_SUPERIEUR_A_LA_FACTURE.anomalie(
                    f"{champ}.montant", montant=say_montant(montant), reste=say_montant(reste), **dit
                )
            )
            continue
        credits += _take(rang, montant, visees, libre)
    return credits, anomalies


def _is_meant(une: LigneDite, nature: Nature, echeance: int, ligne: LigneFacture, derniers: Mapping[int, int]) -> bool:
    """Whether a line of the credit note speaks of this one: same dossier, échéance, nature (as said or as counted)."""
    assert une.numero_dossier is not None  # read by the caller
    dites = {echeance, derniers.get(ligne.numero_interne)} if echeance == int(DERNIERE) else {echeance}
    return (
        ligne.numero_interne == read_numero_externe(une.numero_dossier)
        and ligne.echeance in dites
        and nature in (ligne.nature_dite, ligne.nature)
    )


def _take(rang: int, montant: int, visees: Sequence[LigneFacture], libre: dict[int, int]) -> list[Credit]:
    """Take an amount of these lines, which hold enough; one that was split gives its RQTH part first, added last."""
    credits, reste = [], montant
    for ligne in sorted(visees, key=lambda lue: (lue.nature == Nature.PEDAGOGIE, -lue.id)):
        pris = min(reste, libre[ligne.id])
        if pris:
            credits.append(Credit(rang=rang, origine=ligne, montant=pris))
            libre[ligne.id] -= pris
            reste -= pris
    return credits
