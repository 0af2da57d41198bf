"""What holds for every contract: the sum, the sign, the order, the same answer twice (regles.md §4.9)."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from traitdunion.norme.calendrier import add_months
from traitdunion.norme.parametres import LIVRES
from traitdunion.opco.financement.calcul import (
    Contrat,
    Participation,
    Regime,
    Rupture,
    apply_rupture,
    compute,
    revise,
)

JOURS = st.dates(date(2020, 1, 1), date(2029, 12, 31))
ANS = 4 * 365


@st.composite
def contrats(draw: st.DrawFn) -> Contrat:
    """Any contract of one day to four years, of both regimes."""
    debut = draw(JOURS)
    return Contrat(
        conclusion=debut - timedelta(days=draw(st.integers(0, 90))),
        debut=debut,
        fin=debut + timedelta(days=draw(st.integers(0, ANS))),
        npec=draw(st.integers(0, 2_000_000)),
        niveau=draw(st.integers(3, 8)),
        prix=draw(st.none() | st.integers(0, 9_000_000)),
        heures_formation=1000,
        heures_distance=draw(st.integers(0, 1000)),
        reduction=draw(st.booleans()),
        titre_court_ministere=draw(st.booleans()),
        rqth=tuple(draw(st.lists(st.integers(0, 600_000), max_size=4))),
        rqth_reconnu=draw(st.booleans()),
        participation=draw(st.sampled_from(Participation)),
        entree_cfa=draw(st.none() | st.just(debut - timedelta(days=draw(st.integers(1, 200))))),
        situation7=draw(st.booleans()),
        nouveau_cfa=draw(st.booleans()),
    )


@given(contrats())
def test_the_sum_of_the_echeances_is_what_is_due_and_none_is_negative(contrat: Contrat) -> None:
    engagement = compute(contrat, LIVRES.at(contrat.conclusion))

    du = sum(annee.pedagogie + annee.rqth for annee in engagement.annees)
    assert engagement.total == max(0, du - engagement.participation)
    assert all(une.total >= 0 for une in engagement.echeances)
    assert all(annee.pedagogie >= 0 and annee.rqth >= 0 for annee in engagement.annees)
    if contrat.prix is not None:
        assert sum(annee.pedagogie for annee in engagement.annees) <= max(contrat.prix, 0) or engagement.prix is None


@given(contrats())
def test_the_echeances_are_numbered_in_the_order_in_which_they_open_and_the_last_is_99(contrat: Contrat) -> None:
    echeances = compute(contrat, LIVRES.at(contrat.conclusion)).echeances

    assert [une.numero for une in echeances] == list(range(1, len(echeances) + 1))
    assert [une.ouverture for une in echeances] == sorted(une.ouverture for une in echeances)
    assert [une.codification for une in echeances] == [*(str(une.numero) for une in echeances[:-1]), "99"]
    assert all(contrat.debut <= une.ouverture <= contrat.fin for une in echeances)


@given(contrats(), st.integers(1, 400))
def test_one_day_more_never_pays_less_within_one_class_of_contract(contrat: Contrat, jours: int) -> None:
    contrat = replace(contrat, participation=Participation.NORMALE, prix=None)
    regles = LIVRES.at(contrat.conclusion)
    court, long_ = compute(contrat, regles), compute(replace(contrat, fin=contrat.fin + timedelta(days=jours)), regles)
    assume(court.court == long_.court)

    assert court.total <= long_.total


@given(contrats())
def test_the_same_facts_give_the_same_engagement(contrat: Contrat) -> None:
    regles = LIVRES.at(contrat.conclusion)

    engagement = compute(contrat, regles)
    assert compute(contrat, regles) == engagement
    assert revise(engagement, contrat, regles, le=contrat.debut).total == engagement.total


@given(contrats(), st.integers(0, ANS), st.booleans(), st.booleans())
def test_a_break_keeps_what_was_opened_and_brings_the_sum_to_what_is_due(
    contrat: Contrat, jour: int, maintien: bool, dans_les_45_jours: bool
) -> None:
    regles = LIVRES.at(contrat.conclusion)
    engagement = compute(contrat, regles)
    dernier_jour = min(contrat.debut + timedelta(days=jour), contrat.fin)
    rupture = Rupture(dernier_jour=dernier_jour, maintien=maintien, dans_les_45_jours=dans_les_45_jours)

    rompu = apply_rupture(engagement, rupture, regles)

    gardees, solde = rompu.echeances[:-1], rompu.echeances[-1]
    # A last solde opened before the last day funded is one échéance among others from now on.
    assert gardees == tuple(replace(une, codification=str(une.numero)) for une in engagement.echeances[: len(gardees)])
    du = sum(annee.pedagogie + annee.rqth for annee in rompu.annees) - rompu.participation
    assert rompu.total == du >= 0
    assert rompu.trop_percu == max(0, -solde.total)
    assert solde.ouverture == (add_months(dernier_jour, 6) if maintien else dernier_jour)
    assert apply_rupture(engagement, rupture, regles) == rompu


@given(contrats(), st.integers(0, ANS), st.integers(0, 2_000_000))
def test_a_regularisation_keeps_what_was_opened_and_reaches_the_new_total(
    contrat: Contrat, jour: int, npec: int
) -> None:
    regles = LIVRES.at(contrat.conclusion)
    amorce = compute(replace(contrat, amorcage=True), regles)
    nouveau = replace(contrat, npec=npec)
    le = contrat.debut + timedelta(days=jour)

    revise_ = revise(amorce, nouveau, regles, le=le)

    assert revise_.total == compute(nouveau, regles).total
    ouvertes = [une for une in amorce.echeances if une.ouverture <= le]
    assert [une.total for une in revise_.echeances[: len(ouvertes)]] == [une.total for une in ouvertes]
    assert all(une.total >= 0 for une in revise_.echeances[:-1])
    assert revise_.trop_percu == max(0, -revise_.echeances[-1].total)


@given(contrats())
def test_every_amount_says_why(contrat: Contrat) -> None:
    engagement = compute(contrat, LIVRES.at(contrat.conclusion))

    assert all(une.pas and all(pas.article and pas.phrase for pas in une.pas) for une in engagement.echeances)
    assert engagement.regime is (Regime.DEPUIS if contrat.conclusion >= date(2025, 7, 1) else Regime.AVANT)
