"""What is deposited of a contract, from the form that the OPCO keeps encrypted."""

from collections.abc import Callable, Coroutine
from typing import Any

from traitdunion.norme import lecture
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.opco.deca import store
from traitdunion.opco.deca.port import ContratADeposer
from traitdunion.opco.dossiers import store as dossiers
from traitdunion.opco.dossiers.deposit import corps_aad
from traitdunion.opco.socle.database import Tx
from traitdunion.opco.socle.vault import Vault

ReadFacts = Callable[[Tx, int], Coroutine[Any, Any, ContratADeposer]]


class FaitsIntrouvables(Exception):
    """The dossier is not there, or its form lacks what a deposit needs; the text is French."""


def open_facts(vault: Vault) -> ReadFacts:
    """A reader of facts from the stored body: the number of a dossier in, what is sent out; it raises
    FaitsIntrouvables."""

    async def read_facts(tx: Tx, dossier: int) -> ContratADeposer:
        siren = await store.read_siren(tx, dossier)
        depots = await dossiers.find_depots(tx, [dossier], siren=siren) if siren else []
        if not depots:
            raise FaitsIntrouvables("Le contrat déposé est introuvable.")
        (depot,) = depots
        corps = vault.decrypt(depot.corps_chiffre, aad=corps_aad(depot.identite, depot.dossier.depose_le))
        cerfa = lecture.read(DepotDossier, corps).message.cerfa
        if cerfa is None:
            raise FaitsIntrouvables("Le contrat déposé est illisible.")
        return build_facts(cerfa)

    return read_facts


def build_facts(cerfa: Cerfa) -> ContratADeposer:
    """The facts of a form. Raises FaitsIntrouvables when what no deposit goes without is missing."""
    employeur, apprenti, contrat = cerfa.employeur, cerfa.apprenti, cerfa.contrat
    formation, organisme = cerfa.formation, cerfa.organisme_formation
    if employeur is None or apprenti is None or contrat is None or organisme is None:
        raise FaitsIntrouvables("Il manque à ce contrat l'employeur, l'apprenti, les dates ou le CFA.")
    return ContratADeposer(
        siret_employeur=employeur.siret or "",
        code_postal_employeur=employeur.adresse.code_postal if employeur.adresse else None,
        siret_cfa=organisme.siret or "",
        nom=apprenti.nom or "",
        prenom=apprenti.prenom or "",
        date_naissance=apprenti.date_naissance,
        type_contrat=contrat.type_contrat_app or "",
        date_conclusion=contrat.date_conclusion,
        date_debut=contrat.date_debut_contrat,
        date_fin=contrat.date_fin_contrat,
        rncp=formation.rncp if formation else None,
        code_diplome=formation.code_diplome if formation else None,
        numero_contrat_precedent=contrat.numero_contrat_precedent,
    )
