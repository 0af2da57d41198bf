"""Connecting: name and password, second factor, one-time links (guide.md, « portail Prestataire », 1)."""

from datetime import timedelta

import msgspec

from traitdunion.opco.comptes import mots_de_passe, store
from traitdunion.opco.comptes.actes import ActeRefuse
from traitdunion.opco.comptes.cles_acces import ECHEC as ECHEC_CLE
from traitdunion.opco.comptes.cles_acces import ClesAcces
from traitdunion.opco.comptes.essais import Essais, TropDEssais
from traitdunion.opco.comptes.mots_de_passe import Hacheur, MotDePasseRefuse
from traitdunion.opco.comptes.roles import SECOND_FACTEUR, Role
from traitdunion.opco.comptes.seconds_facteurs import CODE_INCONNU, SecondsFacteurs
from traitdunion.opco.comptes.sessions import Personne, Sessions, digest, new_jeton
from traitdunion.opco.courriels import Courriels
from traitdunion.opco.evenements import journal
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database

LIEN_PREMIERE_CONNEXION = timedelta(hours=72)
LIEN_OUBLI = timedelta(hours=1)
# One sentence for every cause: unknown name, wrong password, closed account, password not set yet.
ECHEC = "Nom d'utilisateur ou mot de passe incorrect."
LIEN_PERIME = "Ce lien n'est plus valable : il a déjà servi, ou son délai est passé. Demandez-en un nouveau."


class ConnexionRefusee(Exception):
    """No session; the text is the French sentence to show. `attente_secondes` when it is too soon."""

    def __init__(self, phrase: str, *, attente_secondes: int | None = None) -> None:
        self.attente_secondes = attente_secondes
        super().__init__(phrase)


class Ouverture(msgspec.Struct, frozen=True):
    """A session just opened: its token, and whether the second factor is still due (`complete` false)."""

    jeton: str
    complete: bool
    role: Role

    def __repr__(self) -> str:
        return f"Ouverture({self.role})"


class Connexion:
    """The use cases of connecting.

    `second_facteur`: whether it is asked of those roles that need it (off in the demonstration only).
    `url_publique`: where the links of mails lead.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        essais: Essais,
        hacheur: Hacheur,
        sessions: Sessions,
        facteurs: SecondsFacteurs,
        cles_acces: ClesAcces,
        courriels: Courriels,
        url_publique: str,
        second_facteur: bool = True,
    ) -> None:
        self._database = database
        self._clock = clock
        self._essais = essais
        self._hacheur = hacheur
        self._sessions = sessions
        self._facteurs = facteurs
        self._cles_acces = cles_acces
        self._courriels = courriels
        self._url_publique = url_publique
        self._second_facteur = second_facteur

    def requires_facteur(self, role: Role) -> bool:
        """Whether a password alone does not open a session of this role."""
        return self._second_facteur and role in SECOND_FACTEUR

    async def login(
        self, utilisateur: str, mot_de_passe: str, *, adresse: str, agent: str, memoriser: bool = False
    ) -> Ouverture:
        """Open a session, with a token of its own. Raises ConnexionRefusee, the same whatever was wrong."""
        utilisateur = utilisateur.strip().lower()
        await self._take(utilisateur, adresse=adresse)
        async with self._database.connection() as conn:
            compte = await store.find_utilisateur(conn, utilisateur)
            gardes = await store.read_secrets(conn, compte.id) if compte else None
        juste = await self._hacheur.verify(gardes.mot_de_passe if gardes else None, mot_de_passe)
        async with self._database.transaction() as tx:
            if not juste or compte is None or not compte.actif:
                acteur = f"compte:{compte.id}" if compte else "inconnu"
                await journal.append(tx, acteur=acteur, acte="CONNEXION_REFUSEE", at=self._clock.now())
            else:
                return await self._open(tx, compte, adresse=adresse, agent=agent, memoriser=memoriser)
        raise ConnexionRefusee(ECHEC)

    async def complete(self, personne: Personne, code: str, *, adresse: str) -> str:
        """Show the second factor; the session's new token. Raises ConnexionRefusee."""
        await self._take(personne.utilisateur, adresse=adresse)
        async with self._database.transaction() as tx:
            if await self._facteurs.check(tx, personne.compte, code):
                await self._essais.forgive(tx, personne.utilisateur, adresse=adresse)
                return await self._renew(tx, personne, acte="SECOND_FACTEUR")
        raise ConnexionRefusee(CODE_INCONNU)

    async def complete_with_cle(self, personne: Personne, reponse: str, *, adresse: str) -> str:
        """Show a passkey as second factor; the session's new token. Raises ConnexionRefusee."""
        await self._take(personne.utilisateur, adresse=adresse)
        async with self._database.transaction() as tx:
            if await self._cles_acces.check(tx, personne, reponse):
                await self._essais.forgive(tx, personne.utilisateur, adresse=adresse)
                return await self._renew(tx, personne, acte="CLE_ACCES")
        raise ConnexionRefusee(ECHEC_CLE)

    async def enroll(self, personne: Personne, code: str, *, adresse: str) -> tuple[str, list[str]]:
        """Put one's second factor in force; the session's new token, and the recovery codes.

        Raises ActeRefuse (wrong code), ConnexionRefusee (too soon).
        """
        await self._take(personne.utilisateur, adresse=adresse)
        codes = await self._facteurs.confirm(personne.compte, code)
        async with self._database.transaction() as tx:
            await self._essais.forgive(tx, personne.utilisateur, adresse=adresse)
            return await self._renew(tx, personne, acte="SECOND_FACTEUR_EN_PLACE"), codes

    async def renew_codes(self, personne: Personne, mot_de_passe: str, *, adresse: str) -> list[str]:
        """New recovery codes, shown once, for one's password. Raises ConnexionRefusee, ActeRefuse."""
        if not personne.a_un_second_facteur:
            raise ActeRefuse("Les codes de secours vont avec un second facteur : mettez-le d'abord en place.")
        await self.check_password(personne, mot_de_passe, adresse=adresse)
        async with self._database.transaction() as tx:
            codes = await self._facteurs.renew_codes(tx, personne.compte)
            await journal.append(tx, acteur=personne.acteur, acte="CODES_SECOURS_RENOUVELES", at=self._clock.now())
        return codes

    async def withdraw_facteur(self, personne: Personne, code: str, *, adresse: str) -> str:
        """Take one's second factor away, for one of its codes; the session's new token. Raises ConnexionRefusee.

        Other sessions are closed. A role that needs one must set another up before it goes on: its session is then
        half open again.
        """
        await self._take(personne.utilisateur, adresse=adresse)
        async with self._database.transaction() as tx:
            if await self._facteurs.check(tx, personne.compte, code):
                compte = await store.find_compte(tx, personne.compte)
                assert compte is not None  # its session was just resolved
                await self._essais.forgive(tx, personne.utilisateur, adresse=adresse)
                await store.delete_totp(tx, personne.compte)
                await store.delete_sessions(tx, personne.compte, sauf=personne.session)
                await self._courriels.queue(
                    tx,
                    destinataire=compte.courriel,
                    modele="second_facteur_retire",
                    valeurs={"prenom": compte.prenom},
                )
                complete = not self.requires_facteur(personne.role)
                return await self._renew(tx, personne, acte="SECOND_FACTEUR_RETIRE", complete=complete)
        raise ConnexionRefusee(CODE_INCONNU)

    async def prove(self, personne: Personne, mot_de_passe: str, *, adresse: str) -> str:
        """Show one's password again before what is grave; the session's new token. Raises ConnexionRefusee."""
        await self.check_password(personne, mot_de_passe, adresse=adresse)
        async with self._database.transaction() as tx:
            return await self._renew(tx, personne, acte="MOT_DE_PASSE_PROUVE", prouvee=True)

    async def ask_link(self, utilisateur: str, *, adresse: str) -> None:
        """« Mot de passe oublié ? »: a link by mail, if there is such an account; nothing tells whether there is.

        Raises ConnexionRefusee when it is asked for too often.
        """
        utilisateur = utilisateur.strip().lower()
        await self._take(utilisateur, adresse=adresse)
        async with self._database.transaction() as tx:
            compte = await store.find_utilisateur(tx, utilisateur)
            if compte is not None and compte.actif:
                premiere = not compte.a_un_mot_de_passe
                await self.send_link(tx, compte, duree=LIEN_PREMIERE_CONNEXION if premiere else LIEN_OUBLI)

    async def send_link(self, tx: store.Tx, compte: store.Compte, *, duree: timedelta) -> str:
        """Make a one-time link in the caller's transaction and mail it; its address, for the commands that show it."""
        jeton = new_jeton()
        await store.insert_lien(tx, empreinte=digest(jeton), compte=compte.id, expire_le=self._clock.now() + duree)
        lien = f"{self._url_publique}/mya/lien/{jeton}"
        valeurs = {"lien": lien, "prenom": compte.prenom}
        if compte.a_un_mot_de_passe:
            minutes = str(duree // timedelta(minutes=1))
            await self._courriels.queue(
                tx,
                destinataire=compte.courriel,
                modele="mot_de_passe_oublie",
                valeurs={**valeurs, "duree_minutes": minutes},
            )
        else:
            heures = str(duree // timedelta(hours=1))
            await self._courriels.queue(
                tx,
                destinataire=compte.courriel,
                modele="premiere_connexion",
                valeurs={**valeurs, "duree_heures": heures},
            )
        return lien

    async def set_mot_de_passe(self, jeton: str, mot_de_passe: str) -> None:
        """Set the password that a link gives the right to; every session is closed, the second factor stays.

        Raises ActeRefuse: link used or over, password that is too weak (the link may then be used again).
        """
        at = self._clock.now()
        async with self._database.connection() as conn:
            trouve = await store.find_lien(conn, digest(jeton), at=at)
            compte = await store.find_compte(conn, trouve) if trouve is not None else None
        if compte is None or not compte.actif:
            raise ActeRefuse(LIEN_PERIME)
        empreinte = await self._hash(compte, mot_de_passe)
        async with self._database.transaction() as tx:
            if not await store.spend_lien(tx, digest(jeton), at=at):
                raise ActeRefuse(LIEN_PERIME)
            await store.set_mot_de_passe(tx, compte.id, empreinte)
            await store.delete_sessions(tx, compte.id)
            if compte.a_un_mot_de_passe:
                await self._tell_changed(tx, compte)
            await journal.append(tx, acteur=f"compte:{compte.id}", acte="MOT_DE_PASSE_CHANGE", at=at)

    async def change_mot_de_passe(self, personne: Personne, ancien: str, nouveau: str, *, adresse: str) -> None:
        """Change one's password; the other sessions are closed. Raises ConnexionRefusee, ActeRefuse."""
        await self.check_password(personne, ancien, adresse=adresse)
        async with self._database.connection() as conn:
            compte = await store.find_compte(conn, personne.compte)
        assert compte is not None  # its session was just resolved
        empreinte = await self._hash(compte, nouveau)
        async with self._database.transaction() as tx:
            await store.set_mot_de_passe(tx, compte.id, empreinte)
            await store.delete_sessions(tx, compte.id, sauf=personne.session)
            await self._tell_changed(tx, compte)
            await journal.append(tx, acteur=personne.acteur, acte="MOT_DE_PASSE_CHANGE", at=self._clock.now())

    async def check_password(self, personne: Personne, mot_de_passe: str, *, adresse: str) -> None:
        """Raise ConnexionRefusee unless it is the person's password."""
        await self._take(personne.utilisateur, adresse=adresse)
        async with self._database.connection() as conn:
            gardes = await store.read_secrets(conn, personne.compte)
        if not await self._hacheur.verify(gardes.mot_de_passe, mot_de_passe):
            raise ConnexionRefusee("Ce mot de passe n'est pas le bon.")
        async with self._database.transaction() as tx:
            await self._essais.forgive(tx, personne.utilisateur, adresse=adresse)

    # --- inside -------------------------------------------------------------------------------------------------

    async def _take(self, utilisateur: str, *, adresse: str) -> None:
        try:
            async with self._database.transaction() as tx:
                await self._essais.take(tx, utilisateur, adresse=adresse, at=self._clock.now())
        except TropDEssais as trop:
            attente = trop.attente_secondes
            raise ConnexionRefusee(
                f"Trop d'essais de suite. Réessayez dans {attente} seconde{'s' if attente > 1 else ''}.",
                attente_secondes=attente,
            ) from None

    async def _open(
        self, tx: store.Tx, compte: store.Compte, *, adresse: str, agent: str, memoriser: bool
    ) -> Ouverture:
        at, role = self._clock.now(), Role(compte.role)
        complete = not (compte.a_un_second_facteur or self.requires_facteur(role))
        jeton = await self._sessions.open(tx, compte, complete=complete, memorisee=memoriser, agent=agent)
        await self._essais.forgive(tx, compte.utilisateur, adresse=adresse)
        await store.mark_connexion(tx, compte.id, at=at)
        await journal.append(tx, acteur=f"compte:{compte.id}", acte="CONNEXION", at=at, siren=compte.siren)
        return Ouverture(jeton, complete, role)

    async def _renew(
        self, tx: store.Tx, personne: Personne, *, acte: str, prouvee: bool = False, complete: bool = True
    ) -> str:
        jeton, at = new_jeton(), self._clock.now()
        await store.renew_session(
            tx,
            personne.session,
            digest(jeton),
            complete=personne.complete if prouvee else complete,
            prouvee_le=at if prouvee else None,
        )
        await journal.append(tx, acteur=personne.acteur, acte=acte, at=at, siren=personne.siren)
        return jeton

    async def _hash(self, compte: store.Compte, mot_de_passe: str) -> str:
        try:
            mots_de_passe.check(mot_de_passe, proches=(compte.utilisateur, compte.nom, compte.prenom, compte.courriel))
        except MotDePasseRefuse as refuse:
            raise ActeRefuse(str(refuse)) from None
        return await self._hacheur.hash(mot_de_passe)

    async def _tell_changed(self, tx: store.Tx, compte: store.Compte) -> None:
        await self._courriels.queue(
            tx, destinataire=compte.courriel, modele="mot_de_passe_change", valeurs={"prenom": compte.prenom}
        )
