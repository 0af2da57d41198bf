"""Points where a campaign kills the process."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from traitdunion.opco import socle
from traitdunion.opco.socle import failpoints

SOURCES = Path(socle.__file__).parents[1]


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def _disarmed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def die(code: int) -> None:
        raise Killed(code)

    monkeypatch.setattr(failpoints.os, "_exit", die)
    yield
    failpoints.arm({}, journal=None)


def test_unarmed_points_let_pass() -> None:
    for point in failpoints.POINTS:
        failpoints.hit(point)


def test_a_point_armed_for_certain_kills_after_it_was_noted(tmp_path: Path) -> None:
    journal = tmp_path / "pannes"
    failpoints.arm({"avant_commit": 1.0}, journal=str(journal))

    for _ in range(2):
        with pytest.raises(Killed) as mort:
            failpoints.hit("avant_commit")
        assert mort.value.args == (137,)
    failpoints.hit("apres_commit")

    assert journal.read_text() == "avant_commit\navant_commit\n"


def test_a_probability_of_zero_never_kills() -> None:
    failpoints.arm({"avant_commit": 0.0}, journal=None)
    for _ in range(1_000):
        failpoints.hit("avant_commit")


def test_arming_replaces_what_was_armed() -> None:
    failpoints.arm({"avant_commit": 1.0}, journal=None)
    failpoints.arm({"apres_commit": 1.0}, journal=None)
    failpoints.hit("avant_commit")


def test_a_mistyped_point_is_refused() -> None:
    with pytest.raises(ValueError, match="avant_comit"):
        failpoints.arm({"avant_comit": 1.0}, journal=None)


def test_the_setting_is_read() -> None:
    assert failpoints.parse("corps_lu:0.5,avant_commit:1") == {"corps_lu": 0.5, "avant_commit": 1.0}
    assert failpoints.parse("") == {}
    with pytest.raises(ValueError):
        failpoints.parse("corps_lu")


def test_every_point_of_the_table_is_passed_somewhere_and_every_passage_is_in_the_table() -> None:
    passages = {
        nom
        for source in SOURCES.rglob("*.py")
        for nom in re.findall(r"failpoints\.hit\(\"(\w+)\"\)", source.read_text(encoding="utf-8"))
    }
    assert passages == set(failpoints.POINTS) | set(failpoints.TRAVAUX)
