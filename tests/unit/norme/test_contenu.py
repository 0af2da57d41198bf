"""The content of a deposit: the same whatever the way it is written, another as soon as one known member changes."""

import json
from hashlib import sha256
from typing import Any

import pytest
from builders.corps import ABSENT, a_convention, a_depot, as_connector, leaves
from builders.corps_valides import depots
from hypothesis import given, settings
from hypothesis import strategies as st

from traitdunion.norme import contenu, lecture
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention

NIR = "206057500100155"
LIGNES = a_depot()["cerfa"]["contrat"]["remunerationsAnnuelles"]


def read(corps: Any) -> DepotDossier:
    return lecture.read(DepotDossier, json.dumps(corps).encode()).message


def digest(corps: Any) -> bytes:
    return contenu.digest(read(corps))


SAIN = digest(a_depot())


def test_the_digest_is_the_sha_256_of_the_canonical_json() -> None:
    depot = read(a_depot())
    canonique = contenu.canonical(depot)
    assert contenu.digest(depot) == sha256(canonique).digest()
    assert json.loads(canonique)["cerfa"]["contrat"]["dateConclusion"] == "2026-08-20"
    assert b'"salaireEmbauche":783.90' in canonique
    noms = list(json.loads(canonique)["cerfa"])
    assert noms == sorted(noms)


def test_the_canonical_form_does_not_change_from_one_release_to_the_next() -> None:
    """Stored digests are compared with those of deposits to come: a change here needs a migration."""
    corps = {
        "cerfa": {"apprenti": {"nom": "EXEMPLE", "dateNaissance": "2006-05-14"}, "contrat": {"salaireEmbauche": 7}}
    }
    attendu = '{"cerfa":{"apprenti":{"dateNaissance":"2006-05-14","nom":"EXEMPLE"},"contrat":{"salaireEmbauche":7.00}}}'
    assert contenu.canonical(read(corps)).decode() == attendu


MEME: dict[str, Any] = {
    "sent as a connector does": as_connector(a_depot()),
    "members in another order": {"cerfa": dict(reversed(a_depot()["cerfa"].items()))},
    "spaces around": a_depot({"cerfa.apprenti.nom": "  EXEMPLE "}),
    "an empty member": a_depot({"cerfa.apprenti.nomUsage": "", "cerfa.contrat.dateRupture": None}),
    "a blank second maître": a_depot({"cerfa.maitre2": {"nom": "", "prenom": ""}}),
    "a blank second maître with a stray member": a_depot({"cerfa.maitre2": {"nom": "", "civilite": "M."}}),
    "another number of decimals": a_depot({"cerfa.contrat.salaireEmbauche": "783.9"}),
    "noise of floating point": a_depot({"cerfa.contrat.salaireEmbauche": 783.9000000000001}),
    "a rate with decimals": a_depot({"cerfa.contrat.remunerationsAnnuelles[0].taux": "43.00"}),
    "blank lines of pay": a_depot({"cerfa.contrat.remunerationsAnnuelles": [*LIGNES, {}, None]}),
    "a stray member": a_depot({"cerfa.contrat.commentaireInterne": "x"}),
    "what only the OPCO sets": a_depot(
        {
            "cerfa.etat": "ENGAGE",
            "cerfa.commentaireEtat": "x",
            "cerfa.numeroInterne": "1",
            "cerfa.numeroExterne": "CA-0000001",
            "cerfa.numeroDeca": "075202609NC1234",
        }
    ),
}


@pytest.mark.parametrize("cas", MEME, ids=MEME.keys())
def test_the_same_content_has_the_same_digest_and_no_difference(cas: str) -> None:
    assert digest(MEME[cas]) == SAIN
    assert contenu.differences(read(a_depot()), read(MEME[cas])) == ()


def test_a_letter_composed_or_not_is_the_same_letter() -> None:
    assert digest(a_depot({"cerfa.apprenti.nom": "E\u0301LAN"})) == digest(a_depot({"cerfa.apprenti.nom": "ÉLAN"}))


def _other(valeur: Any) -> Any:
    if isinstance(valeur, bool):
        return not valeur
    if isinstance(valeur, (int, float)):
        return valeur + 1
    if valeur[:2] == "20" and valeur[4:5] == "-":
        return f"2025{valeur[4:]}"
    return f"{valeur[:-1]}{'8' if valeur[-1] != '8' else '9'}"


@pytest.mark.parametrize("chemin", leaves(a_depot()))
def test_each_member_changes_the_digest_and_is_the_one_difference(chemin: str) -> None:
    valeur = leaves(a_depot())[chemin]
    for change in (_other(valeur), ABSENT):
        corps = a_depot({chemin: change})
        assert digest(corps) != SAIN
        assert contenu.differences(read(a_depot()), read(corps)) == (chemin,)


def test_differences_come_in_the_order_of_the_form() -> None:
    corps = a_depot(
        {
            "cerfa.organismeFormation.uaiCfa": "0750002V",
            "cerfa.maitre2": {"nom": "FICTIF"},
            "cerfa.employeur.nomInconnu": 1,
            "cerfa.employeur.nom": "FICTIF",
            "cerfa.apprenti.nir": ABSENT,
            "cerfa.contrat.remunerationsAnnuelles[2].taux": 70,
        }
    )
    attendues = (
        "cerfa.employeur.nom",
        "cerfa.apprenti.nir",
        "cerfa.maitre2",
        "cerfa.contrat.remunerationsAnnuelles[2].taux",
        "cerfa.organismeFormation.uaiCfa",
    )
    assert contenu.differences(read(a_depot()), read(corps)) == attendues
    assert contenu.differences(read(corps), read(a_depot())) == attendues


def test_a_line_more_or_less_is_a_difference_of_its_own() -> None:
    chemin = "cerfa.contrat.remunerationsAnnuelles"
    court = a_depot({chemin: LIGNES[:1]})
    assert contenu.differences(read(a_depot()), read(court)) == (f"{chemin}[1]", f"{chemin}[2]")
    assert contenu.differences(read(a_depot({chemin: ABSENT})), read(court)) == (chemin,)


def test_differences_never_hold_values() -> None:
    assert NIR not in "".join(contenu.differences(read(a_depot()), read(a_depot({"cerfa.apprenti.nir": "1"}))))


def test_a_convention_has_its_digest_too() -> None:
    def convention(changes: dict[str, Any]) -> Convention:
        return lecture.read(Convention, json.dumps(a_convention(changes)).encode()).message

    assert contenu.digest(convention({})) == contenu.digest(convention({"dateSignature": "2026-08-20T00:00:00Z"}))
    assert contenu.digest(convention({})) != contenu.digest(convention({"mandatEmployeur": False}))
    assert contenu.differences(convention({}), convention({"couts.nombreRepasTotaux": 3})) == (
        "couts.nombreRepasTotaux",
    )


def test_the_searchable_copy_holds_nothing_sensitive() -> None:
    corps = a_depot(
        {
            "cerfa.maitre1.nir": "180017500100155",
            "cerfa.maitre2": {"nom": "FICTIF", "nir": "190017500100155"},
            "cerfa.apprenti.handicap": True,
            "cerfa.apprenti.droitsRqthExtensionBOE": True,
            "cerfa.apprenti.droitsRqthEquivalenceJeune": True,
            "cerfa.etat": "ENGAGE",
            "cerfa.numeroInterne": "9",
        }
    )
    cerfa = read(corps).cerfa
    assert cerfa is not None
    copie = contenu.copie_recherchable(cerfa).decode()
    for interdit in (
        "nir",
        "handicap",
        "droitsRqth",
        NIR,
        "180017500100155",
        "190017500100155",
        "etat",
        "numeroInterne",
    ):
        assert interdit not in copie
    attendue = read(
        a_depot({"cerfa.maitre2": {"nom": "FICTIF"}, "cerfa.apprenti.nir": ABSENT, "cerfa.apprenti.handicap": ABSENT})
    )
    assert lecture.read(DepotDossier, f'{{"cerfa": {copie}}}'.encode()).message == attendue


def test_the_searchable_copy_of_a_form_without_people_is_made_too() -> None:
    cerfa = read({"cerfa": {"versionCERFA": "10103*14"}}).cerfa
    assert cerfa is not None
    assert contenu.copie_recherchable(cerfa) == b'{"versionCERFA":"10103*14"}'


@settings(max_examples=60, deadline=None)
@given(depots(), depots())
def test_two_bodies_have_one_digest_exactly_when_nothing_differs(un: dict[str, Any], autre: dict[str, Any]) -> None:
    gauche, droite = read(un), read(autre)
    assert (contenu.digest(gauche) == contenu.digest(droite)) == (contenu.differences(gauche, droite) == ())
    assert contenu.digest(gauche) == contenu.digest(read(as_connector(un)))


@settings(max_examples=30, deadline=None)
@given(st.permutations(list(a_depot()["cerfa"])))
def test_the_order_of_members_never_matters(ordre: list[str]) -> None:
    cerfa = a_depot()["cerfa"]
    assert digest({"cerfa": {nom: cerfa[nom] for nom in ordre}}) == SAIN
