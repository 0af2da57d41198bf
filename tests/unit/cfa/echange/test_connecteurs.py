"""One client against the eleven OPCO: each played in its own token flow, paths, versions, errors and spellings."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import httpx
import msgspec
import pytest
import stamina

from traitdunion.cfa import ClientCfa, Fichier, NotFound, Refused, RouteAbsente, Unavailable
from traitdunion.cfa.essai import OpcoEssai, RefusEssai
from traitdunion.norme import lecture, profils
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.facture import Facture, LigneFacture
from traitdunion.norme.messages.pieces import Certificat, InfosFichier
from traitdunion.norme.messages.rupture import Rupture
from traitdunion.norme.openapi.exemples import DEPOT
from traitdunion.norme.openapi.exemples_facturation import AVOIR
from traitdunion.norme.profils import NomRoute, Support

DEPOT_LU = lecture.read(DepotDossier, msgspec.json.encode(DEPOT)).message
PDF = Fichier("piece.pdf", b"%PDF-1.7\r\n\x00\xff\r\r\nfin", "application/pdf")
FACTURE = Facture(
    numero="F-2026-001",
    montant_total=Decimal("30.00"),
    lignes=(LigneFacture(montant=Decimal("30.00"), nature_ligne="RESTAURATION", numero_echeance="1"),),
)
tous = pytest.mark.parametrize("code", [profil.code for profil in profils.PROFILS])


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def client_of(opco: OpcoEssai, **reglages: Any) -> ClientCfa:
    return ClientCfa(opco.profil(**reglages), transport=opco.transport)


# Every OPCO, its token first: a call that is answered went through its own flow.


@tous
def test_a_token_is_had_and_the_key_read_at_every_opco(code: str) -> None:
    with client_of(opco := OpcoEssai(code)) as client:
        assert client.key_info().status == "success"
        assert client.status().status == "healthy"
    assert opco.acces.jetons == ["jeton-1"]


@tous
def test_a_contract_goes_where_the_opco_has_a_route_and_nowhere_else(code: str) -> None:
    with client_of(opco := OpcoEssai(code)) as client:
        if code == "opco-sante":
            with pytest.raises(RouteAbsente, match="portail de l'OPCO Santé"):
                client.deposit(DEPOT_LU)
            assert opco.demandes == []
            return
        accuse = client.deposit(DEPOT_LU)
        relu = client.find_dossier(accuse.numero_interne)
        (etat,) = client.list_etats()
        (liste,) = client.list_dossiers([accuse.numero_interne])
        with pytest.raises(NotFound):
            client.find_dossier("999")
    assert (relu.cerfa, relu.etat) == (liste.cerfa, "TRANSMIS")
    assert relu.cerfa.apprenti == DEPOT_LU.cerfa.apprenti  # type: ignore[union-attr]
    assert (etat.numero_interne, etat.numero_externe, etat.etat) == ("1", accuse.numero_externe, "TRANSMIS")


@tous
def test_every_route_is_called_where_it_is_open_and_said_absent_elsewhere(code: str) -> None:
    """The whole matrix, each cell by a call: open ones are answered, the others send nothing."""
    with client_of(opco := OpcoEssai(code)) as client:
        opco.registre.record_dossier(msgspec.json.encode(DEPOT))
        opco.registre.record_piece("x", PDF.contenu)
        appels = _calls(client)
        assert set(appels) == set(NomRoute)
        for nom, appel in appels.items():
            avant = len(opco.demandes)
            if opco.opco.best(nom).support is Support.OUI:
                appel()
                assert opco.demandes[-1].url.path == f"/api{_path(opco, nom)}"
            else:
                with pytest.raises(RouteAbsente) as erreur:
                    appel()
                assert (erreur.value.route, erreur.value.opco) == (nom.value, code)
                assert erreur.value.conseil in str(erreur.value)
                assert len(opco.demandes) == avant


@tous
def test_a_route_on_trial_is_called_only_when_the_settings_say_so(code: str) -> None:
    opco = OpcoEssai(code, essais=True)
    opco.registre.record_dossier(msgspec.json.encode(DEPOT))
    a_l_essai = [nom for nom in NomRoute if opco.opco.best(nom).support.a_l_essai]
    with client_of(opco) as client:
        for nom in a_l_essai:
            with pytest.raises(RouteAbsente, match=r"essai = true") as erreur:
                _calls(client)[nom]()
            assert erreur.value.support in ("en test", "en développement")
    with client_of(opco, essai=True) as client:
        for nom in a_l_essai:
            _calls(client)[nom]()


@tous
@pytest.mark.parametrize("statut", [400, 403, 404])
def test_a_refusal_is_read_in_the_opco_s_own_shape(code: str, statut: int) -> None:
    opco = OpcoEssai(code)
    opco.pannes = [RefusEssai("Le SIRET n'existe pas.", statut=statut, code="SIRET_INVALIDE")]
    with client_of(opco) as client, pytest.raises(Refused) as erreur:
        client.key_info()
    assert erreur.value.description == "Le SIRET n'existe pas."
    dit_son_code = statut != 400 or opco.opco.forme_erreur.value == "errors[]"
    assert erreur.value.code == ("SIRET_INVALIDE" if dit_son_code else "HTTP_400")
    assert erreur.value.request_id == "urn:requete:essai"


@tous
def test_an_opco_that_fails_is_unavailable_and_gives_its_reference(code: str) -> None:
    opco = OpcoEssai(code)
    opco.pannes = [RefusEssai("Panne.", statut=500)] * 2
    with client_of(opco) as client, pytest.raises(Unavailable) as erreur:
        client.key_info()
    assert erreur.value.request_id == "urn:requete:essai"


def test_akto_s_documents_say_description_with_a_capital() -> None:
    opco = OpcoEssai("akto")
    with client_of(opco) as client:
        accuse = client.deposit(DEPOT_LU)
        opco.pannes = [RefusEssai("Fichier illisible.")]
        with pytest.raises(Refused, match=r"Fichier illisible\."):
            client.deposit_document(_infos(accuse.numero_interne), PDF)
    assert opco.registre.pieces == {}


def test_the_bytes_of_a_file_arrive_unchanged() -> None:
    with client_of(opco := OpcoEssai()) as client:
        numero = client.deposit_document(_infos(client.deposit(DEPOT_LU).numero_interne), PDF).numero_interne_document
        assert client.find_document(numero) == PDF.contenu
    assert list(opco.registre.pieces.values()) == [("deposer_document", PDF.contenu)]


# Spellings


@pytest.mark.parametrize(("code", "ecrite"), [("atlas", "Restauration"), ("afdas", "RESTAURATION")])
def test_a_nature_is_written_as_the_opco_spells_it(code: str, ecrite: str) -> None:
    with client_of(opco := OpcoEssai(code)) as client:
        client.deposit_facture(FACTURE, PDF)
        (ligne,) = opco.registre.factures[0].brute["lignes"]
        assert ligne["natureLigne"] == ecrite
        assert json.loads(client.write(FACTURE))["lignes"][0]["natureLigne"] == ecrite
        assert client.write(b"tels quels") == b"tels quels"


@pytest.mark.parametrize("code", ["atlas", "afdas"])
def test_a_nature_is_read_whatever_its_case(code: str) -> None:
    with client_of(opco := OpcoEssai(code)) as client:
        numero = client.deposit(DEPOT_LU).numero_interne
        opco.engage(numero, Decimal("1000.01"), echeances=3)
        relu = client.find_dossier(numero)
    assert relu.engagements_frais_annexe is not None
    assert relu.engagements_frais_annexe[0].nature_frais == "RESTAURATION"
    assert relu.echeances is not None
    assert [e.montant_total for e in relu.echeances] == [Decimal("333.33"), Decimal("333.33"), Decimal("333.35")]
    assert relu.engagement == Decimal("1000.01")
    assert relu.echeances[-1].codification == "99"


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("RUPTU", "RUPTURE"),
        ("RUPTURE", "RUPTURE"),
        ("Engagé", "ENGAGE"),
        ("en cours instruction", "EN_COURS_INSTRUCTION"),
        ("EN_ATTENTE_DE_PIECES", "EN_ATTENTE_DE_PIECES"),
        ("À l'étude 🙂", "À l'étude 🙂"),
    ],
)
def test_a_state_is_read_in_the_norm_s_code_or_as_it_is_and_its_text_stays(ecrit: str, lu: str) -> None:
    with client_of(opco := OpcoEssai("opco-ep")) as client:
        numero = client.deposit(DEPOT_LU).numero_interne
        opco.decide(numero, ecrit)
        (etat,) = client.list_etats()
        relu = client.find_dossier(numero)
    assert (etat.etat, etat.etat_brut) == (lu, ecrit)
    assert (relu.etat, relu.etat_brut) == (lu, ecrit)
    assert relu.cerfa.etat == lu


def test_the_opco_that_says_ruptu_is_read_as_rupture() -> None:
    with client_of(opco := OpcoEssai("opco-mobilites")) as client:
        opco.decide(client.deposit(DEPOT_LU).numero_interne, "RUPTURE")
        (etat,) = client.list_etats()
    assert (etat.etat, etat.etat_brut) == ("RUPTURE", "RUPTU")


@pytest.mark.parametrize(("code", "version"), [("afdas", "v1"), ("akto", "v2")])
def test_states_are_read_bare_or_by_pages_as_the_opco_gives_them(code: str, version: str) -> None:
    with client_of(opco := OpcoEssai(code, taille_page=2)) as client:
        for _ in range(5):
            client.deposit(DEPOT_LU)
        assert [etat.numero_interne for etat in client.list_etats()] == ["1", "2", "3", "4", "5"]
    lues = opco.calls("GET", f"/{version}/dossiers/etats")
    assert len(lues) == (1 if version == "v1" else 3)


def test_the_state_of_an_invoice_is_read_without_the_extensions_and_no_amount_is_made_up() -> None:
    with client_of(opco := OpcoEssai("akto")) as client:
        numero = client.deposit_facture(FACTURE, PDF).numero_interne_facture
        opco.settle_facture(numero, "Réglé")
        # The OPCO in memory gives back what it was sent: an émetteur is asked for by the norm's answer.
        opco.registre.factures[0].lue = msgspec.structs.replace(FACTURE, siret_emetteur="1", iban_emetteur="FR76")
        (facture,) = client.list_etats_factures()
    assert (facture.etat_facture, facture.etat_brut) == ("REGLE", "Réglé")
    assert facture.montant_regle is None
    assert "FR76" not in repr(facture)


# Settings that correct the matrix


def test_a_path_of_the_settings_is_the_one_called() -> None:
    opco = OpcoEssai("akto")
    with client_of(opco, routes={"deposer_facture": "/v1/Factures"}) as client, pytest.raises(NotFound):
        client.deposit_facture(FACTURE, PDF)
    assert opco.demandes[-1].url.path == "/api/v1/Factures"


def test_a_route_opened_or_closed_by_the_settings_is_so() -> None:
    opco = OpcoEssai("akto")
    with client_of(opco, routes={"deposer_certificat": True, "deposer_facture": False}) as client:
        with pytest.raises(NotFound):
            client.deposit_certificat(Certificat(numero_interne_dossier="1"), PDF)
        with pytest.raises(RouteAbsente):
            client.deposit_facture(FACTURE, PDF)
    assert opco.demandes[-1].url.path == "/api/v2/certificats"


def test_trials_may_be_named_one_by_one() -> None:
    opco = OpcoEssai("afdas", essais=True)
    with client_of(opco, essai=frozenset({"lire_etats_factures"})) as client:
        assert list(client.list_etats_factures()) == []
        client.deposit(DEPOT_LU)
    assert opco.calls("POST", "/v1/dossiers")


@pytest.mark.parametrize(
    ("reglages", "scope"), [({}, [".default"]), ({"scope": "api.read api.write"}, ["api.read api.write"])]
)
def test_the_scope_is_the_opco_s_or_the_settings(reglages: dict[str, str], scope: list[str]) -> None:
    with client_of(opco := OpcoEssai("akto"), **reglages) as client:
        client.status()
    assert parse_qs(opco.demandes[0].content.decode())["scope"] == scope


def test_an_empty_scope_means_none() -> None:
    opco = OpcoEssai("akto")
    with client_of(opco, scope="") as client, pytest.raises(Refused, match="Portée"):
        client.status()


def test_credentials_go_where_the_settings_say() -> None:
    opco = OpcoEssai("opco-ep")
    with client_of(opco, identifiants="basic") as client, pytest.raises(Refused):
        client.status()
    assert "Authorization" in opco.demandes[0].headers


def _calls(client: ClientCfa) -> dict[NomRoute, Any]:
    """One call of each route, on the dossier 1 and the piece 1 of the OPCO in memory."""
    return {
        NomRoute.STATUT: client.status,
        NomRoute.CLE: client.key_info,
        NomRoute.DEPOSER_DOSSIER: lambda: client.deposit(DEPOT_LU),
        NomRoute.LIRE_DOSSIER: lambda: client.find_dossier("1"),
        NomRoute.LIRE_LISTE: lambda: client.list_dossiers(["1"]),
        NomRoute.LIRE_ETATS: lambda: list(client.list_etats()),
        NomRoute.DEPOSER_CONVENTION: lambda: client.deposit_convention(Convention(numero_interne_dossier="1"), PDF),
        NomRoute.DEPOSER_DOCUMENT: lambda: client.deposit_document(_infos("1"), PDF),
        NomRoute.DEPOSER_FACTURE: lambda: client.deposit_facture(
            msgspec.structs.replace(FACTURE, siret_emetteur="1", iban_emetteur="FR76"), PDF
        ),
        NomRoute.LIRE_ETATS_FACTURES: lambda: list(client.list_etats_factures()),
        NomRoute.DEPOSER_CERTIFICAT: lambda: client.deposit_certificat(Certificat(numero_interne_dossier="1"), PDF),
        NomRoute.DECLARER_RUPTURE: lambda: client.deposit_rupture(Rupture(numero_interne_dossier="1")),
        NomRoute.CONTROLER: lambda: client.check(DEPOT_LU),
        NomRoute.DEPOSER_AVOIR: lambda: client.deposit_avoir(msgspec.json.encode(AVOIR), PDF),
        NomRoute.LIRE_ETATS_AVOIRS: lambda: list(client.list_etats_avoirs()),
        NomRoute.LIRE_EVENEMENTS: client.list_evenements,
        NomRoute.LIRE_RECEPISSE: lambda: client.find_recepisse("d-1"),
        NomRoute.LIRE_DOCUMENT: lambda: client.find_document("1"),
    }


def _path(opco: OpcoEssai, nom: NomRoute) -> str:
    suites = {NomRoute.LIRE_RECEPISSE: "/d-1", NomRoute.LIRE_DOCUMENT: "/1"}
    return opco.opco.best(nom).chemin + suites.get(nom, "")


def _infos(numero: str) -> InfosFichier:
    corps = {"typeFichier": "MANDAT", "objets": [{"typeObjet": "DOSSIER_APPRENTISSAGE", "idObjet": numero}]}
    return lecture.read(InfosFichier, msgspec.json.encode(corps)).message


def test_an_address_is_matched_to_the_letter_where_the_opco_minds_the_case() -> None:
    opco = OpcoEssai("atlas")
    with client_of(opco, routes={"deposer_facture": "/v1/factures"}) as client, pytest.raises(NotFound):
        client.deposit_facture(FACTURE, PDF)
    with client_of(opco) as client:
        client.deposit_facture(FACTURE, PDF)
    assert [vue.url.path for vue in opco.demandes if "actures" in vue.url.path] == [
        "/api/v1/factures",
        "/api/v1/Factures",
    ]


def test_the_answer_of_another_server_is_not_the_opco_s_no() -> None:
    opco = OpcoEssai("opco-ep")
    opco.pannes = [httpx.Response(302, headers={"Location": "https://ailleurs.exemple.invalid"})] * 2
    with client_of(opco) as client, pytest.raises(Unavailable, match="HTTP 302"):
        client.status()
