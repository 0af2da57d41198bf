"""The ledger against an independent model of the rules (`modele.argent`), on random lives of a dossier.

The ledger is used as its service uses it: balances are loaded, one fact is applied, what it moved is added to them. It
keeps no step of a line: an act that the model refuses must move nothing there. One act is the service's own to guard:
a line is settled only if it is in a virement.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st
from modele.argent import VIVANTES, Dossier, Etape, Part, Refus

from traitdunion.opco.comptabilite.livre import Livre, MouvementImpossible, set_aside
from traitdunion.opco.comptabilite.postes import DEBOUT, HORS_ECHEANCE, SOURCES, Cle, Place, Poste

PARTS: tuple[Part, ...] = ((1, "PEDAGOGIE"), (1, "MAJORATION_RQTH"), (2, "PEDAGOGIE"), (None, "HEBERGEMENT"))
PREMIERE = {PARTS[0]: 1000, PARTS[1]: 300, PARTS[2]: 700, PARTS[3]: 90}
PLANS = {
    Poste.ENGAGE: (Poste.A_FACTURER, *DEBOUT, Poste.FORCLOS),
    Poste.INDU: (Poste.TROP_PERCU, Poste.AVOIR_A_RECOUVRER),
}


ATTENDUES = {
    "accept": (Etape.EN_INSTRUCTION,),
    "reject": (Etape.EN_INSTRUCTION, Etape.ACCEPTEE),
    "foreclose_line": (Etape.EN_INSTRUCTION,),
    "order": (Etape.ACCEPTEE,),
    "pay": (Etape.ORDONNEE,),
    "send_back": (Etape.ORDONNEE,),
}


def _cle(part: Part) -> Cle:
    return Cle(part[0] or HORS_ECHEANCE, part[1])


class Acte(NamedTuple):
    """One act of a random life; `pour_cent` of what it may touch at most, so that 101 and more is refused.

    `a_propos`: among the lines whose step allows the act, if there are any; among all of them otherwise.
    """

    nom: str
    rang: int = 0
    pour_cent: int = 100
    a_propos: bool = False


class Jumeaux:
    """A model and the balances of a ledger, which live the same life."""

    def __init__(self) -> None:
        self.modele = Dossier()
        self.soldes: dict[Place, int] = {}
        self.ordonnes: dict[int, int] = {}
        self.paye = self.rendu = 0

    @property
    def livre(self) -> Livre:
        """The ledger as it is loaded from its balances."""
        return Livre(self.soldes)

    @property
    def fin(self) -> dict[Place, int]:
        """What stands somewhere at the end: the database keeps a row for what has come back to zero."""
        return {place: montant for place, montant in self.soldes.items() if montant}

    def play(self, acte: Acte) -> None:
        """One act on both; the same refusal, or the same figures."""
        sur_modele, sur_livre = getattr(self, f"_{acte.nom}")(acte)
        try:
            sur_modele()
        except Refus:
            self._check_refused(acte, sur_livre)
        else:
            self._record(sur_livre)
        self.check(acte)

    def _record(self, sur_livre: Callable[[Livre], object]) -> None:
        livre = self.livre
        sur_livre(livre)
        for mouvement in livre.mouvements:
            self.soldes[mouvement.place] = self.soldes.get(mouvement.place, 0) + mouvement.montant
        assert sum(mouvement.montant for mouvement in livre.mouvements) == 0

    def _check_refused(self, acte: Acte, sur_livre: Callable[[Livre], object]) -> None:
        if acte.nom == "pay":
            return
        livre = self.livre
        with suppress(MouvementImpossible):
            sur_livre(livre)
        assert livre.mouvements == [], f"{acte} is refused by the model, and moved something"

    # Each act: what it does to the model, what it does to the ledger.

    def _engage(self, acte: Acte):
        nouvelle = self._version(acte)
        cible = {_cle(part): montant for part, montant in nouvelle.items()}
        return lambda: self.modele.engage(nouvelle), lambda livre: livre.record_engagement(cible)

    def _version(self, acte: Acte) -> dict[Part, int]:
        """A version where one part changes, or (rank of no part) all do: a break, a cancellation."""
        touchees = PARTS if acte.rang % 5 == 4 else (PARTS[acte.rang % 5],)
        return {
            part: PREMIERE[part] * acte.pour_cent // 100 if part in touchees else self.modele.engaged(part)
            for part in PARTS
        }

    def _invoice(self, acte: Acte):
        part = PARTS[acte.rang % len(PARTS)]
        montant = _share(self.modele.available(part), acte.pour_cent)
        numero = len(self.modele.lignes) + 1
        return lambda: self.modele.invoice(part, montant), lambda livre: livre.record_ligne(_cle(part), numero, montant)

    def _step(self, acte: Acte, sur_modele: Callable[[int], None], nom: str):
        numero, cle = self._line(acte)
        return lambda: sur_modele(numero), lambda livre: getattr(livre, nom)(cle, numero)

    def _accept(self, acte: Acte):
        return self._step(acte, self.modele.accept, "accept")

    def _reject(self, acte: Acte):
        return self._step(acte, self.modele.reject, "reject")

    def _send_back(self, acte: Acte):
        return self._step(acte, self.modele.send_back, "fail_order")

    def _foreclose_line(self, acte: Acte):
        return self._step(acte, self.modele.foreclose_line, "foreclose_ligne")

    def _order(self, acte: Acte):
        numero, cle = self._line(acte)

        def order(livre: Livre) -> None:
            ordonne = livre.order(cle, numero)
            self.ordonnes[numero] = ordonne or self.ordonnes.get(numero, 0)
            engages = livre.total(Poste.ORDONNE, Poste.REGLE, echeance=cle.echeance, nature=cle.nature)
            assert engages <= livre.engage(cle), "more is paid than what is engaged"

        return lambda: self.modele.order(numero), order

    def _pay(self, acte: Acte):
        numero, cle = self._line(acte)

        def settle(livre: Livre) -> None:
            montant = self.ordonnes[numero]
            livre.settle(cle, numero, montant, sans_avoir=self._sans_avoir(livre, numero))
            self.paye += montant

        return lambda: self.modele.pay(numero), settle

    def _credit(self, acte: Acte):
        numero, cle = self._line(acte)
        ligne = self.modele.lignes[numero - 1] if numero <= len(self.modele.lignes) else None
        montant = _share(ligne.montant - sum(ligne.avoirs), acte.pour_cent) if ligne else 1
        sans_avoir = self._sans_avoir(self.livre, numero) if ligne else 0
        return (
            lambda: self.modele.credit(numero, montant),
            lambda livre: livre.credit(cle, numero, montant, sans_avoir=sans_avoir),
        )

    def _recover(self, acte: Acte):
        montant = _share(self.modele.to_recover(), acte.pour_cent)

        def recover(livre: Livre) -> None:
            livre.recover(montant)
            self.rendu += montant

        return lambda: self.modele.recover(montant), recover

    def _foreclose(self, acte: Acte):
        part = PARTS[acte.rang % len(PARTS)]
        return lambda: self.modele.foreclose(part), lambda livre: livre.foreclose([_cle(part)])

    def _line(self, acte: Acte) -> tuple[int, Cle]:
        """One of the lines, the last ones being named most; or one that does not exist."""
        lignes = self.modele.lignes
        if not lignes or acte.rang == 19:
            return len(lignes) + 1, _cle(PARTS[0])
        if acte.a_propos:
            lignes = [ligne for ligne in lignes if ligne.etape in ATTENDUES.get(acte.nom, VIVANTES)] or lignes
        ligne = lignes[-1 - acte.rang % len(lignes)]
        return ligne.numero, _cle(ligne.part)

    def _sans_avoir(self, livre: Livre, numero: int) -> int:
        ligne = self.modele.lignes[numero - 1]
        return set_aside(montant=ligne.montant, debout=livre.debout(numero), credite=sum(ligne.avoirs))

    # What both must say, and what must hold whoever is right.

    def check(self, acte: Acte) -> None:
        """The figures of the model are those of the ledger; both hold together."""
        livre, modele = self.livre, self.modele
        for part in PARTS:
            cle = _cle(part)
            cumul = {poste: livre.total(poste, echeance=cle.echeance, nature=cle.nature) for poste in Poste}
            assert _by_step(cumul) == _of_model(modele, part), f"{part} after {acte}"
            assert livre.engage(cle) == sum(cumul[poste] for poste in PLANS[Poste.ENGAGE])
        for ligne in modele.lignes:
            cle = _cle(ligne.part)
            assert livre.debout(ligne.numero) == ligne.debout, f"line {ligne.numero} after {acte}"
            assert livre.solde(Place(Poste.TROP_PERCU, *cle, ligne.numero)) == ligne.trop_percu, f"after {acte}"
            assert livre.solde(Place(Poste.AVOIR_A_RECOUVRER, *cle, ligne.numero)) == ligne.avoir_a_recouvrer
            assert sum(ligne.avoirs) + ligne.debout + ligne.trop_percu <= ligne.montant
        assert livre.engagement == sum(modele.engaged(part) for part in PARTS)
        assert livre.trop_percu == modele.to_recover()
        assert (self.paye, self.rendu) == (modele.paid_out(), modele.recovered())
        # The accounting identities, on the ledger alone.
        assert self.paye - self.rendu - livre.total(Poste.REGLE) == livre.trop_percu
        assert livre.total(*PLANS[Poste.INDU]) == -livre.total(Poste.INDU)
        assert sum(self.soldes.values()) == 0
        assert all(
            (montant <= 0) if place.poste in SOURCES else (montant >= 0) for place, montant in self.soldes.items()
        )


def _share(entier: int, pour_cent: int) -> int:
    """So much of an amount, rounded up: over 100, more than all of it."""
    return -(-entier * pour_cent // 100) + (1 if pour_cent > 100 else 0)


def _by_step(cumul: dict[Poste, int]) -> tuple[int, ...]:
    return (-cumul[Poste.ENGAGE], cumul[Poste.A_FACTURER], *(cumul[poste] for poste in DEBOUT), cumul[Poste.FORCLOS])


def _of_model(modele: Dossier, part: Part) -> tuple[int, ...]:
    debout = (modele.standing(part, etape) for etape in VIVANTES)
    return (modele.engaged(part), modele.available(part), *debout, modele.foreclosed(part))


# A life is made of lines carried on to some step, and of single acts, that hinder them, between.
ACTES = st.builds(
    Acte,
    st.sampled_from(
        [
            *["engage", "credit", "recover", "pay"] * 4,
            *["reject", "send_back", "foreclose", "foreclose_line"] * 2,
            *["invoice", "accept", "order"],
        ]
    ),
    st.sampled_from([0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 7, 19]),
    st.sampled_from([10, 20, 33, 50, 50, 75, 100, 100, 0, 101, 130, -1]),
    st.booleans(),
)
LIGNES = st.builds(
    lambda part, pour_cent, pas: [Acte("invoice", part, pour_cent), Acte("accept"), Acte("order"), Acte("pay")][:pas],
    st.sampled_from([0, 0, 0, 0, 1, 2, 3]),
    st.sampled_from([25, 50, 75, 100]),
    st.sampled_from([1, 2, 3, 3, 4, 4]),
)
VIES = (
    st.integers(1, 20)
    .flatmap(lambda n: st.lists(st.lists(ACTES, min_size=1, max_size=4) | LIGNES, min_size=n, max_size=n))
    .map(lambda suites: [acte for suite in suites for acte in suite][:60])
)


def live(*actes: Acte) -> Jumeaux:
    """A dossier engaged with the first version, then these acts, compared at each step."""
    jumeaux = Jumeaux()
    jumeaux.play(Acte("engage", rang=4))
    for acte in actes:
        jumeaux.play(acte)
    return jumeaux


PAYEE = (Acte("invoice"), Acte("accept"), Acte("order"), Acte("pay"))
ABAISSE, RELEVE = Acte("engage", pour_cent=60), Acte("engage", pour_cent=100)


@settings(max_examples=500, deadline=None)
@example([*PAYEE, ABAISSE, Acte("recover", pour_cent=25), Acte("credit", pour_cent=10), RELEVE])
@example([*PAYEE[:3], ABAISSE, Acte("credit", pour_cent=10), PAYEE[3], RELEVE, Acte("recover")])
@example([*PAYEE, Acte("credit", pour_cent=101), ABAISSE, Acte("recover", pour_cent=130), Acte("engage", pour_cent=-1)])
@example([Acte("invoice", pour_cent=50), Acte("accept"), Acte("foreclose"), Acte("engage", pour_cent=70)])
@given(VIES)
def test_the_ledger_says_what_the_model_says_after_each_act_of_any_life(actes: list[Acte]) -> None:
    live(*actes)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 99), st.integers(1, 100))
def test_a_line_ends_the_same_whether_it_is_credited_before_or_after_the_bank_pays(abaisse: int, credite: int) -> None:
    *en_banque, paiement = PAYEE
    avant = *en_banque, Acte("engage", pour_cent=abaisse)
    avoir = Acte("credit", pour_cent=credite)

    assert live(*avant, avoir, paiement).fin == live(*avant, paiement, avoir).fin


@settings(max_examples=20, deadline=None)
@given(VIES, VIES, st.randoms(use_true_random=False))
def test_dossiers_lived_together_in_any_order_end_as_if_each_had_been_alone(une, autre, hasard) -> None:
    ensemble = live(), live()
    a_venir = [0] * len(une) + [1] * len(autre)
    hasard.shuffle(a_venir)
    restes = [iter(une), iter(autre)]
    for qui in a_venir:
        ensemble[qui].play(next(restes[qui]))

    assert [jumeaux.fin for jumeaux in ensemble] == [live(*une).fin, live(*autre).fin]
