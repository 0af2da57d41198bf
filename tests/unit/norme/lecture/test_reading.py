"""A whole body: what is read whatever its spelling, and everything wrong with its shape told at once."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from builders.corps import ABSENT, a_convention, a_depot, as_connector, changed, leaves
from hypothesis import given, settings
from hypothesis import strategies as st

from traitdunion.norme import ecriture, lecture
from traitdunion.norme.erreurs import Anomalie, Gravite
from traitdunion.norme.lecture.reading import INCONNUS_NOMMES
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier, Maitre
from traitdunion.norme.messages.commun import Adresse
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.pieces import Certificat, InfosFichier
from traitdunion.norme.messages.rupture import Rupture

LUS_SEULEMENT = {"numeroInterne", "numeroExterne", "numeroDeca", "etat", "commentaireEtat"}


def read(corps: Any) -> lecture.Lecture[DepotDossier]:
    return lecture.read(DepotDossier, json.dumps(corps).encode())


def cerfa_of(corps: Any) -> Cerfa:
    cerfa = read(corps).message.cerfa
    assert cerfa is not None
    return cerfa


def told(corps: Any) -> list[tuple[str, str | None]]:
    return [(anomalie.code, anomalie.champ) for anomalie in read(corps).anomalies]


def test_a_body_without_fault_is_read_without_anomaly() -> None:
    lu = read(a_depot())
    assert lu.anomalies == ()
    cerfa = lu.message.cerfa
    assert cerfa is not None
    assert cerfa.apprenti is not None
    assert cerfa.apprenti.date_naissance == date(2006, 5, 14)
    assert cerfa.contrat is not None
    assert cerfa.contrat.salaire_embauche == Decimal("783.90")
    assert cerfa.contrat.remunerations_annuelles is not None
    assert [ligne.ordre for ligne in cerfa.contrat.remunerations_annuelles] == ["1.1", "1.2", "2.1"]


def test_a_connector_that_sends_text_for_everything_is_read_as_the_others() -> None:
    connecteur = changed(
        as_connector(a_depot()),
        {
            "cerfa.contrat.dateRupture": "",
            "cerfa.contrat.dateEffetAvenant": " ",
            "cerfa.apprenti.handicap": "false",
            "cerfa.employeur.attestationPieces": "1",
            "cerfa.formation.rncp": "38362",
            "cerfa.maitre2": "",
        },
    )
    lu = read(connecteur)
    assert lu.anomalies == ()
    assert lu.message == read(a_depot()).message


def test_null_is_absent() -> None:
    assert read(a_depot({"cerfa.maitre2": None, "cerfa.apprenti.nomUsage": None})) == read(a_depot())


@pytest.mark.parametrize(
    "vide",
    [{}, None, "", {"nom": "", "prenom": " ", "dateNaissance": ""}, {"nom": None}],
    ids=["an empty object", "null", "an empty text", "empty texts", "nulls"],
)
def test_an_object_in_which_nothing_is_said_is_absent(vide: object) -> None:
    assert read(a_depot({"cerfa.maitre2": vide})) == read(a_depot())


def test_an_empty_form_is_kept_so_that_all_it_lacks_is_told() -> None:
    assert read({"cerfa": {}}).message == DepotDossier(cerfa=Cerfa())
    assert read({}).message == DepotDossier()


def test_an_object_whose_every_member_is_unreadable_is_not_absent() -> None:
    cerfa = cerfa_of(a_depot({"cerfa.maitre2": {"nom": []}}))
    assert cerfa.maitre2 == Maitre()


def test_blank_lines_at_the_end_of_a_list_are_not_there() -> None:
    lignes = a_depot()["cerfa"]["contrat"]["remunerationsAnnuelles"]
    blanche = {"ordre": "", "dateDebut": "", "dateFin": "", "taux": "", "typeSalaire": ""}
    chemin = "cerfa.contrat.remunerationsAnnuelles"
    assert read(a_depot({chemin: [*lignes, blanche, None, {}, ""]})) == read(a_depot())
    assert read(a_depot({chemin: [blanche] * 8})) == read(a_depot({chemin: ABSENT}))
    assert read(a_depot({chemin: []})) == read(a_depot({chemin: ABSENT}))


def test_a_blank_or_unreadable_line_between_others_keeps_its_place() -> None:
    lignes = a_depot()["cerfa"]["contrat"]["remunerationsAnnuelles"]
    chemin = "cerfa.contrat.remunerationsAnnuelles"
    corps = a_depot({chemin: [lignes[0], None, 12, {**lignes[2], "taux": "x"}]})
    assert told(corps) == [("TYPE_ILLISIBLE", f"{chemin}[2]"), ("TYPE_ILLISIBLE", f"{chemin}[3].taux")]
    contrat = cerfa_of(corps).contrat
    assert contrat is not None
    assert contrat.remunerations_annuelles is not None
    assert [ligne.ordre for ligne in contrat.remunerations_annuelles] == ["1.1", None, None, "2.1"]


@pytest.mark.parametrize(("nombre", "admis"), [(8, True), (9, False), (5_000, False)])
def test_the_pay_table_has_eight_lines_at_most(nombre: int, admis: bool) -> None:
    chemin = "cerfa.contrat.remunerationsAnnuelles"
    corps = a_depot({chemin: [{"ordre": "1.1"}] * nombre})
    assert told(corps) == ([] if admis else [("LISTE_TROP_LONGUE", chemin)])


@pytest.mark.parametrize(("nombre", "admis"), [(1_000, True), (1_001, False)])
def test_other_lists_have_a_thousand_lines_at_most(nombre: int, admis: bool) -> None:
    corps = json.dumps({"lignes": [{"montant": 1}] * nombre}).encode()
    lu = lecture.read(Facture, corps, racine="facture")
    assert [(a.code, a.champ) for a in lu.anomalies] == ([] if admis else [("LISTE_TROP_LONGUE", "facture.lignes")])


@pytest.mark.parametrize(
    ("recent", "ancien"),
    [
        ({"adresse1": "12 rue de l'Exemple"}, {"numero": "12", "voie": "rue de l'Exemple"}),
        ({"adresse1": "12 rue de l'Exemple"}, {"numero": 12, "voie": "rue de l'Exemple"}),
        ({"adresse1": "rue de l'Exemple"}, {"voie": "rue de l'Exemple"}),
        ({"adresse1": "rue de l'Exemple"}, {"numero": "", "voie": "rue de l'Exemple", "complement": ""}),
        ({"adresse1": "rue X", "adresse2": "Bâtiment A"}, {"voie": "rue X", "complement": "Bâtiment A"}),
        ({"adresse1": "rue X", "adresse2": "Bâtiment A"}, {"adresse1": "", "voie": "rue X", "adresse2": "Bâtiment A"}),
        ({"adresse1": "rue X", "adresse2": "Bâtiment A"}, {"adresse1": "rue X", "complement": "Bâtiment A"}),
        ({"adresse1": "12"}, {"numero": "12"}),
    ],
)
def test_both_forms_of_an_address_are_read(recent: dict[str, Any], ancien: dict[str, Any]) -> None:
    lu = read(a_depot({"cerfa.apprenti.adresse": {**ancien, "commune": "Paris"}}))
    assert lu == read(a_depot({"cerfa.apprenti.adresse": {**recent, "commune": "Paris"}}))
    assert lu.anomalies == ()


def test_an_older_member_beside_the_recent_one_is_named_as_stray() -> None:
    adresse = {"adresse1": "1 rue X", "voie": "rue Y", "numero": 2}
    corps = a_depot({"cerfa.apprenti.adresse": adresse})
    chemin = "cerfa.apprenti.adresse"
    assert told(corps) == [("MEMBRE_INCONNU", f"{chemin}.voie"), ("MEMBRE_INCONNU", f"{chemin}.numero")]
    apprenti = cerfa_of(corps).apprenti
    assert apprenti is not None
    assert apprenti.adresse == Adresse(adresse1="1 rue X")


@pytest.mark.parametrize("valeur", [[], {"a": 1}, True])
def test_a_street_of_a_wrong_type_is_unreadable_and_its_number_is_never_written_as_code(valeur: Any) -> None:
    corps = a_depot({"cerfa.apprenti.adresse": {"numero": "12", "voie": valeur}})
    assert ("TYPE_ILLISIBLE", "cerfa.apprenti.adresse.adresse1") in told(corps)
    corps = a_depot({"cerfa.apprenti.adresse": {"numero": valeur, "voie": "rue X"}})
    assert told(corps) == [("MEMBRE_INCONNU", "cerfa.apprenti.adresse.numero")]


def test_other_spellings_of_members_are_read() -> None:
    corps = a_depot()
    corps["cerfa"]["employeurV2"] = corps["cerfa"].pop("employeur")
    corps["cerfa"]["CERFASignatureProbante"] = corps["cerfa"].pop("CERFAsignatureProbante")
    assert read(corps) == read(a_depot())


def test_another_spelling_is_read_when_the_norms_own_is_empty() -> None:
    corps = a_depot()
    corps["cerfa"]["employeurV2"] = corps["cerfa"].pop("employeur")
    corps["cerfa"]["employeur"] = None
    assert read(corps) == read(a_depot())


def test_another_spelling_beside_the_norms_own_is_stray() -> None:
    corps = a_depot({"cerfa.employeurV2": {"siret": "00000000000000"}})
    assert told(corps) == [("MEMBRE_INCONNU", "cerfa.employeurV2")]
    assert read(corps).message == read(a_depot()).message


def test_an_anomaly_under_another_spelling_has_the_norms_own_path() -> None:
    corps = a_depot()
    corps["cerfa"]["employeurV2"] = {**corps["cerfa"].pop("employeur"), "nombreDeSalaries": "douze"}
    assert told(corps) == [("TYPE_ILLISIBLE", "cerfa.employeur.nombreDeSalaries")]


def test_the_mention_of_mobility_is_read_with_and_without_accent() -> None:
    for nom in ("mentionMobiliteInternationale", "mentionMobilitéInternationale"):
        corps = json.dumps(a_convention({f"couts.{nom}": "true"}), ensure_ascii=False).encode()
        lu = lecture.read(Convention, corps, racine="convention")
        assert lu.anomalies == ()
        assert lu.message.couts is not None
        assert lu.message.couts.mention_mobilite_internationale is True


def test_a_second_maitre_beside_the_form_is_read_in_it() -> None:
    maitre = {"nom": "FICTIF", "prenom": "Alix"}
    dehors = a_depot()
    dehors["maitre2"] = maitre
    assert read(dehors) == read(a_depot({"cerfa.maitre2": maitre}))
    dehors["cerfa"]["maitre2"] = None
    assert read(dehors) == read(a_depot({"cerfa.maitre2": maitre}))


def test_a_second_maitre_both_in_and_beside_the_form_is_read_in_it() -> None:
    corps = a_depot({"cerfa.maitre2": {"nom": "FICTIF"}})
    corps["maitre2"] = {"nom": "AUTRE"}
    assert told(corps) == [("MEMBRE_INCONNU", "maitre2")]
    assert cerfa_of(corps).maitre2 == Maitre(nom="FICTIF")


CODES = [
    ("cerfa.formation.rncp", "12345", "RNCP12345"),
    ("cerfa.formation.rncp", 12345, "RNCP12345"),
    ("cerfa.formation.rncp", "rncp 12345", "RNCP12345"),
    ("cerfa.employeur.siret", "123 456 782 00010", "12345678200010"),
    ("cerfa.employeur.siret", 12345678200010, "12345678200010"),
    ("cerfa.employeur.siret", 5520176000, "5520176000"),
    ("cerfa.employeur.codeIdcc", 44, "0044"),
    ("cerfa.employeur.codeIdcc", "44", "0044"),
    ("cerfa.employeur.naf", "59.11a", "5911A"),
    ("cerfa.employeur.typeEmployeur", 12, "12"),
    ("cerfa.apprenti.adresse.codePostal", 1000, "01000"),
    ("cerfa.apprenti.adresse.codePostal", "75 001", "75001"),
    ("cerfa.apprenti.adresse.codePostal", 100, "100"),
    ("cerfa.apprenti.derniereClasse", 1, "01"),
    ("cerfa.apprenti.departementNaissance", "2a", "2A"),
    ("cerfa.apprenti.sexe", "f", "F"),
    ("cerfa.apprenti.nir", "2 06 05 75 001 001 55", "206057500100155"),
    ("cerfa.organismeFormation.uaiCfa", "0750001u", "0750001U"),
    ("cerfa.contrat.remunerationsAnnuelles[0].typeSalaire", "smic", "SMIC"),
    ("cerfa.contrat.remunerationsAnnuelles[0].ordre", 1.1, "1.1"),
]


@pytest.mark.parametrize(("chemin", "envoye", "garde"), CODES)
def test_a_code_is_brought_to_one_form(chemin: str, envoye: object, garde: str) -> None:
    lu = read(a_depot({chemin: envoye}))
    assert lu.anomalies == ()
    assert leaves(ecriture.to_wire(lu.message))[chemin] == garde


def _contraires(type_json: object) -> list[Any]:
    """Values of every type that this member cannot have."""
    if type_json in ("1.1", "1.2", "2.1"):
        return [[], {}, True, 1.55, ["x"], {"x": 1}]
    if isinstance(type_json, bool):
        return [[], {}, [True], "peut-être", 12, 1.5]
    if isinstance(type_json, (int, float)):
        return [[], {}, True, "douze", "NaN", "1 000"]
    if re.match(r"\d{4}-\d{2}-\d{2}", str(type_json)):
        return [[], {}, True, 20260901, 1.5, "demain", "2026-02-30"]
    return [[], {}, True, 1.5, ["x"], {"x": 1}]


@pytest.mark.parametrize("chemin", leaves(a_depot()))
def test_a_member_of_a_wrong_type_is_told_with_its_path_and_the_rest_is_read(chemin: str) -> None:
    sain = leaves(ecriture.to_wire(read(a_depot()).message))
    for valeur in _contraires(leaves(a_depot())[chemin]):
        lu = read(a_depot({chemin: valeur}))
        assert [anomalie.champ for anomalie in lu.anomalies] == [chemin], valeur
        assert lu.anomalies[0].gravite is Gravite.BLOQUANT
        assert lu.anomalies[0].code in {"TYPE_ILLISIBLE", "DATE_ILLISIBLE", "MONTANT_ILLISIBLE"}
        assert leaves(ecriture.to_wire(lu.message)) == {nom: v for nom, v in sain.items() if nom != chemin}


OBJETS = ("cerfa", "cerfa.employeur", "cerfa.apprenti.adresse", "cerfa.contrat", "cerfa.maitre2")


@pytest.mark.parametrize("chemin", OBJETS)
@pytest.mark.parametrize("valeur", [[], [{}], "texte", 12, 1.5, True, False])
def test_what_is_no_object_is_told_where_an_object_is_due(chemin: str, valeur: object) -> None:
    assert told(a_depot({chemin: valeur})) == [("TYPE_ILLISIBLE", chemin)]


@pytest.mark.parametrize("valeur", [{}, {"0": {}}, "texte", 12, True])
def test_what_is_no_list_is_told_where_a_list_is_due(valeur: object) -> None:
    chemin = "cerfa.contrat.remunerationsAnnuelles"
    assert told(a_depot({chemin: valeur})) == [("TYPE_ILLISIBLE", chemin)]


@pytest.mark.parametrize("chemin", [c for c, v in leaves(a_depot()).items() if isinstance(v, str)])
def test_no_text_holds_a_null_character(chemin: str) -> None:
    (anomalie,) = read(a_depot({chemin: "a\0b"})).anomalies
    assert anomalie.champ == chemin
    assert anomalie.gravite is Gravite.BLOQUANT


def test_every_fault_of_shape_comes_at_once_in_the_order_of_the_form() -> None:
    corps = a_depot(
        {
            "cerfa.organismeFormation.denomination": "x" * 256,
            "cerfa.formation.dureeFormation": "x",
            "cerfa.contrat.remunerationsAnnuelles[1].dateFin": "x",
            "cerfa.contrat.remunerationsAnnuelles[0].taux": "x",
            "cerfa.contrat.salaireEmbauche": "12.345",
            "cerfa.apprenti.inconnu": 1,
            "cerfa.apprenti.dateNaissance": "2006-02-30",
            "cerfa.employeur.nombreDeSalaries": 10**10,
        }
    )
    corps["cerfa"] = dict(reversed(corps["cerfa"].items()))
    assert told(corps) == [
        ("NOMBRE_HORS_LIMITES", "cerfa.employeur.nombreDeSalaries"),
        ("DATE_ILLISIBLE", "cerfa.apprenti.dateNaissance"),
        ("MEMBRE_INCONNU", "cerfa.apprenti.inconnu"),
        ("MONTANT_ILLISIBLE", "cerfa.contrat.salaireEmbauche"),
        ("TYPE_ILLISIBLE", "cerfa.contrat.remunerationsAnnuelles[0].taux"),
        ("DATE_ILLISIBLE", "cerfa.contrat.remunerationsAnnuelles[1].dateFin"),
        ("TYPE_ILLISIBLE", "cerfa.formation.dureeFormation"),
        ("TEXTE_TROP_LONG", "cerfa.organismeFormation.denomination"),
    ]


@pytest.mark.parametrize(
    ("chemin", "maximum"),
    [
        ("cerfa.apprenti.nom", 80),
        ("cerfa.employeur.courriel", 80),
        ("cerfa.formation.intituleQualification", 255),
        ("cerfa.contrat.modeContractuel", 255),
        ("cerfa.employeur.siret", 14),
        ("cerfa.apprenti.nir", 15),
    ],
)
def test_a_text_is_bounded(chemin: str, maximum: int) -> None:
    assert told(a_depot({chemin: "7" * maximum})) == []
    assert told(a_depot({chemin: "7" * (maximum + 1)})) == [("TEXTE_TROP_LONG", chemin)]


@pytest.mark.parametrize("membre", sorted(LUS_SEULEMENT))
@pytest.mark.parametrize("valeur", ["ENGAGE", 12, [], {}, True, "x" * 10_000, "a\0b"])
def test_what_only_the_opco_sets_never_stops_a_deposit(membre: str, valeur: object) -> None:
    assert told(a_depot({f"cerfa.{membre}": valeur})) == []


def test_a_stray_member_is_named_and_ignored() -> None:
    lu = read(a_depot({"cerfa.contrat.commentaireInterne": {"a": [1]}}))
    (anomalie,) = lu.anomalies
    assert (anomalie.code, anomalie.gravite) == ("MEMBRE_INCONNU", Gravite.AVERTISSEMENT)
    assert anomalie.champ == "cerfa.contrat.commentaireInterne"
    assert lu.message == read(a_depot()).message


def test_the_case_of_a_name_is_exact_and_the_right_one_is_told() -> None:
    (anomalie,) = read(a_depot({"cerfa.employeur.NombreDeSalaries": 12})).anomalies
    assert anomalie.code == "MEMBRE_INCONNU"
    assert "« nombreDeSalaries »" in anomalie.description


def test_the_name_of_a_stray_member_is_shown_cut_and_printable() -> None:
    champs = [a.champ for a in read({"cerfa": {"a\0\r\n\u202eb": 1, "x" * 500: 1}}).anomalies]
    assert champs == ["cerfa.a����b", "cerfa." + "x" * 80]


@pytest.mark.parametrize("nombre", [INCONNUS_NOMMES, INCONNUS_NOMMES + 1, 100_000])
def test_stray_members_beyond_some_are_counted(nombre: int) -> None:
    anomalies = read({f"m{n}": 1 for n in range(nombre)}).anomalies
    nommes = [a for a in anomalies if a.code == "MEMBRE_INCONNU"]
    assert len(nommes) == min(nombre, INCONNUS_NOMMES)
    comptes = [a.description for a in anomalies if a.code == "MEMBRES_INCONNUS_NOMBREUX"]
    assert comptes == [] if nombre == INCONNUS_NOMMES else comptes[0].startswith(f"{nombre - INCONNUS_NOMMES} ")


@pytest.mark.parametrize(
    ("type_", "racine", "corps", "attendus"),
    [
        (
            Convention,
            "convention",
            {"dateSignature": "x", "couts": {"coutTotalPedagogieCFA": "x"}, "numeroInterneDossier": "CA-1", "y": 1},
            ["numeroInterneDossier", "couts.coutTotalPedagogieCFA", "dateSignature", "y"],
        ),
        (
            InfosFichier,
            "infosFichier",
            {"objets": [{}, {"idObjet": "x"}], "typeFichier": 1.5},
            ["typeFichier", "objets[1].idObjet"],
        ),
        (Facture, "facture", {"lignes": [{"montant": "x"}], "numero": []}, ["numero", "lignes[0].montant"]),
        (Avoir, "avoir", {"numeroFactureOrigine": [], "lignes": 1}, ["lignes", "numeroFactureOrigine"]),
        (
            Certificat,
            "certificat",
            {"echeance": {"duree": "x"}, "typeCertificat": []},
            ["typeCertificat", "echeance.duree"],
        ),
        (Rupture, "", {"motif": [], "dateRupture": 1}, ["dateRupture", "motif"]),
    ],
)
def test_every_message_of_the_norm_is_read_with_its_paths_in_order(
    type_: Any, racine: str, corps: dict[str, Any], attendus: list[str]
) -> None:
    lu = lecture.read(type_, json.dumps(corps).encode(), racine=racine)
    prefixe = f"{racine}." if racine else ""
    assert [a.champ for a in lu.anomalies] == [f"{prefixe}{attendu}" for attendu in attendus]


@pytest.mark.parametrize("chemin", ["cerfa.apprenti.nir", "cerfa.maitre1.nir"])
@pytest.mark.parametrize("valeur", ["206057500100155206057500100155", ["206057500100155"], "2060575\0"])
def test_no_sentence_ever_quotes_a_nir(chemin: str, valeur: object) -> None:
    (anomalie,) = read(a_depot({chemin: valeur})).anomalies
    assert "2060575" not in anomalie.description
    assert not re.search(r"\d{5}", anomalie.description)


def test_a_fault_is_said_once_shape_first_and_in_the_order_of_the_form() -> None:
    def anomalie(code: str, champ: str | None, gravite: Gravite = Gravite.BLOQUANT) -> Anomalie:
        return Anomalie(code=code, champ=champ, gravite=gravite, description="…")

    forme = [
        anomalie("TYPE_ILLISIBLE", "cerfa.contrat.remunerationsAnnuelles"),
        anomalie("TYPE_ILLISIBLE", "cerfa.apprenti.nom"),
        anomalie("MEMBRE_INCONNU", "cerfa.formation.x", Gravite.AVERTISSEMENT),
    ]
    regles = [
        anomalie("B", "cerfa.apprenti.nom"),
        anomalie("C", "cerfa.apprenti.nomUsage"),
        anomalie("D", "cerfa.contrat.remunerationsAnnuelles[0].taux"),
        anomalie("E", "cerfa.employeur.siret"),
        anomalie("F", "cerfa.formation.x"),
        anomalie("G", None),
        anomalie("H", "cerfa"),
    ]
    assert [a.code for a in lecture.merge(forme, regles)] == [
        *("H", "E", "TYPE_ILLISIBLE", "C", "TYPE_ILLISIBLE", "MEMBRE_INCONNU", "F", "G")
    ]
    assert [a.code for a in lecture.merge([], regles[3:])] == ["H", "E", "F", "G"]


folies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda fils: st.lists(fils, max_size=3) | st.dictionaries(st.text(max_size=5), fils, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*leaves(a_depot()), *OBJETS[1:]]), folies, max_size=6))
def test_any_value_anywhere_is_read_or_told_never_worse(changements: dict[str, Any]) -> None:
    # From the leaves to the trunk: a member cannot be put into what another change made a number.
    corps = changed(a_depot(), dict(sorted(changements.items(), key=lambda c: -c[0].count("."))))
    lu = read(corps)
    assert all(a.description and a.champ for a in lu.anomalies)
    # What was read is written and read again the same.
    assert lecture.read(DepotDossier, ecriture.write(lu.message)).message == lu.message
