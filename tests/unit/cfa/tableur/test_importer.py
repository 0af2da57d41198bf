"""`cfa modele` and `cfa importer` as a secretary uses them: what is printed, kept, written beside the workbook."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from builders.papier import type_in
from builders.tableur.classeurs import promotion, save_template
from typer.testing import CliRunner, Result

from traitdunion.cfa.cerfa_pdf import fill_cerfa
from traitdunion.cfa.cerfa_pdf.zones import texte_pdf
from traitdunion.cfa.client import Fichier
from traitdunion.cfa.commandes import app, promotions
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.formulaire import draw_form
from traitdunion.cfa.tableur.colonnes import ETAT, NUMERO_DOSSIER
from traitdunion.cfa.tableur.lecture import read_promotion
from traitdunion.norme import lecture
from traitdunion.norme.identite import identite
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.openapi.exemples import DEPOT

AU = ["--au", "05/09/2026"]
FAUTE = {"cerfa.employeur.siret": "12345678200011"}
ENVIRON = {
    "TRAITDUNION_CFA_API": "https://opco.exemple.fr",
    "TRAITDUNION_CFA_JETON": "https://opco.exemple.fr/jeton",
    "TRAITDUNION_CFA_CLIENT_ID": "editeur-fictif",
    "TRAITDUNION_CFA_CLIENT_SECRET": "secret-fictif",
    "TRAITDUNION_CFA_CLE_API": "cle-fictive",
    "XDG_CONFIG_HOME": "/nulle/part",
    "NO_COLOR": "1",
    "COLUMNS": "400",
}


@dataclass
class Envoi:
    """A delivery of the fake outbox."""

    id: int
    etat: str = "EN_ATTENTE"
    numero_interne: str | None = None
    numero_externe: str | None = None
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Mise:
    envois: Sequence[Envoi]
    deja: bool = False
    meme_contenu: bool | None = True


@dataclass(frozen=True)
class Bilan:
    arret: str | None = None
    phrase: str | None = None


@dataclass
class BoiteFactice:
    """An outbox in memory, with the signatures of the real one; `refus` by name, `arret`: why sending stops."""

    envois: dict[int, Envoi] = field(default_factory=dict)
    recus: list[tuple[Cerfa, Convention, Fichier, str | None, str | None]] = field(default_factory=list)
    identites: dict[bytes, tuple[Envoi, Envoi]] = field(default_factory=dict)
    refus: dict[str, str] = field(default_factory=dict)
    bilan: Bilan = field(default_factory=Bilan)
    panne: ErreurCfa | None = None
    lus: dict[bytes, bytes] = field(default_factory=dict)

    def __enter__(self) -> "BoiteFactice":
        return self

    def __exit__(self, *_: object) -> None: ...

    def bind(self, api: str, siren: str | None) -> None:
        assert api == ENVIRON["TRAITDUNION_CFA_API"]

    def enqueue_dossier(
        self,
        corps: bytes,
        *,
        convention: Convention,
        fichier: Fichier,
        promotion: str | None = None,
        libelle: str | None = None,
        nouveau: bool = False,
    ) -> Mise:
        cerfa = lecture.read(DepotDossier, corps).message.cerfa
        assert cerfa is not None
        cle = identite(cerfa, siren="")
        if cle in self.identites:
            return Mise(self.identites[cle], deja=True, meme_contenu=self.lus[cle] == corps)
        self.lus[cle] = corps
        self.recus.append((cerfa, convention, fichier, promotion, libelle))
        paire = (Envoi(len(self.envois) + 1), Envoi(len(self.envois) + 2))
        self.envois |= {envoi.id: envoi for envoi in paire}
        self.identites[cle] = paire
        return Mise(paire)

    def find(self, id: int, /) -> Envoi:
        return self.envois[id]

    def drain(self, client: Any, *, on_progress: Any = None) -> Bilan:
        if self.panne is not None:
            raise self.panne
        for rang, (depot, convention) in enumerate(self.identites.values()):
            if self.bilan.arret is not None or depot.etat == "ACCEPTE":
                continue
            nom = self.recus[rang][4] or ""
            if nom in self.refus:
                depot.etat, depot.code, depot.message = "REFUSE", "DOSSIER_REFUSE", self.refus[nom]
                continue
            depot.etat, convention.etat, depot.numero_externe = "ACCEPTE", "ACCEPTE", f"CA-{rang + 1:07d}"
            on_progress(depot)
        return self.bilan


@pytest.fixture
def boite(monkeypatch: pytest.MonkeyPatch) -> BoiteFactice:
    boite = BoiteFactice()
    monkeypatch.setattr(promotions, "open_boite", lambda reglages: boite)
    return boite


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with four invented apprentices and their conventions, as the command makes it."""
    dossier = tmp_path_factory.mktemp("original")
    resultat = _run("modele", dossier / "promo.xlsx", "--exemple", "4", "--conventions", dossier / "conventions", *AU)
    assert resultat.exit_code == 0, resultat.output
    return dossier


@pytest.fixture
def lot(original: Path, tmp_path: Path) -> Path:
    """A copy of it, of one's own."""
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    return tmp_path / "promo.xlsx"


def _run(*arguments: Any, environ: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environ or ENVIRON)


def _import(classeur: Path, *arguments: Any) -> Result:
    return _run("importer", classeur, "--conventions", classeur.parent / "conventions", *AU, *arguments)


def _spoil(classeur: Path, rang: int = 0) -> None:
    save_template(classeur, promotion(4, {rang: FAUTE}))


def _shown(classeur: Path, chemin: str) -> list[Any]:
    return [ligne.valeurs.get(chemin) for ligne in read_promotion(classeur).lignes]


def test_a_template_is_for_its_owner_only_and_is_not_written_over(tmp_path: Path) -> None:
    classeur = tmp_path / "promotion.xlsx"

    assert _run("modele", classeur).exit_code == 0
    assert classeur.stat().st_mode & 0o777 == 0o600
    assert _run("modele", classeur).exit_code == 2
    assert _run("modele", classeur, "--ecraser").exit_code == 0


def test_conventions_are_invented_only_with_their_apprentices(tmp_path: Path) -> None:
    assert _run("modele", tmp_path / "p.xlsx", "--conventions", tmp_path / "c").exit_code == 2


def test_every_row_goes_with_its_convention_and_its_number_comes_back(lot: Path, boite: BoiteFactice) -> None:
    resultat = _import(lot, "--promotion", "BTS 2026")

    assert resultat.exit_code == 0, resultat.output
    assert "Déposé : 4" in resultat.stdout
    for cerfa, convention, fichier, nom, libelle in boite.recus:
        assert cerfa.apprenti is not None
        assert fichier.nom == f"{cerfa.apprenti.nom} {cerfa.apprenti.prenom}.pdf"
        assert fichier.contenu.startswith(b"%PDF")
        assert convention.mandat_employeur is True
        assert convention.apprenti is not None
        assert convention.apprenti.nom == cerfa.apprenti.nom
        assert nom == "BTS 2026"
        assert libelle == f"{cerfa.apprenti.nom} {cerfa.apprenti.prenom}"
    retour = lot.with_name("promo.anomalies.xlsx")
    assert _shown(retour, NUMERO_DOSSIER) == [f"CA-{rang:07d}" for rang in (1, 2, 3, 4)]
    assert _shown(retour, ETAT) == ["déposé"] * 4
    assert retour.stat().st_mode & 0o777 == 0o600


def test_importing_twice_sends_nothing_twice(lot: Path, boite: BoiteFactice) -> None:
    _import(lot)
    encore = _import(lot)
    depuis_le_retour = _import(lot.with_name("promo.anomalies.xlsx"))

    assert encore.exit_code == depuis_le_retour.exit_code == 0
    assert "Dont déjà dans la boîte d'envoi, non renvoyés : 4" in encore.stdout
    assert "Promotion : promo\n" in depuis_le_retour.stdout  # the copy is the same promotion
    assert len(boite.recus) == 4


def test_a_bad_row_stays_the_others_go_and_the_corrected_copy_completes(lot: Path, boite: BoiteFactice) -> None:
    _spoil(lot)
    premier = _import(lot)
    retour = lot.with_name("promo.anomalies.xlsx")

    assert premier.exit_code == 3
    assert len(boite.recus) == 3
    assert "À corriger : 1\n" in premier.stdout
    assert "n'est pas un SIRET valide" in premier.stderr
    assert _shown(retour, ETAT) == ["à corriger", "déposé", "déposé", "déposé"]
    corrige = read_promotion(retour)
    save_template(retour, [{**ligne.valeurs, **_juste(rang)} for rang, ligne in enumerate(corrige.lignes)])

    second = _import(retour)
    assert second.exit_code == 0, second.output
    assert len(boite.recus) == 4
    assert _shown(lot.with_name("promo.anomalies-2.xlsx"), ETAT) == ["déposé"] * 4


def _juste(rang: int) -> dict[str, Any]:
    return {"cerfa.employeur.siret": "12345678200010"} if rang == 0 else {}


def test_all_or_nothing_sends_nothing_when_one_row_is_bad(lot: Path, boite: BoiteFactice) -> None:
    _spoil(lot)
    resultat = _import(lot, "--tout-ou-rien")

    assert resultat.exit_code == 3
    assert boite.recus == []
    assert "Déposé : rien" in resultat.stdout


def test_a_dry_run_needs_no_settings_and_sends_nothing(lot: Path, boite: BoiteFactice) -> None:
    resultat = _run("importer", lot, "--a-blanc", *AU, environ={"XDG_CONFIG_HOME": "/nulle/part"})

    assert resultat.exit_code == 0, resultat.output
    assert "Prêt : 4" in resultat.stdout
    assert boite.recus == []
    assert not lot.with_name("promo.anomalies.xlsx").exists()


def test_settings_that_are_missing_are_told_before_anything(lot: Path) -> None:
    resultat = _run("importer", lot, *AU, environ={"XDG_CONFIG_HOME": "/nulle/part"})

    assert resultat.exit_code == 2
    assert "Il manque au profil" in resultat.stderr


def test_rows_may_wait_in_the_box(lot: Path, boite: BoiteFactice) -> None:
    resultat = _import(lot, "--sans-envoyer")

    assert resultat.exit_code == 0
    assert "En attente : 4" in resultat.stdout
    assert _shown(lot.with_name("promo.anomalies.xlsx"), ETAT) == ["en attente"] * 4


def test_an_opco_that_does_not_answer_leaves_the_rows_in_the_box(lot: Path, boite: BoiteFactice) -> None:
    boite.bilan = Bilan("RESEAU", "L'OPCO ne répond pas : ce qui reste partira au prochain envoi.")
    resultat = _import(lot)

    assert resultat.exit_code == 5
    assert "L'OPCO ne répond pas" in resultat.stderr
    assert "En attente : 4" in resultat.stdout


def test_an_access_refused_has_its_own_code(lot: Path, boite: BoiteFactice) -> None:
    boite.bilan = Bilan("ACCES", "La clé du CFA est refusée.")

    assert _import(lot).exit_code == 4


def test_trouble_while_sending_is_told_once_the_workbook_is_written(lot: Path, boite: BoiteFactice) -> None:
    boite.panne = ErreurCfa("Un autre envoi est en cours depuis cette boîte.")
    resultat = _import(lot, "--json")

    assert resultat.exit_code == 3
    assert json.loads(resultat.stdout)["erreur"] == "Un autre envoi est en cours depuis cette boîte."
    assert "Un autre envoi est en cours" in resultat.stderr
    assert _shown(lot.with_name("promo.anomalies.xlsx"), ETAT) == ["en attente"] * 4


def test_a_refusal_of_the_opco_is_told_on_its_row(lot: Path, boite: BoiteFactice) -> None:
    nom = read_promotion(lot).lignes[2].libelle
    boite.refus[nom] = "Le SIRET de l'employeur est fermé."
    resultat = _import(lot)

    assert resultat.exit_code == 3
    assert f"{nom}, ligne 5 (bloquant) : OPCO : Le SIRET de l'employeur est fermé." in resultat.stderr
    assert _shown(lot.with_name("promo.anomalies.xlsx"), ETAT) == ["déposé", "déposé", "refusé", "déposé"]


def test_a_dossier_whose_convention_is_refused_is_not_taken_for_done(lot: Path, boite: BoiteFactice) -> None:
    _import(lot)
    depot, convention = list(boite.identites.values())[1]
    convention.etat, convention.message = "REFUSE", "Le PDF est illisible."
    convention.numero_externe = depot.numero_externe
    encore = _import(lot)

    assert encore.exit_code == 3
    assert "le dossier CA-0000002 est déposé, il reste sa convention : Le PDF est illisible." in encore.stderr
    retour = lot.with_name("promo.anomalies-2.xlsx")
    assert _shown(retour, ETAT) == ["déposé", "refusé", "déposé", "déposé"]
    assert _shown(retour, NUMERO_DOSSIER) == ["CA-0000001", None, "CA-0000003", "CA-0000004"]
    assert len(boite.recus) == 4


def test_a_row_changed_after_it_went_is_told_and_not_sent(lot: Path, boite: BoiteFactice) -> None:
    _import(lot)
    save_template(lot, promotion(4, {1: {"cerfa.apprenti.telephone": "0600000099"}}))
    resultat = _import(lot)

    assert len(boite.recus) == 4
    assert resultat.stderr.count("déjà dans la boîte d'envoi avec d'autres données") == 1


def test_a_row_without_its_convention_is_not_sent(lot: Path, boite: BoiteFactice) -> None:
    next((lot.parent / "conventions").glob("FICTIF*")).unlink()
    resultat = _import(lot)

    assert resultat.exit_code == 3
    assert len(boite.recus) == 3
    assert "n'est pas dans le dossier des conventions" in resultat.stderr


def test_the_person_s_file_is_never_touched_unless_they_ask(lot: Path, boite: BoiteFactice) -> None:
    _spoil(lot)
    avant = lot.read_bytes()
    _import(lot, "--sans-envoyer")
    assert lot.read_bytes() == avant

    _import(lot, "--sur-place", "--sans-envoyer")
    assert _shown(lot, ETAT) == ["à corriger", "en attente", "en attente", "en attente"]
    assert sorted(chemin.name for chemin in lot.parent.glob("*.xlsx")) == ["promo.anomalies.xlsx", "promo.xlsx"]


@pytest.mark.parametrize("nom", ["promo.csv", "promo.xlsm"])
def test_only_our_own_format_is_written_in_place(tmp_path: Path, nom: str) -> None:
    chemin = tmp_path / nom
    chemin.write_bytes(b"x")

    assert _run("importer", chemin, "--sur-place").exit_code == 2


def test_a_machine_reads_each_row_with_its_anomalies_and_no_bar_is_drawn(lot: Path, boite: BoiteFactice) -> None:
    _spoil(lot, 1)
    resultat = _import(lot, "--json")
    lu = json.loads(resultat.stdout)

    assert lu["etats"] == {"à corriger": 1, "déposé": 3}
    assert lu["retour"] == str(lot.with_name("promo.anomalies.xlsx"))
    assert [ligne["numeroExterne"] for ligne in lu["lignes"]] == ["CA-0000001", None, "CA-0000002", "CA-0000003"]
    (anomalie,) = lu["lignes"][1]["anomalies"]
    assert (anomalie["cellule"], anomalie["code"]) == ("AL4", "SIRET_INVALIDE")
    assert resultat.stderr == ""


def test_nothing_printed_nor_told_holds_a_nir(lot: Path, boite: BoiteFactice) -> None:
    save_template(lot, promotion(4, {0: {"cerfa.apprenti.nir": "206057500100199", "cerfa.apprenti.sexe": "?"}}))
    for options in ([], ["--json"]):
        resultat = _import(lot, *options)
        assert "NIR" in resultat.output
        assert "206057500100199" not in resultat.output


@pytest.mark.parametrize(
    ("contenu", "phrase"), [(b"", "est vide"), (b"PK\x03\x04abc", "n'est pas un classeur"), (b"a;b\n", "en-têtes")]
)
def test_a_file_that_is_no_workbook_ends_in_words(tmp_path: Path, contenu: bytes, phrase: str) -> None:
    chemin = tmp_path / "p.xlsx"
    chemin.write_bytes(contenu)
    resultat = _run("importer", chemin, "--a-blanc")

    assert resultat.exit_code == 3
    assert phrase in " ".join(resultat.stderr.split())
    assert "Traceback" not in resultat.output


def test_a_folder_of_filled_forms_becomes_a_workbook_that_asks_for_the_rest(
    tmp_path: Path, boite: BoiteFactice
) -> None:
    dossier = tmp_path / "cerfa"
    dossier.mkdir()
    (dossier / "ada.pdf").write_bytes(fill_cerfa(DEPOT, draw_form()))
    autre = json.loads(json.dumps(DEPOT))
    autre["cerfa"]["apprenti"]["prenom"] = "Noé"
    (dossier / "noe.json").write_text(json.dumps(autre))
    (dossier / "scan.pdf").write_bytes(b"%PDF-1.7\n")
    resultat = _run("importer", dossier, "--a-blanc", *AU)

    assert resultat.exit_code == 3
    assert "1 fichier(s) laissé(s)" in resultat.stderr
    retour = tmp_path / "cerfa.anomalies.xlsx"
    lue = read_promotion(retour)
    assert [ligne.libelle for ligne in lue.lignes] == ["EXEMPLE Alix", "EXEMPLE Noé"]
    assert "mandat" in lue.lignes[1].valeurs["suivi.remarques"].lower()  # type: ignore[union-attr]

    reste = {
        "convention.mandatEmployeur": "Oui",
        "convention.couts.coutTotalPedagogieCFA": 16000,
        "cerfa.organismeFormation.visaCfa": "Oui",
        "cerfa.CERFAsignatureProbante": "Non",
    }
    save_template(retour, [{**ligne.valeurs, **reste} for ligne in lue.lignes])
    for prenom in ("Alix", "Noé"):
        (tmp_path / f"EXEMPLE {prenom}.pdf").write_bytes(b"%PDF-1.7\n")
    complet = _run("importer", retour, *AU)
    assert complet.exit_code == 0, complet.output
    assert len(boite.recus) == 2


def test_what_a_form_holds_and_cannot_be_read_is_told_on_its_row(tmp_path: Path) -> None:
    dossier = tmp_path / "cerfa"
    dossier.mkdir()
    rempli = type_in(fill_cerfa(DEPOT, draw_form()), {texte_pdf("8_5"): "beaucoup"})
    (dossier / "ada.pdf").write_bytes(rempli)
    resultat = _run("importer", dossier, "--a-blanc", "--json", *AU)

    codes = {anomalie["code"] for anomalie in json.loads(resultat.stdout)["lignes"][0]["anomalies"]}
    assert "SAISIE_ILLISIBLE" in codes


def test_a_folder_without_any_dossier_is_told(tmp_path: Path) -> None:
    (tmp_path / "lettre.pdf").write_bytes(b"%PDF-1.7\n")

    resultat = _run("importer", tmp_path, "--a-blanc")
    assert resultat.exit_code == 3
    assert "aucun CERFA rempli" in " ".join(resultat.stderr.split())


def test_a_full_disk_does_not_cost_the_person_their_workbook(
    lot: Path, boite: BoiteFactice, monkeypatch: pytest.MonkeyPatch
) -> None:
    avant = lot.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    resultat = _import(lot, "--sur-place", "--sans-envoyer")

    assert resultat.exit_code == 2
    assert lot.read_bytes() == avant
