"""The identifiers of an editor: client ID and client secret, made, handed over once, rolled, revoked (guide.md).

A secret is kept as a keyed hash only. Between its making and its reading through the one-time link it is kept
encrypted; the reading forgets it. Rolled, the former secret works on for the overlap chosen (fiabilite.md §4).
"""

import secrets
from datetime import timedelta
from hashlib import sha256

import msgspec

from traitdunion.norme.cle_api import Milieu
from traitdunion.opco.acces import store as acces
from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.editeurs import store
from traitdunion.opco.acces.editeurs.secrets import USAGE_SECRET, new_secret, prefixe
from traitdunion.opco.courriels import Courriels
from traitdunion.opco.evenements import journal
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.vault import Vault

DUREE_LIEN = timedelta(hours=72)
CHEVAUCHEMENT_JOURS_MAX = 30
VIVANTS_MAX = 2
INCONNU = "Cet éditeur n'existe pas."


class Remis(msgspec.Struct, frozen=True, kw_only=True):
    """Identifiers in clear, for the one who reads them."""

    editeur: int
    nom: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"Remis({self.client_id!r})"


class Identifiants:
    """The acts on the identifiers of editors, each in one transaction, each in the audit log.

    `url_publique`: where the one-time links lead.
    """

    def __init__(
        self, *, database: Database, vault: Vault, clock: Clock, milieu: Milieu, url_publique: str, courriels: Courriels
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._milieu = milieu
        self._url_publique = url_publique
        self._courriels = courriels

    async def list_secrets(self, editeur: int) -> list[store.Secret]:
        """The secrets of an editor, newest first, without what they say."""
        async with self._database.connection() as conn:
            return await store.list_secrets(conn, editeur=editeur)

    async def roll(self, editeur: int, *, chevauchement_jours: int, par: str) -> Remis:
        """A new secret; those in use end after the overlap (0: at once). Raises ActeRefuse."""
        async with self._database.transaction() as tx:
            return await self._roll(tx, editeur, chevauchement_jours=chevauchement_jours, par=par)

    async def remit(self, editeur: int, *, chevauchement_jours: int, par: str, courriel: str = "") -> str:
        """Roll, and the one-time link under which the new secret is read: both, or neither. Raises ActeRefuse."""
        async with self._database.transaction() as tx:
            remis = await self._roll(tx, editeur, chevauchement_jours=chevauchement_jours, par=par)
            return await self._hand_over(tx, remis, par=par, courriel=courriel)

    async def revoke(self, editeur: int, secret: int, *, par: str) -> None:
        """Revoke one secret, and every token obtained so far, at once. Raises ActeRefuse."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            if not await store.revoke_secret(tx, editeur=editeur, secret=secret, at=at):
                raise ActeRefuse("Ce secret n'est pas, ou n'est plus, en usage.")
            await acces.delete_jetons(tx, editeur=editeur)
            await acces.notify(tx)
            await journal.append(
                tx,
                acteur=par,
                acte="SECRET_REVOQUE",
                at=at,
                objet=f"editeur:{editeur}",
                donnees={"secret": secret},
            )

    async def hand_over(self, remis: Remis, *, par: str, courriel: str = "") -> str:
        """The one-time link under which the editor reads its identifiers; sent to `courriel` when one is given.

        The secret itself is shown to nobody else. Raises ActeRefuse on what is no e-mail address.
        """
        async with self._database.transaction() as tx:
            return await self._hand_over(tx, remis, par=par, courriel=courriel)

    async def read_once(self, jeton: str) -> Remis | None:
        """The identifiers behind a link, once; None when it was followed already, is over, or never was."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            prise = await store.take_remise(tx, _digest(jeton), at=at)
            if prise is None:
                return None
            editeur, chiffre = prise
            trouve = await store.lock_editeur(tx, editeur)
            assert trouve is not None  # referenced by the row
            await journal.append(tx, acteur=f"editeur:{editeur}", acte="SECRET_LU", at=at, objet=f"editeur:{editeur}")
        return Remis(
            editeur=editeur,
            nom=trouve[0],
            client_id=trouve[1],
            client_secret=self._vault.decrypt(chiffre, aad=_aad(editeur)).decode(),
        )

    async def _roll(self, tx: Tx, editeur: int, *, chevauchement_jours: int, par: str) -> Remis:
        if not 0 <= chevauchement_jours <= CHEVAUCHEMENT_JOURS_MAX:
            raise ActeRefuse(f"Le chevauchement va de 0 à {CHEVAUCHEMENT_JOURS_MAX} jours.")
        at = self._clock.now()
        trouve = await store.lock_editeur(tx, editeur)
        if trouve is None:
            raise ActeRefuse(INCONNU)
        nom, client_id, _ = trouve
        # A secret that nobody has read does not stand in the way of the one that takes its place.
        await store.forget_unread(tx, editeur=editeur, at=at)
        vivants = [
            un
            for un in await store.list_secrets(tx, editeur=editeur)
            if un.revoque_le is None and (un.expire_le is None or un.expire_le > at)
        ]
        if len(vivants) >= VIVANTS_MAX and chevauchement_jours:
            raise ActeRefuse("Deux secrets sont déjà valables : révoquez l'ancien, ou attendez sa fin.")
        await store.close_secrets(tx, editeur=editeur, expire_le=at + timedelta(days=chevauchement_jours))
        secret = new_secret(self._milieu)
        empreinte = self._vault.digest(secret.encode(), usage=USAGE_SECRET)
        await store.insert_secret(tx, editeur=editeur, prefixe=prefixe(secret), empreinte=empreinte, at=at)
        if not chevauchement_jours:
            await acces.delete_jetons(tx, editeur=editeur)
            await acces.notify(tx)
        await journal.append(
            tx,
            acteur=par,
            acte="SECRET_RENOUVELE",
            at=at,
            objet=f"editeur:{editeur}",
            donnees={"chevauchementJours": chevauchement_jours},
        )
        return Remis(editeur=editeur, nom=nom, client_id=client_id, client_secret=secret)

    async def _hand_over(self, tx: Tx, remis: Remis, *, par: str, courriel: str) -> str:
        jeton, at = secrets.token_urlsafe(32), self._clock.now()
        lien = f"{self._url_publique}/editeur/remise/{jeton}"
        clair = remis.client_secret.encode()
        secret = self._vault.digest(clair, usage=USAGE_SECRET)
        await store.forget_unread(tx, editeur=remis.editeur, sauf=secret, at=at)
        await store.insert_remise(
            tx,
            empreinte=_digest(jeton),
            editeur=remis.editeur,
            secret=secret,
            chiffre=self._vault.encrypt(clair, aad=_aad(remis.editeur)),
            at=at,
            expire_le=at + DUREE_LIEN,
        )
        await journal.append(tx, acteur=par, acte="SECRET_REMIS", at=at, objet=f"editeur:{remis.editeur}")
        if courriel.strip():
            await self._send(tx, lien, courriel=courriel.strip())
        return lien

    async def _send(self, tx: Tx, lien: str, *, courriel: str) -> None:
        heures = str(int(DUREE_LIEN.total_seconds() // 3600))
        try:
            await self._courriels.queue(
                tx,
                destinataire=courriel,
                modele="identifiants_editeur",
                valeurs={"lien": lien, "duree_heures": heures},
            )
        except ValueError:
            raise ActeRefuse("L'adresse e-mail n'a pas la forme nom@domaine.fr.") from None

    async def purge(self) -> int:
        """Delete the links that are over; how many."""
        async with self._database.transaction() as tx:
            return await store.purge_remises(tx, at=self._clock.now())


def _digest(jeton: str) -> bytes:
    return sha256(jeton.encode("utf-8", "surrogatepass")).digest()


def _aad(editeur: int) -> bytes:
    return b"remise_secret:%d" % editeur
