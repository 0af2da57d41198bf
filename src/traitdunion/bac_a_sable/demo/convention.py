"""The convention of the demonstration, as a PDF: short, readable, with the mandate in a chapter of its own."""

from fpdf import FPDF

from traitdunion.norme.messages.cerfa import Cerfa

ARTICLES = (
    ("Objet", "Le CFA forme l'apprenti(e) à la certification {intitule} ({rncp}), en {duree} heures."),
    ("Dates", "Du {debut} au {fin}, selon le calendrier remis à l'entreprise."),
    ("Prix", "16 000,00 euros net de taxe pour deux ans, pris en charge par l'OPCO selon ses niveaux."),
    (
        "Mandat de gestion",
        "L'employeur donne mandat au CFA de transmettre à l'OPCO le contrat d'apprentissage, la présente convention et "
        "les factures, et d'en recevoir les suites.",
    ),
)


def draw(cerfa: Cerfa) -> bytes:
    """The convention of a contract, signed by invented people, as PDF bytes."""
    employeur, apprenti, formation, organisme = (
        cerfa.employeur,
        cerfa.apprenti,
        cerfa.formation,
        cerfa.organisme_formation,
    )
    assert employeur
    assert apprenti
    assert formation
    assert organisme
    assert formation.date_debut_formation
    assert formation.date_fin_formation
    valeurs = {
        "intitule": formation.intitule_qualification,
        "rncp": formation.rncp,
        "duree": formation.duree_formation,
        "debut": f"{formation.date_debut_formation:%d/%m/%Y}",
        "fin": f"{formation.date_fin_formation:%d/%m/%Y}",
    }
    pdf = FPDF()
    pdf.set_title("Convention de formation par apprentissage (exemple)")
    pdf.add_page()
    pdf.set_font("helvetica", "B", 16)
    pdf.multi_cell(0, 10, "Convention de formation par apprentissage", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", "", 10)
    qui = f"{organisme.denomination} (SIRET {organisme.siret})"
    entre = f"Entre {employeur.denomination} (SIRET {employeur.siret}) et {qui}"
    for ligne in ("Document d'exemple, sans valeur : toutes les personnes sont inventées.", entre):
        pdf.multi_cell(0, 6, ligne, new_x="LMARGIN", new_y="NEXT")
    pdf.multi_cell(0, 6, f"Apprenti(e) : {apprenti.prenom} {apprenti.nom}", new_x="LMARGIN", new_y="NEXT")
    for rang, (titre, texte) in enumerate(ARTICLES, start=1):
        pdf.ln(4)
        pdf.set_font("helvetica", "B", 12)
        pdf.multi_cell(0, 8, f"Article {rang}. {titre}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", "", 10)
        pdf.multi_cell(0, 6, texte.format(**valeurs), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(8)
    pdf.multi_cell(0, 6, "Signé pour l'entreprise : D. FICTIF          Signé pour le CFA : A. FICTIVE")
    return bytes(pdf.output())
