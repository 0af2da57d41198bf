"""A model OPCO for the box: numbers what it records, loses, refuses, doubles on demand; remembers all that came."""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx
from builders.opco_factice import JETON, a_profil, brut, coupure, refus

from traitdunion.cfa.client import ClientCfa
from traitdunion.norme import contenu, lecture
from traitdunion.norme.identite import identite
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.facture import Facture

PIECES = {
    "/v1/conventions": ("convention", "numeroInterneDossier"),
    "/v1/documents": ("infosFichier", "numeroInterneDocument"),
    "/v2/certificats": ("certificat", "numeroInterneCertificat"),
    "/v1/factures": ("facture", "numeroInterneFacture"),
    "/v2/avoirs": ("avoir", "numeroInterneFacture"),
}
Effet = Callable[[httpx.Request], httpx.Response]


def perdue(request: httpx.Request) -> httpx.Response:
    """After it is recorded: the answer never comes."""
    return coupure(httpx.ReadTimeout)(request)


@dataclass
class Depot:
    """What was recorded: its number, the identity of its contract, its content, its state."""

    numero: int
    identite: bytes
    contenu: bytes
    cerfa: dict[str, Any]
    etat: str = "TRANSMIS"


@dataclass
class OpcoModele:
    """`reconnait`: the same deposit gets the same number again. `avant`, `apres`: what happens to the next POST,
    before or after it is recorded. `retards`: deposits recorded only after that many reads of the states."""

    reconnait: bool = True
    avec_etats_factures: bool = True
    depots: list[Depot] = field(default_factory=list)
    pieces: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    factures: list[Facture] = field(default_factory=list)
    recus: list[tuple[str, bytes]] = field(default_factory=list)
    cles: Counter[str] = field(default_factory=Counter)
    avant: list[Effet | None] = field(default_factory=list)
    apres: list[Effet | None] = field(default_factory=list)
    lectures: list[Effet | None] = field(default_factory=list)
    en_route: list[tuple[int, bytes]] = field(default_factory=list)
    lus: Counter[str] = field(default_factory=Counter)

    def client(self, **profil: Any) -> ClientCfa:
        """A client of this OPCO, whose profile says whether it recognises the same deposit."""
        reglages = {"renvoi_reconnu": self.reconnait, **profil}
        return ClientCfa(a_profil(**reglages), transport=httpx.MockTransport(self))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == JETON:
            return httpx.Response(200, json={"access_token": "jeton", "expires_in": 3600})
        chemin = request.url.path.removeprefix("/api")
        if request.method == "GET":
            return self._read(chemin, request)
        if self.avant and (effet := self.avant.pop(0)) is not None:
            return effet(request)
        corps = request.read()
        self.recus.append((chemin, corps))
        self.cles[request.headers.get("Idempotency-Key", "")] += 1
        reponse = self._record(chemin, corps)
        if self.apres and (effet := self.apres.pop(0)) is not None:
            return effet(request)
        return reponse

    def doubles(self) -> list[bytes]:
        """Contracts recorded more than once while alive."""
        vivants = Counter(depot.identite for depot in self.depots if depot.etat not in ("REFUSE", "ANNULE"))
        return [un for un, fois in vivants.items() if fois > 1]

    def late(self, lectures: int) -> Effet:
        """A deposit that is still on its way: cut for the client, recorded after that many reads of the states."""

        def effet(request: httpx.Request) -> httpx.Response:
            self.en_route.append((self.lus["/v2/dossiers/etats"] + lectures, request.read()))
            return coupure(httpx.ReadTimeout)(request)

        return effet

    def _record(self, chemin: str, corps: bytes) -> httpx.Response:
        if chemin == "/v2/dossiers":
            return self._deposit(corps)
        partie, numero_de = PIECES[chemin]
        donnees, fichier = parts(corps, partie)
        if chemin == "/v1/conventions" and not self._knows(json.loads(donnees)["numeroInterneDossier"]):
            return refus(404, "DOSSIER_INCONNU")(httpx.Request("POST", "https://x.invalid"))
        piece = (chemin, donnees, fichier)
        if piece not in self.pieces or not self.reconnait:
            self.pieces.append(piece)
            if partie in ("facture", "avoir"):
                self.factures.append(lecture.read(Facture, donnees).message)
        document = str(self.pieces.index(piece) + 1)
        reponse = {"numeroInterneDocument": document, "recepisse": f"p-{document}"}
        return httpx.Response(200, json={numero_de: document} | reponse)

    def _deposit(self, corps: bytes) -> httpx.Response:
        message = lecture.read(DepotDossier, corps).message
        assert message.cerfa is not None
        qui, quoi = identite(message.cerfa, siren=""), contenu.digest(message)
        deja = next((d for d in self.depots if d.identite == qui and d.etat not in ("REFUSE", "ANNULE")), None)
        if self.reconnait and deja is not None and deja.contenu != quoi:
            complement = {"numeroInterne": str(deja.numero), "numeroExterne": f"CA-{deja.numero:07d}"}
            anomalies = [{"code": "DEPOT_DEJA_RECU", "champ": "cerfa", "description": "Ce contrat est déjà déposé."}]
            anomalies.append({"code": "CHAMP_DIFFERENT", "champ": "cerfa.apprenti.sexe", "gravite": "AVERTISSEMENT"})
            return httpx.Response(400, json={"description": "Déjà déposé.", "errors": anomalies, **complement})
        if deja is None or not self.reconnait:
            deja = Depot(len(self.depots) + 1, qui, quoi, json.loads(corps)["cerfa"])
            self.depots.append(deja)
        return httpx.Response(200, json={**self._etat(deja), "recepisse": f"d-{deja.numero}"})

    def _knows(self, numero: str) -> bool:
        return any(str(depot.numero) == numero for depot in self.depots)

    def _read(self, chemin: str, request: httpx.Request) -> httpx.Response:
        self.lus[chemin] += 1
        if self.lectures and (effet := self.lectures.pop(0)) is not None:
            return effet(request)
        if chemin == "/v2/dossiers/etats":
            for quand, corps in [un for un in self.en_route if un[0] <= self.lus[chemin]]:
                self.en_route.remove((quand, corps))
                self._deposit(corps)
            etats = [self._etat(depot) for depot in self.depots]
            return self._page(request, etats, "EtatDossierResult")
        if chemin == "/v2/dossiers":
            numero = int(request.url.params["numeroInterne"])
            return httpx.Response(200, json={"cerfa": self.depots[numero - 1].cerfa, "echeances": None})
        if chemin == "/v2/factures/etats" and self.avec_etats_factures:
            return self._page(request, [etat_facture(n, f) for n, f in enumerate(self.factures, 1)], "factures")
        return refus(404, "ROUTE_INCONNUE")(request)

    @staticmethod
    def _page(request: httpx.Request, toutes: list[dict[str, Any]], nom: str) -> httpx.Response:
        page = int(request.url.params["numeroPage"])
        lues = toutes[100 * (page - 1) : 100 * page]
        return httpx.Response(200, json={"total": len(toutes), "count": len(lues), "page": page, nom: lues})

    @staticmethod
    def _etat(depot: Depot) -> dict[str, Any]:
        return {
            "numeroInterne": str(depot.numero),
            "numeroExterne": f"CA-{depot.numero:07d}",
            "numeroDeca": None,
            "etat": depot.etat,
        }


def etat_facture(numero: int, facture: Facture) -> dict[str, Any]:
    """The state of an invoice as the OPCO tells it."""
    return {
        "numeroInterneFacture": str(numero),
        "referenceFactureCFA": facture.numero,
        "montantFacture": float(facture.montant_total or 0),
        "etatFacture": "TRANSMIS",
        "organismeFormation": {"siret": facture.siret_emetteur, "IBAN": "masqué"},
        "dossiers": [],
        "montantRegle": 0,
        "lignes": [],
    }


def parts(corps: bytes, partie: str) -> tuple[bytes, bytes]:
    """The data and the file of a multipart body, whatever its boundary."""
    frontiere = re.match(rb"--([^\r]+)\r\n", corps)
    assert frontiere is not None
    morceaux = corps.split(b"--" + frontiere[1])
    trouves = {}
    for morceau in morceaux[1:-1]:
        entete, _, contenu_ = morceau.partition(b"\r\n\r\n")
        nom = re.search(rb'name="([^"]+)"', entete)
        assert nom is not None
        trouves[nom[1].decode()] = contenu_.removesuffix(b"\r\n")
    return trouves[partie], trouves["fichier"]


def key_of(piece: tuple[str, bytes, bytes]) -> str:
    """A piece told apart from others."""
    return sha256(b"\0".join((piece[0].encode(), piece[1], piece[2]))).hexdigest()


REFUS_METIER = refus(400, "NIR_INVALIDE")
INJOIGNABLE = coupure(httpx.ConnectError)
ERREUR_500 = brut(500)
ATTENDRE_503 = brut(503, entetes={"Retry-After": "7"})
QUOTA_429 = refus(429, "TROP_D_APPELS", entetes={"Retry-After": "20"})
JETON_401 = refus(401, "JETON_INVALIDE")
