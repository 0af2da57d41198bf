"""What a bank sends, built on the spot: camt.054, pain.002, and our CSV. Accounts and names are invented."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime

from traitdunion.opco.paiements.sepa import Donneur, Virement

# The IBAN that every bank's documentation gives as an example, and one of invented digits with the right key.
IBAN = "FR7630006000011234567890189"
IBAN_OPCO = "FR7610011000201234567890188"
JOUR = date(2026, 9, 15)
CREE_LE = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
COLONNES = ("reference", "statut", "date", "montant", "reference_bancaire", "motif")


def a_donneur(**change: object) -> Donneur:
    """The OPCO's account."""
    return Donneur(**{"nom": "OPCO FICTIF", "iban": IBAN_OPCO, "bic": None} | change)  # type: ignore[arg-type]


def a_virement(reference: str = "VIR-0001", **change: object) -> Virement:
    """A virement of 1 234,56 € to an invented CFA."""
    champs = {"titulaire": "CFA EXEMPLE", "iban": IBAN, "montant": 123_456, "libelle": "Facture F-2026-1 FICTIVE"}
    return Virement(reference=reference, **champs | change)  # type: ignore[arg-type]


def a_detail(
    reference: str = "VIR-0001", montant: str = "1234.56", *, sens: str = "", rendu: str = "", version: int = 8
) -> str:
    """A TxDtls; `rendu`: the reason code for which this virement comes back."""
    somme = f'<Amt Ccy="EUR">{montant}</Amt>'
    return (
        f"<TxDtls><Refs><AcctSvcrRef>BQ-{reference}</AcctSvcrRef><EndToEndId>{reference}</EndToEndId></Refs>"
        + (f"<AmtDtls><TxAmt>{somme}</TxAmt></AmtDtls>" if version == 2 else somme)
        + (f"<CdtDbtInd>{sens}</CdtDbtInd>" if sens else "")
        + f"<RltdPties><CdtrAcct><Id><IBAN>{IBAN}</IBAN></Id></CdtrAcct></RltdPties>"
        + (f"<RtrInf><Rsn><Cd>{rendu}</Cd></Rsn></RtrInf>" if rendu else "")
        + "</TxDtls>"
    )


def an_ecriture(
    *details: str,
    sens: str = "DBIT",
    etat: str = "BOOK",
    jour: str = "<Dt>2026-09-15</Dt>",
    version: int = 8,
    plus: str = "",
) -> str:
    """A Ntry and its details; `plus`: members after the entry's date, as they are."""
    return (
        f'<Ntry><Amt Ccy="EUR">1234.56</Amt><CdtDbtInd>{sens}</CdtDbtInd>'
        + (f"<Sts>{etat}</Sts>" if version < 8 else f"<Sts><Cd>{etat}</Cd></Sts>")
        + f"<BookgDt>{jour}</BookgDt>{plus}"
        + (f"<NtryDtls>{''.join(details)}</NtryDtls>" if details else "")
        + "</Ntry>"
    )


def a_camt(*ecritures: str, version: int = 8) -> bytes:
    """A camt.054.001.02, .04 or .08."""
    espace = f"urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version:02}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{espace}">'
        "<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>AVIS</MsgId><CreDtTm>2026-09-15T20:00:00</CreDtTm></GrpHdr>"
        f"<Ntfctn><Id>1</Id><CreDtTm>2026-09-15T20:00:00</CreDtTm>{''.join(ecritures)}</Ntfctn>"
        "</BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def a_rapport(*lots: str, groupe: str = "", version: int = 3) -> bytes:
    """A pain.002; `groupe`: members after OrgnlMsgId."""
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version:02}"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-09-14T21:00:00+02:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>"
        f"<OrgnlMsgId>RUN-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{groupe}</OrgnlGrpInfAndSts>"
        f"{''.join(lots)}</CstmrPmtStsRpt></Document>"
    ).encode()


def a_rejet(reference: str = "VIR-0001", *, statut: str = "RJCT", motif: str = "<Rsn><Cd>AC01</Cd></Rsn>") -> str:
    """A TxInfAndSts."""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{statut}</TxSts>"
        + (f"<StsRsnInf>{motif}</StsRsnInf>" if motif else "")
        + '<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">1234.56</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
    )


def a_lot(*virements: str, statut: str = "") -> str:
    """An OrgnlPmtInfAndSts."""
    etat = f"<PmtInfSts>{statut}</PmtInfSts>" if statut else ""
    return f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>RUN-1</OrgnlPmtInfId>{etat}{''.join(virements)}</OrgnlPmtInfAndSts>"


def a_tableau(
    *lignes: Sequence[str], colonnes: Sequence[str] = COLONNES, separateur: str = ";", codage: str = "utf-8"
) -> bytes:
    """Our CSV."""
    sortie = io.StringIO()
    csv.writer(sortie, delimiter=separateur, lineterminator="\r\n").writerows([colonnes, *lignes])
    return sortie.getvalue().encode(codage)
