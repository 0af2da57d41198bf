"""The port to the State's deposit: what is sent, what is answered, how it fails. The adapter is `http`."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import msgspec

from traitdunion.opco.deca.states import Nature


class DecaIndisponible(Exception):
    """No answer, or none that says yes or no: the call may have been recorded all the same, read back first.

    The text is French, for the staff, and quotes nothing of what was answered.
    """


class DecaRefuseAppel(Exception):
    """The State does not take the call as it is made: trying again by itself is of no use. The text is French."""


class ContratADeposer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The facts of a contract or avenant that a deposit needs; no NIR, no health data: the least that names it."""

    siret_employeur: str
    code_postal_employeur: str | None
    siret_cfa: str
    nom: str
    prenom: str
    date_naissance: date | None
    type_contrat: str
    date_conclusion: date | None
    date_debut: date | None
    date_fin: date | None
    rncp: str | None
    code_diplome: str | None
    # Of an avenant or a succession: the contract that it bears on, as the form gives it.
    numero_contrat_precedent: str | None = None


class Depose(msgspec.Struct, frozen=True):
    """Deposited, under these numbers; `autres`: other ones that the State gave to our reference, where none belongs."""

    numero_deca: str
    no_avenant: str | None = None
    autres: tuple[str, ...] = ()


class NonDeposable(msgspec.Struct, frozen=True):
    """Not deposited: why, in the State's words."""

    motif: str
    commentaire: str | None = None


class RefusRecu(msgspec.Struct, frozen=True):
    """The OPCO's refusal is known to the State."""


class Inconnu(msgspec.Struct, frozen=True):
    """The State never heard of this reference."""


Reponse = Depose | NonDeposable | RefusRecu
Connu = Reponse | Inconnu


class DepotDeca(Protocol):
    """The State's deposit. Each call may raise DecaIndisponible or DecaRefuseAppel."""

    async def find(self, reference: str) -> Connu:
        """What it knows of our reference."""
        ...

    async def deposit(self, reference: str, contrat: ContratADeposer, *, nature: Nature) -> Reponse:
        """Deposit a contract or an avenant under our reference."""
        ...

    async def report_refus(
        self, reference: str, contrat: ContratADeposer, *, motifs: Sequence[str], texte: str | None
    ) -> Reponse:
        """Report a refusal of the OPCO with its grounds (D6224-4): codes R01 to R09, and the reason as written."""
        ...
