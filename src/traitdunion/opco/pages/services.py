"""What the HTML doors work with: the use cases, and what the pages show of the settings."""

from dataclasses import dataclass
from pathlib import Path

from traitdunion.opco.acces.annuaire import Annuaire
from traitdunion.opco.acces.cfa import Vues
from traitdunion.opco.acces.cles import Cles
from traitdunion.opco.acces.editeurs.appels import Appels
from traitdunion.opco.acces.editeurs.identifiants import Identifiants
from traitdunion.opco.acces.editeurs.logiciels import Logiciels
from traitdunion.opco.acces.raccordement import Raccordement
from traitdunion.opco.comptes.cles_acces import ClesAcces
from traitdunion.opco.comptes.connexion import Connexion
from traitdunion.opco.comptes.seconds_facteurs import SecondsFacteurs
from traitdunion.opco.comptes.service import Comptes
from traitdunion.opco.comptes.sessions import Sessions
from traitdunion.opco.deca.service import Deca
from traitdunion.opco.decisions.lecture.files import Files
from traitdunion.opco.decisions.lecture.suivi import Suivi
from traitdunion.opco.decisions.lecture.vue import VueInstruction
from traitdunion.opco.decisions.service import Decisions
from traitdunion.opco.demandes.service import Demandes
from traitdunion.opco.dossiers.documents import Documents
from traitdunion.opco.dossiers.mes_dossiers import MesDossiers
from traitdunion.opco.dossiers.read_back import Dossiers
from traitdunion.opco.factures.instruction.files import FilesFactures
from traitdunion.opco.factures.instruction.vue import VueFactures
from traitdunion.opco.factures.suivi.service import SuiviFactures
from traitdunion.opco.factures.traitement import Traitement
from traitdunion.opco.modifications.service import Modifications
from traitdunion.opco.paiements.assemblage import Paiements
from traitdunion.opco.paiements.lecture.service import LecturePaiements
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.pieces.apercu import Apercus
from traitdunion.opco.recepisses import Recepisses
from traitdunion.opco.socle.clock import Clock


@dataclass(frozen=True, slots=True)
class Affichage:
    """What the operator decides of the pages."""

    nom: str
    couleur: str
    site_public: str
    hebergeur: str
    responsable_donnees: str
    aide_raccordement: str
    aide_cles: str
    aide_transmissions: str
    essai: bool  # not production: a banner says so on every page
    second_facteur: bool
    https: bool


@dataclass(frozen=True, slots=True)
class Portail:
    """The use cases of the HTML doors."""

    affichage: Affichage
    clock: Clock
    connexion: Connexion
    sessions: Sessions
    facteurs: SecondsFacteurs
    cles_acces: ClesAcces
    comptes: Comptes
    cles: Cles
    raccordement: Raccordement
    dossiers: Dossiers
    mes_dossiers: MesDossiers
    pieces: Documents
    apercus: Apercus
    decisions: Decisions
    files: Files
    vue: VueInstruction
    suivi: Suivi
    traitement: Traitement
    paiements: Paiements
    lecture_paiements: LecturePaiements
    suivi_factures: SuiviFactures
    deca: Deca
    files_factures: FilesFactures
    vue_factures: VueFactures
    recepisses: Recepisses
    acces: Vues
    annuaire: Annuaire
    demandes: Demandes
    logiciels: Logiciels
    modifications: Modifications
    identifiants: Identifiants
    appels: Appels
    parametres: ParametresOpco
    staging: Path
    secret_formulaires: str

    def __repr__(self) -> str:
        return "Portail(…)"
