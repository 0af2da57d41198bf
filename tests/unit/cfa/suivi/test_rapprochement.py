"""Reconciliation: what was paid is told by nature, what does not agree comes first."""

from datetime import date

import msgspec
import pytest
from builders.suivi.vues import DEMAIN, LU_LE, a_dossier, a_facture, a_ligne, a_vue, an_echeance
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.cfa.suivi.modele import FactureSuivie, FraisSuivi, LigneSuivie, Reglement
from traitdunion.cfa.suivi.rapprochement import Ecart, compute_rapprochement
from traitdunion.cfa.suivi.restes import LigneEmise, compute_restes
from traitdunion.cfa.suivi.tableau import list_promotions

EQUIPEMENT = FraisSuivi(nature="PREMIEREQUIPEMENT", quantite=1, prix=50_000, total=50_000)
JOUR = date(2026, 10, 3)


def test_pedagogy_paid_and_first_equipment_not_are_told_apart() -> None:
    facture = a_facture(
        "F-1",
        a_ligne(320_000, etat="REGLEE", regle=320_000),
        a_ligne(50_000, nature="PREMIEREQUIPEMENT", commentaire="Attend : la liste du matériel."),
        etat="REGLE_PARTIEL",
        virement="VIR-1",
        regle_le=JOUR,
    )
    reglement = Reglement(
        facture="F-1",
        montant=320_000,
        virement="VIR-1",
        jour=JOUR,
        dossier="CA-0000001",
        echeance="1",
        nature="PEDAGOGIE",
    )
    dossier = a_dossier(1, an_echeance("1", regle=320_000), frais=(EQUIPEMENT,))
    lu = compute_rapprochement(a_vue(dossier, factures=(facture,), reglements=(reglement,)))

    premiere, seconde = lu.lignes
    assert (premiere.nature, premiere.ecart, premiere.reste) == ("PREMIEREQUIPEMENT", Ecart.REGLE_EN_PARTIE, 50_000)
    dit = "Facture F-1 réglée en partie, il manque 500,00\u00a0€ : Attend : la liste du matériel."
    assert premiere.explication == dit
    assert (seconde.nature, seconde.regle, seconde.virements, seconde.regle_le) == (
        "PEDAGOGIE",
        320_000,
        ["VIR-1"],
        JOUR,
    )
    assert lu.totaux == {
        "PEDAGOGIE": {"engage": 320_000, "facture": 320_000, "regle": 320_000, "reste": 0},
        "PREMIEREQUIPEMENT": {"engage": 50_000, "facture": 50_000, "regle": 0, "reste": 50_000},
    }


def test_a_rejected_line_says_why() -> None:
    facture = a_facture("F-1", a_ligne(320_000, etat="REJETEE", commentaire="Doublon."), etat="REJETE")
    (ligne,) = compute_rapprochement(a_vue(a_dossier(1, an_echeance("1")), factures=(facture,))).lignes

    assert (ligne.ecart, ligne.explication, ligne.facture) == (Ecart.REJETE, "Facture F-1 : Doublon.", 0)


def test_an_echeance_and_its_invoices_that_disagree_come_first() -> None:
    facture = a_facture("F-1", a_ligne(320_000, etat="REGLEE", regle=320_000), etat="REGLE")
    vue = a_vue(a_dossier(1, an_echeance("1", regle=300_000)), a_dossier(2, an_echeance("1")), factures=(facture,))
    lignes = compute_rapprochement(vue).lignes

    assert [une.ecart for une in lignes] == [Ecart.REGLEMENT_DIFFERENT, None]
    assert lignes[0].explication is not None
    assert "3 000,00 €, ses factures pour 3 200,00 €" in lignes[0].explication.replace("\u00a0", " ")


def test_what_was_overpaid_is_told_on_the_last_echeance() -> None:
    facture = a_facture("F-1", a_ligne(320_000, etat="REGLEE", regle=320_000), etat="REGLE")
    dossier = a_dossier(1, an_echeance("1", regle=320_000), etat="RUPTURE", engagement=300_000)
    (ligne,) = compute_rapprochement(a_vue(dossier, factures=(facture,))).lignes

    assert ligne.ecart is Ecart.TROP_PERCU
    assert "200,00" in (ligne.explication or "")


def test_where_lines_are_not_told_the_echeance_says_what_is_settled() -> None:
    (ligne,) = compute_rapprochement(a_vue(a_dossier(1, an_echeance("1", regle=320_000)))).lignes

    assert (ligne.regle, ligne.facture, ligne.ecart) == (320_000, 320_000, None)


def an_avoir(facture: str, *lignes: LigneSuivie, etat: str = "REGLE") -> FactureSuivie:
    return msgspec.structs.replace(a_facture("A-1", *lignes, etat=etat), genre="AVOIR", origine=facture)


def test_an_avoir_invoiced_again_is_explained_and_is_no_difference() -> None:
    premiere = a_facture("F-1", a_ligne(320_000, etat="REGLEE", regle=310_000), etat="REGLE", virement="VIR-1")
    seconde = a_facture("F-2", a_ligne(10_000, etat="REGLEE", regle=10_000), etat="REGLE", virement="VIR-2")
    avoir = an_avoir("F-1", a_ligne(-10_000, etat="IMPUTEE"))
    vue = a_vue(a_dossier(1, an_echeance("1", regle=320_000)), factures=(premiere, avoir, seconde))
    lu = compute_rapprochement(vue)

    (ligne,) = lu.lignes
    assert (ligne.ecart, ligne.facture, ligne.regle, ligne.reste) == (None, 320_000, 320_000, 0)
    assert ligne.explication == "L'avoir A-1 retire 100,00\u00a0€ de la facture F-1."
    assert [(un.numero, un.facture, un.montant) for un in lu.avoirs] == [("A-1", "F-1", 10_000)]


@pytest.mark.parametrize(
    ("regle", "etat_avoir", "manque"),
    [
        (310_000, "REGLE", None),  # all that the credit note leaves is paid
        (309_999, "REGLE", "0,01"),  # a cent of it is not
        (310_000, "REJETE", "100,00"),  # the OPCO refused the credit note: the invoice is due whole
    ],
)
def test_what_is_missing_is_counted_without_what_an_avoir_annuls(
    regle: int, etat_avoir: str, manque: str | None
) -> None:
    facture = a_facture("F-1", a_ligne(320_000, etat="REGLEE", regle=regle), etat="REGLE", virement="VIR-1")
    avoir = an_avoir("F-1", a_ligne(-10_000, etat="IMPUTEE"), etat=etat_avoir)
    vue = a_vue(a_dossier(1, an_echeance("1", regle=regle)), factures=(facture, avoir))
    (ligne,) = compute_rapprochement(vue).lignes

    assert ligne.ecart is (None if manque is None else Ecart.REGLE_EN_PARTIE)
    assert (f"il manque {manque}\u00a0€" in (ligne.explication or "")) == (manque is not None)


def test_an_avoir_of_another_invoice_explains_nothing() -> None:
    facture = a_facture("F-1", a_ligne(320_000, etat="REGLEE", regle=310_000), etat="REGLE", virement="VIR-1")
    avoir = an_avoir("F-9", a_ligne(-10_000, etat="IMPUTEE"))
    vue = a_vue(a_dossier(1, an_echeance("1", regle=310_000)), factures=(facture, avoir))

    assert compute_rapprochement(vue).lignes[0].ecart is Ecart.REGLE_EN_PARTIE


def test_an_avoir_of_what_was_paid_says_that_it_will_be_retained() -> None:
    facture = a_facture("F-1", a_ligne(320_000, etat="REGLEE", regle=320_000), etat="REGLE", virement="VIR-1")
    avoir = an_avoir("F-1", a_ligne(-10_000, etat="A_RECOUVRER"))
    (ligne,) = compute_rapprochement(
        a_vue(a_dossier(1, an_echeance("1", regle=320_000)), factures=(facture, avoir))
    ).lignes

    assert ligne.ecart is None
    assert "seront retenus sur un prochain virement" in (ligne.explication or "")


def test_a_rejected_line_invoiced_again_is_no_difference_any_more() -> None:
    rejetee = a_facture("F-1", a_ligne(320_000, etat="REJETEE", commentaire="Doublon."), etat="REJETE")
    encore = a_facture("F-2", a_ligne(320_000, etat="EN_INSTRUCTION"))
    vue = a_vue(a_dossier(1, an_echeance("1")), factures=(rejetee, encore))
    (ligne,) = compute_rapprochement(vue).lignes
    assert (ligne.ecart, ligne.explication) == (None, "Facture F-1 : Doublon. C'est facturé de nouveau depuis.")

    un_peu = a_facture("F-2", a_ligne(319_999, etat="EN_INSTRUCTION"))
    vue = a_vue(a_dossier(1, an_echeance("1")), factures=(rejetee, un_peu))
    assert compute_rapprochement(vue).lignes[0].ecart is Ecart.REJETE


def test_after_a_break_only_what_is_still_engaged_is_due() -> None:
    facture = a_facture("F-1", a_ligne(320_000, etat="REGLEE", regle=122_260), etat="REGLE", virement="VIR-1")
    dossier = a_dossier(1, an_echeance("1", regle=122_260), etat="RUPTURE", engagement=122_260)
    (ligne,) = compute_rapprochement(a_vue(dossier, factures=(facture,))).lignes

    assert (ligne.ecart, ligne.engage, ligne.reste) == (None, 122_260, 0)
    assert (ligne.explication or "").replace("\u00a0", " ") == (
        "Engagement ramené de 3 200,00 € à 1 222,60 € par la rupture du contrat."
    )


@given(
    st.lists(
        st.tuples(st.integers(0, 800_000) | st.none(), st.integers(0, 90_000), st.sampled_from(["ENGAGE", "RUPTURE"])),
        max_size=4,
    )
)
def test_what_is_engaged_is_the_same_in_suivre_and_in_rapprocher(
    engagements: list[tuple[int | None, int, str]],
) -> None:
    vue = a_vue(
        *(
            msgspec.structs.replace(
                a_dossier(rang, etat=etat, engagement=engagement),
                frais=(FraisSuivi(nature="RESTAURATION", quantite=1, prix=frais, total=frais),),
            )
            for rang, (engagement, frais, etat) in enumerate(engagements, 1)
        )
    )
    promotions = list_promotions(vue, compute_restes(vue, le=JOUR))
    lu = compute_rapprochement(vue)

    assert lu.engagement.echeances == sum(une.engage for une in promotions)
    assert lu.engagement.frais_annexes == sum(une.engage_frais for une in promotions)
    assert lu.engagement.total == sum(total["engage"] for total in lu.totaux.values())


@pytest.mark.parametrize(("synchronise", "ecart"), [(DEMAIN, Ecart.INCONNUE_DE_L_OPCO), (LU_LE, None)])
def test_an_invoice_accepted_that_the_opco_does_not_show_is_told(synchronise: object, ecart: Ecart | None) -> None:
    emise = LigneEmise(
        numero="F-1", dossier="CA-0000001", echeance="1", nature="PEDAGOGIE", montant=320_000, accepte_le=LU_LE
    )
    vue = a_vue(a_dossier(1, an_echeance("1")), synchronise_le=synchronise)

    assert compute_rapprochement(vue, emises=[emise]).lignes[0].ecart is ecart


def test_virements_are_totalled_latest_first_and_one_promotion_may_be_asked_alone() -> None:
    reglements = tuple(
        Reglement(
            facture=f"F-{rang}",
            montant=rang * 100,
            virement=f"VIR-{rang % 2}",
            jour=date(2026, 10, 1 + rang % 2),
            dossier=f"CA-{rang:07d}",
            echeance="1",
            nature="PEDAGOGIE",
        )
        for rang in (1, 2, 3)
    )
    vue = a_vue(a_dossier(1), a_dossier(2), a_dossier(3), reglements=reglements, promotions={"3": "BTS"})
    lu = compute_rapprochement(vue)
    assert [(un.virement, un.montant, un.factures) for un in lu.virements] == [
        ("VIR-1", 400, ["F-1", "F-3"]),
        ("VIR-0", 200, ["F-2"]),
    ]
    seul = compute_rapprochement(vue, promotion="bts")
    assert {une.dossier for une in seul.lignes} == {"CA-0000003"}
    assert [(un.virement, un.montant) for un in seul.virements] == [("VIR-1", 300)]


LIGNES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(["1", "2", "3", "4"]),
        st.sampled_from(["PEDAGOGIE", "MAJORATION_RQTH", "PREMIEREQUIPEMENT"]),
        st.integers(1, 400_000),
        st.booleans(),
    ),
    max_size=12,
)


@given(lignes=LIGNES)
def test_the_totals_are_those_of_the_invoices_to_the_cent(lignes: list[tuple[int, str, str, int, bool]]) -> None:
    factures = tuple(
        a_facture(
            f"F-{rang}",
            a_ligne(
                montant,
                dossier=dossier,
                echeance=echeance,
                nature=nature,
                etat="REGLEE" if reglee else "EN_INSTRUCTION",
                regle=montant if reglee else 0,
            ),
        )
        for rang, (dossier, echeance, nature, montant, reglee) in enumerate(lignes)
    )
    lu = compute_rapprochement(a_vue(a_dossier(1), a_dossier(2), a_dossier(3), factures=factures))

    assert sum(total["facture"] for total in lu.totaux.values()) == sum(une[3] for une in lignes)
    assert sum(total["regle"] for total in lu.totaux.values()) == sum(une[3] for une in lignes if une[4])
    assert sum(total["engage"] for total in lu.totaux.values()) == 3 * 800_000
    ecarts = [une.ecart is None for une in lu.lignes]
    assert ecarts == sorted(ecarts)
