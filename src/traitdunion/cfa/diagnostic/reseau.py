"""What is asked of the OPCO's server, from the nearest cause to the farthest; stops where nothing further can work."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from traitdunion.cfa.client import ClientCfa
from traitdunion.cfa.diagnostic.modele import Constat, Niveau, bad, doubtful, good
from traitdunion.cfa.errors import (
    AccessRefused,
    AuthenticationRefused,
    ErreurCfa,
    NoAnswer,
    NotFound,
    NotSent,
    Refused,
    RouteAbsente,
)
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.terminal.liaison import connect
from traitdunion.lancement import codes

Horloge = Callable[[], datetime]
PATIENCE_S = 10.0
ECART_GENANT_S, ECART_BLOQUANT_S = 30, 300
JOURS_AVANT_FIN = 30
_A_RACCORDER = "Un administrateur du siège le confirme dans MyA, « Mon Compte », « Raccorder mon logiciel »."
_NOUVELLE_CLE = (
    "Générez-en un dans MyA, « Mon Compte », « Générer un identifiant API CFA », puis : traitdunion cfa configurer"
)
CONSEILS = {
    "CLE_ABSENTE": "Enregistrez l'identifiant API CFA : traitdunion cfa configurer",
    "CLE_MAL_RECOPIEE": "Copiez-le de nouveau depuis MyA, « Mon Compte », puis : traitdunion cfa configurer",
    "CLE_AUTRE_ENVIRONNEMENT": "Cette clé est de l'autre environnement (essai, production) : changez-la.",
    "CLE_INCONNUE": _NOUVELLE_CLE,
    "CLE_EXPIREE": _NOUVELLE_CLE,
    "CLE_REVOQUEE": _NOUVELLE_CLE,
    "ACCROCHAGE_ABSENT": f"Votre éditeur n'est pas raccordé à votre CFA. {_A_RACCORDER}",
    "ACCROCHAGE_SUSPENDU": "Le raccordement est suspendu ; le motif est dans MyA, « Mon Compte ». Voyez avec l'OPCO.",
    "EDITEUR_SUSPENDU": "L'OPCO a suspendu cet éditeur : voyez avec lui.",
    "SIRET_HORS_SIREN": "Le SIRET n'est pas du SIREN de cette clé : prenez la clé du bon organisme.",
}
CONSEIL_ACCES = "Voyez avec l'OPCO, en donnant la référence si elle est dite."


def _now() -> datetime:
    return datetime.now(UTC)


def check_serveur(
    profil: Profil, *, transport: httpx.BaseTransport | None = None, clock: Horloge = _now
) -> Iterator[Constat]:
    """Reach the server, then token, state of the API, key, accrochage, extensions. Nothing is sent nor changed."""
    reponse, empechement = _reach(profil, transport)
    if reponse is None:
        yield empechement or bad("Liaison", "Le serveur est injoignable.", "Recommencez plus tard.", code=codes.RESEAU)
        return
    yield good("Liaison", f"{urlsplit(profil.api).hostname} répond.")
    yield from _check_clock(reponse, clock())
    with connect(profil, transport) as client:
        connexion = list(_check_connexion(client))
        yield from connexion
        if all(un.niveau is not Niveau.MAUVAIS for un in connexion):
            yield from _check_cle(client, clock().date())
            yield from _check_accrochage(client)


def _reach(profil: Profil, transport: httpx.BaseTransport | None) -> tuple[httpx.Response | None, Constat | None]:
    hote = urlsplit(profil.api).hostname or ""
    entetes = {"EDITEUR": profil.editeur, "LOGICIEL": profil.logiciel, "VERSION": profil.version}
    try:
        with httpx.Client(transport=transport, timeout=min(profil.delai_s, PATIENCE_S)) as http:
            # Without a token: whatever the answer, someone is there and tells the time.
            return http.get(f"{profil.api}/v2/status", headers=entetes), None
    except httpx.HTTPError as erreur:
        return None, _explain(erreur, hote)
    except (OSError, ValueError, ImportError):  # the settings of proxy or certificates cannot even be used
        return None, bad(
            "Liaison",
            "Les réglages de relais ou de certificats de ce poste ne sont pas utilisables.",
            "Vérifiez HTTPS_PROXY et SSL_CERT_FILE.",
        )


def _explain(erreur: httpx.HTTPError, hote: str) -> Constat:
    """Why the server is out of reach; the errors' own texts may quote an address with its parameters."""
    causes = list(_causes(erreur))

    def has(*genres: type[BaseException]) -> bool:
        return any(isinstance(cause, genres) for cause in causes)

    if isinstance(erreur, httpx.ProxyError):
        phrase, conseil = (
            "Le relais (proxy) de votre réseau refuse le passage.",
            "Voyez HTTPS_PROXY avec l'informatique.",
        )
    elif has(socket.gaierror):
        phrase = f"L'adresse {hote} n'est pas connue (DNS)."
        conseil = "Vérifiez l'adresse « api » et la connexion à Internet."
    elif has(ssl.SSLCertVerificationError):
        phrase = f"Le certificat de {hote} n'est pas reconnu par ce poste."
        conseil = (
            "Si votre réseau inspecte les échanges, demandez à l'informatique son autorité de certification, et "
            "indiquez-la par SSL_CERT_FILE. Ne désactivez jamais cette vérification."
        )
    elif has(ssl.SSLError):
        phrase, conseil = f"{hote} ne parle pas HTTPS comme attendu.", "Vérifiez l'adresse « api »."
    elif isinstance(erreur, httpx.TimeoutException):
        phrase = f"{hote} ne répond pas à temps."
        conseil = "Recommencez plus tard ; si d'autres sites répondent, voyez le pare-feu ou HTTPS_PROXY."
    elif has(ConnectionRefusedError):
        phrase, conseil = (
            f"{hote} refuse la liaison.",
            "Vérifiez l'adresse « api » et son port ; recommencez plus tard.",
        )
    else:
        phrase, conseil = (
            f"La liaison avec {hote} est coupée.",
            "Vérifiez la connexion à Internet ; recommencez plus tard.",
        )
    return bad("Liaison", phrase, conseil, code=codes.RESEAU)


def _causes(erreur: BaseException) -> Iterator[BaseException]:
    courante: BaseException | None = erreur
    while courante is not None:
        yield courante
        courante = courante.__cause__ or courante.__context__


def _check_clock(reponse: httpx.Response, ici: datetime) -> Iterator[Constat]:
    try:
        la_bas = parsedate_to_datetime(reponse.headers["Date"])
        ecart_s = abs((ici - la_bas).total_seconds())
    except (KeyError, ValueError, TypeError):  # none, or not a date with its zone
        return
    if ecart_s <= ECART_GENANT_S:
        yield good("Horloge", "Ce poste est à l'heure.")
        return
    sens = "avance" if ici > la_bas else "retarde"
    phrase = f"L'horloge de ce poste {sens} de {_say_duree(ecart_s)} sur celle du serveur."
    conseil = "Réglez l'heure de ce poste (synchronisation automatique)."
    if ecart_s > ECART_BLOQUANT_S:
        yield bad("Horloge", phrase, conseil + " Un tel écart fait refuser les connexions.")
    else:
        yield doubtful("Horloge", phrase, conseil)


def _say_duree(secondes: float) -> str:
    for taille, nom in ((86400, "jours"), (3600, "heures"), (60, "minutes")):
        if secondes >= 2 * taille:
            return f"{round(secondes / taille)} {nom}"
    return f"{round(secondes)} secondes"


def _check_connexion(client: ClientCfa) -> Iterator[Constat]:
    """Token, then state of the API and its versions."""
    connectee = good("Connexion", "Le client ID et le client secret sont acceptés.")
    try:
        statut = client.status()
    except AuthenticationRefused as refus:
        yield _refused(refus)
    except NotSent as erreur:
        yield bad("Connexion", str(erreur), "Vérifiez l'adresse « jeton ».", code=codes.RESEAU)
    except NoAnswer as erreur:
        yield bad("API", str(erreur), "Recommencez plus tard.", code=codes.RESEAU)
    except RouteAbsente as absente:
        yield good("API", f"{absente}")
    except NotFound:
        yield connectee
        yield doubtful("API", "Ce serveur ne dit pas son état (« status »).", "Vérifiez l'adresse « api ».")
    except AccessRefused as refus:
        yield bad("API", str(refus), _advice(refus), code=codes.ACCES)
    except ErreurCfa as erreur:
        yield connectee
        yield doubtful("API", f"L'état de l'API n'est pas connu : {erreur}")
    else:
        yield connectee
        versions = ", ".join(statut.supported_versions)
        if statut.status != "healthy":
            yield doubtful("API", f"Elle se dit « {statut.status} » ; versions {versions}.", "Recommencez plus tard.")
        else:
            yield good("API", f"En bonne santé ; versions {versions}.")


def _check_cle(client: ClientCfa, aujourd_hui: date) -> Iterator[Constat]:
    sujet = "Validité de la clé"
    if client.profil.siren is None:
        yield doubtful(sujet, "Le SIREN n'est pas réglé : elle ne peut être demandée.", "traitdunion cfa configurer")
        return
    try:
        info = client.key_info()
        fin = date.fromisoformat((info.date_fin_validite or "")[:10]) if info.status == "success" else None
    except (ErreurCfa, ValueError) as erreur:
        phrase = str(erreur) if isinstance(erreur, ErreurCfa) else "La date donnée par le serveur ne se lit pas."
        yield doubtful(sujet, f"Inconnue : {phrase}")
        return
    if fin is None:
        yield bad(
            sujet, f"L'OPCO ne la reconnaît pas : {info.comment or 'sans explication'}", _NOUVELLE_CLE, code=codes.ACCES
        )
        return
    jours = (fin - aujourd_hui).days
    if jours < 0:
        yield bad(sujet, f"Périmée depuis le {fin:%d/%m/%Y}.", _NOUVELLE_CLE, code=codes.ACCES)
    elif jours <= JOURS_AVANT_FIN:
        yield doubtful(sujet, f"Valable jusqu'au {fin:%d/%m/%Y}, encore {jours} jour(s).", _NOUVELLE_CLE)
    else:
        yield good(sujet, f"Valable jusqu'au {fin:%d/%m/%Y}, encore {jours} jours.")


def _check_accrochage(client: ClientCfa) -> Iterator[Constat]:
    """A read with the key: what it may reach; then whether the server has the feed, one of our extensions."""
    try:
        next(iter(client.list_etats()), None)
    except AccessRefused as refus:
        yield bad("Accrochage", str(refus), _advice(refus), code=codes.ACCES)
        return
    except AuthenticationRefused as refus:
        yield _refused(refus)
        return
    except RouteAbsente as absente:
        yield doubtful("Accrochage", f"Il n'a pu être vérifié : {absente}")
    except Refused as refus:
        yield doubtful("Accrochage", f"La liste des dossiers n'est pas servie : {refus}")
    except ErreurCfa as erreur:
        yield bad("Accrochage", str(erreur), "Recommencez plus tard.", code=codes.RESEAU)
        return
    else:
        yield good("Accrochage", "Votre éditeur est raccordé à votre CFA ; vos dossiers se lisent.")
    try:
        client.list_evenements(limite=1)
    except ErreurCfa:
        yield good("Extensions", "Aucune vue : les états se relisent par la liste, comme chez tout OPCO.")
    else:
        yield good("Extensions", "Fil des événements servi : le suivi ne relit que ce qui a changé.")


def _refused(refus: AuthenticationRefused) -> Constat:
    conseil = "Vérifiez le client ID et le client secret auprès de votre éditeur, puis : traitdunion cfa configurer"
    return bad("Connexion", str(refus), conseil, code=codes.ACCES)


def _advice(refus: Refused) -> str:
    return CONSEILS.get(refus.code, CONSEIL_ACCES)
