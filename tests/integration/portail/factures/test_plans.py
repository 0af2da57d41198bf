"""Whatever the size of a CFA, a page of « Mes Factures » reads what it shows: the plans stand on their own indexes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from traitdunion.opco.factures.suivi import store
from traitdunion.opco.factures.suivi.modele import Onglet, Place
from traitdunion.opco.socle.database import Database

pytestmark = pytest.mark.anyio
SIREN, JOUR = "323456780", date(2026, 9, 5)
INSTANT = datetime(2026, 9, 1, tzinfo=UTC)
# For each list, a place in the middle, and the index that it is read from.
ATTENDUS: dict[Onglet, tuple[Place, str]] = {
    Onglet.A_FACTURER: ((date(2026, 6, 1), 500, 1), "echeance_a_facturer"),
    Onglet.FRAIS: ((500,), "solde_poste_frais"),
    Onglet.A_COMPLETER: ((None, 500), "ligne_facture_attendue"),
    Onglet.EN_COURS: ((500,), "ligne_facture_en_cours"),
    Onglet.REGLEES: ((INSTANT, 500), "ligne_facture_reglee"),
    Onglet.REJETEES: ((INSTANT, 500), "ligne_facture_rejetee"),
    Onglet.TROP_PERCU: ((500,), "solde_poste_vivant"),
    Onglet.AVOIRS: ((500,), "facture_siren_genre_rang_key"),
}
DOSSIERS = 4000
# Dossiers of one CFA among others, eight échéances each, of which four are open and one is left to invoice; four lines
# each. The constraints between tables are of no use here.
PEUPLER = f"""
SET session_replication_role = replica;
INSERT INTO echeance SELECT d, n, '{SIREN}', n::text, CASE WHEN n <= 4 THEN date '2026-01-01' + d % 200
       ELSE date '2027-01-01' END, '2026-01-01', '2027-01-01', 100, 0, 0, '{{}}', '{SIREN}00010',
       CASE WHEN n <= 3 THEN 0 ELSE 100 END
  FROM generate_series(1, {DOSSIERS}) d, generate_series(1, 8) n;
INSERT INTO solde_poste SELECT d, 'A_FACTURER', n, 'PEDAGOGIE', 0, '{SIREN}',
       CASE WHEN n BETWEEN 1 AND 3 THEN 0 ELSE 100 END
  FROM generate_series(1, {DOSSIERS}) d, generate_series(0, 8) n;
INSERT INTO solde_poste SELECT d, 'TROP_PERCU', 1, 'PEDAGOGIE', d, '{SIREN}', 100
  FROM generate_series(1, {DOSSIERS}, 10) d;
INSERT INTO facture (siren, rang, genre, siret_emetteur, numero, origine, date_emission, montant, iban_chiffre, etat,
                     document, sha256_contenu, sha256_fichier, depose_par, depose_le)
SELECT '{SIREN}', d, g, '{SIREN}00010', g || d, CASE g WHEN 'AVOIR' THEN 1 END, '2026-09-01',
       CASE g WHEN 'AVOIR' THEN -1 ELSE 1 END, '', 'REGLE', 1, '', '', 'essai', now()
  FROM generate_series(1, {DOSSIERS}) d, unnest(ARRAY['FACTURE', 'AVOIR']) g;
INSERT INTO ligne_facture (facture, siren, rang, nature_dite, nature, numero_interne, echeance, montant, etat, attend,
                           jusqu_au, traite_le)
SELECT d, '{SIREN}', 0, 'PEDAGOGIE', 'PEDAGOGIE', d, 1, 100, e,
       CASE e WHEN 'A_COMPLETER' THEN ARRAY['X'] ELSE '{{}}' END,
       CASE WHEN d % 2 = 0 THEN date '2026-12-31' END, '2026-08-01'
  FROM generate_series(1, {DOSSIERS}) d, unnest(ARRAY['A_COMPLETER', 'ACCEPTEE', 'REGLEE', 'REJETEE']) e;
INSERT INTO ligne_facture (facture, siren, rang, nature_dite, nature, numero_interne, echeance, montant, etat,
                           traite_le)
SELECT facture, 's' || facture % 20, rang, nature_dite, nature, numero_interne, echeance, montant, 'REGLEE', traite_le
  FROM ligne_facture, generate_series(1, 3);
SET session_replication_role = origin;
ANALYZE;
"""  # noqa: S608 - constants of this test


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for sous in plan.get("Plans", ()):
        yield from _nodes(sous)


class _Explained:
    """A connection that explains what it is asked, and answers nothing."""

    def __init__(self, tx: Any) -> None:
        self.tx = tx
        self.plans: list[dict[str, Any]] = []

    async def execute(self, texte: str, valeurs: Any) -> Any:
        cursor = await self.tx.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {texte}", valeurs)
        ((lus,),) = await cursor.fetchall()
        self.plans.append(lus[0]["Plan"])
        return await self.tx.execute("SELECT 0, 0, 0")


async def test_each_list_is_read_from_its_index_after_a_place(database: Database) -> None:
    async with database.connection() as tx:
        await tx.execute(PEUPLER)
        for onglet, (place, index) in ATTENDUS.items():
            for apres in (None, place):
                explique = _Explained(tx)
                await store.list_rows(
                    explique,  # type: ignore[arg-type]
                    onglet,
                    siren=SIREN,
                    jour=JOUR,
                    apres=apres,
                    cible=None,
                    limite=51,
                )
                noeuds = list(_nodes(explique.plans[0]))
                assert index in {un.get("Index Name") for un in noeuds}, (onglet, apres, explique.plans)
                if onglet is Onglet.TROP_PERCU:
                    continue  # two kinds, put in order: as many rows as there are to give back, which are few
                assert "Sort" not in {un["Node Type"] for un in noeuds}, (onglet, apres)
                lues = max(un["Actual Rows"] * un["Actual Loops"] for un in noeuds)
                assert lues <= 200, (onglet, apres, lues)


async def test_a_total_never_reads_more_than_its_ceiling(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PLAFOND", 100)
    async with database.connection() as tx:
        await tx.execute(PEUPLER)
        for onglet in Onglet:
            total = await store.count_total(tx, onglet, siren=SIREN, jour=JOUR)
            assert total.plafonne, onglet
            explique = _Explained(tx)
            await store.count_total(explique, onglet, siren=SIREN, jour=JOUR)  # type: ignore[arg-type]
            noeuds = list(_nodes(explique.plans[0]))
            assert "Seq Scan" not in {un["Node Type"] for un in noeuds}, (onglet, explique.plans)
