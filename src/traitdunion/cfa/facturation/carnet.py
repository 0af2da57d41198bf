"""The register of the invoices issued: their numbers, once and for all, and what became of each.

It is the CFA's book: unlike the mirror, it cannot be made again from the OPCO. A number is taken in the transaction
that records the invoice; handing it to the outbox comes after, and is taken up again when it did not end. So a number
never serves twice and none is skipped. No IBAN and no PDF here: both are drawn again, the same, from what is recorded.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from traitdunion.cfa.facturation.preparation import FacturePreparee
from traitdunion.cfa.suivi.miroir.base import open_base, transaction
from traitdunion.cfa.suivi.restes import LigneEmise
from traitdunion.cfa.suivi.service import utc_now

if TYPE_CHECKING:
    import sqlite3

FICHIER = "factures.db"
CHIFFRES = 5
SCHEMA = """
CREATE TABLE IF NOT EXISTS serie (nom TEXT PRIMARY KEY, dernier INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS emission (
    rang INTEGER PRIMARY KEY, numero TEXT NOT NULL UNIQUE, etat TEXT NOT NULL, emise_le TEXT NOT NULL,
    envoi INTEGER UNIQUE, accepte_le TEXT, corps BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS emission_ouverte ON emission (etat) WHERE etat IN ('RESERVEE', 'EN_BOITE', 'REFUSEE')
"""
ENDOMMAGE = (
    "Le carnet des factures émises ({chemin}) ne peut être lu. Rien n'est envoyé, pour qu'aucun numéro ne serve deux "
    "fois : remettez-en une sauvegarde, ou écartez ce fichier et donnez un autre préfixe aux numéros (« prefixe »)."
)


class EtatEmission(StrEnum):
    """What became of an invoice that has its number."""

    RESERVEE = "RESERVEE"  # numbered, not yet in the outbox
    EN_BOITE = "EN_BOITE"
    ACCEPTEE = "ACCEPTEE"  # the OPCO has it
    REFUSEE = "REFUSEE"  # the OPCO recorded nothing: the same number serves again once corrected
    ABANDONNEE = "ABANDONNEE"


PERDUES = frozenset({EtatEmission.REFUSEE, EtatEmission.ABANDONNEE})


class Emission(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice and its number. `emise_le`: the day written on it."""

    numero: str
    etat: EtatEmission
    emise_le: date
    facture: FacturePreparee
    envoi: int | None = None
    accepte_le: datetime | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(FacturePreparee)
COLONNES = "numero, etat, emise_le, corps, envoi, accepte_le"


class Carnet:
    """The register of one profile; a context manager."""

    def __init__(self, base: "sqlite3.Connection", *, clock: Callable[[], datetime]) -> None:
        self._base = base
        self._clock = clock

    @classmethod
    def open(cls, chemin: Path, *, clock: Callable[[], datetime] = utc_now) -> "Carnet":
        """Open or make the register. Raises MiroirEndommage."""
        phrase = ENDOMMAGE.format(chemin=chemin)
        return cls(open_base(chemin, schema=SCHEMA, version=1, durable=True, endommage=phrase), clock=clock)

    def __enter__(self) -> "Carnet":
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def reserve(
        self, factures: Sequence[FacturePreparee], *, prefixe: str, le: date, pris: frozenset[str] = frozenset()
    ) -> list[Emission]:
        """Number and record these invoices, all or none; the day on them is `le`.

        `pris`: numbers that served elsewhere, by the OPCO's word or the outbox's. A book restored from an old copy has
        forgotten them: it goes on after them.

        An invoice that the OPCO refused, so never recorded, is issued again under its number and its day: the series
        keeps no hole. Its échéances are those of the new one, whose amounts hold.
        """
        with transaction(self._base):
            refusees = {_about(une.facture): une for une in self._list("etat = 'REFUSEE' ORDER BY rang")}
            emissions = []
            for facture in factures:
                ancienne = refusees.pop(_about(facture), None)
                if ancienne is not None:
                    emissions.append(self._again(ancienne, facture))
                else:
                    emissions.append(self._insert(self._next(prefixe, le, pris), facture, le))
            return emissions

    def mark_en_boite(self, numero: str, envoi: int) -> None:
        """The outbox has it."""
        with transaction(self._base):
            self._base.execute(
                "UPDATE emission SET etat = 'EN_BOITE', envoi = ? WHERE numero = ? AND etat = 'RESERVEE'",
                (envoi, numero),
            )

    def mark(self, numero: str, etat: EtatEmission) -> None:
        """What became of it in the outbox; the instant of an acceptance is noted the first time."""
        with transaction(self._base):
            at = self._clock().isoformat() if etat is EtatEmission.ACCEPTEE else None
            self._base.execute(
                "UPDATE emission SET etat = ?, accepte_le = coalesce(accepte_le, ?) WHERE numero = ?",
                (etat.value, at, numero),
            )

    def list_emissions(self) -> list[Emission]:
        """Every invoice that has a number, in the order of the series."""
        return list(self._list("1 ORDER BY rang"))

    def list_reservees(self) -> list[Emission]:
        """Those that have a number and are not known to be in the outbox."""
        return list(self._list("etat = 'RESERVEE' ORDER BY rang"))

    def list_lignes(self) -> list[LigneEmise]:
        """The lines of every invoice that is on its way or that the OPCO has."""
        return [
            LigneEmise(
                numero=emission.numero,
                dossier=ligne.dossier.numero_externe,
                echeance=ligne.echeance.numero,
                nature=ligne.nature.value,
                montant=ligne.montant,
                accepte_le=emission.accepte_le,
            )
            for emission in self._list("etat NOT IN ('REFUSEE', 'ABANDONNEE') ORDER BY rang")
            for ligne in emission.facture.lignes
        ]

    def _list(self, condition: str) -> Iterator[Emission]:
        for numero, etat, emise_le, corps, envoi, accepte_le in self._base.execute(
            f"SELECT {COLONNES} FROM emission WHERE {condition}"  # noqa: S608 - conditions of this class
        ):
            yield Emission(
                numero=numero,
                etat=EtatEmission(etat),
                emise_le=date.fromisoformat(emise_le),
                facture=_decoder.decode(corps),
                envoi=envoi,
                accepte_le=datetime.fromisoformat(accepte_le) if accepte_le else None,
            )

    def _next(self, prefixe: str, le: date, pris: frozenset[str]) -> str:
        serie = f"{prefixe}{le.year}-"
        self._base.execute("INSERT INTO serie (nom, dernier) VALUES (?, 0) ON CONFLICT (nom) DO NOTHING", (serie,))
        while True:
            (rang,) = self._base.execute(
                "UPDATE serie SET dernier = dernier + 1 WHERE nom = ? RETURNING dernier", (serie,)
            ).fetchone()
            numero = f"{serie}{rang:0{CHIFFRES}d}"
            if numero not in pris:
                return numero

    def _insert(self, numero: str, facture: FacturePreparee, le: date) -> Emission:
        self._base.execute(
            "INSERT INTO emission (numero, etat, emise_le, corps) VALUES (?, 'RESERVEE', ?, ?)",
            (numero, le.isoformat(), _encoder.encode(_light(facture))),
        )
        return Emission(numero=numero, etat=EtatEmission.RESERVEE, emise_le=le, facture=facture)

    def _again(self, ancienne: Emission, facture: FacturePreparee) -> Emission:
        self._base.execute(
            "UPDATE emission SET etat = 'RESERVEE', envoi = NULL, accepte_le = NULL, corps = ? WHERE numero = ?",
            (_encoder.encode(_light(facture)), ancienne.numero),
        )
        return msgspec.structs.replace(ancienne, etat=EtatEmission.RESERVEE, envoi=None, facture=facture)


def _light(facture: FacturePreparee) -> FacturePreparee:
    """The invoice without the rest of its dossiers, which it does not need any more."""
    return msgspec.structs.replace(
        facture,
        lignes=tuple(
            msgspec.structs.replace(
                ligne, dossier=msgspec.structs.replace(ligne.dossier, echeances=(), frais=(), periodes=())
            )
            for ligne in facture.lignes
        ),
    )


def _about(facture: FacturePreparee) -> frozenset[tuple[str, str, str]]:
    """What an invoice is about, its amounts aside."""
    return frozenset(
        (ligne.dossier.numero_interne, ligne.echeance.numero, ligne.nature.value) for ligne in facture.lignes
    )
