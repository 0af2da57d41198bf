"""Getting connected (guide.md, « accrochage »): the CFA, the editor and its identifiers, the pair they make."""

import secrets

import msgspec

from traitdunion.norme.cle_api import Milieu
from traitdunion.norme.identifiants import siren_valide, siret_valide, uai_valide
from traitdunion.opco.acces import states, store
from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.editeurs import store as editeurs
from traitdunion.opco.acces.editeurs.secrets import USAGE_SECRET, new_secret, prefixe
from traitdunion.opco.acces.states import Acte, EtatAccrochage
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.vault import Vault

NOM_CARACTERES_MAX = 200
MOTIF_CARACTERES_MAX = 500
PAR = ("OPCO", "CFA")
REFUS_DE_TRANSITION: dict[tuple[EtatAccrochage | None, Acte], str] = {
    (EtatAccrochage.SUSPENDU, Acte.SUSPEND): "Cet accrochage est déjà suspendu.",
}


class EditeurCree(msgspec.Struct, frozen=True, kw_only=True):
    """A new editor and its identifiers; the secret is known here and nowhere after."""

    id: int
    nom: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"EditeurCree({self.nom!r}, {self.client_id!r})"


class Raccordement:
    """The acts on organisations, editors and accrochages, each in one transaction."""

    def __init__(self, *, database: Database, vault: Vault, clock: Clock, milieu: Milieu = Milieu.ESSAI) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._milieu = milieu

    # --- CFA ----------------------------------------------------------------------------------------------------

    async def create_cfa(self, siret: str, *, denomination: str, uai: str | None = None, siege: bool = True) -> bool:
        """Add an establishment, and its organisation when its SIREN is new; True when the organisation is new.

        Raises ActeRefuse: SIRET or UAI invalid, name empty, establishment or siège known already.
        """
        siret = "".join(siret.split())
        denomination = _check_nom(denomination)
        if not siret_valide(siret):
            raise ActeRefuse("Ce SIRET n'est pas valide : 14 chiffres, clé comprise.")
        if uai is not None and not uai_valide(uai):
            raise ActeRefuse("Cet UAI n'est pas valide : 7 chiffres et une lettre de contrôle.")
        at = self._clock.now()
        async with self._database.transaction() as tx:
            nouvelle = await store.insert_organisation(tx, siren=siret[:9], denomination=denomination, at=at)
            if not await store.insert_etablissement(
                tx, siret=siret, denomination=denomination, uai=uai, siege=siege, at=at
            ):
                raise ActeRefuse(
                    f"L'établissement {siret} est déjà connu, ou le SIREN {siret[:9]} a déjà un siège social."
                )
        return nouvelle

    async def list_cfa(self) -> list[tuple[store.Organisation, list[str]]]:
        """Every organisation and the SIRET of its establishments."""
        async with self._database.connection() as conn:
            return await store.list_organisations(conn)

    # --- editors ------------------------------------------------------------------------------------------------

    async def create_editeur(self, nom: str) -> EditeurCree:
        """Admit an editor; its secret is shown once, only a keyed hash is kept. Raises ActeRefuse on an empty name."""
        nom = _check_nom(nom)
        client_id = f"ed-{secrets.token_hex(8)}"
        client_secret = new_secret(self._milieu)
        empreinte = self._vault.digest(client_secret.encode(), usage=USAGE_SECRET)
        async with self._database.transaction() as tx:
            id_ = await store.insert_editeur(tx, nom=nom, client_id=client_id, at=self._clock.now())
            await editeurs.insert_secret(
                tx, editeur=id_, prefixe=prefixe(client_secret), empreinte=empreinte, at=self._clock.now()
            )
        return EditeurCree(id=id_, nom=nom, client_id=client_id, client_secret=client_secret)

    async def list_editeurs(self) -> list[store.Editeur]:
        """Every editor."""
        async with self._database.connection() as conn:
            return await store.list_editeurs(conn)

    async def find_client_id(self, editeur: int) -> str:
        """The client id of an editor by its number. Raises ActeRefuse when there is none."""
        async with self._database.connection() as conn:
            trouve = await store.find_editeur_by_id(conn, editeur)
        if trouve is None:
            raise ActeRefuse("Cet éditeur n'existe pas.")
        return trouve.client_id

    async def find_nom(self, editeur: int) -> str:
        """The name of an editor by its number. Raises ActeRefuse when there is none."""
        async with self._database.connection() as conn:
            trouve = await store.find_editeur_by_id(conn, editeur)
        if trouve is None:
            raise ActeRefuse("Cet éditeur n'existe pas.")
        return trouve.nom

    async def list_accrochages_of(self, editeur: int) -> list[tuple[store.Accrochage, str]]:
        """The accrochages of an editor, each with the name of the CFA."""
        async with self._database.connection() as conn:
            return await store.list_accrochages_of_editeur(conn, editeur=editeur)

    async def list_cfa_of(
        self, editeur: int, *, texte: str = "", apres: str = "", limite: int
    ) -> list[tuple[store.Accrochage, str]]:
        """A page of the same, after the CFA `apres` (its SIREN); `texte`: in the name, or begins the SIREN."""
        async with self._database.connection() as conn:
            return await store.list_cfa_of_editeur(conn, editeur=editeur, texte=texte, apres=apres, limite=limite)

    async def suspend_editeur(self, client_id: str) -> int:
        """Suspend an editor and delete its tokens, at once on all workers; how many tokens. Raises ActeRefuse."""
        async with self._database.transaction() as tx:
            editeur = await self._find_editeur(tx, client_id)
            await store.set_actif(tx, editeur=editeur.id, actif=False)
            supprimes = await store.delete_jetons(tx, editeur=editeur.id)
            await store.notify(tx)
        return supprimes

    async def resume_editeur(self, client_id: str) -> None:
        """Admit a suspended editor again, with the same identifiers. Raises ActeRefuse when it is unknown."""
        async with self._database.transaction() as tx:
            editeur = await self._find_editeur(tx, client_id)
            await store.set_actif(tx, editeur=editeur.id, actif=True)

    async def delete_jetons(self, client_id: str) -> int:
        """Delete every token of an editor (leak); it asks for new ones with its secret. How many. Raises ActeRefuse."""
        async with self._database.transaction() as tx:
            editeur = await self._find_editeur(tx, client_id)
            supprimes = await store.delete_jetons(tx, editeur=editeur.id)
            await store.notify(tx)
        return supprimes

    # --- accrochages --------------------------------------------------------------------------------------------

    async def open_accrochage(self, client_id: str, siren: str, *, par: str) -> None:
        """Connect an editor and a CFA: open from now, « en attente de première transmission ».

        Raises ActeRefuse: unknown or suspended editor, unknown SIREN, pair already connected.
        """
        if not siren_valide(siren):
            raise ActeRefuse("Ce SIREN n'est pas valide : 9 chiffres, clé comprise.")
        at = self._clock.now()
        async with self._database.transaction() as tx:
            editeur = await self._find_editeur(tx, client_id)
            if not editeur.actif:
                raise ActeRefuse("Cet éditeur est suspendu : il ne peut pas être raccordé.")
            if await store.find_organisation(tx, siren) is None:
                raise ActeRefuse(f"Aucun CFA ne porte le SIREN {siren}. Créez-le d'abord.")
            etat = states.next_etat(None, Acte.OPEN)
            if not await store.insert_accrochage(tx, editeur=editeur.id, siren=siren, etat=etat, at=at):
                raise ActeRefuse("Cet éditeur et ce CFA sont déjà accrochés.")
            await self._note(tx, editeur.id, siren, Acte.OPEN, par=par)
            await store.notify(tx)

    async def suspend_accrochage(self, client_id: str, siren: str, *, par: str, motif: str, acteur: str) -> None:
        """Suspend a pair at once, on all workers. `par`: OPCO or CFA, who alone may then resume it.

        Raises ActeRefuse: no reason, unknown pair, suspended already.
        """
        motif = motif.strip()
        if not 0 < len(motif) <= MOTIF_CARACTERES_MAX:
            raise ActeRefuse(f"Le motif est obligatoire, {MOTIF_CARACTERES_MAX} caractères au plus.")
        await self._move(client_id, siren, Acte.SUSPEND, par=par, motif=motif, acteur=acteur)

    async def resume_accrochage(self, client_id: str, siren: str, *, par: str, acteur: str) -> None:
        """Put an end to a suspension; the accrochage waits for its first transmission again.

        Raises ActeRefuse: unknown pair, not suspended, suspended by the other party.
        """
        await self._move(client_id, siren, Acte.RESUME, par=par, motif=None, acteur=acteur)

    async def list_accrochages(self) -> list[tuple[store.Accrochage, str, str]]:
        """Every accrochage with the editor's client id and name."""
        async with self._database.connection() as conn:
            return list(await store.list_accrochages(conn))

    # --- inside -------------------------------------------------------------------------------------------------

    async def _move(self, client_id: str, siren: str, acte: Acte, *, par: str, motif: str | None, acteur: str) -> None:
        if par not in PAR:
            raise ActeRefuse("Un accrochage est suspendu ou rétabli par l'OPCO ou par le CFA.")
        async with self._database.transaction() as tx:
            editeur = await self._find_editeur(tx, client_id)
            accrochage = await store.find_accrochage(tx, editeur=editeur.id, siren=siren)
            if accrochage is None:
                raise ActeRefuse("Cet éditeur et ce CFA ne sont pas accrochés.")
            if acte is Acte.RESUME and accrochage.suspendu_par not in (None, par):
                raise ActeRefuse("Cet accrochage a été suspendu par l'autre partie : elle seule le rétablit.")
            try:
                etat = states.next_etat(EtatAccrochage(accrochage.etat), acte)
            except states.TransitionInterdite as interdite:
                phrase = REFUS_DE_TRANSITION.get((interdite.etat, acte), "Cet accrochage n'est pas suspendu.")
                raise ActeRefuse(phrase) from None
            suspendu = etat is EtatAccrochage.SUSPENDU
            await store.update_accrochage(
                tx,
                editeur=editeur.id,
                siren=siren,
                etat=etat,
                suspendu_le=self._clock.now() if suspendu else None,
                suspendu_par=par if suspendu else None,
                motif=motif if suspendu else None,
            )
            await self._note(tx, editeur.id, siren, acte, par=acteur, **({"motif": motif} if motif else {}))
            await store.notify(tx)

    async def _find_editeur(self, tx: store.Tx, client_id: str) -> store.Editeur:
        editeur = await store.find_editeur(tx, client_id)
        if editeur is None:
            raise ActeRefuse(f"Aucun éditeur ne porte le client_id {client_id}.")
        return editeur

    async def _note(self, tx: store.Tx, editeur: int, siren: str, acte: Acte, *, par: str, **faits: str) -> None:
        await evenements.append(
            tx,
            siren=siren,
            objet="ACCROCHAGE",
            numero_interne=editeur,
            type_=f"ACCROCHAGE_{acte}",
            acteur=par,
            at=self._clock.now(),
            donnees=faits or None,
        )


def _check_nom(nom: str) -> str:
    nom = " ".join(nom.split())
    if not 0 < len(nom) <= NOM_CARACTERES_MAX or not nom.isprintable():
        raise ActeRefuse(f"Le nom est obligatoire, {NOM_CARACTERES_MAX} caractères au plus.")
    return nom
