"""The hand-computed cases of docs/financement/cas give the exact cents; the figures are read from the files."""

import tomllib
from datetime import date
from typing import Any

import pytest
from builders.projet import RACINE
from msgspec.structs import replace

from traitdunion.norme.parametres import LIVRES, ReglesFinancement
from traitdunion.opco.financement.calcul import (
    Contrat,
    Engagement,
    Participation,
    Rupture,
    apply_rupture,
    compute,
    revise,
)

FICHIERS = sorted((RACINE / "docs" / "financement" / "cas").glob("*.toml"))
CAS = [
    pytest.param(cas, id=f"{fichier.stem}-{rang}")
    for fichier in FICHIERS
    for rang, cas in enumerate(tomllib.loads(fichier.read_text(encoding="utf-8"))["cas"], 1)
]


def _contrat(entrees: dict[str, Any]) -> Contrat:
    return Contrat(
        conclusion=entrees["conclusion"],
        debut=entrees["debut"],
        fin=entrees["fin"],
        npec=entrees.get("npec", entrees.get("amorcage", 0)),
        amorcage="amorcage" in entrees,
        niveau=entrees["niveau"],
        prix=entrees.get("prix"),
        heures_formation=entrees.get("heures_formation"),
        heures_distance=entrees.get("heures_distance"),
        hors_minoration=entrees.get("hors_minoration", False),
        reduction=entrees.get("reduction", False),
        titre_court_ministere=entrees.get("titre_court_ministere", False),
        rqth=tuple(entrees.get("rqth", ())),
        rqth_reconnu=entrees.get("rqth_reconnu", False),
        participation=Participation(entrees.get("participation", "normale").upper()),
        entree_cfa=entrees.get("entree_cfa"),
        situation7=entrees.get("situation7", False),
        nouveau_cfa=entrees.get("nouveau_cfa", False),
    )


def _regles(entrees: dict[str, Any]) -> ReglesFinancement:
    regles = LIVRES.at(entrees["conclusion"])
    return replace(regles, base_jours="reels") if entrees.get("base_jours") == "reels" else regles


def _compute(cas: dict[str, Any]) -> Engagement:
    regles, contrat = _regles(cas["entrees"]), _contrat(cas["entrees"])
    engagement = compute(contrat, regles)
    if "regularisation" in cas:
        regularisation = cas["regularisation"]
        nouveau = replace(contrat, npec=regularisation["npec"], amorcage=False)
        engagement = revise(engagement, nouveau, regles, le=regularisation["le"])
    if "rupture" in cas:
        engagement = apply_rupture(engagement, Rupture(**cas["rupture"]), regles)
    return engagement


def _read(engagement: Engagement) -> list[dict[str, int | str | date]]:
    return [
        {
            "numero": une.numero,
            "codification": une.codification,
            "ouverture": une.ouverture,
            "pedagogie": une.pedagogie,
            "rqth": une.rqth,
            "participation": une.participation,
            "total": une.total,
        }
        for une in engagement.echeances
    ]


@pytest.mark.parametrize("cas", CAS)
def test_a_hand_computed_case_gives_the_exact_cents(cas: dict[str, Any]) -> None:
    attendu = cas["attendu"]

    engagement = _compute(cas)

    lu: dict[str, Any] = {
        "engagement": engagement.total,
        "total_annees": [annee.pedagogie for annee in engagement.annees],
        "forclusion": engagement.forclusion,
        "trop_percu": engagement.trop_percu,
        "premiere": engagement.echeances[0].total,
        "dernier": engagement.echeances[-1].total,
        "echeances": _read(engagement),
    }
    assert {nom: lu[nom] for nom in attendu} == attendu, cas["titre"]


def test_every_case_tells_its_arithmetic_and_its_article() -> None:
    assert len(CAS) >= 12
    for parametre in CAS:
        (cas,) = parametre.values
        assert cas["calcul"].strip()
        assert cas["articles"]
        assert "engagement" in cas["attendu"]
