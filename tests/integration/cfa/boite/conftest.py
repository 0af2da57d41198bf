"""What the tests of the box share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from builders.pairs.boites import Horloge, open_box
from builders.pairs.opco_modele import OpcoModele

from traitdunion.cfa.boite import Boite


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def horloge() -> Horloge:
    return Horloge()


@pytest.fixture
def opco() -> OpcoModele:
    return OpcoModele()


@pytest.fixture
def boite(tmp_path: Path, horloge: Horloge) -> Iterator[Boite]:
    with open_box(tmp_path, horloge) as ouverte:
        yield ouverte
