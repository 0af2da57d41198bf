"""What cannot be parsed at all is a refusal with a French reason, never an error of ours (fiabilite.md, row 30)."""

import json
import sys
from contextlib import suppress

import pytest
from builders.corps import a_depot
from hypothesis import given, settings
from hypothesis import strategies as st

from traitdunion.norme import lecture
from traitdunion.norme.erreurs import Gravite, Refus
from traitdunion.norme.lecture.decoding import NIVEAUX_MAX, decode
from traitdunion.norme.messages.cerfa import DepotDossier

CORPS = json.dumps(a_depot(), ensure_ascii=False).encode()


def refused(corps: bytes) -> Refus:
    with pytest.raises(Refus) as refus:
        lecture.read(DepotDossier, corps)
    assert refus.value.statut == 400
    assert all(anomalie.gravite is Gravite.BLOQUANT for anomalie in refus.value.anomalies)
    return refus.value


ILLISIBLES = {
    "empty": (b"", "il est vide"),
    "blank": (b" \n ", "il est vide"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "il est vide"),
    "cut in an object": (b'{"cerfa": {', "il est tronqué"),
    "cut in a text": (b'{"cerfa": "abc', "il est tronqué"),
    "cut in an escape": (b'{"cerfa": "abc\\', "il est tronqué"),
    "NaN": (b'{"cerfa": {"contrat": {"salaireEmbauche": NaN}}}', "erreur de syntaxe à l'octet"),
    "Infinity": (b'{"a": Infinity}', "erreur de syntaxe à l'octet"),
    "-Infinity": (b'{"a": -Infinity}', "erreur de syntaxe à l'octet"),
    "a leading zero": (b'{"a": 01}', "erreur de syntaxe à l'octet"),
    "a hexadecimal number": (b'{"a": 0x1F}', "erreur de syntaxe à l'octet"),
    "single quotes": (b"{'cerfa': 1}", "erreur de syntaxe à l'octet"),
    "a comma at the end": (b'{"a": 1,}', "erreur de syntaxe à l'octet"),
    "a comment": (b'{"a": 1 /* un */}', "erreur de syntaxe à l'octet"),
    "two documents": (b"{} {}", "erreur de syntaxe à l'octet"),
    "HTML": (b"<html></html>", "erreur de syntaxe à l'octet"),
    "a raw U+0000": (b'{"a": "x\x00y"}', "erreur de syntaxe à l'octet"),
    "a raw new line in a text": (b'{"a": "x\ny"}', "erreur de syntaxe à l'octet"),
    "a lone high surrogate": (b'{"a": "\\ud83d"}', "un caractère Unicode y est incomplet"),
    "a lone high surrogate, far from the end": (
        b'{"a": "\\ud83d", "b": "et une suite assez longue"}',
        "un caractère Unicode y est incomplet",
    ),
    "a lone low surrogate": (b'{"a": "\\ude00 et la suite"}', "un caractère Unicode y est incomplet"),
    "surrogates the wrong way round": (b'{"a": "\\ude00\\ud83d"}', "un caractère Unicode y est incomplet"),
    "a lone surrogate in a name": (b'{"\\ud83d": 1}', "un caractère Unicode y est incomplet"),
    "a surrogate in raw bytes": (b'{"a": "\xed\xa0\x80"}', "il n'est pas en UTF-8"),
    "Latin-1": ('{"a": "é"}'.encode("latin-1"), "il n'est pas en UTF-8"),
    "an overlong zero": (b'{"a": "\xc0\x80"}', "il n'est pas en UTF-8"),
    "a name that is not UTF-8": (b'{"\xff": 1}', "il n'est pas en UTF-8"),
    "UTF-16": ('{"a": "é"}'.encode("utf-16"), "erreur de syntaxe à l'octet"),
    "an integer of 5,000 digits": (b'{"a": ' + b"1" * 5_000 + b"}", "un nombre y est démesuré"),
    "an exponent without end": (b'{"a": 1e99999999999999999999}', "un nombre y est démesuré"),
    "an exponent without end, downwards": (b'{"a": 1e-99999999999999999999}', "un nombre y est démesuré"),
    "a list": (b"[]", "un objet est attendu"),
    "a text": (b'"cerfa"', "un objet est attendu"),
    "a number": (b"12", "un objet est attendu"),
    "null": (b"null", "un objet est attendu"),
}


@pytest.mark.parametrize("cas", ILLISIBLES, ids=ILLISIBLES.keys())
def test_a_body_that_is_no_readable_json_object_is_refused_with_its_reason(cas: str) -> None:
    corps, raison = ILLISIBLES[cas]
    (anomalie,) = refused(corps).anomalies
    assert anomalie.code == "JSON_ILLISIBLE"
    assert raison in anomalie.description


@pytest.mark.parametrize("longueur", range(0, len(CORPS), 97))
def test_a_body_cut_anywhere_is_refused(longueur: int) -> None:
    (anomalie,) = refused(CORPS[:longueur]).anomalies
    assert anomalie.code == "JSON_ILLISIBLE"


@pytest.mark.parametrize(
    "corps",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"cerfa": ' + b'{"apprenti":' * 900 + b"{}" + b"}" * 901,
        b'{"inconnu": ' + b"[" * 900 + b"]" * 900 + b"}",
    ],
    ids=["lists", "open lists", "objects", "known members, 900 deep", "stray member, 900 deep"],
)
def test_a_body_too_deep_is_refused(corps: bytes) -> None:
    (anomalie,) = refused(corps).anomalies
    assert anomalie.code == "JSON_TROP_IMBRIQUE"


def test_depth_is_judged_in_the_same_way_when_the_stack_is_nearly_used_up() -> None:
    """A handler is called from deep within a server: the recursion limit is not all ours."""

    def descend(niveaux: int) -> None:
        if niveaux:
            descend(niveaux - 1)
        else:
            for profondeur in (100, 500, 900, 100_000):
                (anomalie,) = refused(b'{"a":' * profondeur + b"1" + b"}" * profondeur).anomalies
                assert anomalie.code == "JSON_TROP_IMBRIQUE"

    descend(sys.getrecursionlimit() // 2)


@pytest.mark.parametrize(("niveaux", "admis"), [(NIVEAUX_MAX, True), (NIVEAUX_MAX + 1, False)])
def test_the_limit_of_depth(niveaux: int, admis: bool) -> None:
    corps = b'{"inconnu":' * niveaux + b"1" + b"}" * niveaux
    if admis:
        assert [a.code for a in lecture.read(DepotDossier, corps).anomalies] == ["MEMBRE_INCONNU"]
    else:
        assert refused(corps).anomalies[0].code == "JSON_TROP_IMBRIQUE"


DOUBLES = {
    "side by side": (b'{"cerfa": {}, "cerfa": {}}', ["cerfa"]),
    "with the same value": (b'{"cerfa": {"apprenti": {"nom": "A", "nom": "A"}}}', ["cerfa.apprenti.nom"]),
    "written with an escape": (b'{"cerfa": {"apprenti": {"nom": "A", "n\\u006fm": "B"}}}', ["cerfa.apprenti.nom"]),
    "with spaces before the colon": (b'{"a": 1, "a" : 2, "b": "\\":"}', ["a"]),
    "with a new line before the colon": (b'{"a": 1, "a"\r\n\t:2}', ["a"]),
    "in a line of a list": (b'{"l": [{"x": 1}, {"x": 1, "x": 2}]}', ["l[1].x"]),
    "in a member that is dropped": (b'{"a": {"b": 1, "b": 2}, "a": {}}', ["a.b", "a"]),
    "among stray members": (b'{"inconnu": {"b": 1, "b": 2}}', ["inconnu.b"]),
    "several": (b'{"a": 1, "a": 2, "b": 1, "b": 2, "b": 3}', ["a", "b"]),
    "of an empty name": (b'{"": 1, "": 2}', [""]),
    "beside an integer that json refuses": (b'{"a": 1, "a": 2, "b": ' + b"1" * 4_000 + b"}", ["a"]),
}


@pytest.mark.parametrize("cas", DOUBLES, ids=DOUBLES.keys())
def test_a_member_said_twice_is_refused_with_its_path(cas: str) -> None:
    corps, chemins = DOUBLES[cas]
    anomalies = refused(corps).anomalies
    assert [anomalie.code for anomalie in anomalies] == ["MEMBRE_EN_DOUBLE"] * len(chemins)
    assert [anomalie.champ for anomalie in anomalies] == chemins


@pytest.mark.parametrize(
    "texte",
    ['":', '" :', '{"a": 1, "a": 2}', "\\", '\\"', '\\":', ":", '"\n:'],
)
def test_a_text_that_looks_like_a_doubled_member_is_read(texte: str) -> None:
    corps = json.dumps({"cerfa": {"apprenti": {"nom": texte}}}).encode()
    cerfa = lecture.read(DepotDossier, corps).message.cerfa
    assert cerfa is not None
    assert cerfa.apprenti is not None
    assert cerfa.apprenti.nom == texte


def test_a_byte_order_mark_at_the_head_is_let_pass() -> None:
    assert lecture.read(DepotDossier, b"\xef\xbb\xbf" + CORPS) == lecture.read(DepotDossier, CORPS)


def test_a_great_many_doubles_are_told_shortly() -> None:
    corps = b"{" + b",".join(b'"m%d":1,"m%d":2' % (n, n) for n in range(5_000)) + b"}"
    assert len(refused(corps).anomalies) == 20


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text() | st.sampled_from(['":', '" :', "é", "\0"]),
    lambda fils: st.lists(fils, max_size=4) | st.dictionaries(st.text(max_size=8), fils, max_size=4),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(json_values, st.sampled_from([None, 1]), st.booleans())
def test_any_json_without_doubles_is_decoded_as_json_does(valeur: object, indent: int | None, ascii_: bool) -> None:
    texte = json.dumps(valeur, indent=indent, ensure_ascii=ascii_, separators=(" ,", " : "))
    assert decode(texte.encode()) == valeur


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda texte: texte.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused_never_worse(corps: bytes) -> None:
    with suppress(Refus):
        assert lecture.read(DepotDossier, corps).message is not None


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(CORPS) - 1), st.binary(min_size=1, max_size=3))
def test_a_body_with_bytes_replaced_is_read_or_refused_never_worse(place: int, octets: bytes) -> None:
    with suppress(Refus):
        assert lecture.read(DepotDossier, CORPS[:place] + octets + CORPS[place + len(octets) :]).message is not None
