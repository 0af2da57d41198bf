"""The use cases of contact requests, on both sides, and of the accrochage that is not ready yet (guide.md)."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes

import msgspec

from traitdunion.norme.erreurs import depot as codes
from traitdunion.opco.courriels import Courriels
from traitdunion.opco.courriels.message import check_adresse
from traitdunion.opco.demandes import store
from traitdunion.opco.demandes.states import EtatDemande, TypeDemande, after_message
from traitdunion.opco.demandes.store import Demande, Demandeur, Message
from traitdunion.opco.evenements import journal
from traitdunion.opco.pieces import Pieces
from traitdunion.opco.pieces.gate import TypeContenu
from traitdunion.opco.pieces.service import NouvellePiece
from traitdunion.opco.pieces.store import LigneDocument
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database, Tx

SUJET_MAX, TEXTE_MAX = 200, 10_000
ATTENTE_MAX = 200
PAR_PAGE = 50
ADMIS = frozenset({TypeContenu.PDF, TypeContenu.JPEG, TypeContenu.PNG})
CONTACTS = ("metier", "technique")
CHAMPS_CONTACT = ("nom", "telephone", "courriel")
TELEPHONE = re.compile(r"\+?[0-9][0-9 .()-]{7,19}")
Ecriture = Callable[[Tx, int | None], Awaitable[None]]
INCONNUE = "Cette demande n'existe pas."
__all__ = ["Auteur", "DemandeRefusee", "Demandes", "Demandeur", "Fil", "Joint"]


class DemandeRefusee(Exception):
    """What cannot be done with a request; the text is the French sentence to show."""


class Auteur(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes; `opco`: on the OPCO's side."""

    compte: int
    opco: bool

    @property
    def acteur(self) -> str:
        """How the audit log names them."""
        return f"compte:{self.compte}"


class Joint(msgspec.Struct, frozen=True, kw_only=True):
    """A file to join, staged on disk."""

    chemin: Path
    nom: str


class Fil(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its thread."""

    demande: Demande
    messages: tuple[Message, ...]


class Demandes:
    """The acts on requests, each in one transaction, each in the audit log. `url_publique`: where mails lead."""

    def __init__(
        self, *, database: Database, clock: Clock, courriels: Courriels, pieces: Pieces, url_publique: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._courriels = courriels
        self._pieces = pieces
        self._url_publique = url_publique

    # --- both sides ---------------------------------------------------------------------------------------------

    async def find(self, demande: int, *, de: Demandeur | None = None) -> Fil | None:
        """A request with its thread; of this one who asks only, when one is given."""
        async with self._database.connection() as conn:
            trouvee = await store.find(conn, demande, de=de)
            if trouvee is None:
                return None
            return Fil(demande=trouvee, messages=tuple(await store.list_messages(conn, demande)))

    async def read_joint(self, fil: Fil, document: int) -> tuple[LigneDocument, AsyncIterator[bytes]]:
        """A file of a thread and its bytes. Raises `Refus`: not of this thread, or in quarantine."""
        if document not in {un.document for un in fil.messages}:
            raise codes.DOCUMENT_INCONNU.refus("document")
        ligne = await self._pieces.find(document, siren=fil.demande.siren)
        return ligne, await self._pieces.read(ligne)

    async def answer(
        self, demande: int, texte: str, *, par: Auteur, de: Demandeur | None = None, joint: Joint | None = None
    ) -> None:
        """Write in a thread. Raises DemandeRefusee, or `Refus` when the gate refuses the file."""
        texte = _check_texte(texte)
        async with self._database.connection() as conn:
            trouvee = await store.find(conn, demande, de=de)
        if trouvee is None:
            raise DemandeRefusee(INCONNUE)
        piece, at = self._piece(joint, siren=trouvee.siren), self._clock.now()

        async def write(tx: Tx, document: int | None) -> None:
            tenue = await store.find(tx, demande, lock=True)
            assert tenue is not None  # requests are never deleted
            await store.insert_message(
                tx, demande=demande, compte=par.compte, opco=par.opco, texte=texte, document=document, at=at
            )
            await store.update(tx, demande, etat=after_message(opco=par.opco), at=at)
            if par.opco:
                await self._tell(tx, tenue, modele="demande_reponse")
            await journal.append(
                tx, acteur=par.acteur, acte="DEMANDE_MESSAGE", at=at, siren=tenue.siren, objet=_objet(demande)
            )

        await self._write(piece, write)

    async def close(self, demande: int, *, par: Auteur, de: Demandeur | None = None) -> None:
        """Close a thread; a message opens it again. Raises DemandeRefusee."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            trouvee = await store.find(tx, demande, de=de, lock=True)
            if trouvee is None:
                raise DemandeRefusee(INCONNUE)
            await store.update(tx, demande, etat=EtatDemande.CLOSE, at=at)
            await journal.append(
                tx, acteur=par.acteur, acte="DEMANDE_CLOSE", at=at, siren=trouvee.siren, objet=_objet(demande)
            )

    # --- the CFA's and the employer's side ----------------------------------------------------------------------

    async def open(
        self,
        *,
        siren: str,
        type_: TypeDemande,
        sujet: str,
        texte: str,
        par: Auteur,
        contacts: Mapping[str, Mapping[str, str]] | None = None,
        logiciel: tuple[str, str] = ("", ""),
        joint: Joint | None = None,
    ) -> int:
        """Open a request; its number. Raises DemandeRefusee, or `Refus` when the gate refuses the file.

        `contacts` (both needed) and `logiciel` (name and editor, when known) are those of an accrochage.
        """
        sujet = " ".join(sujet.split())
        if not 0 < len(sujet) <= SUJET_MAX or not sujet.isprintable():
            raise DemandeRefusee(f"Le sujet est obligatoire, {SUJET_MAX} caractères au plus.")
        texte = _check_texte(texte)
        accrochage = type_ is TypeDemande.ACCROCHAGE
        dits = _check_contacts(contacts or {}) if accrochage else None
        nomme = _check_logiciel(logiciel) if accrochage else ("", "")
        piece, at = self._piece(joint, siren=siren), self._clock.now()
        numero = 0

        async def write(tx: Tx, document: int | None) -> None:
            nonlocal numero
            numero = await store.insert(
                tx, siren=siren, type_=type_, sujet=sujet, compte=par.compte, contacts=dits, logiciel=nomme, at=at
            )
            await store.insert_message(
                tx, demande=numero, compte=par.compte, opco=False, texte=texte, document=document, at=at
            )
            ouverte = await store.find(tx, numero)
            assert ouverte is not None  # inserted above
            await self._tell(tx, ouverte, modele="demande_recue")
            await journal.append(
                tx, acteur=par.acteur, acte="DEMANDE_OUVERTE", at=at, siren=siren, objet=_objet(numero)
            )

        await self._write(piece, write)
        return numero

    async def list_of(self, de: Demandeur, *, avant: int | None = None, limite: int = PAR_PAGE) -> list[Demande]:
        """The requests of one who asks, latest first, older than the request `avant`."""
        async with self._database.connection() as conn:
            return await store.list_of(conn, de=de, avant=avant, limite=limite)

    async def list_possibles(self, siren: str) -> list[Demande]:
        """The accrochages said possible and not opened yet: what « Accueil » tells the CFA."""
        async with self._database.connection() as conn:
            return await store.list_possibles(conn, siren=siren)

    # --- the OPCO's side ----------------------------------------------------------------------------------------

    async def list_waiting(self) -> list[Demande]:
        """What waits for the OPCO, longest first."""
        async with self._database.connection() as conn:
            return await store.list_waiting(conn, limite=ATTENTE_MAX)

    async def list_latest(self, *, avant: int | None = None, limite: int = PAR_PAGE) -> list[Demande]:
        """Every request, latest first."""
        async with self._database.connection() as conn:
            return await store.list_latest(conn, avant=avant, limite=limite)

    async def set_editeur(self, demande: int, editeur: int, *, par: Auteur) -> None:
        """Say whose software an accrochage is about: that editor then sees it. Raises DemandeRefusee."""
        async with self._database.transaction() as tx:
            trouvee = await store.find(tx, demande, lock=True)
            if trouvee is None or trouvee.type != TypeDemande.ACCROCHAGE:
                raise DemandeRefusee("Seule une demande « Accrochage API CFA » se rattache à un éditeur.")
            await store.set_editeur(tx, demande, editeur=editeur)
            await journal.append(
                tx,
                acteur=par.acteur,
                acte="DEMANDE_EDITEUR",
                at=self._clock.now(),
                siren=trouvee.siren,
                objet=_objet(demande),
                donnees={"editeur": editeur},
            )

    async def invite_technique(self, demande: int, *, par: Auteur) -> None:
        """Write to the technical contact of an accrochage. Raises DemandeRefusee when none is named."""
        async with self._database.transaction() as tx:
            trouvee = await store.find(tx, demande, lock=True)
            contact = (trouvee.contacts or {}).get("technique") if trouvee else None
            if trouvee is None or not contact:
                raise DemandeRefusee("Cette demande ne nomme pas de contact technique.")
            await self._courriels.queue(
                tx,
                destinataire=contact["courriel"],
                modele="contact_technique_invite",
                valeurs={
                    "prenom": contact["nom"],
                    "denomination": trouvee.denomination,
                    "lien": f"{self._url_publique}/docs",
                },
            )
            await journal.append(
                tx,
                acteur=par.acteur,
                acte="CONTACT_TECHNIQUE_INVITE",
                at=self._clock.now(),
                siren=trouvee.siren,
                objet=_objet(demande),
            )

    # --- the editor's side --------------------------------------------------------------------------------------

    async def list_of_editeur(self, editeur: int) -> list[Demande]:
        """The accrochages asked for that are about this editor."""
        async with self._database.connection() as conn:
            return await store.list_of_editeur(conn, editeur=editeur)

    async def confirm_possible(self, demande: int, *, editeur: int, logiciel: str, par: str) -> None:
        """« L'accrochage est possible », said by the editor; the CFA is told by mail. Raises DemandeRefusee."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            trouvee = await store.find(tx, demande, lock=True)
            if trouvee is None or trouvee.editeur != editeur:
                raise DemandeRefusee(INCONNUE)
            if trouvee.possible_le is not None:
                return
            await store.set_possible(tx, demande, at=at)
            for courriel in await store.list_administrateurs(tx, siren=trouvee.siren):
                await self._courriels.queue(
                    tx,
                    destinataire=courriel,
                    modele="accrochage_possible",
                    valeurs={
                        "denomination": trouvee.denomination,
                        "editeur": trouvee.editeur_nom or "",
                        "logiciel": logiciel,
                    },
                )
            await journal.append(
                tx, acteur=par, acte="ACCROCHAGE_POSSIBLE", at=at, siren=trouvee.siren, objet=_objet(demande)
            )

    # --- inside -------------------------------------------------------------------------------------------------

    def _piece(self, joint: Joint | None, *, siren: str) -> NouvellePiece | None:
        """A joined file as a document of this SIREN: no dossier, no JSON, never the same as another."""
        if joint is None:
            return None
        octets = joint.chemin.read_bytes()
        return NouvellePiece(
            siren=siren,
            type_fichier="DEMANDE",
            chemin=joint.chemin,
            nom_fichier=joint.nom,
            sha256_fichier=sha256(octets).digest(),
            corps=b"{}",
            sha256_recu=sha256(b"{}").digest(),
            sha256_contenu=token_bytes(32),
            depose_le=self._clock.now(),
            dossiers=[],
        )

    async def _write(self, piece: NouvellePiece | None, write: Ecriture) -> None:
        """Pass the file through the gate, store it, then write; nothing is written when the gate refuses."""
        if piece is None:
            async with self._database.transaction() as tx:
                await write(tx, None)
            return
        inspection = await self._pieces.inspect(piece.chemin, admis=ADMIS, nom=piece.nom_fichier)
        await self._pieces.record_alone(piece, inspection, attach=write)

    async def _tell(self, tx: Tx, demande: Demande, *, modele: str) -> None:
        lien = f"{self._url_publique}/mya/demandes/{demande.id}"
        await self._courriels.queue(
            tx, destinataire=demande.courriel, modele=modele, valeurs={"sujet": demande.sujet, "lien": lien}
        )


def _objet(demande: int) -> str:
    return f"demande:{demande}"


def _check_texte(texte: str) -> str:
    texte = texte.replace("\r\n", "\n").strip()
    if not 0 < len(texte) <= TEXTE_MAX or "\0" in texte:
        raise DemandeRefusee(f"Le message est obligatoire, {TEXTE_MAX} caractères au plus.")
    return texte


def _check_logiciel(logiciel: tuple[str, str]) -> tuple[str, str]:
    """Name and editor, both free and neither needed. Raises DemandeRefusee."""
    nom, editeur = (" ".join(mot.split()) for mot in logiciel)
    if max(len(nom), len(editeur)) > SUJET_MAX or not (nom + editeur).isprintable():
        raise DemandeRefusee(f"Le nom du logiciel et celui de l'éditeur font {SUJET_MAX} caractères au plus.")
    return nom, editeur


def _check_contacts(contacts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Both contacts, whole. Raises DemandeRefusee with the first that is not."""
    lus: dict[str, dict[str, str]] = {}
    for nom, qui in zip(CONTACTS, ("métier", "technique"), strict=True):
        lu = {champ: " ".join(contacts.get(nom, {}).get(champ, "").split()) for champ in CHAMPS_CONTACT}
        if not 0 < len(lu["nom"]) <= SUJET_MAX or not lu["nom"].isprintable():
            raise DemandeRefusee(f"Contact {qui} : le nom est obligatoire.")
        if not TELEPHONE.fullmatch(lu["telephone"]):
            raise DemandeRefusee(f"Contact {qui} : le téléphone s'écrit en chiffres, 01 23 45 67 89.")
        try:
            check_adresse(lu["courriel"])
        except ValueError:
            phrase = f"Contact {qui} : l'adresse e-mail n'a pas la forme nom@domaine.fr, sans accent ni espace."
            raise DemandeRefusee(phrase) from None
        lus[nom] = lu
    return lus
