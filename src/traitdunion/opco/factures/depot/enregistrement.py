"""What invoices and credit notes share: recognised by their number, their file kept, written whole or not at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

import msgspec
from psycopg.errors import UniqueViolation

from traitdunion.norme import contenu
from traitdunion.norme.erreurs import Anomalie, Refus
from traitdunion.norme.erreurs import factures as codes
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.opco.dossiers.documents import Deposant, FichierRecu
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.factures import store
from traitdunion.opco.factures.depot.facturx import check_lecture
from traitdunion.opco.pieces import NouvellePiece, Pieces
from traitdunion.opco.pieces.gate import Inspection, TypeContenu
from traitdunion.opco.socle.database import Database, Tx

ADMIS = frozenset({TypeContenu.PDF})  # norme.md §7


class FactureRecue(msgspec.Struct, frozen=True, kw_only=True):
    """What the CFA is told; `rejouee` when the very same invoice had been received before."""

    numero_interne_facture: int
    numero_interne_document: int
    rejouee: bool
    avertissements: tuple[Anomalie, ...] = ()


class Inscription(Protocol):
    """One invoice on its way into the database; what it needs is read again under the locks of its dossiers."""

    genre: str
    le: datetime
    numero_interne: int  # once written
    avertissements: list[Anomalie]

    async def prepare(self, tx: Tx) -> None:
        """Lock the dossiers and judge again. Raises `Refus`."""
        ...

    async def write(self, tx: Tx, document: int) -> None:
        """Write the invoice, its lines, the ledger, the events."""
        ...


class Enregistrement:
    """Finds an invoice received before, or takes a new one in."""

    def __init__(self, *, database: Database, pieces: Pieces) -> None:
        self._database = database
        self._pieces = pieces

    async def find_same(self, message: Facture, recu: FichierRecu, *, siren: str) -> FactureRecue | None:
        """The same invoice of this SIREN, received before. Raises NUMERO_DE_FACTURE_DEJA_UTILISE: another's number."""
        if message.siret_emetteur is None or message.numero is None:
            return None
        async with self._database.connection() as tx:
            deja = await store.find_by_numero(tx, siren=siren, siret=message.siret_emetteur, numero=message.numero)
        if deja is None:
            return None
        meme = deja.genre == genre_of(message) and deja.sha256_contenu == contenu.digest(message)
        if not meme or deja.sha256_fichier != recu.sha256_fichier:
            raise _deja_utilise(message, deja.numero_interne)
        return FactureRecue(
            numero_interne_facture=deja.numero_interne,
            numero_interne_document=deja.document,
            rejouee=True,
            avertissements=msgspec.convert(tuple(deja.avertissements), tuple[Anomalie, ...]),
        )

    async def inspect(self, message: Facture, recu: FichierRecu) -> tuple[Inspection, list[Anomalie]]:
        """Pass the PDF through the gate; what it says otherwise than the data. Raises `Refus` with the grounds."""
        inspection = await self._pieces.inspect(recu.chemin, admis=ADMIS, nom=recu.nom_fichier, facture=True)
        return inspection, check_lecture(message, inspection.facture)

    async def record(
        self,
        message: Facture,
        recu: FichierRecu,
        inscription: Inscription,
        *,
        inspection: Inspection,
        par: Deposant,
    ) -> FactureRecue:
        """Keep the file, then write the rest in one transaction; the same invoice at once gives the same number."""
        piece = NouvellePiece(
            siren=par.siren,
            type_fichier=inscription.genre,
            chemin=recu.chemin,
            nom_fichier=recu.nom_fichier,
            sha256_fichier=recu.sha256_fichier,
            corps=recu.corps,
            sha256_recu=sha256(recu.corps).digest(),
            sha256_contenu=contenu.digest(message),
            depose_le=inscription.le,
            dossiers=[],
        )

        async def write(tx: Tx, document: int) -> None:
            try:
                await inscription.write(tx, document)
            except UniqueViolation:
                # A refusal: what was kept of the file is taken away. Its words are found below.
                raise Refus([]) from None

        try:
            recue = await self._pieces.record(piece, inspection, guard=inscription.prepare, note=write)
        except Refus:
            # The same invoice, or another of the same number, was written while this one was being checked.
            deja = await self.find_same(message, recu, siren=par.siren)
            if deja is None:
                raise
            return deja
        if recue.rejouee:
            deja = await self.find_same(message, recu, siren=par.siren)
            assert deja is not None  # the row of the document is committed, and that of the invoice with it
            return deja
        return FactureRecue(
            numero_interne_facture=inscription.numero_interne,
            numero_interne_document=recue.numero_interne_document,
            rejouee=False,
            avertissements=tuple(inscription.avertissements),
        )


def genre_of(message: Facture) -> str:
    """Whether a message is an invoice or a credit note."""
    return store.AVOIR if isinstance(message, Avoir) else store.FACTURE


def _deja_utilise(message: Facture, numero_interne: int) -> Refus:
    anomalie = codes.NUMERO_DE_FACTURE_DEJA_UTILISE.anomalie(
        f"{genre_of(message).lower()}.numero", numero=message.numero, numero_interne_facture=numero_interne
    )
    return Refus([anomalie], complement={"numeroInterneFacture": str(numero_interne)})


async def append_event(
    tx: Tx,
    type_: str,
    dossiers: Sequence[int],
    *,
    facture: int,
    numero: str,
    siren: str,
    par: str,
    at: datetime,
    donnees: Mapping[str, Any] | None = None,
) -> None:
    """One event for each dossier that an invoice concerns: it stands in the dossier's history and in the feed."""
    for dossier in sorted(set(dossiers)):
        await evenements.append(
            tx,
            siren=siren,
            objet="DOSSIER",
            numero_interne=dossier,
            type_=type_,
            acteur=par,
            at=at,
            donnees={"facture": str(facture), "numero": numero, **(donnees or {})},
        )
