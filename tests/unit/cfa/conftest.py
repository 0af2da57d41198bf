"""The CFA's tests never see the keyring, the settings nor the data of the person who runs them."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from builders.cfa.trousseau import TrousseauEnMemoire
from keyring.backends import fail


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for nom in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{nom}_HOME", str(tmp_path / "xdg" / nom.lower()))
    avant = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(avant)


@pytest.fixture
def trousseau() -> TrousseauEnMemoire:
    """A machine with a keyring."""
    pose = TrousseauEnMemoire()
    keyring.set_keyring(pose)
    return pose
