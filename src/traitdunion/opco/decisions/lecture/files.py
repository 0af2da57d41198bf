"""What staff look up: their queues, a dossier among a million (ecrans.md, « Instruction »).

Every query reads its own entries of one index: the queues from the undecided dossiers only, a search from the beginning
of a name, an establishment, a number.
"""

import re
from datetime import date, datetime

import msgspec

from traitdunion.norme.identifiants import deca_valide, read_numero_externe
from traitdunion.norme.identite import fold_name
from traitdunion.opco.decisions.lecture.nouvelles import Nouvelles, read_nouvelles
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Tx

TAILLE_PAGE = 25
COMPTE_MAX = 1_000  # beyond, a counter says « plus de »
PROCHE_JOURS = 5  # « près de la limite »: 15 of the 20 days have passed
FILES = {
    "a_instruire": "À instruire",
    "attente": "Attente d'information",
    "proches": "Près de la limite",
    "ruptures": "Ruptures à confirmer",
    "deca": "Dépôts DECA à vérifier",
}
PAR_PERSONNE = frozenset({"a_instruire", "attente", "proches"})  # the others wait for whoever looks
_CHIFFRES = re.compile(r"[0-9]+")
# One statement a page: what chooses its rows reads them too, so that each dossier is fetched once, and no body is read.
_PAGE = """
SELECT d.numero_interne, d.etat, d.numero_deca, d.depose_le, i.file, i.complet_le, i.limite_le, i.affecte_a,
       (SELECT c.prenom || ' ' || c.nom FROM compte c WHERE c.id = i.affecte_a),
       d.affichage ->> 'nom', d.affichage ->> 'prenom', d.affichage ->> 'employeur', d.affichage ->> 'formation',
       d.affichage ->> 'cfa', d.affichage ->> 'typeContrat'
  FROM {source} ORDER BY {ordre} LIMIT {limite} OFFSET %(saute)s
"""
_LEUR_INSTRUCTION = "LEFT JOIN instruction i USING (numero_interne)"
_FILTRES = {
    "a_instruire": "i.file = 'A_INSTRUIRE'",
    "attente": "i.file = 'ATTENTE_INFORMATION'",
    "proches": "i.file IN ('A_INSTRUIRE', 'ATTENTE_INFORMATION') AND i.limite_le <= %(proche)s",
}
# Before the engagement, a declared break waits for the accord, which applies it.
_RUPTURES = (
    f"rupture r JOIN dossier d USING (numero_interne) {_LEUR_INSTRUCTION}"
    " WHERE r.issue IS NULL AND d.etat IN ('ENGAGE', 'RUPTURE')"
)
# What does not advance without a person, and what raised an alert; a cancelled dossier asks for nothing more.
_DECA = (
    f"deca_depot r JOIN dossier d USING (numero_interne) {_LEUR_INSTRUCTION}"
    " WHERE (r.etat IN ('NON_DEPOSABLE', 'EN_ECHEC') OR r.alerte IS NOT NULL)"
    " AND (d.etat <> 'ANNULE' OR r.alerte IS NOT NULL)"
)
_SANS_PERSONNE = {"ruptures": _RUPTURES, "deca": _DECA}
_AFFECTES = {"tous": "", "moi": " AND i.affecte_a = %(moi)s", "personne": " AND i.affecte_a IS NULL"}


class LigneFile(msgspec.Struct, frozen=True):
    """A dossier as a queue shows it."""

    numero_interne: int
    etat: str
    numero_deca: str | None
    depose_le: datetime
    file: str | None
    complet_le: datetime | None
    limite_le: date | None
    affecte_a: int | None
    affecte_nom: str | None
    nom: str | None
    prenom: str | None
    employeur: str | None
    formation: str | None
    cfa: str | None
    type_contrat: str | None

    def days_left(self, jour: date) -> int | None:
        """Days before the limit; negative past it, None without a clock or once decided."""
        return (self.limite_le - jour).days if self.limite_le is not None and self.file != "DECIDE" else None


class PageFile(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a queue or of a search; `suite` when there is more."""

    lignes: tuple[LigneFile, ...]
    page: int
    suite: bool


class Files:
    """The look-ups of staff."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def count(self, *, compte: int) -> dict[str, int]:
        """How many dossiers wait in each queue, and how many of them are this person's; COMPTE_MAX + 1 at most."""
        valeurs = self._values(compte)
        comptes = {}
        async with self._database.connection() as tx:
            for nom, ou in _FILTRES.items():
                comptes[nom] = await _count(tx, f"SELECT 1 FROM instruction i WHERE {ou}", valeurs)  # noqa: S608
            miens = f"SELECT 1 FROM instruction i WHERE i.file <> 'DECIDE'{_AFFECTES['moi']}"  # noqa: S608
            comptes["miens"] = await _count(tx, miens, valeurs)
            for nom, source in _SANS_PERSONNE.items():
                comptes[nom] = await _count(tx, f"SELECT 1 FROM {source}", valeurs)  # noqa: S608
        return comptes

    async def list_page(self, file: str, *, affecte: str = "tous", compte: int, page: int = 1) -> PageFile:
        """One page of a queue, the nearest limit first. `file`: a key of FILES; `affecte`: tous, moi, personne."""
        if file in _SANS_PERSONNE:
            source, ordre = _SANS_PERSONNE[file], "r.id"
        else:
            ou = _FILTRES[file] + _AFFECTES[affecte]
            source, ordre = (
                f"instruction i JOIN dossier d USING (numero_interne) WHERE {ou}",
                "i.limite_le, i.numero_interne",
            )
        return await self._page(source, ordre, self._values(compte), page)

    async def read_nouvelles(self) -> Nouvelles:
        """What changed since yesterday, whoever did it."""
        async with self._database.connection() as tx:
            return await read_nouvelles(tx, jour=day_of(self._clock.now()))

    async def find_next(self, numero: int, *, compte: int) -> int | None:
        """The dossier to instruct after this one: the nearest limit among this person's, then nobody's."""
        requete = (
            "SELECT i.numero_interne FROM instruction i WHERE i.file = 'A_INSTRUIRE' AND i.numero_interne <> %(numero)s"
            " AND (i.affecte_a = %(moi)s OR i.affecte_a IS NULL)"
            " ORDER BY i.affecte_a IS NULL, i.limite_le, i.numero_interne LIMIT 1"
        )
        async with self._database.connection() as tx:
            row = await (await tx.execute(requete, {"numero": numero, "moi": compte})).fetchone()
        return row[0] if row else None

    async def find(self, texte: str, *, page: int = 1) -> PageFile:
        """Dossiers by number, DECA number, SIREN or SIRET (of the CFA or of the employer), or start of a name."""
        ou, valeurs, ordre = _condition(texte)
        if ou is None:
            return PageFile(lignes=(), page=1, suite=False)
        return await self._page(f"dossier d {_LEUR_INSTRUCTION} WHERE {ou}", ordre, valeurs, page)

    async def _page(self, source: str, ordre: str, valeurs: dict[str, object], page: int) -> PageFile:
        """The rows of `source`, in this order: constants of this module, never what people type."""
        requete = _PAGE.format(source=source, ordre=ordre, limite=TAILLE_PAGE + 1)
        async with self._database.connection() as tx:
            cursor = await tx.execute(requete, valeurs | {"saute": (page - 1) * TAILLE_PAGE})
            lignes = tuple(LigneFile(*row) for row in await cursor.fetchall())
        return PageFile(lignes=lignes[:TAILLE_PAGE], page=page, suite=len(lignes) > TAILLE_PAGE)

    def _values(self, compte: int) -> dict[str, object]:
        jour = day_of(self._clock.now())
        return {"moi": compte, "proche": date.fromordinal(jour.toordinal() + PROCHE_JOURS)}


def _condition(texte: str) -> tuple[str | None, dict[str, object], str]:
    """What is looked for: a condition on an index, its values, the order of that index."""
    propre = " ".join(texte.replace("\0", " ").split())
    colle = propre.replace(" ", "")
    numero = read_numero_externe(propre)
    if numero is None and _CHIFFRES.fullmatch(colle) and len(colle) <= 7:
        numero = int(colle)
    if numero is not None:
        return "d.numero_interne = %(numero)s", {"numero": numero}, "d.numero_interne"
    if deca_valide(colle):
        return "d.numero_deca = %(deca)s", {"deca": colle.upper()}, "d.numero_interne"
    if _CHIFFRES.fullmatch(colle) and len(colle) == 14:
        return (
            "d.numero_interne IN (SELECT e.numero_interne FROM dossier e WHERE e.siret_employeur = %(siret)s)",
            {"siret": colle},
            "d.numero_interne DESC",
        )
    if _CHIFFRES.fullmatch(colle) and len(colle) == 9:
        return "d.siren = %(siren)s", {"siren": colle}, "d.siren, d.numero_interne DESC"
    debut = fold_name(propre)
    if len(debut) < 2:
        return None, {}, ""
    # The key is in collation C: a beginning is a range of the index, whatever signs it holds.
    return (
        "d.cle_recherche >= %(debut)s AND d.cle_recherche < %(fin)s",
        {"debut": debut, "fin": debut + "\U0010ffff"},
        "d.cle_recherche, d.numero_interne",
    )


async def _count(tx: Tx, requete: str, valeurs: dict[str, object]) -> int:
    borne = f"SELECT count(*) FROM ({requete} LIMIT {COMPTE_MAX + 1}) AS x"  # noqa: S608 - constants of this module
    row = await (await tx.execute(borne, valeurs)).fetchone()
    return int(row[0]) if row else 0
