"""Reading back what is uncertain (norme.md §7): dossiers by their contract, invoices by their number. Many at once."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from traitdunion.cfa.boite import depot
from traitdunion.cfa.boite.disque.store import AEnvoyer, Store
from traitdunion.cfa.boite.etats import NatureEnvoi
from traitdunion.cfa.boite.expedition import issues
from traitdunion.cfa.boite.expedition.depart import Recu
from traitdunion.cfa.boite.expedition.issues import Issue
from traitdunion.cfa.boite.rythme import Rythme
from traitdunion.cfa.errors import ErreurCfa, NoAnswer, NotFound, Refused
from traitdunion.norme import lecture
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.factures_lues import EtatFacture
from traitdunion.norme.messages.reponses import EtatDossier

if TYPE_CHECKING:
    from traitdunion.cfa.client import ClientCfa

MORTS = frozenset({"REFUSE", "ANNULE"})  # the identity is free again (norme.md §7)
PAR_LOT = 200
# Dossiers read one by one at a time, when the OPCO holds many that this box did not send. What was read is remembered:
# the next reading back goes on with the others, and « not there » is only said once all were read.
LUS_MAX = 500
_DEJA = (
    "Le dossier {externe} (numéro interne {interne}) porte déjà ce contrat chez l'OPCO, avec un autre contenu. "
    "Comparez-les : si c'est le bon, « envois rattacher » le reprend sous ce numéro ; sinon, annulez-le chez l'OPCO."
)
_FACTURE_DEJA = (
    "L'OPCO a déjà une facture n° {numero} (numéro interne {interne}), d'un autre montant. Comparez-les avant d'aller "
    "plus loin."
)
_SANS_ETATS = "L'OPCO ne donne pas de quoi relire cet envoi."


class Relecture:
    """Looks for the uncertain envois of one drain; what it finds is an Issue, what it says nothing of is not there."""

    def __init__(self, store: Store, client: "ClientCfa", *, rythme: Rythme, now: Callable[[], int]) -> None:
        self._store = store
        self._client = client
        self._rythme = rythme
        self._now = now

    def find(self, gardes: Sequence[AEnvoyer]) -> dict[int, Issue]:
        """By envoi, its end; missing: not there, all having been read. Raises Unavailable, NotSent, Refused."""
        trouvailles: dict[int, Issue] = {}
        dossiers = [garde for garde in gardes if garde.envoi.nature is NatureEnvoi.DOSSIER]
        if dossiers:
            trouvailles |= self._or_unreadable(dossiers, self._find_dossiers)
        for nature in (NatureEnvoi.FACTURE, NatureEnvoi.AVOIR):
            factures = [garde for garde in gardes if garde.envoi.nature is nature]
            if factures:
                trouvailles |= self._or_unreadable(factures, partial(self._find_factures, nature=nature))
        return trouvailles

    def _or_unreadable(
        self, gardes: Sequence[AEnvoyer], find: Callable[[Sequence[AEnvoyer]], dict[int, Issue]]
    ) -> dict[int, Issue]:
        """What `find` says; when the OPCO has no such route, that nothing can be read back."""
        try:
            return find(gardes)
        except ErreurCfa as erreur:
            if isinstance(erreur, Refused | NoAnswer) and not isinstance(erreur, NotFound):
                raise
            if self._client.profil.renvoi_reconnu:
                return {}  # they go again, to a server that knows them
            return {garde.envoi.id: issues.unreadable(garde.envoi, _SANS_ETATS) for garde in gardes}

    # Dossiers

    def _find_dossiers(self, gardes: Sequence[AEnvoyer]) -> dict[int, Issue]:
        cherches = {identite: garde for garde in gardes if (identite := _identite(garde)) is not None}
        etats = {etat.numero_interne: etat for etat in self._client.list_etats() if etat.etat not in MORTS}
        trouvailles: dict[int, Issue] = {}
        reste = LUS_MAX
        for numeros in self._unknown(list(etats)):
            relus = self._store.list_relus(numeros)
            neufs: list[tuple[str, str]] = []
            for numero in numeros:
                if not cherches:
                    break
                identite, cerfa = relus.get(numero), None
                if identite is None:
                    if reste == 0:
                        self._remember(neufs)
                        pas_finis = {
                            g.envoi.id: issues.unfinished(g, self._rythme, self._now()) for g in cherches.values()
                        }
                        return {**trouvailles, **pas_finis}
                    reste -= 1
                    cerfa = self._read(numero)
                    identite = depot.dossier_identite(cerfa) or ""
                    neufs.append((numero, identite))
                garde = cherches.pop(identite, None)
                if garde is not None and (cerfa := cerfa or self._read(numero)) is not None:
                    trouvailles[garde.envoi.id] = self._found(garde, etats[numero], cerfa)
            self._remember(neufs)
            if not cherches:
                break
        return trouvailles

    def _unknown(self, numeros: list[str]) -> Iterator[list[str]]:
        """The numbers that are no dossier of the box, latest first: a lost deposit is among them."""
        numeros.sort(key=lambda numero: (len(numero), numero), reverse=True)
        for debut in range(0, len(numeros), PAR_LOT):
            lot = numeros[debut : debut + PAR_LOT]
            connus = self._store.list_connus(lot)
            if inconnus := [numero for numero in lot if numero not in connus]:
                yield inconnus

    def _read(self, numero: str) -> Cerfa | None:
        try:
            return self._client.find_dossier(numero).cerfa
        except NotFound:
            return None  # cancelled since the list

    def _remember(self, neufs: list[tuple[str, str]]) -> None:
        if neufs:
            with self._store.transaction():
                self._store.record_relus(neufs)

    def _found(self, garde: AEnvoyer, etat: EtatDossier, cerfa: Cerfa) -> Issue:
        assert garde.corps is not None  # its identity was read in it
        envoye, lu = lecture.read(DepotDossier, garde.corps).message, DepotDossier(cerfa=cerfa)
        if ecarts := depot.contradictions(lu, envoye):
            phrase = _DEJA.format(externe=etat.numero_externe, interne=etat.numero_interne)
            return issues.already_there(etat.numero_interne, etat.numero_externe, ecarts, phrase)
        recu = Recu(etat.numero_interne, etat.numero_externe)
        return issues.acknowledged(self._store, garde.envoi, recu, retrouve=True)

    # Invoices

    def _find_factures(self, gardes: Sequence[AEnvoyer], *, nature: NatureEnvoi) -> dict[int, Issue]:
        cherchees = {}
        for garde in gardes:
            if garde.corps is not None:
                type_ = Avoir if nature is NatureEnvoi.AVOIR else Facture
                facture = lecture.read(type_, garde.corps).message
                cherchees[facture.siret_emetteur, facture.numero] = (garde, facture)
        lire = self._client.list_etats_avoirs if nature is NatureEnvoi.AVOIR else self._client.list_etats_factures
        trouvailles: dict[int, Issue] = {}
        for etat in lire():
            cle = (etat.organisme_formation.siret, etat.reference_facture_cfa)
            if cle in cherchees:
                garde, facture = cherchees.pop(cle)
                trouvailles[garde.envoi.id] = self._found_facture(garde, facture, etat)
            if not cherchees:
                break
        return trouvailles

    def _found_facture(self, garde: AEnvoyer, facture: Facture, etat: EtatFacture) -> Issue:
        interne = etat.numero_interne_facture
        if etat.montant_facture != facture.montant_total:
            phrase = _FACTURE_DEJA.format(numero=facture.numero, interne=interne)
            return issues.already_there(interne, facture.numero or "", ("facture.montantTotal",), phrase)
        return issues.acknowledged(self._store, garde.envoi, Recu(interne), retrouve=True)


def _identite(garde: AEnvoyer) -> str | None:
    if garde.corps is None:
        return None
    return depot.dossier_identite(lecture.read(DepotDossier, garde.corps).message.cerfa)
