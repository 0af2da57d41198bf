"""Refusals of a deposited file: its type, its size, what a PDF or an image must not hold (norme.md §7).

Every sentence says how to mend; for active content that is nearly always « imprimez-le en PDF », which flattens it.
"""

from traitdunion.norme.erreurs.entree import Entree

# --- Any file ---------------------------------------------------------------------------------------------------------
FICHIER_VIDE = Entree(
    code="FICHIER_VIDE",
    phrase="Le fichier est vide. Vérifiez qu'il s'ouvre sur votre poste, puis renvoyez-le.",
    documentation="Le fichier ne contient aucun octet.",
)
FICHIER_TROP_GROS = Entree(
    code="FICHIER_TROP_GROS",
    phrase="Le fichier dépasse {limite_mio} Mio. Réduisez la résolution de la numérisation, puis renvoyez-le.",
    documentation="Le fichier dépasse la taille admise, 10 Mio sauf autre réglage de l'OPCO.",
)
FICHIER_TYPE_INCONNU = Entree(
    code="FICHIER_TYPE_INCONNU",
    phrase="Ce fichier n'est ni un PDF, ni une image JPEG ou PNG. Enregistrez ou imprimez le document en PDF.",
    documentation="Les premiers octets ne sont ceux d'aucun type de fichier reçu ici.",
)
FICHIER_TYPE_NON_ADMIS = Entree(
    code="FICHIER_TYPE_NON_ADMIS",
    phrase="Ce fichier est {reel}, qui n'est pas admis ici. Types admis : {admis}. Imprimez-le en PDF.",
    documentation="Type non admis pour cette pièce : PDF seulement pour les factures et les certificats.",
)
FICHIER_TYPE_MENSONGER = Entree(
    code="FICHIER_TYPE_MENSONGER",
    phrase="Le fichier est annoncé comme {annonce}, mais son contenu est {reel}. Donnez-lui la bonne extension et le "
    "bon type, ou imprimez-le en PDF.",
    documentation="L'extension ou le Content-Type de la partie ne correspond pas au contenu du fichier.",
)
FICHIER_POLYGLOTTE = Entree(
    code="FICHIER_POLYGLOTTE",
    phrase="Ce fichier cache un second format ({format}) dans le premier. Imprimez le document en PDF, puis renvoyez "
    "ce nouveau fichier.",
    documentation="Le fichier se lit aussi comme une archive, une page web ou un programme.",
)
FICHIER_TROP_LOURD_A_LIRE = Entree(
    code="FICHIER_TROP_LOURD_A_LIRE",
    phrase="La lecture de ce fichier demande trop de mémoire. Réduisez la résolution ou imprimez-le en PDF, puis "
    "renvoyez-le.",
    documentation="L'analyse du fichier a dépassé la mémoire admise.",
)
FICHIER_TROP_LONG_A_LIRE = Entree(
    code="FICHIER_TROP_LONG_A_LIRE",
    phrase="L'analyse de ce fichier a dépassé le temps admis. Imprimez-le en PDF, puis renvoyez ce nouveau fichier.",
    documentation="L'analyse du fichier a dépassé le temps admis.",
)
FICHIER_ANALYSE_INTERROMPUE = Entree(
    code="FICHIER_ANALYSE_INTERROMPUE",
    phrase="L'analyse de ce fichier a échoué : il est sans doute endommagé. Imprimez-le en PDF, puis renvoyez ce "
    "nouveau fichier.",
    documentation="Le fichier a fait tomber l'analyse de sécurité ; rien n'a été enregistré.",
)

# --- PDF --------------------------------------------------------------------------------------------------------------
PDF_DONNEES_AVANT = Entree(
    code="PDF_DONNEES_AVANT",
    phrase="Des données précèdent le début de ce PDF. Ouvrez-le, imprimez-le en PDF, puis renvoyez ce nouveau fichier.",
    documentation="Le fichier ne commence pas par %PDF- : autre format accolé, ou fichier mal enregistré.",
)
PDF_DONNEES_APRES = Entree(
    code="PDF_DONNEES_APRES",
    phrase="Ce PDF est suivi de données étrangères, ou il est incomplet. Ouvrez-le, imprimez-le en PDF, puis renvoyez "
    "ce nouveau fichier.",
    documentation="Des données qui ne sont pas du PDF suivent une marque %%EOF.",
)
PDF_TRONQUE = Entree(
    code="PDF_TRONQUE",
    phrase="Ce PDF est incomplet : sa fin manque. Renvoyez le fichier entier, ou imprimez-le de nouveau en PDF.",
    documentation="La marque de fin %%EOF est absente.",
)
PDF_ENDOMMAGE = Entree(
    code="PDF_ENDOMMAGE",
    phrase="Ce PDF est endommagé : sa structure ne peut pas être lue telle quelle. Ouvrez-le, imprimez-le en PDF, puis "
    "renvoyez ce nouveau fichier.",
    documentation="La structure du PDF est fautive ; elle n'est jamais réparée d'office.",
)
PDF_CHIFFRE = Entree(
    code="PDF_CHIFFRE",
    phrase="Ce PDF est protégé (mot de passe ou restrictions d'impression ou de copie). Retirez la protection ou "
    "imprimez-le en PDF, puis renvoyez-le.",
    documentation="Le PDF est chiffré, par mot de passe d'ouverture ou de propriétaire.",
)
PDF_SANS_PAGE = Entree(
    code="PDF_SANS_PAGE",
    phrase="Ce PDF ne contient aucune page lisible. Vérifiez qu'il s'ouvre sur votre poste, puis réimprimez-le en PDF.",
    documentation="L'arbre des pages est vide ou illisible.",
)
PDF_TROP_DE_PAGES = Entree(
    code="PDF_TROP_DE_PAGES",
    phrase="Ce PDF compte {pages} pages pour {maximum} admises. Envoyez seulement les pages de la pièce demandée.",
    documentation="Le PDF compte trop de pages, 300 au plus sauf autre réglage ; elles sont comptées dans l'arbre.",
)
PDF_DIMENSIONS = Entree(
    code="PDF_DIMENSIONS",
    phrase="La page {page} de ce PDF a un format illisible ou démesuré. Imprimez-le en PDF au format A4.",
    documentation="Une page n'a pas de MediaBox, ou l'un de ses cadres dépasse 14 400 points (5,08 m).",
)
PDF_TROP_D_OBJETS = Entree(
    code="PDF_TROP_D_OBJETS",
    phrase="Ce PDF est trop complexe : plus de {maximum} objets. Imprimez-le en PDF, puis renvoyez ce nouveau fichier.",
    documentation="Le PDF compte trop d'objets, 200 000 au plus sauf autre réglage.",
)
PDF_DECOMPRESSION_EXCESSIVE = Entree(
    code="PDF_DECOMPRESSION_EXCESSIVE",
    phrase="Une fois décompressé, ce PDF dépasse {limite_mio} Mio. Réduisez la résolution de la numérisation ou "
    "enregistrez ses images en JPEG, puis renvoyez-le.",
    documentation="Les données décompressées dépassent 64 Mio en tout (sauf autre réglage) ou 32 Mio en un flux.",
)
PDF_IMAGE_TROP_GRANDE = Entree(
    code="PDF_IMAGE_TROP_GRANDE",
    phrase="Ce PDF contient une image de plus de {maximum_megapixels} millions de pixels. Réduisez la résolution de la "
    "numérisation (300 points par pouce suffisent), puis renvoyez-le.",
    documentation="Une image du PDF dépasse la taille admise, 60 millions de pixels sauf autre réglage.",
)
PDF_JAVASCRIPT = Entree(
    code="PDF_JAVASCRIPT",
    phrase="Ce PDF contient un programme (JavaScript). Imprimez-le en PDF, puis renvoyez ce nouveau fichier.",
    documentation="Le PDF contient du JavaScript ; certains formulaires officiels anciens en portent.",
)
PDF_LANCEMENT = Entree(
    code="PDF_LANCEMENT",
    phrase="Ce PDF peut lancer un programme du poste (action Launch). Imprimez-le en PDF, puis renvoyez ce nouveau "
    "fichier.",
    documentation="Le PDF contient une action /Launch.",
)
PDF_ENVOI_FORMULAIRE = Entree(
    code="PDF_ENVOI_FORMULAIRE",
    phrase="Ce PDF contient un bouton qui envoie ses données ailleurs (action SubmitForm). Imprimez-le en PDF, puis "
    "renvoyez ce nouveau fichier.",
    documentation="Le PDF contient une action /SubmitForm.",
)
PDF_IMPORT_DONNEES = Entree(
    code="PDF_IMPORT_DONNEES",
    phrase="Ce PDF peut importer des données d'un autre fichier (action ImportData). Imprimez-le en PDF, puis renvoyez "
    "ce nouveau fichier.",
    documentation="Le PDF contient une action /ImportData.",
)
PDF_MULTIMEDIA = Entree(
    code="PDF_MULTIMEDIA",
    phrase="Ce PDF contient du son, de la vidéo, de la 3D ou un contenu animé. Imprimez-le en PDF, puis renvoyez ce "
    "nouveau fichier.",
    documentation="Le PDF contient une annotation ou une action multimédia (RichMedia, Movie, Sound, Rendition, 3D).",
)
PDF_PIECE_JOINTE = Entree(
    code="PDF_PIECE_JOINTE",
    phrase="Ce PDF transporte un autre fichier en pièce jointe. Envoyez chaque pièce à part, ou imprimez-le en PDF.",
    documentation="Le PDF contient un fichier joint (EmbeddedFile). Sur une facture, le XML d'un Factur-X, seul et "
    "sous son nom (factur-x.xml), est admis.",
)
PDF_XFA = Entree(
    code="PDF_XFA",
    phrase="Ce PDF est un formulaire dynamique (XFA), illisible hors d'Adobe Reader. Ouvrez-le, imprimez-le en PDF, "
    "puis renvoyez ce nouveau fichier.",
    documentation="Le PDF contient un formulaire XFA.",
)
PDF_ACTION_AUTOMATIQUE = Entree(
    code="PDF_ACTION_AUTOMATIQUE",
    phrase="Ce PDF déclenche des actions de lui-même (à l'ouverture d'une page ou à la saisie d'un champ). Imprimez-le "
    "en PDF, puis renvoyez ce nouveau fichier.",
    documentation="Le PDF contient des actions supplémentaires (/AA).",
)
PDF_LIEN_AUTOMATIQUE = Entree(
    code="PDF_LIEN_AUTOMATIQUE",
    phrase="Ce PDF ouvre de lui-même une adresse ou un autre fichier. Imprimez-le en PDF, puis renvoyez ce nouveau "
    "fichier.",
    documentation="L'action d'ouverture (/OpenAction) mène hors du document. Un lien ordinaire, à cliquer, est admis.",
)
PDF_CONTENU_EXTERNE = Entree(
    code="PDF_CONTENU_EXTERNE",
    phrase="Ce PDF va chercher une partie de son contenu dans un autre fichier. Imprimez-le en PDF, puis renvoyez ce "
    "nouveau fichier.",
    documentation="Un flux du PDF prend ses données dans un fichier externe (/F).",
)

# --- Images -----------------------------------------------------------------------------------------------------------
IMAGE_TROP_GRANDE = Entree(
    code="IMAGE_TROP_GRANDE",
    phrase="Cette image compte plus de {maximum_megapixels} millions de pixels. Réduisez sa définition, ou numérisez "
    "le document en PDF.",
    documentation="L'image dépasse la taille admise, 60 millions de pixels sauf autre réglage.",
)
IMAGE_ENDOMMAGEE = Entree(
    code="IMAGE_ENDOMMAGEE",
    phrase="Cette image est incomplète ou endommagée. Ouvrez-la, enregistrez-la de nouveau, ou numérisez le document "
    "en PDF.",
    documentation="L'image ne peut pas être décodée jusqu'au bout.",
)
IMAGE_DONNEES_APRES = Entree(
    code="IMAGE_DONNEES_APRES",
    phrase="Cette image est suivie de données étrangères. Ouvrez-la, enregistrez-la de nouveau, ou imprimez-la en PDF.",
    documentation="Des données suivent la fin de l'image.",
)
IMAGE_ANIMEE = Entree(
    code="IMAGE_ANIMEE",
    phrase="Cette image est animée. Envoyez une image fixe, ou imprimez-la en PDF.",
    documentation="Le PNG compte plusieurs vues.",
)
