"""pain.002, the bank's report on a file of virements (ISO 20022, versions 001.03 to 001.14): its rejections.

An acceptance is only a step: the camt.054 says what was debited. A report may refuse the whole file without naming its
virements: that is a RejetEntier.
"""

from datetime import date
from functools import partial
from xml.etree.ElementTree import Element

from traitdunion.opco.paiements.retours.arbre import text_of
from traitdunion.opco.paiements.retours.champs import to_cents_iso, to_jour, to_reference, to_texte
from traitdunion.opco.paiements.retours.modele import (
    LigneFausse,
    Recueil,
    RejetEntier,
    Retour,
    RetoursIllisibles,
    StatutRetour,
)
from traitdunion.opco.paiements.retours.motifs import read_motif

REJETE = "RJCT"


def read_pain(racine: Element, recueil: Recueil) -> None:
    """Each rejection, into `recueil`. Raises RetoursIllisibles when the report has no date."""
    rapport = racine.find("CstmrPmtStsRpt")
    assert rapport is not None, "the caller has looked at the message's name"
    try:
        jour = to_jour(rapport.findtext("GrpHdr/CreDtTm"))
    except LigneFausse:
        raise RetoursIllisibles(
            "Ce rapport de la banque (pain.002) ne porte pas de date : demandez-le à nouveau."
        ) from None
    _read_fichier(rapport, jour, recueil)
    rang = 0
    for lot in rapport.iterfind("OrgnlPmtInfAndSts"):
        lot_rejete = text_of(lot, "PmtInfSts") == REJETE
        if lot_rejete:
            # A file has one lot, which bears the file's own identifier (sepa.py).
            _reject(rapport, lot.findtext("OrgnlPmtInfId"), lot, jour, recueil)
        for virement in lot.iterfind("TxInfAndSts"):
            rang += 1
            statut = text_of(virement, "TxSts") or (REJETE if lot_rejete else "")
            if statut == REJETE:
                recueil.read(f"virement {rang}", partial(_read_virement, lot, virement, jour))
            else:
                recueil.remark(f"virement {rang}", "Virement non rejeté : l'avis de débit dira s'il est exécuté.")


def _read_fichier(rapport: Element, jour: date, recueil: Recueil) -> None:
    groupe = rapport.find("OrgnlGrpInfAndSts")
    if groupe is None:
        return
    if text_of(groupe, "GrpSts") == REJETE:
        _reject(rapport, groupe.findtext("OrgnlMsgId"), groupe, jour, recueil)
    elif rapport.find("OrgnlPmtInfAndSts") is None:
        recueil.remark("fichier", "La banque n'annonce aucun rejet dans ce rapport.")


def _reject(rapport: Element, identifiant: str | None, porteur: Element, jour: date, recueil: Recueil) -> None:
    message_id = to_texte(identifiant) or to_texte(rapport.findtext("OrgnlGrpInfAndSts/OrgnlMsgId"))
    if not message_id:
        recueil.refuse("fichier", "La banque rejette un fichier entier sans dire lequel : demandez-le-lui.")
        return
    recueil.reject_entier(RejetEntier(message_id=message_id, date=jour, motif=read_motif(porteur.find("StsRsnInf"))))


def _read_virement(lot: Element, virement: Element, jour: date, position: str) -> Retour:
    montant = virement.find("OrgnlTxRef/Amt/InstdAmt")
    if montant is not None and montant.get("Ccy", "EUR") != "EUR":
        raise LigneFausse("Le montant n'est pas en euros.")
    return Retour(
        reference=to_reference(virement.findtext("OrgnlEndToEndId")),
        statut=StatutRetour.REJETE,
        date=jour,
        montant=None if montant is None else to_cents_iso(montant.text),
        reference_bancaire=to_texte(virement.findtext("AcctSvcrRef")),
        motif=read_motif(
            virement.find("StsRsnInf") if virement.find("StsRsnInf") is not None else lot.find("StsRsnInf")
        ),
        position=position,
    )
