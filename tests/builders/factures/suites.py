"""What staff and the bank do of invoices, written as they would: the steps of the lines, the ledger, the transfers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from builders.factures.envoi import IBAN
from builders.serveur import SIREN, Serveur

from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.factures import states, store
from traitdunion.opco.modifications.banque import iban_aad
from traitdunion.opco.socle.database import Tx

PAR = "compte:1"


async def accept(serveur: Serveur, *ids: int) -> None:
    """Staff say yes to lines."""
    await _move(serveur, ids, EtatDeLigne.ACCEPTEE, "ACCEPTATION")


async def reject(serveur: Serveur, *ids: int, motif: str, texte: str) -> None:
    """Staff say no to lines."""
    await _move(serveur, ids, EtatDeLigne.REJETEE, "REJET", motif=motif, commentaire=texte)


async def pay(
    serveur: Serveur, *ids: int, reference: str = "VIR-EXEMPLE-1", le: date | None = date(2026, 9, 20)
) -> None:
    """One transfer pays lines on a day; None: it is ordered, the bank has not answered."""
    await accept(serveur, *ids)
    await _move(serveur, ids, EtatDeLigne.ORDONNEE, "ORDRE")
    if le is not None:
        await _move(serveur, ids, EtatDeLigne.REGLEE, "REGLEMENT", le=datetime.combine(le, time(9), UTC))
    async with serveur.database.transaction() as tx:
        lignes = await store.find_lignes(tx, ids)
        montant = sum(ligne.montant for ligne in lignes)
        await tx.execute(
            "INSERT INTO lot_paiement (id, message, execution_le, nombre, montant, cree_par, cree_le) "
            "SELECT n, 'LOT-EXEMPLE-' || n, %s, 1, %s, 'essai', now() FROM nextval('lot_paiement_numero') AS n",
            (le or date(2026, 9, 20), montant),
        )
        cursor = await tx.execute(
            "INSERT INTO virement (lot, siren, reference, titulaire, iban_chiffre, brut, montant, etat, regle_le) "
            "VALUES (currval('lot_paiement_numero'), %s, %s, 'CFA FICTIF', %s, %s, %s, %s, %s) RETURNING id",
            (
                *(SIREN, reference, serveur.vault.encrypt(IBAN.encode(), aad=iban_aad(SIREN)), montant, montant),
                *("ORDONNE" if le is None else "REGLE", le),
            ),
        )
        ((virement,),) = await cursor.fetchall()
        for ligne in lignes:
            await tx.execute("INSERT INTO virement_ligne VALUES (%s, %s, %s)", (virement, ligne.id, ligne.montant))


async def ids_of(serveur: Serveur, facture: int) -> list[int]:
    """The lines of an invoice, in order."""
    return [un for (un,) in await serveur.fetch("SELECT id FROM ligne_facture WHERE facture = %s ORDER BY id", facture)]


async def pass_to(serveur: Serveur, instant: datetime) -> None:
    """The clock moves on; the CFA has a new key and a new token."""
    serveur.clock.instant = instant
    serveur.cfa.cle = (await serveur.portail.cles.generate(SIREN, par="essai")).cle
    await serveur.cfa.connect()


async def _move(
    serveur: Serveur,
    ids: Sequence[int],
    etat: EtatDeLigne,
    fait: str,
    *,
    motif: str | None = None,
    commentaire: str | None = None,
    le: datetime | None = None,
) -> None:
    at = le or serveur.clock.now()
    async with serveur.database.transaction() as tx:
        for ligne in await store.find_lignes(tx, ids):
            livre = await comptabilite.open_livre(tx, ligne.numero_interne)
            match fait:
                case "ACCEPTATION":
                    livre.accept(ligne.cle, ligne.id)
                case "REJET":
                    livre.reject(ligne.cle, ligne.id)
                case "ORDRE":
                    livre.order(ligne.cle, ligne.id)
                case _:
                    livre.settle(ligne.cle, ligne.id, ligne.montant, sans_avoir=0)
            await comptabilite.write(
                tx,
                livre,
                comptabilite.Ecriture(
                    numero_interne=ligne.numero_interne, siren=SIREN, fait=fait, piece="essai", par=PAR, le=at
                ),
            )
            await store.set_ligne(tx, ligne.id, etat=etat, par=PAR, le=at, motif=motif, commentaire=commentaire)
            await _draw(tx, ligne.facture)


async def _draw(tx: Tx, facture: int) -> None:
    etats = [ligne.etat for ligne in await store.list_lignes(tx, [facture])]
    await store.set_etat(tx, facture, states.draw_etat(etats))
