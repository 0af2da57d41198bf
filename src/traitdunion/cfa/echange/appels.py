"""The calls as data: for each thing one can do with an OPCO, what is sent and how its answer is read (ADR 0020).

Every function takes the Connecteur first, and raises RouteAbsente when its OPCO has no such route. The clients make a
method of each: what is written here once is both `ClientCfa.deposit(…)` and `await ClientCfaAsync.deposit(…)`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

from traitdunion.cfa.echange import answers
from traitdunion.cfa.echange.connecteur import Connecteur
from traitdunion.cfa.echange.fichiers import Fichier
from traitdunion.cfa.echange.lus import DossierRelu, EtatAvoirRelu, EtatDossierRelu, EtatFactureRelu
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.evenements import FilEvenements
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.factures_lues import AccuseAvoir, AccuseCertificat, AccuseFacture
from traitdunion.norme.messages.pieces import Certificat, InfosFichier
from traitdunion.norme.messages.reponses import (
    AccuseConvention,
    AccuseDepot,
    AccuseDocument,
    AccuseRupture,
    InfoCle,
    ResultatControle,
    Statut,
)
from traitdunion.norme.messages.rupture import Rupture
from traitdunion.norme.profils import NomRoute

T = TypeVar("T")
U = TypeVar("U")
Parties = Mapping[str, tuple[str | None, bytes, str]]


class Genre(StrEnum):
    """What a lost answer means: nothing (read again), nothing (but not tried again), or « incertain »."""

    LECTURE = "lecture"
    CONTROLE = "controle"
    DEPOT = "depot"


@dataclass(frozen=True, repr=False)
class Appel(Generic[T]):
    """One call: what is sent, and `lire`, which makes its answer a typed message (raises AnswerUnreadable).

    `conditionnel`: the answer bears an ETag, and may be asked again with If-None-Match; `avec_cle`: X-API-KEY is sent.
    """

    chemin: str
    lire: Callable[[bytes], T]
    genre: Genre = Genre.LECTURE
    parametres: Mapping[str, str] | None = None
    corps: bytes | None = None
    parties: Parties | None = None
    cle_idempotence: str | None = None
    avec_cle: bool = True
    conditionnel: bool = False

    @property
    def methode(self) -> str:
        """GET for reads, POST for the rest."""
        return "GET" if self.genre is Genre.LECTURE else "POST"

    def read_as(self, lire: Callable[[bytes], U]) -> "Appel[U]":
        """The same call, its answer read otherwise."""
        membres: dict[str, Any] = {champ.name: getattr(self, champ.name) for champ in fields(self)}
        return Appel(**{**membres, "lire": lire})

    def __repr__(self) -> str:
        return f"Appel({self.methode} {self.chemin})"  # never its parameters nor its body: keys and people are in them


class Lot(NamedTuple, Generic[T]):
    """The rows of one page, and how many there are in all."""

    lignes: Sequence[T]
    total: int


class Pages(NamedTuple, Generic[T]):
    """A list read page after page; `page(n)` is the call for the n-th, from 1."""

    page: Callable[[int], Appel[Lot[T]]]


# Deposits


def deposit(ici: Connecteur, depot: DepotDossier | bytes, *, cle_idempotence: str | None = None) -> Appel[AccuseDepot]:
    """POST dossiers. Bytes are sent as they are. Raises Refused, NotSent, ReponsePerdue, RouteAbsente."""
    return Appel(
        ici.route(NomRoute.DEPOSER_DOSSIER).chemin,
        answers.reader(AccuseDepot),
        Genre.DEPOT,
        corps=ici.write(depot),
        cle_idempotence=cle_idempotence,
    )


def deposit_convention(
    ici: Connecteur, convention: Convention | bytes, fichier: Fichier, *, cle_idempotence: str | None = None
) -> Appel[AccuseConvention]:
    """POST conventions: the data and the signed file. Raises as `deposit`."""
    parties = _parts(ici, "convention", convention, fichier)
    return _deposit_file(ici, NomRoute.DEPOSER_CONVENTION, AccuseConvention, parties, cle_idempotence)


def deposit_document(
    ici: Connecteur, infos: InfosFichier | bytes, fichier: Fichier, *, cle_idempotence: str | None = None
) -> Appel[AccuseDocument]:
    """POST documents: any other piece of a dossier. Raises as `deposit`."""
    parties = _parts(ici, "infosFichier", infos, fichier)
    return _deposit_file(ici, NomRoute.DEPOSER_DOCUMENT, AccuseDocument, parties, cle_idempotence)


def deposit_facture(
    ici: Connecteur, facture: Facture | bytes, fichier: Fichier, *, cle_idempotence: str | None = None
) -> Appel[AccuseFacture]:
    """POST factures: the data, natures in the OPCO's spelling, and the PDF. Bytes as they are. Raises as `deposit`."""
    parties = _parts(ici, "facture", facture, fichier)
    return _deposit_file(ici, NomRoute.DEPOSER_FACTURE, AccuseFacture, parties, cle_idempotence)


def deposit_avoir(
    ici: Connecteur, avoir: Avoir | bytes, fichier: Fichier, *, cle_idempotence: str | None = None
) -> Appel[AccuseAvoir]:
    """POST avoirs (extension): the data and the PDF. Raises as `deposit`."""
    parties = _parts(ici, "avoir", avoir, fichier)
    return _deposit_file(ici, NomRoute.DEPOSER_AVOIR, AccuseAvoir, parties, cle_idempotence)


def deposit_certificat(
    ici: Connecteur, certificat: Certificat | bytes, fichier: Fichier, *, cle_idempotence: str | None = None
) -> Appel[AccuseCertificat]:
    """POST certificats: what proves that the training took place. Raises as `deposit`."""
    parties = _parts(ici, "certificat", certificat, fichier)
    return _deposit_file(ici, NomRoute.DEPOSER_CERTIFICAT, AccuseCertificat, parties, cle_idempotence)


def deposit_rupture(
    ici: Connecteur, rupture: Rupture | bytes, *, cle_idempotence: str | None = None
) -> Appel[AccuseRupture]:
    """POST dossiers/rupture/employeur: the break of a contract, declared (norme.md §2.6). Raises as `deposit`."""
    return Appel(
        ici.route(NomRoute.DECLARER_RUPTURE).chemin,
        answers.reader(AccuseRupture),
        Genre.DEPOT,
        corps=ici.write(rupture),
        cle_idempotence=cle_idempotence,
    )


def check(ici: Connecteur, depot: DepotDossier | bytes) -> Appel[ResultatControle]:
    """POST dossiers/controle (extension): every check of a deposit, nothing stored. Raises Refused, NoAnswer."""
    chemin = ici.route(NomRoute.CONTROLER).chemin
    return Appel(chemin, answers.reader(ResultatControle), Genre.CONTROLE, corps=ici.write(depot))


# Reading back


def find_dossier(ici: Connecteur, numero_interne: str) -> Appel[DossierRelu]:
    """GET dossiers: one dossier, whole. Raises NotFound when this CFA has none of that number."""
    chemin = ici.route(NomRoute.LIRE_DOSSIER).chemin
    return Appel(chemin, answers.read_dossier, parametres={"numeroInterne": numero_interne})


def list_dossiers(ici: Connecteur, numeros_internes: Sequence[str]) -> Appel[list[DossierRelu]]:
    """GET dossiers/liste: several dossiers, whole, a hundred at most; numbers that are not this CFA's are left out."""
    chemin = ici.route(NomRoute.LIRE_LISTE).chemin
    return Appel(chemin, answers.read_dossiers, parametres={"numerosInternes": ",".join(numeros_internes)})


def list_etats(ici: Connecteur) -> Pages[EtatDossierRelu]:
    """GET dossiers/etats: the state of every dossier, in the OPCO's version: pages of v2, bare array of v1.

    Fetched as they are consumed, and asked again with their ETag: what has not changed costs a 304 (norme.md §7).
    """
    route = ici.route(NomRoute.LIRE_ETATS)
    return _pages(route.chemin, answers.read_etats, paged=route.version != "v1")


def list_etats_factures(ici: Connecteur) -> Pages[EtatFactureRelu]:
    """GET factures/etats: the state of every invoice, page after page."""
    return _pages(ici.route(NomRoute.LIRE_ETATS_FACTURES).chemin, answers.read_etats_factures)


def list_etats_avoirs(ici: Connecteur) -> Pages[EtatAvoirRelu]:
    """GET avoirs/etats (extension): the state of every credit note, page after page."""
    return _pages(ici.route(NomRoute.LIRE_ETATS_AVOIRS).chemin, answers.read_etats_avoirs)


def list_etats_v1(ici: Connecteur) -> Appel[list[EtatDossierRelu]]:
    """GET v1 dossiers/etats: the same in one bare array; `list_etats` chooses by itself."""
    chemin = ici.route(NomRoute.LIRE_ETATS, version="v1").chemin
    return Appel(chemin, lambda corps: list(answers.read_etats(corps)[0]), conditionnel=True)


def list_evenements(ici: Connecteur, depuis: str | None = None, *, limite: int | None = None) -> Appel[FilEvenements]:
    """GET evenements (extension): what changed since the cursor `depuis`, oldest first, at most `limite` events."""
    parametres = {"depuis": depuis, "limite": None if limite is None else str(limite)}
    donnes = {nom: valeur for nom, valeur in parametres.items() if valeur is not None}
    return Appel(ici.route(NomRoute.LIRE_EVENEMENTS).chemin, answers.reader(FilEvenements), parametres=donnes)


def find_recepisse(ici: Connecteur, identifiant: str) -> Appel[bytes]:
    """GET recepisses/{id} (extension): the signed receipt, to be kept unchanged (`norme.recepisse.verify`)."""
    return Appel(f"{ici.route(NomRoute.LIRE_RECEPISSE).chemin}/{_segment(identifiant)}", bytes)


def find_document(ici: Connecteur, numero_interne_document: str) -> Appel[bytes]:
    """GET documents/{numeroInterneDocument} (extension): the bytes that were deposited, unchanged."""
    return Appel(f"{ici.route(NomRoute.LIRE_DOCUMENT).chemin}/{_segment(numero_interne_document)}", bytes)


def key_info(ici: Connecteur) -> Appel[InfoCle]:
    """GET cfakeyinfo: until when the CFA's key is valid. The profile must know the SIREN (ValueError)."""
    if ici.profil.siren is None:
        raise ValueError("the profile has no SIREN: cfakeyinfo cannot be asked")
    parametres = {"siren": ici.profil.siren, "XAPIKEY": ici.profil.cle_api}
    return Appel(ici.route(NomRoute.CLE).chemin, answers.reader(InfoCle), parametres=parametres, avec_cle=False)


def status(ici: Connecteur) -> Appel[Statut]:
    """GET status: health of the API."""
    return Appel(ici.route(NomRoute.STATUT).chemin, answers.reader(Statut))


def _pages(chemin: str, lire: Callable[[bytes], tuple[Sequence[T], int]], *, paged: bool = True) -> Pages[T]:
    def page(numero: int) -> Appel[Lot[T]]:
        parametres = {"numeroPage": str(numero)} if paged else None
        return Appel(chemin, lambda corps: Lot(*lire(corps)), parametres=parametres, conditionnel=True)

    return Pages(page)


def _deposit_file(
    ici: Connecteur, nom: NomRoute, accuse: type[T], parties: Parties, cle_idempotence: str | None
) -> Appel[T]:
    return Appel(
        ici.route(nom).chemin,
        answers.reader(accuse),
        Genre.DEPOT,
        parties=parties,
        cle_idempotence=cle_idempotence,
    )


def _parts(ici: Connecteur, nom: str, message: Any, fichier: Fichier) -> Parties:
    return {
        nom: (None, ici.write(message), "application/json"),
        "fichier": (fichier.nom, fichier.contenu, fichier.type_contenu),
    }


def _segment(identifiant: str) -> str:
    if not identifiant or not all(lettre.isalnum() or lettre == "-" for lettre in identifiant):
        raise ValueError("an identifier is made of letters, digits and hyphens")
    return identifiant
