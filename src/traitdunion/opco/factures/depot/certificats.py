"""POST certificats: what proves that the training of an échéance took place (norme.md §2.4, R6332-26)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import sha256

import msgspec

from traitdunion.norme import contenu, controles, lecture
from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.erreurs import depot as depot_codes
from traitdunion.norme.erreurs import factures as codes
from traitdunion.norme.facturation.echeances import read_numero_echeance
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.pieces import Certificat
from traitdunion.opco.dossiers import store as dossiers
from traitdunion.opco.dossiers.deposit import refuse_bloquant
from traitdunion.opco.dossiers.documents import Deposant, FichierRecu
from traitdunion.opco.dossiers.read_back import Dossiers
from traitdunion.opco.dossiers.states import CLOS, Etat
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.factures import store
from traitdunion.opco.factures.depot import store_certificats
from traitdunion.opco.factures.depot.enregistrement import ADMIS
from traitdunion.opco.factures.lignes import Lignes
from traitdunion.opco.factures.regles.faits import find_echeance
from traitdunion.opco.financement import store as financement
from traitdunion.opco.pieces import NouvellePiece, Pieces
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Tx

CERTIFICAT = "CERTIFICAT_REALISATION"
CHIFFRES_MAX = 18  # of a number that the database can hold


class CertificatRecu(msgspec.Struct, frozen=True, kw_only=True):
    """What the CFA is told; `rejoue` when the very same certificate had been received before."""

    numero_interne_certificat: int
    numero_interne_document: int
    rejoue: bool
    avertissements: tuple[Anomalie, ...] = ()


class Juge(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that nothing blocks, and what it speaks of."""

    certificat: Certificat
    dossier: int
    facture: int | None
    echeance: int | None
    avertissements: tuple[Anomalie, ...]


class DepotsCertificats:
    """The use case of a certificate."""

    def __init__(self, *, database: Database, pieces: Pieces, dossiers: Dossiers, clock: Clock, lignes: Lignes) -> None:
        self._database = database
        self._pieces = pieces
        self._dossiers = dossiers
        self._clock = clock
        self._lignes = lignes

    async def deposit(self, recu: FichierRecu, *, par: Deposant) -> CertificatRecu:
        """Record a certificate and its PDF; the same one again gives the same numbers.

        The lines of invoices that waited for it go on. Raises `Refus`: what cannot be read or put anywhere,
        OBJET_INCONNU, ECHEANCE_INCONNUE, SIRET_HORS_SIREN, DOSSIER_CLOS, the grounds of the gate.
        """
        at = self._clock.now()
        juge = await self._examine(recu, siren=par.siren, at=at)
        certificat, dossier = juge.certificat, juge.dossier
        inspection = await self._pieces.inspect(recu.chemin, admis=ADMIS, nom=recu.nom_fichier)
        piece = NouvellePiece(
            siren=par.siren,
            type_fichier=CERTIFICAT,
            chemin=recu.chemin,
            nom_fichier=recu.nom_fichier,
            sha256_fichier=recu.sha256_fichier,
            corps=recu.corps,
            sha256_recu=sha256(recu.corps).digest(),
            sha256_contenu=contenu.digest(certificat),
            depose_le=at,
            dossiers=[dossier],
        )
        guard, note = self._guard(dossier, siren=par.siren), self._note(_nouveau(juge, par=par, at=at))
        recue = await self._pieces.record(piece, inspection, guard=guard, note=note)
        async with self._database.connection() as tx:
            numero = await store_certificats.find_by_document(tx, recue.numero_interne_document)
        assert numero is not None  # written with the document
        return CertificatRecu(
            numero_interne_certificat=numero,
            numero_interne_document=recue.numero_interne_document,
            rejoue=recue.rejouee,
            avertissements=juge.avertissements,
        )

    async def _examine(self, recu: FichierRecu, *, siren: str, at: datetime) -> Juge:
        """Read it, judge it by its dossier. Raises `Refus` with every anomaly."""
        lu = lecture.read(Certificat, recu.corps, racine="certificat")
        certificat = lu.message
        dossier, facture = _numero(certificat.numero_interne_dossier), _numero(certificat.numero_interne_facture)
        cerfa = None if dossier is None else await self._dossiers.read_cerfa(dossier, siren=siren)
        anomalies = controles.merge(
            lu.anomalies, controles.check_certificat(certificat, cerfa=cerfa, recu_le=day_of(at))
        )
        echeance = read_numero_echeance(certificat.echeance.numero if certificat.echeance else None)
        if certificat.numero_interne_dossier is not None and cerfa is None:
            anomalies.append(depot_codes.OBJET_INCONNU.anomalie("certificat.numeroInterneDossier"))
        elif dossier is not None:
            async with self._database.connection() as tx:
                inconnues, echeance = await _resolve(tx, echeance, dossier)
                anomalies += inconnues
                if certificat.numero_interne_facture is not None:
                    anomalies += await _check_facture(tx, facture, dossier, siren=siren)
        refuse_bloquant(anomalies)
        organisme = certificat.organisme_formation
        if organisme is not None and organisme.siret is not None and organisme.siret[:9] != siren:
            raise depot_codes.SIRET_HORS_SIREN.refus("certificat.organismeFormation.siret", siren=siren)
        assert dossier is not None  # its absence blocks
        return Juge(
            certificat=certificat,
            dossier=dossier,
            facture=facture,
            echeance=echeance,
            avertissements=tuple(anomalies),
        )

    def _guard(self, dossier: int, *, siren: str) -> Callable[[Tx], Awaitable[None]]:
        async def guard(tx: Tx) -> None:
            ligne = await dossiers.lock(tx, dossier, siren=siren)
            if ligne is None:
                raise depot_codes.OBJET_INCONNU.refus("certificat.numeroInterneDossier")
            if Etat(ligne.etat) in CLOS:
                raise depot_codes.DOSSIER_CLOS.refus(
                    "certificat.numeroInterneDossier", numero_externe=numero_externe(dossier), etat=ligne.etat
                )

        return guard

    def _note(self, nouveau: store_certificats.NouveauCertificat) -> Callable[[Tx, int], Awaitable[None]]:
        async def note(tx: Tx, document: int) -> None:
            await store_certificats.insert(tx, nouveau, document=document)
            if nouveau.facture is not None:
                await store.attach(tx, document, nouveau.facture)
            await evenements.append(
                tx,
                siren=nouveau.siren,
                objet="DOSSIER",
                numero_interne=nouveau.dossier,
                type_="CERTIFICAT_DEPOSE",
                acteur=nouveau.depose_par,
                at=nouveau.depose_le,
            )
            await self._lignes.note_preuve(
                tx, nouveau.dossier, siren=nouveau.siren, par=nouveau.depose_par, at=nouveau.depose_le
            )

        return note


async def _resolve(tx: Tx, numero: int | None, dossier: int) -> tuple[list[Anomalie], int | None]:
    """The échéance that is certified, by its own number; before the engagement any number may be right."""
    existantes = await financement.list_echeances(tx, [dossier])
    if numero is None or not existantes:
        return [], numero
    trouvee = find_echeance(numero, existantes)
    if trouvee is not None:
        return [], trouvee.numero
    inconnue = codes.ECHEANCE_INCONNUE.anomalie(
        "certificat.echeance.numero",
        numero_dossier=numero_externe(dossier),
        numero_echeance=numero,
        existantes=", ".join(str(une.numero) for une in existantes),
    )
    return [inconnue], numero


async def _check_facture(tx: Tx, facture: int | None, dossier: int, *, siren: str) -> list[Anomalie]:
    """The invoice that the certificate names is one of the dossier."""
    lue = await store.find(tx, facture, siren=siren) if facture is not None else None
    lignes = await store.list_lignes(tx, [lue.numero_interne]) if lue else []
    if any(ligne.numero_interne == dossier for ligne in lignes):
        return []
    return [depot_codes.OBJET_INCONNU.anomalie("certificat.numeroInterneFacture")]


def _nouveau(juge: Juge, *, par: Deposant, at: datetime) -> store_certificats.NouveauCertificat:
    certificat, echeance = juge.certificat, juge.certificat.echeance
    return store_certificats.NouveauCertificat(
        siren=par.siren,
        dossier=juge.dossier,
        facture=juge.facture,
        type=(certificat.type_certificat or "").upper(),
        echeance=juge.echeance,
        debut=echeance.date_debut if echeance else None,
        fin=echeance.date_fin if echeance else None,
        duree_heures=echeance.duree if echeance else None,
        partielle=bool(echeance and echeance.echeance_partielle),
        depose_par=par.acteur,
        depose_le=at,
    )


def _numero(texte: str | None) -> int | None:
    return (
        int(texte) if texte is not None and texte.isascii() and texte.isdigit() and len(texte) <= CHIFFRES_MAX else None
    )
