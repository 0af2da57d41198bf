"""What a break does to the money, and what the contract that follows it does to that (L6222-18, L6222-18-2)."""

from datetime import date, datetime

import msgspec

from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.opco.decisions import store
from traitdunion.opco.decisions.actes import ActeRefuse
from traitdunion.opco.decisions.lecture.contenu import Contenu, Lecteur
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.financement.calcul import Engagement, Rupture, RuptureImpossible
from traitdunion.opco.financement.service import Financement
from traitdunion.opco.socle.database import Tx

# Contracts that follow another: same employer, another employer, after a break.
SUCCESSIONS = frozenset({"21", "22", "23"})


class ContratSuivi(msgspec.Struct, frozen=True, kw_only=True):
    """The broken contract whose training another contract takes over, and what is engaged for it now, in cents."""

    fiche: store.Fiche
    engagement: Engagement


class Ruptures:
    """The funding of a broken contract, in the transaction of an act."""

    def __init__(self, *, financement: Financement, lecteur: Lecteur) -> None:
        self._financement = financement
        self._lecteur = lecteur

    async def fund(
        self, tx: Tx, fiche: store.Fiche, rupture: store.Rupture, *, par: str, at: datetime
    ) -> Engagement | None:
        """Bring the engagement to what is due after a break; None when nothing is engaged.

        The training kept on is funded until the eve of the next contract's signature at the latest. Raises ActeRefuse
        when the last day is outside the contract.
        """
        contenu = await self._lecteur.read(tx, fiche)
        formation = contenu.cerfa.formation
        faits = Rupture(
            dernier_jour=rupture.dernier_jour,
            maintien=rupture.maintien,
            nouveau_contrat=await store.read_nouveau_contrat(tx, fiche.numero_interne),
            fin_formation=formation.date_fin_formation if formation else None,
            dans_les_45_jours=rupture.probatoire,
        )
        try:
            return await self._financement.apply_rupture(
                *(tx, fiche.numero_interne, faits), siren=fiche.siren, par=par, at=at
            )
        except RuptureImpossible:
            raise ActeRefuse(
                "Le dernier jour déclaré est hors du contrat : écartez cette déclaration, ou faites-la corriger."
            ) from None

    async def follow(
        self, tx: Tx, fiche: store.Fiche, contenu: Contenu, *, par: str, at: datetime
    ) -> ContratSuivi | None:
        """The contract granted follows another one: the funding of that one's kept training stops on its eve.

        None when nothing changes: no such contract, not broken yet (its break will know), or no training kept on.
        """
        signature = _signature(contenu.cerfa)
        if signature is None or fiche.contrat_lie is None:
            return None
        lie = await store.lock(tx, fiche.contrat_lie)
        if lie is None or not await store.set_nouveau_contrat(tx, lie.numero_interne, jour=signature):
            return None
        confirmees = [une for une in await store.list_ruptures(tx, lie.numero_interne) if une.issue == "CONFIRMEE"]
        if Etat(lie.etat) is not Etat.RUPTURE or not confirmees or not confirmees[-1].maintien:
            return None
        rompu = await self.fund(tx, lie, confirmees[-1], par=par, at=at)
        if rompu is None:
            return None
        texte = f"Nouveau contrat {numero_externe(fiche.numero_interne)} signé le {signature:%d/%m/%Y}"
        await store.insert_decision(tx, lie.numero_interne, sens="RUPTURE", texte=texte, par=par, le=at)
        await store.touch(tx, lie.numero_interne, file="DECIDE", par=par, le=at)
        return ContratSuivi(fiche=lie, engagement=rompu)


def _signature(cerfa: Cerfa) -> date | None:
    """The day on which a contract that follows another was signed; None for any other form."""
    contrat = cerfa.contrat
    return contrat.date_conclusion if contrat is not None and contrat.type_contrat_app in SUCCESSIONS else None
