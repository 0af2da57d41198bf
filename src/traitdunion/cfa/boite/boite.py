"""The box itself: putting in, looking, deciding. Sending is in `boite.expedition`."""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from traitdunion.cfa.boite import depot
from traitdunion.cfa.boite.disque import pannes, verrou
from traitdunion.cfa.boite.disque.fichiers import Fichiers
from traitdunion.cfa.boite.disque.schema import NOM, check_integrity
from traitdunion.cfa.boite.disque.store import Nouveau, Store, to_ms
from traitdunion.cfa.boite.errors import (
    AutreDestinataire,
    BoiteOccupee,
    EnvoiInconnu,
    NumeroDejaConnu,
    VerificationRequise,
)
from traitdunion.cfa.boite.etats import LIBERENT_IDENTITE, Acte, EtatEnvoi, NatureEnvoi
from traitdunion.cfa.boite.expedition import issues
from traitdunion.cfa.boite.expedition.depart import Recu
from traitdunion.cfa.boite.expedition.drain import Expedition, recover
from traitdunion.cfa.boite.modeles import BilanBoite, DossierEnBoite, Envoi, Evenement, MiseEnBoite
from traitdunion.cfa.boite.rythme import Rythme
from traitdunion.cfa.boite.temps import Temps, utc_now
from traitdunion.cfa.echange.fichiers import Fichier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.pieces import Certificat, InfosFichier

if TYPE_CHECKING:
    from traitdunion.cfa.client import ClientCfa

# These have a number of their own; the others are documents of a dossier.
NUMEROTES = frozenset({NatureEnvoi.DOSSIER, NatureEnvoi.FACTURE, NatureEnvoi.AVOIR})


class Boite:
    """The deposits of one profile, kept in one folder; a context manager, not to be shared between threads.

    Several processes may open the same folder: each writes in short transactions, and one at a time sends.
    Every method may raise BoitePleine (nothing half done) and BoiteEndommagee.
    """

    def __init__(self, dossier: Path, store: Store, fichiers: Fichiers, *, temps: Temps, rythme: Rythme) -> None:
        self._dossier = dossier
        self._store = store
        self._fichiers = fichiers
        self._temps = temps
        self._rythme = rythme

    @classmethod
    def open(
        cls,
        dossier: Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        temps: Temps | None = None,
        rythme: Rythme | None = None,
    ) -> "Boite":
        """The box of this folder, made when there has never been one; for its owner only.

        `temps` replaces `clock` when a test moves more than the wall clock. Raises BoiteEndommagee, OSError.
        """
        dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            dossier.chmod(0o700)  # it holds people's data, whoever made the folder
        store = Store(dossier)
        try:
            return cls(dossier, store, Fichiers(dossier), temps=temps or Temps(clock), rythme=rythme or Rythme())
        except BaseException:
            store.close()
            raise

    def __enter__(self) -> "Boite":
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Boite({str(self._dossier)!r})"

    def close(self) -> None:
        """Close the database; what is in the box stays."""
        self._store.close()

    # Putting in

    def enqueue_dossier(
        self,
        corps: bytes,
        *,
        convention: Convention,
        fichier: Fichier,
        documents: Sequence[tuple[InfosFichier, Fichier]] = (),
        promotion: str | None = None,
        libelle: str | None = None,
        nouveau: bool = False,
    ) -> MiseEnBoite:
        """Put a contract in, with its convention and documents: durable when this returns, sent later, in that order.

        `corps` is sent as it is. The number of the dossier, still unknown, is written in the others when they leave.
        The same contract (norme.identite) already in the box, neither refused nor abandoned: nothing is added
        (`deja`). A refused one is given up in favour of this one. `nouveau`: an accepted one does not stop it, because
        the OPCO has refused or cancelled it since. Raises Refus (JSON unreadable), SansIdentite.
        """
        neuf, identite = depot.prepare_dossier(corps, promotion=promotion, libelle=libelle)
        suites = neuf.suites
        suivants = [depot.prepare_convention(convention, fichier, modele=neuf)]
        suivants += [depot.prepare_document(infos, piece, modele=neuf) for infos, piece in documents]
        self._keep([fichier, *(piece for _, piece in documents)])
        with self._writing([fichier, *(piece for _, piece in documents)]) as le:
            avant = self._store.find_identite(identite)
            if avant is not None and avant.etat is EtatEnvoi.ACCEPTE and nouveau:
                self._store.free_identite(avant.id)
            elif avant is not None and avant.etat not in LIBERENT_IDENTITE:
                ancien = self._store.load(avant.id).corps
                meme = None if ancien is None else depot.same_contenu(ancien, corps)
                return MiseEnBoite(tuple(self._store.list_suite(avant.suite)), deja=True, meme_contenu=meme)
            premier = self._store.add(neuf, le=le)
            if avant is not None and avant.etat is EtatEnvoi.REFUSE:
                self._cancel(avant, le=le, detail=f"remplacé par l'envoi n° {premier}")
            for suivant in suivants:
                if self._store.find_identite(suivant.identite) is None:  # the same document, joined twice
                    self._store.add(suivant, le=le)
            return MiseEnBoite(tuple(self._store.list_suite(suites[0])))

    def enqueue_document(
        self, infos: InfosFichier, fichier: Fichier, *, suite: str, libelle: str | None = None
    ) -> MiseEnBoite:
        """Put one more document of a dossier in (an answer to the OPCO, say). Raises EnvoiInconnu: no such suite."""
        self._require_suites([suite])
        return self._enqueue(depot.prepare_piece(infos, fichier, suite=suite, libelle=libelle), fichier)

    def enqueue_certificat(
        self, certificat: Certificat, fichier: Fichier, *, libelle: str | None = None
    ) -> MiseEnBoite:
        """Put a certificat in; its dossier may have been sent by other means. Raises SansIdentite without a dossier."""
        suite = self.find_suite(certificat.numero_interne_dossier or "")
        return self._enqueue(depot.prepare_certificat(certificat, fichier, suite=suite, libelle=libelle), fichier)

    def enqueue_facture(
        self, facture: Facture, fichier: Fichier, *, suites: Sequence[str], libelle: str | None = None
    ) -> MiseEnBoite:
        """Put an invoice in; it goes once all that comes before it in these suites is accepted.

        `suites`: those of its dossiers (`find_suite`, `dossiers`); none when none of them concerns the box. An Avoir
        too. The same issuer and number already in the box: nothing is added. Raises SansIdentite, EnvoiInconnu.
        """
        self._require_suites(suites)
        return self._enqueue(depot.prepare_facture(facture, fichier, suites=suites, libelle=libelle), fichier)

    def enqueue_avoir(
        self, avoir: Avoir, fichier: Fichier, *, suites: Sequence[str], libelle: str | None = None
    ) -> MiseEnBoite:
        """Put a credit note in; as `enqueue_facture`, and after the invoices of these suites."""
        return self.enqueue_facture(avoir, fichier, suites=suites, libelle=libelle)

    # Looking

    def list_envois(
        self,
        *,
        etats: Sequence[EtatEnvoi] | None = None,
        natures: Sequence[NatureEnvoi] | None = None,
        promotion: str | None = None,
    ) -> Iterator[Envoi]:
        """Envois in the order they were put in, read as they are consumed."""
        return self._store.list_envois(etats, natures, promotion)

    def find(self, id: int) -> Envoi:
        """One envoi. Raises EnvoiInconnu."""
        return self._store.find(id)

    def list_journal(self, id: int) -> list[Evenement]:
        """What happened to an envoi, oldest first. Raises EnvoiInconnu."""
        self._store.find(id)
        return self._store.list_journal(id)

    def dossiers(self) -> Iterator[DossierEnBoite]:
        """The dossiers of the box, in the order they were put in."""
        return self._store.list_dossiers()

    def find_suite(self, numero_interne: str) -> str:
        """The suite of the dossier of this number: the box's own, or one for a dossier sent by other means."""
        return self._store.find_suite(numero_interne) or depot.suite_of(numero_interne)

    def count_etats(self) -> dict[EtatEnvoi, int]:
        """How many envois in each state."""
        return self._store.count_etats()

    def check(self) -> list[int]:
        """Read everything again: the database, each payload still held and its file. The damaged envois.

        Raises BoiteEndommagee when the database itself contradicts itself.
        """
        with self._store.told():
            check_integrity(self._store.connection, self._dossier / NOM)
        tous = (envoi for envoi in self.list_envois() if envoi.purge_le is None)
        return [envoi.id for envoi in tous if not depot.is_intact(self._store.load(envoi.id), self._fichiers)]

    def bind(self, api: str, siren: str | None, *, adresse_changee: bool = False) -> None:
        """Say which server (base URL) and which CFA this box is for: the first time it is noted, then it must be it.

        What waits was prepared for that OPCO, and the numbers it gave mean nothing to another. `adresse_changee`: a
        person says that it is the same OPCO, elsewhere. Raises AutreDestinataire.
        """
        api = api.rstrip("/")
        with self._store.transaction():
            connu = self._store.find_destinataire()
            if connu is not None:
                if siren is not None and connu[1] not in (None, siren):
                    raise AutreDestinataire.of_cfa(str(connu[1]), siren)
                if connu[0] != api and not adresse_changee:
                    raise AutreDestinataire.of_serveur(connu[0], api)
                siren = siren or connu[1]
            if connu != (api, siren):
                self._store.record_destinataire(api, siren)

    # Sending and deciding

    def drain(
        self,
        client: "ClientCfa",
        *,
        on_progress: Callable[[Envoi], None] | None = None,
        jusqu_a: datetime | None = None,
        attendre: bool = False,
    ) -> BilanBoite:
        """Send what may go now, in order, and read back what is uncertain; what was done, and what is left.

        `on_progress` is told each envoi that moved. `jusqu_a`: begin nothing after that instant. `attendre`: wait for
        the next tries instead of leaving them to a later drain. One drain at a time across processes: raises
        BoiteOccupee at once. An interrupted send is INCERTAIN, and read back next time. Raises AutreDestinataire: this
        client speaks to another OPCO, or for another CFA, than the one that the box is for (`bind`).
        """
        self.bind(client.profil.api, client.profil.siren)
        with self._store.told(), verrou.held(self._dossier):
            self._sweep()
            expedition = Expedition(
                self._store, self._fichiers, client, temps=self._temps.anchored(), rythme=self._rythme
            )
            return expedition.run(on_progress=on_progress, jusqu_a=jusqu_a, attendre=attendre)

    def relancer(self, id: int, *, apres_verification: bool = False) -> Envoi:
        """Have an envoi tried again at the next drain: now if it was waiting, once more if it was refused.

        An INCERTAIN one may be at the OPCO already: VerificationRequise unless a person says that they looked
        (`apres_verification`) and that it is not there. Raises EnvoiInconnu, TransitionInterdite.
        """
        self._recover_if_alone()
        with self._writing() as le:
            envoi = self._store.find(id)
            if envoi.etat is EtatEnvoi.INCERTAIN and not apres_verification:
                raise VerificationRequise(
                    f"L'envoi n° {id} est peut-être déjà chez l'OPCO. Regardez d'abord dans son portail : s'il n'y est "
                    "pas, relancez-le en ajoutant --apres-verification ; s'il y est, rattachez-le à son numéro."
                )
            detail = "après vérification" if envoi.etat is EtatEnvoi.INCERTAIN else None
            self._store.move(envoi, Acte.RETRY, le=le, detail=detail, prochain_essai=0, relectures=0)
            return self._store.find(id)

    def rattacher(self, id: int, *, numero_interne: str, numero_externe: str | None = None) -> Envoi:
        """A person has seen this envoi at the OPCO, under this number: it is accepted, and what follows may go.

        `numero_interne`: the dossier's or the invoice's; for another piece, its document's. For an uncertain or refused
        envoi. Raises EnvoiInconnu, TransitionInterdite, NumeroDejaConnu.
        """
        depot.suite_of(numero_interne)  # digits, and not the number that people use
        self._recover_if_alone()
        with self._writing() as le:
            envoi = self._store.find(id)
            seul = envoi.nature in NUMEROTES
            dossier = depot.numero_of(self._store, envoi.suite)
            recu = Recu(numero_interne, numero_externe) if seul else Recu(dossier, None, numero_interne)
            issue = issues.acknowledged(self._store, envoi, recu)
            if issue.acte is not Acte.ACKNOWLEDGE:
                raise NumeroDejaConnu(f"Le numéro {numero_interne} est déjà celui d'un autre envoi de la boîte.")
            detail = f"rattaché à la main, {numero_externe or numero_interne}"
            self._store.move(envoi, issue.acte, le=le, detail=detail, **issue.colonnes)
            return self._store.find(id)

    def doubt(self) -> int:
        """The box comes back from a backup: what is ready to go may have gone since; how many envois.

        Each becomes INCERTAIN: read back before any sending, as after a lost answer. Raises BoiteOccupee.
        """
        with verrou.held(self._dossier), self._writing() as le:
            prets = [un for un in self._store.list_envois([EtatEnvoi.EN_ATTENTE], None, None) if un.bloque_par is None]
            for envoi in prets:
                issue = issues.restored(envoi, le)
                self._store.move(envoi, issue.acte, le=le, detail=issue.detail, **issue.colonnes)
            return len(prets)

    def abandonner(self, id: int) -> list[Envoi]:
        """Give an envoi up, and with a dossier all that waited for its number; those given up.

        Raises EnvoiInconnu, TransitionInterdite (accepted, or leaving right now).
        """
        self._recover_if_alone()
        with self._writing() as le:
            return [self._store.find(un) for un in self._cancel(self._store.find(id), le=le, detail=None)]

    def purger(self, avant: date) -> int:
        """Forget payloads and files of what was accepted or given up before that day (UTC); how many envois.

        Their lines stay as proof: numbers, hashes, journal. What may still be sent is never touched.
        """
        limite = to_ms(datetime(avant.year, avant.month, avant.day, tzinfo=UTC))
        with self._writing() as le:
            oublies = self._store.purge(avant=limite, le=le)
        self._sweep()
        with self._store.told():
            self._store.checkpoint()
        return oublies

    # Inside

    def _enqueue(self, neuf: Nouveau, fichier: Fichier) -> MiseEnBoite:
        self._keep([fichier])
        with self._writing([fichier]) as le:
            avant = self._store.find_identite(neuf.identite)
            if avant is not None and avant.etat not in LIBERENT_IDENTITE:
                meme = (avant.sha256_corps, avant.sha256_fichier) == (neuf.sha256_corps, neuf.sha256_fichier)
                return MiseEnBoite((avant,), deja=True, meme_contenu=meme)
            neuve = self._store.add(neuf, le=le)
            if avant is not None and avant.etat is EtatEnvoi.REFUSE:
                self._cancel(avant, le=le, detail=f"remplacé par l'envoi n° {neuve}")
            return MiseEnBoite((self._store.find(neuve),))

    def _require_suites(self, suites: Sequence[str]) -> None:
        for suite in suites:
            if not depot.is_foreign(suite) and self._store.find_dossier(suite) is None:
                raise EnvoiInconnu(
                    "Cette suite n'est pas d'un dossier de la boîte : prenez celle que « dossiers » donne."
                )

    def _cancel(self, envoi: Envoi, *, le: int, detail: str | None) -> list[int]:
        """Give up one envoi; those that only its number could have let go are given up with it."""
        self._store.move(envoi, Acte.CANCEL, le=le, detail=detail, prochain_essai=0)
        abandonnes = [envoi.id]
        if envoi.nature is NatureEnvoi.DOSSIER:
            for suivant in self._store.list_suite(envoi.suite):
                attend = suivant.etat is EtatEnvoi.EN_ATTENTE
                if attend and self._store.list_suites(suivant.id) == [envoi.suite]:
                    raison = f"l'envoi n° {envoi.id} est abandonné"
                    self._store.move(suivant, Acte.CANCEL, le=le, detail=raison, prochain_essai=0)
                    abandonnes.append(suivant.id)
        return abandonnes

    def _keep(self, fichiers: Sequence[Fichier]) -> None:
        with self._store.told():
            for fichier in fichiers:
                self._fichiers.put(fichier.contenu)
        pannes.hit("fichier_range")

    @contextlib.contextmanager
    def _writing(self, fichiers: Sequence[Fichier] = ()) -> Iterator[int]:
        """One transaction, with the time it is; the files that its rows will name are there when it commits."""
        with self._store.transaction():
            for fichier in fichiers:
                # A sweep may have passed between the file and its row; from here on, none can.
                if not self._fichiers.exists(depot.digest(fichier.contenu)):
                    self._fichiers.put(fichier.contenu)
            yield to_ms(self._temps.clock())
            if fichiers:
                pannes.hit("mise_en_boite")

    def _sweep(self) -> None:
        """Forget the files that no payload needs any more: purged, or left by a process that died before its row."""
        self._fichiers.sweep_temporaries()
        with self._store.transaction():
            tenus = self._store.list_fichiers_tenus()
            for empreinte in [nom for nom in self._fichiers.names() if nom not in tenus]:
                self._fichiers.delete(empreinte)

    def _recover_if_alone(self) -> None:
        """What a dead sender left « en cours » is uncertain: said before a person decides on it."""
        with contextlib.suppress(BoiteOccupee), verrou.held(self._dossier):
            # True: whether a person must look is for the drain to say, which knows the OPCO.
            recover(self._store, le=to_ms(self._temps.clock()), rythme=self._rythme, renvoi_reconnu=True)
