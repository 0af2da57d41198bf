"""Storing a document: the gate, then the object store, then the row, in that order (fiabilite.md §1 I6)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from traitdunion.norme.erreurs import Anomalie, Refus
from traitdunion.norme.erreurs import depot as codes
from traitdunion.opco.pieces import store
from traitdunion.opco.pieces.gate import Gate, Inspection, TypeContenu, named_after
from traitdunion.opco.socle import failpoints
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.object_store import ObjectStore
from traitdunion.opco.socle.vault import Vault


class NouvellePiece(msgspec.Struct, frozen=True, kw_only=True):
    """A file staged on disk and the JSON that came with it; `corps` as received, hashes in bytes."""

    siren: str
    type_fichier: str
    chemin: Path
    nom_fichier: str
    sha256_fichier: bytes
    corps: bytes
    sha256_recu: bytes
    sha256_contenu: bytes
    depose_le: datetime
    dossiers: list[int]

    @property
    def premier(self) -> int:
        """The first dossier that it is attached to, 0 when there is none."""
        return self.dossiers[0] if self.dossiers else 0


class PieceRecue(msgspec.Struct, frozen=True, kw_only=True):
    """What the CFA is told; `rejouee` when the very same document had been received before."""

    numero_interne_document: int
    numero_interne_dossier: int  # the first it is attached to; 0 for an invoice, which is attached to its own row
    rejouee: bool
    avertissements: tuple[Anomalie, ...] = ()


def piece_aad(cle_objet: str) -> bytes:
    """What binds the encrypted JSON part to its document."""
    return b"piece:" + cle_objet.encode()


class Pieces:
    """The use cases of documents; what a dossier allows is said by the caller through `guard`."""

    def __init__(
        self, *, database: Database, objets: ObjectStore, gate: Gate, vault: Vault, antivirus_configure: bool
    ) -> None:
        self._database = database
        self._objets = objets
        self._gate = gate
        self._vault = vault
        self._verdict = "EN_ANALYSE" if antivirus_configure else "NON_CONFIGUREE"

    async def inspect(
        self, chemin: Path, *, admis: frozenset[TypeContenu], nom: str, facture: bool = False
    ) -> Inspection:
        """Pass a staged file through the gate; a `facture` may carry a Factur-X. Raises `Refus` with the ground."""
        return await self._gate.inspect(chemin, admis=admis, nom=nom, facture=facture)

    async def record(
        self,
        piece: NouvellePiece,
        inspection: Inspection,
        *,
        guard: Callable[[Tx], Awaitable[None]],
        note: Callable[[Tx, int], Awaitable[None]],
    ) -> PieceRecue:
        """Store the file, then its row; the same document again gives the same number.

        `guard` runs inside the transaction and raises `Refus` when the dossier takes no such document (it locks it);
        `note` runs after the insertion, when there is one, with the number given, and leaves its trace.
        An object whose row is never written, after a crash, is an orphan, collected after a delay.
        """
        deja = await self._find_same(piece)
        if deja is not None:
            return deja
        cle_objet = f"{piece.depose_le:%Y/%m}/{uuid4()}"
        await self._objets.put(cle_objet, piece.chemin)
        try:
            async with self._database.transaction() as tx:
                await guard(tx)
                numero = await self._insert(tx, piece, inspection, cle_objet)
                if numero is not None:
                    await note(tx, numero)
                failpoints.hit("avant_commit")
            failpoints.hit("apres_commit")
        except Refus:
            await self._objets.delete(cle_objet)  # rolled back for certain: nothing of a refusal stays
            raise
        if numero is not None:
            return PieceRecue(numero_interne_document=numero, numero_interne_dossier=piece.premier, rejouee=False)
        await self._objets.delete(cle_objet)
        deja = await self._find_same(piece)
        assert deja is not None  # the row that made the insertion give way is committed, and rows are never deleted
        return deja

    async def record_alone(
        self, piece: NouvellePiece, inspection: Inspection, *, attach: Callable[[Tx, int], Awaitable[None]]
    ) -> None:
        """Store a file that belongs to no dossier, then what names it (`attach`, given its number)."""
        cle_objet = f"{piece.depose_le:%Y/%m}/{uuid4()}"
        await self._objets.put(cle_objet, piece.chemin)
        async with self._database.transaction() as tx:
            numero = await self._insert(tx, piece, inspection, cle_objet)
            assert numero is not None  # its content is unlike any other's
            await attach(tx, numero)

    async def find(self, numero_interne: int, *, siren: str) -> store.LigneDocument:
        """One document of this SIREN. Raises DOCUMENT_INCONNU, also for one in quarantine."""
        async with self._database.connection() as tx:
            ligne = await store.find(tx, numero_interne, siren=siren)
        if ligne is None or ligne.verdict == "QUARANTAINE":
            raise codes.DOCUMENT_INCONNU.refus("numeroInterneDocument")
        return ligne

    async def read(self, ligne: store.LigneDocument) -> AsyncIterator[bytes]:
        """The bytes of a document, unchanged.

        Raises ObjectStoreError here, and not at the first piece, so that the caller may still answer otherwise.
        """
        flux = self._objets.get(ligne.cle_objet)
        return _resume(await anext(flux, b""), flux)

    async def _find_same(self, piece: NouvellePiece) -> PieceRecue | None:
        async with self._database.connection() as tx:
            numero = await store.find_same(
                tx,
                siren=piece.siren,
                type_fichier=piece.type_fichier,
                sha256_contenu=piece.sha256_contenu,
                sha256_fichier=piece.sha256_fichier,
            )
        if numero is None:
            return None
        return PieceRecue(numero_interne_document=numero, numero_interne_dossier=piece.premier, rejouee=True)

    async def _insert(self, tx: Tx, piece: NouvellePiece, inspection: Inspection, cle_objet: str) -> int | None:
        versions = 0
        if piece.dossiers:
            versions = await store.count_versions(tx, piece.dossiers[0], type_fichier=piece.type_fichier)
        numero = await store.insert(
            tx,
            store.NouveauDocument(
                siren=piece.siren,
                type_fichier=piece.type_fichier,
                version=versions + 1,
                nom_fichier=named_after(piece.nom_fichier, inspection.type_contenu.value),
                type_contenu=inspection.type_contenu.value,
                taille_octets=inspection.taille_octets,
                cle_objet=cle_objet,
                sha256_fichier=piece.sha256_fichier,
                sha256_recu=piece.sha256_recu,
                sha256_contenu=piece.sha256_contenu,
                corps_chiffre=self._vault.encrypt(piece.corps, aad=piece_aad(cle_objet)),
                verdict=self._verdict,
                depose_le=piece.depose_le,
            ),
        )
        if numero is not None and piece.dossiers:
            await store.attach(tx, numero, dossiers=piece.dossiers)
        return numero


async def _resume(premier: bytes, suite: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield premier
    async for morceau in suite:
        yield morceau


def facts(ligne: store.LigneDocument) -> dict[str, Any]:
    """What a receipt states of a document."""
    return {
        "genre": ligne.type_fichier,
        "numero_interne": ligne.numero_interne_dossier or ligne.numero_interne_facture,
        "numero_interne_document": ligne.numero_interne,
        "siren": ligne.siren,
        "sha256_json": ligne.sha256_recu,
        "sha256_fichier": ligne.sha256_fichier,
        "recu_le": ligne.depose_le,
    }
