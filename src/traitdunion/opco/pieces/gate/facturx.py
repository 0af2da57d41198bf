"""The XML of a Factur-X: what may be let in as an attachment, and the few values read in it (CII D16B, EN 16931).

Hostile until proved otherwise, so parsed in the child only, by expat, with neither DTD nor entity.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from xml.parsers import expat

from traitdunion.opco.pieces.gate.model import MIO, FacturX

TAILLE_MAX_OCTETS = MIO
PROFONDEUR_MAX = 64
ELEMENTS_MAX = 50_000  # an invoice of 1 MiB has about 25,000
LONGUEUR_MAX = 100  # characters of a value; a longer one is not a value of ours
VALEURS_MAX = 10

# What a browser runs when it opens the file by itself.
_ESPACES_ACTIFS = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg")
_PREFIXES = {
    "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100": "rsm",
    "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100": "ram",
    "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100": "udt",
}
_RACINE = "rsm:CrossIndustryInvoice"
_DOCUMENT = f"{_RACINE}/rsm:ExchangedDocument"
_ACCORD = f"{_RACINE}/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement"
_REGLEMENT = f"{_RACINE}/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement"
_TOTAUX = f"{_REGLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_VENDEUR = f"{_ACCORD}/ram:SellerTradeParty"
_ORGANISATION = f"{_VENDEUR}/ram:SpecifiedLegalOrganization/ram:ID"
_DATE = f"{_DOCUMENT}/ram:IssueDateTime/udt:DateTimeString"
# Where a value stands; those of the first table stand there once.
_UNIQUES = {
    "numero": f"{_DOCUMENT}/ram:ID",
    "type_code": f"{_DOCUMENT}/ram:TypeCode",
    "date_emission": _DATE,
    "montant_total": f"{_TOTAUX}/ram:GrandTotalAmount",
    "montant_a_payer": f"{_TOTAUX}/ram:DuePayableAmount",
    "devise": f"{_REGLEMENT}/ram:InvoiceCurrencyCode",
    "reference_acheteur": f"{_ACCORD}/ram:BuyerReference",
}
_MULTIPLES = {
    "ibans": f"{_REGLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans/ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
    "categories": f"{_REGLEMENT}/ram:ApplicableTradeTax/ram:CategoryCode",
    "exonerations": f"{_REGLEMENT}/ram:ApplicableTradeTax/ram:ExemptionReasonCode",
}
_IDENTIFIANTS = (_ORGANISATION, f"{_VENDEUR}/ram:GlobalID")
_CHEMINS = frozenset({*_UNIQUES.values(), *_MULTIPLES.values(), *_IDENTIFIANTS})
# ISO/IEC 6523: 0002 SIREN (SIRENE), 0009 SIRET; either is met with the other's number.
_SCHEMAS_FRANCAIS = {"0002", "0009"}
_MONTANT = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?\Z")
_DATE_102 = re.compile(r"[0-9]{8}\Z")  # UNTDID 2379: 102 is CCYYMMDD
_SIRET = re.compile(r"[0-9]{9}(?:[0-9]{5})?\Z")


class XmlRefuse(Exception):
    """Not an attachment to let in: no XML, or one with a DTD, an instruction to a program, a page, or out of size."""


def read_facturx(xml: bytes) -> FacturX | None:
    """The values of the XML; None when it is harmless but not a whole invoice of the standard. Raises XmlRefuse."""
    if len(xml) > TAILLE_MAX_OCTETS:
        raise XmlRefuse
    reader = _Reader()
    whole = reader.read(xml)
    if reader.racine is None:
        raise XmlRefuse
    if not whole or reader.racine != _RACINE or reader.contradictoire:
        return None
    return _facturx(reader.valeurs)


class _Reader:
    """Walks the whole document, keeps the values of `_CHEMINS`."""

    def __init__(self) -> None:
        self.racine: str | None = None
        self.contradictoire = False
        self.valeurs: dict[str, list[tuple[str, Mapping[str, str]]]] = defaultdict(list)
        self._chemin: list[str] = []
        self._elements = 0
        self._texte: list[str] = []
        self._attributs: Mapping[str, str] = {}

    def read(self, xml: bytes) -> bool:
        """Whether the document is well formed to its end. Raises XmlRefuse."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._texte.append
        parser.StartDoctypeDeclHandler = _refuse
        parser.ProcessingInstructionHandler = _refuse
        try:
            parser.Parse(xml, True)
        # LookupError, ValueError: an encoding that Python does not know, or that expat cannot use.
        except (expat.ExpatError, LookupError, ValueError):
            return False
        return True

    def _start(self, nom: str, attributs: Mapping[str, str]) -> None:
        espace, _, local = nom.rpartition(" ")
        self._elements += 1
        if espace in _ESPACES_ACTIFS or self._elements > ELEMENTS_MAX or len(self._chemin) >= PROFONDEUR_MAX:
            raise XmlRefuse
        # A value with elements in it: its text is one thing to us, another to the next reader.
        self.contradictoire |= "/".join(self._chemin) in _CHEMINS
        self._chemin.append(f"{_PREFIXES.get(espace, '')}:{local}"[:LONGUEUR_MAX])
        if self.racine is None:
            self.racine = self._chemin[0]
        self._texte.clear()
        self._attributs = attributs

    def _end(self, nom: str) -> None:
        chemin = "/".join(self._chemin)
        self._chemin.pop()
        if chemin not in _CHEMINS:
            return
        valeur = " ".join("".join(self._texte).split())
        trouves = self.valeurs[chemin]
        if len(valeur) > LONGUEUR_MAX or len(trouves) >= VALEURS_MAX:
            self.contradictoire = True
        elif valeur:
            # Two values where there is one: another reader would take the other.
            self.contradictoire |= bool(trouves) and chemin in _UNIQUES.values()
            trouves.append((valeur, self._attributs))


def _refuse(*_: object) -> None:
    raise XmlRefuse


def _facturx(valeurs: Mapping[str, list[tuple[str, Mapping[str, str]]]]) -> FacturX:
    uniques = {nom: valeurs[chemin][0] for nom, chemin in _UNIQUES.items() if valeurs[chemin]}
    textes = {nom: valeur for nom, (valeur, _) in uniques.items()}
    multiples = {nom: tuple(valeur for valeur, _ in valeurs[chemin]) for nom, chemin in _MULTIPLES.items()}
    return FacturX(
        numero=textes.get("numero"),
        type_code=textes.get("type_code"),
        date_emission=_read_date(*uniques["date_emission"]) if "date_emission" in uniques else None,
        sirets=tuple(_sirets(valeurs)),
        montant_total=_read_montant(textes.get("montant_total")),
        montant_a_payer=_read_montant(textes.get("montant_a_payer")),
        devise=textes.get("devise"),
        ibans=multiples["ibans"],
        categories=multiples["categories"],
        exonerations=multiples["exonerations"],
        reference_acheteur=textes.get("reference_acheteur"),
    )


def _sirets(valeurs: Mapping[str, list[tuple[str, Mapping[str, str]]]]) -> list[str]:
    trouves = []
    for chemin in _IDENTIFIANTS:
        for valeur, attributs in valeurs[chemin]:
            schema = attributs.get("schemeID", "0002" if chemin == _ORGANISATION else "")
            chiffres = valeur.replace(" ", "")
            if schema in _SCHEMAS_FRANCAIS and _SIRET.match(chiffres):
                trouves.append(chiffres)
    return trouves


def _read_date(valeur: str, attributs: Mapping[str, str]) -> date | None:
    if attributs.get("format", "102") != "102" or not _DATE_102.match(valeur):
        return None
    try:
        return datetime.strptime(valeur, "%Y%m%d").date()  # noqa: DTZ007 - a calendar day
    except ValueError:
        return None


def _read_montant(valeur: str | None) -> Decimal | None:
    return Decimal(valeur) if valeur and _MONTANT.match(valeur) else None
