"""Changing one value of a TOML text leaves all the rest as a person wrote it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.cfa.reglages.edition import (
    EditionImpossible,
    delete_table,
    delete_values,
    dump,
    set_values,
)

ECRIT = """\
# Réglages de Jeanne : ne pas toucher sans lui demander.
profil_par_defaut = "afdas"

[afdas]   # le nôtre
api = "https://afdas.exemple.invalid"  # depuis septembre
client_id = 'editeur'
notes = '''
[akto] n'est pas une table, ici
api = "ni ceci un réglage"
'''
listes = [
  "a", # un
  "b",
]

# celui des autres
[akto]
api = "https://akto.exemple.invalid"
[akto.facturation]
lieu = "Paris"
"""


def test_a_value_is_replaced_where_it_stands_and_keeps_its_comment() -> None:
    change = set_values(ECRIT, "afdas", {"api": "https://neuf.exemple.invalid"})

    ligne = 'api = "https://neuf.exemple.invalid"  # depuis septembre'
    assert change == ECRIT.replace('api = "https://afdas.exemple.invalid"  # depuis septembre', ligne)


def test_a_new_value_comes_after_those_of_its_table() -> None:
    change = set_values(ECRIT, "afdas", {"siren": "356000000"})

    assert change == ECRIT.replace('  "b",\n]\n', '  "b",\n]\nsiren = "356000000"\n')


def test_a_new_table_comes_at_the_end() -> None:
    change = set_values(ECRIT, "atlas", {"delai_s": 12.5, "renvoi_reconnu": True})

    assert change == ECRIT + "\n[atlas]\ndelai_s = 12.5\nrenvoi_reconnu = true\n"


def test_a_value_of_the_top_level_never_falls_into_a_table() -> None:
    assert set_values("[a]\nx = 1\n", None, {"y": "2"}) == 'y = "2"\n\n[a]\nx = 1\n'
    assert set_values("", None, {"y": "2"}) == 'y = "2"\n'


def test_a_table_goes_with_its_own_tables_and_the_next_keeps_its_comment() -> None:
    assert delete_table(ECRIT, "afdas") == ECRIT[: ECRIT.index("[afdas]")] + ECRIT[ECRIT.index("# celui des autres") :]
    assert delete_table(ECRIT, "akto") == ECRIT[: ECRIT.index("[akto]\napi")]


def test_values_go_without_their_neighbours() -> None:
    reste = delete_values(ECRIT, "afdas", frozenset({"notes", "absent"}))

    assert tomllib.loads(reste)["afdas"].keys() == {"api", "client_id", "listes"}
    assert "# le nôtre" in reste


def test_windows_line_ends_and_a_missing_last_one_are_kept() -> None:
    assert set_values('[a]\r\nx = "1"\r\n', "a", {"y": "2"}) == '[a]\r\nx = "1"\r\ny = "2"\r\n'
    assert set_values("[a]\nx = 1", "a", {"y": "2"}) == '[a]\nx = 1\ny = "2"\n'
    assert set_values("x = 1", "a", {"y": "2"}) == 'x = 1\n\n[a]\ny = "2"\n'


def test_a_sign_inside_a_text_is_no_comment() -> None:
    assert set_values('a = "x # y" # z\n', None, {"a": "w"}) == 'a = "w" # z\n'


@pytest.mark.parametrize(
    "texte",
    [
        "api = ",
        "[afdas\n",
        'afdas = { api = "https://x", jeton = "https://z" }\n',  # an inline table cannot take a line
        "[[afdas]]\napi = 1\n",
    ],
)
def test_what_cannot_be_changed_safely_is_refused(texte: str) -> None:
    with pytest.raises(EditionImpossible):
        set_values(texte, "afdas", {"api": "https://y"})


NICHE = """\
[afdas]
api = "https://afdas.exemple.invalid"
# qui facture
[afdas.facturation]  # à jour de septembre
lieu = "Paris" # le siège

[afdas.routes]
# routes de l'OPCO
factures = "/v1/factures"
[akto]
api = "https://akto.exemple.invalid"
routes.dossiers = "/v2/dossiers" # écrit avec des points
"""


def test_a_table_of_a_profile_is_changed_where_it_stands() -> None:
    change = set_values(NICHE, ("afdas", "facturation"), {"lieu": "Lyon", "nda": "11750000075"})
    assert change == NICHE.replace('lieu = "Paris" # le siège\n', 'lieu = "Lyon" # le siège\nnda = "11750000075"\n')

    change = set_values(NICHE, ("afdas", "routes"), {"factures": "/v2/factures"})
    assert change == NICHE.replace("/v1/factures", "/v2/factures")


def test_a_new_table_of_a_profile_comes_after_its_others() -> None:
    sans = NICHE.replace(NICHE[NICHE.index("# qui facture") : NICHE.index("[afdas.routes]")], "")
    change = set_values(sans, ("afdas", "facturation"), {"lieu": "Paris"})
    assert change == sans.replace("[akto]", '\n[afdas.facturation]\nlieu = "Paris"\n\n[akto]')

    change = set_values(NICHE, ("akto", "facturation"), {"lieu": "Paris"})
    assert change == NICHE + '\n[akto.facturation]\nlieu = "Paris"\n'


def test_a_table_written_with_dots_goes_on_with_dots() -> None:
    change = set_values(NICHE, ("akto", "routes"), {"factures": "/v2/factures", "dossiers": "/v3/dossiers"})
    lignes = 'routes.dossiers = "/v3/dossiers" # écrit avec des points\nroutes.factures = "/v2/factures"\n'
    assert change == NICHE[: NICHE.index("routes.dossiers")] + lignes
    assert delete_values(change, ("akto", "routes"), frozenset({"dossiers"})).endswith(
        '.invalid"\nroutes.factures = "/v2/factures"\n'
    )


def test_the_profile_of_the_top_level_has_its_table_too() -> None:
    assert set_values('api = "x"\n', ("facturation",), {"lieu": "L"}) == 'api = "x"\n\n[facturation]\nlieu = "L"\n'
    assert set_values("[facturation]\n", None, {"api": "x"}) == 'api = "x"\n\n[facturation]\n'


VALEURS = st.one_of(st.booleans(), st.integers(-(2**62), 2**62), st.text(st.characters(exclude_categories=["Cs"])))


@given(st.dictionaries(st.text("abz-_é. \"'#=[]", min_size=1), VALEURS, max_size=6), st.sampled_from([None, "afdas"]))
def test_whatever_is_set_is_read_back_and_the_rest_is_untouched(valeurs: dict[str, str], table: str | None) -> None:
    if table is None:
        valeurs = {nom: valeur for nom, valeur in valeurs.items() if nom not in ("afdas", "akto")}
    change = set_values(ECRIT, table, valeurs)

    lu, avant = tomllib.loads(change), tomllib.loads(ECRIT)
    (avant if table is None else avant[table]).update(valeurs)
    assert lu == avant
    assert all(ligne in change for ligne in ECRIT.splitlines() if ligne.startswith("#"))


@given(
    st.dictionaries(st.text("abz-_é. \"'#=[]", min_size=1), VALEURS, max_size=6),
    st.sampled_from([("afdas", "facturation"), ("afdas", "routes"), ("akto", "routes"), ("akto", "facturation")]),
)
def test_whatever_is_set_in_a_table_of_a_profile_is_read_back(valeurs: dict[str, str], table: tuple[str, str]) -> None:
    change = set_values(NICHE, table, valeurs)

    lu, avant = tomllib.loads(change), tomllib.loads(NICHE)
    if valeurs:
        avant[table[0]].setdefault(table[1], {}).update(valeurs)
    assert lu == avant
    assert all(dit in change for dit in ("# qui facture", "# à jour de septembre", "# routes de", "# écrit avec"))


@given(VALEURS)
def test_a_value_survives_its_writing(valeur: str | bool | int) -> None:
    lu = tomllib.loads(f"x = {dump(valeur)}")["x"]

    assert lu == valeur
    assert type(lu) is type(valeur)
