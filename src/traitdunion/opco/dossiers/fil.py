"""The feed of a CFA's changes (GET /v2/evenements)."""

from traitdunion.norme.erreurs import depot as codes
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.evenements import Evenement, FilEvenements, say_evenement
from traitdunion.opco.evenements import fil
from traitdunion.opco.socle.database import Database


class Fil:
    """Reads what changed, for one SIREN."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def read(self, *, siren: str, depuis: str | None, limite: int) -> FilEvenements:
        """The events after a cursor, in order. Raises CURSEUR_INVALIDE."""
        curseur = fil.DEBUT if not depuis else fil.read_curseur(depuis)
        if curseur is None:
            raise codes.CURSEUR_INVALIDE.refus("depuis")
        async with self._database.connection() as tx:
            lignes = await fil.list_since(tx, curseur, siren=siren, limite=limite + 1)
        lues = lignes[:limite]
        return FilEvenements(
            evenements=tuple(
                Evenement(
                    type=ligne.type,
                    libelle=say_evenement(ligne.type),
                    numero_interne=str(ligne.numero_interne),
                    numero_externe=numero_externe(ligne.numero_interne),
                    numero_interne_facture=ligne.facture,
                    survenu_le=ligne.survenu_le,
                )
                for ligne in lues
            ),
            curseur=fil.write_curseur(lues[-1].curseur if lues else curseur),
            encore=len(lignes) > limite,
        )
