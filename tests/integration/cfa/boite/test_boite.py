"""The box as a CFA lives it: put in, sent in order, refused, lost and found, given up, purged."""

import itertools
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import envois
from builders.opco_factice import API, brut, refus
from builders.pairs import opco_modele
from builders.pairs.boites import DEPART, Horloge, a_corps, a_pdf, open_box, put_in
from builders.pairs.opco_modele import OpcoModele

from traitdunion.cfa.boite import (
    Arret,
    AutreDestinataire,
    BilanBoite,
    Boite,
    EnvoiInconnu,
    EtatEnvoi,
    NatureEnvoi,
    NumeroDejaConnu,
    SansIdentite,
    TransitionInterdite,
    VerificationRequise,
)
from traitdunion.cfa.client import ClientCfa
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.norme.erreurs import Refus
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.pieces import Certificat, InfosFichier, Objet

NIR = "206057500100155"


def drain(boite: Boite, opco: OpcoModele, **options: Any) -> BilanBoite:
    profil = {nom: options.pop(nom) for nom in ("renvoi_reconnu",) if nom in options}
    with opco.client(**profil) as client:
        return boite.drain(client, **options)


def states(boite: Boite) -> list[str]:
    return [envoi.etat.value for envoi in boite.list_envois()]


def a_facture(numero: str = "F-1", montant: str = "2400.00", **membres: Any) -> Facture:
    return Facture(numero=numero, siret_emetteur="35600000000048", montant_total=Decimal(montant), **membres)


# Putting in


def test_what_is_put_in_waits_in_the_order_of_its_dossier(boite: Boite) -> None:
    mise = put_in(boite, documents=2, promotion="BTS 2026")
    assert [envoi.nature for envoi in mise.envois] == ["DOSSIER", "CONVENTION", "DOCUMENT", "DOCUMENT"]
    assert {envoi.etat for envoi in mise.envois} == {EtatEnvoi.EN_ATTENTE}
    assert [envoi.bloque_par for envoi in mise.envois] == [None, 1, 1, 1]
    assert {(envoi.libelle, envoi.promotion) for envoi in mise.envois} == {("EXEMPLE A Camille", "BTS 2026")}
    assert len({envoi.cle_idempotence for envoi in mise.envois}) == 4


def test_the_folder_is_for_its_owner_only(boite: Boite, tmp_path: Path) -> None:
    put_in(boite)
    droits = {chemin.name: chemin.stat().st_mode & 0o777 for chemin in (tmp_path / "boite").rglob("*")}
    assert (tmp_path / "boite").stat().st_mode & 0o777 == 0o700
    assert droits.pop("fichiers") == 0o700
    assert set(droits.values()) == {0o600}


def test_the_same_contract_is_not_added_twice(boite: Boite) -> None:
    premiere = put_in(boite)
    seconde = put_in(boite)
    assert (seconde.deja, seconde.meme_contenu) == (True, True)
    assert [e.id for e in seconde.envois] == [e.id for e in premiere.envois]
    autre = put_in(boite, corps=a_corps(salaireEmbauche=900))
    assert (autre.deja, autre.meme_contenu) == (True, False)
    assert len(list(boite.list_envois())) == 2


def test_a_refused_contract_is_replaced_by_its_correction(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)
    opco.avant = [opco_modele.REFUS_METIER]
    drain(boite, opco)
    mise = put_in(boite, corps=a_corps(salaireEmbauche=900))
    assert not mise.deja
    assert states(boite) == ["ABANDONNE", "ABANDONNE", "EN_ATTENTE", "EN_ATTENTE"]
    assert boite.list_journal(1)[-1].detail == "remplacé par l'envoi n° 3"
    assert drain(boite, opco).etats[EtatEnvoi.ACCEPTE] == 2


def test_an_accepted_contract_comes_again_only_when_a_person_says_so(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)
    drain(boite, opco)
    assert put_in(boite).deja
    opco.depots[0].etat = "ANNULE"
    assert not put_in(boite, nouveau=True).deja
    drain(boite, opco)
    assert [d.numero_interne for d in boite.dossiers()] == ["1", "2"]


def test_a_contract_without_identity_or_unreadable_is_not_put_in(boite: Boite) -> None:
    with pytest.raises(SansIdentite):
        put_in(boite, corps=b'{"cerfa":{}}')
    with pytest.raises(Refus):
        put_in(boite, corps=b"{")
    assert states(boite) == []


def test_the_same_document_joined_twice_is_one_envoi(boite: Boite) -> None:
    piece = (InfosFichier(type_fichier="MANDAT"), a_pdf("m.pdf"))
    put_in(boite)
    suite = next(boite.dossiers()).suite
    assert not boite.enqueue_document(*piece, suite=suite).deja
    assert boite.enqueue_document(*piece, suite=suite).deja
    with pytest.raises(EnvoiInconnu):
        boite.enqueue_document(*piece, suite="d'ailleurs")


def test_files_are_kept_once_whatever_their_number_of_envois(boite: Boite, tmp_path: Path) -> None:
    for numero in ("1", "2"):
        infos = InfosFichier(type_fichier="MANDAT", objets=(Objet(id_objet=numero),))
        boite.enqueue_document(infos, a_pdf(), suite=boite.find_suite(numero))
    assert len(list((tmp_path / "boite" / "fichiers").iterdir())) == 1


# Sending


def test_a_dossier_goes_first_and_gives_its_number_to_the_rest(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, documents=1)
    bilan = drain(boite, opco)
    assert (bilan.acceptes, bilan.etats[EtatEnvoi.ACCEPTE], bilan.arret) == (3, 3, None)
    assert [chemin for chemin, _ in opco.recus] == ["/v2/dossiers", "/v1/conventions", "/v1/documents"]
    assert opco.recus[0][1] == a_corps()
    assert opco.pieces[0][1].startswith(b'{"numeroInterneDossier":"1","employeur"')
    assert opco.pieces[1][1] == (
        b'{"typeFichier":"PIECE_COMPLEMENTAIRE","objets":[{"typeObjet":"DOSSIER_APPRENTISSAGE","idObjet":"1"}]}'
    )
    dossier, convention, document = boite.list_envois()
    assert (dossier.numero_interne, dossier.numero_externe, dossier.recepisse) == ("1", "CA-0000001", "d-1")
    assert (convention.numero_interne, convention.numero_document) == ("1", "1")
    assert (document.numero_interne, document.numero_document) == ("1", "2")


def test_the_journal_tells_each_move_with_its_time(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)
    drain(boite, opco)
    assert [(e.acte, e.vers, e.detail) for e in boite.list_journal(1)] == [
        ("ENQUEUE", EtatEnvoi.EN_ATTENTE, None),
        ("CLAIM", EtatEnvoi.EN_COURS, None),
        ("ACKNOWLEDGE", EtatEnvoi.ACCEPTE, "CA-0000001"),
    ]
    assert all(DEPART <= e.le < DEPART + timedelta(seconds=1) for e in boite.list_journal(1))


def test_a_refusal_is_kept_with_its_fields_and_blocks_what_follows(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)
    opco.avant = [refus(400, "NIR_INVALIDE", entetes={"X-Request-Id": "r-42"})]
    bilan = drain(boite, opco)
    dossier, convention = boite.list_envois()
    assert (bilan.refuses, bilan.bloques) == (1, 1)
    assert (dossier.etat, dossier.code, dossier.reference) == (EtatEnvoi.REFUSE, "NIR_INVALIDE", "r-42")
    assert [(champ.code, champ.champ) for champ in dossier.champs] == [("NIR_INVALIDE", "cerfa.apprenti.nom")]
    assert (convention.etat, convention.bloque_par) == (EtatEnvoi.EN_ATTENTE, dossier.id)


def test_an_opco_that_quotes_a_nir_is_not_quoted(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)
    phrase = f"Le NIR {NIR} et l'IBAN FR76 3000 6000 0112 3456 7890 189 sont faux".encode()
    opco.avant = [brut(400, b'{"description":"%s"}' % phrase)]
    drain(boite, opco)
    message = boite.find(1).message or ""
    assert NIR not in message
    assert "3000 6000" not in message
    assert "masqué" in message


def test_the_same_contract_with_other_data_at_the_opco_is_refused_with_both_numbers(
    boite: Boite, opco: OpcoModele, tmp_path: Path
) -> None:
    with open_box(tmp_path / "autre") as autre:
        put_in(autre, corps=a_corps(salaireEmbauche=900))
        drain(autre, opco)
    put_in(boite)
    drain(boite, opco)
    envoi = boite.find(1)
    assert (envoi.etat, envoi.code) == (EtatEnvoi.REFUSE, "DEPOT_DEJA_RECU")
    assert "CA-0000001 (numéro interne 1)" in (envoi.message or "")
    assert [champ.champ for champ in envoi.champs] == ["cerfa", "cerfa.apprenti.sexe"]


@pytest.mark.parametrize(
    "panne",
    [
        opco_modele.JETON_401,
        refus(403, "CLE_EXPIREE"),
        brut(404),
        brut(405),
        brut(407),
    ],
)
def test_a_trouble_of_access_stops_the_drain_and_marks_nothing_refused(
    boite: Boite, opco: OpcoModele, panne: opco_modele.Effet
) -> None:
    put_in(boite, 0)
    put_in(boite, 1)
    opco.avant = [panne, panne]
    bilan = drain(boite, opco, attendre=True)
    assert bilan.arret is Arret.ACCES
    assert "rien n'est marqué refusé" in (bilan.phrase or "")
    assert states(boite) == ["EN_ATTENTE"] * 4
    opco.avant = []
    assert drain(boite, opco, attendre=True).etats[EtatEnvoi.ACCEPTE] == 4


def test_one_envoi_whose_access_is_refused_does_not_hold_the_others_for_ever(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, 0)
    put_in(boite, 1)
    opco.avant = [refus(403, "INCONNU")]
    drain(boite, opco)
    opco.avant = [None, None, refus(403, "INCONNU")]
    assert drain(boite, opco).etats[EtatEnvoi.ACCEPTE] == 2
    assert states(boite)[2:] == ["ACCEPTE", "ACCEPTE"]


def test_a_siret_that_is_not_the_keys_is_a_refusal_of_that_dossier_only(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, 0)
    put_in(boite, 1)
    opco.avant = [refus(403, "SIRET_HORS_SIREN")]
    drain(boite, opco)
    assert states(boite) == ["REFUSE", "EN_ATTENTE", "ACCEPTE", "ACCEPTE"]


def test_too_many_calls_wait_as_long_as_the_opco_asks(boite: Boite, opco: OpcoModele, horloge: Horloge) -> None:
    put_in(boite)
    opco.avant = [opco_modele.QUOTA_429]
    bilan = drain(boite, opco)
    assert (bilan.arret, states(boite)[0]) == (Arret.ATTENTE, "EN_ATTENTE")
    assert drain(boite, opco).arret is Arret.ATTENTE  # the next one does not hammer either
    assert opco.recus == []
    horloge.pass_(21)
    assert drain(boite, opco).etats[EtatEnvoi.ACCEPTE] == 2


def test_an_opco_that_cannot_be_reached_is_tried_a_few_times_then_left(boite: Boite, opco: OpcoModele) -> None:
    for rang in range(20):
        put_in(boite, rang)
    opco.avant = [opco_modele.INJOIGNABLE] * 100
    bilan = drain(boite, opco)
    assert (bilan.arret, len(opco.avant)) == (Arret.RESEAU, 97)
    assert set(states(boite)) == {"EN_ATTENTE"}


def test_waiting_for_an_opco_that_is_away_slows_down_and_ends_well(
    boite: Boite, opco: OpcoModele, horloge: Horloge
) -> None:
    put_in(boite)
    opco.avant = [opco_modele.INJOIGNABLE] * 30
    assert drain(boite, opco, attendre=True).etats[EtatEnvoi.ACCEPTE] == 2
    assert max(horloge.dormi) <= 300
    assert horloge.dormi[0] <= 1
    assert sum(horloge.dormi) > 3600


def test_a_time_limit_is_kept(boite: Boite, opco: OpcoModele, horloge: Horloge) -> None:
    put_in(boite)
    opco.avant = [opco_modele.INJOIGNABLE] * 1000
    bilan = drain(boite, opco, attendre=True, jusqu_a=horloge.mur + timedelta(hours=2))
    assert bilan.arret is Arret.DUREE
    assert horloge.mur <= DEPART + timedelta(hours=2, seconds=1)


def test_progress_is_told_for_each_envoi_that_moved(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)
    vus: list[tuple[int, EtatEnvoi]] = []
    drain(boite, opco, on_progress=lambda envoi: vus.append((envoi.id, envoi.etat)))
    assert vus == [(1, EtatEnvoi.ACCEPTE), (2, EtatEnvoi.ACCEPTE)]


# Lost answers


@pytest.mark.parametrize("reconnait", [True, False])
def test_a_dossier_whose_answer_is_lost_is_found_and_not_sent_again(boite: Boite, reconnait: bool) -> None:
    opco = OpcoModele(reconnait=reconnait)
    put_in(boite)
    opco.apres = [opco_modele.perdue]
    bilan = drain(boite, opco)
    assert (bilan.perdus, bilan.retrouves, bilan.acceptes) == (1, 1, 2)
    assert [chemin for chemin, _ in opco.recus] == ["/v2/dossiers", "/v1/conventions"]
    assert "retrouvé par relecture, CA-0000001" in str(boite.list_journal(1)[-1].detail)


def test_a_dossier_that_is_not_there_is_read_back_several_times_before_it_goes_again(
    boite: Boite, horloge: Horloge
) -> None:
    opco = OpcoModele(reconnait=False)
    put_in(boite)
    opco.avant = [opco_modele.ERREUR_500]
    drain(boite, opco, attendre=True)
    assert opco.lus["/v2/dossiers/etats"] == 3
    assert sum(horloge.dormi) >= 665
    assert len(opco.depots) == 1
    assert states(boite) == ["ACCEPTE", "ACCEPTE"]


def test_a_deposit_that_arrives_late_is_not_doubled(boite: Boite) -> None:
    opco = OpcoModele(reconnait=False)
    put_in(boite)
    opco.avant = [opco.late(2)]
    drain(boite, opco, attendre=True)
    assert (len(opco.depots), opco.recus[0][0]) == (1, "/v1/conventions")


def test_a_failed_reading_back_proves_nothing(boite: Boite, horloge: Horloge) -> None:
    opco = OpcoModele(reconnait=False)
    put_in(boite)
    opco.avant = [opco.late(12)]
    opco.lectures = [brut(502)] * 18  # two tries per reading
    drain(boite, opco, attendre=True)
    assert len(opco.depots) == 1


def test_a_server_that_recognises_gets_the_same_bytes_under_the_same_key(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)
    opco.apres = [None, opco_modele.perdue]
    opco.avant = [None, None, opco_modele.ERREUR_500]
    assert drain(boite, opco, attendre=True).etats[EtatEnvoi.ACCEPTE] == 2
    assert len(opco.pieces) == 1
    assert opco.cles[boite.find(2).cle_idempotence] == 2


def test_a_convention_that_nobody_can_read_back_waits_for_a_person(boite: Boite) -> None:
    opco = OpcoModele(reconnait=False)
    put_in(boite, documents=1)
    opco.apres = [None, opco_modele.perdue]
    bilan = drain(boite, opco, attendre=True)
    assert (bilan.attendent_personne, bilan.bloques) == (1, 1)
    assert "envois relancer 2 --apres-verification" in (boite.find(2).message or "")
    with pytest.raises(VerificationRequise):
        boite.relancer(2)
    boite.rattacher(2, numero_interne="1")
    assert drain(boite, opco).etats[EtatEnvoi.ACCEPTE] == 3
    assert len(opco.pieces) == 2


def test_a_convention_seen_missing_is_sent_again(boite: Boite) -> None:
    opco = OpcoModele(reconnait=False)
    put_in(boite)
    opco.avant = [None, opco_modele.ERREUR_500]
    drain(boite, opco, attendre=True)
    boite.relancer(2, apres_verification=True)
    assert drain(boite, opco).etats[EtatEnvoi.ACCEPTE] == 2
    assert len(opco.pieces) == 1


def test_a_dossier_read_back_with_other_data_is_refused_with_what_differs(boite: Boite, tmp_path: Path) -> None:
    opco = OpcoModele(reconnait=False)
    with open_box(tmp_path / "autre") as autre:
        put_in(autre, corps=a_corps(salaireEmbauche=900))
        drain(autre, opco)
    put_in(boite)
    opco.avant = [opco_modele.ERREUR_500]
    drain(boite, opco, attendre=True)
    envoi = boite.find(1)
    assert (envoi.etat, envoi.code) == (EtatEnvoi.REFUSE, "DEPOT_DEJA_RECU")
    assert [champ.champ for champ in envoi.champs] == ["cerfa.contrat.salaireEmbauche"]
    boite.rattacher(1, numero_interne="1", numero_externe="CA-0000001")
    assert drain(boite, opco).etats[EtatEnvoi.ACCEPTE] == 2


def test_what_the_opco_does_not_give_back_contradicts_nothing(boite: Boite) -> None:
    opco = OpcoModele(reconnait=False)
    put_in(boite)
    opco.apres = [opco_modele.perdue]
    drain_une_fois = opco.client
    with drain_une_fois() as client:
        opco.lectures = [brut(503), brut(503)]  # the first reading back fails: time to look inside
        boite.drain(client)
    del opco.depots[0].cerfa["apprenti"]["nir"]
    assert drain(boite, opco, attendre=True).etats[EtatEnvoi.ACCEPTE] == 2
    assert len(opco.depots) == 1


def test_dossiers_sent_by_other_means_are_read_once(boite: Boite, tmp_path: Path, horloge: Horloge) -> None:
    opco = OpcoModele(reconnait=False)
    with open_box(tmp_path / "autre") as autre:
        for rang in range(1, 30):
            put_in(autre, rang)
        drain(autre, opco)
    put_in(boite, 0)
    put_in(boite, 40)
    opco.lus.clear()
    opco.avant = [opco_modele.ERREUR_500, opco_modele.ERREUR_500]
    assert drain(boite, opco, attendre=True).etats[EtatEnvoi.ACCEPTE] == 4
    assert opco.lus["/v2/dossiers"] == 29


def test_a_number_that_is_already_anothers_is_an_alarm(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, 0)
    drain(boite, opco)
    put_in(boite, 0, nouveau=True)  # though the OPCO has neither refused nor cancelled it
    bilan = drain(boite, opco)
    envoi = boite.find(3)
    assert (envoi.etat, envoi.code, bilan.attendent_personne) == (EtatEnvoi.INCERTAIN, "NUMERO_DEJA_CONNU", 1)
    assert "ALERTE" in (envoi.message or "")
    with pytest.raises(NumeroDejaConnu):
        boite.rattacher(3, numero_interne="1")


def test_documents_numbered_by_dossier_are_no_alarm(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, 0, documents=1)
    put_in(boite, 1, documents=1)
    meme = httpx.Response(200, json={"numeroInterneDossier": "1", "numeroInterneDocument": "1"})
    opco.apres = [None, lambda _: meme, lambda _: meme] * 2
    assert drain(boite, opco).etats[EtatEnvoi.ACCEPTE] == 6
    boite.enqueue_document(InfosFichier(type_fichier="MANDAT"), a_pdf("m.pdf"), suite=next(boite.dossiers()).suite)
    opco.apres = [lambda _: meme]  # for the same dossier, it is one
    assert drain(boite, opco).attendent_personne == 1


def test_an_interrupted_send_is_uncertain_and_read_back(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)

    def interrompre(_request: object) -> Any:
        raise KeyboardInterrupt

    opco.apres = [interrompre]
    with pytest.raises(KeyboardInterrupt):
        drain(boite, opco)
    assert states(boite)[0] == "INCERTAIN"
    assert drain(boite, opco).retrouves == 1


# Invoices, certificats


def test_an_invoice_waits_for_all_that_comes_before_it_in_each_of_its_dossiers(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, 0)
    put_in(boite, 1, documents=1)
    suites = [dossier.suite for dossier in boite.dossiers()]
    (facture,) = boite.enqueue_facture(a_facture(), a_pdf("f.pdf"), suites=suites).envois
    (avoir,) = boite.enqueue_avoir(
        Avoir(
            numero="A-1", siret_emetteur="35600000000048", montant_total=Decimal("-10"), numero_facture_origine="F-1"
        ),
        a_pdf("a.pdf"),
        suites=suites[:1],
    ).envois
    assert (facture.bloque_par, avoir.bloque_par) == (1, 1)
    opco.avant = [None, None, None, opco_modele.REFUS_METIER]
    drain(boite, opco)
    assert boite.find(facture.id).bloque_par == 4
    boite.relancer(4)
    drain(boite, opco)
    assert [chemin for chemin, _ in opco.recus][-2:] == ["/v1/factures", "/v2/avoirs"]
    assert boite.find(facture.id).numero_interne is not None


def test_an_abandoned_document_no_longer_holds_the_invoice(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, documents=1)
    boite.enqueue_facture(a_facture(), a_pdf("f.pdf"), suites=[next(boite.dossiers()).suite])
    opco.avant = [None, None, opco_modele.REFUS_METIER]
    assert drain(boite, opco).bloques == 1
    boite.abandonner(3)
    assert drain(boite, opco).etats[EtatEnvoi.ACCEPTE] == 3


def test_an_invoice_is_known_by_its_issuer_and_its_number(boite: Boite) -> None:
    assert not boite.enqueue_facture(a_facture(), a_pdf(), suites=[]).deja
    assert boite.enqueue_facture(a_facture(), a_pdf(), suites=[]).meme_contenu
    autre = boite.enqueue_facture(a_facture(montant="1.00"), a_pdf(), suites=[])
    assert (autre.deja, autre.meme_contenu) == (True, False)
    assert not boite.enqueue_facture(a_facture("F-2"), a_pdf(), suites=[]).deja
    with pytest.raises(SansIdentite):
        boite.enqueue_facture(a_facture(""), a_pdf(), suites=[])


@pytest.mark.parametrize("reconnait", [True, False])
def test_an_invoice_whose_answer_is_lost_is_found_by_its_number(boite: Boite, reconnait: bool) -> None:
    opco = OpcoModele(reconnait=reconnait)
    boite.enqueue_facture(a_facture(), a_pdf(), suites=[])
    opco.apres = [opco_modele.perdue]
    assert drain(boite, opco).retrouves == 1
    assert (boite.find(1).numero_interne, len(opco.factures)) == ("1", 1)


def test_an_invoice_found_with_another_amount_is_refused(boite: Boite) -> None:
    opco = OpcoModele(reconnait=False, factures=[a_facture(montant="1.00")])
    boite.enqueue_facture(a_facture(), a_pdf(), suites=[])
    opco.avant = [opco_modele.ERREUR_500]
    drain(boite, opco, attendre=True)
    assert states(boite) == ["REFUSE"]
    assert "d'un autre montant" in (boite.find(1).message or "")


def test_an_opco_without_states_of_invoices_gets_it_again_when_it_recognises(boite: Boite, opco: OpcoModele) -> None:
    opco.avec_etats_factures = False
    boite.enqueue_facture(a_facture(), a_pdf(), suites=[])
    opco.apres = [opco_modele.perdue]
    assert drain(boite, opco, attendre=True).acceptes == 1
    assert len(opco.factures) == 1


def test_a_route_that_the_opco_lacks_is_a_refusal_that_says_so(
    boite: Boite, opco: OpcoModele, monkeypatch: pytest.MonkeyPatch
) -> None:
    class RouteManquante(ErreurCfa):
        code = "ROUTE_ABSENTE"

    def refuser(*_: object, **__: object) -> None:
        raise RouteManquante("Cet OPCO ne reçoit pas les certificats : envoyez-le par courriel.")

    monkeypatch.setattr(ClientCfa, "deposit_certificat", refuser)
    boite.enqueue_certificat(Certificat(numero_interne_dossier="77"), a_pdf("c.pdf"))
    put_in(boite)
    bilan = drain(boite, opco)
    assert (boite.find(1).etat, boite.find(1).code, bilan.acceptes) == (EtatEnvoi.REFUSE, "ROUTE_ABSENTE", 2)
    assert "par courriel" in (boite.find(1).message or "")


def test_an_opco_without_states_of_invoices_leaves_it_to_a_person(boite: Boite) -> None:
    opco = OpcoModele(reconnait=False, avec_etats_factures=False)
    boite.enqueue_facture(a_facture(), a_pdf(), suites=[])
    opco.apres = [opco_modele.perdue]
    assert drain(boite, opco, attendre=True).attendent_personne == 1


def test_a_certificat_of_a_dossier_sent_by_other_means_goes_at_once(boite: Boite, opco: OpcoModele) -> None:
    boite.enqueue_certificat(Certificat(numero_interne_dossier="77"), a_pdf("c.pdf"))
    assert drain(boite, opco).acceptes == 1
    assert b'"numeroInterneDossier":"77"' in opco.pieces[0][1]
    with pytest.raises(SansIdentite):
        boite.enqueue_certificat(Certificat(), a_pdf("c.pdf"))


def test_a_certificat_goes_before_the_invoice_of_the_same_dossier(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)
    drain(boite, opco)
    suite = boite.find_suite("1")
    assert suite == next(boite.dossiers()).suite
    boite.enqueue_facture(a_facture(), a_pdf("f.pdf"), suites=[suite])
    boite.enqueue_certificat(Certificat(numero_interne_dossier="1"), a_pdf("c.pdf"))
    drain(boite, opco)
    assert [chemin for chemin, _ in opco.recus][-2:] == ["/v2/certificats", "/v1/factures"]


# Deciding


def test_giving_a_dossier_up_gives_up_what_only_it_could_let_go(boite: Boite) -> None:
    put_in(boite, 0, documents=1)
    put_in(boite, 1)
    suites = [dossier.suite for dossier in boite.dossiers()]
    boite.enqueue_facture(a_facture(), a_pdf("f.pdf"), suites=suites)
    assert [envoi.id for envoi in boite.abandonner(1)] == [1, 2, 3]
    assert states(boite) == ["ABANDONNE"] * 3 + ["EN_ATTENTE"] * 3
    assert boite.find(6).bloque_par == 1


def test_what_is_accepted_is_neither_relaunched_nor_given_up(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)
    drain(boite, opco)
    for acte in (boite.relancer, boite.abandonner):
        with pytest.raises(TransitionInterdite, match="accepté"):
            acte(1)
    with pytest.raises(EnvoiInconnu):
        boite.relancer(99)


def test_a_relaunched_refusal_goes_again_as_it_was(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite)
    opco.avant = [opco_modele.REFUS_METIER]
    drain(boite, opco)
    boite.relancer(1)
    drain(boite, opco)
    assert (states(boite), boite.find(1).essais, boite.find(1).code) == (["ACCEPTE", "ACCEPTE"], 2, None)


def test_purging_forgets_contents_and_keeps_the_proof(
    boite: Boite, opco: OpcoModele, horloge: Horloge, tmp_path: Path
) -> None:
    put_in(boite, 0)
    put_in(boite, 1)
    opco.avant = [opco_modele.REFUS_METIER]
    drain(boite, opco)
    assert boite.purger(date(2026, 9, 5)) == 0  # that very day is not before it
    assert boite.purger(date(2026, 9, 6)) == 2
    garde = boite.find(3)
    assert garde.purge_le is not None
    assert (garde.numero_externe, len(garde.sha256_corps)) == ("CA-0000001", 64)
    assert len(boite.list_journal(3)) == 3
    assert len(list((tmp_path / "boite" / "fichiers").iterdir())) == 1
    octets = b"".join(chemin.read_bytes() for chemin in (tmp_path / "boite").glob("boite.db*"))
    assert octets.count(NIR.encode()) == 1  # the refused one only
    assert (octets.count(b'EXEMPLE A"'), octets.count(b'EXEMPLE B"')) == (2, 0)
    assert boite.check() == []
    boite.relancer(1)
    assert drain(boite, opco).etats[EtatEnvoi.ACCEPTE] == 4
    assert put_in(boite, 1).meme_contenu is None


def test_lists_are_filtered_and_paged(boite: Boite, opco: OpcoModele) -> None:
    for rang in range(120):
        put_in(boite, rang, promotion="BTS" if rang % 2 else "CAP")
    drain(boite, opco, jusqu_a=DEPART - timedelta(seconds=1))
    assert len(list(boite.list_envois())) == 240
    assert len(list(boite.list_envois(natures=[NatureEnvoi.DOSSIER], promotion="BTS"))) == 60
    assert list(boite.list_envois(etats=[EtatEnvoi.ACCEPTE])) == []
    assert [d.libelle for d in itertools.islice(boite.dossiers(), 2)] == ["EXEMPLE A Camille", "EXEMPLE B Camille"]


def test_nothing_of_a_person_is_in_the_repr(boite: Boite) -> None:
    mise = put_in(boite)
    assert "EXEMPLE" not in repr(mise) + repr(next(boite.dossiers())) + repr(boite)


def test_the_depot_of_the_builders_is_what_is_put_in() -> None:
    assert a_corps(3) == envois.to_json(envois.a_depot(3))


# For one OPCO, and for one CFA


def test_what_was_prepared_for_one_server_never_goes_to_another(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, 0)
    with opco.client() as client:
        boite.drain(client)
    put_in(boite, 1)
    with opco.client(api="https://autre.exemple.invalid/") as ailleurs, pytest.raises(AutreDestinataire) as refuse:
        boite.drain(ailleurs)

    assert "https://autre.exemple.invalid" in str(refuse.value)
    assert "--adresse-changee" in str(refuse.value)
    assert len(opco.depots) == 1
    assert boite.count_etats()[EtatEnvoi.EN_ATTENTE] == 2


def test_what_was_prepared_for_one_cfa_never_goes_under_the_key_of_another(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, 0)
    boite.bind(API, "356000000")
    with opco.client(siren="923456786") as client, pytest.raises(AutreDestinataire, match="356000000"):
        boite.drain(client)
    with pytest.raises(AutreDestinataire, match="923456786"):  # the same address does not make it the same CFA
        boite.bind(API, "923456786", adresse_changee=True)

    assert opco.depots == []


def test_an_opco_that_moved_is_said_by_a_person_once(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, 0)
    boite.bind("https://ancienne.exemple.invalid", None)
    boite.bind(API, "356000000", adresse_changee=True)
    drain(boite, opco)

    assert boite.count_etats()[EtatEnvoi.ACCEPTE] == 2
    with pytest.raises(AutreDestinataire):
        boite.bind("https://ancienne.exemple.invalid", None)


def test_an_address_is_the_same_with_or_without_its_final_slash(boite: Boite) -> None:
    boite.bind(f"{API}/", None)
    boite.bind(API, None)
