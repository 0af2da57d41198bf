"""The PDF of a facture beside its data: every difference is a warning, none stops the deposit (norme.md §2.3).

The data, and they alone, are what is settled: the Factur-X is an option, CFA being out of the reform of e-invoicing
for operations exempt under CGI art. 261 (regles.md §5). No function here shows an IBAN.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.erreurs import facturx as codes
from traitdunion.norme.identifiants import iban_valide, may_hold_identifiant
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.opco.pieces.gate import FacturX, LectureFacture, Mention

EURO = "EUR"
FACTURE, AVOIR = "380", "381"
# UNTDID 1001, the codes of credit notes in the French list of EN 16931; any other is a facture.
AVOIRS = frozenset({"261", "262", AVOIR, "396", "502", "503"})
_CITATION_MAX = 40


def check_lecture(facture: Facture, lecture: LectureFacture | None) -> list[Anomalie]:
    """Every warning about the PDF of a facture or of an avoir; none when its text and its XML are not known."""
    if lecture is None:
        return []
    anomalies = []
    if lecture.mention is Mention.ABSENTE:
        anomalies.append(codes.MENTION_EXONERATION_ABSENTE.anomalie("fichier"))
    if lecture.facturx is not None:
        anomalies += compare(facture, lecture.facturx)
    elif lecture.joint:
        anomalies.append(codes.FACTURX_ILLISIBLE.anomalie("fichier"))
    return anomalies


def compare(facture: Facture, lue: FacturX) -> list[Anomalie]:
    """What the Factur-X says otherwise, in the order of the JSON; a member that the JSON lacks is not compared."""
    racine = "avoir" if isinstance(facture, Avoir) else "facture"
    return [
        codes.FACTURX_DIFFERENTE.anomalie(f"{racine}.{membre}" if membre else racine, ecart=ecart)
        for membre, ecart in _differences(facture, lue)
    ]


def _differences(facture: Facture, lue: FacturX) -> Iterator[tuple[str, str]]:
    """The member that differs, none for the type of the document, and the sentence that says how."""
    if ecart := _type_differs(facture, lue.type_code):
        yield "", ecart
    if facture.numero is not None and not _same_numero(facture.numero, lue.numero):
        yield "numero", _said("Numéro", facture.numero, lue.numero)
    if facture.date_emission not in (None, lue.date_emission):
        yield "dateEmission", _said("Date d'émission", _day(facture.date_emission), _day(lue.date_emission))
    if lue.devise is not None and lue.devise != EURO:
        yield "montantTotal", _said("Devise", EURO, lue.devise)
    if facture.montant_total is not None and not _same_total(facture, facture.montant_total, lue):
        yield "montantTotal", _said("Montant total", _euros(facture.montant_total), _euros(_total(lue)))
    if facture.siret_emetteur is not None and (autre := _other_siret(facture.siret_emetteur, lue.sirets)):
        yield "siretEmetteur", _said("SIRET de l'émetteur", facture.siret_emetteur, autre)
    if facture.iban_emetteur is not None and not _same_iban(facture.iban_emetteur, lue.ibans):
        yield "ibanEmetteur", "IBAN de l'émetteur : celui du Factur-X est un autre."


def _type_differs(facture: Facture, type_code: str | None) -> str | None:
    if type_code is None or (type_code in AVOIRS) is isinstance(facture, Avoir):
        return None
    attendu, objet = (AVOIR, "un avoir") if isinstance(facture, Avoir) else (FACTURE, "une facture")
    return (
        f"Type de document : les données sont {objet} (code {attendu}), le Factur-X porte le code {_quote(type_code)}."
    )


def _same_numero(numero: str, lu: str | None) -> bool:
    return lu is not None and " ".join(numero.split()) == lu


def _same_total(facture: Facture, montant: Decimal, lue: FacturX) -> bool:
    total = _total(lue)
    if total is None:
        return False
    # A credit note of EN 16931 is positive, its type code says which way it goes; an avoir of the norm is negative.
    return abs(total) == abs(montant) if isinstance(facture, Avoir) else total == montant


def _total(lue: FacturX) -> Decimal | None:
    """The total with tax (BT-112); what is due (BT-115) only in its absence, since an advance may have been paid."""
    return lue.montant_a_payer if lue.montant_total is None else lue.montant_total


def _other_siret(siret: str, lus: tuple[str, ...]) -> str | None:
    """The number that is not this seller's. A profile without any French number says nothing; a SIREN stands for all
    its establishments.
    """
    etablissements = [lu for lu in lus if len(lu) == 14]
    unites = [lu for lu in lus if len(lu) == 9]
    if etablissements and siret not in etablissements:
        return etablissements[0]
    return unites[0] if unites and siret[:9] not in unites else None


def _same_iban(iban: str, lus: tuple[str, ...]) -> bool:
    """A profile without an account (MINIMUM) says nothing."""
    return not lus or compact_iban(iban) in {compact_iban(lu) for lu in lus}


def compact_iban(iban: str) -> str:
    """An IBAN without its spaces, in capitals: one account, one text."""
    return "".join(iban.split()).upper()


def _said(libelle: str, dit: str | None, lu: str | None) -> str:
    dans_le_xml = "rien dans le Factur-X" if lu is None else f"{_quote(lu)} dans le Factur-X"
    return f"{libelle} : {_quote(dit or '')} dans les données, {dans_le_xml}."


def _quote(texte: str) -> str:
    """A value as typed by a stranger: short, without what hides or turns the text, and never an account."""
    visible = "".join(signe for signe in texte if unicodedata.category(signe)[0] != "C").strip()
    if iban_valide(compact_iban(visible)) or may_hold_identifiant(visible):
        return "« (non cité) »"
    return f"« {visible[:_CITATION_MAX]}{'…' if len(visible) > _CITATION_MAX else ''} »"


def _day(jour: date | None) -> str | None:
    return None if jour is None else f"{jour:%d/%m/%Y}"


def _euros(montant: Decimal | None) -> str | None:
    if montant is None:
        return None
    return f"{montant:.2f}".replace(".", ",") if montant == round(montant, 2) else str(montant).replace(".", ",")
