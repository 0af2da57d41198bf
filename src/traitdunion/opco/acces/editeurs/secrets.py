"""Shape of a client secret: where it is worth something, then 256 random bits."""

import secrets

from traitdunion.norme.cle_api import Milieu

USAGE_SECRET = "client_secret"  # noqa: S105 - the name of a usage, not a secret
DEBUTS = {Milieu.PRODUCTION: "prod_", Milieu.ESSAI: "test_"}


def new_secret(milieu: Milieu) -> str:
    """A new secret of this environment."""
    return DEBUTS[milieu] + secrets.token_urlsafe(32)


def prefixe(secret: str) -> str:
    """What may be shown of a secret, so that people tell two apart: where it is worth something, and 4 characters."""
    return secret[: secret.index("_") + 5]


def is_foreign(secret: str, *, milieu: Milieu) -> bool:
    """Whether a secret says of itself that it belongs to another environment (guide.md, test and production)."""
    return any(secret.startswith(debut) for autre, debut in DEBUTS.items() if autre is not milieu)
