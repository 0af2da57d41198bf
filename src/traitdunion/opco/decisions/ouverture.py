"""When a file is complete, and what a piece changes: the 20-day clock starts, a request for information is answered.

The file of D6224-1: the contract and the convention; the convention de durée when the dérogation needs one; the annexe
of a CFA interne. Asking for any other piece neither delays nor stops the clock (regles.md §3.2).
"""

from datetime import datetime, timedelta

from traitdunion.opco.decisions import store
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.socle.clock import day_of
from traitdunion.opco.socle.database import Tx

CONVENTION = "CONVENTION_FORMATION"
CONVENTION_DUREE = "CONVENTION_REDUCTION_DUREE"
ANNEXE_CFA_INTERNE = "ANNEXE_CFA_INTERNE"
DEROGATIONS_DUREE = frozenset({"21", "22", "50"})
AVENANT = "3"  # first digit of the types 31 to 38
# An avenant comes with whatever signed paper carries it.
PIECES_AVENANT = frozenset({CONVENTION, "CERFA", "PIECE_COMPLEMENTAIRE", CONVENTION_DUREE})


def missing_pieces(
    *, type_contrat: str | None, derogation: str | None, cfa_interne: bool, recues: set[str]
) -> list[str]:
    """The types of documents without which the file is not complete (D6224-1)."""
    if (type_contrat or "").startswith(AVENANT):
        return [] if recues & PIECES_AVENANT else [CONVENTION]
    attendues = [CONVENTION]
    if derogation in DEROGATIONS_DUREE:
        attendues.append(CONVENTION_DUREE)
    if cfa_interne:
        attendues.append(ANNEXE_CFA_INTERNE)
    return [piece for piece in attendues if piece not in recues]


class Ouverture:
    """Follows the pieces that arrive; the delay is the one in force on the day when the file is complete."""

    def __init__(self, *, parametres: ParametresOpco) -> None:
        self._parametres = parametres

    async def note_piece(
        self, tx: Tx, numero_interne: int, *, type_fichier: str, siren: str, acteur: str, at: datetime
    ) -> None:
        """What a new document changes, in its own transaction, on a dossier that it has locked.

        Who decides on what was there before is told so; the mandate is to be seen again in another convention.
        """
        await store.note_piece(tx, numero_interne, convention=type_fichier == CONVENTION, par=acteur, le=at)
        type_contrat, derogation, interne, recues = await store.read_constitution(tx, numero_interne)
        manquantes = missing_pieces(
            type_contrat=type_contrat, derogation=derogation, cfa_interne=bool(interne), recues=set(recues)
        )
        if not manquantes:
            jours = self._parametres.en_vigueur.at(day_of(at)).instruction_jours
            limite = day_of(at) + timedelta(days=jours)
            if await store.set_complet(tx, numero_interne, le=at, limite=limite, par=acteur):
                await append(
                    tx, numero_interne, "DOSSIER_COMPLET", siren=siren, par=acteur, at=at, limite=limite.isoformat()
                )
        demande = await store.find_demande(tx, numero_interne)
        if demande is None:
            return
        # Without a list of pieces, any one answers: staff look, rather than the clock runs out on a dossier that waits.
        if set(demande.pieces) <= await store.list_recues(tx, numero_interne, depuis=demande.posee_le):
            await store.close_demande(tx, demande.id, par=acteur, le=at)
            await close_wait(tx, numero_interne, siren=siren, par=acteur, at=at)


async def close_wait(tx: Tx, numero_interne: int, *, siren: str, par: str, at: datetime) -> None:
    """The CFA has answered: the dossier comes back into the queue of those to instruct."""
    commentaire = f"Réponse reçue le {day_of(at):%d/%m/%Y}"
    fiche = await store.find(tx, numero_interne)
    assert fiche is not None  # locked by the caller
    await store.set_etat(tx, numero_interne, etat=fiche.etat, commentaire=commentaire)
    await store.touch(tx, numero_interne, file="A_INSTRUIRE", par=par, le=at)
    await append(tx, numero_interne, "INFORMATION_RECUE", siren=siren, par=par, at=at)


async def append(
    tx: Tx, numero_interne: int, type_: str, *, siren: str, par: str, at: datetime, **donnees: object
) -> None:
    """One event of a dossier."""
    await evenements.append(
        tx,
        siren=siren,
        objet="DOSSIER",
        numero_interne=numero_interne,
        type_=type_,
        acteur=par,
        at=at,
        donnees=donnees or None,
    )
