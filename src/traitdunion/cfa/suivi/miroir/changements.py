"""What changed between two readings of a dossier or of an invoice, field by field: the local history is made of it."""

from collections.abc import Iterator
from datetime import datetime

from traitdunion.cfa.suivi.modele import Changement, DossierSuivi, FactureSuivie, LigneSuivie, Reglement

DOSSIER = "DOSSIER"
EVENEMENT = "evenement"
_DOSSIER = ("etat_brut", "commentaire", "numero_deca", "engagement", "date_debut", "date_fin")
_ECHEANCE = ("ouverture", "total", "en_cours", "regle")
_FACTURE = ("etat_brut", "montant", "regle", "virement", "regle_le", "commentaire")
_LIGNE = ("etat", "montant", "regle", "commentaire")


def list_changements(avant: DossierSuivi | None, apres: DossierSuivi) -> list[Changement]:
    """What a new reading of a dossier changes; of a dossier never seen, all that is known."""
    champs = [(nom, _said(avant, nom), _said(apres, nom)) for nom in _DOSSIER]
    connues = {une.numero: une for une in avant.echeances} if avant else {}
    for une in apres.echeances:
        ancienne = connues.pop(une.numero, None)
        # Of an échéance never seen, its amount is enough, and zeros say nothing.
        champs += [
            (f"echeance.{une.numero}.{nom}", _said(ancienne, nom), _said(une, nom))
            for nom in _ECHEANCE
            if ancienne is not None or (nom != "ouverture" and getattr(une, nom) != 0)
        ]
    champs += [(f"echeance.{numero}.total", _said(partie, "total"), None) for numero, partie in connues.items()]
    return list(_kept(champs, objet=DOSSIER, numero=apres.numero_interne, vu_le=apres.vu_le))


def list_changements_facture(avant: FactureSuivie | None, apres: FactureSuivie, *, vu_le: datetime) -> list[Changement]:
    """What a new reading of an invoice or of a credit note changes, its lines included."""
    champs = [(nom, _said(avant, nom), _said(apres, nom)) for nom in _FACTURE]
    for rang, ligne in enumerate(apres.lignes):
        ancienne = avant.lignes[rang] if avant is not None and rang < len(avant.lignes) else None
        libelle = f"ligne.{ligne.dossier} {ligne.echeance} {ligne.nature}"
        champs += [
            (f"{libelle}.{nom}", _said(ancienne, nom), _said(ligne, nom))
            for nom in _LIGNE
            if ancienne is not None  # a line is born with its invoice
        ]
    return list(_kept(champs, objet=apres.genre, numero=apres.numero_interne, vu_le=vu_le))


def list_reglements(avant: FactureSuivie | None, apres: FactureSuivie) -> list[Reglement]:
    """What was paid between two readings: by line where the OPCO tells them, else in one sum.

    An invoice shows its last virement only: that is why each payment is noted when it is seen.
    """
    if not apres.lignes:
        delta = apres.regle - (avant.regle if avant else 0)
        return [_reglement(apres, delta, None)] if delta else []
    connues = {_cle(rang, ligne): ligne.regle for rang, ligne in enumerate(avant.lignes)} if avant else {}
    deltas = [(ligne, ligne.regle - connues.get(_cle(rang, ligne), 0)) for rang, ligne in enumerate(apres.lignes)]
    return [_reglement(apres, delta, ligne) for ligne, delta in deltas if delta]


def _reglement(facture: FactureSuivie, montant: int, ligne: LigneSuivie | None) -> Reglement:
    return Reglement(
        facture=facture.numero,
        montant=montant,
        virement=facture.virement,
        jour=facture.regle_le,
        dossier=ligne.dossier if ligne else None,
        echeance=ligne.echeance if ligne else None,
        nature=ligne.nature if ligne else None,
    )


def _cle(rang: int, ligne: LigneSuivie) -> tuple[int, str, str, str]:
    return rang, ligne.dossier, ligne.echeance, ligne.nature


def _kept(
    champs: list[tuple[str, str | None, str | None]], *, objet: str, numero: str, vu_le: datetime
) -> Iterator[Changement]:
    for champ, avant, apres in champs:
        if avant != apres:
            yield Changement(vu_le=vu_le, objet=objet, numero=numero, champ=champ, avant=avant, apres=apres)


def _said(objet: object, nom: str) -> str | None:
    valeur = None if objet is None else getattr(objet, nom)
    return None if valeur is None else str(valeur)
