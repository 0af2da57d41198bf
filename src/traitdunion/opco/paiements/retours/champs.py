"""The fields of a return, read as banks and people write them. Sentences never quote a cell: it may hold an IBAN."""

import re
from datetime import date

from traitdunion.norme.identifiants import iban_valide
from traitdunion.opco.paiements.caracteres import is_reference
from traitdunion.opco.paiements.retours.modele import LigneFausse

TEXTE_MAX = 200
_MONTANT = re.compile(r"(\d{1,12})(?:[.,](\d{1,2}))?\Z", re.ASCII)  # « 12.500 » could be 12 500: refused
_MONTANT_ISO = re.compile(r"0*(\d{1,12})(?:\.(\d{1,2})0*)?\Z", re.ASCII)
_MILLIERS = re.compile(r"\d{1,3}( \d{3})+(?=[.,]|\Z)", re.ASCII)
_JOUR_FR = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z", re.ASCII)
_JOUR_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T.*|Z|[+-]\d{2}:\d{2})?\Z", re.ASCII)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ .\-]?[0-9A-Z]{4}){2,}(?:[ .\-]?[0-9A-Z]{1,3}\b)?", re.IGNORECASE | re.ASCII)
_CHIFFRES_IBAN = 8  # fewer digits than any IBAN holds: « AC04 REMBOURSEMENT » is not one


def to_texte(brut: str | None) -> str:
    """One line, spaces tidied, control characters dropped, 200 characters at most, what looks like an IBAN masked."""
    texte = " ".join((brut or "").split())
    return _IBAN.sub(_mask, "".join(c for c in texte if c.isprintable()))[:TEXTE_MAX]


def to_reference(brut: str | None) -> str:
    """The EndToEndId as it was sent. Raises LigneFausse when it is empty, impossible, or an IBAN in its place."""
    reference = " ".join((brut or "").split())
    if not reference or reference == "NOTPROVIDED":
        raise LigneFausse("La référence du virement manque : ce mouvement ne peut pas être rapproché.")
    if iban_valide(reference) or not is_reference(reference):
        raise LigneFausse("La référence du virement n'est pas de celles que nous donnons : vérifiez cette ligne.")
    return reference


def to_cents(brut: str | None) -> int:
    """« 1 234,50 », « 1234.5 », « 1234,50 € » in cents. Raises LigneFausse when empty, nil, negative or ambiguous."""
    texte = " ".join((brut or "").split()).removesuffix("€").removesuffix("EUR").strip()
    if _MILLIERS.match(texte):
        texte = texte.replace(" ", "")
    return _to_cents(_MONTANT.match(texte), "Le montant est illisible : écrivez par exemple 1234,50.")


def to_cents_iso(brut: str | None) -> int:
    """A decimal of ISO 20022 (« 1234.5 », five decimals allowed) in cents. Raises LigneFausse as to_cents does."""
    return _to_cents(_MONTANT_ISO.match((brut or "").strip()), "Le montant est illisible : voyez avec la banque.")


def _to_cents(trouve: re.Match[str] | None, phrase: str) -> int:
    if trouve is None:
        raise LigneFausse(phrase)
    cents = int(trouve[1]) * 100 + int((trouve[2] or "0").ljust(2, "0"))
    if cents == 0:
        raise LigneFausse("Le montant est nul.")
    return cents


def to_jour(brut: str | None) -> date:
    """A day: 31/08/2026, 2026-08-31, or the day of a time as it is written. Raises LigneFausse."""
    texte = (brut or "").strip()
    try:
        if trouve := _JOUR_FR.match(texte):
            return date(int(trouve[3]), int(trouve[2]), int(trouve[1]))
        if trouve := _JOUR_ISO.match(texte):
            return date(int(trouve[1]), int(trouve[2]), int(trouve[3]))
    except ValueError:
        raise LigneFausse("La date n'existe pas au calendrier.") from None
    raise LigneFausse("La date manque ou est illisible : écrivez par exemple 31/08/2026.")


def _mask(trouve: re.Match[str]) -> str:
    chiffres = sum(c.isdigit() for c in trouve[0])
    return "[IBAN masqué]" if chiffres >= _CHIFFRES_IBAN else trouve[0]
