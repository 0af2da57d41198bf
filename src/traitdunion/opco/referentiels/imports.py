"""Importing, cancelling and listing reference data: each import is one transaction, and makes one version."""

import asyncio
import re
from datetime import date
from hashlib import sha256
from typing import NamedTuple

import msgspec

from traitdunion.opco.referentiels import exemples, formats, store
from traitdunion.opco.referentiels.modele import ImportRefuse, Nature, Rapport, Version
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database

DATE_DU_NOM = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")


class Importe(NamedTuple):
    """What became of a file. `version` is None for a trial; `deja`: the same file had made it, nothing changed."""

    version: int | None
    valable_du: date
    rapport: Rapport | None
    deja: Version | None = None


class Imports:
    """The use cases of whoever keeps the reference data."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def import_fichier(
        self,
        nature: Nature,
        octets: bytes,
        *,
        nom: str,
        valable_du: date | None,
        par: str,
        a_blanc: bool = False,
    ) -> Importe:
        """Import a file, valid from `valable_du`: by default the day in its name (…_20250131), else today.

        All or nothing but the rows that are wrong, told in the report. With `a_blanc`, only the report. The same bytes
        again change nothing. Raises ImportRefuse.
        """
        empreinte = sha256(octets).digest()
        jour = valable_du or day_of_name(nom) or day_of(self._clock.now())
        async with self._database.connection() as tx:
            deja = await store.find_fichier(tx, nature, empreinte)
        if deja is not None:
            return Importe(deja.id, deja.valable_du, None, deja)
        lu = await asyncio.to_thread(formats.read_fichier, nature, octets, valable_du=jour)
        if a_blanc:
            return Importe(None, jour, lu.rapport)
        async with self._database.transaction() as tx:
            await store.lock_nature(tx, nature)
            deja = await store.find_fichier(tx, nature, empreinte)
            if deja is not None:
                return Importe(deja.id, deja.valable_du, None, deja)
            version = await store.insert_version(
                tx,
                nature,
                valable_du=jour,
                sha256=empreinte,
                fichier=nom,
                rapport=msgspec.to_builtins(lu.rapport),
                par=par,
                at=self._clock.now(),
            )
            await store.copy_lignes(tx, version, lu.lignes)
            await store.notify(tx)
        return Importe(version, jour, lu.rapport)

    async def import_exemples(self, *, par: str) -> list[Importe]:
        """The small invented files, for trials and for the demonstration; in the order of `exemples.build`."""
        return [
            await self.import_fichier(un.nature, un.octets, nom=un.nom, valable_du=un.valable_du, par=par)
            for un in exemples.build()
        ]

    async def cancel(self, nature: Nature, version: int, *, par: str) -> Version:
        """Put a version out of force: those before it count again. Raises ImportRefuse."""
        async with self._database.transaction() as tx:
            annulee = await store.cancel_version(tx, nature, version, par=par, at=self._clock.now())
            if annulee is None:
                raise ImportRefuse(
                    f"« {nature} » n'a pas de version {version} à annuler : voyez « traitdunion referentiels lister »."
                )
            await store.notify(tx)
        return annulee

    async def list_versions(self, nature: Nature | None = None) -> list[Version]:
        """Every version, cancelled ones included."""
        async with self._database.connection() as tx:
            return await store.list_versions(tx, nature)

    async def find_rapport(self, version: int) -> tuple[Version, Rapport]:
        """A version and its report, row by row. Raises ImportRefuse."""
        async with self._database.connection() as tx:
            trouve = await store.find_version(tx, version)
        if trouve is None:
            raise ImportRefuse(f"La version {version} n'existe pas : voyez « traitdunion referentiels lister ».")
        return trouve[0], msgspec.convert(trouve[1], Rapport)


def day_of_name(nom: str) -> date | None:
    """The day that a file carries in its name, « Kit_apprentissage_20250131.xlsx »; None when there is none."""
    for annee, mois, jour in DATE_DU_NOM.findall(nom):
        try:
            return date(int(annee), int(mois), int(jour))
        except ValueError:
            continue
    return None
