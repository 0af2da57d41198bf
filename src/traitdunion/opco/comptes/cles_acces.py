"""Passkeys as a second factor (WebAuthn level 2), beside the codes: for those whose browser has one.

A person sets up codes first: they stay the way in without JavaScript, or from another device.
"""

import ipaddress
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import webauthn
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from traitdunion.opco.comptes.actes import ActeRefuse
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.evenements import journal
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database

Tx = AsyncConnection[Any]
CLES_MAX = 10
NOM_MAX = 80
REPONSE_MAX = 20_000  # characters of what a browser sends back
ECHEC = "Cette clé d'accès n'a pas été reconnue. Réessayez, ou tapez le code de votre application."


class CleAcces(NamedTuple):
    """A passkey as its person sees it."""

    id: int
    nom: str
    cree_le: datetime
    derniere_utilisation: datetime | None


class ClesAcces:
    """The use cases of passkeys; `url_publique` is the only origin whose signatures are taken."""

    def __init__(self, *, database: Database, clock: Clock, url_publique: str, nom_opco: str) -> None:
        self._database = database
        self._clock = clock
        parties = urlsplit(url_publique)
        self._origine = f"{parties.scheme}://{parties.netloc}"
        self._domaine = parties.hostname or ""
        self._nom_opco = nom_opco

    @property
    def possibles(self) -> bool:
        """Whether this server's address may have passkeys: a name, not a bare IP address (WebAuthn §5.1.2)."""
        try:
            ipaddress.ip_address(self._domaine)
        except ValueError:
            return bool(self._domaine)
        return False

    async def list_of(self, compte: int) -> list[CleAcces]:
        """The passkeys of an account, oldest first."""
        async with self._database.connection() as conn:
            cursor = await conn.execute(
                "SELECT id, nom, cree_le, derniere_utilisation FROM cle_acces WHERE compte = %s ORDER BY id", (compte,)
            )
            return [CleAcces(*row) for row in await cursor.fetchall()]

    async def prepare(self, personne: Personne) -> str:
        """What the browser needs to make a passkey, as JSON. Raises ActeRefuse."""
        if not personne.a_un_second_facteur:
            raise ActeRefuse("Mettez d'abord en place les codes de votre application.")
        async with self._database.transaction() as tx:
            connues = await _identifiants(tx, personne.compte)
            if len(connues) >= CLES_MAX:
                raise ActeRefuse(f"Vous avez {CLES_MAX} clés d'accès au plus : retirez-en une.")
            options = webauthn.generate_registration_options(
                rp_id=self._domaine,
                rp_name=self._nom_opco,
                user_id=f"compte:{personne.compte}".encode(),
                user_name=personne.utilisateur,
                user_display_name=f"{personne.prenom} {personne.nom}",
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.PREFERRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[PublicKeyCredentialDescriptor(id=une) for une in connues],
            )
            await _set_defi(tx, personne.session, options.challenge)
        return webauthn.options_to_json(options)

    async def record(self, personne: Personne, reponse: str, *, nom: str) -> None:
        """Keep the passkey that the browser made. Raises ActeRefuse."""
        nom = " ".join(nom.split()) or "Clé d'accès"
        if len(nom) > NOM_MAX or not nom.isprintable() or len(reponse) > REPONSE_MAX:
            raise ActeRefuse(f"Donnez-lui un nom de {NOM_MAX} caractères au plus.")
        at = self._clock.now()
        async with self._database.transaction() as tx:
            defi = await _take_defi(tx, personne.session)
            try:
                verifiee = webauthn.verify_registration_response(
                    credential=reponse,
                    expected_challenge=defi,
                    expected_rp_id=self._domaine,
                    expected_origin=self._origine,
                    require_user_verification=True,
                )
            except (WebAuthnException, ValueError, KeyError, TypeError):
                raise ActeRefuse("Votre navigateur n'a pas créé de clé d'accès valable : recommencez.") from None
            try:
                async with tx.transaction():
                    await tx.execute(
                        "INSERT INTO cle_acces (compte, identifiant, cle_publique, compteur, nom, cree_le) "
                        "VALUES (%s, %s, %s, %s, %s, %s)",
                        (
                            personne.compte,
                            verifiee.credential_id,
                            verifiee.credential_public_key,
                            verifiee.sign_count,
                            nom,
                            at,
                        ),
                    )
            except UniqueViolation:
                raise ActeRefuse("Cette clé d'accès est déjà enregistrée.") from None
            await journal.append(tx, acteur=personne.acteur, acte="CLE_ACCES_AJOUTEE", at=at, siren=personne.siren)

    async def delete(self, personne: Personne, cle: int) -> bool:
        """Take one of one's own passkeys away; False when there is none: another's is as absent."""
        async with self._database.transaction() as tx:
            cursor = await tx.execute("DELETE FROM cle_acces WHERE compte = %s AND id = %s", (personne.compte, cle))
            if cursor.rowcount:
                at = self._clock.now()
                await journal.append(tx, acteur=personne.acteur, acte="CLE_ACCES_RETIREE", at=at, siren=personne.siren)
        return cursor.rowcount == 1

    async def challenge(self, personne: Personne) -> str | None:
        """What the browser is asked to sign, as JSON; None when the person has no passkey."""
        if not self.possibles:
            return None
        async with self._database.transaction() as tx:
            connues = await _identifiants(tx, personne.compte)
            if not connues:
                return None
            options = webauthn.generate_authentication_options(
                rp_id=self._domaine,
                allow_credentials=[PublicKeyCredentialDescriptor(id=une) for une in connues],
                user_verification=UserVerificationRequirement.REQUIRED,
            )
            await _set_defi(tx, personne.session, options.challenge)
        return webauthn.options_to_json(options)

    async def check(self, tx: Tx, personne: Personne, reponse: str) -> bool:
        """Whether the browser signed this session's challenge with a passkey of this person, who was verified."""
        defi = await _take_defi(tx, personne.session)
        if len(reponse) > REPONSE_MAX:
            return False
        try:
            identifiant = webauthn.helpers.parse_authentication_credential_json(reponse).raw_id
            cursor = await tx.execute(
                "SELECT id, cle_publique, compteur FROM cle_acces WHERE compte = %s AND identifiant = %s FOR UPDATE",
                (personne.compte, identifiant),
            )
            row = await cursor.fetchone()
            if row is None:
                return False
            verifiee = webauthn.verify_authentication_response(
                credential=reponse,
                expected_challenge=defi,
                expected_rp_id=self._domaine,
                expected_origin=self._origine,
                credential_public_key=row[1],
                credential_current_sign_count=row[2],
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            return False
        await tx.execute(
            "UPDATE cle_acces SET compteur = %s, derniere_utilisation = %s WHERE id = %s",
            (verifiee.new_sign_count, self._clock.now(), row[0]),
        )
        return True


async def _identifiants(tx: Tx, compte: int) -> list[bytes]:
    cursor = await tx.execute("SELECT identifiant FROM cle_acces WHERE compte = %s ORDER BY id", (compte,))
    return [bytes(identifiant) for (identifiant,) in await cursor.fetchall()]


async def _set_defi(tx: Tx, session: int, defi: bytes) -> None:
    await tx.execute("UPDATE session SET defi = %s WHERE id = %s", (defi, session))


async def _take_defi(tx: Tx, session: int) -> bytes:
    """The challenge of a session, used up; one that nothing can match when there is none."""
    cursor = await tx.execute(
        """WITH avant AS (SELECT id, defi FROM session WHERE id = %s FOR UPDATE)
           UPDATE session s SET defi = NULL FROM avant WHERE s.id = avant.id RETURNING avant.defi""",
        (session,),
    )
    row = await cursor.fetchone()
    return bytes(row[0]) if row and row[0] is not None else b"\0" * 64
