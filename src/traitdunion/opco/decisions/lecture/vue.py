"""The dossier on one screen: everything that staff decide on, in one reading."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from traitdunion.norme import controles
from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.messages.convention import Convention
from traitdunion.opco.decisions import store
from traitdunion.opco.decisions.actes import PERMIS, Acte
from traitdunion.opco.decisions.lecture.contenu import Lecteur
from traitdunion.opco.dossiers import store_recherche
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.evenements import journal
from traitdunion.opco.financement.service import EngagementLu, Financement
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Tx

VIVANTS = ("TRANSMIS", "EN_COURS_INSTRUCTION", "ENGAGE")
# Contracts of the same person whose periods meet: both still alive.
CHEVAUCHEMENTS = """
SELECT d.numero_interne FROM dossier d JOIN depot p USING (numero_interne)
 WHERE d.nir_empreinte = (SELECT nir_empreinte FROM dossier WHERE numero_interne = %(numero)s)
   AND d.numero_interne <> %(numero)s AND d.etat = ANY(%(vivants)s)
   AND (p.cerfa #>> '{contrat,dateDebutContrat}')::date <= %(fin)s
   AND (p.cerfa #>> '{contrat,dateFinContrat}')::date >= %(debut)s
   AND coalesce(p.cerfa #>> '{contrat,typeContratApp}', '') NOT LIKE '3%%'
 ORDER BY 1 LIMIT 10
"""
# The apprentices whom this maître already follows at the same employer.
APPRENTIS_DU_MAITRE = """
SELECT count(*) FROM dossier d JOIN depot p USING (numero_interne)
 WHERE d.siret_employeur = %(siret)s AND d.numero_interne <> %(numero)s AND d.etat = ANY(%(vivants)s)
   AND (p.cerfa #>> '{contrat,dateDebutContrat}')::date <= %(fin)s
   AND (p.cerfa #>> '{contrat,dateFinContrat}')::date >= %(debut)s
   AND coalesce(p.cerfa #>> '{contrat,typeContratApp}', '') NOT LIKE '3%%'
   AND (lower(p.cerfa #>> '{maitre1,nom}'), lower(p.cerfa #>> '{maitre1,prenom}'),
        p.cerfa #>> '{maitre1,dateNaissance}') = (lower(%(nom)s), lower(%(prenom)s), %(naissance)s)
"""
MAITRE_MAX, MAITRE_MAX_ETT = 2, 5  # R6223-6, R6226-5; a redoublant besides is for staff to know
ETT = "1"


class Difference(NamedTuple):
    """A member that the form and the convention do not say alike."""

    libelle: str
    contrat: str
    convention: str


class DossierInstruit(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as staff see it."""

    fiche: store.Fiche
    cerfa: Cerfa
    convention: Convention | None
    convention_document: int | None
    anomalies: tuple[Anomalie, ...]
    differences: tuple[Difference, ...]
    chevauchements: tuple[int, ...]
    apprentis_du_maitre: int
    maitre_max: int
    pieces: tuple[store_recherche.LignePiece, ...]
    faits: tuple[store_recherche.Fait, ...]
    demandes: tuple[store.DemandeInformation, ...]
    decisions: tuple[store.Decision, ...]
    ruptures: tuple[store.Rupture, ...]
    engagement: EngagementLu | None
    jours_restants: int | None

    @property
    def numero_externe(self) -> str:
        """« CA-1234567 »."""
        return numero_externe(self.fiche.numero_interne)

    @property
    def demande_ouverte(self) -> store.DemandeInformation | None:
        """The request that waits for the CFA."""
        return next((une for une in self.demandes if une.repondue_le is None), None)

    @property
    def rupture_ouverte(self) -> store.Rupture | None:
        """The declaration that waits for staff."""
        return next((une for une in self.ruptures if une.issue is None), None)

    @property
    def agissable(self) -> bool:
        """Whether staff may still do something: not on what is refused, cancelled or closed."""
        return any(self.may(acte) for acte in Acte)

    def may(self, acte: str) -> bool:
        """Whether an act may be done in this state."""
        return Etat(self.fiche.etat) in PERMIS[Acte(acte)]


class VueInstruction:
    """Reads a dossier whole, whoever's; the log keeps it."""

    def __init__(self, *, database: Database, clock: Clock, lecteur: Lecteur, financement: Financement) -> None:
        self._database = database
        self._clock = clock
        self._lecteur = lecteur
        self._financement = financement

    async def find(self, numero: int, *, par: str) -> DossierInstruit | None:
        """One dossier, or None."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            fiche = await store.find(tx, numero)
            if fiche is None:
                return None
            siren = fiche.siren
            externe = numero_externe(numero)
            await journal.append(tx, acteur=par, acte="DOSSIER_LU", at=at, siren=siren, objet=externe)
            contenu = await self._lecteur.read(tx, fiche)
            perimetre = store_recherche.Perimetre(siren=siren)
            pieces = await store_recherche.list_pieces(tx, numero, siren=siren, perimetre=perimetre)
            apprentis, maximum = await _count_apprentis(tx, numero, contenu.cerfa)
            return DossierInstruit(
                fiche=fiche,
                cerfa=contenu.cerfa,
                convention=contenu.pieces.convention,
                convention_document=contenu.convention_document,
                anomalies=await self._lecteur.read_anomalies(tx, fiche, contenu),
                differences=tuple(list_differences(contenu.cerfa, contenu.pieces.convention)),
                chevauchements=tuple(await _list_chevauchements(tx, numero, contenu.cerfa)),
                apprentis_du_maitre=apprentis,
                maitre_max=maximum,
                pieces=tuple(pieces),
                faits=tuple(await store_recherche.list_faits(tx, numero, siren=siren)),
                demandes=tuple(await store.list_demandes(tx, numero)),
                decisions=tuple(await store.list_decisions(tx, numero)),
                ruptures=tuple(await store.list_ruptures(tx, numero)),
                engagement=await self._financement.find(tx, numero),
                jours_restants=_days_left(fiche, day_of(at)),
            )

    async def find_siren(self, numero: int, document: int, *, par: str) -> str | None:
        """The SIREN under which a document of this dossier may be opened; None when it is not one of its own."""
        async with self._database.transaction() as tx:
            fiche = await store.find(tx, numero)
            if fiche is None:
                return None
            perimetre = store_recherche.Perimetre(siren=fiche.siren)
            pieces = await store_recherche.list_pieces(tx, numero, siren=fiche.siren, perimetre=perimetre)
            if document not in {piece.numero_interne for piece in pieces}:
                return None
            await journal.append(
                tx,
                acteur=par,
                acte="DOCUMENT_LU",
                at=self._clock.now(),
                siren=fiche.siren,
                objet=numero_externe(numero),
                donnees={"document": document},
            )
            return fiche.siren


def list_differences(cerfa: Cerfa, convention: Convention | None) -> Sequence[Difference]:
    """The members that both carry and that differ, with both values (norme.md §2.2)."""
    if convention is None:
        return []
    return [
        Difference(libelle, _say(contrat), _say(dit))
        for libelle, contrat, dit in controles.compare_convention(convention, cerfa)
    ]


def _say(valeur: object) -> str:
    return f"{valeur:%d/%m/%Y}" if isinstance(valeur, date) else str(valeur)


def _days_left(fiche: store.Fiche, jour: date) -> int | None:
    if fiche.limite_le is None or fiche.file == "DECIDE":
        return None
    return (fiche.limite_le - jour).days


def _period(cerfa: Cerfa) -> dict[str, object] | None:
    contrat = cerfa.contrat
    if contrat is None or contrat.date_debut_contrat is None or contrat.date_fin_contrat is None:
        return None
    return {"debut": contrat.date_debut_contrat, "fin": contrat.date_fin_contrat, "vivants": list(VIVANTS)}


async def _list_chevauchements(tx: Tx, numero: int, cerfa: Cerfa) -> list[int]:
    """Other live contracts of the same apprentice, by the keyed hash of the NIR, whose periods meet."""
    periode = _period(cerfa)
    if periode is None or (cerfa.contrat and (cerfa.contrat.type_contrat_app or "").startswith("3")):
        return []
    cursor = await tx.execute(CHEVAUCHEMENTS, periode | {"numero": numero})
    return [trouve for (trouve,) in await cursor.fetchall()]


async def _count_apprentis(tx: Tx, numero: int, cerfa: Cerfa) -> tuple[int, int]:
    """How many other apprentices the first maître follows meanwhile at this employer, and how many he may."""
    periode, maitre, employeur = _period(cerfa), cerfa.maitre1, cerfa.employeur
    maximum = MAITRE_MAX_ETT if employeur and employeur.employeur_specifique == ETT else MAITRE_MAX
    if periode is None or maitre is None or employeur is None or maitre.date_naissance is None:
        return 0, maximum
    valeurs = periode | {
        "numero": numero,
        "siret": employeur.siret,
        "nom": maitre.nom or "",
        "prenom": maitre.prenom or "",
        "naissance": maitre.date_naissance.isoformat(),
    }
    row = await (await tx.execute(APPRENTIS_DU_MAITRE, valeurs)).fetchone()
    return (int(row[0]) if row else 0), maximum
