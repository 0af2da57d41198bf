"""What changed since yesterday, for the home page of the OPCO (ecrans.md, « Instruction, Accueil »)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

import msgspec

from traitdunion.opco.socle.clock import PARIS
from traitdunion.opco.socle.database import Tx

LUS_MAX = 2_000  # events read back, the latest first: an index read from its end, whatever the table holds
MONTRES = 5  # dossiers named for each kind
# In the order of what asks for a look. A silence recorded is told apart from a refusal that somebody gave.
GENRES: Mapping[str, str] = MappingProxyType(
    {
        "INFORMATION_RECUE": "Réponses du CFA reçues",
        "RUPTURE_DECLAREE": "Ruptures déclarées",
        "REFUS_IMPLICITE": "Refus implicites",
        "DECA_NON_DEPOSABLE": "Contrats que le ministère ne dépose pas",
        "DOSSIER_COMPLET": "Dossiers complets",
        "DOSSIER_DEPOSE": "Contrats transmis",
        "DOSSIER_ENGAGE": "Accords",
        "DOSSIER_REFUSE": "Refus",
        "DECA_DEPOSE": "Numéros DECA reçus",
        "DOSSIER_ROMPU": "Ruptures confirmées",
        "DOSSIER_ANNULE": "Dossiers annulés",
    }
)
DERNIERS = """
SELECT CASE WHEN e.type = 'DOSSIER_REFUSE' AND e.donnees ->> 'implicite' = 'true' THEN 'REFUS_IMPLICITE'
            ELSE e.type END, e.numero_interne
  FROM (SELECT type, numero_interne, survenu_le, donnees, id FROM evenement
         WHERE objet = 'DOSSIER' ORDER BY id DESC LIMIT %(limite)s) AS e
 WHERE e.survenu_le >= %(depuis)s ORDER BY e.id DESC
"""


class Nouvelle(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of change: how many dossiers it came to, the latest of them."""

    libelle: str
    nombre: int
    dossiers: tuple[int, ...]


class Nouvelles(msgspec.Struct, frozen=True, kw_only=True):
    """What changed; `suite` when there was more than is counted."""

    depuis: date
    lignes: tuple[Nouvelle, ...]
    suite: bool


async def read_nouvelles(tx: Tx, *, jour: date) -> Nouvelles:
    """What changed since the eve of a day, in France."""
    hier = jour - timedelta(days=1)
    depuis = datetime.combine(hier, time.min, PARIS)
    lus = await (await tx.execute(DERNIERS, {"limite": LUS_MAX, "depuis": depuis})).fetchall()
    par_genre: dict[str, dict[int, None]] = {genre: {} for genre in GENRES}
    for genre, numero in lus:
        if genre in par_genre:
            par_genre[genre].setdefault(numero)
    lignes = tuple(
        Nouvelle(libelle=GENRES[genre], nombre=len(numeros), dossiers=tuple(numeros)[:MONTRES])
        for genre, numeros in par_genre.items()
        if numeros
    )
    return Nouvelles(depuis=hier, lignes=lignes, suite=len(lus) == LUS_MAX)
