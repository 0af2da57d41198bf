"""A pay run as a SEPA credit transfer file, pain.001.001.09 (ISO 20022, customer to bank, version of 2019).

One lot, one day, one account that pays. The same run gives the same bytes: the library's clock and random numbers are
replaced by what the caller says. Nothing leaves here that the schema of the message refuses.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any
from xml.etree import ElementTree

import msgspec
import xmlschema
from sepaxml import SepaTransfer
from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban

from traitdunion.norme.identifiants import iban_valide
from traitdunion.opco.paiements.caracteres import is_reference, to_sepa

SCHEMA = "pain.001.001.09"
MONTANT_MAX = 99_999_999_999  # cents: 999 999 999,99 €, the most that a SEPA virement carries (EPC125-05, AT-04)
NOM_MAX, LIBELLE_MAX = 70, 140  # what banks carry; the schema alone would allow 140 for a name
SANS_BIC = "NOTPROVIDED"  # what stands for the BIC of the bank that pays when it is not given (EPC132-08)
# The library registers its namespace in ElementTree's own table, which is the process's: one file at a time.
_VERROU = Lock()


class OrdreRefuse(Exception):
    """A pay run that cannot be written; `phrases` says all that is wrong, in French, and never quotes an IBAN."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self.phrases = tuple(phrases)
        super().__init__(" ".join(self.phrases))


class Donneur(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays: the OPCO and its account; `bic` None when its bank finds it by the IBAN."""

    nom: str
    iban: str
    bic: str | None = None

    def __repr__(self) -> str:
        return f"Donneur({self.nom!r}, IBAN masqué)"


class Virement(msgspec.Struct, frozen=True, kw_only=True):
    """One transfer. `reference` comes back from the bank (EndToEndId); `montant` in cents; `libelle` is for the CFA."""

    reference: str
    titulaire: str
    iban: str
    montant: int
    libelle: str

    def __repr__(self) -> str:
        return f"Virement({self.reference!r}, {self.montant} cents, IBAN masqué)"


class FichierVirements(msgspec.Struct, frozen=True, kw_only=True):
    """The file and its control sums, which people compare with the bank's screen: NbOfTxs, and CtrlSum in cents."""

    octets: bytes
    nombre: int
    total: int


def write_virements(
    donneur: Donneur,
    virements: Sequence[Virement],
    *,
    date_execution: date,
    message_id: str,
    cree_le: datetime,
) -> FichierVirements:
    """The file that the OPCO hands to its bank: `date_execution` is the day of the debit.

    `message_id` (35 characters at most) names the file and its only lot; `cree_le` has a time zone (else ValueError).
    A text that is too long is cut, a letter that banks do not know is transliterated, an empty `libelle` is the
    reference. Raises OrdreRefuse with all that is wrong.
    """
    if cree_le.tzinfo is None:
        raise ValueError("cree_le needs a time zone")
    if phrases := [*_check_ordre(donneur, virements, message_id), *_check_virements(virements)]:
        raise OrdreRefuse(phrases)
    with _VERROU:
        octets = _write(donneur, virements, date_execution, message_id, cree_le)
        conforme = _schema().is_valid(octets.decode())
    if not conforme:  # not « from »: the validator's error quotes what it read
        raise OrdreRefuse(["Le fichier de virements n'est pas conforme au format SEPA : prévenez l'assistance."])
    return FichierVirements(octets=octets, nombre=len(virements), total=sum(v.montant for v in virements))


def _check_ordre(donneur: Donneur, virements: Sequence[Virement], message_id: str) -> Iterator[str]:
    if not virements:
        yield "Aucun virement à payer : le fichier serait vide."
    if not is_reference(message_id):
        yield (
            "L'identifiant du fichier ne convient pas aux banques : 35 caractères au plus, des lettres sans accent, "
            "des chiffres et des tirets."
        )
    if not to_sepa(donneur.nom, longueur=NOM_MAX):
        yield "Le nom de l'OPCO qui paie est vide."
    if not _is_iban(donneur.iban):
        yield "L'IBAN de l'OPCO qui paie n'est pas valable : corrigez-le dans les réglages."
    if donneur.bic is not None and not _is_bic(donneur.bic):
        yield "Le BIC de l'OPCO qui paie n'est pas valable : corrigez-le dans les réglages, ou laissez-le vide."


def _check_virements(virements: Sequence[Virement]) -> Iterator[str]:
    vues: set[str] = set()
    for rang, virement in enumerate(virements, start=1):
        if not is_reference(virement.reference) or virement.reference == "NOTPROVIDED":
            yield (
                f"Virement n° {rang} : sa référence ne convient pas aux banques (35 caractères au plus, des lettres "
                "sans accent, des chiffres et des tirets)."
            )
            qui = f"Virement n° {rang}"
        else:
            qui = f"Virement {virement.reference}"
        if virement.reference in vues:
            yield f"{qui} : cette référence est présente deux fois, la banque ne saurait pas la rendre."
        vues.add(virement.reference)
        if virement.montant < 1:
            yield f"{qui} : le montant doit être d'un centime au moins."
        if virement.montant > MONTANT_MAX:
            yield f"{qui} : le montant dépasse 999 999 999,99 €, le plus qu'un virement SEPA puisse porter."
        if not to_sepa(virement.titulaire, longueur=NOM_MAX):
            yield f"{qui} : le nom du titulaire du compte est vide."
        if not _is_iban(virement.iban):
            yield f"{qui} : l'IBAN du bénéficiaire n'est pas valable, demandez-en un autre au CFA."


def _is_iban(iban: str) -> bool:
    return iban.isascii() and iban_valide(iban)


def _is_bic(bic: str) -> bool:
    return bic.isascii() and bool(stdnum_bic.is_valid(bic))


def _write(
    donneur: Donneur, virements: Sequence[Virement], date_execution: date, message_id: str, cree_le: datetime
) -> bytes:
    compte = {
        "name": to_sepa(donneur.nom, longueur=NOM_MAX),
        "IBAN": stdnum_iban.compact(donneur.iban),
        "currency": "EUR",
        "batch": True,
    }
    if donneur.bic is not None:
        compte["BIC"] = stdnum_bic.compact(donneur.bic)
    ordre = _Ordre(compte, message_id=message_id, cree_le=cree_le)
    for virement in virements:
        ordre.add_payment(
            {
                "endtoend_id": virement.reference,
                "name": to_sepa(virement.titulaire, longueur=NOM_MAX),
                "IBAN": stdnum_iban.compact(virement.iban),
                "amount": virement.montant,
                "description": to_sepa(virement.libelle, longueur=LIBELLE_MAX) or virement.reference,
                "execution_date": date_execution,
            }
        )
    return bytes(ordre.export(validate=False))


class _Ordre(SepaTransfer):
    """The library's file, without what it takes from its clock and from chance."""

    def __init__(self, compte: dict[str, Any], *, message_id: str, cree_le: datetime) -> None:
        self._message_id = message_id
        self._cree_le = cree_le.astimezone(UTC)
        super().__init__(compte, schema=SCHEMA, clean=False)

    def _create_header(self) -> None:
        self.msg_id = self._message_id
        super()._create_header()
        self._xml.find("CstmrCdtTrfInitn/GrpHdr/CreDtTm").text = f"{self._cree_le:%Y-%m-%dT%H:%M:%SZ}"

    def _finalize_batch(self) -> None:
        super()._finalize_batch()
        for lot in self._xml.iter("PmtInf"):
            lot.find("PmtInfId").text = self._message_id
            banque = lot.find("DbtrAgt/FinInstnId")
            if len(banque) == 0:  # the schema takes an empty bank, the EPC's rules do not
                autre = ElementTree.SubElement(banque, "Othr")
                ElementTree.SubElement(autre, "Id").text = SANS_BIC


@cache
def _schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / f"{SCHEMA}.xsd"))
