"""The convention of the demonstration, as a PDF: short, readable, with the mandate in a chapter of its own."""

from traitdunion.cfa.dessin.feuille import LARGEUR, MARGE, MM, TITRE, UTILE, Feuille, Style
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


ARTICLE = Style(12, 8 * MM, gras=True)
TEXTE = Style(10, 6 * MM)


def draw(cerfa: Cerfa) -> bytes:
    """The convention of a contract, signed by invented people, as PDF bytes."""
    contrat, employeur, apprenti, formation, organisme = (
        cerfa.contrat,
        cerfa.employeur,
        cerfa.apprenti,
        cerfa.formation,
        cerfa.organisme_formation,
    )
    assert contrat
    assert contrat.date_conclusion
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
    feuille = Feuille(
        "Convention de formation par apprentissage (exemple)",
        le=contrat.date_conclusion,
        auteur=organisme.denomination or "",
    )
    feuille.write("Convention de formation par apprentissage", TITRE)
    feuille.write("Document d'exemple, sans valeur : toutes les personnes sont inventées.", TEXTE)
    feuille.write(
        f"Entre {employeur.denomination} (SIRET {employeur.siret}) et {organisme.denomination} "
        f"(SIRET {organisme.siret})",
        TEXTE,
    )
    feuille.write(f"Apprenti(e) : {apprenti.prenom} {apprenti.nom}", TEXTE)
    for rang, (titre, texte) in enumerate(ARTICLES, start=1):
        feuille.space(4 * MM)
        feuille.write(f"Article {rang}. {titre}", ARTICLE)
        feuille.write(texte.format(**valeurs), TEXTE)
    feuille.space(8 * MM)
    feuille.put("Signé pour l'entreprise : D. FICTIF", TEXTE, x=MARGE, largeur=UTILE)
    feuille.write("Signé pour le CFA : A. FICTIVE", TEXTE, x=LARGEUR / 2)
    return feuille.render()
