"""From a refusal to the error body of norme.md §5: the norm's own members, and an RFC 9457 problem in one."""

from typing import Any

import msgspec

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.erreurs import technique as codes
from traitdunion.opco.api.call import Answer

TITRES = {
    400: "Demande refusée",
    401: "Connexion refusée",
    403: "Accès refusé",
    404: "Introuvable",
    405: "Méthode non autorisée",
    413: "Trop volumineux",
    415: "Type de contenu non admis",
    422: "Contenu incohérent",
    429: "Trop d'appels",
    500: "Erreur interne",
    503: "Service indisponible",
}
ATTENTE_SECONDES = 5  # what a client is told to wait when the database or the store is away

_encoder = msgspec.json.Encoder()


def render(refus: Refus, *, accept: str | None, instance: str, aide: str | None = None) -> Answer:
    """The answer to a refusal. `instance` is the reference of the call, the one that the logs carry."""
    premiere = refus.principale
    description = premiere.description
    if len(refus.anomalies) > 1:
        description = f"{description} ({len(refus.anomalies)} anomalies en tout : voir « errors ».)"
    corps: dict[str, Any] = {
        "description": description,
        "errors": refus.anomalies,
        "type": f"/docs#{premiere.code}",
        "title": TITRES.get(refus.statut, "Erreur"),
        "status": refus.statut,
        "detail": description,
        "instance": f"urn:requete:{instance}",
        **refus.complement,
    }
    if aide:
        corps["aide"] = aide
    problem = accept is not None and "application/problem+json" in accept
    return Answer(
        _encoder.encode(corps),
        statut=refus.statut,
        entetes=dict(refus.entetes),
        type_contenu="application/problem+json" if problem else "application/json",
    )


def unavailable() -> Refus:
    """The database, the store or the queue is away: say so, and when to come back."""
    return codes.SERVICE_INDISPONIBLE.refus(
        entetes={"Retry-After": str(ATTENTE_SECONDES)}, attente_secondes=ATTENTE_SECONDES
    )
