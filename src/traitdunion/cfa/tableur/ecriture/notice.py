"""What the workbook says of itself: the help of each column, the sheet « Lisez-moi »."""

from typing import Any

from traitdunion.cfa.tableur.colonnes import Colonne, Presence

_PRESENCES = {
    Presence.OBLIGATOIRE: "Obligatoire.",
    Presence.ATTENDU: "Attendu par l'OPCO.",
    Presence.FACULTATIF: "Facultatif.",
}
# Kind of each line: a heading, a paragraph, a gravity shown in its colour.
LISEZ_MOI = (
    ("#", "Remplir une promotion"),
    ("-", "Une ligne par apprenti, dans la feuille « Promotion », à partir de la première ligne vide sous les titres."),
    ("-", "Un titre suivi de * est obligatoire : sans lui, le dossier ne part pas."),
    ("-", "Un titre suivi de (*) est attendu : le dossier part, mais l'OPCO peut le refuser ou demander la suite."),
    ("-", "Les autres colonnes se remplissent selon le cas ; l'aide de chaque colonne dit quand. Une cellule vide est "
          "une donnée absente."),
    ("-", "L'aide s'affiche quand vous choisissez une cellule, et quand vous passez la souris sur un titre."),
    ("-", "Vous pouvez déplacer, masquer ou supprimer des colonnes facultatives, filtrer, trier, ajouter les vôtres : "
          "les colonnes sont reconnues à leur titre, qu'il ne faut pas changer."),
    ("-", "La ligne dont l'état est EXEMPLE est ignorée : vous pouvez la laisser ou la supprimer."),
    ("#", "Ce qu'il faut taper"),
    ("-", "Dates : 01/09/2026, l'année sur quatre chiffres. Montants : 1801,80. Pourcentages : 43 pour 43 %."),
    ("-", "Listes : choisissez dans la liste, ou tapez le code seul, ou le libellé seul."),
    ("-", "SIRET, code postal, téléphone, IDCC, code du diplôme : les cellules sont au format Texte, les zéros du "
          "début restent. Si vous collez des données, préférez « Collage spécial, valeurs »."),
    ("#", "Les conventions"),
    ("-", "Rangez les conventions signées (PDF, JPEG ou PNG, 10 Mio au plus) dans un même dossier."),
    ("-", "Le fichier d'un apprenti est celui qui est écrit dans la colonne « Fichier de la convention ». Si elle est "
          "vide, c'est celui dont le nom contient son nom et son prénom, dans n'importe quel ordre : "
          "« DUPONT Jeanne.pdf », « convention-jeanne-dupont.pdf ». Majuscules, accents et tirets ne comptent pas."),
    ("-", "Pour deux homonymes, ajoutez la date de naissance au nom du fichier : « DUPONT Jeanne 14-05-2006.pdf »."),
    ("-", "Sans convention, ou s'il y a un doute, la ligne n'est pas envoyée et son état le dit."),
    ("#", "Importer"),
    ("-", "traitdunion cfa importer promotion.xlsx --conventions DOSSIER --a-blanc contrôle tout et n'envoie rien."),
    ("-", "Sans --a-blanc, les lignes sans erreur sont déposées, les autres attendent votre correction."),
    ("-", "Le résultat est écrit dans promotion.anomalies.xlsx, à côté de votre classeur : corrigez-y les cellules en "
          "couleur, puis importez ce fichier-là. Une ligne déjà déposée n'est jamais renvoyée."),
    ("#", "Les états et les couleurs"),
    ("-", "État « à corriger » : la ligne n'est pas envoyée. « prêt » : rien ne l'arrête. « en attente » : dans la "
          "boîte d'envoi. « déposé » : l'OPCO l'a reçue, son numéro CA-… est à côté. « refusé » : l'OPCO a dit non."),
    ("!BLOQUANT", "Rouge : bloquant. Le dossier ne part pas tant que ce n'est pas corrigé."),
    ("!MOTIF_REFUS", "Orange : motif de refus possible. Le dossier part, mais l'OPCO peut le refuser pour cela."),
    ("!AVERTISSEMENT", "Jaune : avertissement. À vérifier ; le dossier part."),
    ("-", "La couleur n'est jamais seule : la colonne « Ce qui ne va pas » dit tout, et chaque cellule en couleur a "
          "sa note."),
    ("#", "Données personnelles"),
    ("-", "Ce classeur contient des données personnelles (NIR, handicap) : gardez-le en lieu sûr, ne l'envoyez pas par "
          "courriel, supprimez-le quand la promotion est déposée."),
)  # fmt: skip


def describe(colonne: Colonne) -> str:
    """The help of a column: whether it must be filled, what to type, an invented example."""
    exemple = f" Exemple : {colonne.exemple}" if colonne.exemple else ""
    presence = "" if colonne.groupe == "Suivi" else f"{_PRESENCES[colonne.presence]} "
    return f"{presence}{colonne.aide}{exemple}"


def write(classeur: Any, couleurs: dict[str, str]) -> None:
    """The sheet « Lisez-moi »; `couleurs`: the colour of each gravity."""
    feuille = classeur.add_worksheet("Lisez-moi")
    feuille.set_column(0, 0, 110)
    feuille.hide_gridlines(2)
    feuille.set_paper(9)
    feuille.fit_to_pages(1, 0)
    titre = classeur.add_format({"bold": True, "font_size": 13, "top": 1, "valign": "vcenter"})
    texte = classeur.add_format({"text_wrap": True, "valign": "top", "indent": 1})
    for ligne, (genre, phrase) in enumerate(LISEZ_MOI):
        format_ = titre if genre == "#" else texte
        if genre.startswith("!"):
            format_ = classeur.add_format(
                {"text_wrap": True, "indent": 1, "bg_color": couleurs[genre[1:]], "border": 1}
            )
        feuille.set_row(ligne, 24 if genre == "#" else 16 * (1 + len(phrase) // 112))
        feuille.write_string(ligne, 0, phrase, format_)
