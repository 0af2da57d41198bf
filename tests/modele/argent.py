"""The money of one dossier, told as lists of facts: what the product's ledger is held against.

Written from regles.md §4.8, §4.9, §5, norme.md §2.3 to §2.5, §7 and ADR 0018, before the product's ledger was read,
and with another technique: no account is kept, no posting is made. A line keeps the facts that happened to it (what was
taken from it and why, what was credited, ordered, paid, recovered), a dossier keeps the versions of its engagement and
its foreclosures, and every figure is worked out again by summing them when it is asked for.

Amounts are integer cents. A part (`Part`) is what the engagement is cut into: an échéance's pedagogy or RQTH
majoration, or one nature of frais annexes for the whole contract (échéance None). Lines are numbered from 1, in the
order in which they were invoiced.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

Part = tuple[int | None, str]


class Refus(Exception):
    """The act is not allowed; nothing has changed."""


class Etape(Enum):
    """Where a line is: the order of the members is that in which a lowered engagement takes from lines."""

    EN_INSTRUCTION = 1
    ACCEPTEE = 2
    ORDONNEE = 3
    REGLEE = 4
    REJETEE = 5
    FORCLOSE = 6


VIVANTES = (Etape.EN_INSTRUCTION, Etape.ACCEPTEE, Etape.ORDONNEE, Etape.REGLEE)


class Cause(Enum):
    """Why something was taken from a line (or given back to it, as a negative amount)."""

    REDUCTION = "the engagement was lowered"
    REPRISE = "the engagement was raised again: given back to the line"
    AVOIR = "the CFA credited it"
    REJET = "staff rejected the line"
    FORCLUSION = "the last day went by while it waited"


@dataclass
class Ligne:
    """One line of a facture, and the facts that happened to it."""

    numero: int
    part: Part
    montant: int
    etapes: list[Etape] = field(default_factory=lambda: [Etape.EN_INSTRUCTION])
    prises: list[tuple[Cause, int]] = field(default_factory=list)
    avoirs: list[int] = field(default_factory=list)
    ordres: list[int] = field(default_factory=list)
    recouvrements: list[int] = field(default_factory=list)

    @property
    def etape(self) -> Etape:
        """Where the line is now."""
        return self.etapes[-1]

    @property
    def debout(self) -> int:
        """What still stands of the line: asked for, and neither taken, credited, rejected nor lost."""
        return self.montant - sum(montant for _, montant in self.prises)

    @property
    def decaisse(self) -> int:
        """What the bank paid for the line: the whole of the last order, whatever happened to the line meanwhile."""
        return self.ordres[-1] if self.etape is Etape.REGLEE else 0

    @property
    def du(self) -> int:
        """What is paid and still due."""
        return self.debout if self.etape is Etape.REGLEE else 0

    @property
    def a_rendre(self) -> int:
        """Paid, not due, not recovered yet."""
        return self.decaisse - self.du - sum(self.recouvrements)

    @property
    def sans_avoir(self) -> int:
        """What no longer stands although no avoir says so."""
        return self.montant - self.debout - sum(self.avoirs)

    @property
    def trop_percu(self) -> int:
        """Of what is to be given back, what no avoir answers for: a raised engagement takes it back first.

        An avoir answers first for what was never paid, or was given back already: what it leaves is the other part.
        """
        return min(self.a_rendre, self.sans_avoir)

    @property
    def avoir_a_recouvrer(self) -> int:
        """Of what is to be given back, what the CFA credited itself: never taken back by a raised engagement."""
        return self.a_rendre - self.trop_percu

    def take(self, cause: Cause, at_most: int) -> int:
        """Takes what stands, `at_most` cents of it; answers how much was taken."""
        montant = min(self.debout, at_most)
        if montant:
            self.prises.append((cause, montant))
        return montant


class Dossier:
    """One dossier's money. Every act checks first, and raises `Refus` without changing anything."""

    def __init__(self) -> None:
        self.versions: list[dict[Part, int]] = []
        self.lignes: list[Ligne] = []
        self.forclusions: list[tuple[Part, int]] = []

    # Figures, by summing.

    @property
    def parts(self) -> list[Part]:
        """Every part that any version of the engagement knew, in the order in which they appeared."""
        return list(dict.fromkeys(part for version in self.versions for part in version))

    def lines_of(self, part: Part, *etapes: Etape) -> list[Ligne]:
        """The lines of a part that are at one of those steps, the oldest first."""
        return [ligne for ligne in self.lignes if ligne.part == part and ligne.etape in etapes]

    def engaged(self, part: Part) -> int:
        """What the last version engages for the part."""
        return self.versions[-1].get(part, 0) if self.versions else 0

    def standing(self, part: Part, *etapes: Etape) -> int:
        """What stands of the part's lines that are at one of those steps."""
        return sum(ligne.debout for ligne in self.lines_of(part, *etapes))

    def foreclosed(self, part: Part) -> int:
        """What is lost for being late."""
        return sum(montant for p, montant in self.forclusions if p == part)

    def available(self, part: Part) -> int:
        """What may still be invoiced."""
        return self.engaged(part) - self.foreclosed(part) - self.standing(part, *VIVANTES)

    def to_recover(self) -> int:
        """What the CFA has to give back, whatever the cause."""
        return sum(ligne.a_rendre for ligne in self.lignes)

    def paid_out(self) -> int:
        """What left the bank."""
        return sum(ligne.decaisse for ligne in self.lignes)

    def recovered(self) -> int:
        """What came back to the OPCO, by refund or by compensation."""
        return sum(sum(ligne.recouvrements) for ligne in self.lignes)

    def line(self, numero: int) -> Ligne:
        """The line of that number.

        Raises:
            Refus: there is none.
        """
        if not 1 <= numero <= len(self.lignes):
            raise Refus
        return self.lignes[numero - 1]

    # Acts.

    def engage(self, parts: Mapping[Part, int]) -> None:
        """A first or a new version of the engagement: a part that it does not name is engaged for nothing.

        Raises:
            Refus: an amount below zero.
        """
        if any(montant < 0 for montant in parts.values()):
            raise Refus
        avant = {part: self.engaged(part) for part in [*self.parts, *parts]}
        self.versions.append(dict(parts))
        for part, ancien in avant.items():
            if self.available(part) < 0:
                self._lower(part, -self.available(part))
            self._take_back(part, self.engaged(part) - ancien)

    def _lower(self, part: Part, manque: int) -> None:
        """Takes what the part lacks: the foreclosed, then lines step by step, the most recent first."""
        perdu = min(manque, self.foreclosed(part))
        if perdu:
            self.forclusions.append((part, -perdu))
        manque -= perdu
        for etape in VIVANTES:
            for ligne in reversed(self.lines_of(part, etape)):
                manque -= ligne.take(Cause.REDUCTION, manque)

    def _take_back(self, part: Part, hausse: int) -> None:
        """A raise pays for the trop-perçu first, the oldest line first; what is left of it may be invoiced."""
        for ligne in self.lines_of(part, Etape.REGLEE):
            repris = min(ligne.trop_percu, max(hausse, 0))
            if repris:
                ligne.prises.append((Cause.REPRISE, -repris))
            hausse -= repris

    def invoice(self, part: Part, montant: int) -> Ligne:
        """A line asks for an amount of a part.

        Raises:
            Refus: nothing is asked for, or more than what is left.
        """
        if not 0 < montant <= self.available(part):
            raise Refus
        self.lignes.append(Ligne(len(self.lignes) + 1, part, montant))
        return self.lignes[-1]

    def _move(self, numero: int, etape: Etape, *, vers: Etape) -> Ligne:
        ligne = self.line(numero)
        if ligne.etape is not etape:
            raise Refus
        ligne.etapes.append(vers)
        return ligne

    def accept(self, numero: int) -> None:
        """Staff accept a line in instruction: it may be paid.

        Raises:
            Refus: it is not in instruction.
        """
        self._move(numero, Etape.EN_INSTRUCTION, vers=Etape.ACCEPTEE)

    def reject(self, numero: int) -> None:
        """Staff reject a line that is not ordered yet: what stood may be invoiced again.

        Raises:
            Refus: it is ordered, paid, rejected or foreclosed.
        """
        ligne = self.line(numero)
        if ligne.etape not in (Etape.EN_INSTRUCTION, Etape.ACCEPTEE):
            raise Refus
        ligne.take(Cause.REJET, ligne.debout)
        ligne.etapes.append(Etape.REJETEE)

    def order(self, numero: int) -> None:
        """What stands of an accepted line goes to the bank in a virement.

        Raises:
            Refus: it is not accepted, or nothing stands of it.
        """
        if not self.line(numero).debout:
            raise Refus
        ligne = self._move(numero, Etape.ACCEPTEE, vers=Etape.ORDONNEE)
        ligne.ordres.append(ligne.debout)

    def pay(self, numero: int) -> None:
        """The bank has paid what was ordered, whole.

        Raises:
            Refus: it is not ordered.
        """
        self._move(numero, Etape.ORDONNEE, vers=Etape.REGLEE)

    def send_back(self, numero: int) -> None:
        """The bank has not paid: what still stands waits for another virement.

        Raises:
            Refus: it is not ordered.
        """
        self._move(numero, Etape.ORDONNEE, vers=Etape.ACCEPTEE)

    def credit(self, numero: int, montant: int) -> None:
        """An avoir of `montant` cents (positive) on a line: first what does not stand any more, then what stands.

        Raises:
            Refus: nothing is credited, or more than the line, avoirs before it counted.
        """
        ligne = self.line(numero)
        if not 0 < montant <= ligne.montant - sum(ligne.avoirs):
            raise Refus
        ligne.take(Cause.AVOIR, max(montant - ligne.sans_avoir, 0))
        ligne.avoirs.append(montant)

    def recover(self, montant: int) -> None:
        """A refund or a compensation: the oldest line first.

        Raises:
            Refus: nothing, or more than what is to be given back.
        """
        if not 0 < montant <= self.to_recover():
            raise Refus
        for ligne in self.lignes:
            rendu = min(ligne.a_rendre, montant)
            if rendu:
                ligne.recouvrements.append(rendu)
            montant -= rendu

    def foreclose_line(self, numero: int) -> None:
        """The last day of a line that still waits for its proof is over: what stands of it is lost.

        Raises:
            Refus: it is not in instruction.
        """
        ligne = self._move(numero, Etape.EN_INSTRUCTION, vers=Etape.FORCLOSE)
        self.forclusions.append((ligne.part, ligne.take(Cause.FORCLUSION, ligne.debout)))

    def foreclose(self, part: Part) -> None:
        """The last day of a part is over: what is not invoiced, or still in instruction, is lost.

        Raises:
            Refus: nothing is left to lose.
        """
        perdu = self.available(part) + self.standing(part, Etape.EN_INSTRUCTION)
        if not perdu:
            raise Refus
        for ligne in self.lines_of(part, Etape.EN_INSTRUCTION):
            ligne.take(Cause.FORCLUSION, ligne.debout)
            ligne.etapes.append(Etape.FORCLOSE)
        self.forclusions.append((part, perdu))
