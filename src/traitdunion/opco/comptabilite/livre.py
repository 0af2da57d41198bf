"""The balances of one dossier, and what each fact of its life moves between them. Pure: no I/O, no clock.

Every operation moves amounts from a place to another, so that what it adds sums to zero; none may leave a poste on the
wrong side of zero.
"""

from collections.abc import Iterable, Mapping

from traitdunion.opco.comptabilite.postes import (
    A_RECOUVRER,
    DEBOUT,
    EN_COURS,
    SOURCES,
    Cle,
    Mouvement,
    Place,
    Poste,
)


class MouvementImpossible(Exception):
    """A move that would leave a poste on the wrong side of zero: a fault of the caller, nothing was moved."""


class Livre:
    """The balances of a dossier (cents by place), and the movements that the operations have added since."""

    def __init__(self, soldes: Mapping[Place, int] | None = None) -> None:
        self._soldes = {place: montant for place, montant in (soldes or {}).items() if montant}
        self.mouvements: list[Mouvement] = []

    # --- reading --------------------------------------------------------------------------------------------------

    def solde(self, place: Place) -> int:
        """The balance of a place."""
        return self._soldes.get(place, 0)

    def total(
        self, *postes: Poste, echeance: int | None = None, nature: str | None = None, ligne: int | None = None
    ) -> int:
        """What stands in these postes, for one échéance, one nature, one line, or all."""
        return sum(
            montant
            for place, montant in self._soldes.items()
            if place.poste in postes
            and echeance in (None, place.echeance)
            and nature in (None, place.nature)
            and ligne in (None, place.ligne)
        )

    def engage(self, cle: Cle) -> int:
        """What is engaged for a share."""
        return -self.solde(Place(Poste.ENGAGE, *cle))

    @property
    def engagement(self) -> int:
        """What is engaged in all."""
        return -self.total(Poste.ENGAGE)

    def disponible(self, cle: Cle) -> int:
        """What may still be invoiced of a share."""
        return self.solde(Place(Poste.A_FACTURER, *cle))

    def debout(self, ligne: int) -> int:
        """What stands of a line: neither rejected, nor credited, nor set aside."""
        return self.total(*DEBOUT, ligne=ligne)

    @property
    def cles(self) -> list[Cle]:
        """Every share ever engaged, in order."""
        return sorted({place.cle for place in self._soldes if place.poste is Poste.ENGAGE})

    @property
    def trop_percu(self) -> int:
        """What the CFA has to give back."""
        return self.total(*A_RECOUVRER)

    # --- operations -----------------------------------------------------------------------------------------------

    def record_engagement(self, cible: Mapping[Cle, int]) -> None:
        """Bring each share to `cible`, the others to nothing.

        What grows first takes back what had been paid in excess on the share. What shrinks is taken from what is not
        invoiced, then from what is not paid, the last line first; what is paid becomes a trop-perçu.
        """
        if any(montant < 0 for montant in cible.values()):
            raise MouvementImpossible("less than nothing engaged")
        for cle in sorted({*self.cles, *cible}):
            ecart = cible.get(cle, 0) - self.engage(cle)
            if ecart > 0:
                self._grow(cle, ecart)
            elif ecart < 0:
                self._shrink(cle, -ecart)

    def record_ligne(self, cle: Cle, ligne: int, montant: int) -> None:
        """A line asks for an amount of a share."""
        self._move(Place(Poste.A_FACTURER, *cle), Place(Poste.EN_INSTRUCTION, *cle, ligne), montant)

    def reject(self, cle: Cle, ligne: int) -> int:
        """Staff say no to a line that is not ordered yet: it may be invoiced again. What was given back."""
        rendu = 0
        for poste in (Poste.EN_INSTRUCTION, Poste.A_PAYER):
            rendu += self._move_all(Place(poste, *cle, ligne), Place(Poste.A_FACTURER, *cle))
        return rendu

    def accept(self, cle: Cle, ligne: int) -> int:
        """Staff say yes to a line; what is to be paid."""
        return self._move_all(Place(Poste.EN_INSTRUCTION, *cle, ligne), Place(Poste.A_PAYER, *cle, ligne))

    def order(self, cle: Cle, ligne: int) -> int:
        """Put an accepted line into a transfer; its amount."""
        return self._move_all(Place(Poste.A_PAYER, *cle, ligne), Place(Poste.ORDONNE, *cle, ligne))

    def offset(self, cle: Cle, ligne: int, montant: int) -> None:
        """Pay a part of an accepted line with what the CFA has to give back: no money moves (see `recover`)."""
        self._move(Place(Poste.A_PAYER, *cle, ligne), Place(Poste.REGLE, *cle, ligne), montant)

    def send_back(self, cle: Cle, ligne: int, montant: int) -> int:
        """A transfer comes back after it was paid: what of it is still due is to be paid again.

        `montant`: what the bank had paid of the line. What was no longer due of it is no more to be recovered.
        """
        du = min(montant, self.solde(Place(Poste.REGLE, *cle, ligne)))
        self._move(Place(Poste.REGLE, *cle, ligne), Place(Poste.A_PAYER, *cle, ligne), du)
        reste = montant - du
        for poste in A_RECOUVRER:
            place = Place(poste, *cle, ligne)
            rendu = min(reste, self.solde(place))
            self._move(place, Place(Poste.INDU, *cle, ligne), rendu)
            reste -= rendu
        if reste:
            raise MouvementImpossible("more sent back than what was paid and not recovered")
        return du

    def fail_order(self, cle: Cle, ligne: int) -> int:
        """The bank sent the transfer back: the line is to be paid again. What is still to be paid."""
        return self._move_all(Place(Poste.ORDONNE, *cle, ligne), Place(Poste.A_PAYER, *cle, ligne))

    def settle(self, cle: Cle, ligne: int, montant: int, *, sans_avoir: int) -> None:
        """The bank has paid a line. What was taken off it since the order was paid without being due.

        `montant`: what the bank paid; `sans_avoir`: how much of the line is set aside without a credit note for it.
        """
        indu = montant - self.solde(Place(Poste.ORDONNE, *cle, ligne))
        if indu < 0:
            raise MouvementImpossible("less paid than what is ordered and due")
        self._move_all(Place(Poste.ORDONNE, *cle, ligne), Place(Poste.REGLE, *cle, ligne))
        trop_percu = min(indu, sans_avoir)
        self._move(Place(Poste.INDU, *cle, ligne), Place(Poste.TROP_PERCU, *cle, ligne), trop_percu)
        self._move(Place(Poste.INDU, *cle, ligne), Place(Poste.AVOIR_A_RECOUVRER, *cle, ligne), indu - trop_percu)

    def credit(self, cle: Cle, ligne: int, montant: int, *, sans_avoir: int) -> None:
        """The CFA credits an amount of a line.

        It first answers for what is set aside already (`sans_avoir`: rejected, lowered or recovered, then paid in
        excess), then takes what stands, the last step first undone: not paid, it may be invoiced again; paid, it is
        also to be given back. In that order, as `settle` supposes: credited before or after the bank has paid, or the
        CFA has given back, a line ends the same.
        """
        if not 0 <= montant <= sans_avoir + self.debout(ligne):
            raise MouvementImpossible("more credited than what stands of the line")
        repond = min(montant, sans_avoir)
        trop_percu = self.solde(Place(Poste.TROP_PERCU, *cle, ligne))
        constate = min(max(repond - (sans_avoir - trop_percu), 0), trop_percu)
        self._move(Place(Poste.TROP_PERCU, *cle, ligne), Place(Poste.AVOIR_A_RECOUVRER, *cle, ligne), constate)
        reste = montant - repond
        for poste in DEBOUT:
            pris = min(reste, self.solde(Place(poste, *cle, ligne)))
            self._move(Place(poste, *cle, ligne), Place(Poste.A_FACTURER, *cle), pris)
            if poste is Poste.REGLE:
                self._move(Place(Poste.INDU, *cle, ligne), Place(Poste.AVOIR_A_RECOUVRER, *cle, ligne), pris)
            reste -= pris

    def recover(self, montant: int) -> list[tuple[int, int]]:
        """The CFA gives back what it was paid in excess, or it is kept from a transfer; by line, what of it."""
        if not 0 <= montant <= self.trop_percu:
            raise MouvementImpossible("more recovered than what was paid in excess")
        reste = montant
        par_ligne: dict[int, int] = {}
        for place in sorted(self._soldes, key=lambda une: (une.ligne, une)):
            if place.poste in A_RECOUVRER and reste:
                pris = min(reste, self.solde(place))
                self._move(place, Place(Poste.INDU, *place.cle, place.ligne), pris)
                par_ligne[place.ligne] = par_ligne.get(place.ligne, 0) + pris
                reste -= pris
        return list(par_ligne.items())

    def foreclose(self, cles: Iterable[Cle] | None = None) -> int:
        """What was not asked for in time, or not proved, is lost; its amount. Accepted lines are still paid."""
        perdues = None if cles is None else set(cles)
        perdu = 0
        for place in list(self._soldes):
            if place.poste in (Poste.A_FACTURER, Poste.EN_INSTRUCTION) and (perdues is None or place.cle in perdues):
                perdu += self._move_all(place, Place(Poste.FORCLOS, *place.cle, place.ligne))
        return perdu

    def foreclose_ligne(self, cle: Cle, ligne: int) -> int:
        """A line that still waited for its proof on the last day; what is lost."""
        return self._move_all(Place(Poste.EN_INSTRUCTION, *cle, ligne), Place(Poste.FORCLOS, *cle, ligne))

    # --- what they share ------------------------------------------------------------------------------------------

    def _grow(self, cle: Cle, montant: int) -> None:
        reste = montant
        for place in self._on(cle, Poste.TROP_PERCU):
            repris = min(reste, self.solde(place))
            self._move(Place(Poste.ENGAGE, *cle), Place(Poste.REGLE, *cle, place.ligne), repris)
            self._move(place, Place(Poste.INDU, *cle, place.ligne), repris)
            reste -= repris
        self._move(Place(Poste.ENGAGE, *cle), Place(Poste.A_FACTURER, *cle), reste)

    def _shrink(self, cle: Cle, montant: int) -> None:
        reste = montant
        for poste in (Poste.A_FACTURER, Poste.FORCLOS, *EN_COURS, Poste.REGLE):
            for place in reversed(self._on(cle, poste)):
                pris = min(reste, self.solde(place))
                self._move(place, Place(Poste.ENGAGE, *cle), pris)
                if poste is Poste.REGLE:
                    self._move(Place(Poste.INDU, *cle, place.ligne), Place(Poste.TROP_PERCU, *cle, place.ligne), pris)
                reste -= pris
        assert reste == 0  # what is engaged stands somewhere

    def _on(self, cle: Cle, poste: Poste) -> list[Place]:
        """The places of a poste for a share, the oldest line first."""
        return sorted(place for place in self._soldes if place.poste is poste and place.cle == cle)

    def _move_all(self, de: Place, vers: Place) -> int:
        montant = self.solde(de)
        self._move(de, vers, montant)
        return montant

    def _move(self, de: Place, vers: Place, montant: int) -> None:
        if montant < 0 or (de.poste not in SOURCES and montant > self.solde(de)):
            raise MouvementImpossible(f"{de.poste} -> {vers.poste}: {montant}")
        if montant == 0:
            return
        if vers.poste in SOURCES and self.solde(vers) + montant > 0:
            raise MouvementImpossible(f"{de.poste} -> {vers.poste}: {montant}")
        for place, signe in ((de, -montant), (vers, montant)):
            self._soldes[place] = self.solde(place) + signe
            self.mouvements.append(Mouvement(place, signe))
            if not self._soldes[place]:
                del self._soldes[place]


def set_aside(*, montant: int, debout: int, credite: int) -> int:
    """How much of a line no longer stands without a credit note that says so: rejected, lowered, paid in excess."""
    return montant - debout - credite
