from datetime import UTC, datetime, timedelta

import pytest
from builders.acces import an_habilitation

from traitdunion.norme.erreurs import Refus
from traitdunion.opco.acces.habilitation import DUREE_CACHE_SECONDES, Appel, CacheHabilitations
from traitdunion.opco.acces.service import Acces, check_portee

AT = datetime(2026, 9, 1, 10, tzinfo=UTC)
ENTREE = CacheHabilitations.key("jeton", "cle")


class Montre:
    """A clock that never goes back, moved by hand."""

    def __init__(self) -> None:
        self.secondes = 0.0

    def __call__(self) -> float:
        return self.secondes


def test_what_was_kept_is_found_until_it_is_too_old() -> None:
    montre = Montre()
    cache = CacheHabilitations(monotone=montre)
    cache.keep(ENTREE, an_habilitation(), generation=cache.generation)

    montre.secondes = DUREE_CACHE_SECONDES - 0.001
    assert cache.find(ENTREE, at=AT) is not None
    montre.secondes = DUREE_CACHE_SECONDES
    assert cache.find(ENTREE, at=AT) is None


def test_a_revocation_holds_in_less_than_five_seconds_whatever_happens() -> None:
    assert DUREE_CACHE_SECONDES < 5


def test_what_is_over_is_not_found_even_when_fresh() -> None:
    cache = CacheHabilitations(monotone=Montre())
    cache.keep(ENTREE, an_habilitation(expire_le=AT), generation=cache.generation)

    assert cache.find(ENTREE, at=AT - timedelta(microseconds=1)) is not None
    assert cache.find(ENTREE, at=AT) is None


def test_a_clock_set_back_does_not_prolong_what_is_cached() -> None:
    montre = Montre()
    cache = CacheHabilitations(monotone=montre)
    cache.keep(ENTREE, an_habilitation(), generation=cache.generation)
    montre.secondes = 10

    assert cache.find(ENTREE, at=AT - timedelta(hours=1)) is None


def test_dropping_forgets_everything() -> None:
    cache = CacheHabilitations(monotone=Montre())
    cache.keep(ENTREE, an_habilitation(), generation=cache.generation)
    cache.drop()

    assert cache.find(ENTREE, at=AT) is None


def test_an_answer_read_before_a_drop_is_not_kept_after_it() -> None:
    cache = CacheHabilitations(monotone=Montre())
    generation = cache.generation
    cache.drop()
    cache.keep(ENTREE, an_habilitation(), generation=generation)

    assert cache.find(ENTREE, at=AT) is None


def test_two_pairs_whose_texts_join_alike_are_two_entries() -> None:
    assert CacheHabilitations.key("ab", "c") != CacheHabilitations.key("a", "bc")


def test_the_cache_does_not_grow_without_end() -> None:
    cache = CacheHabilitations(monotone=Montre())
    for rang in range(10_050):
        cache.keep(rang.to_bytes(4, "big"), an_habilitation(), generation=0)

    assert len(cache) == 50


def test_no_secret_shows_in_the_repr_of_a_call() -> None:
    appel = Acces.call_facts(
        {b"authorization": b"Bearer SECRET", b"x-api-key": b"SECRET", b"dpop": b"SECRET", b"host": b"opco.example"},
        methode="GET",
        chemin="/v1/dossiers",
    )

    assert appel == Appel(
        methode="GET",
        chemin="/v1/dossiers",
        hote="opco.example",
        autorisation="Bearer SECRET",
        cle="SECRET",
        preuve="SECRET",
    )
    assert "SECRET" not in repr(appel)


@pytest.mark.parametrize(("portee", "ecriture"), [("api.read", True), ("api.write", False)])
def test_a_scope_too_narrow_is_a_403_that_says_which_is_needed(portee: str, ecriture: bool) -> None:
    with pytest.raises(Refus) as refus:
        check_portee(an_habilitation(portee=portee), ecriture=ecriture)

    assert (refus.value.statut, refus.value.anomalies[0].code) == (403, "PORTEE_INSUFFISANTE")
    assert "insufficient_scope" in refus.value.entetes["WWW-Authenticate"]


def test_the_whole_scope_reads_and_writes() -> None:
    check_portee(an_habilitation(), ecriture=True)
    check_portee(an_habilitation(), ecriture=False)
