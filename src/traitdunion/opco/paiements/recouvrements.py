"""What a CFA was paid in excess and gives back by a transfer of its own (regles.md §4.8)."""

from datetime import date

from traitdunion.norme.facturation.montants import say_montant
from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.dossiers import store as dossiers
from traitdunion.opco.evenements import journal
from traitdunion.opco.paiements import store
from traitdunion.opco.paiements.lots import PaiementRefuse
from traitdunion.opco.paiements.reglements import Reglements
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database

REFERENCE_MAX = 35


class Recouvrements:
    """The use case of refunds; what is kept from a transfer is recovered by the pay run itself."""

    def __init__(self, *, database: Database, clock: Clock, reglements: Reglements) -> None:
        self._database = database
        self._clock = clock
        self._reglements = reglements

    async def list_trop_percus(self, *, siren: str | None = None) -> list[store.TropPercu]:
        """What is to be recovered, dossier by dossier."""
        async with self._database.connection() as tx:
            return await store.list_trop_percus(tx, siren=siren)

    async def record(self, dossier: int, *, siren: str, montant: int, reference: str, le: date, par: str) -> bool:
        """A CFA has paid back; False when this reference was recorded already. Raises PaiementRefuse.

        `montant` in cents; `reference` is the bank's, unique for a dossier.
        """
        reference, at = " ".join(reference.split()), self._clock.now()
        if not 1 <= len(reference) <= REFERENCE_MAX:
            raise PaiementRefuse(f"Donnez la référence du virement reçu, {REFERENCE_MAX} caractères au plus.")
        if le > day_of(at):
            raise PaiementRefuse("La date du remboursement est à venir.")
        if montant <= 0:
            raise PaiementRefuse("Le montant remboursé est d'un centime au moins.")
        async with self._database.transaction() as tx:
            if await dossiers.lock(tx, dossier, siren=siren) is None:
                raise PaiementRefuse("Ce dossier n'existe pas pour ce CFA.")
            connu = await store.find_recouvrement(tx, dossier, reference=reference)
            if connu is not None:
                if connu != montant:
                    raise PaiementRefuse(
                        f"Cette référence est déjà enregistrée pour {say_montant(connu)} €.", conflit=True
                    )
                return False
            livre = await comptabilite.open_livre(tx, dossier)
            if montant > livre.trop_percu:
                raise PaiementRefuse(
                    f"Le trop-perçu du dossier {numero_externe(dossier)} est de {say_montant(livre.trop_percu)} € : "
                    "un remboursement ne peut pas le dépasser."
                )
            livre.recover(montant)
            ecriture = comptabilite.Ecriture(
                numero_interne=dossier,
                siren=siren,
                fait="RECOUVREMENT",
                piece=f"remboursement {reference}",
                par=par,
                le=at,
            )
            await comptabilite.write(tx, livre, ecriture)
            await store.insert_recouvrement(
                tx,
                dossier,
                siren=siren,
                montant=montant,
                virement=None,
                reference=reference,
                le=le,
                par=par,
                saisi_le=at,
            )
            await self._reglements.follow_recouvrement(tx, dossier, montant, siren=siren, par=par, at=at)
            await journal.append(
                tx,
                acteur=par,
                acte="REMBOURSEMENT_ENREGISTRE",
                at=at,
                siren=siren,
                objet=numero_externe(dossier),
                donnees={"centimes": montant},
            )
        return True
