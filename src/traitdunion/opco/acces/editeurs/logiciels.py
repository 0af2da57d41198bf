"""The softwares that speak the norm: what a CFA picks from, what an editor says of its own."""

import re

from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.editeurs import store
from traitdunion.opco.evenements import journal
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database

NOM_CARACTERES_MAX = 200
# It becomes a link on a page: an address of the web and nothing else.
PAGE = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~:/?#@!$&()*+,;=%-]*)?", re.ASCII)


class Logiciels:
    """The use cases of softwares."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list_logiciels(self, *, editeur: int | None = None) -> list[store.Logiciel]:
        """Those of an editor; or, without one, all those that a CFA may pick."""
        async with self._database.connection() as conn:
            return await store.list_logiciels(conn, editeur=editeur)

    async def find(self, logiciel: int) -> store.Logiciel | None:
        """One that a CFA may pick."""
        async with self._database.connection() as conn:
            return await store.find_logiciel(conn, logiciel)

    async def create(
        self, editeur: int, nom: str, *, pret: bool, par: str, versions: str = "", page_contact: str = ""
    ) -> int:
        """Add a software to an editor; its id. `versions` and `page_contact` may be left empty. Raises ActeRefuse."""
        nom, versions, page_contact = " ".join(nom.split()), " ".join(versions.split()), page_contact.strip()
        if not 0 < len(nom) <= NOM_CARACTERES_MAX or not nom.isprintable():
            raise ActeRefuse(f"Le nom du logiciel est obligatoire, {NOM_CARACTERES_MAX} caractères au plus.")
        if len(versions) > NOM_CARACTERES_MAX or not versions.isprintable():
            raise ActeRefuse(f"Les versions s'écrivent en {NOM_CARACTERES_MAX} caractères au plus.")
        if page_contact and (len(page_contact) > NOM_CARACTERES_MAX or not PAGE.fullmatch(page_contact)):
            raise ActeRefuse("La page de contact s'écrit https://www.exemple.fr/contact, sans accent ni espace.")
        at = self._clock.now()
        async with self._database.transaction() as tx:
            if await store.lock_editeur(tx, editeur) is None:
                raise ActeRefuse("Cet éditeur n'existe pas.")
            id_ = await store.insert_logiciel(
                tx, editeur=editeur, nom=nom, versions=versions, page_contact=page_contact, pret=pret, at=at
            )
            if id_ is None:
                raise ActeRefuse(f"Un logiciel « {nom} » existe déjà pour cet éditeur.")
            await journal.append(
                tx, acteur=par, acte="LOGICIEL_AJOUTE", at=at, objet=f"editeur:{editeur}", donnees={"nom": nom}
            )
        return id_

    async def set_pret(self, editeur: int, logiciel: int, *, pret: bool, par: str) -> None:
        """Say whether the norm is developed in a software. Raises ActeRefuse."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            if not await store.set_pret(tx, editeur=editeur, logiciel=logiciel, pret=pret):
                raise ActeRefuse("Ce logiciel n'existe pas.")
            await journal.append(
                tx,
                acteur=par,
                acte="LOGICIEL_PRET" if pret else "LOGICIEL_PAS_PRET",
                at=at,
                objet=f"editeur:{editeur}",
                donnees={"logiciel": logiciel},
            )
