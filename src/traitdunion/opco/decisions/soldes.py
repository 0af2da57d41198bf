"""Whether a dossier may be closed, and what is given up with it (norme.md §3, R6332-25 III 4°)."""

from datetime import date, datetime

from traitdunion.norme.facturation.montants import say_montant
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.postes import EN_COURS, HORS_ECHEANCE, Poste
from traitdunion.opco.decisions.actes import ActeRefuse
from traitdunion.opco.socle.clock import day_of
from traitdunion.opco.socle.database import Tx


async def is_paid(tx: Tx, numero: int) -> bool:
    """Whether nothing is left to invoice, to pay nor to recover."""
    livre = await comptabilite.open_livre(tx, numero)
    return not livre.total(Poste.A_FACTURER, *EN_COURS) and not livre.trop_percu


async def give_up(tx: Tx, numero: int, *, siren: str, forclusion: date | None, par: str, at: datetime) -> str | None:
    """Give up what will not be asked for any more on a locked dossier; what to say of it. Raises ActeRefuse.

    `forclusion`: the last day to ask for the last solde; past it, échéances are lost. Frais annexes may be given up
    at any time once the échéances are paid.
    """
    livre = await comptabilite.open_livre(tx, numero)
    if livre.trop_percu:
        raise ActeRefuse("Un trop-perçu reste à recouvrer : le dossier ne peut pas être soldé.")
    if livre.total(*EN_COURS):
        raise ActeRefuse("Des factures sont en cours : le dossier ne peut pas être soldé.")
    frais = livre.total(Poste.A_FACTURER, echeance=HORS_ECHEANCE)
    echeances = livre.total(Poste.A_FACTURER) - frais
    if echeances and (forclusion is None or day_of(at) <= forclusion):
        raise ActeRefuse("Il reste des échéances à facturer : le dossier ne peut pas être soldé.")
    dits = []
    if echeances:
        dits.append("Forclos : le dernier solde n'a pas été demandé à temps (R6332-25 III 4°)")
    if frais:
        dits.append(f"Frais annexes non demandés : {say_montant(frais)} €")
    livre.foreclose()
    ecriture = comptabilite.Ecriture(
        numero_interne=numero, siren=siren, fait="FORCLUSION", piece="solde", par=par, le=at
    )
    await comptabilite.write(tx, livre, ecriture)
    return ". ".join(dits) or None
