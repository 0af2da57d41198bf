"""A promotion of two hundred, from a workbook to its payments, by the CFA's commands; both sides' figures compared."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from traitdunion.bac_a_sable.demo import promotion
from traitdunion.bac_a_sable.demo.__main__ import a_profil
from traitdunion.bac_a_sable.demo.server import Connection, serving
from traitdunion.cfa.boite import Boite, EtatEnvoi
from traitdunion.cfa.client import ClientCfa

APPRENTIS = 200


@pytest.fixture(scope="module")
def connexion() -> Iterator[Connection]:
    with serving(port=None, conserver=None) as connexion:
        yield connexion


def test_two_hundred_apprentices_go_from_a_workbook_to_their_payments_by_commands_alone(
    connexion: Connection, tmp_path: Path
) -> None:
    dits: list[str] = []
    with ClientCfa(a_profil(connexion)) as client:
        jouee = promotion.play(client, connexion, nombre=APPRENTIS, dossier=tmp_path / "cfa", tell=dits.append)

    with psycopg.connect(connexion.database_url) as base:
        dossiers = base.execute("SELECT numero_interne, etat FROM dossier ORDER BY numero_interne").fetchall()
        postes = dict(base.execute("SELECT poste, sum(montant)::bigint FROM solde_poste GROUP BY poste").fetchall())
        factures = base.execute("SELECT numero, montant, etat FROM facture ORDER BY numero_interne").fetchall()
        vires = base.execute("SELECT sum(montant)::bigint FROM virement WHERE etat = 'REGLE'").fetchone()

    assert dossiers == [(numero, "ENGAGE") for numero in sorted(jouee.dossiers)]
    assert len(dossiers) == APPRENTIS
    assert (jouee.engage, jouee.regle) == (-postes["ENGAGE"], postes["REGLE"])
    assert jouee.facture == sum(montant for _, montant, _ in factures) == postes["REGLE"]
    assert {etat for _, _, etat in factures} == {"REGLE"}
    assert vires == (jouee.regle,)
    annees = {numero.split("-")[1] for numero, _, _ in factures}
    assert [numero for numero, _, _ in factures] == [
        f"F-{annee}-{rang:05d}" for annee in annees for rang in range(1, APPRENTIS + 1)
    ], "a series without a hole"
    with Boite.open(tmp_path / "cfa" / "donnees" / "traitdunion" / "cfa" / promotion.PROFIL / "boite") as boite:
        envois = list(boite.list_envois())
    assert {envoi.etat for envoi in envois} == {EtatEnvoi.ACCEPTE}
    assert len(envois) == 3 * APPRENTIS, "a contract, a convention and an invoice each"
    assert any("écarts : 0" in dit for dit in dits)
