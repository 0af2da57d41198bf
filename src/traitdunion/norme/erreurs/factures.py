"""Codes of factures, avoirs and certificats (norme.md §2.3, §2.4; regles.md §4.6, §5).

Amounts in the sentences are written by `facturation.montants.say_montant`, days as JJ/MM/AAAA. No sentence quotes an
IBAN. What belongs to another SIREN is unknown, in the same words (norme.md §4).
"""

from traitdunion.norme.erreurs.entree import Entree, Gravite


def _bloquant(code: str, phrase: str, documentation: str, article: str | None = None) -> Entree:
    return Entree(code=code, phrase=phrase, documentation=documentation, article=article)


def _doute(code: str, phrase: str, documentation: str, article: str | None = None) -> Entree:
    return Entree(code=code, phrase=phrase, documentation=documentation, article=article, gravite=Gravite.AVERTISSEMENT)


# --- The facture as a whole -------------------------------------------------------------------------------------------
NUMERO_DE_FACTURE_DEJA_UTILISE = _bloquant(
    "NUMERO_DE_FACTURE_DEJA_UTILISE",
    "Le numéro {numero} a déjà servi pour une autre facture ou un autre avoir de cet émetteur (numéro interne "
    "{numero_interne_facture}). Si c'est la même pièce, renvoyez-la sans rien y changer ; sinon, donnez-lui un numéro "
    "qui n'a jamais servi.",
    "Même émetteur et même numéro qu'une facture ou qu'un avoir déjà reçu, mais un autre contenu ou un autre fichier : "
    "la réponse porte son numéro interne.",
)
LIGNES_ABSENTES = _bloquant(
    "LIGNES_ABSENTES",
    "La pièce ne compte aucune ligne. Donnez au moins une ligne : montant, nature, numéro de dossier et numéro de "
    "l'échéance.",
    "Une facture ou un avoir compte une ligne au moins.",
)
SOMME_DES_LIGNES = _bloquant(
    "SOMME_DES_LIGNES",
    "Le montant total ({total} €) n'est pas la somme des lignes ({somme} €). Corrigez le montant total, ou la ligne "
    "qui manque ou qui est de trop.",
    "Le montant total est, au centime, la somme des montants des lignes.",
)
DATE_EMISSION_FUTURE = _bloquant(
    "DATE_EMISSION_FUTURE",
    "La date d'émission ({jour}) est après le jour de réception ({recu_le}). Corrigez-la, ou envoyez la pièce ce "
    "jour-là.",
    "La date d'émission est postérieure au jour de la transmission.",
)
IBAN_INVALIDE = _bloquant(
    "IBAN_INVALIDE",
    "« {libelle} » n'est pas un IBAN valide : pays, longueur ou clé ne vont pas. Recopiez-le depuis le relevé "
    "d'identité bancaire.",
    "L'IBAN n'a pas la longueur de son pays, ou sa clé est fausse.",
)
IBAN_NON_VALIDE = _bloquant(
    "IBAN_NON_VALIDE",
    "L'IBAN de la facture n'est pas celui que l'OPCO a validé pour ce CFA. Vérifiez-le dans MyA, « Mon Compte > "
    "Coordonnées bancaires ». Pour en changer, faites-y une demande de modification, puis renvoyez la facture une fois "
    "le nouvel IBAN validé.",
    "L'IBAN de l'émetteur n'est pas celui qui est validé dans MyA pour cet établissement : protection contre la fraude "
    "au changement de compte.",
)
IBAN_A_DECLARER = _bloquant(
    "IBAN_A_DECLARER",
    "Aucun IBAN n'est encore validé pour ce CFA. Déclarez-le dans MyA, « Mon Compte > Coordonnées bancaires » ; "
    "renvoyez la facture une fois qu'il est validé.",
    "L'OPCO n'a encore validé aucun IBAN pour cet établissement.",
)

# --- A line -----------------------------------------------------------------------------------------------------------
MONTANT_DE_LIGNE = _bloquant(
    "MONTANT_DE_LIGNE",
    "Le montant de la ligne ({montant} €) doit être {attendu} à zéro. {conseil}",
    "Les lignes d'une facture sont positives, celles d'un avoir négatives ; aucune n'est nulle.",
)
DOSSIER_DE_LIGNE_INCONNU = _bloquant(
    "DOSSIER_DE_LIGNE_INCONNU",
    "Aucun de vos dossiers ne porte le numéro donné dans numeroDossier. Donnez le numéro « CA- » et ses sept "
    "chiffres, et non le numéro interne.",
    "Le dossier de la ligne n'existe pas, ou appartient à un autre organisme.",
)
DOSSIER_NON_ENGAGE = _bloquant(
    "DOSSIER_NON_ENGAGE",
    "Le dossier {numero_dossier} n'est pas encore engagé. Attendez l'accord de prise en charge, puis renvoyez la "
    "facture.",
    "Rien ne se facture avant l'accord de prise en charge.",
)
DOSSIER_NON_FACTURABLE = _bloquant(
    "DOSSIER_NON_FACTURABLE",
    "Le dossier {numero_dossier} est {etat} : il ne se facture pas. Retirez cette ligne, ou faites une demande de "
    "contact dans MyA si vous pensez à une erreur.",
    "Le dossier est refusé, annulé ou soldé.",
)
ECHEANCE_INCONNUE = _bloquant(
    "ECHEANCE_INCONNUE",
    "Le dossier {numero_dossier} n'a pas d'échéance {numero_echeance}. Ses échéances : {existantes}. Corrigez le "
    "numéro de l'échéance.",
    "Le numéro d'échéance n'est pas dans l'échéancier du dossier.",
)
ECHEANCE_NON_OUVERTE = _bloquant(
    "ECHEANCE_NON_OUVERTE",
    "L'échéance {numero_echeance} du dossier {numero_dossier} ne se facture qu'à partir du {ouverture}. Renvoyez la "
    "facture à partir de ce jour.",
    "La date d'ouverture de l'échéance n'est pas atteinte.",
    "R6332-25",
)
MONTANT_SUPERIEUR_AU_RESTE = _bloquant(
    "MONTANT_SUPERIEUR_AU_RESTE",
    "Les lignes de l'échéance {numero_echeance} du dossier {numero_dossier} font {montant} €, alors qu'il y reste "
    "{reste} € à facturer. Ramenez-les à ce reste, ou déposez d'abord un avoir sur ce qui a été facturé en trop.",
    "Pédagogie et majoration RQTH d'une échéance, prises ensemble, dépassent ce qui en reste à facturer.",
)
FRAIS_NON_ENGAGES = _bloquant(
    "FRAIS_NON_ENGAGES",
    "Aucun montant n'est engagé pour « {nature} » dans le dossier {numero_dossier}. Retirez cette ligne, ou faites une "
    "demande de contact dans MyA pour faire revoir l'engagement.",
    "La nature de la ligne n'a pas d'engagement dans ce dossier.",
    "D6332-83",
)
FRAIS_AU_DELA_DE_L_ENGAGEMENT = _bloquant(
    "FRAIS_AU_DELA_DE_L_ENGAGEMENT",
    "Les lignes « {nature} » du dossier {numero_dossier} font {montant} €, alors qu'il reste {reste} € sur "
    "l'engagement. Ramenez-les à ce reste.",
    "Les frais annexes facturés dépassent leur engagement.",
    "D6332-83",
)
FRAIS_DEJA_FACTURES = _bloquant(
    "FRAIS_DEJA_FACTURES",
    "« {nature} » se facture une seule fois par contrat, et l'est déjà dans le dossier {numero_dossier}. Retirez cette "
    "ligne ; pour corriger, déposez d'abord un avoir.",
    "Le premier équipement et la mobilité se facturent une seule fois.",
    "D6332-83",
)
RQTH_AU_DELA_DE_L_ENGAGEMENT = _bloquant(
    "RQTH_AU_DELA_DE_L_ENGAGEMENT",
    "La majoration RQTH facturée sur l'échéance {numero_echeance} du dossier {numero_dossier} fait {montant} €, alors "
    "qu'il en reste {reste} €. Ramenez-la à ce reste.",
    "La majoration RQTH facturée dépasse la part de l'échéance qui lui revient.",
    "D6332-82",
)
ECHEANCE_FORCLOSE = _bloquant(
    "ECHEANCE_FORCLOSE",
    "Le dernier solde du dossier {numero_dossier} se facturait au plus tard le {limite}, quatre mois après la fin : "
    "plus rien n'est dû. Retirez cette ligne, ou faites une demande de contact dans MyA si un envoi est parti avant.",
    "La facture du dernier solde et ses pièces arrivent dans les quatre mois qui suivent la fin ; après, le solde est "
    "perdu.",
    "R6332-25",
)

# --- The avoir --------------------------------------------------------------------------------------------------------
FACTURE_ORIGINE_INCONNUE = _bloquant(
    "FACTURE_ORIGINE_INCONNUE",
    "Aucune facture de cet émetteur ne porte le numéro donné dans numeroFactureOrigine. Donnez le numéro de votre "
    "facture, tel que vous l'avez envoyé.",
    "La facture que l'avoir corrige n'a pas été reçue, ou appartient à un autre organisme.",
)
AVOIR_SUPERIEUR_A_LA_FACTURE = _bloquant(
    "AVOIR_SUPERIEUR_A_LA_FACTURE",
    "L'avoir porte {montant} € sur « {nature} », échéance {numero_echeance} du dossier {numero_dossier}, alors que "
    "{reste} € peuvent encore y faire l'objet d'un avoir. Ramenez-le à ce montant.",
    "Un avoir ne dépasse pas ce que sa facture a porté, moins les avoirs déjà reçus.",
)
AVOIR_SANS_LIGNE_CORRESPONDANTE = _bloquant(
    "AVOIR_SANS_LIGNE_CORRESPONDANTE",
    "La facture {numero_facture} n'a pas de ligne « {nature} » pour l'échéance {numero_echeance} du dossier "
    "{numero_dossier}. Reprenez la nature, l'échéance et le dossier d'une ligne de la facture.",
    "Chaque ligne d'un avoir corrige une ligne de la facture d'origine : même dossier, même échéance, même nature.",
)

# --- The certificat ---------------------------------------------------------------------------------------------------
CERTIFICAT_SANS_ECHEANCE = _bloquant(
    "CERTIFICAT_SANS_ECHEANCE",
    "Le certificat ne dit pas quelle échéance il atteste. Donnez echeance.numero.",
    "Un certificat de réalisation atteste une échéance, désignée par son numéro.",
)
DIFFERENCE_CERTIFICAT = _doute(
    "DIFFERENCE_CERTIFICAT",
    "« {libelle} » n'est pas le même sur le certificat et sur le CERFA. Corrigez l'un des deux.",
    "Une donnée du certificat diffère de celle du contrat.",
)
DATE_CERTIFICAT_FUTURE = _doute(
    "DATE_CERTIFICAT_FUTURE",
    "« {libelle} » ({jour}) est après le jour de réception : un certificat atteste ce qui a été réalisé. Vérifiez la "
    "date.",
    "Le certificat est signé, ou la période qu'il atteste finit, après le jour de la transmission.",
)

# --- What is said without stopping anything ---------------------------------------------------------------------------
CODIFICATION_DIFFERENTE = _doute(
    "CODIFICATION_DIFFERENTE",
    "La codification envoyée n'est pas celle de l'échéance {numero_echeance} ({attendue}) : c'est le numéro de "
    "l'échéance qui est retenu. Vérifiez-le.",
    "Le numéro de l'échéance et sa codification ne s'accordent pas ; le numéro seul compte.",
)
NUMERO_DECA_DIFFERENT = _doute(
    "NUMERO_DECA_DIFFERENT",
    "Le numéro DECA de la ligne n'est pas celui du dossier {numero_dossier}. Vérifiez que la ligne est sur le bon "
    "dossier.",
    "Le numéro de dépôt DECA de la ligne n'est pas celui du dossier ; le numéro de dossier seul compte.",
)
SIRET_AUTRE_ETABLISSEMENT = _doute(
    "SIRET_AUTRE_ETABLISSEMENT",
    "L'émetteur est un autre établissement que le CFA de l'échéance {numero_echeance} du dossier {numero_dossier} "
    "({siret_cfa}), du même SIREN. Vérifiez le SIRET de l'émetteur.",
    "L'émetteur de la facture et le CFA de l'échéance sont deux établissements d'un même SIREN.",
)
LIGNE_SCINDEE = _doute(
    "LIGNE_SCINDEE",
    "Cette ligne de pédagogie comprend la majoration RQTH : elle a été scindée en {pedagogie} € de pédagogie et "
    "{rqth} € de majoration RQTH. Vous pouvez envoyer deux lignes.",
    "Une ligne de pédagogie qui comprend la part RQTH de l'échéance est scindée par l'OPCO.",
)
PREUVE_REALISATION_ATTENDUE = _doute(
    "PREUVE_REALISATION_ATTENDUE",
    "Cette ligne est reçue « à compléter » : elle sera payée une fois le certificat de réalisation reçu, au plus tard "
    "le {limite}. Déposez-le ; après ce jour, plus rien ne sera dû.",
    "La ligne attend son certificat de réalisation avant la date de forclusion.",
    "R6332-25",
)
FACTURE_PARTICIPATION_ATTENDUE = _doute(
    "FACTURE_PARTICIPATION_ATTENDUE",
    "Le dernier solde sera payé une fois reçue la copie de la facture de participation adressée à l'employeur, au plus "
    "tard le {limite}. Déposez-la (typeFichier FACTURE_PARTICIPATION_EMPLOYEUR).",
    "Le dernier solde attend la copie de la facture de participation adressée à l'employeur.",
    "R6332-25-2",
)
ATTESTATION_DEBUT_ATTENDUE = _doute(
    "ATTESTATION_DEBUT_ATTENDUE",
    "Ce CFA est déclaré depuis moins de six mois : l'avance sera payée une fois reçue l'attestation de réalisation du "
    "début de la formation. Déposez-la (typeFichier ATTESTATION_DEBUT).",
    "L'avance d'un CFA déclaré depuis moins de six mois attend l'attestation de réalisation du début.",
    "R6332-25",
)
CERTIFICAT_SUR_PREMIERE_ECHEANCE = _doute(
    "CERTIFICAT_SUR_PREMIERE_ECHEANCE",
    "La facture est donnée comme certificat de réalisation, mais ne porte que sur la première échéance, qui est une "
    "avance. Envoyez estCertificatRealisation à faux.",
    "La première échéance se facture avant toute réalisation : estCertificatRealisation y est faux.",
)
