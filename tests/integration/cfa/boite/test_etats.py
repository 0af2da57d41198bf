"""States of an envoi: the whole matrix, in Python and in SQL."""

import itertools
import sqlite3

import pytest
from builders.pairs.boites import put_in

from traitdunion.cfa.boite import Boite, EtatEnvoi, NatureEnvoi, TransitionInterdite
from traitdunion.cfa.boite.etats import LIBELLES, LIBELLES_ACTES, LIBELLES_NATURES, TRANSITIONS, Acte, next_etat

E, A = EtatEnvoi, Acte
ATTENDUES = {
    (E.EN_ATTENTE, A.CLAIM): E.EN_COURS,
    (E.EN_ATTENTE, A.REJECT): E.REFUSE,
    (E.EN_ATTENTE, A.LOSE): E.INCERTAIN,
    (E.EN_ATTENTE, A.RETRY): E.EN_ATTENTE,
    (E.EN_ATTENTE, A.CANCEL): E.ABANDONNE,
    (E.EN_COURS, A.ACKNOWLEDGE): E.ACCEPTE,
    (E.EN_COURS, A.REJECT): E.REFUSE,
    (E.EN_COURS, A.POSTPONE): E.EN_ATTENTE,
    (E.EN_COURS, A.LOSE): E.INCERTAIN,
    (E.INCERTAIN, A.CLAIM): E.EN_COURS,
    (E.INCERTAIN, A.ACKNOWLEDGE): E.ACCEPTE,
    (E.INCERTAIN, A.REJECT): E.REFUSE,
    (E.INCERTAIN, A.POSTPONE): E.EN_ATTENTE,
    (E.INCERTAIN, A.LOSE): E.INCERTAIN,
    (E.INCERTAIN, A.RETRY): E.EN_ATTENTE,
    (E.INCERTAIN, A.CANCEL): E.ABANDONNE,
    (E.REFUSE, A.ACKNOWLEDGE): E.ACCEPTE,
    (E.REFUSE, A.RETRY): E.EN_ATTENTE,
    (E.REFUSE, A.CANCEL): E.ABANDONNE,
}


@pytest.mark.parametrize(("etat", "acte"), list(itertools.product(EtatEnvoi, Acte)))
def test_every_pair_of_state_and_act_is_an_edge_or_is_refused(etat: EtatEnvoi, acte: Acte) -> None:
    if (etat, acte) in ATTENDUES:
        assert next_etat(etat, acte) is ATTENDUES[etat, acte]
    else:
        with pytest.raises(TransitionInterdite, match=LIBELLES[etat]):
            next_etat(etat, acte)


@pytest.mark.parametrize(("de", "vers"), list(itertools.permutations(EtatEnvoi, 2)))
def test_the_database_refuses_the_same_moves(boite: Boite, de: EtatEnvoi, vers: EtatEnvoi) -> None:
    put_in(boite)
    conn = boite._store.connection
    conn.execute("DROP TRIGGER envoi_transition")
    conn.execute("UPDATE envoi SET etat = ?, numero_interne = '1' WHERE id = 1", (de,))
    _restore(conn)
    ordre = "UPDATE envoi SET etat = ? WHERE id = 1"
    if any(d is de and v is vers for (d, _), v in TRANSITIONS.items()):
        conn.execute(ordre, (vers,))
    else:
        with pytest.raises(sqlite3.IntegrityError, match="transition interdite"):
            conn.execute(ordre, (vers,))


def _restore(conn: sqlite3.Connection) -> None:
    from traitdunion.cfa.boite.disque import schema

    (ordre,) = [un for un in schema._statements(schema.MIGRATIONS[0]) if "TRIGGER envoi_transition" in un]
    conn.execute(ordre)


def test_everything_has_a_french_name() -> None:
    assert set(LIBELLES) == set(EtatEnvoi)
    assert set(LIBELLES_ACTES) == set(Acte)
    assert set(LIBELLES_NATURES) == set(NatureEnvoi)


def test_the_order_within_a_dossier_is_the_norms() -> None:
    assert [nature.value for nature in sorted(NatureEnvoi, key=lambda nature: nature.rang)] == [
        "DOSSIER",
        "CONVENTION",
        "DOCUMENT",
        "CERTIFICAT",
        "FACTURE",
        "AVOIR",
    ]


@pytest.mark.parametrize(
    "ordre",
    [
        "DELETE FROM envoi WHERE id = 1",
        "UPDATE envoi SET corps = x'00' WHERE id = 1",
        "UPDATE envoi SET cle_idempotence = 'autre' WHERE id = 1",
        "UPDATE envoi SET suite = 'autre' WHERE id = 1",
        "UPDATE envoi SET corps = NULL WHERE id = 1",
        "UPDATE envoi SET etat = 'ENVOYE' WHERE id = 1",
        "UPDATE journal SET detail = 'autre'",
        "DELETE FROM journal",
    ],
)
def test_the_database_keeps_what_must_not_change(boite: Boite, ordre: str) -> None:
    put_in(boite)
    with pytest.raises(sqlite3.IntegrityError):
        boite._store.connection.execute(ordre)
