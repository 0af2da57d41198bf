"""The gap report: numbers taken by no dossier (fiabilite.md §1, I3: none is skipped silently)."""

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from traitdunion.opco.socle.database import Database

NUMERO_MAX = 9_999_999
TROUS_MAX = 1_000

# The sequence is read first: a number taken after it is not looked for, and one taken before it is committed, lost or
# in its batch. One index scan.
SUITE = """
SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM dossier_numero
"""
TROUS = """
WITH suite AS (
    SELECT numero_interne AS numero, lag(numero_interne, 1, 0::bigint) OVER (ORDER BY numero_interne) AS precedent
    FROM dossier WHERE numero_interne <= %(dernier)s
    UNION ALL
    SELECT %(dernier)s + 1, coalesce(max(numero_interne), 0) FROM dossier WHERE numero_interne <= %(dernier)s
)
SELECT precedent + 1, numero - 1, sum(numero - 1 - precedent) OVER ()
FROM suite WHERE numero > precedent + 1 ORDER BY numero LIMIT %(limite)s
"""


class Rapport(msgspec.Struct, frozen=True, kw_only=True):
    """`trous`: first and last number of each gap, at most 1,000; `perdus` counts the numbers of all gaps."""

    dernier: int
    dossiers: int
    perdus: int
    trous: list[tuple[int, int]]
    tronque: bool


async def read_rapport(database: "Database") -> Rapport:
    """Read the gaps up to the last number taken."""
    async with database.connection() as conn:
        ligne = await (await conn.execute(SUITE)).fetchone()
        assert ligne is not None
        dernier = int(ligne[0])
        compte = await (await conn.execute("SELECT count(*) FROM dossier")).fetchone()
        assert compte is not None
        lignes = await (await conn.execute(TROUS, {"dernier": dernier, "limite": TROUS_MAX})).fetchall()
    return Rapport(
        dernier=dernier,
        dossiers=int(compte[0]),
        perdus=int(lignes[0][2]) if lignes else 0,
        trous=[(int(premier), int(fin)) for premier, fin, _ in lignes],
        tronque=len(lignes) == TROUS_MAX,
    )
