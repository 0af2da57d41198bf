"""An OPCO of paper for the tests of the CFA's side: answers in the shapes of norme.md §1, loses answers on demand."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from traitdunion.cfa.profil import Profil

CLIENT_ID, SECRET, CLE = "editeur-fictif", "secret/a-taire", "cle-tres-secrete"
API, JETON = "https://opco.exemple.invalid/api", "https://connexion.exemple.invalid/oauth2/token"


def a_profil(**autres: Any) -> Profil:
    """A profile that this OPCO knows."""
    reglages: dict[str, Any] = {
        "api": API,
        "jeton": JETON,
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "cle_api": CLE,
        "siren": "356000000",
    }
    return Profil(**{**reglages, **autres})


Panne = Callable[[httpx.Request], httpx.Response]


@dataclass
class OpcoFactice:
    """Records what it is sent; `pannes` are consumed one per API call, before (or `apres`) it is recorded."""

    expires_in: int = 3600
    vues: list[httpx.Request] = field(default_factory=list)
    jetons: list[str] = field(default_factory=list)
    depots: list[bytes] = field(default_factory=list)
    conventions: list[bytes] = field(default_factory=list)
    etats: dict[int, str] = field(default_factory=dict)
    pannes: list[Panne | None] = field(default_factory=list)
    apres: list[Panne | None] = field(default_factory=list)
    taille_page: int = 2
    jeton_refuse: httpx.Response | None = None

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.vues.append(request)
        if str(request.url) == JETON:
            return self._jeton(request)
        if panne := self.pannes.pop(0) if self.pannes else None:
            return panne(request)
        reponse = self._api(request)
        if panne := self.apres.pop(0) if self.apres else None:
            return panne(request)
        return reponse

    def calls(self, methode: str, chemin: str) -> list[httpx.Request]:
        """The API calls received for this route."""
        return [vue for vue in self.vues if vue.method == methode and vue.url.path == f"/api{chemin}"]

    def _jeton(self, request: httpx.Request) -> httpx.Response:
        if self.jeton_refuse is not None:
            return self.jeton_refuse
        self.jetons.append(f"jeton-{len(self.jetons) + 1}")
        return httpx.Response(
            200, json={"access_token": self.jetons[-1], "token_type": "Bearer", "expires_in": self.expires_in}
        )

    def _api(self, request: httpx.Request) -> httpx.Response:
        if not self.jetons or request.headers.get("Authorization") != f"Bearer {self.jetons[-1]}":
            return refus(401, "JETON_INVALIDE")(request)
        chemin = request.url.path.removeprefix("/api")
        if request.method == "POST":
            return self._post(request, chemin)
        parametres = dict(request.url.params)
        if chemin == "/v2/dossiers/etats":
            return self._page(int(parametres["numeroPage"]))
        if chemin == "/v1/dossiers/etats":
            return httpx.Response(200, json=[self._etat(numero) for numero in self._numeros()])
        if chemin == "/v2/dossiers":
            numero = int(parametres["numeroInterne"])
            return httpx.Response(200, json=self._dossier(numero)) if numero in self.etats else inconnu(request)
        if chemin == "/v2/dossiers/liste":
            demandes = [int(n) for n in parametres["numerosInternes"].split(",")]
            return httpx.Response(200, json=[self._dossier(numero) for numero in demandes if numero in self.etats])
        if chemin.startswith(("/v2/recepisses/", "/v2/documents/")):
            return httpx.Response(200, content=b"%PDF-octets")
        if chemin == "/v2/cfakeyinfo":
            return httpx.Response(200, json={"status": "success", "dateFinValidite": "2027-09-01", "comment": None})
        if chemin == "/v2/status":
            return httpx.Response(200, json={"status": "healthy", "supportedVersions": ["v1", "v2"], "uptime": 12})
        return refus(404, "ROUTE_INCONNUE")(request)

    def _post(self, request: httpx.Request, chemin: str) -> httpx.Response:
        corps = request.read()
        if chemin == "/v2/dossiers":
            numero = self._find(corps)
            if numero is None:
                self.depots.append(corps)
                numero = len(self.depots)
            self.etats.setdefault(numero, "TRANSMIS")
            return httpx.Response(200, json={**self._etat(numero), "recepisse": f"d-{numero}", "avertissements": []})
        if chemin in ("/v1/conventions", "/v1/documents"):
            self.conventions.append(corps)
            numero = str(len(self.conventions))
            return httpx.Response(200, json={"numeroInterneDossier": "1", "numeroInterneDocument": numero})
        if chemin == "/v2/dossiers/controle":
            return httpx.Response(200, json={"recevable": True, "anomalies": []})
        return refus(404, "ROUTE_INCONNUE")(request)

    def _find(self, corps: bytes) -> int | None:
        """The dossier of the same deposit, unless it was refused or cancelled: the contract is then free again."""
        pareils = (numero for numero, depot in enumerate(self.depots, 1) if depot == corps)
        return next((numero for numero in pareils if self.etats.get(numero) not in ("REFUSE", "ANNULE")), None)

    def _numeros(self) -> list[int]:
        return sorted(self.etats)

    def _etat(self, numero: int) -> dict[str, Any]:
        # A number where text is due: seen elsewhere, and must be read.
        return {
            "numeroInterne": numero,
            "numeroExterne": f"CA-{numero:07d}",
            "numeroDeca": None,
            "etat": self.etats[numero],
        }

    def _page(self, page: int) -> httpx.Response:
        tous = self._numeros()
        debut = (page - 1) * self.taille_page
        etats = [self._etat(numero) for numero in tous[debut : debut + self.taille_page]]
        return httpx.Response(
            200, json={"total": len(tous), "count": len(etats), "page": page, "EtatDossierResult": etats}
        )

    def _dossier(self, numero: int) -> dict[str, Any]:
        cerfa = json.loads(self.depots[numero - 1])["cerfa"]
        return {"cerfa": cerfa, "engagement": None, "echeances": None}


def refus(statut: int, *codes: str, entetes: dict[str, str] | None = None) -> Panne:
    """A refusal in the norm's shape."""
    corps = {
        "description": "Refusé pour l'essai.",
        "errors": [{"code": code, "description": f"Raison {code}.", "champ": "cerfa.apprenti.nom"} for code in codes],
        "instance": "urn:requete:abc",
    }
    return lambda request: httpx.Response(statut, json=corps, headers=entetes)


inconnu = refus(404, "DOSSIER_INCONNU")


def brut(statut: int, contenu: bytes = b"<html>", entetes: dict[str, str] | None = None) -> Panne:
    """An answer of something that is not the OPCO: a proxy on the way."""
    return lambda request: httpx.Response(statut, content=contenu, headers=entetes)


def coupure(genre: type[httpx.TransportError] = httpx.ReadError) -> Panne:
    """The line is cut; the message quotes an address, as httpx does."""

    def panne(request: httpx.Request) -> httpx.Response:
        raise genre(f"coupé vers {request.url} {CLE}", request=request)

    return panne


def basic(request: httpx.Request) -> tuple[str, str]:
    """Client and secret of a call to the token endpoint."""
    client, _, secret = (
        base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
    )
    return client, secret
