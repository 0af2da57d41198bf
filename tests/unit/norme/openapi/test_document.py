"""The OpenAPI document: whole, in French, and in agreement with what is read, written and refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders.corps import (
    ABSENT,
    FACTURE_LE,
    RECU_LE,
    a_certificat,
    a_connector_depot,
    a_convention,
    a_depot,
    a_facture,
    an_avoir,
    changed,
    infos_fichier,
    leaves,
)
from builders.corps_valides import depots_as_sent
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from traitdunion.norme import controles, ecriture, lecture, openapi
from traitdunion.norme.controles.codes import LISTES as LISTES_CONTROLEES
from traitdunion.norme.erreurs import CATALOGUE, Gravite, Refus
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.pieces import Certificat, InfosFichier
from traitdunion.norme.openapi import champs, exemples
from traitdunion.norme.routes import ROUTES
from traitdunion.norme.routes.facturation import FACTURATION

# Those of factures are described before the server serves them.
TOUTES = tuple({route.nom: route for route in (*ROUTES, *FACTURATION)}.values())
DOCUMENT = openapi.document(TOUTES)
COMMITTED = Path(__file__).parents[4] / "docs" / "openapi.json"
URI = "urn:openapi"
REGISTRE: Registry[Any] = Registry().with_resource(URI, Resource(DOCUMENT, DRAFT202012))


def _validator(pointeur: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        {"$ref": f"{URI}#{pointeur}"}, registry=REGISTRE, format_checker=jsonschema.FormatChecker()
    )


def _schema(nom: str) -> jsonschema.Draft202012Validator:
    return _validator(f"/components/schemas/{nom}")


DEPOT = _schema("DepotDossier.depot")


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for chemin, methodes in DOCUMENT["paths"].items():
        for methode, operation in methodes.items():
            yield chemin, methode, operation


def _nodes(valeur: Any) -> Iterator[dict[str, Any]]:
    if isinstance(valeur, dict):
        yield valeur
        for fils in valeur.values():
            yield from _nodes(fils)
    elif isinstance(valeur, list):
        for fils in valeur:
            yield from _nodes(fils)


def test_the_committed_file_is_the_generated_one() -> None:
    assert COMMITTED.read_bytes() == openapi.write(), "lancez ./run openapi"


def test_every_schema_is_a_valid_schema() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere() -> None:
    resolver = REGISTRE.resolver()
    references = {noeud["$ref"] for noeud in _nodes(DOCUMENT) if isinstance(noeud.get("$ref"), str)}
    assert len(references) > 50
    for reference in references:
        resolver.lookup(URI + reference)


def test_every_component_serves() -> None:
    cites = {noeud["$ref"] for noeud in _nodes(DOCUMENT) if isinstance(noeud.get("$ref"), str)}
    for genre in ("schemas", "responses", "examples"):
        for nom in DOCUMENT["components"][genre]:
            assert f"#/components/{genre}/{nom}" in cites, nom


def test_every_operation_has_its_own_name() -> None:
    noms = [operation["operationId"] for _, _, operation in _operations()]
    assert len(set(noms)) == len(noms)


def test_every_route_is_there_and_nothing_else() -> None:
    attendues = {(chemin, route.methode.lower()) for route in TOUTES for chemin in route.paths()}
    assert {(chemin, methode) for chemin, methode, _ in _operations()} == attendues


def test_every_member_is_described() -> None:
    for nom, schema in DOCUMENT["components"]["schemas"].items():
        assert schema["description"], nom
        for membre, propriete in schema.get("properties", {}).items():
            assert propriete.get("description"), f"{nom}.{membre}"


def test_what_is_said_is_in_french() -> None:
    # Words that no French sentence of ours holds; names in backquotes or capitals are the norm's.
    anglais = re.compile(r"\b(the|of|with|which|when|and|deposit|number)\b")
    for noeud in _nodes(DOCUMENT):
        for clef in ("description", "summary"):
            texte = noeud.get(clef)
            if isinstance(texte, str):
                assert not anglais.search(texte), texte


def test_each_refusal_names_its_codes_with_their_own_status() -> None:
    for route in TOUTES:
        operation = DOCUMENT["paths"][route.paths()[0]][route.methode.lower()]
        for statut, entrees in route.codes().items():
            nom = operation["responses"][str(statut)]["$ref"].rpartition("/")[2]
            contenu = DOCUMENT["components"]["responses"][nom]["content"]["application/json"]["schema"]
            enum = contenu["allOf"][1]["properties"]["errors"]["items"]["properties"]["code"]["enum"]
            assert enum == [entree.code for entree in entrees]


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_the_body_of_a_refusal_keeps_to_its_schema(code: str) -> None:
    entree = CATALOGUE[code]
    _schema("CorpsErreur").validate(exemples.refus(entree, entree.statut))


def test_a_refusal_without_errors_does_not_keep_to_the_schema() -> None:
    vide = {**exemples.refus(CATALOGUE["JETON_ABSENT"], 401), "errors": []}
    assert not _schema("CorpsErreur").is_valid(vide)


def test_the_closed_lists_are_those_of_the_controles() -> None:
    for membre, liste in LISTES_CONTROLEES:
        assert champs.LISTES[membre.chemin.rpartition(".")[2]] is liste


# --- Examples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nom", sorted(exemples.CORPS))
def test_an_example_of_body_keeps_to_its_schema(nom: str) -> None:
    _schema(f"{nom}.depot").validate(exemples.CORPS[nom])


@pytest.mark.parametrize("route", [route for route in TOUTES if not route.fichier], ids=lambda route: route.nom)
def test_an_example_of_answer_keeps_to_its_schema(route: Any) -> None:
    for chemin in route.paths():
        pointeur = f"/paths/{chemin.replace('/', '~1')}/{route.methode.lower()}/responses/200/content/application~1json"
        _validator(f"{pointeur}/schema").validate(exemples.REPONSES[route.nom])


def test_an_example_of_answer_is_what_the_writing_writes() -> None:
    lu = lecture.read(DepotDossier, json.dumps(exemples.DEPOT).encode()).message
    assert lu.cerfa is not None
    ecrit = json.loads(ecriture.write(lu.cerfa))
    propres = {"numeroInterne": "1", "numeroExterne": "CA-0000001", "etat": "TRANSMIS"}
    assert {**ecrit, **propres} == exemples.LU["cerfa"]


def test_an_answer_with_a_member_too_many_does_not_keep_to_the_schema() -> None:
    assert not _schema("AccuseDepot").is_valid({**exemples.REPONSES["deposer_dossier"], "intrus": 1})


# --- What is read -----------------------------------------------------------------------------------------------------


_REGLES_FACTURATION: dict[type, Any] = {
    Facture: lambda lue: controles.check_facture(lue, recu_le=FACTURE_LE),
    Avoir: lambda lu: controles.check_avoir(lu, recu_le=FACTURE_LE),
    Certificat: lambda lu: controles.check_certificat(lu, cerfa=None, recu_le=FACTURE_LE),
}


def _blocks(type_: Any, corps: Any) -> bool:
    """Whether the reading or the rules refuse this body."""
    try:
        lu = lecture.read(type_, json.dumps(corps).encode())
    except Refus:
        return True
    if type_ is DepotDossier:
        regles = controles.check_depot(lu.message, recu_le=RECU_LE)
    elif type_ is Convention:
        regles = controles.check_convention(lu.message, cerfa=None, recu_le=RECU_LE)
    elif type_ is InfosFichier:
        regles = controles.check_infos_fichier(lu.message)
    else:
        regles = _REGLES_FACTURATION[type_](lu.message)
    return any(anomalie.gravite is Gravite.BLOQUANT for anomalie in [*lu.anomalies, *regles])


@given(corps=depots_as_sent())
@settings(max_examples=40, deadline=None)
def test_a_valid_body_keeps_to_the_schema(corps: dict[str, Any]) -> None:
    DEPOT.validate(corps)


def test_what_connectors_send_keeps_to_the_schema() -> None:
    DEPOT.validate(a_connector_depot())
    DEPOT.validate(a_depot({"cerfa.intrus": [1], "autre": {}}))
    DEPOT.validate(a_depot({"cerfa.employeur.adresse": {"numero": 1, "voie": "rue", "codePostal": 1000}}))


VALEURS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**10), 10**16),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda nombre: round(nombre, 2)),
    st.sampled_from(
        ["", " ", "oui", "non", "1", "0", "12,5", "1e3", "2026-02-29", "2024-02-29", "2026-09-01T10:00:00Z"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=300),
    st.just([]),
    st.just({}),
    st.just([None]),
)
CORPS_ET_TYPES = (
    (a_depot, DepotDossier, "DepotDossier.depot"),
    (a_convention, Convention, "Convention.depot"),
    (infos_fichier, InfosFichier, "InfosFichier.depot"),
    (a_facture, Facture, "Facture.depot"),
    (an_avoir, Avoir, "Avoir.depot"),
    (a_certificat, Certificat, "Certificat.depot"),
)


@given(donnees=st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_is_read_keeps_to_the_schema(donnees: st.DataObject) -> None:
    """The schema is never narrower than the reading: a body that breaks it is always refused."""
    make, type_, nom = donnees.draw(st.sampled_from(CORPS_ET_TYPES))
    noeuds = [
        *sorted(leaves(make())),
        "cerfa.maitre2",
        "cerfa.apprenti.adresse",
        "objets",
        "couts",
        "lignes",
        "echeance",
    ]
    chemin = donnees.draw(st.sampled_from([c for c in noeuds if c.split(".")[0].split("[")[0] in make()]))
    valeur = donnees.draw(VALEURS)
    # A text too long only by the spaces around it is trimmed before it is measured: beyond a schema.
    assume(not isinstance(valeur, str) or valeur == valeur.strip() or not valeur.strip())
    corps = changed(make(), {chemin: valeur})
    if not _schema(nom).is_valid(corps):
        assert _blocks(type_, corps), chemin


REFUSES: tuple[tuple[str, Any], ...] = (
    ("cerfa", ABSENT),
    ("cerfa", None),
    ("cerfa", ""),
    ("cerfa", []),
    ("cerfa.employeur", ABSENT),
    ("cerfa.employeur.siret", ABSENT),
    ("cerfa.employeur.siret", ""),
    ("cerfa.employeur.siret", "1234567820001"),
    ("cerfa.employeur.siret", 1),
    ("cerfa.apprenti.nom", "   "),
    ("cerfa.apprenti.nom", True),
    ("cerfa.apprenti.nom", "E" * 81),
    ("cerfa.apprenti.dateNaissance", "14/05/2006"),
    ("cerfa.apprenti.dateNaissance", "2006-02-30"),
    ("cerfa.apprenti.dateNaissance", 20060514),
    ("cerfa.apprenti.handicap", "peut-être"),
    ("cerfa.apprenti.adresse", 12),
    ("cerfa.apprenti.sexe", "X"),
    ("cerfa.contrat.typeContratApp", "99"),
    ("cerfa.contrat.modeContractuel", 5),
    ("cerfa.contrat.salaireEmbauche", "beaucoup"),
    ("cerfa.contrat.salaireEmbauche", 10**10),
    ("cerfa.contrat.dureeTravailHebdoHeures", 35.5),
    ("cerfa.contrat.remunerationsAnnuelles", {}),
    ("cerfa.contrat.remunerationsAnnuelles", [{}] * 9),
    ("cerfa.contrat.remunerationsAnnuelles[0].typeSalaire", "SMICARD"),
    ("cerfa.formation.dureeFormation", "mille"),
    ("cerfa.maitre2", "texte"),
)


@pytest.mark.parametrize(("chemin", "valeur"), REFUSES, ids=lambda valeur: str(valeur)[:40])
def test_what_the_schema_refuses_the_reading_refuses_too(chemin: str, valeur: Any) -> None:
    corps = a_depot({chemin: valeur})
    assert not DEPOT.is_valid(corps)
    assert _blocks(DepotDossier, corps)


@pytest.mark.parametrize("valeur", [False, "false", None, "", "peut-être", ABSENT])
def test_a_convention_without_mandate_is_outside_the_schema(valeur: Any) -> None:
    corps = a_convention({"mandatEmployeur": valeur})
    assert not _schema("Convention.depot").is_valid(corps)
    assert _blocks(Convention, corps)


@pytest.mark.parametrize(
    ("chemin", "valeur"), [("typeFichier", "SELFIE"), ("objets", []), ("objets[0].idObjet", "CA-0000001")]
)
def test_a_document_that_can_be_put_nowhere_is_outside_the_schema(chemin: str, valeur: Any) -> None:
    assert not _schema("InfosFichier.depot").is_valid(infos_fichier({chemin: valeur}))


SEULE = a_facture()["lignes"][0]


@pytest.mark.parametrize(
    "changes",
    [
        {"lignes": SEULE, "montantTotal": SEULE["montant"]},
        {"lignes[0].natureLigne": "Pédagogie", "lignes[1].natureLigne": "restauration"},
        {"lignes[0].numeroEcheance": "E2", "lignes[1].numeroEcheance": 2, "lignes[1].codificationEcheance": 99},
        {"montantTotal": "2430,00", "dateEmission": "2027-03-05T10:30:00+02:00", "estCertificatRealisation": "oui"},
        {"siretEmetteur": 32345678000010, "ibanEmetteur": "fr94 9999 9000 01FI CTIF 0000 100"},
        {"lignes[0].numeroDeca": "075202609001234", "lignes[0].quantite": "", "intrus": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_connectors_send_of_a_facture_keeps_to_the_schema(changes: dict[str, Any]) -> None:
    corps = a_facture(changes)
    _schema("Facture.depot").validate(corps)
    assert not _blocks(Facture, corps)


@pytest.mark.parametrize(
    ("make", "type_", "chemin", "valeur"),
    [
        (a_facture, Facture, "ibanEmetteur", ABSENT),
        (a_facture, Facture, "lignes", []),
        (a_facture, Facture, "lignes[0].montant", "beaucoup"),
        (a_facture, Facture, "lignes[1].numeroDossier", " "),
        (an_avoir, Avoir, "numeroFactureOrigine", ABSENT),
        (a_certificat, Certificat, "echeance", ABSENT),
        (a_certificat, Certificat, "echeance.numero", ""),
        (a_certificat, Certificat, "typeCertificat", None),
    ],
)
def test_what_blocks_a_facture_is_outside_the_schema(make: Any, type_: Any, chemin: str, valeur: Any) -> None:
    corps = make({chemin: valeur})
    assert not _schema(f"{type_.__name__}.depot").is_valid(corps)
    assert _blocks(type_, corps)


def test_the_number_of_deposit_of_a_line_is_read_and_that_of_the_form_is_not() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert "readOnly" not in schemas["LigneFacture.depot"]["properties"]["numeroDeca"]
    assert schemas["Cerfa.depot"]["properties"]["numeroDeca"]["readOnly"]


def test_factures_avoirs_and_certificats_come_as_pdf_only() -> None:
    for chemin in ("/v1/factures", "/v2/factures", "/v2/avoirs", "/v2/certificats"):
        corps = DOCUMENT["paths"][chemin]["post"]["requestBody"]["content"]["multipart/form-data"]
        assert corps["encoding"]["fichier"] == {"contentType": "application/pdf"}
        assert "JPEG" not in corps["schema"]["properties"]["fichier"]["description"]


def test_the_dry_run_takes_any_object() -> None:
    corps = DOCUMENT["paths"]["/v2/dossiers/controle"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator(corps)
    assert validator.is_valid({})
    assert validator.is_valid({"cerfa": 3})
    assert not validator.is_valid([])
