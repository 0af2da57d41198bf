"""camt.054, the bank's notice of debits and credits (ISO 20022, versions 001.02 to 001.13: the same members, moved).

A debit with our reference is an executed virement; a credit that gives one back is a rejected one. What is not sure is
an error, never a guess: it is money.
"""

from functools import partial
from xml.etree.ElementTree import Element

from traitdunion.opco.paiements.retours.arbre import text_of
from traitdunion.opco.paiements.retours.champs import to_cents_iso, to_jour, to_reference, to_texte
from traitdunion.opco.paiements.retours.modele import LigneFausse, Recueil, Retour, StatutRetour
from traitdunion.opco.paiements.retours.motifs import read_motif

# Of the domain « issued credit transfers »: given back by return, or after we asked for it.
RETOURS_ISO = frozenset({"RRTN", "RPCR"})
# Families of debits that no virement of ours is: direct debits, cards, cheques, drafts, counter.
AUTRES_OPERATIONS = frozenset({"RDDT", "IDDT", "CCRD", "MCRD", "ICHQ", "RCHQ", "DRFT", "CNTR"})
_SANS_DETAIL = "Écriture sans le détail de ses virements : demandez à la banque l'avis détaillé (camt.054 avec TxDtls)."


def read_camt(racine: Element, recueil: Recueil) -> None:
    """Each detail of each entry, into `recueil`."""
    rang = 0
    for avis in racine.iterfind("BkToCstmrDbtCdtNtfctn/Ntfctn"):
        for ecriture in avis.iterfind("Ntry"):
            rang += 1
            _read_ecriture(ecriture, f"écriture {rang}", recueil)


def _read_ecriture(ecriture: Element, position: str, recueil: Recueil) -> None:
    # A notice without a state is one of booked entries.
    if (text_of(ecriture, "Sts/Cd", "Sts/Prtry", "Sts") or "BOOK") != "BOOK":
        recueil.remark(
            position, "Écriture annoncée, pas encore comptabilisée par la banque : elle est laissée de côté."
        )
        return
    details = ecriture.findall("NtryDtls/TxDtls")
    if not details:
        if phrase := _foreign(ecriture, ecriture):
            recueil.remark(position, phrase)
        else:
            recueil.refuse(position, _SANS_DETAIL)
    for numero, detail in enumerate(details, start=1):
        lieu = f"{position}, détail {numero}"
        if phrase := _foreign(ecriture, detail):
            recueil.remark(lieu, phrase)
        else:
            recueil.read(lieu, partial(_read_detail, ecriture, detail, len(details) == 1))


def _foreign(ecriture: Element, detail: Element) -> str:
    """Why this movement is surely none of our virements; empty when it may be one."""
    if _gives_back(ecriture, detail):
        return ""
    if _sens(ecriture, detail) == "CRDT":
        return "Somme reçue qui ne rend pas un virement : elle est laissée de côté."
    domaine, famille, _ = _operation(ecriture, detail)
    if domaine == "ACMT" or famille in AUTRES_OPERATIONS:
        return "Prélèvement, chèque, carte ou frais : ce n'est pas un virement, il est laissé de côté."
    return ""


def _read_detail(ecriture: Element, detail: Element, seul: bool, position: str) -> Retour:
    sens, rendu = _sens(ecriture, detail), _gives_back(ecriture, detail)
    if sens not in ("CRDT", "DBIT"):
        raise LigneFausse("Le sens de ce mouvement, débit ou crédit, manque.")
    if sens == "DBIT" and rendu:
        raise LigneFausse("Débit marqué comme un retour : la banque doit dire ce que c'est.")
    return Retour(
        reference=to_reference(text_of(detail, "Refs/EndToEndId")),
        statut=StatutRetour.REJETE if rendu else StatutRetour.EXECUTE,
        date=to_jour(text_of(ecriture, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")),
        montant=_read_montant(ecriture, detail, seul),
        reference_bancaire=to_texte(text_of(detail, "Refs/AcctSvcrRef") or text_of(ecriture, "AcctSvcrRef")),
        motif=read_motif(detail.find("RtrInf")) if rendu else "",
        position=position,
    )


def _read_montant(ecriture: Element, detail: Element, seul: bool) -> int:
    """The detail's amount: TxDtls/Amt since version 03, AmtDtls before; the entry's own when it has one detail only."""
    montant = _find(detail, "Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")
    if montant is None and seul:
        montant = ecriture.find("Amt")
    if montant is None:
        raise LigneFausse("Le montant de ce virement manque.")
    if montant.get("Ccy", "EUR") != "EUR":
        raise LigneFausse("Le montant n'est pas en euros.")
    return to_cents_iso(montant.text)


def _sens(ecriture: Element, detail: Element) -> str:
    return text_of(detail, "CdtDbtInd") or text_of(ecriture, "CdtDbtInd")


def _gives_back(ecriture: Element, detail: Element) -> bool:
    """Whether this undoes an earlier movement: return information, reversal, or the bank's code of operation."""
    if detail.find("RtrInf") is not None or text_of(ecriture, "RvslInd").lower() in ("true", "1"):
        return True
    _, famille, sous_famille = _operation(ecriture, detail)
    return famille == "ICDT" and sous_famille in RETOURS_ISO


def _operation(ecriture: Element, detail: Element) -> tuple[str, str, str]:
    """Domain, family and sub-family of the bank's code of operation, the detail's first; empty where not given."""
    for porteur in (detail, ecriture):
        domaine = porteur.find("BkTxCd/Domn")
        if domaine is not None:
            return text_of(domaine, "Cd"), text_of(domaine, "Fmly/Cd"), text_of(domaine, "Fmly/SubFmlyCd")
    return "", "", ""


def _find(element: Element, *chemins: str) -> Element | None:
    return next((trouve for chemin in chemins if (trouve := element.find(chemin)) is not None), None)
