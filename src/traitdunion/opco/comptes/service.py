"""Accounts: made by the OPCO or by a CFA's administrator, closed, listed."""

import msgspec

from traitdunion.norme.identifiants import siren_valide, siret_valide
from traitdunion.opco.comptes import store
from traitdunion.opco.comptes.actes import ActeRefuse
from traitdunion.opco.comptes.connexion import LIEN_PREMIERE_CONNEXION, Connexion
from traitdunion.opco.comptes.roles import CFA, LIBELLES, Role
from traitdunion.opco.courriels.message import check_adresse
from traitdunion.opco.evenements import journal
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database

TEXTE_MAX = 200


class NouveauCompte(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked to make an account; `sirets` for a CFA (its establishment) and an employer (its own)."""

    utilisateur: str
    nom: str
    prenom: str
    courriel: str
    role: Role
    sirets: tuple[str, ...] = ()
    editeur: int | None = None


class CompteCree(msgspec.Struct, frozen=True):
    """An account just made; `lien` opens it once, and is also sent by mail."""

    id: int
    lien: str

    def __repr__(self) -> str:
        return f"CompteCree({self.id})"


class Comptes:
    """The use cases of accounts, each in one transaction, each in the audit log."""

    def __init__(self, *, database: Database, clock: Clock, connexion: Connexion) -> None:
        self._database = database
        self._clock = clock
        self._connexion = connexion

    async def create(self, demande: NouveauCompte, *, par: str) -> CompteCree:
        """Make an account without a password; its person gets a link to choose one. Raises ActeRefuse."""
        demande = _check(demande)
        siren = demande.sirets[0][:9] if demande.sirets else None
        async with self._database.transaction() as tx:
            id_ = await store.insert_compte(
                tx,
                utilisateur=demande.utilisateur,
                nom=demande.nom,
                prenom=demande.prenom,
                courriel=demande.courriel,
                role=demande.role,
                siren=siren,
                editeur=demande.editeur,
                sirets=demande.sirets,
                at=self._clock.now(),
            )
            if id_ is None:
                raise ActeRefuse(f"Le nom d'utilisateur {demande.utilisateur} est déjà pris.")
            compte = await store.find_compte(tx, id_)
            assert compte is not None
            lien = await self._connexion.send_link(tx, compte, duree=LIEN_PREMIERE_CONNEXION)
            await self._note(tx, "COMPTE_CREE", compte, par=par, role=demande.role)
        return CompteCree(id_, lien)

    async def invite_again(self, compte: int, *, par: str, siren: str | None = None) -> str:
        """Send a first-connection link again; its address. Raises ActeRefuse: no such account, password set already."""
        async with self._database.transaction() as tx:
            trouve = await self._find(tx, compte, siren=siren)
            if trouve.a_un_mot_de_passe:
                raise ActeRefuse("Cette personne a déjà choisi son mot de passe : « Mot de passe oublié ? » suffit.")
            lien = await self._connexion.send_link(tx, trouve, duree=LIEN_PREMIERE_CONNEXION)
            await self._note(tx, "COMPTE_INVITE", trouve, par=par)
        return lien

    async def set_actif(self, compte: int, *, actif: bool, par: str, siren: str | None = None) -> None:
        """Close an account, with its sessions, or open it again. Raises ActeRefuse; `siren` bounds who may."""
        async with self._database.transaction() as tx:
            trouve = await self._find(tx, compte, siren=siren)
            await self._keep_administrateur(tx, trouve, garde=actif)
            await store.set_actif(tx, trouve.id, actif=actif)
            if not actif:
                await store.delete_sessions(tx, trouve.id)
            await self._note(tx, "COMPTE_ROUVERT" if actif else "COMPTE_FERME", trouve, par=par)

    async def set_role(self, compte: int, role: Role, *, par: str, siren: str) -> None:
        """Give another of the CFA's roles to one of its people, whose sessions are closed. Raises ActeRefuse."""
        async with self._database.transaction() as tx:
            trouve = await self._find(tx, compte, siren=siren)
            await self._keep_administrateur(tx, trouve, garde=role is Role.CFA_ADMINISTRATEUR)
            await store.set_role(tx, trouve.id, role)
            await store.delete_sessions(tx, trouve.id)
            await self._note(tx, "ROLE_CHANGE", trouve, par=par, role=role)

    async def list_comptes(self, *, siren: str | None = None) -> list[store.Compte]:
        """The accounts of a SIREN, or all of them."""
        async with self._database.connection() as conn:
            return await store.list_comptes(conn, siren=siren)

    async def list_internes(self) -> list[store.Compte]:
        """The accounts that belong to no SIREN: the OPCO's staff and the editors'."""
        async with self._database.connection() as conn:
            return await store.list_internes(conn)

    @staticmethod
    async def _keep_administrateur(tx: store.Tx, compte: store.Compte, *, garde: bool) -> None:
        """A CFA, and the OPCO, keep an active administrator. Raises ActeRefuse."""
        if garde or compte.role not in (Role.CFA_ADMINISTRATEUR, Role.OPCO_ADMINISTRATEUR) or not compte.actif:
            return
        if not await store.has_other_administrateur(tx, compte):
            raise ActeRefuse("C'est le dernier administrateur actif : nommez-en d'abord un autre.")

    async def _find(self, tx: store.Tx, compte: int, *, siren: str | None) -> store.Compte:
        trouve = await store.find_compte(tx, compte)
        if trouve is None or (siren is not None and trouve.siren != siren):
            raise ActeRefuse("Ce compte n'existe pas.")
        return trouve

    async def _note(self, tx: store.Tx, acte: str, compte: store.Compte, *, par: str, **faits: str) -> None:
        await journal.append(
            tx,
            acteur=par,
            acte=acte,
            at=self._clock.now(),
            siren=compte.siren,
            objet=f"compte:{compte.id}",
            donnees=faits or None,
        )


def _check(demande: NouveauCompte) -> NouveauCompte:
    """The request with its texts trimmed. Raises ActeRefuse with a sentence that says what to mend."""
    textes = {nom: " ".join(getattr(demande, nom).split()) for nom in ("utilisateur", "nom", "prenom", "courriel")}
    for nom, libelle in (("utilisateur", "nom d'utilisateur"), ("nom", "nom"), ("prenom", "prénom")):
        if not 0 < len(textes[nom]) <= TEXTE_MAX or not textes[nom].isprintable():
            raise ActeRefuse(f"Le {libelle} est obligatoire, {TEXTE_MAX} caractères au plus.")
    try:
        check_adresse(textes["courriel"])
    except ValueError:
        raise ActeRefuse("L'adresse e-mail n'a pas la forme nom@domaine.fr, sans accent ni espace.") from None
    if " " in textes["utilisateur"]:
        raise ActeRefuse("Le nom d'utilisateur ne comporte pas d'espace.")
    _check_rattachement(demande)
    return msgspec.structs.replace(demande, **{**textes, "utilisateur": textes["utilisateur"].lower()})


def _check_rattachement(demande: NouveauCompte) -> None:
    """A role belongs to establishments of one SIREN, to an editor, or to the OPCO alone."""
    libelle = LIBELLES[demande.role]
    if demande.role in CFA or demande.role is Role.EMPLOYEUR:
        if not demande.sirets:
            raise ActeRefuse(f"« {libelle} » : indiquez le SIRET de l'établissement.")
        if not all(siret_valide(siret) for siret in demande.sirets):
            raise ActeRefuse("Ce SIRET n'est pas valide : 14 chiffres, clé comprise.")
        if len({siret[:9] for siret in demande.sirets}) > 1 or not siren_valide(demande.sirets[0][:9]):
            raise ActeRefuse("Les établissements d'un compte ont tous le même SIREN.")
    elif demande.sirets:
        raise ActeRefuse(f"« {libelle} » n'est rattaché à aucun établissement.")
    if (demande.editeur is not None) != (demande.role is Role.EDITEUR):
        raise ActeRefuse("Un compte d'éditeur, et lui seul, est rattaché à un éditeur.")
