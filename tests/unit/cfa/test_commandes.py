"""The commands as a secretary uses them, against an OPCO of paper: what they print, send, and how they end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina
from builders.opco_factice import API, CLE, CLIENT_ID, JETON, SECRET, OpcoFactice, brut, coupure, refus
from builders.papier import type_in
from typer.testing import CliRunner, Result

from traitdunion.cfa.cerfa_pdf import fill_cerfa, read_cerfa
from traitdunion.cfa.commandes import app
from traitdunion.cfa.formulaire import draw_form

ADRESSE = {"adresse1": "1 rue Fictive", "codePostal": "75001", "commune": "Paris"}
CERFA: dict[str, Any] = {
    "versionCERFA": "10103*14",
    "employeur": {
        "denomination": "Société FICTIVE",
        "siret": "35600000000048",
        "typeEmployeur": "12",
        "adresse": ADRESSE,
    },
    "apprenti": {"nom": "EXEMPLE", "prenom": "Ada", "dateNaissance": "2006-05-04", "sexe": "F", "nir": "2060599999999"},
    "contrat": {
        "typeContratApp": "11",
        "dateConclusion": "2026-08-20",
        "dateDebutContrat": "2026-09-01",
        "dateFinContrat": "2027-08-31",
    },
    "formation": {"dateDebutFormation": "2026-09-01", "dateFinFormation": "2027-07-31", "rncp": "RNCP12345"},
    "organismeFormation": {"siret": "35600000000048", "denomination": "CFA FICTIF"},
}
ENVIRON = {
    "TRAITDUNION_CFA_API": API,
    "TRAITDUNION_CFA_JETON": JETON,
    "TRAITDUNION_CFA_CLIENT_ID": CLIENT_ID,
    "TRAITDUNION_CFA_CLIENT_SECRET": SECRET,
    "TRAITDUNION_CFA_CLE_API": CLE,
    "XDG_CONFIG_HOME": "/nulle/part",
    "COLUMNS": "160",
    "NO_COLOR": "1",
}
AU = ["--au", "01/09/2026"]
MANDAT = ["--mandat-employeur", "--cout-pedagogie", "8 000,50"]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def opco() -> OpcoFactice:
    return OpcoFactice()


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    fichier = tmp_path / "dossier.json"
    fichier.write_text(json.dumps({"cerfa": CERFA}), encoding="utf-8")
    return fichier


@pytest.fixture
def cerfa(tmp_path: Path) -> Path:
    fichier = tmp_path / "cerfa.pdf"
    fichier.write_bytes(fill_cerfa({"cerfa": CERFA}, draw_form()))
    return fichier


@pytest.fixture
def convention(tmp_path: Path) -> Path:
    fichier = tmp_path / "convention.pdf"
    fichier.write_bytes(b"%PDF-1.7 convention")
    return fichier


def run(*arguments: object, opco: OpcoFactice | None = None, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(
        app,
        [str(argument) for argument in arguments],
        obj=opco.transport if opco else None,
        env=ENVIRON if env is None else env,
    )


def deposer(opco: OpcoFactice, dossier: Path, convention: Path, *options: str) -> Result:
    return run("deposer", dossier, "--convention", convention, *AU, *options, opco=opco)


def sent_convention(opco: OpcoFactice) -> dict[str, Any]:
    debut = opco.conventions[-1].index(b"\r\n\r\n", opco.conventions[-1].index(b'name="convention"')) + 4
    lue: dict[str, Any] = json.loads(opco.conventions[-1][debut:].split(b"\r\n--")[0])
    return lue


# deposer


def test_a_json_is_deposited_as_it_is_with_a_convention_made_from_it(
    opco: OpcoFactice, dossier: Path, convention: Path
) -> None:
    fini = deposer(opco, dossier, convention, *MANDAT, "--majoration-rqth", "4000", "--majoration-rqth", "2000")
    assert fini.exit_code == 0, fini.stderr
    assert "CA-0000001" in fini.stdout
    assert opco.depots == [dossier.read_bytes()]
    envoyee = sent_convention(opco)
    assert envoyee["numeroInterneDossier"] == "1"
    assert envoyee["mandatEmployeur"] is True
    assert envoyee["couts"] == {
        "coutTotalPedagogieCFA": 8000.50,
        "montantRQTHAnnee1": 4000.0,
        "montantRQTHAnnee2": 2000.0,
    }
    assert envoyee["apprenti"] == {"nom": "EXEMPLE", "prenom": "Ada"}
    assert envoyee["formation"]["rncp"] == "RNCP12345"
    assert convention.read_bytes() in opco.conventions[0]


def test_a_filled_cerfa_is_deposited_as_the_norm_s_json(opco: OpcoFactice, cerfa: Path, convention: Path) -> None:
    fini = deposer(opco, cerfa, convention, *MANDAT, "--visa-cfa", "--json")
    assert fini.exit_code == 0, fini.stderr
    sortie = json.loads(fini.stdout)
    assert (sortie["resultat"], sortie["numeroExterne"], sortie["recepisse"]) == ("DEPOSE", "CA-0000001", "d-1")
    depose = json.loads(opco.depots[0])["cerfa"]
    assert depose["apprenti"]["nom"] == "EXEMPLE"
    assert depose["organismeFormation"]["visaCfa"] is True


def test_the_convention_s_data_may_be_given_ready_made(
    opco: OpcoFactice, dossier: Path, convention: Path, tmp_path: Path
) -> None:
    donnees = tmp_path / "convention.json"
    donnees.write_text('{"mandatEmployeur": true, "couts": {"nombreRepasTotaux": "12"}}')
    fini = deposer(opco, dossier, convention, "--donnees-convention", str(donnees))
    assert fini.exit_code == 0, fini.stderr
    assert sent_convention(opco)["couts"] == {"nombreRepasTotaux": 12}
    assert deposer(opco, dossier, convention, "--donnees-convention", str(donnees), *MANDAT).exit_code == 2


def test_the_mandate_is_never_supposed(opco: OpcoFactice, dossier: Path, convention: Path) -> None:
    assert deposer(opco, dossier, convention).exit_code == 2
    sans = deposer(opco, dossier, convention, "--sans-mandat")
    assert sans.exit_code == 3
    assert "MANDAT_EMPLOYEUR_ABSENT" in sans.stderr
    assert opco.vues == []


def test_what_blocks_is_found_before_anything_is_sent(opco: OpcoFactice, dossier: Path, convention: Path) -> None:
    dossier.write_text('{"cerfa": {"apprenti": {"nom": "", "dateNaissance": "hier"}}}')
    fini = deposer(opco, dossier, convention, *MANDAT, "--json")
    assert fini.exit_code == 3
    champs = {anomalie["champ"] for anomalie in json.loads(fini.stdout)["anomalies"]}
    assert {"cerfa.apprenti.nom", "cerfa.apprenti.dateNaissance"} <= champs
    assert opco.vues == []


def test_a_cerfa_with_an_unreadable_box_is_not_sent_unless_told(
    opco: OpcoFactice, cerfa: Path, convention: Path
) -> None:
    cerfa.write_bytes(type_in(cerfa.read_bytes(), {"Zone de texte 8_5": "une dizaine"}))
    refuse = deposer(opco, cerfa, convention, *MANDAT)
    assert refuse.exit_code == 3
    assert "une dizaine" in refuse.stderr
    assert opco.vues == []
    assert deposer(opco, cerfa, convention, *MANDAT, "--malgre-illisible").exit_code == 0


def test_a_dry_run_sends_nothing_and_needs_no_settings(dossier: Path, convention: Path) -> None:
    options = ["--convention", convention, *AU, *MANDAT, "--a-blanc"]
    fini = run("deposer", dossier, *options, env={"XDG_CONFIG_HOME": "/nulle/part"})
    assert fini.exit_code == 0, fini.stderr
    assert "rien n'a été envoyé" in fini.stdout


def test_a_refusal_of_the_opco_is_shown_whole(opco: OpcoFactice, dossier: Path, convention: Path) -> None:
    opco.pannes = [refus(400, "DEPOT_DEJA_RECU")]
    fini = deposer(opco, dossier, convention, *MANDAT)
    assert fini.exit_code == 3
    for dit in ("DEPOT_DEJA_RECU", "cerfa.apprenti.nom", "urn:requete:abc"):
        assert dit in fini.stderr
    assert fini.stdout == ""


def test_a_convention_refused_says_what_is_deposited_and_how_to_go_on(
    opco: OpcoFactice, dossier: Path, convention: Path
) -> None:
    opco.pannes = [None, refus(400, "PDF_CHIFFRE")]
    fini = deposer(opco, dossier, convention, *MANDAT, "--json")
    assert fini.exit_code == 3
    assert "--numero-interne 1" in fini.stderr
    sortie = json.loads(fini.stdout)
    assert (sortie["etape"], sortie["numeroExterne"]) == ("convention", "CA-0000001")
    assert deposer(opco, dossier, convention, *MANDAT, "--numero-interne", "1").exit_code == 0
    assert len(opco.calls("POST", "/v2/dossiers")) == 1


@pytest.mark.parametrize("statut", [401, 403])
def test_credentials_refused_have_their_own_exit_code(
    opco: OpcoFactice, dossier: Path, convention: Path, statut: int
) -> None:
    opco.pannes = [refus(statut, "CLE_EXPIREE"), refus(statut, "CLE_EXPIREE")]
    fini = deposer(opco, dossier, convention, *MANDAT)
    assert fini.exit_code == 4
    assert "CLE_EXPIREE" in fini.stderr


def test_an_opco_out_of_reach_has_its_own_exit_code(opco: OpcoFactice, dossier: Path, convention: Path) -> None:
    opco.pannes = [coupure(httpx.ConnectError)]
    fini = deposer(opco, dossier, convention, *MANDAT, "--json")
    assert fini.exit_code == 5
    assert json.loads(fini.stdout)["resultat"] == "SANS_REPONSE"


def test_a_lost_answer_is_read_back_and_the_dossier_found(opco: OpcoFactice, dossier: Path, convention: Path) -> None:
    opco.apres = [coupure()]
    fini = deposer(opco, dossier, convention, *MANDAT)
    assert fini.exit_code == 0, fini.stderr
    assert "retrouvé" in fini.stderr
    assert len(opco.calls("POST", "/v2/dossiers")) == 1
    assert sent_convention(opco)["numeroInterneDossier"] == "1"


def test_a_deposit_lost_for_good_is_uncertain_and_nothing_more_is_sent(
    opco: OpcoFactice, dossier: Path, convention: Path
) -> None:
    opco.pannes = [brut(502)]
    fini = deposer(opco, dossier, convention, *MANDAT, "--json")
    assert fini.exit_code == 5
    assert json.loads(fini.stdout)["resultat"] == "INCERTAIN"
    assert opco.conventions == []
    assert len(opco.calls("POST", "/v2/dossiers")) == 1


def test_another_content_under_the_same_contract_stays_uncertain(
    opco: OpcoFactice, dossier: Path, convention: Path
) -> None:
    opco.depots.append(dossier.read_bytes().replace(b"CFA FICTIF", b"CFA AUTRE"))
    opco.etats[1] = "TRANSMIS"
    opco.pannes = [brut(502)]
    fini = deposer(opco, dossier, convention, *MANDAT)
    assert fini.exit_code == 5
    assert "CA-0000001" in fini.stderr
    assert opco.conventions == []


def test_the_internal_number_is_made_of_digits(opco: OpcoFactice, dossier: Path, convention: Path) -> None:
    assert deposer(opco, dossier, convention, *MANDAT, "--numero-interne", "CA-0000001").exit_code == 2


def test_renvoyer_sends_the_same_bytes_again(opco: OpcoFactice, dossier: Path, convention: Path) -> None:
    opco.pannes = [brut(502)]
    assert deposer(opco, dossier, convention, *MANDAT, "--renvoyer").exit_code == 0
    assert len(opco.calls("POST", "/v2/dossiers")) == 2


@pytest.mark.parametrize("contenu", [b"PK un tableur", b""])
def test_a_convention_that_is_no_pdf_is_a_wrong_usage(
    opco: OpcoFactice, dossier: Path, convention: Path, contenu: bytes
) -> None:
    convention.write_bytes(contenu)
    assert deposer(opco, dossier, convention, *MANDAT).exit_code == 2
    assert opco.vues == []


def test_missing_settings_are_a_wrong_usage_and_named(dossier: Path, convention: Path) -> None:
    fini = run("deposer", dossier, "--convention", convention, *AU, *MANDAT, env={"XDG_CONFIG_HOME": "/nulle/part"})
    assert fini.exit_code == 2
    assert "TRAITDUNION_CFA_CLE_API" in fini.stderr


@pytest.mark.parametrize("montant", ["beaucoup", "-1", "1,234", "NaN", "1e12"])
def test_an_amount_that_is_none_is_a_wrong_usage(
    opco: OpcoFactice, dossier: Path, convention: Path, montant: str
) -> None:
    assert deposer(opco, dossier, convention, "--mandat-employeur", f"--cout-pedagogie={montant}").exit_code == 2


def test_no_secret_is_ever_an_option(opco: OpcoFactice) -> None:
    aide = run("deposer", "--help").stdout
    assert "TRAITDUNION_CFA_" in aide
    assert not any(mot in aide for mot in ("--client-secret", "--cle-api", "--secret"))


# controler


def test_controler_says_recevable_and_why_not(dossier: Path) -> None:
    fini = run("controler", dossier, *AU)
    assert (fini.exit_code, "Recevable : oui" in fini.stdout) == (0, True)
    dossier.write_text('{"cerfa": {"apprenti": {"nom": 12.5}}}')
    refuse = run("controler", dossier, *AU)
    assert refuse.exit_code == 3
    assert "cerfa.apprenti.nom" in refuse.stdout


def test_controler_gives_the_server_s_shape_in_json(dossier: Path) -> None:
    dossier.write_text('{"cerfa": {"apprenti": {"nom": "EXEMPLE", "inconnu": 1}}}')
    sortie = json.loads(run("controler", dossier, *AU, "--json").stdout)
    inconnu = [anomalie for anomalie in sortie["anomalies"] if anomalie["champ"] == "cerfa.apprenti.inconnu"]
    assert [(a["code"], a["gravite"]) for a in inconnu] == [("MEMBRE_INCONNU", "AVERTISSEMENT")]


def test_controler_judges_as_of_the_day_it_is_told(dossier: Path) -> None:
    avant = run("controler", dossier, "--au", "2026-08-01", "--json")
    apres = run("controler", dossier, "--au", "2026-09-01", "--json")
    assert len(json.loads(avant.stdout)["anomalies"]) > len(json.loads(apres.stdout)["anomalies"])


def test_controler_refuses_json_that_cannot_be_parsed(dossier: Path) -> None:
    dossier.write_text('{"cerfa": {')
    fini = run("controler", dossier)
    assert fini.exit_code == 3
    assert "JSON_ILLISIBLE" in fini.stderr


def test_controler_says_of_a_spoilt_pdf_that_it_is_no_pdf(tmp_path: Path) -> None:
    abime = tmp_path / "CERFA.pdf"
    abime.write_bytes(b"pas un PDF")
    fini = run("controler", abime, *AU)
    assert fini.exit_code == 3
    assert "n'est pas un PDF lisible" in fini.output
    assert "JSON_ILLISIBLE" not in fini.output


def test_controler_reads_a_cerfa_too(cerfa: Path) -> None:
    assert run("controler", cerfa, *AU).exit_code == 0
    cerfa.write_bytes(type_in(cerfa.read_bytes(), {"Zone de texte 8_5": "une dizaine"}))
    assert run("controler", cerfa, *AU).exit_code == 3


# lire-cerfa, remplir-cerfa


def test_lire_cerfa_prints_the_json_of_the_norm(cerfa: Path) -> None:
    fini = run("lire-cerfa", cerfa)
    assert fini.exit_code == 0
    lu = json.loads(fini.stdout)["cerfa"]
    assert lu["contrat"]["dateDebutContrat"] == "2026-09-01T00:00:00+00:00"
    assert lu["versionCERFA"] == "10103*14"


def test_lire_cerfa_writes_a_file_that_only_its_owner_reads(cerfa: Path, tmp_path: Path) -> None:
    sortie = tmp_path / "lu.json"
    assert run("lire-cerfa", cerfa, "--sortie", sortie).exit_code == 0
    assert sortie.stat().st_mode & 0o077 == 0
    assert run("lire-cerfa", cerfa, "--sortie", sortie).exit_code == 2
    assert run("lire-cerfa", cerfa, "--sortie", sortie, "--ecraser").exit_code == 0


def test_lire_cerfa_refuses_what_is_no_form_in_words(convention: Path) -> None:
    fini = run("lire-cerfa", convention)
    assert fini.exit_code == 3
    assert "PDF lisible" in fini.stderr


def test_remplir_cerfa_fills_the_form_given_or_draws_one(dossier: Path, tmp_path: Path) -> None:
    vierge, rempli, dessine = tmp_path / "vierge.pdf", tmp_path / "rempli.pdf", tmp_path / "dessine.pdf"
    vierge.write_bytes(draw_form())
    assert run("remplir-cerfa", dossier, "--formulaire", vierge, "--sortie", rempli).exit_code == 0
    sans = run("remplir-cerfa", dossier, "--sortie", dessine)
    assert sans.exit_code == 0
    assert "sans valeur officielle" in sans.stderr
    for fichier in (rempli, dessine):
        assert read_cerfa(fichier)["cerfa"]["apprenti"]["nom"] == "EXEMPLE"


@pytest.mark.parametrize("commande", [["deposer"], ["controler"], ["lire-cerfa"], ["remplir-cerfa"]])
def test_no_secret_nor_nir_shows_in_what_is_printed(
    opco: OpcoFactice, dossier: Path, convention: Path, commande: list[str], tmp_path: Path
) -> None:
    dossier.write_text(json.dumps({"cerfa": {**CERFA, "apprenti": {**CERFA["apprenti"], "nir": "206" * 7}}}))
    options = {
        "deposer": ["--convention", str(convention), *AU, *MANDAT],
        "controler": AU,
        "lire-cerfa": [],
        "remplir-cerfa": ["--sortie", str(tmp_path / "s.pdf")],
    }[commande[0]]
    fini = run(*commande, dossier, *options, opco=opco)
    for secret in (SECRET, CLE, "206206"):
        assert secret not in fini.output


def test_a_route_that_the_opco_has_not_is_told_before_anything_is_sent(
    opco: OpcoFactice, dossier: Path, convention: Path
) -> None:
    arguments = ["deposer", dossier, "--convention", convention, *MANDAT, *AU, "--json"]
    fait = run(*arguments, opco=opco, env=ENVIRON | {"TRAITDUNION_CFA_OPCO": "opco-sante"})
    dit = json.loads(fait.stdout)
    assert (fait.exit_code, dit["resultat"], opco.vues) == (3, "ROUTE_ABSENTE", [])
    assert "portail de l'OPCO Santé" in dit["description"]
