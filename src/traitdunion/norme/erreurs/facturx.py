"""What the PDF of a facture says by itself: its Factur-X beside the data, its mention of VAT. Warnings only."""

from traitdunion.norme.erreurs.entree import Entree, Gravite

FACTURX_DIFFERENTE = Entree(
    code="FACTURX_DIFFERENTE",
    gravite=Gravite.AVERTISSEMENT,
    phrase="Le Factur-X du PDF ne dit pas la même chose que les données envoyées. {ecart} Vérifiez lequel des deux est "
    "juste et corrigez l'autre dans votre logiciel avant le prochain envoi.",
    documentation="Le numéro, la date, le total, la devise, le type, le SIRET de l'émetteur ou l'IBAN lu dans le XML "
    "du Factur-X diffère du JSON, ou y manque ; champ est le membre du JSON. L'IBAN n'est jamais cité.",
)
FACTURX_ILLISIBLE = Entree(
    code="FACTURX_ILLISIBLE",
    gravite=Gravite.AVERTISSEMENT,
    phrase="Le PDF porte un Factur-X dont le XML ne peut pas être lu : il n'a pas été comparé aux données envoyées. "
    "Refaites la facture avec un logiciel qui produit du Factur-X 1.0 (ZUGFeRD 2), ou envoyez un PDF simple.",
    documentation="Le XML joint est incomplet, contradictoire, ou d'un autre format que CrossIndustryInvoice "
    "(ZUGFeRD 1, UBL…).",
)
MENTION_EXONERATION_ABSENTE = Entree(
    code="MENTION_EXONERATION_ABSENTE",
    gravite=Gravite.AVERTISSEMENT,
    article="CGI, art. 261, 4, 4° a",
    phrase="Le texte du PDF ne porte pas la mention de l'exonération de TVA. Ajoutez à vos factures : « Exonération de "
    "TVA, article 261-4-4° a du CGI ».",
    documentation="La mention a été cherchée dans le texte du PDF sans y être trouvée. Une facture numérisée, sans "
    "texte, ne donne pas cet avertissement.",
)
