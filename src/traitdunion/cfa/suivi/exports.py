"""Tables for a spreadsheet: CSV that French software opens, or XLSX. No NIR, no IBAN."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from traitdunion.cfa.suivi.modele import Vue
from traitdunion.cfa.suivi.rapprochement import Ecart, Rapprochement
from traitdunion.cfa.suivi.restes import Restes, trop_percu
from traitdunion.cfa.suivi.tableau import engagement_of, is_meant, promotion_of
from traitdunion.norme.facturation.montants import to_euros
from traitdunion.norme.nomenclatures import ETAT_DOSSIER, NATURE_LIGNE

Cellule = str | date | Decimal | None
ECARTS = {
    Ecart.REGLEMENT_DIFFERENT: "règlement différent",
    Ecart.TROP_PERCU: "trop-perçu",
    Ecart.REJETE: "rejeté",
    Ecart.REGLE_EN_PARTIE: "réglé en partie",
    Ecart.INCONNUE_DE_L_OPCO: "inconnu de l'OPCO",
}
Table = tuple[Sequence[str], Sequence[Sequence[Cellule]]]
# What a spreadsheet would run as a formula (OWASP, CSV injection).
_FORMULES = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
DOSSIERS = (
    "Promotion",
    "Dossier",
    "DECA",
    "Apprenti",
    "Employeur",
    "Formation",
    "Début",
    "Fin",
    "État",
    "Commentaire",
    "Engagé (échéances)",
    "Engagé (frais annexes)",
    "Réglé (échéances)",
    "En cours (échéances)",
    "À facturer",
    "Trop-perçu",
)
RAPPROCHEMENT = (
    "Promotion",
    "Dossier",
    "Apprenti",
    "Échéance",
    "Nature",
    "Engagé",
    "Facturé",
    "Réglé",
    "Reste",
    "Factures",
    "Virements",
    "Dernier règlement",
    "Écart",
    "Explication",
)


def table_dossiers(vue: Vue, restes: Restes, *, promotion: str | None = None) -> Table:
    """One row by dossier."""
    ouverts: dict[str, int] = {}
    for reste in restes.ouverts:
        numero = reste.dossier.numero_interne
        ouverts[numero] = ouverts.get(numero, 0) + reste.montant
    lignes = []
    for un in vue.dossiers:
        nom = promotion_of(un, vue)[0]
        if promotion is not None and not is_meant(nom, promotion):
            continue
        engagement = engagement_of(un)
        lignes.append(
            (
                nom,
                un.numero_externe,
                un.numero_deca,
                un.apprenti,
                un.employeur,
                un.formation,
                un.date_debut,
                un.date_fin,
                ETAT_DOSSIER.libelle(un.etat) or un.etat_brut,
                un.commentaire,
                to_euros(engagement.echeances),
                to_euros(engagement.frais_annexes),
                to_euros(sum(une.regle for une in un.echeances)),
                to_euros(sum(une.en_cours for une in un.echeances)),
                to_euros(ouverts.get(un.numero_interne, 0)),
                to_euros(trop_percu(un)),
            )
        )
    return DOSSIERS, lignes


def table_rapprochement(rapprochement: Rapprochement) -> Table:
    """One row by dossier, échéance and nature, differences first."""
    lignes = [
        (
            une.promotion,
            une.dossier,
            une.apprenti,
            une.echeance or "contrat",
            NATURE_LIGNE.libelle(une.nature) or une.nature,
            to_euros(une.engage),
            to_euros(une.facture),
            to_euros(une.regle),
            to_euros(une.reste),
            ", ".join(une.factures),
            ", ".join(une.virements),
            une.regle_le,
            ECARTS[une.ecart] if une.ecart else None,
            une.explication,
        )
        for une in rapprochement.lignes
    ]
    return RAPPROCHEMENT, lignes


def write_csv(table: Table) -> bytes:
    """Semicolons, decimal commas and a byte order mark: what a French spreadsheet opens at a double click."""
    sortie = io.StringIO(newline="")
    ecrivain = csv.writer(sortie, delimiter=";")
    entetes, lignes = table
    ecrivain.writerow(entetes)
    ecrivain.writerows([_text(cellule) for cellule in ligne] for ligne in lignes)
    return sortie.getvalue().encode("utf-8-sig")


def write_xlsx(table: Table) -> bytes:
    """One sheet, with its header kept in sight and its filters; no text is taken for a formula."""
    import xlsxwriter

    sortie = io.BytesIO()
    entetes, lignes = table
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(sortie, options) as classeur:
        feuille = classeur.add_worksheet("Suivi")
        gras = classeur.add_format({"bold": True, "bg_color": "#EEF1F6"})
        euros = classeur.add_format({"num_format": "#,##0.00"})
        jour = classeur.add_format({"num_format": "dd/mm/yyyy"})
        for colonne, titre in enumerate(entetes):
            feuille.write_string(0, colonne, titre, gras)
        for rang, ligne in enumerate(lignes, 1):
            for colonne, cellule in enumerate(ligne):
                if isinstance(cellule, Decimal):
                    feuille.write_number(rang, colonne, float(cellule), euros)
                elif isinstance(cellule, date):
                    feuille.write_datetime(rang, colonne, cellule, jour)
                elif cellule is not None:
                    feuille.write_string(rang, colonne, cellule)
        feuille.freeze_panes(1, 0)
        feuille.autofilter(0, 0, max(len(lignes), 1), len(entetes) - 1)
        feuille.set_column(0, len(entetes) - 1, 16)
    return sortie.getvalue()


def _text(cellule: Cellule) -> str:
    if cellule is None:
        return ""
    if isinstance(cellule, Decimal):
        return str(cellule).replace(".", ",")
    if isinstance(cellule, date):
        return f"{cellule:%d/%m/%Y}"
    return f"'{cellule}" if cellule.startswith(_FORMULES) else cellule
