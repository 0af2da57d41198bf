"""Contacts, bank details, and what the OPCO validates: name, SIRET, IBAN (guide.md, « Demande de modification »).

A change of IBAN needs two persons of the OPCO: it is what a thief of mails asks for (usage.md §1).
"""

import re
from collections.abc import Mapping
from enum import StrEnum

import msgspec
from stdnum import iban as stdnum_iban

from traitdunion.norme.identifiants import siret_valide
from traitdunion.opco.comptes import store as comptes
from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.courriels import Courriels
from traitdunion.opco.courriels.message import check_adresse
from traitdunion.opco.evenements import journal
from traitdunion.opco.modifications import store
from traitdunion.opco.modifications.banque import iban_aad
from traitdunion.opco.modifications.store import Banque, Contact, Modification
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.vault import Vault

TEXTE_MAX, JUSTIFICATION_MAX, LISTE_MAX = 200, 2_000, 200
CONTACTS_MAX = 50
TELEPHONE = re.compile(r"\+?[0-9][0-9 .()-]{7,19}")
INCONNUE = "Cette demande de modification n'existe pas."


class ModificationRefusee(Exception):
    """What cannot be changed; the text is the French sentence to show, and never quotes an IBAN."""


class TypeModification(StrEnum):
    """What is to be changed."""

    DENOMINATION = "DENOMINATION"
    SIRET = "SIRET"
    IBAN = "IBAN"


TYPES = {
    TypeModification.DENOMINATION: "Raison sociale",
    TypeModification.SIRET: "SIRET du siège social",
    TypeModification.IBAN: "Coordonnées bancaires (IBAN)",
}
ETATS = {
    "EN_ATTENTE": ("En attente de l'OPCO", "bleu", "◐"),
    "APPROUVEE": ("Approuvée par une personne, une seconde doit confirmer", "bleu", "◐"),
    "ACCEPTEE": ("Acceptée", "vert", "✓"),
    "REFUSEE": ("Refusée", "rouge", "✕"),
    "RETIREE": ("Retirée", "neutre", "–"),
}


class Modifications:
    """The acts on what a CFA says of itself, each in one transaction, each in the audit log."""

    def __init__(
        self, *, database: Database, vault: Vault, clock: Clock, courriels: Courriels, url_publique: str
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._courriels = courriels
        self._lien = f"{url_publique}/mya/compte/modifications"

    # --- contacts -----------------------------------------------------------------------------------------------

    async def list_contacts(self, siren: str) -> list[Contact]:
        """The contacts of a SIREN."""
        async with self._database.connection() as conn:
            return await store.list_contacts(conn, siren=siren)

    async def record_contact(
        self, siren: str, valeurs: Mapping[str, str], *, par: str, contact: int | None = None
    ) -> None:
        """Add a contact, or change one. Raises ModificationRefusee."""
        lus = _check_contact(valeurs)
        at = self._clock.now()
        async with self._database.transaction() as tx:
            if contact is not None:
                if not await store.update_contact(tx, siren=siren, contact=contact, valeurs=lus):
                    raise ModificationRefusee("Ce contact n'existe pas.")
            else:
                if len(await store.list_contacts(tx, siren=siren)) >= CONTACTS_MAX:
                    raise ModificationRefusee(f"Un CFA a {CONTACTS_MAX} contacts au plus.")
                await store.insert_contact(tx, siren=siren, valeurs=lus, at=at)
            await journal.append(tx, acteur=par, acte="CONTACT_MODIFIE", at=at, siren=siren)

    async def delete_contact(self, siren: str, contact: int, *, par: str) -> None:
        """Take a contact away. Raises ModificationRefusee."""
        async with self._database.transaction() as tx:
            if not await store.delete_contact(tx, siren=siren, contact=contact):
                raise ModificationRefusee("Ce contact n'existe pas.")
            await journal.append(tx, acteur=par, acte="CONTACT_RETIRE", at=self._clock.now(), siren=siren)

    # --- the CFA's side -----------------------------------------------------------------------------------------

    async def find_banque(self, siren: str) -> Banque | None:
        """The bank details in force, as they may be shown."""
        async with self._database.connection() as conn:
            return await store.find_banque(conn, siren=siren)

    async def list_of(self, siren: str) -> list[Modification]:
        """The requests of a SIREN, latest first."""
        async with self._database.connection() as conn:
            return await store.list_of(conn, siren=siren, limite=LISTE_MAX)

    async def ask(
        self,
        siren: str,
        type_: TypeModification,
        *,
        valeur: str,
        titulaire: str = "",
        justification: str,
        compte: int,
    ) -> int:
        """Ask for a change; its number. `titulaire`: who holds the account, for an IBAN. Raises ModificationRefusee."""
        demande, apercu = _check_valeur(type_, valeur, titulaire=titulaire, siren=siren)
        justification = " ".join(justification.split())
        if not 0 < len(justification) <= JUSTIFICATION_MAX or not justification.isprintable():
            raise ModificationRefusee(f"Dites pourquoi, en {JUSTIFICATION_MAX} caractères au plus.")
        at = self._clock.now()
        async with self._database.transaction() as tx:
            numero = await store.insert_modification(
                tx,
                siren=siren,
                type_=type_,
                chiffre=self._vault.encrypt(msgspec.json.encode(demande), aad=_aad(siren, type_)),
                apercu=apercu,
                justification=justification,
                compte=compte,
                at=at,
            )
            if numero is None:
                raise ModificationRefusee("Une demande du même type attend déjà : retirez-la d'abord.")
            await self._note(tx, "MODIFICATION_DEMANDEE", siren, numero, par=f"compte:{compte}", type=type_)
            demandeur = await comptes.find_compte(tx, compte)
            assert demandeur is not None  # its session was just resolved
            nom = f"{demandeur.prenom} {demandeur.nom}"
            await self._tell(tx, "modification_demandee", siren, type_, par=nom)
        return numero

    async def withdraw(self, modification: int, *, siren: str, compte: int) -> None:
        """Take a request back while it waits. Raises ModificationRefusee."""
        async with self._database.transaction() as tx:
            await self._find(tx, modification, siren=siren)
            at = self._clock.now()
            await store.settle(tx, modification, etat="RETIREE", par=None, motif=None, at=at)
            await self._note(tx, "MODIFICATION_RETIREE", siren, modification, par=f"compte:{compte}")

    # --- the OPCO's side ----------------------------------------------------------------------------------------

    async def list_waiting(self) -> list[Modification]:
        """What waits for the OPCO, longest first."""
        async with self._database.connection() as conn:
            return await store.list_waiting(conn, limite=LISTE_MAX)

    async def read_valeur(self, modification: int, *, par: int) -> tuple[Modification, dict[str, str]]:
        """A request that waits and what it asks for, in clear: a reading that the audit log keeps.

        Raises ModificationRefusee.
        """
        async with self._database.transaction() as tx:
            trouvee, demande = await self._find(tx, modification)
            await self._note(tx, "MODIFICATION_LUE", trouvee.siren, modification, par=f"compte:{par}")
        return trouvee, demande

    async def accept(self, modification: int, *, par: int) -> str:
        """Say yes; the state after it. An IBAN needs two persons: the first approves, another one accepts.

        Raises ModificationRefusee.
        """
        at = self._clock.now()
        async with self._database.transaction() as tx:
            trouvee, demande = await self._find(tx, modification)
            if trouvee.type == TypeModification.IBAN and trouvee.etat == "EN_ATTENTE":
                await store.approve(tx, modification, par=par)
                await self._note(tx, "MODIFICATION_APPROUVEE", trouvee.siren, modification, par=f"compte:{par}")
                return "APPROUVEE"
            if trouvee.type == TypeModification.IBAN and trouvee.approuvee_par == par:
                raise ModificationRefusee("Vous l'avez approuvée : une autre personne doit confirmer cet IBAN.")
            await self._apply(tx, trouvee, demande)
            await store.settle(tx, modification, etat="ACCEPTEE", par=par, motif=None, at=at)
            await self._note(tx, "MODIFICATION_ACCEPTEE", trouvee.siren, modification, par=f"compte:{par}")
            await self._tell(tx, "modification_acceptee", trouvee.siren, TypeModification(trouvee.type))
        return "ACCEPTEE"

    async def refuse(self, modification: int, *, motif: str, par: int) -> None:
        """Say no, and why. Raises ModificationRefusee."""
        motif = " ".join(motif.split())
        if not 0 < len(motif) <= JUSTIFICATION_MAX or not motif.isprintable():
            raise ModificationRefusee("Le motif du refus est obligatoire.")
        async with self._database.transaction() as tx:
            trouvee, _ = await self._find(tx, modification)
            at = self._clock.now()
            await store.settle(tx, modification, etat="REFUSEE", par=par, motif=motif, at=at)
            await self._note(tx, "MODIFICATION_REFUSEE", trouvee.siren, modification, par=f"compte:{par}")
            await self._tell(tx, "modification_refusee", trouvee.siren, TypeModification(trouvee.type), motif=motif)

    # --- inside -------------------------------------------------------------------------------------------------

    async def _find(
        self, tx: Tx, modification: int, *, siren: str | None = None
    ) -> tuple[Modification, dict[str, str]]:
        trouve = await store.find(tx, modification, siren=siren)
        if trouve is None:
            raise ModificationRefusee(INCONNUE)
        ligne, chiffre = trouve
        if chiffre is None:
            raise ModificationRefusee("Cette demande est déjà tranchée.")
        clair = self._vault.decrypt(chiffre, aad=_aad(ligne.siren, ligne.type))
        return ligne, msgspec.json.decode(clair, type=dict[str, str])

    async def _apply(self, tx: Tx, ligne: Modification, demande: dict[str, str]) -> None:
        at, siren = self._clock.now(), ligne.siren
        if ligne.type == TypeModification.DENOMINATION:
            await store.set_denomination(tx, siren=siren, denomination=demande["valeur"])
        elif ligne.type == TypeModification.SIRET:
            await store.add_siret(tx, siret=demande["valeur"], at=at)
        else:
            iban = demande["valeur"]
            await store.set_banque(
                tx,
                siren=siren,
                titulaire=demande["titulaire"],
                chiffre=self._vault.encrypt(iban.encode(), aad=iban_aad(siren)),
                fin=iban[-4:],
                at=at,
            )

    async def _tell(self, tx: Tx, modele: str, siren: str, type_: TypeModification, **valeurs: str) -> None:
        """Every administrator of the CFA is told: a change that none of them wanted is seen in time."""
        for destinataire in await comptes.list_adresses(tx, siren=siren, role=Role.CFA_ADMINISTRATEUR):
            await self._courriels.queue(
                tx,
                destinataire=destinataire,
                modele=modele,
                valeurs={**valeurs, "sujet": TYPES[type_], "lien": self._lien},
            )

    async def _note(self, tx: Tx, acte: str, siren: str, modification: int, *, par: str, **faits: str) -> None:
        await journal.append(
            tx,
            acteur=par,
            acte=acte,
            at=self._clock.now(),
            siren=siren,
            objet=f"modification:{modification}",
            donnees=faits or None,
        )


def mask_iban(iban: str) -> str:
    """What is shown of an IBAN: country and last four characters."""
    return f"{iban[:2]}•• •••• {iban[-4:]}"


def _aad(siren: str, type_: str) -> bytes:
    return f"modification:{siren}:{type_}".encode()


def _check_valeur(type_: TypeModification, valeur: str, *, titulaire: str, siren: str) -> tuple[dict[str, str], str]:
    """What is asked for, and what may be shown of it. Raises ModificationRefusee."""
    if type_ is TypeModification.DENOMINATION:
        nom = " ".join(valeur.split())
        if not 0 < len(nom) <= TEXTE_MAX or not nom.isprintable():
            raise ModificationRefusee(f"La raison sociale est obligatoire, {TEXTE_MAX} caractères au plus.")
        return {"valeur": nom}, nom
    colle = "".join(valeur.split()).upper()
    if type_ is TypeModification.SIRET:
        if not siret_valide(colle):
            raise ModificationRefusee("Ce SIRET n'est pas valide : 14 chiffres, clé comprise.")
        if colle[:9] != siren:
            raise ModificationRefusee("Ce SIRET est d'un autre SIREN : il demande un autre compte.")
        return {"valeur": colle}, colle
    titulaire = " ".join(titulaire.split())
    if not stdnum_iban.is_valid(colle):
        raise ModificationRefusee("Cet IBAN n'est pas valide : recopiez-le depuis le relevé d'identité bancaire.")
    if not 0 < len(titulaire) <= TEXTE_MAX or not titulaire.isprintable():
        raise ModificationRefusee("Le titulaire du compte est obligatoire.")
    return {"valeur": colle, "titulaire": titulaire}, f"{mask_iban(colle)}, {titulaire}"


def _check_contact(valeurs: Mapping[str, str]) -> dict[str, str]:
    lus = {nom: " ".join(valeurs.get(nom, "").split()) for nom in ("nom", "fonction", "telephone", "courriel")}
    for nom, libelle in (("nom", "nom"), ("fonction", "rôle ou la fonction")):
        if not 0 < len(lus[nom]) <= TEXTE_MAX or not lus[nom].isprintable():
            raise ModificationRefusee(f"Le {libelle} est obligatoire, {TEXTE_MAX} caractères au plus.")
    if not TELEPHONE.fullmatch(lus["telephone"]):
        raise ModificationRefusee("Le téléphone s'écrit en chiffres : 01 23 45 67 89.")
    try:
        check_adresse(lus["courriel"])
    except ValueError:
        raise ModificationRefusee("L'adresse e-mail n'a pas la forme nom@domaine.fr, sans accent ni espace.") from None
    return lus
