"""The token request of an editor (RFC 6749 §4.4) read and answered: a form, or a form and HTTP Basic. Pure.

An error is the norm's error body with `error` and `error_description` of RFC 6749 §5.2 beside, so that both an OAuth
library and a connector of the norm find what they look for.
"""

import unicodedata
from base64 import b64decode
from binascii import Error as Base64Error
from urllib.parse import parse_qsl, unquote_plus

import msgspec

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.erreurs import acces as codes
from traitdunion.norme.erreurs.entree import Entree

GRANT = "client_credentials"
PORTEES = ("api.read", "api.write")
PORTEE_ENTIERE = " ".join(PORTEES)
CORPS_OCTETS_MAX = 16 * 1024
IDENTIFIANT_CARACTERES_MAX = 512
MEMBRES = ("grant_type", "client_id", "client_secret", "scope")
SANS_CACHE = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1


class DemandeJeton(msgspec.Struct, frozen=True, kw_only=True):
    """Credentials and scope asked for. `basic`: they came in the Authorization header."""

    client_id: str
    client_secret: str
    scope: str | None
    basic: bool

    def __repr__(self) -> str:
        return f"DemandeJeton({self.client_id!r})"


class ReponseJeton(msgspec.Struct, frozen=True, kw_only=True):
    """The answer on the wire (RFC 6749 §5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


def read_demande(*, corps: bytes, autorisation: str | None = None, requete: str = "") -> DemandeJeton:
    """Read a token request; `requete` is the query string, where no secret may stand (RFC 6749 §2.3.1).

    The media type is not looked at: connectors differ, the form is what matters. Raises `Refus` with `error`:
    invalid_request, invalid_client, unsupported_grant_type.
    """
    if "client_secret" in requete:
        # The secret is now in the logs of every proxy on the way: better refused than left in use.
        raise _invalid_request("le client_secret ne s'envoie jamais dans l'adresse, seulement dans le corps")
    formulaire = _read_form(corps)
    grant = formulaire.get("grant_type")
    if not grant:
        raise _invalid_request("le paramètre grant_type est absent")
    if grant != GRANT:
        raise error(codes.TYPE_DE_DEMANDE_NON_ADMIS, "unsupported_grant_type", champ="grant_type")
    schema, _, valeur = (autorisation or "").partition(" ")
    basic = schema.lower() == "basic"
    if basic:
        client_id, client_secret = _read_basic(valeur.strip())
        if formulaire.get("client_secret"):
            raise _invalid_request("les identifiants sont donnés deux fois, dans l'en-tête et dans le corps")
        if formulaire.get("client_id", client_id) != client_id:
            raise _invalid_request("le client_id du corps n'est pas celui de l'en-tête")
    else:
        client_id, client_secret = formulaire.get("client_id", ""), formulaire.get("client_secret", "")
        if not client_id or not client_secret:
            raise _invalid_request("client_id ou client_secret est absent")
    if max(len(client_id), len(client_secret)) > IDENTIFIANT_CARACTERES_MAX:
        raise invalid_client(basic=basic)
    return DemandeJeton(
        client_id=client_id, client_secret=client_secret, scope=formulaire.get("scope") or None, basic=basic
    )


def read_portee(scope: str | None) -> str:
    """The scope granted, space-separated: all of it when none is asked for, or `.default` (norme.md §1, §6).

    Raises PORTEE_INVALIDE (invalid_scope) on any other name.
    """
    demandees = set((scope or "").split())
    entiere = {portee for portee in demandees if portee.endswith(".default")}
    if not demandees - entiere <= set(PORTEES):
        raise error(codes.PORTEE_INVALIDE, "invalid_scope", champ="scope", admises=", ".join((*PORTEES, ".default")))
    if entiere or not demandees:
        return PORTEE_ENTIERE
    return " ".join(portee for portee in PORTEES if portee in demandees)


def error(entree: Entree, nom: str, *, champ: str | None = None, basic: bool = False, **valeurs: object) -> Refus:
    """A refusal of the token endpoint: the norm's body, `error` and `error_description` (RFC 6749 §5.2)."""
    anomalie = entree.anomalie(champ, **valeurs)
    entetes = dict(SANS_CACHE)
    if basic and entree.statut == 401:
        entetes["WWW-Authenticate"] = 'Basic realm="OPCO", charset="UTF-8"'
    complement = {"error": nom, "error_description": _ascii(anomalie.description)}
    return Refus([anomalie], statut=entree.statut, entetes=entetes, complement=complement)


def describe(refus: Refus, nom: str) -> Refus:
    """Any refusal met at the token endpoint, completed with `error` and `error_description`."""
    complement = {"error": nom, "error_description": _ascii(refus.anomalies[0].description), **refus.complement}
    return Refus(refus.anomalies, statut=refus.statut, entetes={**refus.entetes, **SANS_CACHE}, complement=complement)


def invalid_client(*, basic: bool) -> Refus:
    """Unknown client or wrong secret: the same answer for both."""
    return error(codes.CLIENT_INCONNU, "invalid_client", basic=basic)


def _invalid_request(raison: str) -> Refus:
    return error(codes.DEMANDE_JETON_INVALIDE, "invalid_request", raison=raison)


def _read_form(corps: bytes) -> dict[str, str]:
    if len(corps) > CORPS_OCTETS_MAX:
        raise _invalid_request("le formulaire est trop long")
    try:
        paires = parse_qsl(corps.decode("utf-8"), keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError:
        raise _invalid_request("le corps n'est pas un formulaire application/x-www-form-urlencoded en UTF-8") from None
    formulaire: dict[str, str] = {}
    for nom, valeur in paires:
        if nom not in MEMBRES:
            continue  # RFC 6749 §3.2: unrecognised parameters are ignored
        if nom in formulaire:
            raise _invalid_request(f"le paramètre {nom} est répété")
        formulaire[nom] = valeur
    return formulaire


def _read_basic(valeur: str) -> tuple[str, str]:
    """RFC 6749 §2.3.1: each half is form-encoded, then joined by a colon; a colon in the secret belongs to it."""
    try:
        client_id, deux_points, client_secret = b64decode(valeur, validate=True).decode("utf-8").partition(":")
    except (Base64Error, ValueError):
        raise _invalid_request("l'en-tête Authorization: Basic est illisible") from None
    if not deux_points or not client_id or not client_secret:
        raise _invalid_request("l'en-tête Authorization: Basic ne porte pas client_id:client_secret")
    return unquote_plus(client_id), unquote_plus(client_secret)


def _ascii(phrase: str) -> str:
    """RFC 6749 §5.2 admits in error_description printable ASCII without quote nor backslash: accents go."""
    plate = phrase.replace("« ", "'").replace(" »", "'").replace("’", "'").replace("…", "...").replace('"', "'")
    decomposee = unicodedata.normalize("NFKD", plate.replace("\\", "/"))
    return "".join(lettre for lettre in decomposee if " " <= lettre <= "~")
