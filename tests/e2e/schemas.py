"""schemathesis against the running server: no 500, no answer outside the OpenAPI document, every operation once 200.

    python tests/e2e/schemas.py --exemples 200 --graine 1

Each operation receives what schemathesis makes of its schema, right and wrong, mixed with the valid bodies of the
builders and with these bodies spoilt in one place.
"""

import argparse
import asyncio
import itertools
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from builders import envois, fichiers
from builders.factures.demo import grant
from builders.factures.dossiers import a_certificat
from builders.factures.envoi import a_body, some_lignes

from traitdunion.bac_a_sable.demo import cast
from traitdunion.bac_a_sable.demo.server import Connection, serving
from traitdunion.norme.openapi.exemples import RUPTURE
from traitdunion.norme.openapi.exemples_facturation import IBAN
from traitdunion.norme.routes import ROUTES, Route

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OBLIGATOIRES = {"EDITEUR": "schemathesis", "LOGICIEL": "schemathesis", "VERSION": "4"}
REGLAGES = {"TRAITDUNION_APPELS_PAR_MINUTE": "0", "TRAITDUNION_JETONS_PAR_MINUTE": "0"}
PDF = fichiers.a_pdf()
PARTIES = {"deposer_facture": "facture", "deposer_avoir": "avoir", "deposer_certificat": "certificat"}
RANG_ENGAGE = 5_000  # an apprentice that no call draws
ABERRATIONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda enfants: st.lists(enfants, max_size=3) | st.dictionaries(st.text(max_size=8), enfants, max_size=3),
    max_leaves=6,
)


@dataclass
class Bilan:
    """What one operation answered, and what was wrong."""

    statuts: Counter[int] = field(default_factory=Counter)
    faute: str = ""


class Essai:
    """The calls of one run: credentials, a dossier and a document to speak of."""

    def __init__(self, connexion: Connection, *, exemples: int, graine: int) -> None:
        self._connexion = connexion
        self._exemples = exemples
        self._graine = graine
        self._http = requests.Session()
        client = {"client_id": connexion.client_id, "client_secret": connexion.client_secret}
        self._client = {"grant_type": "client_credentials", **client}
        self._jeton = self._http.post(connexion.jeton, data=self._client, timeout=30).json()["access_token"]
        # 0 is the apprentice of what the reads speak of.
        self._dossier = self._send("deposer_dossier", "/v2/dossiers", 0).json()["numeroInterne"]
        self._document = self._send("deposer_convention", "/v2/conventions", 0).json()["numeroInterneDocument"]
        engage = self._send("deposer_dossier", "/v2/dossiers", RANG_ENGAGE).json()["numeroInterne"]
        self._engage = int(engage)
        self._send_parts("/v2/conventions", "convention", envois.a_convention(engage, RANG_ENGAGE))
        asyncio.run(grant(connexion, [self._engage]))
        self._numeros = itertools.count(1)

    @property
    def acces(self) -> dict[str, str]:
        """Token and key."""
        return {"Authorization": f"Bearer {self._jeton}", "X-API-KEY": self._connexion.cle_api}

    def run(self) -> dict[str, Bilan]:
        """Every operation of the served document."""
        schema = schemathesis.openapi.from_url(f"{self._connexion.api}/openapi.json")
        par_chemin = {(chemin, route.methode): route for route in ROUTES for chemin in route.paths()}
        bilans = {}
        for resultat in schema.get_all_operations():
            operation = resultat.ok()
            route = par_chemin[(operation.path, operation.method.upper())]
            bilans[f"{operation.method.upper()} {operation.path}"] = self._try(operation, route)
        return bilans

    def _try(self, operation: Any, route: Route) -> Bilan:
        bilan = Bilan()
        justes, fausses = (operation.as_strategy(generation_mode=mode) for mode in _modes())
        cas = st.one_of(justes, justes, fausses)

        @seed(self._graine)
        @settings(
            max_examples=self._exemples,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
        )
        @given(data=st.data())
        def call(data: Any) -> None:
            genre = data.draw(st.integers(0, 5))
            if genre >= 2:
                case = data.draw(cas)
                reponse = case.call(base_url=self._connexion.api, session=self._http, headers=self.acces, timeout=60)
            else:
                spoil = (lambda message: _spoilt(message, data.draw)) if genre == 1 else None
                rang = data.draw(st.integers(1, 2_000))
                case = operation.Case(method=operation.method.upper(), media_type=_media_type(operation))
                reponse = self._send(route.nom, operation.path, rang, spoil)
            bilan.statuts[reponse.status_code] += 1
            case.validate_response(reponse, checks=CHECKS)

        try:
            call()
        except BaseException as faute:
            if isinstance(faute, KeyboardInterrupt | SystemExit):
                raise
            bilan.faute = _told(faute)
        if not bilan.statuts[200]:
            bilan.faute = bilan.faute or "n'a jamais répondu 200"
        return bilan

    def _send(self, nom: str, chemin: str, rang: int, spoil: Callable[[Any], Any] | None = None) -> requests.Response:
        """A valid call of this route, or the same with its body spoilt."""
        spoilt = spoil or (lambda message: message)
        entetes = {**OBLIGATOIRES, **self.acces}
        api = self._connexion.api
        if nom in ("deposer_dossier", "controler"):
            corps = envois.to_json(spoilt(envois.a_depot(rang)))
            return self._http.post(api + chemin, data=corps, headers={**entetes, "Content-Type": "application/json"})
        if nom == "declarer_rupture":
            corps = envois.to_json(spoilt(RUPTURE | {"numeroInterneDossier": self._dossier}))
            return self._http.post(api + chemin, data=corps, headers={**entetes, "Content-Type": "application/json"})
        if nom in ("deposer_convention", "deposer_document"):
            convention = nom == "deposer_convention"
            message = envois.a_convention(self._dossier, 0) if convention else envois.some_infos(self._dossier)
            if convention and rang:
                message["couts"]["nombreRepasTotaux"] = rang
            partie = "convention" if convention else "infosFichier"
            corps = envois.multipart_body(envois.multipart_parts(partie, spoilt(message), PDF))
            return self._http.post(api + chemin, data=corps, headers={**entetes, "Content-Type": envois.MULTIPART})
        if nom in PARTIES:
            return self._send_parts(chemin, PARTIES[nom], spoilt(self._facturation(nom)))
        if nom == "jeton":
            return self._http.post(api + chemin, data=spoilt(dict(self._client)))
        parametres = {
            "cle": {"siren": cast.SIREN, "XAPIKEY": self._connexion.cle_api},
            "lire_dossier": {"numeroInterne": self._dossier},
            "lire_liste": {"numerosInternes": self._dossier},
        }.get(nom, {})
        chemin = chemin.replace("{identifiant}", f"d-{self._dossier}")
        chemin = chemin.replace("{numero_interne_document}", self._document)
        return self._http.get(api + chemin, params=parametres, headers=entetes, timeout=60)

    def _facturation(self, nom: str) -> dict[str, Any]:
        """An invoice of one cent, a credit note of the one that comes with it, a certificate."""
        if nom == "deposer_certificat":
            return a_certificat(self._engage, 1, rang=RANG_ENGAGE)
        numero = f"F-{next(self._numeros)}"
        facture = a_body(some_lignes(self._engage, (1, "PEDAGOGIE", 1)), numero=numero, iban=IBAN)
        if nom == "deposer_facture":
            return facture
        self._send_parts("/v2/factures", "facture", facture)
        lignes = some_lignes(self._engage, (1, "PEDAGOGIE", 1), signe=-1)
        return a_body(lignes, numero=f"A-{numero}", iban=IBAN, numeroFactureOrigine=numero)

    def _send_parts(self, chemin: str, partie: str, message: Any) -> requests.Response:
        corps = envois.multipart_body(envois.multipart_parts(partie, message, PDF))
        entetes = {**OBLIGATOIRES, **self.acces, "Content-Type": envois.MULTIPART}
        return self._http.post(self._connexion.api + chemin, data=corps, headers=entetes, timeout=60)


def _modes() -> tuple[GenerationMode, GenerationMode]:
    return GenerationMode.POSITIVE, GenerationMode.NEGATIVE


def _media_type(operation: Any) -> str | None:
    corps = list(operation.body)
    return corps[0].media_type if corps else None


def _spoilt(message: Any, draw: Callable[[Any], Any]) -> Any:
    """The message with one member, at any depth, replaced by anything, or taken away, or one more added."""
    objet = message
    while True:
        clef = draw(st.sampled_from(sorted(objet)))
        suite = objet[clef]
        if isinstance(suite, list) and suite and isinstance(suite[0], dict):
            suite = suite[0]
        if not isinstance(suite, dict) or not suite or draw(st.integers(0, 3)) == 0:
            break
        objet = suite
    geste = draw(st.integers(0, 5))
    if geste == 0:
        del objet[clef]
    elif geste == 1:
        objet[draw(st.text(min_size=1, max_size=10))] = draw(ABERRATIONS)
    else:
        objet[clef] = draw(ABERRATIONS)
    return message


def _told(faute: BaseException) -> str:
    if isinstance(faute, BaseExceptionGroup):
        return "\n".join(_told(une) for une in faute.exceptions)
    return f"{type(faute).__name__}: {faute}"[:1_500]


def main() -> int:
    """Run and print; 1 when an operation is at fault."""
    lecteur = argparse.ArgumentParser(description="Essais tirés du document OpenAPI, sur le vrai serveur.")
    lecteur.add_argument("--exemples", type=int, default=200, metavar="N", help="appels par opération")
    lecteur.add_argument("--graine", type=int, default=None)
    choix = lecteur.parse_args()
    graine = random.randrange(1_000_000) if choix.graine is None else choix.graine
    print(f"Graine {graine}, {choix.exemples} exemples par opération", flush=True)
    with serving(port=None, conserver=None, reglages=REGLAGES) as connexion:
        bilans = Essai(connexion, exemples=choix.exemples, graine=graine).run()
    for nom, bilan in bilans.items():
        statuts = ", ".join(f"{statut} × {nombre}" for statut, nombre in sorted(bilan.statuts.items()))
        print(f"{'FAUTE' if bilan.faute else '   ok'} {nom:<46} {statuts}")
    for nom, bilan in bilans.items():
        if bilan.faute:
            print(f"\n{nom}\n{bilan.faute}")
    fautes = sum(bool(bilan.faute) for bilan in bilans.values())
    appels = sum(bilan.statuts.total() for bilan in bilans.values())
    erreurs = sum(nombre for bilan in bilans.values() for statut, nombre in bilan.statuts.items() if statut >= 500)
    print(f"\n{len(bilans)} opérations, {appels} appels, {erreurs} erreurs du serveur, {fautes} fautes")
    return 1 if fautes else 0


if __name__ == "__main__":
    sys.exit(main())
