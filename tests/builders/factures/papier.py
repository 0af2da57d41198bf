"""Factures as a CFA sends them: the readable PDF, the XML of a Factur-X, both in one file. All invented."""

import io
from collections.abc import Sequence

import pikepdf
from builders.fichiers import a_jpeg, printed

MENTION = "Exonération de TVA, article 261-4-4° a du CGI"
NUMERO = "FA-2026-0001"
DATE = "2026-10-15"
TOTAL = "4000.00"
SIRET = "32345678000010"
IBAN = "FR7630006000011234567890189"  # the example of every manual, no one's account
LIGNES = (("Pédagogie, échéance 1, dossier CA-0000001, Alix EXEMPLE", TOTAL),)
AVOIR = "381"

_RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"


def a_facture_pdf(
    *,
    numero: str = NUMERO,
    date_emission: str = DATE,
    lignes: Sequence[tuple[str, str]] = LIGNES,
    total: str = TOTAL,
    mention: str | None = MENTION,
    titre: str = "Facture",
    pages: int = 1,
) -> bytes:
    """A readable facture; `mention` of the VAT exemption at the foot of the last page, None for none."""
    return printed(
        [
            [
                f"{titre} n° {numero}, page {page} sur {pages}",
                f"Date d'émission : {date_emission}",
                "CFA FICTIF DES EXEMPLES, 1 rue de l'Exemple, 75001 Paris",
                f"SIRET {SIRET}",
                "Client : OPCO FICTIF, 2 rue de l'Exemple, 75002 Paris",
                *(f"{libelle} : {montant} euros" for libelle, montant in lignes),
                f"Total net : {total} euros",
                *([mention] if mention and page == pages else []),
            ]
            for page in range(1, pages + 1)
        ]
    )


def a_scan_pdf() -> bytes:
    """A facture that was printed and scanned: an image, no text."""
    return printed([[]], image=a_jpeg(octets=20_000))


def a_facturx_xml(
    *,
    numero: str = NUMERO,
    date_emission: str = DATE,
    total: str = TOTAL,
    devise: str = "EUR",
    siret: str = SIRET,
    schema: str = "0009",
    iban: str | None = IBAN,
    type_code: str = "380",
    profil: str = "basicwl",
) -> bytes:
    """The XML of a facture exempt from VAT, valid against the XSD of its profile (`basicwl` or `minimum`)."""
    seul = profil == "minimum"
    moyen = (
        "<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>30</ram:TypeCode>"
        f"<ram:PayeePartyCreditorFinancialAccount><ram:IBANID>{iban}</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>"
        "</ram:SpecifiedTradeSettlementPaymentMeans>"
        if iban and not seul
        else ""
    )
    taxe = (
        "<ram:ApplicableTradeTax><ram:CalculatedAmount>0.00</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>"
        f"<ram:ExemptionReason>{MENTION}</ram:ExemptionReason><ram:BasisAmount>{total}</ram:BasisAmount>"
        "<ram:CategoryCode>E</ram:CategoryCode><ram:ExemptionReasonCode>VATEX-FR-CGI261-4</ram:ExemptionReasonCode>"
        "<ram:RateApplicablePercent>0.00</ram:RateApplicablePercent></ram:ApplicableTradeTax>"
    )
    lignes = "" if seul else f"<ram:LineTotalAmount>{total}</ram:LineTotalAmount>"
    pays = "<ram:PostalTradeAddress><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="{_RSM}" xmlns:ram="{_RAM}" xmlns:udt="{_UDT}">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
<ram:ID>urn:factur-x.eu:1p0:{profil}</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{numero}</ram:ID><ram:TypeCode>{type_code}</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">{date_emission.replace("-", "")}</udt:DateTimeString>
</ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement>
<ram:BuyerReference>OPCO FICTIF</ram:BuyerReference>
<ram:SellerTradeParty><ram:Name>CFA FICTIF DES EXEMPLES</ram:Name><ram:SpecifiedLegalOrganization>
<ram:ID schemeID="{schema}">{siret}</ram:ID></ram:SpecifiedLegalOrganization>{pays}</ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>OPCO FICTIF</ram:Name>{"" if seul else pays}</ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/><ram:ApplicableHeaderTradeSettlement>
<ram:InvoiceCurrencyCode>{devise}</ram:InvoiceCurrencyCode>{moyen}{"" if seul else taxe}
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>{lignes}
<ram:TaxBasisTotalAmount>{total}</ram:TaxBasisTotalAmount>
<ram:GrandTotalAmount>{total}</ram:GrandTotalAmount><ram:DuePayableAmount>{total}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()


def a_facturx_pdf(pdf: bytes | None = None, *, xml: bytes | None = None) -> bytes:
    """A real Factur-X, made by the library that French software uses, its XML checked against the official XSD."""
    import facturx

    made = facturx.generate_from_binary(pdf or a_facture_pdf(), xml or a_facturx_xml(), check_schematron=False)
    return bytes(made)


def with_joint(pdf: bytes, contenu: bytes, *, nom: str = "factur-x.xml") -> bytes:
    """The PDF with one attachment more, whatever it holds, and listed as an associated file."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        fichier = pikepdf.AttachedFileSpec(document, contenu, filename=nom, mime_type="text/xml")
        document.attachments[nom] = fichier
        document.Root.AF = pikepdf.Array([*document.Root.get("/AF", []), fichier.obj])
        document.save(out)
    return out.getvalue()
