"""Avenants (types 31 to 38): they change the engagement of the contract that they name, from their date d'effet on."""

from datetime import datetime

import msgspec

from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.opco.decisions import store
from traitdunion.opco.decisions.actes import ActeRefuse
from traitdunion.opco.decisions.lecture.contenu import Contenu
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.financement.calcul import Contrat
from traitdunion.opco.financement.faits import Choix, FaitsManquants, is_reduced, read_rqth, to_cents
from traitdunion.opco.financement.service import Financement, Proposition
from traitdunion.opco.socle.database import Tx

AUTRE_DIPLOME = "35"  # L6222-22-1: another certification, hence another level from the date d'effet on


class AvenantApplique(msgspec.Struct, frozen=True, kw_only=True):
    """The contract that an avenant has changed, and what is engaged for it now, in cents."""

    contrat: int
    fiche: store.Fiche
    montant: int


def is_avenant(cerfa: Cerfa) -> bool:
    """Whether a form is an avenant's."""
    return bool(cerfa.contrat and (cerfa.contrat.type_contrat_app or "").startswith("3"))


class Avenants:
    """The avenant's part of an accord, in its transaction."""

    def __init__(self, *, financement: Financement) -> None:
        self._financement = financement

    async def propose(self, tx: Tx, fiche: store.Fiche, contenu: Contenu, choix: Choix) -> Proposition | None:
        """What the contract's engagement would become; None when the dossier is no avenant. Raises FaitsManquants."""
        if not is_avenant(contenu.cerfa):
            return None
        lie = await store.find(tx, fiche.contrat_lie) if fiche.contrat_lie else None
        if lie is None or Etat(lie.etat) is not Etat.ENGAGE:
            raise FaitsManquants(
                "Le contrat que cet avenant modifie n'est pas retrouvé parmi les dossiers engagés de ce CFA : vérifiez "
                "le numéro du contrat précédent."
            )
        lu = await self._financement.find(tx, lie.numero_interne)
        contrat = contenu.cerfa.contrat
        assert contrat is not None  # it says that it is an avenant
        if lu is None or contrat.date_effet_avenant is None:
            raise FaitsManquants("La date d'effet de l'avenant, ou l'engagement de son contrat, manque.")
        return await self._financement.propose_revision(
            tx, lie.numero_interne, _amend(lu.engagement.contrat, contenu, choix), le=contrat.date_effet_avenant
        )

    async def apply(
        self, tx: Tx, fiche: store.Fiche, contenu: Contenu, proposition: Proposition, *, par: str, at: datetime
    ) -> AvenantApplique | None:
        """Write the contract's new engagement; None when the dossier is no avenant."""
        if not is_avenant(contenu.cerfa) or fiche.contrat_lie is None:
            return None
        lie = await store.lock(tx, fiche.contrat_lie)
        if lie is None or Etat(lie.etat) is not Etat.ENGAGE:
            raise ActeRefuse("Le contrat que cet avenant modifie a changé d'état : relisez-le.", conflit=True)
        await self._financement.record(
            *(tx, lie.numero_interne, proposition), siren=lie.siren, origine="AVENANT", par=par, at=at
        )
        externe = numero_externe(fiche.numero_interne)
        texte = f"Avenant {externe} appliqué"
        await store.insert_decision(tx, lie.numero_interne, sens="AVENANT", texte=texte, par=par, le=at)
        await store.touch(tx, lie.numero_interne, file="DECIDE", par=par, le=at)
        return AvenantApplique(contrat=lie.numero_interne, fiche=lie, montant=proposition.engagement.total)


def _amend(contrat: Contrat, contenu: Contenu, choix: Choix) -> Contrat:
    """The contract's facts once the avenant is signed: its end, its hours, its price when a new convention says so.

    The right to the +10 % comes with the convention that reduces the duration (R6332-25 IV 2°), the RQTH raise with a
    convention that claims it (avenant 34, D6332-82); neither is lost by an avenant that is silent on it. An avenant 35
    brings another certification: its level, chosen by staff, counts from its date d'effet on. The date de conclusion
    and the first day stay those of the contract (regles.md §4.9, Inputs).
    """
    cerfa = contenu.cerfa
    avenant, formation, convention = cerfa.contrat, cerfa.formation, contenu.pieces.convention
    assert avenant is not None
    changes: dict[str, object] = {}
    if avenant.date_fin_contrat is not None:
        changes["fin"] = avenant.date_fin_contrat
    if formation is not None and formation.duree_formation is not None:
        changes["heures_formation"] = formation.duree_formation
        changes["heures_distance"] = formation.nombre_heures_en_distanciel
    if (
        convention is not None
        and convention.couts is not None
        and convention.couts.cout_total_pedagogie_cfa is not None
    ):
        changes["prix"] = to_cents(convention.couts.cout_total_pedagogie_cfa)
    if is_reduced(avenant.type_derogation, contenu.pieces, choix) or choix.reduction is not None:
        changes["reduction"] = is_reduced(avenant.type_derogation, contenu.pieces, choix)
    rqth, reconnu = read_rqth(cerfa, convention, choix, assimiles=contrat.rqth_reconnu)
    if any(rqth) or choix.rqth_reconnu is not None:
        changes["rqth"] = rqth if any(rqth) else contrat.rqth
        changes["rqth_reconnu"] = (
            choix.rqth_reconnu if choix.rqth_reconnu is not None else reconnu or contrat.rqth_reconnu
        )
    if avenant.type_contrat_app == AUTRE_DIPLOME:
        if choix.npec is None:
            raise FaitsManquants("Avenant 35 : saisissez le niveau de prise en charge de la nouvelle certification.")
        assert avenant.date_effet_avenant is not None
        changes["changement_niveau"] = (avenant.date_effet_avenant, choix.npec)
    return msgspec.structs.replace(contrat, **changes)
