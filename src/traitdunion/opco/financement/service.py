"""Proposing an engagement, recording it, reading it back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from traitdunion.norme.messages import reponses
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.parametres import ReglesFinancement
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.postes import EN_COURS, Poste
from traitdunion.opco.financement import calcul, store
from traitdunion.opco.financement.cible import compute_cible
from traitdunion.opco.financement.faits import (
    Choix,
    FaitsManquants,
    Niveau,
    Pieces,
    Sources,
    choose_niveau,
    read_contrat,
)
from traitdunion.opco.financement.frais import Frais, compute_frais
from traitdunion.opco.socle.database import Tx
from traitdunion.opco.socle.vault import Vault

CENTIMES = Decimal(100)
# By dossier, with which échéances its frais annexes were invoiced.
Periodes = Mapping[int, Sequence[reponses.PeriodeFraisAnnexe]]
AUCUNE_PERIODE: Periodes = MappingProxyType({})


class Bareme(Protocol):
    """Where the values of a day come from: the OPCO's parameters, the reference tables."""

    def regles_at(self, jour: date) -> ReglesFinancement:
        """The parameters of funding in force on a day."""
        ...

    def read_sources(self, cerfa: Cerfa) -> Sources:
        """What the reference tables say of a contract, at its date de conclusion."""
        ...


class Proposition(msgspec.Struct, frozen=True, kw_only=True):
    """What an accord would engage, with everything that it rests on."""

    engagement: calcul.Engagement
    frais: tuple[Frais, ...]
    regles: ReglesFinancement
    niveau: Niveau
    sources: Sources


class EngagementLu(msgspec.Struct, frozen=True, kw_only=True):
    """The engagement in force, with its reasons."""

    version: int
    origine: str
    engagement: calcul.Engagement
    frais: tuple[Frais, ...]
    montant: int
    trop_percu: int
    forclusion: date | None
    le: datetime


class FinancementLu(msgspec.Struct, frozen=True, kw_only=True):
    """The members of funding as the norm reads them back (norme.md §2.5)."""

    engagement: Decimal
    echeances: tuple[reponses.Echeance, ...]
    frais: tuple[reponses.EngagementFraisAnnexe, ...]
    details: reponses.DetailsFacturation


class SuiteEngagement(Protocol):
    """What follows a change of what is engaged, in its transaction, on a locked dossier."""

    async def __call__(self, tx: Tx, dossier: int, *, siren: str, par: str, at: datetime, trop_percu: int) -> None:
        """`trop_percu`: what was paid and is no longer due because of it, in cents."""
        ...


class Financement:
    """The use cases of funding, inside the transactions of their callers."""

    def __init__(self, *, vault: Vault, bareme: Bareme, suite: SuiteEngagement) -> None:
        self._vault = vault
        self._bareme = bareme
        self._suite = suite

    def propose(self, cerfa: Cerfa, pieces: Pieces, choix: Choix) -> Proposition:
        """What an accord would engage today. Raises FaitsManquants, ContratIncalculable."""
        sources = self._bareme.read_sources(cerfa)
        contrat = read_contrat(cerfa, pieces, sources, choix)
        # The values of the day on which the contract was concluded: an old contract is judged by them.
        regles = self._bareme.regles_at(contrat.conclusion)
        couts = pieces.convention.couts if pieces.convention else None
        return Proposition(
            engagement=calcul.compute(contrat, regles),
            frais=compute_frais(couts, regles),
            regles=regles,
            niveau=choose_niveau(sources, choix),
            sources=sources,
        )

    async def record(
        self, tx: Tx, numero_interne: int, proposition: Proposition, *, siren: str, origine: str, par: str, at: datetime
    ) -> int:
        """Make a proposition the engagement in force of a locked dossier; its version."""
        return await self._write(
            tx,
            numero_interne,
            proposition.engagement,
            frais=proposition.frais,
            regles=proposition.regles,
            siren=siren,
            origine=origine,
            par=par,
            at=at,
        )

    async def apply_rupture(
        self, tx: Tx, numero_interne: int, rupture: calcul.Rupture, *, siren: str, par: str, at: datetime
    ) -> calcul.Engagement | None:
        """Recompute from the last engagement before any break; None when the dossier has none.

        Raises RuptureImpossible when the last day is outside the contract.
        """
        ligne = await store.find_version(tx, numero_interne, sauf="RUPTURE")
        if ligne is None:
            return None
        lu, regles = self._read(ligne), msgspec.convert(ligne.regles, ReglesFinancement)
        rompu = calcul.apply_rupture(lu.engagement, rupture, regles)
        await self._write(
            tx,
            numero_interne,
            rompu,
            frais=lu.frais,
            regles=regles,
            siren=siren,
            origine="RUPTURE",
            par=par,
            at=at,
        )
        return rompu

    async def propose_revision(self, tx: Tx, numero_interne: int, contrat: calcul.Contrat, *, le: date) -> Proposition:
        """What the engagement in force becomes with new facts from a day on, nothing written.

        The parameters are those of the accord. Raises FaitsManquants when there is no engagement.
        """
        ligne = (await store.find_engagements(tx, [numero_interne])).get(numero_interne)
        if ligne is None:
            raise FaitsManquants("Ce dossier n'a pas d'engagement à réviser.")
        lu, regles = self._read(ligne), msgspec.convert(ligne.regles, ReglesFinancement)
        return Proposition(
            engagement=calcul.revise(lu.engagement, contrat, regles, le=le),
            frais=lu.frais,
            regles=regles,
            niveau=Niveau(montant=contrat.npec, source="engagement en vigueur", amorcage=contrat.amorcage),
            sources=Sources(),
        )

    async def clear(self, tx: Tx, numero_interne: int, *, siren: str, par: str, at: datetime) -> None:
        """Nothing is to be paid any more: no échéance is left, the versions of the engagement stay as history.

        What was paid is to be given back.
        """
        await store.replace_echeances(tx, numero_interne, siren="", siret_cfa="", par=())
        await self._engage(tx, numero_interne, (), (), piece="annulation", siren=siren, par=par, at=at)

    async def find(self, tx: Tx, numero_interne: int) -> EngagementLu | None:
        """The engagement in force of a dossier, with its reasons."""
        ligne = (await store.find_engagements(tx, [numero_interne])).get(numero_interne)
        return self._read(ligne) if ligne else None

    async def find_contrat(self, tx: Tx, numero_interne: int) -> calcul.Contrat | None:
        """The contract as its avenants have set it, whatever a break did to its funding; None before an engagement."""
        ligne = await store.find_version(tx, numero_interne, sauf="RUPTURE")
        return self._read(ligne).engagement.contrat if ligne else None

    async def read_back(
        self, tx: Tx, numeros: Sequence[int], *, periodes: Periodes = AUCUNE_PERIODE
    ) -> dict[int, FinancementLu]:
        """What the norm says of the funding of these dossiers; those without engagement are not there."""
        engagements = await store.find_engagements(tx, numeros)
        if not engagements:
            return {}
        echeances: dict[int, list[store.LigneEcheance]] = {numero: [] for numero in engagements}
        for ligne in await store.list_echeances(tx, list(engagements)):
            echeances[ligne.numero_interne].append(ligne)
        livres = await comptabilite.open_livres(tx, list(engagements))
        return {
            numero: _to_norme(engagements[numero], echeances[numero], livres[numero], periodes.get(numero, ()))
            for numero in engagements
        }

    async def _write(
        self,
        tx: Tx,
        numero_interne: int,
        engagement: calcul.Engagement,
        *,
        frais: tuple[Frais, ...],
        regles: ReglesFinancement,
        siren: str,
        origine: str,
        par: str,
        at: datetime,
    ) -> int:
        clair = msgspec.json.encode(engagement)
        version = await store.insert(
            tx,
            store.NouvelEngagement(
                numero_interne=numero_interne,
                origine=origine,
                calcul_chiffre=self._vault.encrypt(clair, aad=_aad(numero_interne)),
                regles=msgspec.to_builtins(regles),
                frais=msgspec.to_builtins(frais),
                montant=engagement.total,
                trop_percu=engagement.trop_percu,
                forclusion=engagement.forclusion,
                par=par,
                le=at,
            ),
        )
        siret_cfa = engagement.contrat.siret_cfa
        await store.replace_echeances(tx, numero_interne, siren=siren, siret_cfa=siret_cfa, par=engagement.echeances)
        piece = f"engagement {version}"
        await self._engage(tx, numero_interne, engagement.echeances, frais, piece=piece, siren=siren, par=par, at=at)
        return version

    async def _engage(
        self,
        tx: Tx,
        numero_interne: int,
        echeances: Sequence[calcul.Echeance],
        frais: Sequence[Frais],
        *,
        piece: str,
        siren: str,
        par: str,
        at: datetime,
    ) -> None:
        """Bring the ledger of a locked dossier to what is engaged now, and let follow what must."""
        livre = await comptabilite.open_livre(tx, numero_interne)
        avant = livre.trop_percu
        disponible = {cle: livre.disponible(cle) for cle in livre.cles}
        livre.record_engagement(compute_cible(echeances, frais, disponible=disponible))
        indu = max(0, livre.trop_percu - avant)
        await comptabilite.write(
            tx,
            livre,
            comptabilite.Ecriture(
                numero_interne=numero_interne, siren=siren, fait="ENGAGEMENT", piece=piece, par=par, le=at
            ),
        )
        await self._suite(tx, numero_interne, siren=siren, par=par, at=at, trop_percu=indu)

    def _read(self, ligne: store.LigneEngagement) -> EngagementLu:
        clair = self._vault.decrypt(ligne.calcul_chiffre, aad=_aad(ligne.numero_interne))
        return EngagementLu(
            version=ligne.version,
            origine=ligne.origine,
            engagement=msgspec.json.decode(clair, type=calcul.Engagement),
            frais=msgspec.convert(ligne.frais, tuple[Frais, ...]),
            montant=ligne.montant,
            trop_percu=ligne.trop_percu,
            forclusion=ligne.forclusion,
            le=ligne.le,
        )


def _aad(numero_interne: int) -> bytes:
    """What binds an encrypted computation to its dossier."""
    return b"engagement:%d" % numero_interne


def euros(cents: int) -> Decimal:
    """Cents as the norm writes them: euros with two decimals, exact."""
    return Decimal(cents) / CENTIMES


def _to_norme(
    ligne: store.LigneEngagement,
    echeances: Sequence[store.LigneEcheance],
    livre: Livre,
    periodes: Sequence[reponses.PeriodeFraisAnnexe],
) -> FinancementLu:
    frais: list[Any] = ligne.frais
    return FinancementLu(
        engagement=euros(ligne.montant),
        echeances=tuple(
            reponses.Echeance(
                numero=str(une.numero),
                codification=une.codification,
                date_ouverture=une.ouverture,
                date_debut=une.debut,
                date_fin=une.fin,
                montant_total=euros(une.total),
                dont_montant_pedagogie=euros(une.pedagogie),
                dont_majoration_rqth=euros(une.rqth),
                dont_participation_employeur=euros(une.participation),
                montant_regle=euros(livre.total(Poste.REGLE, echeance=une.numero)),
                montant_en_cours_instruction=euros(livre.total(*EN_COURS, echeance=une.numero)),
                siret_cfa=une.siret_cfa,
            )
            for une in echeances
        ),
        frais=tuple(
            reponses.EngagementFraisAnnexe(
                nature_frais=un["nature"],
                quantite=un["quantite"],
                prix_unitaire=euros(un["prix_unitaire"]),
                montant_total=euros(un["quantite"] * un["prix_unitaire"]),
            )
            for un in frais
        ),
        details=_details(ligne, livre, periodes),
    )


def _details(
    ligne: store.LigneEngagement, livre: Livre, periodes: Sequence[reponses.PeriodeFraisAnnexe]
) -> reponses.DetailsFacturation:
    """What has been invoiced besides pedagogy."""
    plafonds = {un["nature"]: un["quantite"] * un["prix_unitaire"] for un in ligne.frais}
    return reponses.DetailsFacturation(
        frais_premier_equipement_regles=livre.total(Poste.REGLE, nature="PREMIEREQUIPEMENT") > 0,
        frais_mobilite_regles=livre.total(Poste.REGLE, nature="MOBILITE") > 0,
        plafond_frais_premier_equipement=euros(plafonds.get("PREMIEREQUIPEMENT", 0)),
        plafond_frais_mobilite=euros(plafonds.get("MOBILITE", 0)),
        periodes_frais_annexes=tuple(periodes),
    )
