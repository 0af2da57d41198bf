"""The SDK of a CFA's software: deposit a contract and its pieces, read back what the OPCO made of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import stamina

from traitdunion.cfa.answers import AnswerUnreadable, read_answer, request_id
from traitdunion.cfa.errors import NotSent, ReponsePerdue, Unavailable
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.transport import Transport
from traitdunion.norme import contenu, ecriture
from traitdunion.norme.identite import identite
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.evenements import FilEvenements
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.factures_lues import (
    AccuseAvoir,
    AccuseCertificat,
    AccuseFacture,
    EtatAvoir,
    EtatFacture,
    PageAvoirs,
    PageFactures,
)
from traitdunion.norme.messages.pieces import Certificat, InfosFichier
from traitdunion.norme.messages.reponses import (
    AccuseConvention,
    AccuseDepot,
    AccuseDocument,
    DossierLu,
    EtatDossier,
    InfoCle,
    PageEtats,
    ResultatControle,
    Statut,
)

T = TypeVar("T")
P = TypeVar("P", PageEtats, PageFactures, PageAvoirs)
JSON = {"Content-Type": "application/json"}
TYPES_DE_FICHIER = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
ESSAIS_DE_RENVOI = 4
ATTENTE_DE_RENVOI_S = 120.0
RELUS_MAX = 50  # dossiers read one by one to find a deposit whose answer is lost


@dataclass(frozen=True)
class Fichier:
    """A file to send: its name as the OPCO will show it, its bytes, its type."""

    nom: str
    contenu: bytes
    type_contenu: str = "application/pdf"

    @classmethod
    def read(cls, chemin: Path) -> "Fichier":
        """The file at `chemin`, its type told by its suffix. Raises OSError."""
        return cls(chemin.name, chemin.read_bytes(), TYPES_DE_FICHIER.get(chemin.suffix.lower(), "application/pdf"))

    def __repr__(self) -> str:
        return f"Fichier({self.nom!r}, {len(self.contenu)} octets)"


@dataclass(frozen=True)
class MemeDossier:
    """A dossier recorded for the same contract; `meme_contenu`: word for word, or with other data."""

    etat: EtatDossier
    meme_contenu: bool


class ClientCfa:
    """One CFA speaking to one OPCO; a context manager, not to be shared between threads.

    Deposits are sent once and end in one of three ways: the typed answer, `Refused` (nothing recorded), `NoAnswer`
    (of which `ReponsePerdue`: nobody knows, norme.md §7). When the profile says that the server recognises the same
    deposit (`renvoi_reconnu`), a lost answer is first asked again by sending the very same bytes. A caller that keeps
    its own `cle_idempotence` (1-255 visible characters, made once for all the tries of one deposit) decides itself when
    to send again: then each call sends once. Reads are retried.
    """

    def __init__(
        self,
        profil: Profil,
        *,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self.profil = profil
        horloge = {} if monotonic is None else {"monotonic": monotonic}
        self._transport = Transport(profil, transport=transport, **horloge)

    def __enter__(self) -> "ClientCfa":
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ClientCfa({self.profil.api!r})"

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    # Deposits

    def deposit(self, depot: DepotDossier | bytes, *, cle_idempotence: str | None = None) -> AccuseDepot:
        """POST dossiers. Bytes are sent as they are. Raises Refused, NotSent, ReponsePerdue."""
        return self._post("/v2/dossiers", AccuseDepot, cle_idempotence, content=_body(depot), entetes=JSON)

    def deposit_convention(
        self, convention: Convention | bytes, fichier: Fichier, *, cle_idempotence: str | None = None
    ) -> AccuseConvention:
        """POST conventions: the data and the signed file. Raises Refused, NotSent, ReponsePerdue."""
        return self._post(
            "/v1/conventions", AccuseConvention, cle_idempotence, files=_parts("convention", convention, fichier)
        )

    def deposit_document(
        self, infos: InfosFichier | bytes, fichier: Fichier, *, cle_idempotence: str | None = None
    ) -> AccuseDocument:
        """POST documents: any other piece of a dossier. Raises Refused, NotSent, ReponsePerdue."""
        return self._post(
            "/v1/documents", AccuseDocument, cle_idempotence, files=_parts("infosFichier", infos, fichier)
        )

    def deposit_facture(
        self, facture: Facture | bytes, fichier: Fichier, *, cle_idempotence: str | None = None
    ) -> AccuseFacture:
        """POST factures: the data and the PDF. Raises Refused, NotSent, ReponsePerdue."""
        return self._post("/v1/factures", AccuseFacture, cle_idempotence, files=_parts("facture", facture, fichier))

    def deposit_avoir(
        self, avoir: Avoir | bytes, fichier: Fichier, *, cle_idempotence: str | None = None
    ) -> AccuseAvoir:
        """POST avoirs (extension): the data and the PDF. Raises Refused, NotSent, ReponsePerdue."""
        return self._post("/v2/avoirs", AccuseAvoir, cle_idempotence, files=_parts("avoir", avoir, fichier))

    def deposit_certificat(
        self, certificat: Certificat | bytes, fichier: Fichier, *, cle_idempotence: str | None = None
    ) -> AccuseCertificat:
        """POST certificats: what proves that the training took place. Raises Refused, NotSent, ReponsePerdue."""
        return self._post(
            "/v2/certificats", AccuseCertificat, cle_idempotence, files=_parts("certificat", certificat, fichier)
        )

    def check(self, depot: DepotDossier | bytes) -> ResultatControle:
        """POST dossiers/controle (extension): every check of a deposit, nothing stored. Raises Refused, NoAnswer."""
        reponse = self._transport.send("/v2/dossiers/controle", entetes=JSON, incertain=False, content=_body(depot))
        return _typed(reponse, ResultatControle)

    # Reading back

    def find_dossier(self, numero_interne: str) -> DossierLu:
        """GET dossiers: one dossier, whole. Raises NotFound when this CFA has none of that number."""
        reponse = self._transport.read("/v2/dossiers", parametres={"numeroInterne": numero_interne})
        return _typed(reponse, DossierLu)

    def list_dossiers(self, numeros_internes: Sequence[str]) -> list[DossierLu]:
        """GET dossiers/liste: several dossiers, whole; numbers that are not this CFA's are left out."""
        reponse = self._transport.read("/v2/dossiers/liste", parametres={"numerosInternes": ",".join(numeros_internes)})
        return _typed(reponse, list[DossierLu])

    def list_etats(self) -> Iterator[EtatDossier]:
        """GET v2 dossiers/etats: the state of every dossier, page after page, fetched as they are consumed."""
        return self._list_pages("/v2/dossiers/etats", PageEtats, lambda page: page.etat_dossier_result)

    def list_etats_factures(self) -> Iterator[EtatFacture]:
        """GET factures/etats: the state of every invoice, page after page."""
        return self._list_pages("/v2/factures/etats", PageFactures, lambda page: page.factures)

    def list_etats_avoirs(self) -> Iterator[EtatAvoir]:
        """GET avoirs/etats (extension): the state of every credit note, page after page."""
        return self._list_pages("/v2/avoirs/etats", PageAvoirs, lambda page: page.avoirs)

    def list_etats_v1(self) -> list[EtatDossier]:
        """GET v1 dossiers/etats: the same in one bare array, for the OPCO that have no v2."""
        return _typed(self._transport.read("/v1/dossiers/etats"), list[EtatDossier])

    def list_evenements(self, depuis: str | None = None, *, limite: int | None = None) -> FilEvenements:
        """GET evenements (extension): what changed since the cursor `depuis`, oldest first, at most `limite` events."""
        parametres = {"depuis": depuis, "limite": None if limite is None else str(limite)}
        donnes = {nom: valeur for nom, valeur in parametres.items() if valeur is not None}
        return _typed(self._transport.read("/v2/evenements", parametres=donnes), FilEvenements)

    def find_recepisse(self, identifiant: str) -> bytes:
        """GET recepisses/{id} (extension): the signed receipt, to be kept unchanged (`norme.recepisse.verify`)."""
        return self._transport.read(f"/v2/recepisses/{_segment(identifiant)}").content

    def find_document(self, numero_interne_document: str) -> bytes:
        """GET documents/{numeroInterneDocument} (extension): the bytes that were deposited, unchanged."""
        return self._transport.read(f"/v2/documents/{_segment(numero_interne_document)}").content

    def key_info(self) -> InfoCle:
        """GET cfakeyinfo: until when the CFA's key is valid. The profile must know the SIREN (ValueError)."""
        if self.profil.siren is None:
            raise ValueError("the profile has no SIREN: cfakeyinfo cannot be asked")
        parametres = {"siren": self.profil.siren, "XAPIKEY": self.profil.cle_api}
        return _typed(self._transport.read("/v2/cfakeyinfo", parametres=parametres, avec_cle=False), InfoCle)

    def status(self) -> Statut:
        """GET status: health of the API."""
        return _typed(self._transport.read("/v2/status"), Statut)

    def find_same_dossier(self, depot: DepotDossier) -> MemeDossier | None:
        """The dossier already recorded for the same contract, among the latest ones: what to do after ReponsePerdue.

        Compares the identity of norme.md §7 on the `RELUS_MAX` highest numbers that are neither refused nor cancelled,
        so it works against any OPCO. None: not found there; a deposit still on its way may yet appear.
        """
        if depot.cerfa is None:
            return None
        cherchee = identite(depot.cerfa, siren="")
        vivants = [etat for etat in self.list_etats() if etat.etat not in ("REFUSE", "ANNULE")]
        vivants.sort(key=lambda etat: (len(etat.numero_interne), etat.numero_interne), reverse=True)
        for etat in vivants[:RELUS_MAX]:
            cerfa = self.find_dossier(etat.numero_interne).cerfa
            try:
                if cerfa is not None and identite(cerfa, siren="") == cherchee:
                    meme_contenu = contenu.digest(DepotDossier(cerfa=cerfa)) == contenu.digest(depot)
                    return MemeDossier(etat, meme_contenu)
            except ValueError:  # a form without employer, apprentice or contract is not ours
                continue
        return None

    def _list_pages(self, chemin: str, type_: type[P], rows: Callable[[P], Sequence[T]]) -> Iterator[T]:
        vus, page = 0, 1
        while True:
            lue = _typed(self._transport.read(chemin, parametres={"numeroPage": str(page)}), type_)
            lues = rows(lue)
            yield from lues
            vus, page = vus + len(lues), page + 1
            # An empty page ends it too: a total that is wrong must not make this loop for ever.
            if not lues or vus >= lue.total:
                return

    def _post(
        self, chemin: str, type_: type[T], cle: str | None, *, entetes: Mapping[str, str] | None = None, **corps: Any
    ) -> T:
        entetes = dict(entetes or {})
        if cle is not None:
            entetes["Idempotency-Key"] = cle
        if cle is not None or not self.profil.renvoi_reconnu:
            return _typed_deposit(self._transport.send(chemin, entetes=entetes, **corps), type_)
        # Made once for all the tries of this deposit, so that they are one (norme.md §1, Idempotency-Key).
        entetes["Idempotency-Key"] = str(uuid4())
        essais = stamina.retry_context(
            on=(ReponsePerdue, NotSent), attempts=ESSAIS_DE_RENVOI, timeout=ATTENTE_DE_RENVOI_S
        )
        for essai in essais:
            with essai:
                return _typed_deposit(self._transport.send(chemin, entetes=entetes, **corps), type_)
        raise AssertionError("retry_context ends by a return or an exception")


def _body(message: Any) -> bytes:
    return message if isinstance(message, bytes) else ecriture.write(message)


def _parts(nom: str, message: Any, fichier: Fichier) -> dict[str, tuple[str | None, bytes, str]]:
    return {
        nom: (None, _body(message), "application/json"),
        "fichier": (fichier.nom, fichier.contenu, fichier.type_contenu),
    }


def _segment(identifiant: str) -> str:
    if not identifiant or not all(lettre.isalnum() or lettre == "-" for lettre in identifiant):
        raise ValueError("an identifier is made of letters, digits and hyphens")
    return identifiant


def _typed(reponse: httpx.Response, type_: type[T]) -> T:
    try:
        return read_answer(reponse.content, type_)
    except AnswerUnreadable:
        phrase = "La réponse de l'OPCO n'a pas la forme prévue par la norme."
        raise Unavailable(phrase, request_id=request_id(reponse)) from None


def _typed_deposit(reponse: httpx.Response, type_: type[T]) -> T:
    try:
        return read_answer(reponse.content, type_)
    except AnswerUnreadable:
        raise ReponsePerdue(
            "L'OPCO a répondu 200, mais sa réponse n'a pas la forme prévue par la norme : le dépôt est sans doute "
            "enregistré. Relisez l'état de vos dossiers avant tout nouvel envoi.",
            request_id=request_id(reponse),
        ) from None
