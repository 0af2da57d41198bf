"""Old terminals: what they cannot write is replaced by what looks like it; data stay exact."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.cfa.terminal import affichage
from traitdunion.lancement import flux

PROGRAMME = [sys.executable, "-c", "from traitdunion.cli import main; main()"]


@pytest.mark.parametrize(
    ("texte", "lisible"),
    [
        ("Contrôlé : « 2 400,00 € »…", 'Controle : " 2 400,00 EUR "...'),
        ("✓ œuvre ✗ 1\N{NARROW NO-BREAK SPACE}000 – ≤ 日", "v oeuvre x 1 000 - <= ?"),
        ("\udcff", "?"),
    ],
)
def test_a_text_is_shown_as_people_would_type_it(texte: str, lisible: str) -> None:
    assert flux.to_ascii(texte) == lisible


@given(st.text(st.characters()), st.sampled_from(["ascii", "latin-1", "cp1252", "utf-8"]))
def test_no_character_stops_the_output(texte: str, encodage: str) -> None:
    octets = texte.encode(encodage, errors=flux.LISIBLE)

    assert flux.to_ascii(texte).isascii()
    if encodage == "ascii":
        assert octets == b"".join(c.encode() if c.isascii() else flux.to_ascii(c).encode() for c in texte)


def test_an_error_that_is_not_of_writing_is_not_hidden() -> None:
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", errors=flux.LISIBLE)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_says_the_same_whatever_the_output_can_write(texte: str) -> None:
    avant, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    try:
        affichage.print_json({"nom": texte})
        sys.stdout.flush()
        ecrit = sys.stdout.buffer.getvalue()  # type: ignore[attr-defined]
    finally:
        sys.stdout = avant

    assert json.loads(ecrit.decode("ascii")) == {"nom": texte}


@pytest.mark.parametrize(
    ("encodage", "commande"),
    [("ascii", "cfa diagnostic --sans-reseau"), ("latin-1", "cfa --help"), ("cp1252", "cfa configurer --montrer")],
)
def test_every_word_can_be_said_on_any_terminal(encodage: str, commande: str, tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": encodage, "XDG_CONFIG_HOME": str(tmp_path), "LC_ALL": "C"}
    fini = subprocess.run([*PROGRAMME, *commande.split()], env=environ, capture_output=True, check=False)

    assert fini.returncode in (0, 2)
    assert b"Traceback" not in fini.stderr
    assert b"incident" not in fini.stderr
