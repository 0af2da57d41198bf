"""What the lines of an invoice ask of each share, once nothing blocks, and the proofs that they wait for."""

from collections import defaultdict
from datetime import date

import msgspec

from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.erreurs import factures as codes
from traitdunion.norme.facturation.montants import say_montant
from traitdunion.norme.facturation.natures import Nature
from traitdunion.norme.messages.facture import Facture
from traitdunion.opco.comptabilite.postes import Cle
from traitdunion.opco.factures.regles.faits import LigneLue
from traitdunion.opco.factures.regles.preuves import list_missing
from traitdunion.opco.financement.calcul import Condition

ATTENDUES = {
    Condition.CERTIFICAT_REALISATION: codes.PREUVE_REALISATION_ATTENDUE,
    Condition.FACTURE_PARTICIPATION: codes.FACTURE_PARTICIPATION_ATTENDUE,
    Condition.ATTESTATION_DEBUT: codes.ATTESTATION_DEBUT_ATTENDUE,
}


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one line asks of one share: a PEDAGOGIE line that takes in the RQTH part has two. `montant` in cents."""

    rang: int
    nature_dite: Nature
    cle: Cle
    dossier: int
    echeance: int
    montant: int
    quantite: int | None
    attend: tuple[Condition, ...]
    jusqu_au: date | None


def split(facture: Facture, lignes: list[LigneLue]) -> tuple[list[Part], list[Anomalie]]:
    """What each line asks of each share: RQTH lines first, then pedagogy, which may run over into the RQTH part."""
    pris: dict[tuple[int, Cle], int] = defaultdict(int)
    for ligne in lignes:
        if ligne.nature is Nature.MAJORATION_RQTH:
            pris[ligne.faits.numero_interne, ligne.cle] += ligne.montant
    parts: list[Part] = []
    dites: list[Anomalie] = []
    for ligne in lignes:
        attend = _list_missing(facture, ligne)
        dites += [_say_missing(ligne, condition) for condition in attend]
        if ligne.nature is not Nature.PEDAGOGIE:
            parts.append(_part(ligne, ligne.cle, ligne.montant, attend))
            continue
        livre, place = ligne.faits.livre, (ligne.faits.numero_interne, ligne.cle)
        pedagogie = min(ligne.montant, livre.disponible(ligne.cle) - pris[place])
        rqth = ligne.montant - pedagogie
        pris[place] += pedagogie
        if pedagogie:
            parts.append(_part(ligne, ligne.cle, pedagogie, attend))
        if rqth:
            cle = Cle(ligne.cle.echeance, Nature.MAJORATION_RQTH.value)
            parts.append(_part(ligne, cle, rqth, attend))
            dites.append(
                codes.LIGNE_SCINDEE.anomalie(
                    f"{ligne.champ}.montant", pedagogie=say_montant(pedagogie), rqth=say_montant(rqth)
                )
            )
    return parts, dites


def _list_missing(facture: Facture, ligne: LigneLue) -> tuple[Condition, ...]:
    return tuple(
        list_missing(
            echeance=ligne.echeance.numero,
            conditions=ligne.echeance.conditions,
            preuve_realisation=ligne.faits.preuve_realisation,
            est_certificat=bool(facture.est_certificat_realisation),
            preuves=ligne.faits.preuves,
        )
    )


def _say_missing(ligne: LigneLue, condition: Condition) -> Anomalie:
    limite = f"{ligne.faits.forclusion:%d/%m/%Y}" if ligne.faits.forclusion else "jour du solde"
    return ATTENDUES[condition].anomalie(f"{ligne.champ}.numeroEcheance", limite=limite)


def _part(ligne: LigneLue, cle: Cle, montant: int, attend: tuple[Condition, ...]) -> Part:
    # Only the last solde is lost for want of a proof; an advance that waits is paid with it at the latest.
    return Part(
        rang=ligne.rang,
        nature_dite=ligne.nature,
        cle=cle,
        dossier=ligne.faits.numero_interne,
        echeance=ligne.echeance.numero,
        montant=montant,
        quantite=ligne.brute.quantite,
        attend=attend,
        jusqu_au=ligne.faits.forclusion if attend else None,
    )
