"""What an act is decided on: the form, the convention, the contract that it follows."""

import msgspec

from traitdunion.norme import controles, lecture
from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.opco.decisions import store
from traitdunion.opco.dossiers import store as dossiers
from traitdunion.opco.dossiers.deposit import corps_aad, read_depot
from traitdunion.opco.financement.faits import Pieces
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.pieces import store as pieces
from traitdunion.opco.pieces.service import piece_aad
from traitdunion.opco.referentiels import Registre
from traitdunion.opco.socle.clock import day_of
from traitdunion.opco.socle.database import Tx
from traitdunion.opco.socle.vault import Vault

DIFFERENCE = "DIFFERENCE_CONVENTION"  # shown with both values, elsewhere on the screen
CONVENTION = "CONVENTION_FORMATION"
CONVENTION_DUREE = "CONVENTION_REDUCTION_DUREE"
APRES_RUPTURE = "23"


class Contenu(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier's words: its form, what comes with it, the document that is its convention."""

    cerfa: Cerfa
    pieces: Pieces
    convention_document: int | None


class Lecteur:
    """Opens what is stored encrypted, inside the transaction of its caller."""

    def __init__(self, *, vault: Vault, parametres: ParametresOpco, registre: Registre | None = None) -> None:
        """`registre`: the reference data of this process, None not to check against them."""
        self._vault = vault
        self._parametres = parametres
        self._registre = registre

    async def read(self, tx: Tx, fiche: store.Fiche) -> Contenu:
        """The form and the convention in force of a dossier."""
        (depot,) = await dossiers.find_depots(tx, [fiche.numero_interne], siren=fiche.siren)
        cerfa = self._open(depot)
        convention, document = await self._read_convention(tx, fiche.numero_interne)
        _, _, _, recues = await store.read_constitution(tx, fiche.numero_interne)
        lie = await self._read_lie(tx, fiche)
        return Contenu(
            cerfa=cerfa,
            pieces=Pieces(
                convention=convention,
                convention_reduction=CONVENTION_DUREE in recues,
                reprise=_is_reprise(cerfa, lie),
            ),
            convention_document=document,
        )

    async def read_anomalies(self, tx: Tx, fiche: store.Fiche, contenu: Contenu) -> tuple[Anomalie, ...]:
        """What the checks of the day of the deposit said of the form, then of its convention."""
        (depot,) = await dossiers.find_depots(tx, [fiche.numero_interne], siren=fiche.siren)
        corps = self._vault.decrypt(depot.corps_chiffre, aad=corps_aad(depot.identite, depot.dossier.depose_le))
        _, anomalies = read_depot(
            corps, recu_le=fiche.depose_le, parametres=self._parametres.en_vigueur, registre=self._registre
        )
        convention = contenu.pieces.convention
        if convention is not None:
            regles = controles.check_convention(convention, cerfa=contenu.cerfa, recu_le=day_of(fiche.depose_le))
            anomalies += [une for une in regles if une.code != DIFFERENCE]
        return tuple(anomalies)

    async def _read_lie(self, tx: Tx, fiche: store.Fiche) -> Cerfa | None:
        if fiche.contrat_lie is None:
            return None
        trouves = await dossiers.find_depots(tx, [fiche.contrat_lie], siren=fiche.siren)
        return self._open(trouves[0]) if trouves else None

    async def _read_convention(self, tx: Tx, numero_interne: int) -> tuple[Convention | None, int | None]:
        """The last convention sent with its data, and the number of the last file that is one, with or without."""
        document = None
        for numero, cle_objet, corps in await pieces.list_corps(tx, numero_interne, type_fichier=CONVENTION):
            document = document or numero
            clair = self._vault.decrypt(corps, aad=piece_aad(cle_objet))
            convention = lecture.read(Convention, clair, racine="convention").message
            if convention.numero_interne_dossier is not None:
                return convention, document
        return None, document

    def _open(self, depot: dossiers.LigneDepot) -> Cerfa:
        corps = self._vault.decrypt(depot.corps_chiffre, aad=corps_aad(depot.identite, depot.dossier.depose_le))
        cerfa = lecture.read(DepotDossier, corps).message.cerfa
        assert cerfa is not None  # a deposit without form is never stored
        return cerfa


def _is_reprise(cerfa: Cerfa, lie: Cerfa | None) -> bool:
    """A new contract with another employer after a break, to finish the same training (L6222-18-2)."""
    if lie is None or cerfa.contrat is None or cerfa.contrat.type_contrat_app != APRES_RUPTURE:
        return False
    avant = lie.employeur.siret if lie.employeur else None
    apres = cerfa.employeur.siret if cerfa.employeur else None
    return avant is not None and apres is not None and avant[:9] != apres[:9]
