"""POST dossiers/rupture/employeur: a break declared by the CFA (norme.md §2.6)."""

import msgspec

from traitdunion.norme import controles, lecture
from traitdunion.norme.erreurs import depot as codes
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.reponses import AccuseRupture
from traitdunion.norme.messages.rupture import Rupture
from traitdunion.norme.motifs import read_motif_rupture
from traitdunion.opco.decisions import store
from traitdunion.opco.decisions.actes import ActeRefuse
from traitdunion.opco.decisions.avenants import is_avenant
from traitdunion.opco.decisions.service import Decisions
from traitdunion.opco.dossiers.deposit import refuse_bloquant
from traitdunion.opco.dossiers.read_back import Dossiers
from traitdunion.opco.socle.clock import Clock

CHIFFRES_MAX = 18  # of a number that the database can hold


class RuptureRecue(msgspec.Struct, frozen=True, kw_only=True):
    """What the CFA is told; `rejouee` when the same break had been declared before."""

    accuse: AccuseRupture
    rejouee: bool


class Declarations:
    """Reads, checks and records declarations of break."""

    def __init__(self, *, decisions: Decisions, dossiers: Dossiers, clock: Clock) -> None:
        self._decisions = decisions
        self._dossiers = dossiers
        self._clock = clock

    async def deposit(self, corps: bytes, *, siren: str, acteur: str) -> RuptureRecue:
        """Record a declaration durably; the state stays as it is until staff confirm.

        On an avenant, it is its contract's.

        Raises `Refus`: what cannot be read or is missing (everything at once), OBJET_INCONNU, RUPTURE_HORS_CONTRAT,
        MAINTIEN_EXCLU, DOSSIER_CLOS.
        """
        lu = lecture.read(Rupture, corps, racine="rupture")
        refuse_bloquant(controles.merge(lu.anomalies, controles.check_rupture(lu.message)))
        rupture = lu.message
        assert rupture.numero_interne_dossier is not None
        assert rupture.date_rupture is not None
        assert rupture.date_notification is not None
        assert rupture.motif is not None
        texte = rupture.numero_interne_dossier
        numero = int(texte) if len(texte) <= CHIFFRES_MAX else 0
        cerfa = await self._dossiers.read_cerfa(numero, siren=siren)
        if cerfa is not None and is_avenant(cerfa):
            # What is broken is the contract, whichever of its numbers the CFA has at hand.
            numero = await self._decisions.find_contrat_lie(numero) or numero
            cerfa = await self._dossiers.read_cerfa(numero, siren=siren)
        if cerfa is None:
            raise codes.OBJET_INCONNU.refus("rupture.numeroInterneDossier")
        debut, fin = await self._decisions.find_periode(numero, cerfa)
        if debut is not None and fin is not None and not debut <= rupture.date_rupture <= fin:
            raise codes.RUPTURE_HORS_CONTRAT.refus(
                "rupture.dateRupture",
                jour=f"{rupture.date_rupture:%d/%m/%Y}",
                debut=f"{debut:%d/%m/%Y}",
                fin=f"{fin:%d/%m/%Y}",
            )
        motif = read_motif_rupture(rupture.motif)
        assert motif is not None  # an unknown one blocks
        declaration = store.Rupture(
            id=0,
            dernier_jour=rupture.date_rupture,
            notifiee_le=rupture.date_notification,
            probatoire=bool(rupture.pendant_periode_probatoire),
            motif=motif,
            maintien=bool(rupture.maintien_en_formation),
            commentaire=rupture.commentaire,
            declaree_par=acteur,
            declaree_le=self._clock.now(),
            issue=None,
            issue_le=None,
        )
        try:
            nouvelle = await self._decisions.declare_rupture(numero, declaration, siren=siren)
        except ActeRefuse:
            etat = (await self._dossiers.find(numero, siren=siren)).cerfa.etat
            raise codes.DOSSIER_CLOS.refus(
                "rupture.numeroInterneDossier", numero_externe=numero_externe(numero), etat=etat
            ) from None
        lu_dossier = await self._dossiers.find(numero, siren=siren)
        accuse = AccuseRupture(numero_interne=str(numero), etat=lu_dossier.cerfa.etat or "")
        return RuptureRecue(accuse=accuse, rejouee=not nouvelle)
