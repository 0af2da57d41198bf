"""The acts of staff on a dossier, and the CFA's answer: each one transaction (fiabilite.md §1).

Every act locks the dossier, checks the version that its author read, checks the edge, then writes the state, the
decision, the event, the line of the log and the mails, and commits them together.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Protocol

import msgspec

from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.motifs import MOTIF_INFORMATION, MOTIF_REFUS
from traitdunion.norme.nomenclatures import TYPE_FICHIER
from traitdunion.opco.comptes import store as comptes
from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.decisions import ouverture, soldes, store
from traitdunion.opco.decisions.actes import LIBELLES, PERMIS, Acte, ActeRefuse, check_acte, check_delai
from traitdunion.opco.decisions.avenants import Avenants
from traitdunion.opco.decisions.avis import AvisDecisions
from traitdunion.opco.decisions.lecture.contenu import Contenu, Lecteur
from traitdunion.opco.decisions.ruptures import Ruptures
from traitdunion.opco.decisions.saisie import check_codes, check_dernier_jour, check_reponse, check_texte
from traitdunion.opco.dossiers.states import Etat, check_transition
from traitdunion.opco.evenements import journal
from traitdunion.opco.financement.faits import Choix, FaitsManquants
from traitdunion.opco.financement.service import Financement, Proposition
from traitdunion.opco.socle.clock import PARIS, Clock, day_of
from traitdunion.opco.socle.database import Database, Tx

# Those who decide, and to whom dossiers are given; the comptable reads.
INSTRUISENT = frozenset({Role.OPCO_GESTIONNAIRE, Role.OPCO_ADMINISTRATEUR})
DELAI_REPONSE_MAX = 60  # days that a request for information may leave
# Queues: what waits for staff, what waits for the CFA, what is decided.
A_INSTRUIRE, ATTENTE, DECIDE = "A_INSTRUIRE", "ATTENTE_INFORMATION", "DECIDE"


class RecordDeca(Protocol):
    """Writes down, in the transaction of the act, what is to be deposited with the State (D6224-4)."""

    async def __call__(
        self, tx: Tx, dossier: int, nature: str, *, motifs: Sequence[str] = (), texte: str | None = None
    ) -> None:
        """`nature`: CONTRAT, AVENANT or REFUS, which has grounds or a reason."""
        ...


class Vue(msgspec.Struct, frozen=True, kw_only=True):
    """The dossier that an act holds, who acts, when."""

    fiche: store.Fiche
    par: str
    at: datetime

    @property
    def numero(self) -> int:
        """Its internal number."""
        return self.fiche.numero_interne

    @property
    def externe(self) -> str:
        """« CA-1234567 »."""
        return numero_externe(self.fiche.numero_interne)


class Decisions:
    """The use cases of instruction."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        lecteur: Lecteur,
        financement: Financement,
        avis: AvisDecisions,
        record_deca: RecordDeca,
    ) -> None:
        self._database = database
        self._clock = clock
        self._lecteur = lecteur
        self._financement = financement
        self._avenants = Avenants(financement=financement)
        self._ruptures = Ruptures(financement=financement, lecteur=lecteur)
        self._avis = avis
        self._record_deca = record_deca

    # --- instruction ----------------------------------------------------------------------------------------------

    async def start(self, numero: int, *, version: int, compte: int) -> None:
        """Take a dossier up: it is given to who takes it. Raises ActeRefuse, like every act here."""
        async with self._act(numero, Acte.COMMENCER, version=version, par=f"compte:{compte}") as (tx, vue):
            await self._move(tx, vue, Etat.EN_COURS_INSTRUCTION, commentaire=None, file=A_INSTRUIRE)
            await store.set_affectation(tx, numero, compte=compte)
            await self._tell(tx, vue, "INSTRUCTION_COMMENCEE")

    async def assign(self, numero: int, *, compte: int | None, par: str) -> None:
        """Give a dossier to somebody of the OPCO, or to nobody. Not the CFA's business: the log only."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            fiche = await self._lock(tx, numero)
            if fiche.file is None:
                raise ActeRefuse("Ce dossier n'est pas encore complet : commencez d'abord son instruction.")
            if compte is not None:
                trouve = await comptes.find_compte(tx, compte)
                if trouve is None or not trouve.actif or trouve.role not in INSTRUISENT:
                    raise ActeRefuse("Cette personne n'instruit pas de dossier.", saisie=True)
            await store.set_affectation(tx, numero, compte=compte)
            await self._log(tx, fiche, "DOSSIER_AFFECTE", par=par, at=at, compte=compte or 0)

    async def record_mandat(self, numero: int, *, page: int | None, compte: int) -> None:
        """Tick that the mandate stands in a chapter of its own, on that page of the convention; None unticks."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            fiche = await self._lock(tx, numero)
            check_acte(Acte.DEMANDER_INFORMATION, Etat(fiche.etat))
            if page is not None and page < 1:
                raise ActeRefuse("Dites à quelle page de la convention se trouve le mandat.", saisie=True)
            await store.set_mandat(tx, numero, page=page, par=compte if page else None, le=at if page else None)
            await self._log(tx, fiche, "MANDAT_VU", par=f"compte:{compte}", at=at, page=page or 0)

    async def ask(
        self,
        numero: int,
        *,
        version: int,
        motifs: Sequence[str],
        texte: str,
        pieces: Sequence[str] = (),
        jours: int,
        par: str,
    ) -> None:
        """Ask the CFA for information, with typed grounds and a deadline in days; the 20-day clock goes on."""
        motifs = check_codes(motifs, MOTIF_INFORMATION.codes, "Choisissez au moins un motif.")
        pieces = check_codes(pieces, TYPE_FICHIER.codes, None)
        if not 1 <= jours <= DELAI_REPONSE_MAX:
            raise ActeRefuse(f"Le délai de réponse va de 1 à {DELAI_REPONSE_MAX} jours.", saisie=True)
        texte = check_texte(texte, objet="Demande")
        async with self._act(numero, Acte.DEMANDER_INFORMATION, version=version, par=par) as (tx, vue):
            if await store.find_demande(tx, numero) is not None:
                raise ActeRefuse("Une demande d'information attend déjà la réponse du CFA.", conflit=True)
            limite = day_of(vue.at) + timedelta(days=jours)
            check_reponse(limite, decision=vue.fiche.limite_le, jour=day_of(vue.at))
            await store.insert_demande(
                *(tx, numero),
                siren=vue.fiche.siren,
                motifs=motifs,
                texte=texte,
                pieces=pieces,
                limite_le=limite,
                par=par,
                le=vue.at,
            )
            libelles = ", ".join(MOTIF_INFORMATION.codes[code] for code in motifs)
            commentaire = f"Attente d'information avant le {limite:%d/%m/%Y} : {libelles}. {texte}"
            await store.set_etat(tx, numero, etat=vue.fiche.etat, commentaire=commentaire)
            await store.touch(tx, numero, file=ATTENTE, par=par, le=vue.at)
            await self._tell(
                tx, vue, "INFORMATION_DEMANDEE", motifs=list(motifs), limite=limite.isoformat(), pieces=list(pieces)
            )
            await self._avis.tell_cfa(
                *(tx, vue.fiche.siren, "information_demandee"),
                numero=vue.externe,
                limite=f"{limite:%d/%m/%Y}",
                motifs=libelles,
            )

    async def answer(self, numero: int, *, siren: str, texte: str, par: str) -> None:
        """The CFA answers the open request; another SIREN's dossier does not exist."""
        texte = check_texte(texte, objet="Réponse")
        async with self._act(numero, Acte.REPONDRE, version=None, par=par, siren=siren) as (tx, vue):
            demandes = await store.list_demandes(tx, numero)
            derniere = demandes[-1] if demandes else None
            if derniere is None or (derniere.repondue_le is not None and derniere.repondue_par != par):
                raise ActeRefuse("Aucune demande d'information n'attend de réponse.", conflit=True)
            if derniere.reponse is not None:
                raise ActeRefuse("La réponse est déjà partie.", conflit=True)
            await store.set_reponse(tx, derniere.id, reponse=texte)
            if derniere.repondue_le is None:  # else the file sent with it has answered a moment ago
                await store.close_demande(tx, derniere.id, par=par, le=vue.at)
                await ouverture.close_wait(tx, numero, siren=siren, par=par, at=vue.at)

    # --- decisions ------------------------------------------------------------------------------------------------

    async def propose(self, numero: int, choix: Choix) -> Proposition:
        """What an accord would engage, nothing written. Raises ActeRefuse, with what is missing."""
        async with self._database.connection() as tx:
            fiche = await store.find(tx, numero)
            if fiche is None:
                raise ActeRefuse("Ce dossier n'existe pas.")
            check_acte(Acte.ACCORDER, Etat(fiche.etat))
            check_delai(Acte.ACCORDER, fiche.limite_le, jour=day_of(self._clock.now()))
            _, proposition = await self._propose(tx, fiche, choix)
        return proposition

    async def grant(self, numero: int, *, version: int, choix: Choix, par: str, attendu: int | None = None) -> int:
        """Accord: the engagement and its échéancier, the deposit at DECA; the amount engaged, in cents.

        `attendu`: the amount that was confirmed, in cents; another one, since a table or a parameter has changed
        meanwhile, is refused. A break declared before is applied at once. An avenant revises the engagement of its
        contract; a contract that follows a broken one ends the funding of the training kept on there.
        """
        async with self._act(numero, Acte.ACCORDER, version=version, par=par) as (tx, vue):
            contenu, proposition = await self._propose(tx, vue.fiche, choix)
            if attendu is not None and proposition.engagement.total != attendu:
                raise ActeRefuse("Le montant a changé depuis l'aperçu : relisez-le avant d'accorder.", saisie=True)
            avenant = await self._avenants.apply(tx, vue.fiche, contenu, proposition, par=par, at=vue.at)
            if avenant is None:
                self._check_mandat(vue.fiche)
                await self._financement.record(
                    *(tx, numero, proposition), siren=vue.fiche.siren, origine="ACCORD", par=par, at=vue.at
                )
            montant = proposition.engagement.total if avenant is None else avenant.montant
            await self._close_demande(tx, vue)
            await store.insert_decision(tx, numero, sens="ACCORD", par=par, le=vue.at)
            commentaire = None if avenant is None else f"Avenant appliqué au dossier {numero_externe(avenant.contrat)}"
            await self._move(tx, vue, Etat.ENGAGE, commentaire=commentaire, file=DECIDE)
            await self._tell(tx, vue, "DOSSIER_ENGAGE", montant=montant)
            if avenant is not None:
                lie = msgspec.structs.replace(vue, fiche=avenant.fiche)
                await self._tell(tx, lie, "ENGAGEMENT_REVISE", montant=montant, avenant=vue.externe)
            suivi = await self._ruptures.follow(tx, vue.fiche, contenu, par=par, at=vue.at)
            if suivi is not None:
                lie = msgspec.structs.replace(vue, fiche=suivi.fiche)
                total, trop_percu = suivi.engagement.total, suivi.engagement.trop_percu
                await self._tell(tx, lie, "ENGAGEMENT_REVISE", montant=total, tropPercu=trop_percu, suite=vue.externe)
                await self._avis.tell_cfa(tx, lie.fiche.siren, "engagement_revise", numero=lie.externe)
            await self._record_deca(tx, numero, "CONTRAT" if avenant is None else "AVENANT")
            await self._avis.tell_cfa(tx, vue.fiche.siren, "dossier_engage", numero=vue.externe)
            await self._apply_declared_rupture(tx, vue)
        return montant

    async def refuse(self, numero: int, *, version: int, motifs: Sequence[str], texte: str, par: str) -> None:
        """Refuse, on legal grounds and with a reason, notified to the CFA, the employer and the apprentice."""
        motifs = check_codes(motifs, MOTIF_REFUS.codes, "Choisissez au moins un motif de refus (R01 à R09).")
        texte = check_texte(texte, objet="Motivation du refus")
        async with self._act(numero, Acte.REFUSER, version=version, par=par) as (tx, vue):
            await self._close_demande(tx, vue)
            await store.insert_decision(tx, numero, sens="REFUS", motifs=motifs, texte=texte, par=par, le=vue.at)
            libelles = " ; ".join(f"{code}, {MOTIF_REFUS.codes[code]}" for code in motifs)
            await self._move(tx, vue, Etat.REFUSE, commentaire=f"{libelles}. {texte}", file=DECIDE)
            await self._tell(tx, vue, "DOSSIER_REFUSE", motifs=list(motifs))
            await self._record_deca(tx, numero, "REFUS", motifs=motifs, texte=texte)
            await self._tell_refus(tx, vue, motifs=libelles, texte=texte)

    async def cancel(self, numero: int, *, version: int, motif: str, par: str) -> None:
        """Cancel a dossier, also one engaged: its identity is free again (norme.md §7)."""
        motif = check_texte(motif, objet="Motif de l'annulation", maximum=300)
        async with self._act(numero, Acte.ANNULER, version=version, par=par) as (tx, vue):
            if Etat(vue.fiche.etat) is Etat.ENGAGE and await store.is_avenant(tx, numero):
                raise ActeRefuse("Cet avenant a déjà changé son contrat : un autre avenant peut le rétablir.")
            await self._close_demande(tx, vue)
            await store.insert_decision(tx, numero, sens="ANNULATION", texte=motif, par=par, le=vue.at)
            await self._financement.clear(tx, numero, siren=vue.fiche.siren, par=par, at=vue.at)
            await self._move(tx, vue, Etat.ANNULE, commentaire=motif, file=DECIDE)
            await self._tell(tx, vue, "DOSSIER_ANNULE", motif=motif)
            await self._avis.tell_cfa(tx, vue.fiche.siren, "dossier_annule", numero=vue.externe, motif=motif)

    async def record_refus_implicite(self, numero: int) -> bool:
        """Record that the OPCO has kept silent past the limit (R6224-3); False when it has decided meanwhile."""
        try:
            async with self._act(numero, Acte.REFUSER_TACITEMENT, version=None, par="opco") as (tx, vue):
                limite = vue.fiche.limite_le
                if limite is None or day_of(vue.at) <= limite:
                    raise ActeRefuse("Le délai court encore.")
                texte = f"Refus implicite : aucune décision au {limite:%d/%m/%Y}, vingt jours après le dossier complet"
                await self._close_demande(tx, vue)
                await store.insert_decision(tx, numero, sens="REFUS_IMPLICITE", texte=texte, par="opco", le=vue.at)
                await self._move(tx, vue, Etat.REFUSE, commentaire=f"{texte} (R6224-3).", file=DECIDE)
                await self._tell(tx, vue, "DOSSIER_REFUSE", implicite=True)
                await self._record_deca(tx, numero, "REFUS", texte=texte)
                await self._tell_refus(tx, vue, motifs="silence de l'OPCO au terme du délai (R6224-3)", texte=texte)
        except ActeRefuse:
            return False
        return True

    async def settle(self, numero: int, *, version: int, par: str) -> None:
        """Close a dossier whose échéances are paid, or whose last solde is forclos; nothing is left to recover.

        Frais annexes that the CFA has not asked for are given up with it.
        """
        async with self._act(numero, Acte.SOLDER, version=version, par=par) as (tx, vue):
            lu = await self._financement.find(tx, numero)
            forclusion = lu.forclusion if lu else None
            commentaire = await soldes.give_up(
                tx, numero, siren=vue.fiche.siren, forclusion=forclusion, par=par, at=vue.at
            )
            await self._close(tx, vue, commentaire=commentaire)

    async def settle_paid(self, tx: Tx, numero_interne: int, *, par: str) -> None:
        """Close a dossier on which nothing is left to invoice, to pay nor to recover; else nothing (norme.md §3)."""
        if not await soldes.is_paid(tx, numero_interne):
            return
        fiche = await self._lock(tx, numero_interne)
        if Etat(fiche.etat) in PERMIS[Acte.SOLDER]:
            await self._close(tx, Vue(fiche=fiche, par=par, at=self._clock.now()), commentaire=None)

    async def _close(self, tx: Tx, vue: Vue, *, commentaire: str | None) -> None:
        await store.insert_decision(tx, vue.numero, sens="SOLDE", texte=commentaire, par=vue.par, le=vue.at)
        await self._move(tx, vue, Etat.SOLDE, commentaire=commentaire, file=DECIDE)
        await self._tell(tx, vue, "DOSSIER_SOLDE", commentaire=commentaire or "")

    # --- ruptures -------------------------------------------------------------------------------------------------

    async def find_contrat_lie(self, numero: int) -> int | None:
        """The contract that an avenant changes or that a contract follows, of the same CFA."""
        async with self._database.connection() as tx:
            fiche = await store.find(tx, numero)
        return fiche.contrat_lie if fiche else None

    async def find_periode(self, numero: int, cerfa: Cerfa) -> tuple[date | None, date | None]:
        """First and last day of a contract, both included: as its avenants set them, else as its form says."""
        async with self._database.connection() as tx:
            return await self._find_periode(tx, numero, cerfa)

    async def declare_rupture(self, numero: int, rupture: store.Rupture, *, siren: str | None) -> bool:
        """Write a break down, as the CFA declares it or as staff note it; False when the same one was declared.

        `siren`: that of the CFA, whose dossier it must be; None for staff. Another date replaces the declaration
        that waits.
        """
        acte = Acte.DECLARER_RUPTURE
        async with self._act(numero, acte, version=None, par=rupture.declaree_par, siren=siren) as (tx, vue):
            if siren is None:  # the CFA's own has been checked with its field
                if await store.is_avenant(tx, numero):
                    raise ActeRefuse("Ce dossier est un avenant : notez la rupture sur le contrat qu'il change.")
                contenu = await self._lecteur.read(tx, vue.fiche)
                check_dernier_jour(rupture.dernier_jour, *await self._find_periode(tx, numero, contenu.cerfa))
            connues = await store.list_ruptures(tx, numero)
            # The one that waits, else the last one confirmed: a break may be corrected, and corrected back.
            retenues = [une for une in connues if une.issue is None] or [
                une for une in connues if une.issue == "CONFIRMEE"
            ]
            if retenues and retenues[-1].dernier_jour == rupture.dernier_jour:
                return False
            for une in connues:
                if une.issue is None:
                    await store.close_rupture(
                        tx, une.id, issue="REMPLACEE", texte=None, par=rupture.declaree_par, le=vue.at
                    )
            await store.insert_rupture(tx, numero, siren=vue.fiche.siren, rupture=rupture)
            await self._tell(
                tx, vue, "RUPTURE_DECLAREE", dernierJour=rupture.dernier_jour.isoformat(), motif=rupture.motif
            )
        return True

    async def confirm_rupture(self, numero: int, *, version: int, par: str) -> None:
        """Confirm the declared break: the engagement is brought to what is due."""
        async with self._act(numero, Acte.CONFIRMER_RUPTURE, version=version, par=par) as (tx, vue):
            if not await self._apply_declared_rupture(tx, vue):
                raise ActeRefuse("Aucune rupture n'attend d'être confirmée.", conflit=True)

    async def dismiss_rupture(self, numero: int, *, version: int, texte: str, par: str) -> None:
        """Set a declaration aside, with a reason."""
        texte = check_texte(texte, objet="Raison", maximum=300)
        async with self._act(numero, Acte.ECARTER_RUPTURE, version=version, par=par) as (tx, vue):
            ouverte = await self._open_rupture(tx, numero)
            if ouverte is None:
                raise ActeRefuse("Aucune rupture n'attend de réponse.", conflit=True)
            await store.close_rupture(tx, ouverte.id, issue="ECARTEE", texte=texte, par=par, le=vue.at)
            await store.touch(tx, numero, file=vue.fiche.file or A_INSTRUIRE, par=par, le=vue.at)
            await self._tell(tx, vue, "RUPTURE_ECARTEE", raison=texte)

    async def revise_niveau(self, numero: int, *, version: int, choix: Choix, par: str) -> int:
        """Recompute with the NPEC that replaces the valeur d'amorçage (D6332-80); the new amount, in cents."""
        async with self._act(numero, Acte.REVISER, version=version, par=par) as (tx, vue):
            lu = await self._financement.find(tx, numero)
            if lu is None or not lu.engagement.contrat.amorcage or choix.npec is None:
                raise ActeRefuse("Seul un engagement fait sur la valeur d'amorçage se régularise, sur un niveau donné.")
            contrat = msgspec.structs.replace(lu.engagement.contrat, npec=choix.npec, amorcage=False)
            proposition = await self._financement.propose_revision(tx, numero, contrat, le=day_of(vue.at))
            await self._financement.record(
                *(tx, numero, proposition), siren=vue.fiche.siren, origine="REGULARISATION", par=par, at=vue.at
            )
            montant = proposition.engagement.total
            await store.insert_decision(tx, numero, sens="REGULARISATION", par=par, le=vue.at)
            await store.touch(tx, numero, file=DECIDE, par=par, le=vue.at)
            await self._tell(tx, vue, "ENGAGEMENT_REVISE", montant=montant)
            await self._avis.tell_cfa(tx, vue.fiche.siren, "engagement_revise", numero=vue.externe)
            return montant

    # --- what the acts share --------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _act(
        self, numero: int, acte: Acte, *, version: int | None, par: str, siren: str | None = None
    ) -> AsyncIterator[tuple[Tx, Vue]]:
        """The transaction of an act on a locked dossier, in a state that allows it, as its author read it."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            fiche = await self._lock(tx, numero, siren=siren)
            if version is not None and version != fiche.version:
                raise ActeRefuse(await _say_conflict(tx, fiche), conflit=True)
            check_acte(acte, Etat(fiche.etat))
            check_delai(acte, fiche.limite_le, jour=day_of(at))
            vue = Vue(fiche=fiche, par=par, at=at)
            yield tx, vue
            await self._log(tx, fiche, acte, par=par, at=at)

    async def _lock(self, tx: Tx, numero: int, *, siren: str | None = None) -> store.Fiche:
        fiche = await store.lock(tx, numero)
        if fiche is None or (siren is not None and fiche.siren != siren):
            raise ActeRefuse("Ce dossier n'existe pas.")
        return fiche

    async def _move(self, tx: Tx, vue: Vue, vers: Etat, *, commentaire: str | None, file: str) -> None:
        check_transition(Etat(vue.fiche.etat), vers)
        await store.set_etat(tx, vue.numero, etat=vers, commentaire=commentaire)
        await store.touch(tx, vue.numero, file=file, par=vue.par, le=vue.at)

    async def _tell(self, tx: Tx, vue: Vue, type_: str, **donnees: object) -> None:
        await ouverture.append(tx, vue.numero, type_, siren=vue.fiche.siren, par=vue.par, at=vue.at, **donnees)

    async def _log(self, tx: Tx, fiche: store.Fiche, acte: str, *, par: str, at: datetime, **donnees: int) -> None:
        objet = numero_externe(fiche.numero_interne)
        await journal.append(
            tx, acteur=par, acte=str(acte), at=at, siren=fiche.siren, objet=objet, donnees=donnees or None
        )

    async def _find_periode(self, tx: Tx, numero: int, cerfa: Cerfa) -> tuple[date | None, date | None]:
        lu = await self._financement.find_contrat(tx, numero)
        if lu is not None:
            return lu.debut, lu.fin
        contrat = cerfa.contrat
        return (contrat.date_debut_contrat, contrat.date_fin_contrat) if contrat else (None, None)

    async def _close_demande(self, tx: Tx, vue: Vue) -> None:
        """A decision overtakes the open request, if there is one."""
        demande = await store.find_demande(tx, vue.numero)
        if demande is not None:
            await store.close_demande(tx, demande.id, par=vue.par, le=vue.at)

    async def _propose(self, tx: Tx, fiche: store.Fiche, choix: Choix) -> tuple[Contenu, Proposition]:
        contenu = await self._lecteur.read(tx, fiche)
        if contenu.convention_document is None and fiche.complet_le is None:
            raise ActeRefuse("Le dossier n'est pas complet : la convention n'est pas arrivée.")
        try:
            proposition = await self._avenants.propose(tx, fiche, contenu, choix)
            return contenu, proposition or self._financement.propose(contenu.cerfa, contenu.pieces, choix)
        except (FaitsManquants, ValueError) as manque:
            raise ActeRefuse(str(manque), saisie=True) from None

    @staticmethod
    def _check_mandat(fiche: store.Fiche) -> None:
        if fiche.mandat_page is None:
            raise ActeRefuse(
                "Le mandat n'a pas été vérifié : cochez la page de la convention où il figure, dans un chapitre à part."
            )

    async def _open_rupture(self, tx: Tx, numero: int) -> store.Rupture | None:
        return next((une for une in await store.list_ruptures(tx, numero) if une.issue is None), None)

    async def _apply_declared_rupture(self, tx: Tx, vue: Vue) -> bool:
        """Apply the break that waits, if there is one; the dossier is engaged, or broken already on another day."""
        ouverte = await self._open_rupture(tx, vue.numero)
        if ouverte is None:
            return False
        rompu = await self._ruptures.fund(tx, vue.fiche, ouverte, par=vue.par, at=vue.at)
        await store.close_rupture(tx, ouverte.id, issue="CONFIRMEE", texte=None, par=vue.par, le=vue.at)
        texte = f"Rompu le {ouverte.dernier_jour:%d/%m/%Y}"
        await store.insert_decision(tx, vue.numero, sens="RUPTURE", texte=texte, par=vue.par, le=vue.at)
        await store.set_etat(tx, vue.numero, etat=Etat.RUPTURE, commentaire=texte)
        await store.touch(tx, vue.numero, file=DECIDE, par=vue.par, le=vue.at)
        trop_percu = rompu.trop_percu if rompu else 0
        await self._tell(tx, vue, "DOSSIER_ROMPU", dernierJour=ouverte.dernier_jour.isoformat(), tropPercu=trop_percu)
        await self._avis.tell_cfa(
            tx, vue.fiche.siren, "dossier_rompu", numero=vue.externe, jour=f"{ouverte.dernier_jour:%d/%m/%Y}"
        )
        return True

    async def _tell_refus(self, tx: Tx, vue: Vue, *, motifs: str, texte: str) -> None:
        await self._avis.tell_cfa(tx, vue.fiche.siren, "dossier_refuse", numero=vue.externe, motifs=motifs, texte=texte)
        await self._avis.tell_parties(tx, vue.numero, "refus_notifie", numero=vue.externe, motifs=motifs, texte=texte)


async def _say_conflict(tx: Tx, fiche: store.Fiche) -> str:
    """Who acted first, and when."""
    if fiche.maj_par is None or fiche.maj_le is None:
        return "Ce dossier a changé entre-temps : relisez-le avant de décider."
    genre, _, identifiant = fiche.maj_par.partition(":")
    qui = "Le CFA"
    if genre == "compte":
        compte = await comptes.find_compte(tx, int(identifiant))
        qui = f"{compte.prenom} {compte.nom}" if compte else "Une autre personne"
    elif genre == "opco":
        qui = "L'OPCO"
    heure = fiche.maj_le.astimezone(PARIS)
    return f"{qui} a agi sur ce dossier le {heure:%d/%m/%Y à %H h %M} : relisez-le avant de décider."


__all__ = ["LIBELLES", "Acte", "ActeRefuse", "Decisions"]
