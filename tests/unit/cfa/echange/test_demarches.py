"""What takes several calls: deposits and invoices read back cheaply, a state that is waited for."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import stamina

from traitdunion.cfa import AttenteVaine, ClientCfa, Fichier, NotFound, ReponsePerdue, RouteAbsente
from traitdunion.cfa.essai import Coupure, OpcoEssai, RefusEssai
from traitdunion.norme import lecture
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.facture import Facture
from traitdunion.norme.openapi.exemples import DEPOT

PDF = Fichier("f.pdf", b"%PDF-1.7")


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def depot_of(rang: int, **apprenti: Any) -> DepotDossier:
    """The contract of the rank-th invented apprentice."""
    cerfa = DEPOT["cerfa"]
    corps = {"cerfa": {**cerfa, "apprenti": {**cerfa["apprenti"], "nom": f"EXEMPLE {rang}", **apprenti}}}
    return lecture.read(DepotDossier, msgspec.json.encode(corps)).message


def client_of(opco: OpcoEssai, **autres: Any) -> ClientCfa:
    return ClientCfa(opco.profil(renvoi_reconnu=False), transport=opco.transport, **autres)


# Deposits read back


@pytest.mark.parametrize("code", ["afdas", "akto", "traitdunion"])
def test_lost_deposits_are_found_in_one_reading_and_those_that_never_arrived_are_not(code: str) -> None:
    opco = OpcoEssai(code)
    depots = {f"envoi-{rang}": depot_of(rang) for rang in range(6)}
    with client_of(opco) as client:
        for nom, depot in depots.items():
            opco.pannes = [Coupure(apres=nom != "envoi-3")]
            with pytest.raises(ReponsePerdue):
                client.deposit(depot)
        avant = len(opco.demandes)
        trouves = client.find_same_dossiers(depots)
    assert {nom: meme.etat.numero_interne for nom, meme in trouves.items()} == {
        "envoi-0": "1",
        "envoi-1": "2",
        "envoi-2": "3",
        "envoi-4": "4",
        "envoi-5": "5",
    }
    assert all(meme.meme_contenu for meme in trouves.values())
    assert len(opco.demandes) - avant == 2  # the states, then the five dossiers at once


def test_on_a_large_account_the_latest_dossiers_are_read_and_no_more() -> None:
    opco = OpcoEssai(taille_page=100)
    for rang in range(1_050):
        opco.registre.record_dossier(
            msgspec.json.encode(DEPOT | {"cerfa": DEPOT["cerfa"] | {"numeroDossierCfa": rang}})
        )
        opco.registre.dossiers[-1].identite = None
    perdu = depot_of(1)
    with client_of(opco) as client:
        opco.pannes = [Coupure()]
        with pytest.raises(ReponsePerdue):
            client.deposit(perdu)
        avant = len(opco.demandes)
        trouve = client.find_same_dossier(perdu)
    assert trouve is not None
    assert trouve.etat.numero_interne == "1051"
    lues = [str(vue.url.copy_with(query=None)).rpartition("/")[2] for vue in opco.demandes[avant:]]
    assert lues == ["etats", "etats", "liste"]  # first page for the count, last page, its dossiers


def test_where_pages_are_not_known_to_be_sorted_all_are_read() -> None:
    opco = OpcoEssai("akto", taille_page=2)
    with client_of(opco) as client:
        for rang in range(5):
            client.deposit(depot_of(rang))
        opco.registre.dossiers.reverse()
        trouve = client.find_same_dossier(depot_of(4))
    assert trouve is not None
    assert trouve.etat.numero_interne == "5"
    assert len(opco.calls("GET", "/v2/dossiers/etats")) == 3


def test_the_latest_of_two_dossiers_for_one_contract_is_the_one() -> None:
    opco = OpcoEssai("akto")
    with client_of(opco) as client:
        client.deposit(depot_of(1))
        client.deposit(depot_of(1))
        trouve = client.find_same_dossier(depot_of(1))
    assert trouve is not None
    assert trouve.etat.numero_interne == "2"


def test_numbers_already_known_are_not_read() -> None:
    opco = OpcoEssai()
    with client_of(opco) as client:
        for rang in range(4):
            client.deposit(depot_of(rang))
        assert client.find_same_dossier(depot_of(2), connus={"3"}) is None
        assert client.find_same_dossier(depot_of(2), connus=["1", "4"]) is not None
    listes = opco.calls("GET", "/v2/dossiers/liste")
    assert [vue.url.params["numerosInternes"] for vue in listes] == ["4,2,1", "3,2"]


@pytest.mark.parametrize(("relus_max", "trouve"), [(2, False), (3, True)])
def test_reading_back_is_bounded(relus_max: int, trouve: bool) -> None:
    opco = OpcoEssai()
    with client_of(opco) as client:
        for rang in range(4):
            client.deposit(depot_of(rang))
        assert (client.find_same_dossier(depot_of(1), relus_max=relus_max) is not None) is trouve


@pytest.mark.parametrize("etat", ["REFUSE", "ANNULE", "Annulé"])
def test_a_dossier_refused_or_cancelled_is_not_the_same_any_more(etat: str) -> None:
    opco = OpcoEssai()
    with client_of(opco) as client:
        opco.decide(client.deposit(depot_of(1)).numero_interne, etat)
        assert client.find_same_dossier(depot_of(1)) is None


def test_a_list_that_says_no_number_is_read_one_by_one() -> None:
    opco = OpcoEssai("akto")
    with client_of(opco) as client:
        client.deposit(depot_of(1))
        etat_dit = opco.registre.tell_dossier
        opco.registre.tell_dossier = lambda dossier: {  # type: ignore[method-assign] - an OPCO that says less
            "cerfa": {nom: dit for nom, dit in etat_dit(dossier)["cerfa"].items() if nom != "numeroInterne"}
        }
        trouve = client.find_same_dossier(depot_of(1))
    assert trouve is not None
    assert opco.calls("GET", "/v2/dossiers")


def test_what_an_opco_adds_is_no_difference_and_what_it_changes_is_one() -> None:
    opco = OpcoEssai("akto")
    with client_of(opco) as client:
        client.deposit(depot_of(1))
        opco.registre.dossiers[0].cerfa["employeur"]["libelleIdcc"] = "Ajouté par l'OPCO"
        ajoute = client.find_same_dossier(depot_of(1))
        change = client.find_same_dossier(depot_of(1, telephone="0199999999"))
    assert ajoute is not None
    assert ajoute.meme_contenu
    assert change is not None
    assert not change.meme_contenu


def test_a_funding_that_cannot_be_read_does_not_hide_a_dossier() -> None:
    opco = OpcoEssai("akto")
    with client_of(opco) as client:
        client.deposit(depot_of(1))
        dit = opco.registre.tell_dossier
        opco.registre.tell_dossier = lambda dossier: dit(dossier) | {"echeances": [{"numero": 1}]}  # type: ignore[method-assign] - odd
        assert client.find_same_dossier(depot_of(1)) is not None


def test_a_form_without_employer_has_no_identity_and_is_not_looked_for() -> None:
    opco = OpcoEssai()
    with client_of(opco) as client:
        assert (
            client.find_same_dossiers({1: DepotDossier(), 2: lecture.read(DepotDossier, b'{"cerfa":{}}').message}) == {}
        )
    assert opco.demandes == []


# Invoices read back


def test_an_invoice_is_found_by_its_number_and_its_emitter() -> None:
    opco = OpcoEssai("akto", taille_page=2)
    factures = [
        Facture(numero=f"F-{rang}", montant_total=Decimal(rang), siret_emetteur="32345678000010", iban_emetteur="FR76")
        for rang in range(1, 6)
    ]
    with client_of(opco) as client:
        for facture in factures:
            client.deposit_facture(facture, PDF)
        trouvees = client.find_same_factures(["F-2", " F-5", "F-9"])
        assert client.find_same_facture("F-1", siret_emetteur="32345678000028") is None
        une = client.find_same_facture("F-1", siret_emetteur="32345678000010")
    assert {numero: une.numero_interne_facture for numero, une in trouvees.items()} == {"F-2": "2", " F-5": "5"}
    assert une is not None
    assert une.montant_facture == 1


def test_where_invoices_cannot_be_read_nothing_is_made_up() -> None:
    opco = OpcoEssai("opco-ep")
    with client_of(opco) as client, pytest.raises(RouteAbsente, match="relevés de banque"):
        client.find_same_facture("F-1")


# Waiting


class Horloge:
    """A clock that only sleeping moves; `a_l_heure` runs what happens meanwhile."""

    def __init__(self, **a_l_heure: Any) -> None:
        self.heure = 0.0
        self.pauses: list[float] = []
        self.a_l_heure = {float(heure.removeprefix("a_")): fait for heure, fait in a_l_heure.items()}

    def __call__(self) -> float:
        return self.heure

    def sleep(self, secondes: float) -> None:
        self.pauses.append(secondes)
        self.heure += secondes
        for heure in [heure for heure in self.a_l_heure if heure <= self.heure]:
            self.a_l_heure.pop(heure)()


def test_a_state_is_waited_for_and_the_dossier_given() -> None:
    opco = OpcoEssai()
    horloge = Horloge(a_60=lambda: opco.decide("1", "EN_COURS_INSTRUCTION"), a_90=lambda: opco.engage("1", Decimal(10)))
    with client_of(opco, monotonic=horloge, sleep=horloge.sleep) as client:
        numero = client.deposit(depot_of(1)).numero_interne
        dossier = client.wait_for(numero, until={"ENGAGE", "REFUSE"}, timeout=3600, poll=30)
    assert (dossier.etat, dossier.engagement) == ("ENGAGE", 10)
    assert horloge.pauses == [30, 30, 30]


def test_waiting_ends_at_the_hour_said() -> None:
    opco = OpcoEssai()
    horloge = Horloge()
    with client_of(opco, monotonic=horloge, sleep=horloge.sleep) as client:
        numero = client.deposit(depot_of(1)).numero_interne
        with pytest.raises(AttenteVaine, match="TRANSMIS") as erreur:
            client.wait_for(numero, until={"ENGAGE"}, timeout=70, poll=30)
    assert erreur.value.etat == "TRANSMIS"
    assert horloge.pauses == [30, 30, 10]


def test_waiting_stops_at_once_when_the_dossier_is_closed() -> None:
    opco = OpcoEssai()
    horloge = Horloge(a_30=lambda: opco.decide("1", "REFUSE"))
    with client_of(opco, monotonic=horloge, sleep=horloge.sleep) as client:
        numero = client.deposit(depot_of(1)).numero_interne
        with pytest.raises(AttenteVaine, match="clos"):
            client.wait_for(numero, until={"ENGAGE"})
    assert len(horloge.pauses) == 1


def test_a_read_that_fails_does_not_end_the_wait_and_an_unknown_dossier_does() -> None:
    opco = OpcoEssai()
    horloge = Horloge(a_60=lambda: opco.decide("1", "ENGAGE"))
    with client_of(opco, monotonic=horloge, sleep=horloge.sleep) as client:
        numero = client.deposit(depot_of(1)).numero_interne
        opco.pannes = [RefusEssai("Panne.", statut=503)] * 2
        assert client.wait_for(numero, until=["ENGAGE"]).etat == "ENGAGE"
        with pytest.raises(NotFound):
            client.wait_for("999", until=["ENGAGE"])


def test_a_dossier_that_does_not_say_its_state_is_looked_up_in_the_list() -> None:
    opco = OpcoEssai("akto")
    horloge = Horloge()
    with client_of(opco, monotonic=horloge, sleep=horloge.sleep) as client:
        numero = client.deposit(depot_of(1)).numero_interne
        opco.decide(numero, "RUPTU")
        dit = opco.registre.tell_dossier
        opco.registre.tell_dossier = lambda dossier: {  # type: ignore[method-assign] - an OPCO that says less
            "cerfa": {nom: valeur for nom, valeur in dit(dossier)["cerfa"].items() if nom != "etat"}
        }
        dossier = client.wait_for(numero, until={"RUPTURE"})
    assert (dossier.etat, dossier.etat_brut) == ("RUPTURE", "RUPTU")
