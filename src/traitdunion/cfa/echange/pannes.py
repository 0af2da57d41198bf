"""What may go wrong on the line, in the user's words."""

import httpx

# Statuses after which nobody can say whether a deposit was recorded.
STATUTS_INCERTAINS = frozenset({408, 500, 502, 503, 504})
NON_ENVOYE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
INJOIGNABLE = "L'OPCO est injoignable ({nature}) : rien n'a été envoyé. Vérifiez la connexion, puis recommencez."
PERDUE = (
    "Envoi incertain ({nature}) : le dépôt est parti, la réponse n'est pas revenue. Il est peut-être enregistré. "
    "Relisez l'état de vos dossiers avant tout nouvel envoi."
)
INDISPONIBLE = "L'OPCO ne répond pas ({nature}). Rien n'a été modifié ; recommencez plus tard."
ILLISIBLE = "La réponse de l'OPCO n'a pas la forme prévue par la norme."
ENREGISTRE_SANS_DOUTE = (
    "L'OPCO a répondu 200, mais sa réponse n'a pas la forme prévue par la norme : le dépôt est sans doute enregistré. "
    "Relisez l'état de vos dossiers avant tout nouvel envoi."
)


def say_nature(erreur: httpx.HTTPError) -> str:
    """What happened in one word; the exception's own text may quote an address with its parameters."""
    if isinstance(erreur, httpx.TimeoutException):
        return "délai dépassé"
    return "connexion impossible" if isinstance(erreur, httpx.ConnectError) else "liaison coupée"
