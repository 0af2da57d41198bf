"""Which invoices can be sent: never more than is left, nothing too early, nothing twice."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from builders.suivi.opco import DEBUT, FIN, PARTS, SIRET_CFA
from builders.suivi.vues import DEMAIN, LU_LE, a_dossier, a_facture, a_ligne, a_vue, an_echeance
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.cfa.facturation.preparation import (
    DemandeFrais,
    FacturePreparee,
    Motif,
    Preparation,
    Reglages,
    prepare_factures,
)
from traitdunion.cfa.suivi.modele import DossierSuivi, FraisSuivi, PeriodeFrais, Vue
from traitdunion.cfa.suivi.restes import LigneEmise
from traitdunion.norme.facturation.montants import to_euros
from traitdunion.norme.facturation.natures import Nature

LE = date(2026, 10, 1)
SANS = Reglages()


def lines_of(preparation: Preparation) -> list[tuple[str, str, str, int]]:
    """What is asked, line by line."""
    return [
        (ligne.dossier.numero_externe, ligne.echeance.numero, ligne.nature.value, ligne.montant)
        for facture in preparation.factures
        for ligne in facture.lignes
    ]


def emises_of(preparation: Preparation, *, accepte_le: datetime | None = None) -> list[LigneEmise]:
    """The lines of these invoices once they have a number and are in the outbox."""
    return [
        LigneEmise(
            numero=f"F-{rang}",
            dossier=ligne.dossier.numero_externe,
            echeance=ligne.echeance.numero,
            nature=ligne.nature.value,
            montant=ligne.montant,
            accepte_le=accepte_le,
        )
        for rang, facture in enumerate(preparation.factures)
        for ligne in facture.lignes
    ]


def test_the_whole_of_an_open_echeance_is_asked() -> None:
    preparation = prepare_factures(a_vue(a_dossier()), SANS, le=LE)

    assert lines_of(preparation) == [("CA-0000001", "1", "PEDAGOGIE", 320_000)]
    assert preparation.factures[0].siret == SIRET_CFA
    assert not preparation.factures[0].est_certificat


@pytest.mark.parametrize(("numero", "ouverture"), [(part[0], part[2]) for part in PARTS])
def test_an_echeance_is_asked_from_its_opening_day_and_not_the_day_before(numero: str, ouverture: date) -> None:
    vue = a_vue(a_dossier())
    veille = {ligne[1] for ligne in lines_of(prepare_factures(vue, SANS, le=ouverture - timedelta(days=1)))}
    jour = {ligne[1] for ligne in lines_of(prepare_factures(vue, SANS, le=ouverture))}

    assert numero not in veille
    assert numero in jour


def test_the_rqth_part_has_a_line_of_its_own() -> None:
    vue = a_vue(a_dossier(1, an_echeance("1", total=360_000, rqth=40_000)))

    assert lines_of(prepare_factures(vue, SANS, le=LE)) == [
        ("CA-0000001", "1", "PEDAGOGIE", 320_000),
        ("CA-0000001", "1", "MAJORATION_RQTH", 40_000),
    ]


def test_a_participation_that_eats_into_the_rqth_part_is_never_asked() -> None:
    vue = a_vue(a_dossier(1, an_echeance("1", total=30_000, pedagogie=65_000, rqth=40_000, participation=75_000)))

    assert lines_of(prepare_factures(vue, SANS, le=LE)) == [("CA-0000001", "1", "MAJORATION_RQTH", 30_000)]


@pytest.mark.parametrize("etat", ["TRANSMIS", "EN_COURS_INSTRUCTION", "REFUSE", "ANNULE", "SOLDE", "INCONNU"])
def test_a_dossier_that_is_not_engaged_is_not_invoiced(etat: str) -> None:
    assert prepare_factures(a_vue(a_dossier(etat=etat)), SANS, le=FIN).factures == ()


def test_a_broken_contract_is_invoiced_up_to_what_remains_of_its_engagement() -> None:
    premiere = an_echeance("1", regle=320_000)
    vue = a_vue(a_dossier(1, premiere, an_echeance("2"), etat="RUPTURE", engagement=394_521))

    assert lines_of(prepare_factures(vue, SANS, le=FIN)) == [("CA-0000001", "2", "PEDAGOGIE", 74_521)]


def test_nothing_is_asked_of_a_dossier_that_was_overpaid() -> None:
    vue = a_vue(a_dossier(1, an_echeance("1", regle=320_000), an_echeance("2"), etat="RUPTURE", engagement=98_630))

    assert prepare_factures(vue, SANS, le=FIN).factures == ()


def test_what_an_invoice_transmitted_asks_is_not_asked_again() -> None:
    vue = a_vue(a_dossier(1, an_echeance("1", en_cours=320_000)), factures=(a_facture("F-1", a_ligne(320_000)),))

    assert prepare_factures(vue, SANS, le=LE).factures == ()


def test_an_opco_that_counts_nothing_as_being_looked_at_does_not_make_it_asked_twice() -> None:
    vue = a_vue(a_dossier(), factures=(a_facture("F-1", a_ligne(320_000)),))

    assert prepare_factures(vue, SANS, le=LE).factures == ()


def test_what_was_rejected_is_asked_again() -> None:
    rejetee = a_facture("F-1", a_ligne(320_000, etat="REJETEE"), etat="REJETE")

    assert lines_of(prepare_factures(a_vue(a_dossier(), factures=(rejetee,)), SANS, le=LE)) == [
        ("CA-0000001", "1", "PEDAGOGIE", 320_000)
    ]


def test_an_avoir_gives_back_what_it_credits() -> None:
    facture = a_facture("F-1", a_ligne(320_000, etat="ANNULEE"), etat="ANNULE")
    avoir = a_facture("A-1", a_ligne(-320_000, etat="IMPUTEE"), etat="REGLE", genre="AVOIR", origine="F-1")
    vue = a_vue(a_dossier(), factures=(facture, avoir))

    assert prepare_factures(vue, SANS, le=LE).total == 320_000


def test_half_of_an_echeance_paid_leaves_the_other_half_by_nature() -> None:
    echeance = an_echeance("1", total=360_000, rqth=40_000, regle=200_000)
    facture = a_facture("F-1", a_ligne(200_000, etat="REGLEE", regle=200_000), etat="REGLE")

    assert lines_of(prepare_factures(a_vue(a_dossier(1, echeance), factures=(facture,)), SANS, le=LE)) == [
        ("CA-0000001", "1", "PEDAGOGIE", 120_000),
        ("CA-0000001", "1", "MAJORATION_RQTH", 40_000),
    ]


def test_where_lines_are_not_told_the_rest_is_asked_in_one_line() -> None:
    echeance = an_echeance("1", total=360_000, rqth=40_000, regle=200_000)

    assert lines_of(prepare_factures(a_vue(a_dossier(1, echeance)), SANS, le=LE)) == [
        ("CA-0000001", "1", "PEDAGOGIE", 160_000)
    ]


def test_what_waits_in_the_outbox_is_left_out_and_told() -> None:
    vue = a_vue(a_dossier())
    partie = emises_of(prepare_factures(vue, SANS, le=LE))
    preparation = prepare_factures(vue, SANS, le=LE, emises=partie)

    assert preparation.factures == ()
    (cote,) = preparation.mises_de_cote
    assert (cote.motif, cote.echeance) == (Motif.EN_CHEMIN, "1")
    assert "F-0, qui attend dans la boîte d'envoi" in cote.phrase


def test_what_was_accepted_since_the_last_reading_is_left_out_and_told() -> None:
    vue = a_vue(a_dossier())
    partie = emises_of(prepare_factures(vue, SANS, le=LE), accepte_le=DEMAIN)
    (cote,) = prepare_factures(vue, SANS, le=LE, emises=partie).mises_de_cote

    assert cote.motif is Motif.A_RELIRE
    assert "synchronisez" in cote.phrase


def test_where_invoices_cannot_be_read_one_that_was_accepted_stands_until_it_is_paid() -> None:
    partie = emises_of(prepare_factures(a_vue(a_dossier()), SANS, le=LE), accepte_le=LU_LE - timedelta(days=1))
    attend = a_vue(a_dossier(), factures_lisibles=False)
    paye = a_vue(a_dossier(1, an_echeance("1", regle=320_000)), factures_lisibles=False)

    assert prepare_factures(attend, SANS, le=LE, emises=partie).factures == ()
    preparation = prepare_factures(paye, SANS, le=LE, emises=partie)
    assert (preparation.factures, preparation.mises_de_cote) == ((), ())


@pytest.mark.parametrize(
    ("conclu", "jour", "facture"),
    [
        (date(2025, 7, 1), date(2027, 12, 31), True),
        (date(2025, 7, 1), date(2028, 1, 1), False),
        (date(2025, 6, 30), date(2028, 1, 1), True),
    ],
)
def test_the_last_solde_is_lost_four_months_after_the_end(conclu: date, jour: date, facture: bool) -> None:
    vue = a_vue(a_dossier(1, an_echeance("3"), an_echeance("4"), date_conclusion=conclu))
    preparation = prepare_factures(vue, SANS, le=jour)

    assert [ligne[1] for ligne in lines_of(preparation)] == (["3", "4"] if facture else ["3"])
    assert [une.motif for une in preparation.mises_de_cote] == ([] if facture else [Motif.FORCLOSE])


def test_the_day_on_which_the_last_solde_is_lost_is_told_beforehand() -> None:
    (facture,) = prepare_factures(a_vue(a_dossier(1, an_echeance("4"))), SANS, le=FIN).factures

    assert facture.forclusion == date(2027, 12, 31)


def test_the_certificate_is_claimed_after_the_first_echeance_only() -> None:
    vue = a_vue(a_dossier(1), a_dossier(2, an_echeance("1")))
    factures = prepare_factures(vue, SANS, le=PARTS[1][2]).factures

    assert [(une.est_certificat, len(une.lignes)) for une in factures] == [(True, 2), (False, 1)]
    sans = prepare_factures(vue, Reglages(valent_certificat=False), le=PARTS[1][2]).factures
    assert not any(une.est_certificat for une in sans)


def test_billed_together_advances_are_kept_apart_from_what_is_certified() -> None:
    vue = a_vue(a_dossier(1), a_dossier(2, an_echeance("1")), a_dossier(3), a_dossier(4, an_echeance("1")))
    factures = prepare_factures(vue, Reglages(regrouper=True), le=PARTS[1][2]).factures

    assert [(une.est_certificat, [d.numero_interne for d in une.dossiers]) for une in factures] == [
        (True, ["1", "3"]),
        (False, ["2", "4"]),
    ]


def test_dossiers_of_two_establishments_are_never_in_one_invoice() -> None:
    autre = an_echeance("1", siret_cfa="32345678000028")
    vue = a_vue(a_dossier(1), a_dossier(2, autre))

    sirets = [une.siret for une in prepare_factures(vue, Reglages(regrouper=True), le=LE).factures]
    assert sirets == [SIRET_CFA, "32345678000028"]
    assert {une.siret for une in prepare_factures(vue, Reglages(siret=SIRET_CFA), le=LE).factures} == {SIRET_CFA}


def test_one_promotion_or_one_dossier_may_be_asked_alone() -> None:
    vue = a_vue(a_dossier(1), a_dossier(2), a_dossier(3), promotions={"2": "BTS 2026"})

    assert [une[0] for une in lines_of(prepare_factures(vue, Reglages(promotion="bts 2026 "), le=LE))] == ["CA-0000002"]
    seul = Reglages(dossiers=frozenset({"CA-0000003"}))
    assert [une[0] for une in lines_of(prepare_factures(vue, seul, le=LE))] == ["CA-0000003"]


# Frais annexes

EQUIPEMENT = FraisSuivi(nature="PREMIEREQUIPEMENT", quantite=1, prix=50_000, total=50_000)
REPAS = FraisSuivi(nature="RESTAURATION", quantite=100, prix=300, total=30_000)


def frais(nature: Nature, quantite: int | None = None, dossier: str | None = "CA-0000001") -> Reglages:
    """To bill one nature."""
    return Reglages(frais=(DemandeFrais(nature=nature, dossier=dossier, quantite=quantite),))


def test_frais_annexes_are_billed_on_demand_only() -> None:
    vue = a_vue(a_dossier(frais=(EQUIPEMENT,)))

    assert prepare_factures(vue, SANS, le=LE).total == 320_000
    assert lines_of(prepare_factures(vue, frais(Nature.PREMIEREQUIPEMENT, dossier=None), le=LE))[1] == (
        "CA-0000001",
        "1",
        "PREMIEREQUIPEMENT",
        50_000,
    )


def test_meals_are_billed_by_quantity_within_what_is_engaged() -> None:
    vue = a_vue(a_dossier(frais=(REPAS,)))

    (facture,) = prepare_factures(vue, frais(Nature.RESTAURATION, 100), le=LE).factures
    assert (facture.lignes[-1].montant, facture.lignes[-1].quantite) == (30_000, 100)
    preparation = prepare_factures(vue, frais(Nature.RESTAURATION, 101), le=LE)
    assert preparation.total == 320_000
    assert [une.phrase for une in preparation.mises_de_cote] == [
        "Restauration : il ne reste que 300,00\u00a0€ sur l'engagement."
    ]


@pytest.mark.parametrize(
    ("membres", "pourquoi"),
    [
        ({"frais": ()}, "rien n'est engagé"),
        ({"equipement_regle": True}, "une seule fois"),
        ({"periodes": (PeriodeFrais(echeance="1", nature="PREMIEREQUIPEMENT"),)}, "une seule fois"),
        ({"etat": "SOLDE"}, "n'est pas engagé"),
    ],
)
def test_first_equipment_is_billed_once_and_never_without_engagement(membres: dict[str, object], pourquoi: str) -> None:
    dossier = a_dossier(**{"frais": (EQUIPEMENT,), **membres})
    preparation = prepare_factures(a_vue(dossier), frais(Nature.PREMIEREQUIPEMENT), le=LE)

    assert "PREMIEREQUIPEMENT" not in {ligne[2] for ligne in lines_of(preparation)}
    assert pourquoi in preparation.mises_de_cote[0].phrase


def test_first_equipment_on_its_way_is_not_billed_again() -> None:
    vue = a_vue(a_dossier(frais=(EQUIPEMENT,)))
    partie = emises_of(prepare_factures(vue, frais(Nature.PREMIEREQUIPEMENT), le=LE))

    assert prepare_factures(vue, frais(Nature.PREMIEREQUIPEMENT), le=LE, emises=partie).factures == ()


def test_the_ceiling_of_the_opco_holds_under_the_engagement() -> None:
    vue = a_vue(a_dossier(frais=(EQUIPEMENT,), plafond_equipement=40_000))

    assert lines_of(prepare_factures(vue, frais(Nature.PREMIEREQUIPEMENT), le=LE))[1][3] == 40_000


# Rules on anything

CENTS = st.integers(-50_000, 500_000)
JOURS = st.dates(date(2026, 1, 1), date(2029, 1, 1))
ECHEANCES = st.lists(
    st.tuples(JOURS, CENTS, CENTS, st.integers(0, 500_000), st.integers(0, 500_000)), min_size=1, max_size=6
)


def a_drawn_dossier(numero: int, parts: list[tuple[date, int, int, int, int]], etat: str, ecart: int) -> DossierSuivi:
    """Any amounts, those that no OPCO should send included."""
    echeances = tuple(
        an_echeance(
            "1",
            numero=str(rang),
            codification="99" if rang == len(parts) else str(rang),
            ouverture=ouverture,
            total=total,
            rqth=rqth,
            regle=regle,
            en_cours=en_cours,
        )
        for rang, (ouverture, total, rqth, regle, en_cours) in enumerate(parts, 1)
    )
    return a_dossier(numero, *echeances, etat=etat, engagement=sum(une.total for une in echeances) + ecart)


DOSSIERS = st.lists(
    st.tuples(ECHEANCES, st.sampled_from(["ENGAGE", "RUPTURE", "SOLDE"]), st.integers(-400_000, 400_000)), max_size=4
)


def check_invariants(vue: Vue, preparation: Preparation, le: date) -> None:
    """What holds of any preparation."""
    demandes: dict[tuple[str, str], int] = {}
    for facture in preparation.factures:
        assert facture.lignes
        assert facture.total == sum(ligne.montant for ligne in facture.lignes)
        for ligne in facture.lignes:
            assert ligne.montant > 0
            assert ligne.echeance.ouverture <= le
            cle = (ligne.dossier.numero_externe, ligne.echeance.numero)
            demandes[cle] = demandes.get(cle, 0) + ligne.montant
    for dossier in vue.dossiers:
        total = 0
        for une in dossier.echeances:
            demande = demandes.pop((dossier.numero_externe, une.numero), 0)
            assert demande <= max(0, une.total - une.regle - une.en_cours)
            total += demande
        assert dossier.engagement is not None
        pris = sum(une.regle + une.en_cours for une in dossier.echeances)
        assert total <= max(0, dossier.engagement - pris)
        assert total == 0 or dossier.etat in ("ENGAGE", "RUPTURE")
    assert demandes == {}


@given(dossiers=DOSSIERS, le=JOURS, regrouper=st.booleans())
def test_never_more_than_the_rest_nothing_early_and_the_sum_is_exact(
    dossiers: list[tuple[list[tuple[date, int, int, int, int]], str, int]], le: date, regrouper: bool
) -> None:
    vue = a_vue(*(a_drawn_dossier(rang, *un) for rang, un in enumerate(dossiers, 1)))
    reglages = Reglages(regrouper=regrouper)
    preparation = prepare_factures(vue, reglages, le=le)
    check_invariants(vue, preparation, le)

    # Once sent, nothing of it is prepared again, whether it waits or has just been accepted.
    for accepte_le in (None, DEMAIN):
        suite = prepare_factures(vue, reglages, le=le, emises=emises_of(preparation, accepte_le=accepte_le))
        assert suite.factures == ()
    # Nor once the OPCO counts it.
    assert prepare_factures(_counted(vue, preparation), reglages, le=le).factures == ()
    # Together or apart, the same lines.
    autre = prepare_factures(vue, Reglages(regrouper=not regrouper), le=le)
    assert sorted(lines_of(autre)) == sorted(lines_of(preparation))


def _counted(vue: Vue, preparation: Preparation) -> Vue:
    """The same dossiers, with what was asked now being looked at."""
    demandes: dict[tuple[str, str], int] = {}
    for dossier, echeance, _, montant in lines_of(preparation):
        demandes[dossier, echeance] = demandes.get((dossier, echeance), 0) + montant
    return msgspec.structs.replace(
        vue,
        dossiers=tuple(
            msgspec.structs.replace(
                un,
                echeances=tuple(
                    msgspec.structs.replace(
                        une, en_cours=une.en_cours + demandes.get((un.numero_externe, une.numero), 0)
                    )
                    for une in un.echeances
                ),
            )
            for un in vue.dossiers
        ),
    )


@given(montants=st.lists(st.integers(1, 10**9), min_size=1, max_size=30))
def test_the_total_of_an_invoice_is_that_of_its_lines_in_euros_too(montants: list[int]) -> None:
    dossiers = [a_dossier(rang, an_echeance("1", total=montant)) for rang, montant in enumerate(montants, 1)]
    (facture,) = prepare_factures(a_vue(*dossiers), Reglages(regrouper=True), le=DEBUT).factures
    assert isinstance(facture, FacturePreparee)
    assert to_euros(facture.total) == sum((to_euros(ligne.montant) for ligne in facture.lignes), Decimal(0))
