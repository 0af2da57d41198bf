"""Every row judged by the rules of the norm, as the OPCO will, and against the other rows of the workbook."""

from collections.abc import Callable
from datetime import date

from traitdunion.cfa.entrees import DossierCharge
from traitdunion.cfa.envoi import check_convention, check_dossier
from traitdunion.cfa.tableur import anomalies as codes
from traitdunion.cfa.tableur.colonnes import by_chemin
from traitdunion.cfa.tableur.lignes import Ligne, Promotion
from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.identite import identite
from traitdunion.norme.lecture import merge

LIGNES_NOMMEES_MAX = 3


def check_promotion(promotion: Promotion, *, le: date, on_progress: Callable[[int], None] | None = None) -> None:
    """Judge every row as on that day, and note what is wrong with it beside its cells.

    `on_progress` is called with the number of rows just judged.
    """
    for ligne in promotion.lignes:
        check_ligne(ligne, le=le)
        if on_progress is not None:
            on_progress(1)
    _check_doubles(promotion)


def check_ligne(ligne: Ligne, *, le: date) -> None:
    """What the rules say of one row, in the order of the form; a row already deposited is no longer judged.

    Of what the convention copies from the form, the form's anomaly is enough.
    """
    if ligne.numero_dossier is not None:
        ligne.situees = []
        return
    charge = DossierCharge(ligne.depot, ligne.corps, anomalies=tuple(ligne.forme))
    anomalies: list[Anomalie] = check_dossier(charge, le=le)
    propres = check_convention(ligne.convention, charge, le=le)
    anomalies += merge(ligne.forme_convention, [anomalie for anomalie in propres if anomalie.champ in by_chemin()])
    ligne.situees = []
    for anomalie in anomalies:
        ligne.tell(anomalie)


def _check_doubles(promotion: Promotion) -> None:
    """Two rows that are one contract: the OPCO would give them one number."""
    vues: dict[bytes, list[Ligne]] = {}
    for ligne in promotion.lignes:
        cerfa = ligne.depot.cerfa
        if cerfa is None or cerfa.employeur is None or cerfa.apprenti is None or cerfa.contrat is None:
            continue
        organisme = cerfa.organisme_formation
        siren = (organisme.siret or "")[:9] if organisme is not None else ""
        vues.setdefault(identite(cerfa, siren=siren), []).append(ligne)
    for lignes in vues.values():
        for ligne in lignes if len(lignes) > 1 else ():
            if ligne.numero_dossier is not None:
                continue
            autres = [f"la ligne {autre.numero}" for autre in lignes if autre is not ligne]
            suite = f" et {len(autres) - LIGNES_NOMMEES_MAX} autres" if len(autres) > LIGNES_NOMMEES_MAX else ""
            ligne.tell(codes.LIGNE_EN_DOUBLE.anomalie(None, autres=", ".join(autres[:LIGNES_NOMMEES_MAX]) + suite))
