"""Sending one dossier whole, as a person expects it: checked first, then the contract, then its convention."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from traitdunion.cfa.echange.fichiers import Fichier
from traitdunion.cfa.entrees import DossierCharge
from traitdunion.cfa.errors import ErreurCfa, ReponsePerdue
from traitdunion.norme import controles
from traitdunion.norme.erreurs import Anomalie, Gravite
from traitdunion.norme.messages.convention import Convention

if TYPE_CHECKING:
    from traitdunion.cfa.client import ClientCfa
    from traitdunion.cfa.echange.demarches import MemeDossier

# The convention names its dossier only once this one has a number: until then that rule has nothing to say.
CHAMP_NUMERO = "convention.numeroInterneDossier"


@dataclass
class Bilan:
    """How far a send went; filled step by step, so that what is already recorded is known when a later step fails."""

    numero_interne: str | None = None
    numero_externe: str | None = None
    numero_deca: str | None = None
    recepisse: str | None = None
    numero_interne_document: str | None = None
    recepisse_convention: str | None = None
    avertissements: tuple[Anomalie, ...] = ()
    retrouve: bool = False

    @property
    def etape(self) -> str:
        """What remains to be done first: « dossier », « convention », or « terminé »."""
        if self.numero_interne is None:
            return "dossier"
        return "convention" if self.numero_interne_document is None else "terminé"


def check_dossier(dossier: DossierCharge, *, le: date) -> list[Anomalie]:
    """Every anomaly of shape and of rule, as the server finds them on that day."""
    return controles.merge(dossier.anomalies, controles.check_depot(dossier.depot, recu_le=le))


def check_convention(convention: Convention, dossier: DossierCharge, *, le: date) -> list[Anomalie]:
    """Every anomaly of the convention, alone and against its CERFA."""
    trouvees = controles.check_convention(convention, cerfa=dossier.depot.cerfa, recu_le=le)
    return [anomalie for anomalie in trouvees if anomalie.champ != CHAMP_NUMERO]


def is_recevable(anomalies: list[Anomalie]) -> bool:
    """Whether the OPCO would receive it: nothing blocks (norme.md §7)."""
    return all(anomalie.gravite is not Gravite.BLOQUANT for anomalie in anomalies)


def send(client: "ClientCfa", dossier: DossierCharge, convention: Convention, fichier: Fichier, bilan: Bilan) -> None:
    """Deposit what `bilan` says is not deposited yet. Raises Refused, NoAnswer; `bilan` says after which step.

    A deposit whose answer is lost is looked for among the CFA's dossiers before anything else is tried: only a person
    decides to send it again when it is not found (norme.md §7).
    """
    if bilan.numero_interne is None:
        _send_dossier(client, dossier, bilan)
    convention = msgspec.structs.replace(convention, numero_interne_dossier=bilan.numero_interne)
    accuse = client.deposit_convention(convention, fichier)
    bilan.numero_interne_document = accuse.numero_interne_document
    bilan.recepisse_convention = accuse.recepisse
    bilan.avertissements += tuple(accuse.avertissements or ())


def _send_dossier(client: "ClientCfa", dossier: DossierCharge, bilan: Bilan) -> None:
    try:
        accuse = client.deposit(dossier.corps)
    except ReponsePerdue as perdue:
        trouve = _read_back(client, dossier)
        if trouve is None:
            raise
        etat = trouve.etat
        if not trouve.meme_contenu:
            raise ReponsePerdue(
                f"{perdue} Le dossier {etat.numero_externe or etat.numero_interne} porte déjà ce contrat, avec un "
                "autre contenu : comparez-les avant d'aller plus loin."
            ) from None
        bilan.numero_interne, bilan.numero_externe = etat.numero_interne, etat.numero_externe
        bilan.numero_deca, bilan.retrouve = etat.numero_deca, True
        return
    bilan.numero_interne, bilan.numero_externe = accuse.numero_interne, accuse.numero_externe
    bilan.numero_deca, bilan.recepisse = accuse.numero_deca, accuse.recepisse
    bilan.avertissements = tuple(accuse.avertissements or ())


def _read_back(client: "ClientCfa", dossier: DossierCharge) -> "MemeDossier | None":
    try:
        return client.find_same_dossier(dossier.depot)
    except ErreurCfa:
        return None  # reading back failed too: the first trouble is the one to tell
