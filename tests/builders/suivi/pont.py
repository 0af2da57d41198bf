"""The commands, which are synchronous, speaking to the server of this process, which is not."""

import asyncio

import httpx
from builders.opco_factice import API, JETON
from builders.serveur import Serveur

DELAI_S = 60.0


class Pont(httpx.BaseTransport):
    """Carries each call to the loop where the server runs; the commands are in a thread of their own."""

    def __init__(self, serveur: Serveur) -> None:
        self._serveur = serveur
        self._boucle = asyncio.get_running_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        chemin = "/oauth2/token" if url == JETON else url.removeprefix(API)
        entetes = {nom: valeur for nom, valeur in request.headers.items() if nom.lower() != "host"}
        appel = self._serveur.inconnu.request(request.method, chemin, content=request.read(), headers=entetes)
        reponse = asyncio.run_coroutine_threadsafe(appel, self._boucle).result(DELAI_S)
        gardes = {nom: valeur for nom, valeur in reponse.headers.items() if nom.lower() != "content-encoding"}
        return httpx.Response(reponse.status_code, headers=gardes, content=reponse.content)
