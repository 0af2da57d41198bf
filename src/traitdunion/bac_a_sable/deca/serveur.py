"""The peer's HTTP side: PUT and GET `/depots/{reference}`, GET `/sante`.

PUT deposits a contract or an avenant, or takes the report of a refusal; GET tells what a reference has become, 404 when
it is unknown. A PUT of another content under a reference that is deposited already is a 409.
"""

import json
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from traitdunion.bac_a_sable.deca.pair import Muet, Pair, Reglages
from traitdunion.opco.socle.clock import day_of

CORPS_MAX = 64 * 1024
CHEMIN = "/depots/"


class ServeurDeca(ThreadingHTTPServer):
    """One thread per call: a slow deposit does not keep the others waiting."""

    daemon_threads = True

    def __init__(self, adresse: tuple[str, int], reglages: Reglages) -> None:
        self.pair = Pair(reglages)
        super().__init__(adresse, Appel)

    def server_close(self) -> None:
        """Close the socket and the file."""
        super().server_close()
        self.pair.close()


class Appel(BaseHTTPRequestHandler):
    """One call."""

    protocol_version = "HTTP/1.1"
    server: ServeurDeca

    def do_GET(self) -> None:
        """Read back, or health."""
        if self.path == "/sante":
            self._answer(200, {"etat": "en service"})
        elif (reference := self._reference()) is not None:
            self._answer(*self.server.pair.find(reference))

    def do_PUT(self) -> None:
        """Deposit."""
        longueur = self.headers.get("Content-Length", "")
        if not longueur.isdigit() or int(longueur) > CORPS_MAX:
            self.close_connection = True  # the body is left unread
            self._answer(413, {"erreur": "envoi trop long, ou sans longueur"})
            return
        corps = self.rfile.read(int(longueur))
        if (reference := self._reference()) is None:
            return
        try:
            envoi = json.loads(corps)
        except ValueError:
            envoi = None
        if not isinstance(envoi, dict):
            self._answer(400, {"erreur": "JSON illisible"})
            return
        try:
            self._answer(*self.server.pair.deposit(reference, envoi, jour=day_of(datetime.now(UTC))))
        except Muet:
            self.close_connection = True

    def _reference(self) -> str | None:
        """Whose deposit it is; None when the answer is already made."""
        if not self.server.pair.allows(self.headers.get("Authorization")):
            self._answer(401, {"erreur": "secret absent ou faux"})
        elif not self.path.startswith(CHEMIN):
            self._answer(404, {"erreur": "chemin inconnu"})
        else:
            return unquote(self.path.removeprefix(CHEMIN))
        return None

    def _answer(self, statut: int, contenu: Any) -> None:
        corps = json.dumps(contenu, ensure_ascii=False).encode()
        self.send_response(statut)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(corps)))
        self.end_headers()
        self.wfile.write(corps)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what a peer says of its calls helps nobody."""


def serve_until_stopped(adresse: str, port: int, reglages: Reglages, *, tell: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; must run in the main thread. Raises OSError: port taken, folder not writable."""
    with ServeurDeca((adresse, port), reglages) as serveur:

        def stop(*_args: object) -> None:
            threading.Thread(target=serveur.shutdown).start()  # `shutdown` waits for the loop that runs right here

        for numero in (signal.SIGTERM, signal.SIGINT):
            signal.signal(numero, stop)
        tell(f"Dépôt DECA d'essai sur http://{adresse}:{serveur.server_port}. Ctrl-C pour arrêter.")
        serveur.serve_forever(poll_interval=0.2)
