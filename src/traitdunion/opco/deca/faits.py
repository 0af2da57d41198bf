"""What is deposited with the State of a contract, from the form that the OPCO keeps."""

from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.opco.deca.port import ADeposer
from traitdunion.opco.deca.store import LigneDepot

OUTRE_MER = ("97", "98")


def read_faits(cerfa: Cerfa, ligne: LigneDepot, *, motifs: tuple[str, ...] = ()) -> ADeposer:
    """The deposit of a contract, of an avenant or of a refusal."""
    employeur, apprenti, contrat = cerfa.employeur, cerfa.apprenti, cerfa.contrat
    formation, organisme = cerfa.formation, cerfa.organisme_formation
    assert employeur is not None  # their absence blocks a deposit
    assert apprenti is not None
    assert contrat is not None
    return ADeposer(
        reference=ligne.reference,
        nature=ligne.nature,
        departement=departement_of(employeur.adresse.code_postal if employeur.adresse else None),
        siret_employeur=employeur.siret or "",
        siret_cfa=(organisme.siret if organisme else None) or "",
        nom=apprenti.nom or "",
        prenom=apprenti.prenom or "",
        date_naissance=apprenti.date_naissance,
        type_contrat=contrat.type_contrat_app or "",
        date_conclusion=contrat.date_conclusion,
        date_debut=contrat.date_debut_contrat,
        date_fin=contrat.date_fin_contrat,
        rncp=formation.rncp if formation else None,
        numero_contrat=contrat.numero_contrat_precedent,
        motifs=motifs,
    )


def departement_of(code_postal: str | None) -> str:
    """The three characters of a DECA number: « 075 », « 02A », « 974 » (regles.md §3.1); « 000 » when unknown."""
    code = code_postal or ""
    if len(code) < 5 or not code.isdigit():
        return "000"
    if code.startswith(OUTRE_MER):
        return code[:3]
    if code.startswith("20"):
        return "02A" if code < "20200" else "02B"
    return f"0{code[:2]}"
