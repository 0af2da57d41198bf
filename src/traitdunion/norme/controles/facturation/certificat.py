"""The certificat de réalisation: what it proves, of whom, in agreement with the form (norme.md §2.4)."""

from collections.abc import Iterator
from datetime import date

from traitdunion.norme.controles.codes import unknown
from traitdunion.norme.controles.dates import fr
from traitdunion.norme.controles.libelles import Champ, champs
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs import factures, lecture
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.facturation.echeances import read_numero_echeance
from traitdunion.norme.identifiants import siret_valide
from traitdunion.norme.identite import fold_name
from traitdunion.norme.lecture.order import in_form_order
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.messages.pieces import Certificat, EcheanceCertificat
from traitdunion.norme.nomenclatures import TYPE_CERTIFICAT


def _c(*chemins: str) -> tuple[Champ, ...]:
    return champs(*chemins, struct=Certificat, racine="certificat")


# Without these a certificat can be put nowhere; without the others it is kept, and to be completed (norme.md §7).
OBLIGATOIRES = _c("typeCertificat", "numeroInterneDossier")
REQUIS = _c("employeur.siret", "apprenti.nom", "apprenti.prenom", "organismeFormation.siret")
(ECHEANCE,) = _c("echeance.numero")
SIRETS = _c("employeur.siret", "organismeFormation.siret")
JOURS = _c("dateSignature", "echeance.dateFin")
DUREE, FIN = _c("echeance.duree", "echeance.dateFin")
(CONSERVATION,) = _c("attestationConservationPieces")
NOMS = frozenset({"certificat.apprenti.nom", "certificat.apprenti.prenom"})


def check_certificat(certificat: Certificat, *, cerfa: Cerfa | None, recu_le: date) -> list[Anomalie]:
    """Every anomaly of a certificat received on `recu_le` (a day in France).

    Compared with the form when the dossier is known.
    """
    return in_form_order(_check(certificat, cerfa, recu_le))


def _check(certificat: Certificat, cerfa: Cerfa | None, recu_le: date) -> Iterator[Anomalie]:
    for requis in OBLIGATOIRES:
        if requis.read(certificat) is None:
            yield codes.MEMBRE_OBLIGATOIRE.anomalie(requis.chemin, libelle=requis.libelle)
    genre = certificat.type_certificat
    if genre is not None and genre not in TYPE_CERTIFICAT.codes:
        yield unknown("certificat.typeCertificat", OBLIGATOIRES[0].libelle, genre, TYPE_CERTIFICAT)
    for requis in REQUIS:
        if _read(certificat, requis) is None:
            yield codes.MEMBRE_A_COMPLETER.anomalie(requis.chemin, libelle=requis.libelle)
    for membre in SIRETS:
        siret = _read(certificat, membre)
        if siret is not None and not siret_valide(str(siret)):
            yield codes.SIRET_INVALIDE.anomalie(membre.chemin, libelle=membre.libelle)
    if certificat.attestation_conservation_pieces is False:
        yield codes.ATTESTATION_ABSENTE.anomalie(CONSERVATION.chemin, libelle=CONSERVATION.libelle)
    for membre in JOURS:
        jour = _read(certificat, membre)
        if isinstance(jour, date) and jour > recu_le:
            yield factures.DATE_CERTIFICAT_FUTURE.anomalie(membre.chemin, libelle=membre.libelle, jour=fr(jour))
    yield from _check_echeance(certificat.echeance)
    if cerfa is not None:
        yield from _compare(certificat, cerfa)


def _check_echeance(echeance: EcheanceCertificat | None) -> Iterator[Anomalie]:
    if echeance is None or echeance.numero is None:
        yield factures.CERTIFICAT_SANS_ECHEANCE.anomalie(ECHEANCE.chemin)
    elif read_numero_echeance(echeance.numero) is None:
        yield lecture.NUMERO_ILLISIBLE.anomalie(ECHEANCE.chemin, libelle=ECHEANCE.libelle)
    if echeance is None:
        return
    if echeance.duree is not None and echeance.duree <= 0:
        yield codes.FORMAT_DOUTEUX.anomalie(DUREE.chemin, libelle=DUREE.libelle, attendu="un nombre d'heures positif")
    if echeance.date_debut is not None and echeance.date_fin is not None and echeance.date_fin < echeance.date_debut:
        attendu = f"le {fr(echeance.date_debut)} ou après"
        yield codes.FORMAT_DOUTEUX.anomalie(FIN.chemin, libelle=FIN.libelle, attendu=attendu)


def _compare(certificat: Certificat, cerfa: Cerfa) -> Iterator[Anomalie]:
    """The members that both carry and that differ; names as people say them, whatever case and accents."""
    for membre in REQUIS:
        dit = _read(certificat, membre)
        section = getattr(cerfa, membre.section)
        contrat = None if section is None else membre.read(section)
        if dit is None or contrat is None or dit == contrat:
            continue
        if membre.chemin in NOMS and fold_name(str(dit)) == fold_name(str(contrat)):
            continue
        yield factures.DIFFERENCE_CERTIFICAT.anomalie(membre.chemin, libelle=membre.libelle)


def _read(certificat: Certificat, membre: Champ) -> object:
    """A member of the certificat, at its root or in one of its sections."""
    if "." not in membre.chemin.removeprefix("certificat."):
        return membre.read(certificat)
    section = getattr(certificat, membre.section)
    return None if section is None else membre.read(section)
