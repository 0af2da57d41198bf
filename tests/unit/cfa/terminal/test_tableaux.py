"""Rows on screen: at any width nothing is cut, no word is broken, an amount stays on one line."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from traitdunion.cfa.terminal import affichage
from traitdunion.cfa.terminal.ecrans.tableaux import Colonne, fold, show_table
from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.facturation.montants import say_euros

COLONNES = (
    Colonne("Dossier"),
    Colonne("Quoi, et pourquoi", souple=True),
    Colonne("Facturé", droite=True),
    Colonne("Remarque"),
)
LIGNES = [
    ("CA-0000001\nEXEMPLE Ada", "La facture F-1 attend la liste du matériel remis.", say_euros(123_456_789), ""),
    ("CA-0000002", "[bold]Rien[/] à dire", "-", ""),
]


def shown(largeur: int, lignes: list[tuple[str, ...]], *, couleurs: bool = False) -> str:
    sortie = io.StringIO()
    console = Console(
        file=sortie,
        width=largeur,
        highlight=False,
        force_terminal=couleurs,
        color_system="truecolor" if couleurs else None,
    )
    show_table("Écarts", COLONNES, lignes, console=console)
    return sortie.getvalue()


@pytest.mark.parametrize("largeur", [200, 120, 80, 60, 40])
@pytest.mark.parametrize("couleurs", [True, False])
def test_every_word_is_whole_at_any_width(largeur: int, couleurs: bool) -> None:
    dit = shown(largeur, LIGNES, couleurs=couleurs)

    for mot in ("CA-0000001", "EXEMPLE Ada", "matériel", "Facturé", "1 234 567,89 €".replace(" ", "\u00a0")):
        assert mot in dit
    assert "[bold]Rien[/]" in dit, "what comes from elsewhere is no markup"
    assert "…" not in dit
    assert "Remarque" not in dit, "a column of which nothing is known is left out"


def test_without_room_each_row_is_a_block_that_names_its_values() -> None:
    dit = shown(40, LIGNES).splitlines()

    assert dit[0] == "Écarts"
    assert dit[1] == "CA-0000001 EXEMPLE Ada"
    assert dit[2].startswith("    Quoi, et pourquoi\u00a0: La facture")
    assert "    Facturé\u00a0: 1\u00a0234\u00a0567,89\u00a0€" in dit
    assert "┃" not in "".join(dit)
    assert "┃" in shown(80, LIGNES)


MOTS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=30)


@given(
    st.lists(st.tuples(MOTS, st.lists(MOTS, max_size=8).map(" ".join)), min_size=1, max_size=4), st.integers(20, 160)
)
def test_nothing_is_lost_whatever_the_width(cases: list[tuple[str, str]], largeur: int) -> None:
    dit = shown(largeur, [(nom, phrase, "1,00\u00a0€", "") for nom, phrase in cases])

    for nom, phrase in cases:
        assert nom in dit
        assert all(mot in dit for mot in phrase.split())
    plus_long = max(cell_len(mot) for nom, phrase in cases for mot in (nom, *phrase.split()))
    assert max(map(cell_len, dit.splitlines())) <= max(largeur, plus_long + len("    Quoi, et pourquoi : "))


@given(st.lists(MOTS, min_size=1).map(" ".join), st.integers(1, 60))
def test_a_folded_text_is_the_same_text(texte: str, largeur: int) -> None:
    plie = fold(texte, largeur)

    assert plie.replace("\n", " ") == texte
    assert all(cell_len(ligne) <= largeur or " " not in ligne for ligne in plie.split("\n"))


@pytest.mark.parametrize("largeur", ["40", "80", "120"])
def test_anomalies_keep_their_words_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, largeur: str
) -> None:
    monkeypatch.setenv("COLUMNS", largeur)
    champ = "cerfa.contrat.remunerationsAnnuelles"
    anomalie = Anomalie(code="REMUNERATION", champ=champ, description="La rémunération est sous le minimum légal.")
    affichage.show_anomalies([anomalie] * 2, titre="2 anomalies")
    dit = capsys.readouterr().out

    assert all(mot in dit for mot in ("bloquant", champ, "rémunération", "minimum", "REMUNERATION"))
