"""Refusals of a deposit: identity already received, number unknown, state that forbids (norme.md §5, §7)."""

from traitdunion.norme.erreurs.entree import Entree, Gravite

DEPOT_DEJA_RECU = Entree(
    code="DEPOT_DEJA_RECU",
    phrase="Ce contrat est déjà déposé sous le numéro {numero_externe} (numéro interne {numero_interne}), avec un "
    "autre contenu. {conseil}",
    documentation="Même employeur, même apprenti, même type et même début de contrat qu'un dossier en cours, mais un "
    "autre contenu : la réponse porte les deux numéros et la liste des champs qui diffèrent.",
)
CHAMP_DIFFERENT = Entree(
    code="CHAMP_DIFFERENT",
    gravite=Gravite.AVERTISSEMENT,
    phrase="Ce champ diffère du dépôt déjà reçu.",
    documentation="Accompagne DEPOT_DEJA_RECU : un champ dont la valeur n'est pas celle du dossier déjà reçu.",
)
SIRET_HORS_SIREN = Entree(
    code="SIRET_HORS_SIREN",
    statut=403,
    phrase="Le SIRET du CFA n'appartient pas au SIREN {siren} de l'identifiant API CFA utilisé. Corrigez le SIRET, ou "
    "utilisez l'identifiant API CFA de cet organisme.",
    documentation="Le CFA désigné dans le corps n'est pas celui de la clé.",
)
DOSSIER_INCONNU = Entree(
    code="DOSSIER_INCONNU",
    statut=404,
    phrase="Aucun de vos dossiers ne porte le numéro interne demandé. Vérifiez le numéroInterne reçu au dépôt "
    "(des chiffres, et non le numéro « CA- »).",
    documentation="Le dossier n'existe pas, ou appartient à un autre organisme.",
)
DOCUMENT_INCONNU = Entree(
    code="DOCUMENT_INCONNU",
    statut=404,
    phrase="Aucun de vos documents ne porte ce numéro. Vérifiez le numeroInterneDocument reçu au dépôt.",
    documentation="Le document n'existe pas, ou appartient à un autre organisme.",
)
RECEPISSE_INCONNU = Entree(
    code="RECEPISSE_INCONNU",
    statut=404,
    phrase="Aucun de vos récépissés ne porte cet identifiant. Il a la forme d-123 (dossier) ou p-123 (pièce).",
    documentation="Le récépissé n'existe pas, ou appartient à un autre organisme.",
)
OBJET_INCONNU = Entree(
    code="OBJET_INCONNU",
    phrase="Aucun de vos dossiers ne porte le numéro cité. Donnez le numeroInterne reçu au dépôt du dossier, "
    "puis renvoyez le fichier.",
    documentation="Le corps cite un dossier ou une facture qui n'existe pas, ou appartient à un autre organisme.",
)
DOSSIER_DEJA_ENGAGE = Entree(
    code="DOSSIER_DEJA_ENGAGE",
    phrase="Le dossier {numero_externe} est déjà engagé : sa convention ne se remplace plus. Déposez un avenant.",
    documentation="Une nouvelle version de la convention est refusée une fois le dossier engagé.",
)
DOSSIER_CLOS = Entree(
    code="DOSSIER_CLOS",
    phrase="Le dossier {numero_externe} est clos ({etat}) : il ne reçoit plus de pièce. Déposez un nouveau dossier "
    "s'il s'agit d'un nouveau contrat.",
    documentation="Le dossier est refusé, annulé ou soldé.",
)
RUPTURE_HORS_CONTRAT = Entree(
    code="RUPTURE_HORS_CONTRAT",
    phrase="Le {jour} n'est pas dans le contrat, qui va du {debut} au {fin}. Donnez le dernier jour du contrat rompu.",
    documentation="La date de rupture est avant le début ou après la fin du contrat.",
)
MAINTIEN_EXCLU = Entree(
    code="MAINTIEN_EXCLU",
    phrase="Après ce motif de rupture ({motif}), la formation n'est pas maintenue. Envoyez maintienEnFormation à faux.",
    documentation="L'obtention du diplôme et l'exclusion du CFA mettent fin à la formation.",
    article="L6222-18-2",
)
CURSEUR_INVALIDE = Entree(
    code="CURSEUR_INVALIDE",
    phrase="Le curseur « depuis » n'est pas un curseur de ce fil. Reprenez celui de la dernière réponse, ou appelez "
    "sans curseur pour tout relire.",
    documentation="Un curseur est opaque : il se rend tel qu'il a été reçu.",
)
PARAMETRE_INVALIDE = Entree(
    code="PARAMETRE_INVALIDE",
    phrase="Le paramètre « {parametre} » est absent ou illisible. Attendu : {attendu}.",
    documentation="Un paramètre de l'adresse manque ou n'a pas la forme attendue.",
)
NUMEROS_EPUISES = Entree(
    code="NUMEROS_EPUISES",
    statut=503,
    phrase="La série des numéros de dossier est épuisée. Rien n'a été enregistré ; "
    "l'OPCO doit ouvrir une nouvelle série.",
    documentation="Le numéro CA-9999999 a été attribué : plus aucun dépôt avant l'ouverture d'une série.",
)
CLE_IDEMPOTENCE_INVALIDE = Entree(
    code="CLE_IDEMPOTENCE_INVALIDE",
    phrase="L'en-tête Idempotency-Key doit compter de 1 à 255 caractères visibles.",
    documentation="L'en-tête Idempotency-Key n'a pas la forme attendue.",
)
CLE_IDEMPOTENCE_DEJA_UTILISEE = Entree(
    code="CLE_IDEMPOTENCE_DEJA_UTILISEE",
    statut=422,
    phrase="Cet Idempotency-Key a déjà servi pour un autre contenu. Prenez une nouvelle clé pour un nouvel envoi.",
    documentation="Même Idempotency-Key, autre contenu.",
)
MULTIPART_ATTENDU = Entree(
    code="MULTIPART_ATTENDU",
    phrase="Cette ressource attend un envoi multipart/form-data avec les parties « {partie} » (JSON) et « fichier ».",
    documentation="Le corps n'est pas un multipart/form-data lisible.",
)
PARTIE_MANQUANTE = Entree(
    code="PARTIE_MANQUANTE",
    phrase="La partie « {partie} » manque dans l'envoi multipart. Ajoutez-la.",
    documentation="Une partie obligatoire du multipart est absente.",
)
PARTIE_EN_DOUBLE = Entree(
    code="PARTIE_EN_DOUBLE",
    phrase="La partie « {partie} » figure plusieurs fois. Envoyez-la une seule fois.",
    documentation="Une partie du multipart est répétée.",
)
PARTIE_INCONNUE = Entree(
    code="PARTIE_INCONNUE",
    phrase="La partie « {partie} » n'est pas attendue ici. Parties admises : {admises}.",
    documentation="Le multipart porte une partie que la norme ne connaît pas.",
)
