"""Reading and setting the dated parameters.

Each worker keeps them in memory: the hot path asks nothing of the database. A cheap look every two seconds tells that
something was set; an act that commits money reads them again in its own transaction (`read`).
"""

import asyncio
from datetime import date, datetime

import msgspec
import psycopg
import psycopg_pool
import structlog

from traitdunion.norme.parametres import LIVRES, Parametres, Valeur, ValeurDatee, ValeurInvalide
from traitdunion.norme.parametres.catalogue import CATALOGUE
from traitdunion.norme.parametres.definitions import Definition, check_jour, check_valeur, encode
from traitdunion.opco.evenements import journal
from traitdunion.opco.parametres import store
from traitdunion.opco.parametres.store import Ligne
from traitdunion.opco.socle import logs
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Tx

REGARD_SECONDES = 2.0
TEXTE_MAX = 1_000
INCONNU = "Ce paramètre n'existe pas."
DEPASSE = "Ce paramètre vient d'être changé par quelqu'un d'autre : relisez-le, puis recommencez."
log = structlog.get_logger("parametres")


class ParametreRefuse(Exception):
    """A change that cannot be made; the text is the French sentence to show."""


class Projet(msgspec.Struct, frozen=True):
    """A change as it would be, for the person who confirms it."""

    valeur: Valeur
    valable_du: date
    avant: ValeurDatee | None  # what is in force on that day today
    suivante: ValeurDatee | None  # what puts an end to it
    retroactif: bool  # the day is past: contracts already concluded are under it


class ParametresOpco:
    """The parameters of the OPCO: those in memory, those of the database, and the acts that change them."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._en_vigueur = LIVRES
        self._version = (0, 0)  # of an empty table: the values of the product

    # --- reading ------------------------------------------------------------------------------------------------

    @property
    def en_vigueur(self) -> Parametres:
        """All the dated values as this worker knows them, at most some seconds old; waits for nothing."""
        return self._en_vigueur

    async def read(self, tx: Tx) -> Parametres:
        """All the dated values as the caller's transaction sees them. Raises ValeurInvalide: one no longer holds."""
        return _assemble(await store.list_in_force(tx))

    async def read_now(self) -> Parametres:
        """All the dated values as the database holds them. Raises ValeurInvalide, psycopg.Error."""
        async with self._database.connection() as conn:
            return await self.read(conn)

    async def refresh(self) -> None:
        """Take what was set since the last look. What cannot be read leaves the values known before, and is said."""
        try:
            async with self._database.connection() as conn:
                version = await store.read_version(conn)
                if version == self._version:
                    return
                # Read after the version: newer values under an older version are only read once more.
                self._en_vigueur = await self.read(conn)
                self._version = version
        except (psycopg.Error, psycopg_pool.PoolTimeout, TimeoutError, ValeurInvalide) as erreur:
            log.error("parametres_non_relus", **logs.where(erreur))

    async def watch(self) -> None:
        """Refresh every two seconds for as long as the worker runs: a background task."""
        while True:
            await asyncio.sleep(REGARD_SECONDES)
            await self.refresh()

    async def list_historique(self, cle: str) -> list[Ligne]:
        """Everything that the OPCO ever set for a parameter, latest first. Raises ParametreRefuse: unknown key."""
        find_definition(cle)
        async with self._database.connection() as conn:
            return await store.list_lignes(conn, cle=cle)

    # --- changing -----------------------------------------------------------------------------------------------

    async def prepare(self, cle: str, *, valeur: object, valable_du: date, source: str, commentaire: str) -> Projet:
        """What a change would be; nothing is written. Raises ParametreRefuse with the sentence to show."""
        async with self._database.connection() as conn:
            return await self._prepare(
                conn, cle, valeur=valeur, valable_du=valable_du, source=source, commentaire=commentaire
            )

    async def set_valeur(
        self,
        cle: str,
        *,
        valeur: object,
        valable_du: date,
        source: str,
        commentaire: str = "",
        par: str,
        retroactif: bool = False,
        vu: int | None = None,
    ) -> int:
        """Set a value from a day on; its number. One on the same day is withdrawn by it.

        `par`: the actor (« compte:12 »). `retroactif`: the person confirmed a day that is past. `vu`: what
        `seen` told of the history that the person saw. Raises ParametreRefuse.
        """
        at = self._clock.now()
        async with self._database.transaction() as tx:
            await store.lock(tx)
            lignes = await store.list_lignes(tx, cle=cle)
            if vu is not None and vu != seen(lignes):
                raise ParametreRefuse(DEPASSE)
            projet = await self._prepare(
                tx, cle, valeur=valeur, valable_du=valable_du, source=source, commentaire=commentaire
            )
            if projet.retroactif and not retroactif:
                raise ParametreRefuse("Cette date est passée : confirmez que vous changez une règle déjà appliquée.")
            for ligne in lignes:
                if ligne.valable_du == valable_du and ligne.retire_le is None:
                    await store.withdraw(tx, id_=ligne.id, motif="Remplacée le même jour d'effet", par=par, at=at)
            numero = await store.insert_valeur(
                tx,
                cle=cle,
                valable_du=valable_du,
                valeur=encode(projet.valeur),
                source=_text(source),
                commentaire=_text(commentaire),
                par=par,
                at=at,
            )
            await self._note(tx, "PARAMETRE_POSE", cle, numero, par=par, at=at, projet=projet)
        await self.refresh()
        return numero

    async def withdraw_valeur(self, cle: str, numero: int, *, motif: str, par: str, retroactif: bool = False) -> None:
        """Withdraw a value: the one before is in force again. Raises ParametreRefuse.

        `retroactif`: the person confirmed although the value was already in force.
        """
        definition, motif, at = find_definition(cle), _text(motif), self._clock.now()
        if not motif:
            raise ParametreRefuse("Dites pourquoi cette valeur est retirée.")
        _check_texte(motif, "Le motif")
        async with self._database.transaction() as tx:
            await store.lock(tx)
            ligne = next((un for un in await store.list_lignes(tx, cle=cle) if un.id == numero), None)
            if ligne is None:
                raise ParametreRefuse("Cette valeur n'existe pas.")
            if ligne.valable_du <= day_of(at) and not retroactif:
                raise ParametreRefuse("Cette valeur est déjà appliquée : confirmez que vous la retirez.")
            if not await store.withdraw(tx, id_=numero, motif=motif, par=par, at=at):
                raise ParametreRefuse("Cette valeur est déjà retirée.")
            _check_ensemble(await self.read(tx))
            await self._note(tx, "PARAMETRE_RETIRE", definition.cle, numero, par=par, at=at)
        await self.refresh()

    async def _prepare(
        self, conn: Tx, cle: str, *, valeur: object, valable_du: date, source: str, commentaire: str
    ) -> Projet:
        definition = find_definition(cle)
        try:
            lue = check_valeur(definition, valeur)
            check_jour(valable_du)
        except ValeurInvalide as invalide:
            raise ParametreRefuse(str(invalide)) from None
        if not _text(source):
            raise ParametreRefuse("Donnez la source juridique : l'article, l'arrêté ou la décision.")
        _check_texte(_text(source), "La source")
        _check_texte(_text(commentaire), "Le commentaire")
        parametres = await self.read(conn)
        avant = parametres.in_force(cle, valable_du)
        if avant is not None and (avant.valable_du, avant.valeur, avant.source) == (valable_du, lue, _text(source)):
            raise ParametreRefuse("C'est déjà la valeur à cette date, avec cette source.")
        _check_ensemble(parametres.with_valeur(ValeurDatee(cle, valable_du, lue, _text(source))))
        return Projet(
            valeur=lue,
            valable_du=valable_du,
            avant=avant,
            suivante=next((un for un in parametres.valeurs(cle) if un.valable_du > valable_du), None),
            retroactif=valable_du < day_of(self._clock.now()),
        )

    async def _note(
        self, tx: Tx, acte: str, cle: str, numero: int, *, par: str, at: datetime, projet: Projet | None = None
    ) -> None:
        donnees: dict[str, object] = {"valeur": numero}
        if projet is not None:
            donnees |= {"valable_du": projet.valable_du.isoformat(), "pose": encode(projet.valeur)}
            donnees |= {"avant": encode(projet.avant.valeur) if projet.avant else None}
        await journal.append(tx, acteur=par, acte=acte, at=at, objet=f"parametre:{cle}", donnees=donnees)


def find_definition(cle: str) -> Definition:
    """The definition of a key. Raises ParametreRefuse: unknown."""
    if (definition := CATALOGUE.get(cle)) is None:
        raise ParametreRefuse(INCONNU)
    return definition


def seen(lignes: list[Ligne]) -> int:
    """What a person saw of a history: rises with each value set and with each withdrawal."""
    return len(lignes) + sum(ligne.retire_le is not None for ligne in lignes)


def _assemble(lignes: list[tuple[str, date, object, str]]) -> Parametres:
    """The values of the product, and over them those of the rows. Raises ValeurInvalide."""
    # A key of another release is nothing to this one.
    return Parametres(
        ValeurDatee(cle, jour, check_valeur(CATALOGUE[cle], valeur), source)
        for cle, jour, valeur, source in lignes
        if cle in CATALOGUE
    )


def _check_ensemble(parametres: Parametres) -> None:
    try:
        parametres.check()
    except ValeurInvalide as invalide:
        raise ParametreRefuse(str(invalide)) from None


def _text(texte: str) -> str:
    return " ".join(texte.split())


def _check_texte(texte: str, quoi: str) -> None:
    if len(texte) > TEXTE_MAX or not texte.isprintable():
        raise ParametreRefuse(f"{quoi} s'écrit en {TEXTE_MAX} caractères au plus.")
