"""Who may call the OPCO in memory: its token flow, its key, the three headers (norme.md §4, §6)."""

import base64
import binascii
from urllib.parse import parse_qs, unquote

import httpx
import msgspec

from traitdunion.cfa.essai.refus import RefusEssai
from traitdunion.norme.profils import Dpop, Identifiants, ProfilOpco

CLIENT_ID, SECRET, CLE, SIREN = "editeur-essai", "secret/essai", "cle-essai", "356000000"
# OPCO EP's key is a long JWT (norme.md §6): what is cut when it is pasted is not the key.
CLE_JWT = f"{'eyJhbGciOiJub25lIn0'}.{'ZXNzYWk' * 120}.essai"
API, JETON = "https://opco.exemple.invalid/api", "https://connexion.exemple.invalid/oauth2/token"


class Acces:
    """The token endpoint and the door of one OPCO."""

    def __init__(self, profil: ProfilOpco, *, expires_in: int, nonce: str | None) -> None:
        self.profil = profil
        self.expires_in = expires_in
        self.nonce = nonce
        self.cle = CLE_JWT if profil.code == "opco-ep" else CLE
        self.jetons: list[str] = []
        self.vivants: set[str] = set()
        self._jti: set[str] = set()

    def issue(self, request: httpx.Request) -> httpx.Response:
        """A token, when the demand is what this OPCO asks for."""
        formulaire = {nom: valeurs[-1] for nom, valeurs in parse_qs(request.read().decode()).items()}
        try:
            self._check_client(request, formulaire)
            self._check_scope(formulaire.get("scope"))
            if self.profil.jeton.dpop is not Dpop.SANS:
                self._check_proof(request)
        except RefusEssai as refus:
            corps = {"error": refus.code, "error_description": refus.description}
            return httpx.Response(refus.statut, json=corps, headers=refus.entetes)
        self.jetons.append(f"jeton-{len(self.jetons) + 1}")
        self.vivants.add(self.jetons[-1])
        return httpx.Response(
            200, json={"access_token": self.jetons[-1], "token_type": "Bearer", "expires_in": self.expires_in}
        )

    def check(self, request: httpx.Request, *, avec_cle: bool) -> None:
        """The headers of a call. Raises RefusEssai."""
        genre, _, jeton = request.headers.get("Authorization", "").partition(" ")
        attendu = "DPoP" if self.profil.jeton.dpop is Dpop.LIE else "Bearer"
        if genre != attendu or jeton not in self.vivants:
            raise RefusEssai("Jeton absent, mort ou inconnu.", statut=401, code="JETON_INVALIDE")
        for nom in ("EDITEUR", "LOGICIEL", "VERSION"):
            if not request.headers.get(nom):
                raise RefusEssai(f"L'en-tête {nom} manque.", code="EN_TETE_MANQUANT")
        if avec_cle and request.headers.get("X-API-KEY") != self.cle:
            raise RefusEssai("Identifiant API CFA inconnu.", statut=403, code="CLE_INCONNUE")

    def _check_client(self, request: httpx.Request, formulaire: dict[str, str]) -> None:
        donnes = formulaire.get("client_id"), formulaire.get("client_secret")
        if self.profil.jeton.identifiants is Identifiants.BASIC:
            donnes = _read_basic(request)
        if formulaire.get("grant_type") != "client_credentials" or donnes != (CLIENT_ID, SECRET):
            raise RefusEssai("Client inconnu.", statut=401, code="invalid_client")

    def _check_scope(self, scope: str | None) -> None:
        admis = self.profil.jeton.scopes
        if (scope is None and admis) or (scope is not None and scope not in admis):
            raise RefusEssai("Portée absente ou inconnue.", code="invalid_scope")

    def _check_proof(self, request: httpx.Request) -> None:
        from joserfc import jws
        from joserfc.errors import JoseError
        from joserfc.jwk import ECKey

        try:
            preuve = request.headers["DPoP"]
            scellee = jws.extract_compact(preuve.encode())
            entete = scellee.headers()
            if not jws.validate_compact(scellee, ECKey.import_key(entete["jwk"]), algorithms=["ES256"]):
                raise ValueError("signature")
            dits = msgspec.json.decode(scellee.payload)
            jti = str(dits["jti"])
            juste = entete["typ"] == "dpop+jwt" and "d" not in entete["jwk"]
            juste = juste and (dits["htm"], dits["htu"]) == ("POST", JETON) and isinstance(dits["iat"], int)
        except (JoseError, KeyError, ValueError, TypeError, msgspec.MsgspecError):
            raise RefusEssai("Preuve DPoP absente ou illisible.", code="invalid_dpop_proof") from None
        if not juste or jti in self._jti:
            raise RefusEssai("Preuve DPoP pour un autre appel, ou déjà vue.", code="invalid_dpop_proof")
        if self.nonce is not None and dits.get("nonce") != self.nonce:
            raise RefusEssai("Un nonce est demandé.", code="use_dpop_nonce", entetes={"DPoP-Nonce": self.nonce})
        self._jti.add(jti)


def _read_basic(request: httpx.Request) -> tuple[str, str] | tuple[None, None]:
    genre, _, codes = request.headers.get("Authorization", "").partition(" ")
    try:
        client, _, secret = base64.b64decode(codes, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return (unquote(client), unquote(secret)) if genre == "Basic" else (None, None)
