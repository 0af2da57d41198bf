"""The bank of the sandbox: a pain.001 gets the notice of debits, camt.054, that a bank would send.

Pure: the day is the file's own, and the same file gets the same answer.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from traitdunion.opco.paiements.retours.arbre import read_arbre, text_of

ESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"


class _Ordre(NamedTuple):
    """A virement as the bank reads it; `montant` as written, in euros."""

    reference: str
    montant: str
    titulaire: str


def write_avis(octets: bytes, *, rejets: Mapping[str, str] | None = None) -> bytes:
    """Every virement of this pain.001 executed on its day, in one debit, except `rejets` (reference: reason code).

    A rejected virement comes back as a credit with its reason. Raises ValueError when the file is no pain.001 or when a
    reference to reject is not in it, RetoursIllisibles when it is no XML.
    """
    ordre = read_arbre(octets).find("CstmrCdtTrfInitn")
    if ordre is None:
        raise ValueError("not a pain.001")
    rejets = dict(rejets or {})
    message_id, cree_le = text_of(ordre, "GrpHdr/MsgId"), text_of(ordre, "GrpHdr/CreDtTm")
    document = Element("Document", xmlns=ESPACE)
    message = SubElement(document, "BkToCstmrDbtCdtNtfctn")
    _add(message, {"GrpHdr/MsgId": f"AVIS-{message_id}"[:35], "GrpHdr/CreDtTm": cree_le})
    avis = SubElement(message, "Ntfctn")
    _add(avis, {"Id": f"AVIS-{message_id}"[:35], "CreDtTm": cree_le})
    for lot in ordre.iterfind("PmtInf"):
        compte = text_of(lot, "DbtrAcct/Id/IBAN")
        if avis.find("Acct") is None:
            _add(avis, {"Acct/Id/IBAN": compte})
        jour = text_of(lot, "ReqdExctnDt/Dt", "ReqdExctnDt")
        lus = [_read_ordre(virement) for virement in lot.iterfind("CdtTrfTxInf")]
        if executes := [lu for lu in lus if lu.reference not in rejets]:
            _add_ecriture(avis, executes, jour, f"BANQUE-{message_id}")
        for lu in lus:
            if (code := rejets.pop(lu.reference, None)) is not None:
                _add_ecriture(avis, [lu], jour, f"RETOUR-{lu.reference}", motif=code)
    if rejets:
        raise ValueError(f"not in the file: {sorted(rejets)}")
    return b'<?xml version="1.0" encoding="UTF-8"?>' + tostring(document, "utf-8")


def _read_ordre(virement: Element) -> _Ordre:
    return _Ordre(
        text_of(virement, "PmtId/EndToEndId"), text_of(virement, "Amt/InstdAmt"), text_of(virement, "Cdtr/Nm")
    )


def _add_ecriture(avis: Element, ordres: list[_Ordre], jour: str, reference: str, *, motif: str = "") -> None:
    """One entry and its details; with `motif`, a credit that gives back its virement."""
    sens = "CRDT" if motif else "DBIT"
    total = sum(int(Decimal(ordre.montant) * 100) for ordre in ordres)
    ecriture = SubElement(avis, "Ntry")
    SubElement(ecriture, "Amt", Ccy="EUR").text = f"{total // 100}.{total % 100:02d}"
    _add(ecriture, {"CdtDbtInd": sens, "Sts/Cd": "BOOK", "BookgDt/Dt": jour, "ValDt/Dt": jour})
    _add(ecriture, {"AcctSvcrRef": reference[:35]})
    _add_operation(ecriture, "RRTN" if motif else "ESCT")
    details = SubElement(ecriture, "NtryDtls")
    for ordre in ordres:
        detail = SubElement(details, "TxDtls")
        _add(detail, {"Refs/AcctSvcrRef": reference[:35], "Refs/EndToEndId": ordre.reference})
        SubElement(detail, "Amt", Ccy="EUR").text = ordre.montant
        _add(detail, {"CdtDbtInd": sens, "RltdPties/Cdtr/Pty/Nm": ordre.titulaire})
        if motif:
            _add(detail, {"RtrInf/Rsn/Cd": motif})


def _add_operation(ecriture: Element, sous_famille: str) -> None:
    """The bank's code of operation: payments, issued credit transfers, SEPA virement or its return."""
    racine = "BkTxCd/Domn"
    _add(ecriture, {f"{racine}/Cd": "PMNT", f"{racine}/Fmly/Cd": "ICDT", f"{racine}/Fmly/SubFmlyCd": sous_famille})


def _add(parent: Element, textes: Mapping[str, str]) -> None:
    """Members by their path, made where they are missing, in this order."""
    for chemin, texte in textes.items():
        noeud = parent
        for nom in chemin.split("/"):
            trouve = noeud.find(nom)
            noeud = SubElement(noeud, nom) if trouve is None else trouve
        noeud.text = texte
