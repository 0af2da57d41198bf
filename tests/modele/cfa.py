"""What a CFA and its OPCO do with the money of several dossiers: factures, virements, what is kept from them.

Around `argent`, which knows the money of one dossier: the calendar (échéances that open, the last day of a solde), the
proofs, the states of a dossier, and the acts that touch several dossiers at once. Written from regles.md §4.8, §5 and
norme.md §2.3 to §2.5, §3. Amounts are integer cents; a dossier is known by its place in the order of their numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from modele.argent import Dossier, Etape, Ligne, Part, Refus

PEDAGOGIE, RQTH = "PEDAGOGIE", "MAJORATION_RQTH"
UNE_FOIS = ("PREMIEREQUIPEMENT", "MOBILITE")
CERTIFICAT, PARTICIPATION = "CERTIFICAT_REALISATION", "FACTURE_PARTICIPATION_EMPLOYEUR"
DERNIERE = "99"


@dataclass(frozen=True)
class Echeance:
    """One payment of the échéancier; `rqth` is the part of `total` that only RQTH lines may ask for."""

    numero: int
    codification: str
    ouverture: date
    total: int
    rqth: int


@dataclass
class Demande:
    """A line of a facture as the CFA wrote it: what it says, and the lines of the dossiers that it became."""

    dossier: int
    echeance: int
    nature: str
    montant: int
    lignes: list[Ligne] = field(default_factory=list)


@dataclass
class Virement:
    """What leaves for one CFA: lines and what the bank pays of each."""

    lignes: list[tuple[int, int]]  # dossier, number of the line
    montant: int
    compense: int
    etat: str = "ORDONNE"


class Contrat(Dossier):
    """A dossier with its échéancier, its proofs and its state."""

    def __init__(self, *, participation: bool) -> None:
        super().__init__()
        self.etat = "ENGAGE"
        self.participation = participation
        self.echeances: dict[int, Echeance] = {}
        self.forclusion = date.max
        self.dernier: tuple[int, list[Echeance], dict[str, int], date] = (0, [], {}, date.max)
        self.rupture: date | None = None
        self.pieces: set[str] = set()
        self.certifiees: set[int] = set()
        self.attendent: dict[int, tuple[int, set[str], date]] = {}  # line: échéance, proofs, last day

    def fund(self, engage: int, echeances: Sequence[Echeance], frais: dict[str, int], forclusion: date) -> None:
        """A first or a new échéancier.

        Where it has more than `engage`, the solde of a break is below zero: it lowers the others, first what may still
        be invoiced of them, the last one first.
        """
        self.dernier = engage, list(echeances), dict(frais), forclusion
        parts: dict[Part, int] = {}
        for une in echeances:
            if une.total > 0:
                parts[une.numero, PEDAGOGIE], parts[une.numero, RQTH] = une.total - une.rqth, une.rqth
        manque = sum(parts.values()) - engage
        libres = {part: self.available(part) for part in parts}
        for borne in (libres, parts):
            for part in sorted(parts, key=lambda p: (p[0], p[1]), reverse=True):
                pris = min(manque, parts[part], borne[part])
                parts[part] -= pris
                manque -= pris
        self.echeances = {une.numero: une for une in echeances}
        self.forclusion = forclusion
        self.engage(
            {part: montant for part, montant in parts.items() if montant} | {(None, n): m for n, m in frais.items()}
        )

    def cancel(self) -> None:
        """The OPCO cancels the dossier: nothing is due any more.

        Raises:
            Refus: it is not engaged, or is broken.
        """
        self._must_be("ENGAGE")
        self.engage({})
        self.echeances = {}
        self.etat = "ANNULE"

    def _must_be(self, *etats: str) -> None:
        if self.etat not in etats:
            raise Refus

    def may_break(self, jour: date) -> None:
        """A break on that last day is confirmed, or corrects another.

        Raises:
            Refus: nothing is engaged any more, or that day is the one confirmed last.
        """
        self._must_be("ENGAGE", "RUPTURE")
        if jour == self.rupture:
            raise Refus
        self.rupture = jour

    def may_revise(self) -> None:
        """The level is made right.

        Raises:
            Refus: the dossier is not engaged, or is broken.
        """
        self._must_be("ENGAGE")

    @property
    def en_cours(self) -> int:
        """What is invoiced, and neither paid nor lost."""
        return sum(ligne.attendu for ligne in self.lignes)

    @property
    def en_banque(self) -> bool:
        """The bank has a virement of which a line is the dossier's: what it answers is not known."""
        return any(ligne.etape is Etape.ORDONNEE for ligne in self.lignes)

    def left(self, *, echeances: bool) -> int:
        """What may still be invoiced, of échéances or of frais annexes."""
        return sum(self.available(part) for part in self.parts if (part[0] is not None) == echeances)

    def settle(self, jour: date) -> None:
        """The OPCO closes the dossier: what the CFA has not asked for is lost.

        Raises:
            Refus: it is closed, something waits or is to be given back, échéances may still be invoiced.
        """
        self._must_be("ENGAGE", "RUPTURE")
        if self.to_recover() or self.en_cours or self.en_banque:
            raise Refus
        if self.left(echeances=True) and jour <= self.forclusion:
            raise Refus
        for part in self.parts:
            if self.available(part):
                self.foreclose(part)
        self.etat = "SOLDE"

    def note_paid(self) -> None:
        """A payment or a recovery: nothing may be left."""
        reste = self.left(echeances=True) + self.left(echeances=False) + self.en_cours + self.to_recover()
        if not reste and not self.en_banque and self.etat in ("ENGAGE", "RUPTURE"):
            self.etat = "SOLDE"

    # Proofs.

    def await_proofs(self, numero: int, echeance: int, *, certificat: bool) -> None:
        """What a new line waits for: from the second échéance on, a certificate; at the last, the participation."""
        une = self.echeances[echeance]
        attend = set()
        if (une.numero > 1 or une.codification == DERNIERE) and not certificat:
            attend.add(CERTIFICAT)
        if une.codification == DERNIERE and self.participation:
            attend.add(PARTICIPATION)
        self.attendent[numero] = echeance, attend, self.forclusion
        self.note_proofs()

    def note_proofs(self) -> None:
        """What has arrived is waited for no more."""
        for numero, (echeance, attend, limite) in list(self.attendent.items()):
            attend = attend - self.pieces - ({CERTIFICAT} if echeance in self.certifiees else set())
            self.attendent[numero] = echeance, attend, limite
            if not attend or self.line(numero).etape is not Etape.EN_INSTRUCTION:
                del self.attendent[numero]

    def add_piece(self, type_: str) -> None:
        """A proof for the whole dossier.

        Raises:
            Refus: it takes no document any more.
        """
        self._must_be("ENGAGE", "RUPTURE")
        self.pieces.add(type_)
        self.note_proofs()

    def certify(self, echeance: int) -> None:
        """A certificate for one échéance.

        Raises:
            Refus: it takes no document any more, or has no such échéance.
        """
        self._must_be("ENGAGE", "RUPTURE")
        if echeance not in self.echeances:
            raise Refus
        self.certifiees.add(echeance)
        self.note_proofs()

    def lose_late(self, jour: date) -> None:
        """The calendar: lines that still wait after their last day are lost."""
        for numero, (_, _, limite) in list(self.attendent.items()):
            if self.line(numero).etape is not Etape.EN_INSTRUCTION:
                del self.attendent[numero]
            elif limite < jour:
                self.foreclose_line(numero)
                del self.attendent[numero]

    def accept(self, numero: int) -> None:
        """Staff accept a line.

        Raises:
            Refus: it waits for a proof, or is not in instruction.
        """
        if numero in self.attendent:
            raise Refus
        super().accept(numero)


class Cfa:
    """The dossiers of one CFA, what it invoices of them, what it is paid."""

    def __init__(self, contrats: Sequence[Contrat]) -> None:
        self.contrats = list(contrats)
        self.factures: list[list[Demande]] = []
        self.virements: list[Virement] = []

    # Factures and avoirs.

    def invoice(self, demandes: Sequence[Demande], *, jour: date, certificat: bool) -> None:
        """One facture, all or nothing for the caller, who keeps a copy.

        Raises:
            Refus: a dossier or an échéance does not allow it, or more is asked for than what is left.
        """
        for dossier, contrat in enumerate(self.contrats):
            miennes = [une for une in demandes if une.dossier == dossier]
            if miennes:
                self._check(contrat, miennes, jour)
        for une in demandes:
            contrat = self.contrats[une.dossier]
            reste = une.montant
            parts = [(une.echeance, RQTH)] if une.nature == RQTH else [(None, une.nature)]
            if une.nature == PEDAGOGIE:
                # What the pedagogy cannot bear is the RQTH part that the same facture does not ask for by name.
                parts = [(une.echeance, PEDAGOGIE), (une.echeance, RQTH)]
            for part in parts:
                pris = min(reste, contrat.available(part))
                if pris:
                    une.lignes.append(contrat.invoice(part, pris))
                    contrat.await_proofs(une.lignes[-1].numero, une.echeance, certificat=certificat)
                    reste -= pris
            if reste:
                raise Refus
        self.factures.append(list(demandes))

    def _check(self, contrat: Contrat, demandes: list[Demande], jour: date) -> None:
        if contrat.etat not in ("ENGAGE", "RUPTURE"):
            raise Refus
        for une in demandes:
            echeance = contrat.echeances.get(une.echeance)
            if echeance is None or jour < echeance.ouverture or une.montant <= 0:
                raise Refus
            # After a break, no échéance may be the solde: what is left to ask for is lost with the last one.
            soldes = [autre for autre in contrat.echeances.values() if autre.codification == DERNIERE]
            if echeance in (soldes or [contrat.echeances[max(contrat.echeances)]]) and jour > contrat.forclusion:
                raise Refus
            if une.nature == RQTH and une.montant > contrat.available((une.echeance, RQTH)):
                raise Refus
            part = (None, une.nature)
            deja = une.nature in UNE_FOIS and contrat.engaged(part) > contrat.available(part) + contrat.foreclosed(part)
            if deja or (une.nature in UNE_FOIS and sum(autre.nature == une.nature for autre in demandes) > 1):
                raise Refus
        for numero in {une.echeance for une in demandes}:
            demande = sum(une.montant for une in demandes if une.echeance == numero and une.nature in (PEDAGOGIE, RQTH))
            if demande > contrat.available((numero, PEDAGOGIE)) + contrat.available((numero, RQTH)):
                raise Refus

    def credit(self, facture: int, rang: int, montant: int, *, nature: str) -> None:
        """An avoir on what one line of a facture asked for: of a line that was split, its RQTH part first.

        Raises:
            Refus: no such line, or more than what is left of it.
        """
        if not 0 <= facture < len(self.factures) or not 0 <= rang < len(self.factures[facture]):
            raise Refus
        visee = self.factures[facture][rang]
        contrat = self.contrats[visee.dossier]
        # A line is named by its dossier, its échéance and its nature, as asked for or as split.
        lignes = [
            contrat.line(ligne.numero)
            for une in self.factures[facture]
            if (une.dossier, une.echeance) == (visee.dossier, visee.echeance)
            for ligne in une.lignes
            if nature in (une.nature, ligne.part[1])
        ]
        if not 0 < montant <= sum(ligne.montant - sum(ligne.avoirs) for ligne in lignes):
            raise Refus
        for ligne in sorted(lignes, key=lambda lue: (lue.part[1] == PEDAGOGIE, -lue.numero)):
            pris = min(montant, ligne.montant - sum(ligne.avoirs))
            if pris:
                contrat.credit(ligne.numero, pris)
                montant -= pris
        contrat.note_proofs()

    def decide(self, facture: int, choix: dict[int, bool]) -> None:
        """Staff say yes or no to lines of a facture, by their place among its lines.

        Raises:
            Refus: no such facture, or one of the answers is not possible.
        """
        if not 0 <= facture < len(self.factures):
            raise Refus
        lignes = [(une.dossier, ligne.numero) for une in self.factures[facture] for ligne in une.lignes]
        for rang, accepte in choix.items():
            dossier, numero = lignes[rang]
            contrat = self.contrats[dossier]
            (contrat.accept if accepte else contrat.reject)(numero)
            contrat.note_proofs()

    # Virements.

    def order(self, *, compense: bool) -> Virement:
        """All that is accepted leaves, less what is kept of what is to be given back, the first dossier first.

        Raises:
            Refus: nothing is to be paid.
        """
        lignes = self._accepted()
        brut = sum(self.contrats[dossier].line(numero).attendu for dossier, numero in lignes)
        if not brut:
            raise Refus
        retenu, touches = 0, {dossier for dossier, _ in lignes}
        for dossier, contrat in enumerate(self.contrats if compense else ()):
            pris = min(contrat.to_recover(), brut - retenu)
            if pris:
                contrat.recover(pris)
                retenu += pris
                touches.add(dossier)
        a_retenir = retenu
        for dossier, numero in lignes:
            ici = min(a_retenir, self.contrats[dossier].line(numero).attendu)
            self.contrats[dossier].order(numero, compense=ici)
            a_retenir -= ici
        virement = Virement(lignes, brut - retenu, retenu)
        if not virement.montant:
            virement.etat = "REGLE"
        self.virements.append(virement)
        for dossier in touches:
            self.contrats[dossier].note_paid()
        return virement

    def _accepted(self) -> list[tuple[int, int]]:
        """The lines to be paid, in the order in which they were invoiced."""
        return [
            (une.dossier, ligne.numero)
            for facture in self.factures
            for une in facture
            for ligne in une.lignes
            if self.contrats[une.dossier].line(ligne.numero).etape is Etape.ACCEPTEE
        ]

    def answer(self, virement: int, *, paye: bool) -> bool:
        """What the bank says of a virement; False when it changes nothing: known already, or it contradicts itself.

        Raises:
            Refus: it comes back after the CFA has given back what of it was not due.
        """
        lui = self.virements[virement]
        if lui.etat == "REJETE" or (paye and lui.etat == "REGLE") or not lui.montant:
            return False
        for dossier, numero in lui.lignes:
            contrat = self.contrats[dossier]
            if not contrat.line(numero).ordres[-1]:
                continue  # paid by offset alone
            if paye:
                contrat.pay(numero)
            elif lui.etat == "ORDONNE":
                contrat.send_back(numero)
            else:
                contrat.bring_back(numero)
        lui.etat = "REGLE" if paye else "REJETE"
        for dossier in {dossier for dossier, _ in lui.lignes}:
            self.contrats[dossier].note_paid()
        return True
