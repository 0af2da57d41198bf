"""Documents of a dossier: the convention with its mandate, and any other (norme.md §2.2, §2.4, §7)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import msgspec

from traitdunion.norme import contenu, controles, lecture
from traitdunion.norme.erreurs import Anomalie, Gravite, Refus
from traitdunion.norme.erreurs import depot as codes
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.pieces import InfosFichier
from traitdunion.opco.dossiers import store
from traitdunion.opco.dossiers.read_back import Dossiers
from traitdunion.opco.dossiers.states import CLOS, CONVENTION_FIGEE, Etat
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.pieces import NouvellePiece, PieceRecue, Pieces
from traitdunion.opco.pieces.gate import TypeContenu
from traitdunion.opco.pieces.service import facts
from traitdunion.opco.pieces.store import LigneDocument
from traitdunion.opco.recepisses import FaitsRecepisse
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Tx

# Files admitted for conventions and documents (norme.md §7).
ADMIS = frozenset({TypeContenu.PDF, TypeContenu.JPEG, TypeContenu.PNG})
CONVENTION = "CONVENTION_FORMATION"
FACTURE = "FACTURE"


class FichierRecu(Protocol):
    """A staged upload: what the door hands over."""

    @property
    def corps(self) -> bytes:
        """The JSON part, as received."""
        ...

    @property
    def chemin(self) -> Path:
        """Where the file is staged."""
        ...

    @property
    def nom_fichier(self) -> str:
        """The name that the sender gives it."""
        ...

    @property
    def sha256_fichier(self) -> bytes:
        """Its SHA-256."""
        ...


class Deposant(Protocol):
    """Who sends a document: the editor of a call, or a person in MyA."""

    @property
    def siren(self) -> str:
        """The CFA whose dossiers these are."""
        ...

    @property
    def acteur(self) -> str:
        """As the events name it."""
        ...


class SuitePiece(Protocol):
    """What a document changes besides, in its own transaction, on a dossier that it has locked."""

    async def __call__(
        self, tx: Tx, numero_interne: int, *, type_fichier: str, siren: str, acteur: str, at: datetime
    ) -> None:
        """Note it."""
        ...


class Factures(Protocol):
    """What documents must know of invoices, a feature above this one."""

    async def list_dossiers(self, tx: Tx, facture: int, *, siren: str) -> list[int]:
        """The dossiers of an invoice of this SIREN; none when it has no such invoice."""
        ...

    async def attach(self, tx: Tx, document: int, facture: int) -> None:
        """Attach a document to an invoice."""
        ...


class Documents:
    """The use cases of a dossier's documents."""

    def __init__(
        self,
        *,
        database: Database,
        dossiers: Dossiers,
        pieces: Pieces,
        clock: Clock,
        suites: Sequence[SuitePiece],
        factures: Factures,
    ) -> None:
        self._database = database
        self._dossiers = dossiers
        self._pieces = pieces
        self._clock = clock
        self._suites = suites
        self._factures = factures

    async def deposit_convention(self, recu: FichierRecu, *, par: Deposant) -> PieceRecue:
        """Record a convention and its file; another one is a new version, until the engagement.

        Raises `Refus`: what cannot be read, MANDAT_EMPLOYEUR_ABSENT, SIRET_HORS_SIREN, OBJET_INCONNU, the grounds of
        the gate, DOSSIER_DEJA_ENGAGE, DOSSIER_CLOS.
        """
        lu = lecture.read(Convention, recu.corps, racine="convention")
        convention = lu.message
        numero = _numero(convention.numero_interne_dossier)
        cerfa = None if numero is None else await self._dossiers.read_cerfa(numero, siren=par.siren)
        regles = controles.check_convention(convention, cerfa=cerfa, recu_le=day_of(self._clock.now()))
        anomalies = controles.merge(lu.anomalies, regles)
        if convention.numero_interne_dossier is not None and cerfa is None:
            anomalies.append(codes.OBJET_INCONNU.anomalie("convention.numeroInterneDossier"))
        _refuse_bloquant(anomalies)
        organisme = convention.organisme_formation
        if organisme is not None and organisme.siret is not None and organisme.siret[:9] != par.siren:
            raise codes.SIRET_HORS_SIREN.refus("convention.organismeFormation.siret", siren=par.siren)
        assert numero is not None  # its absence blocks
        dossiers = {numero: "convention.numeroInterneDossier"}
        return await self._record(recu, convention, CONVENTION, dossiers, anomalies, par=par, fige=CONVENTION_FIGEE)

    async def deposit_document(self, recu: FichierRecu, *, par: Deposant) -> PieceRecue:
        """Record any other document of dossiers or invoices of the same SIREN; raises as `deposit_convention`."""
        lu = lecture.read(InfosFichier, recu.corps, racine="infosFichier")
        infos = lu.message
        anomalies = controles.merge(lu.anomalies, controles.check_infos_fichier(infos))
        _refuse_bloquant(anomalies)
        dossiers: dict[int, str] = {}
        factures: list[int] = []
        for rang, objet in enumerate(infos.objets or ()):
            champ, numero = f"infosFichier.objets[{rang}].idObjet", _numero(objet.id_objet) or 0
            if objet.type_objet != FACTURE:
                dossiers.setdefault(numero, champ)
                continue
            # A document of an invoice is one of each dossier that it concerns: it proves something there.
            async with self._database.connection() as tx:
                trouves = await self._factures.list_dossiers(tx, numero, siren=par.siren)
            if not trouves:
                raise codes.OBJET_INCONNU.refus(champ)
            factures.append(numero)
            for trouve in trouves:
                dossiers.setdefault(trouve, champ)
        assert infos.type_fichier is not None  # its absence blocks
        # A convention that comes as a document is bound by the engagement all the same (norme.md §7).
        fige = CONVENTION_FIGEE if infos.type_fichier == CONVENTION else frozenset[Etat]()
        return await self._record(
            recu, infos, infos.type_fichier, dossiers, anomalies, par=par, fige=fige, factures=factures
        )

    async def open(self, numero_interne: int, *, siren: str) -> tuple[LigneDocument, AsyncIterator[bytes]]:
        """A document and its bytes, unchanged. Raises DOCUMENT_INCONNU."""
        ligne = await self._find(numero_interne, siren=siren)
        return ligne, await self._pieces.read(ligne)

    async def find(self, numero_interne: int, *, siren: str) -> LigneDocument:
        """A document of a dossier of this SIREN, without its bytes. Raises DOCUMENT_INCONNU."""
        return await self._find(numero_interne, siren=siren)

    async def recepisse_facts(self, numero_interne: int, *, siren: str) -> FaitsRecepisse | None:
        """What the receipt of this document states, or None when this SIREN has no such document."""
        try:
            return FaitsRecepisse(**facts(await self._find(numero_interne, siren=siren)))
        except Refus:
            return None

    async def _find(self, numero_interne: int, *, siren: str) -> LigneDocument:
        """A document of a dossier or of an invoice. Raises DOCUMENT_INCONNU, also for a file of a contact request."""
        ligne = await self._pieces.find(numero_interne, siren=siren)
        if ligne.numero_interne_dossier is None and ligne.numero_interne_facture is None:
            raise codes.DOCUMENT_INCONNU.refus("numeroInterneDocument")
        return ligne

    async def _record(
        self,
        recu: FichierRecu,
        message: msgspec.Struct,
        type_fichier: str,
        dossiers: dict[int, str],
        anomalies: Sequence[Anomalie],
        *,
        par: Deposant,
        fige: frozenset[Etat],
        factures: Sequence[int] = (),
    ) -> PieceRecue:
        inspection = await self._pieces.inspect(recu.chemin, admis=ADMIS, nom=recu.nom_fichier)
        piece = NouvellePiece(
            siren=par.siren,
            type_fichier=type_fichier,
            chemin=recu.chemin,
            nom_fichier=recu.nom_fichier,
            sha256_fichier=recu.sha256_fichier,
            corps=recu.corps,
            sha256_recu=sha256(recu.corps).digest(),
            sha256_contenu=contenu.digest(message),
            depose_le=self._clock.now(),
            dossiers=sorted(dossiers),
        )
        guard, note = self._guard(dossiers, siren=par.siren, fige=fige), self._note(piece, par=par, factures=factures)
        recue = await self._pieces.record(piece, inspection, guard=guard, note=note)
        return msgspec.structs.replace(recue, avertissements=tuple(anomalies))

    def _guard(self, dossiers: dict[int, str], *, siren: str, fige: frozenset[Etat]) -> Callable[[Tx], Awaitable[None]]:
        """Lock the dossiers, always in the same order, and refuse what their state forbids.

        `dossiers`: for each number, the field that named it.
        """

        async def guard(tx: Tx) -> None:
            for numero, champ in sorted(dossiers.items()):
                ligne = await store.lock(tx, numero, siren=siren)
                if ligne is None:
                    raise codes.OBJET_INCONNU.refus(champ)
                externe = numero_externe(numero)
                if Etat(ligne.etat) in CLOS:
                    raise codes.DOSSIER_CLOS.refus(champ, numero_externe=externe, etat=ligne.etat)
                if Etat(ligne.etat) in fige:
                    raise codes.DOSSIER_DEJA_ENGAGE.refus(champ, numero_externe=externe)

        return guard

    def _note(
        self, piece: NouvellePiece, *, par: Deposant, factures: Sequence[int]
    ) -> Callable[[Tx, int], Awaitable[None]]:
        """Note the event of each dossier, inside the document's transaction."""

        async def note(tx: Tx, document: int) -> None:
            for facture in factures:
                await self._factures.attach(tx, document, facture)
            for numero in piece.dossiers:
                await evenements.append(
                    tx,
                    siren=par.siren,
                    objet="DOSSIER",
                    numero_interne=numero,
                    type_="PIECE_DEPOSEE",
                    acteur=par.acteur,
                    at=piece.depose_le,
                    donnees={"typeFichier": piece.type_fichier},
                )
                for suite in self._suites:
                    await suite(
                        *(tx, numero),
                        type_fichier=piece.type_fichier,
                        siren=par.siren,
                        acteur=par.acteur,
                        at=piece.depose_le,
                    )

        return note


def _numero(texte: str | None) -> int | None:
    return int(texte) if texte is not None and texte.isascii() and texte.isdigit() and len(texte) <= 18 else None


def _refuse_bloquant(anomalies: Sequence[Anomalie]) -> None:
    if any(anomalie.gravite is Gravite.BLOQUANT for anomalie in anomalies):
        raise Refus(anomalies)
