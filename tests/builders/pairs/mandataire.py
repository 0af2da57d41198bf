"""A proxy between the CFA and the OPCO that goes wrong on purpose, and counts how often it did."""

import contextlib
import http.client
import json
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PERDUE, AVANT, MILIEU = "réponse perdue après enregistrement", "liaison coupée avant le corps", "coupée dans le corps"
E500, E500_APRES, E503, E429 = "500", "500 après enregistrement", "503 et Retry-After", "429 et Retry-After"
REVOQUE, REFUSE_401 = "jeton révoqué", "401 deux fois de suite"
PANNES = (PERDUE, AVANT, MILIEU, E500, E500_APRES, E503, E429, REVOQUE, REFUSE_401)
NORME = {
    E500: (500, "ERREUR_INTERNE", {}),
    E500_APRES: (500, "ERREUR_INTERNE", {}),
    E503: (503, "SERVICE_INDISPONIBLE", {"Retry-After": "20"}),
    E429: (429, "TROP_D_APPELS", {"Retry-After": "15"}),
    REFUSE_401: (401, "JETON_INVALIDE", {}),
}
_SAUTS = {"connection", "transfer-encoding", "content-length", "host", "keep-alive"}


class Mandataire:
    """Listens on 127.0.0.1; each POST under `/v1` or `/v2` may go wrong, with the chance `taux` of each fault.

    `revoquer` makes the OPCO forget the tokens that it has given. `absent` refuses every connection meanwhile.
    """

    def __init__(self, vers: str, *, taux: float, de: random.Random, revoquer: Callable[[], None]) -> None:
        cible = urlsplit(vers)
        self._vers = (cible.hostname or "127.0.0.1", cible.port or 80)
        self._taux = taux
        self._de = de
        self._revoquer = revoquer
        self._verrou = threading.Lock()
        self._refuser = 0
        self.pannes: Counter[str] = Counter()
        self.passes = 0
        self._serveur = self._listen(0)
        self.port = self._serveur.server_address[1]

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def absent(self):  # type: ignore[no-untyped-def]
        """Nobody listens for the time of the block."""
        self.close()
        try:
            yield
        finally:
            self._serveur = self._listen(self.port)

    def close(self) -> None:
        """Stop listening."""
        self._serveur.shutdown()
        self._serveur.server_close()

    def draw(self) -> str | None:
        """What happens to the next deposit."""
        with self._verrou:
            self.passes += 1
            if self._refuser:
                self._refuser -= 1
                return REFUSE_401
            panne = next((nom for nom in PANNES if self._de.random() < self._taux), None)
            if panne is not None:
                self.pannes[panne] += 1
            if panne == REFUSE_401:
                self._refuser = 1
        if panne == REVOQUE:
            self._revoquer()
        return panne

    def forward(self, methode: str, chemin: str, entetes: dict[str, str], corps: bytes) -> http.client.HTTPResponse:
        """The same call to the real OPCO."""
        liaison = http.client.HTTPConnection(*self._vers, timeout=60)
        gardes = {nom: valeur for nom, valeur in entetes.items() if nom.lower() not in _SAUTS}
        liaison.request(methode, chemin, body=corps or None, headers=gardes)
        return liaison.getresponse()

    def _listen(self, port: int) -> ThreadingHTTPServer:
        mandataire = self

        class Prise(_Prise):
            pass

        Prise.mandataire = mandataire

        class Serveur(ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

        serveur = Serveur(("127.0.0.1", port), Prise)
        threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return serveur


class _Prise(BaseHTTPRequestHandler):
    mandataire: Mandataire

    def do_GET(self) -> None:
        self._relay(b"")

    def do_POST(self) -> None:
        depot = urlsplit(self.path).path.startswith(("/v1/", "/v2/"))
        panne = self.mandataire.draw() if depot else None
        if panne == AVANT:
            self._cut()
            return
        taille = int(self.headers.get("Content-Length") or 0)
        if panne == MILIEU:
            self.rfile.read(taille // 2)
            self._cut()
            return
        corps = self.rfile.read(taille)
        if panne in (E500, E503, E429, REFUSE_401):
            self._say(panne)
        elif panne in (PERDUE, E500_APRES):
            self.mandataire.forward("POST", self.path, dict(self.headers), corps).read()
            if panne == PERDUE:
                self._cut()
            else:
                self._say(panne)
        else:
            self._relay(corps)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the standard error."""

    def _relay(self, corps: bytes) -> None:
        reponse = self.mandataire.forward(self.command, self.path, dict(self.headers), corps)
        contenu = reponse.read()
        with contextlib.suppress(OSError):  # a client that was killed meanwhile
            self.send_response(reponse.status)
            for nom, valeur in reponse.getheaders():
                if nom.lower() not in _SAUTS:
                    self.send_header(nom, valeur)
            self.send_header("Content-Length", str(len(contenu)))
            self.end_headers()
            self.wfile.write(contenu)

    def _say(self, panne: str) -> None:
        statut, code, entetes = NORME[panne]
        erreur = {"code": code, "description": "Panne de l'essai."}
        corps = json.dumps({"description": "Panne de l'essai.", "errors": [erreur]}).encode()
        self.send_response(statut)
        for nom, valeur in {**entetes, "Content-Type": "application/json", "Content-Length": str(len(corps))}.items():
            self.send_header(nom, valeur)
        self.end_headers()
        self.wfile.write(corps)

    def _cut(self) -> None:
        """A reset, as a router that dies gives."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
