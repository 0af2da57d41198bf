"""A browser and its system in words."""

import pytest

from traitdunion.opco.pages.presentation.agents import device_of


@pytest.mark.parametrize(
    ("agent", "mots"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari, macOS"),
        ("curl/8.0", "Appareil inconnu"),
        ("", "Appareil inconnu"),
    ],
)
def test_an_agent_is_said_in_words(agent: str, mots: str) -> None:
    assert device_of(agent) == mots
