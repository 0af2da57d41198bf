"""Hypothesis strategies of valid bodies: other people, other dates, other codes, and still not one anomaly."""

from datetime import date, timedelta
from typing import Any

from builders.corps import RECU_LE, a_depot, as_connector
from hypothesis import strategies as st
from stdnum.fr import nir as stdnum_nir
from stdnum.luhn import calc_check_digit

from traitdunion.norme import nomenclatures as n
from traitdunion.norme.bareme import smic_at
from traitdunion.norme.calendrier import add_months

_LETTRES = st.sampled_from("abcdefghijklmnoprstuvéèêàçïôü")
PAYE_MINIMUM = 2_000  # euros a month: above the SMIC of every day drawn here


def noms() -> st.SearchStrategy[str]:
    """A name, one word or two."""
    mot = st.text(_LETTRES, min_size=2, max_size=12).map(str.capitalize)
    return st.lists(mot, min_size=1, max_size=2).map("-".join)


def sirets() -> st.SearchStrategy[str]:
    """A SIRET whose SIREN and key are right; its first digits are those of no French business."""

    def finish(chiffres: str) -> str:
        siren = f"0{chiffres[:7]}"
        siren += calc_check_digit(siren)
        siret = f"{siren}{chiffres[7:]}"
        return siret + calc_check_digit(siret)

    return st.text(st.sampled_from("0123456789"), min_size=11, max_size=11).map(finish)


def nirs(naissance: date, sexe: str) -> st.SearchStrategy[str]:
    """A NIR of 15 characters that agrees with the birth and the sex."""
    debut = f"{'1' if sexe == 'M' else '2'}{naissance:%y%m}75001"
    ordres = st.integers(1, 999).map(lambda ordre: f"{debut}{ordre:03d}")
    return ordres.map(lambda treize: f"{treize}{stdnum_nir.calc_check_digits(treize)}")


@st.composite
def depots(draw: st.DrawFn) -> dict[str, Any]:
    """A body of POST dossiers of which no rule complains on `RECU_LE`, nor on any day until the end of 2027."""
    annees = draw(st.integers(1, 3))
    debut = draw(st.dates(date(2026, 1, 1), RECU_LE - timedelta(days=1)))
    conclusion = debut - timedelta(days=draw(st.integers(0, 60)))
    fin = add_months(debut, 12 * annees) - timedelta(days=1)
    examens = fin - timedelta(days=draw(st.integers(0, 50)))
    naissance = draw(st.dates(add_months(conclusion, -12 * 29), add_months(conclusion, -12 * 18)))
    sexe = draw(st.sampled_from("MF"))
    smic = smic_at(debut)
    assert smic is not None
    assert smic < PAYE_MINIMUM
    optionnels = {
        "cerfa.apprenti.nomUsage": noms(),
        "cerfa.contrat.avantageNourriture": st.sampled_from([3.5, 4, 5.07]),
        "cerfa.contrat.autreAvantageEnNature": st.booleans(),
        "cerfa.employeur.libelleIdcc": noms(),
        "cerfa.employeur.nom": noms(),
        "cerfa.apprenti.adresse.adresse2": noms(),
    }
    changes: dict[str, Any] = {
        "cerfa.employeur.siret": draw(sirets()),
        "cerfa.employeur.denomination": f"ENTREPRISE {draw(noms())}".upper(),
        "cerfa.employeur.typeEmployeur": draw(st.sampled_from(["11", "12", "13", "14", "15", "16", "30"])),
        "cerfa.employeur.employeurSpecifique": draw(st.sampled_from(list(n.EMPLOYEUR_SPECIFIQUE.codes))),
        "cerfa.employeur.nombreDeSalaries": draw(st.integers(0, 250_000)),
        "cerfa.apprenti.nom": draw(noms()).upper(),
        "cerfa.apprenti.prenom": draw(noms()),
        "cerfa.apprenti.sexe": sexe,
        "cerfa.apprenti.dateNaissance": naissance.isoformat(),
        "cerfa.apprenti.nir": draw(nirs(naissance, sexe)),
        "cerfa.apprenti.nationalite": draw(st.sampled_from(list(n.NATIONALITE.codes))),
        "cerfa.apprenti.diplome": draw(st.sampled_from(list(n.DIPLOME.codes))),
        "cerfa.apprenti.diplomePrepare": draw(st.sampled_from(list(n.DIPLOME.codes))),
        "cerfa.apprenti.derniereClasse": draw(st.sampled_from(list(n.DERNIERE_CLASSE.codes))),
        "cerfa.maitre1.nom": f"MAITRE {draw(noms())}".upper(),
        "cerfa.maitre1.niveauDiplomeObtenu": draw(st.sampled_from(list(n.NIVEAU_MAITRE.codes))),
        "cerfa.contrat.dateConclusion": conclusion.isoformat(),
        "cerfa.contrat.dateDebutContrat": debut.isoformat(),
        "cerfa.contrat.dateFormationPratiqueEmployeur": debut.isoformat(),
        "cerfa.contrat.dateFinContrat": fin.isoformat(),
        "cerfa.contrat.salaireEmbauche": PAYE_MINIMUM + draw(st.integers(0, 100_000)) / 100,
        "cerfa.contrat.dureeTravailHebdoHeures": draw(st.integers(1, 39)),
        "cerfa.contrat.dureeTravailHebdoMinutes": draw(st.integers(0, 59)),
        "cerfa.contrat.remunerationsAnnuelles": [_line(debut, rang) for rang in range(annees)],
        "cerfa.formation.dateDebutFormation": debut.isoformat(),
        "cerfa.formation.dateFinFormation": examens.isoformat(),
        "cerfa.formation.dureeFormation": draw(st.integers(450 * annees, 1600 * annees)),
        "cerfa.formation.nombreHeuresEnDistanciel": draw(st.integers(0, 400)),
        "cerfa.formation.typeDiplome": draw(st.sampled_from(list(n.DIPLOME.codes))),
    }
    for chemin, strategie in optionnels.items():
        if draw(st.booleans()):
            changes[chemin] = draw(strategie)
    return a_depot(changes)


def _line(debut: date, rang: int) -> dict[str, Any]:
    """A year paid the whole minimum wage: at least what the grid asks for at any age."""
    fin = add_months(debut, 12 * (rang + 1)) - timedelta(days=1)
    return {
        "ordre": f"{rang + 1}.1",
        "dateDebut": add_months(debut, 12 * rang).isoformat(),
        "dateFin": fin.isoformat(),
        "taux": 100,
        "typeSalaire": "SMIC",
    }


def depots_as_sent() -> st.SearchStrategy[dict[str, Any]]:
    """The same, as the norm writes it or as connectors do."""
    return st.one_of(depots(), depots().map(as_connector))
