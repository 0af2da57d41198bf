"""The kinds of zone of the form, each with its two ways: what is typed → member of the norm, and back.

A zone knows its path in the norm (wire names) and its fields in the PDF; `read` returns a wire value or None when
nothing is typed, `write` takes a wire value. `write(read(x))` and `read(write(v))` give back x and v, up to spacing.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from traitdunion.cfa.cerfa_pdf.saisie import Saisie, Valeur

_CODE_ET_LIBELLE = re.compile(r"(\d{1,2})\s*[-–:.)(].*")
_UNITE = re.compile(r"\s*(?:heures?|h|minutes?|mn|min|salariés?|€|euros?|%)\.?$", re.IGNORECASE)
_MILLIERS = re.compile(r"(?<=\d)[\s.](?=\d{3}(?:\D|$))")


def texte_pdf(court: str) -> str:
    """Full name of a text field from its short one: « 8_2 » is « Zone de texte 8_2 » (regles.md §7)."""
    return f"Zone de texte {court}"


def case_pdf(court: str) -> str:
    """Full name of a box: the form itself holds the four characters « #C3#A0 » twice over, not an « à »."""
    return f"Case #C3#A0 cocher {court}"


class Zone(Protocol):
    """What every kind of zone can do."""

    @property
    def chemin(self) -> str: ...
    @property
    def libelle(self) -> str: ...
    @property
    def noms(self) -> tuple[str, ...]: ...
    def read(self, saisie: Saisie) -> Any: ...
    def write(self, valeur: Any) -> dict[str, Valeur]: ...


@dataclass(frozen=True)
class _ChampUnique:
    """One field of text, one member."""

    chemin: str
    libelle: str
    champ: str

    @property
    def noms(self) -> tuple[str, ...]:
        return (texte_pdf(self.champ),)

    def write(self, valeur: Any) -> dict[str, Valeur]:
        return {self.noms[0]: str(valeur)}


@dataclass(frozen=True)
class Texte(_ChampUnique):
    """A text as it is typed."""

    def read(self, saisie: Saisie) -> str | None:
        return saisie.texte(self.noms[0]) or None


@dataclass(frozen=True)
class Nir(Texte):
    """The NIR: 13 characters on the form, without the key that the norm may carry (regles.md §1.2)."""

    LONGUEUR: ClassVar[int] = 13

    def read(self, saisie: Saisie) -> str | None:
        nir = "".join(saisie.texte(self.noms[0]).split()).upper()
        if nir and len(nir) not in (self.LONGUEUR, self.LONGUEUR + 2):
            saisie.note(self.chemin, f"{self.libelle} : {len(nir)} caractères, alors que le NIR en compte 13.")
        return nir or None

    def write(self, valeur: Any) -> dict[str, Valeur]:
        return {self.noms[0]: str(valeur)[: self.LONGUEUR]}


@dataclass(frozen=True)
class Code(Texte):
    """A code of a list of the notice; « 12 - Entreprise… » is read as 12."""

    def read(self, saisie: Saisie) -> str | None:
        saisi = saisie.texte(self.noms[0])
        code = _CODE_ET_LIBELLE.fullmatch(saisi)
        return (code[1] if code else saisi) or None


@dataclass(frozen=True)
class Departement(Texte):
    """A département on three characters: « 75 » is 075, « 2A » is 02A, 099 abroad."""

    def read(self, saisie: Saisie) -> str | None:
        saisi = saisie.texte(self.noms[0]).upper()
        return saisi.zfill(3) if saisi else None


@dataclass(frozen=True)
class Entier(_ChampUnique):
    """A whole number, with or without its unit and its thousands' spaces."""

    def read(self, saisie: Saisie) -> int | None:
        saisi = saisie.texte(self.noms[0])
        chiffres = _sans_habillage(saisi)
        if not chiffres:
            return None
        if not (chiffres.isascii() and chiffres.isdigit()):
            saisie.note_illisible(self.chemin, self.libelle, saisi, "un nombre entier, en chiffres")
            return None
        return int(chiffres)


@dataclass(frozen=True)
class Pourcentage(_ChampUnique):
    """A rate as printed: 27, 53,5, 61 %."""

    def read(self, saisie: Saisie) -> Decimal | None:
        saisi = saisie.texte(self.noms[0])
        nombre = _decimal(_sans_habillage(saisi))
        if saisi and nombre is None:
            saisie.note_illisible(self.chemin, self.libelle, saisi, "un pourcentage, par exemple 53")
        return nombre

    def write(self, valeur: Any) -> dict[str, Valeur]:
        return {self.noms[0]: f"{Decimal(str(valeur)):f}".replace(".", ",")}


@dataclass(frozen=True)
class BaseSalaire(_ChampUnique):
    """What the percentage is of: SMIC or SMC."""

    def read(self, saisie: Saisie) -> str | None:
        saisi = saisie.texte(self.noms[0])
        base = saisi.upper().replace(".", "").rstrip("*")
        if not base:
            return None
        if base not in ("SMIC", "SMC"):
            saisie.note_illisible(self.chemin, self.libelle, saisi, "SMIC ou SMC")
            return None
        return base


@dataclass(frozen=True)
class Autre(_ChampUnique):
    """« Autre » avantage en nature: a text on paper, a yes or no in the norm."""

    def read(self, saisie: Saisie) -> bool | None:
        saisi = saisie.texte(self.noms[0]).casefold()
        return saisi not in ("non", "0", "néant", "aucun", "-") if saisi else None

    def write(self, valeur: Any) -> dict[str, Valeur]:
        return {self.noms[0]: "Oui" if valeur else "Non"}


@dataclass(frozen=True)
class Jour:
    """A date in three boxes: day, month, year."""

    chemin: str
    libelle: str
    champs: tuple[str, str, str]

    @property
    def noms(self) -> tuple[str, ...]:
        return tuple(texte_pdf(champ) for champ in self.champs)

    def read(self, saisie: Saisie) -> str | None:
        parts = [saisie.texte(nom) for nom in self.noms]
        remplies = [part for part in parts if part]
        if not remplies:
            return None
        # Some people type the whole date in the first box.
        entiere = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", remplies[0]) if len(remplies) == 1 else None
        jour, mois, annee = entiere.groups() if entiere else parts
        if all(part.isascii() and part.isdigit() for part in (jour, mois, annee)) and len(annee) == 4:
            try:
                return date(int(annee), int(mois), int(jour)).isoformat()
            except ValueError:
                pass  # the 31st of June is noted below, like any other impossible day
        attendu = "un jour existant, sous la forme JJ / MM / AAAA"
        saisie.note_illisible(self.chemin, self.libelle, " / ".join(parts), attendu)
        return None

    def write(self, valeur: Any) -> dict[str, Valeur]:
        annee, mois, jour = str(valeur)[:10].split("-")
        return dict(zip(self.noms, (jour, mois, annee), strict=True))


@dataclass(frozen=True)
class Montant:
    """An amount in two boxes: euros, cents."""

    chemin: str
    libelle: str
    champs: tuple[str, str]

    @property
    def noms(self) -> tuple[str, ...]:
        return tuple(texte_pdf(champ) for champ in self.champs)

    def read(self, saisie: Saisie) -> Decimal | None:
        euros, centimes = (saisie.texte(nom) for nom in self.noms)
        if not euros and not centimes:
            return None
        montant = _decimal(_sans_habillage(euros))
        # « 8 » in the box of the cents may be 8 or 80 cents: a person has to say which.
        if centimes and montant is not None:
            entier = montant == montant.to_integral_value() and "," not in euros
            deux_chiffres = len(centimes) == 2 and centimes.isascii() and centimes.isdigit()
            montant = montant + Decimal(centimes) / 100 if entier and deux_chiffres else None
        if montant is None or montant != montant.quantize(Decimal("0.01")):
            attendu = "les euros, puis deux chiffres pour les centimes"
            saisie.note_illisible(self.chemin, self.libelle, f"{euros} , {centimes}", attendu)
            return None
        return montant.quantize(Decimal("0.01"))

    def write(self, valeur: Any) -> dict[str, Valeur]:
        euros, centimes = f"{Decimal(str(valeur)):.2f}".split(".")
        return dict(zip(self.noms, (euros, centimes), strict=True))


@dataclass(frozen=True)
class Case:
    """A lone box: ticked is yes, empty is no."""

    chemin: str
    libelle: str
    champ: str

    @property
    def noms(self) -> tuple[str, ...]:
        return (case_pdf(self.champ),)

    def read(self, saisie: Saisie) -> bool | None:
        return saisie.case(self.noms[0])

    def write(self, valeur: Any) -> dict[str, Valeur]:
        return {self.noms[0]: bool(valeur)}


@dataclass(frozen=True)
class Choix:
    """Boxes of which one at most is ticked: oui / non, M / F."""

    chemin: str
    libelle: str
    cases: tuple[tuple[Any, str], ...]

    @property
    def noms(self) -> tuple[str, ...]:
        return tuple(case_pdf(champ) for _, champ in self.cases)

    def read(self, saisie: Saisie) -> Any:
        choisies = [valeur for valeur, champ in self.cases if saisie.case(case_pdf(champ))]
        if len(choisies) > 1:
            saisie.note_illisible(self.chemin, self.libelle, "plusieurs cases cochées", "une seule case cochée")
        return choisies[0] if len(choisies) == 1 else None

    def write(self, valeur: Any) -> dict[str, Valeur]:
        return {case_pdf(champ): valeur == possible for possible, champ in self.cases}


def _sans_habillage(saisi: str) -> str:
    return _MILLIERS.sub("", _UNITE.sub("", saisi)).strip()


def _decimal(chiffres: str) -> Decimal | None:
    chiffres = chiffres.replace(",", ".")
    return Decimal(chiffres) if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]+)?", chiffres) else None
