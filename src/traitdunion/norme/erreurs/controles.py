"""Codes of the contrôles: what the law and the form ask of a dossier (regles.md §2).

BLOQUANT is for what cannot be stored (the « Complete list of B »); a breach of law is a MOTIF_REFUS, a doubt an
AVERTISSEMENT: neither stops a deposit (norme.md §7).
"""

from traitdunion.norme.erreurs.entree import Entree, Gravite


def _bloquant(code: str, phrase: str, documentation: str) -> Entree:
    return Entree(code=code, phrase=phrase, documentation=documentation)


def _motif(code: str, phrase: str, documentation: str, article: str | None = None) -> Entree:
    return Entree(code=code, phrase=phrase, documentation=documentation, article=article, gravite=Gravite.MOTIF_REFUS)


def _doute(code: str, phrase: str, documentation: str, article: str | None = None) -> Entree:
    return Entree(code=code, phrase=phrase, documentation=documentation, article=article, gravite=Gravite.AVERTISSEMENT)


MEMBRE_OBLIGATOIRE = _bloquant(
    "MEMBRE_OBLIGATOIRE",
    "« {libelle} » manque : sans cette donnée, rien ne peut être enregistré. Renseignez-la.",
    "Une donnée sans laquelle le dépôt ne peut pas être enregistré est absente.",
)
CODE_INCONNU = _bloquant(
    "CODE_INCONNU",
    "« {libelle} » : ce code n'existe pas. Codes admis : {admis}.",
    "La valeur n'est dans aucune version de la liste de codes.",
)
SIRET_INVALIDE = _bloquant(
    "SIRET_INVALIDE",
    "« {libelle} » n'est pas un SIRET valide : 14 chiffres, dont la clé. Vérifiez la saisie.",
    "Un SIRET n'a pas 14 chiffres, ou sa clé est fausse.",
)
FIN_AVANT_DEBUT = _bloquant(
    "FIN_AVANT_DEBUT",
    "« {libelle} » doit être après le {debut}. Corrigez l'une des deux dates.",
    "Une période finit le jour de son début ou avant.",
)
MANDAT_EMPLOYEUR_ABSENT = _bloquant(
    "MANDAT_EMPLOYEUR_ABSENT",
    "Le mandat de l'employeur manque (mandatEmployeur doit être true) : l'OPCO ne peut pas enregistrer un contrat "
    "sans l'accord écrit de l'employeur. Faites figurer le mandat dans un chapitre propre de la convention.",
    "La convention est déposée sans le mandat de gestion de l'employeur.",
)

MEMBRE_A_COMPLETER = _motif(
    "MEMBRE_A_COMPLETER",
    "« {libelle} » est à compléter.",
    "Une donnée exigée par le formulaire est absente ; le dépôt est reçu, le dossier est à compléter.",
)
ATTESTATION_ABSENTE = _motif(
    "ATTESTATION_ABSENTE",
    "« {libelle} » doit être cochée (true). Cochez-la une fois la vérification faite.",
    "Une attestation exigée par le formulaire n'est pas donnée.",
)
CODE_ANCIEN = _doute(
    "CODE_ANCIEN",
    "« {libelle} » : ce code vient d'une version antérieure du formulaire. Codes d'aujourd'hui : {admis}.",
    "Le code n'existe plus dans la version en vigueur de la liste.",
)
VERSION_CERFA_INCONNUE = _motif(
    "VERSION_CERFA_INCONNUE",
    "« Version du CERFA » : version inconnue. Utilisez 10103*14 (versions lues : 10103*10 à 10103*14).",
    "La version du formulaire n'est pas de celles qui sont lues.",
)
VERSION_CERFA_PERIMEE = _motif(
    "VERSION_CERFA_PERIMEE",
    "Le CERFA 10103*14 est obligatoire pour un contrat conclu à partir du 1er juillet 2025. Refaites le contrat sur "
    "cette version.",
    "Le contrat est conclu depuis le 1er juillet 2025 sur une version antérieure du formulaire.",
)
NIR_INVALIDE = _motif(
    "NIR_INVALIDE",
    "« {libelle} » n'a pas la forme d'un NIR : 13 caractères, ou 15 avec la clé. Vérifiez la carte Vitale.",
    "Le numéro de sécurité sociale n'a pas la forme attendue.",
)
NIR_CLE_INVALIDE = _motif(
    "NIR_CLE_INVALIDE",
    "« {libelle} » : la clé ne correspond pas au numéro. Vérifiez la carte Vitale.",
    "La clé du numéro de sécurité sociale est fausse.",
)
NIR_PROVISOIRE = _doute(
    "NIR_PROVISOIRE",
    "Le NIR est un numéro d'attente. Transmettez le numéro définitif dès qu'il est connu.",
    "Le numéro de sécurité sociale commence par 3, 4, 7 ou 8.",
)
NIR_INCOHERENT = _doute(
    "NIR_INCOHERENT",
    "Le NIR ne s'accorde pas avec {avec}. Vérifiez l'un et l'autre.",
    "Le numéro de sécurité sociale contredit le sexe, l'année ou le mois de naissance.",
)
UAI_INVALIDE = _motif(
    "UAI_INVALIDE",
    "« {libelle} » n'est pas valide : 7 chiffres et la lettre de contrôle. Vérifiez la saisie.",
    "Un numéro UAI n'a pas la forme attendue, ou sa lettre est fausse.",
)
RNCP_INVALIDE = _motif(
    "RNCP_INVALIDE",
    "« Code RNCP » n'a pas la bonne forme : RNCP et 1 à 6 chiffres, par exemple RNCP38362.",
    "Le code RNCP n'a pas la forme attendue.",
    "L6211-1",
)
FORMAT_DOUTEUX = _doute(
    "FORMAT_DOUTEUX",
    "« {libelle} » n'a pas la forme habituelle ({attendu}). Vérifiez la saisie.",
    "Une donnée n'a pas la forme habituelle : code diplôme, NAF, IDCC, téléphone, courriel, code postal, numéro DECA…",
)
EMPLOYEUR_PUBLIC = _doute(
    "EMPLOYEUR_PUBLIC",
    "Ce type d'employeur public relève en principe de la DDETS et non d'un OPCO. Vérifiez le type d'employeur.",
    "Le type d'employeur est compris entre 21 et 29.",
)
REGIME_SPECIFIQUE_SANS_OBJET = _doute(
    "REGIME_SPECIFIQUE_SANS_OBJET",
    "Le régime spécifique d'assurance chômage ne concerne que les employeurs publics (types 21 à 29). Décochez-le.",
    "Le régime spécifique est déclaré par un employeur qui n'est pas public.",
)
DUREE_FORMATION_INVALIDE = _motif(
    "DUREE_FORMATION_INVALIDE",
    "« Durée de la formation » doit être comprise entre 1 et 9 999 heures.",
    "La durée de la formation est hors bornes.",
    "L6211-2",
)
HEURES_DISTANCE_ABSENTES = _motif(
    "HEURES_DISTANCE_ABSENTES",
    "« Dont heures de formation à distance » manque : depuis le CERFA *14, indiquez-les, 0 s'il n'y en a pas.",
    "Les heures à distance ne sont pas dites alors que le formulaire les demande.",
    "D6332-82-1",
)
HEURES_DISTANCE_EXCESSIVES = _motif(
    "HEURES_DISTANCE_EXCESSIVES",
    "Les heures à distance sont négatives ou dépassent la durée de la formation. Corrigez l'une ou l'autre.",
    "Les heures à distance dépassent la durée totale.",
    "D6332-82-1",
)
HEURES_CFA_INSUFFISANTES = _doute(
    "HEURES_CFA_INSUFFISANTES",
    "La formation ({heures} h) représente moins de 25 % de la durée du contrat (environ {attendu} h attendues). "
    "Vérifiez la durée, ou que le certificateur admet moins.",
    "La durée de formation est inférieure au quart de la durée du contrat.",
    "L6211-2",
)
CONCLUSION_APRES_DEBUT = _motif(
    "CONCLUSION_APRES_DEBUT",
    "Le contrat est conclu après le début d'exécution du {debut} : il se signe avant l'embauche. Vérifiez les dates.",
    "La date de conclusion est postérieure au début d'exécution.",
    "L6222-4",
)
CONCLUSION_FUTURE = _doute(
    "CONCLUSION_FUTURE",
    "La date de conclusion est dans le futur : un contrat se transmet une fois signé. Vérifiez la date.",
    "La date de conclusion est postérieure au jour de la transmission.",
)
CONCLUSION_ANCIENNE = _doute(
    "CONCLUSION_ANCIENNE",
    "La date de conclusion est antérieure au 1er janvier 2020. Vérifiez l'année.",
    "La date de conclusion est antérieure au 1er janvier 2020.",
)
PRATIQUE_HORS_BORNES = _motif(
    "PRATIQUE_HORS_BORNES",
    "La formation pratique commence entre le {debut} et le {fin}. Vérifiez la date.",
    "La formation pratique débute hors du contrat, avant sa conclusion, ou plus de trois mois après son début.",
    "L6222-12",
)
DEBUT_CFA_TARDIF = _motif(
    "DEBUT_CFA_TARDIF",
    "La formation en CFA commence au plus tard trois mois après le début d'exécution, soit le {limite}.",
    "La formation en CFA débute plus de trois mois après le début d'exécution.",
    "L6222-12",
)
ENTREE_CFA_ANCIENNE = _doute(
    "ENTREE_CFA_ANCIENNE",
    "Entré en CFA le {entree} sans contrat, l'apprenti doit en signer un dans les trois mois. Vérifiez les dates.",
    "Le contrat est conclu plus de trois mois après l'entrée en CFA comme stagiaire.",
    "L6222-12-1",
)
CYCLE_DEJA_COMMENCE = _doute(
    "CYCLE_DEJA_COMMENCE",
    "La formation avait commencé avant la signature : l'exécution commence alors le jour où l'on signe ({signature}).",
    "Le cycle a débuté avant la signature, et l'exécution ne débute pas le jour de la signature.",
)
FORMATION_HORS_CONTRAT = _doute(
    "FORMATION_HORS_CONTRAT",
    "Les examens finissent avant le début ou la signature du contrat. Vérifiez la date de fin de formation.",
    "La fin de formation précède le début ou la conclusion du contrat.",
)
CONTRAT_FINIT_AVANT_EXAMENS = _doute(
    "CONTRAT_FINIT_AVANT_EXAMENS",
    "Le contrat finit avant les examens du {examens} : il doit les couvrir. Vérifiez la date de fin.",
    "La fin du contrat précède la fin des examens.",
)
CONTRAT_FINIT_TARD = _doute(
    "CONTRAT_FINIT_TARD",
    "Le contrat finit plus de deux mois après les examens du {examens}. Vérifiez la date de fin, ou déclarez "
    "l'allongement (dérogation 22).",
    "La fin du contrat dépasse de plus de deux mois la fin des examens.",
)
DUREE_CONTRAT = _motif(
    "DUREE_CONTRAT",
    "La durée du contrat doit être comprise entre {minimum} et {maximum} ans. Vérifiez les dates.",
    "Le contrat dure moins de six mois ou plus de trois ans (quatre pour un travailleur handicapé ou un sportif de "
    "haut niveau).",
    "L6222-7-1",
)
DUREE_FORMATION_INHABITUELLE = _doute(
    "DUREE_FORMATION_INHABITUELLE",
    "La formation dure {mois} mois entre l'entrée en CFA et les examens : de 6 à 48 mois en principe. Vérifiez.",
    "La période de formation est inférieure à 6 mois ou supérieure à 48.",
)
DUREE_REDUITE_SANS_CONVENTION = _doute(
    "DUREE_REDUITE_SANS_CONVENTION",
    "Le contrat commence plus de trois mois après le cycle de formation : joignez la convention de durée et déclarez "
    "la dérogation 21.",
    "Le contrat est plus court que le cycle, sans dérogation de réduction.",
    "L6222-7-1",
)
AVENANT_EFFET_HORS_CONTRAT = _doute(
    "AVENANT_EFFET_HORS_CONTRAT",
    "La date d'effet de l'avenant doit être entre le {debut} et le {fin}. Vérifiez la date.",
    "La date d'effet de l'avenant est hors du contrat.",
    "D6224-5",
)
AVENANT_CONCLU_APRES_EFFET = _doute(
    "AVENANT_CONCLU_APRES_EFFET",
    "L'avenant est conclu après sa date d'effet du {effet}. Vérifiez les dates.",
    "La conclusion de l'avenant est postérieure à sa date d'effet.",
    "D6224-5",
)
CONTRAT_PRECEDENT_DEMANDE = _doute(
    "CONTRAT_PRECEDENT_DEMANDE",
    "Le numéro du contrat précédent est demandé pour ce type de contrat. Indiquez-le s'il est connu.",
    "Un contrat de type 21 à 23 ne cite pas le contrat précédent.",
)
AGE_INSUFFISANT = _motif(
    "AGE_INSUFFISANT",
    "L'apprenti a moins de 15 ans au début du contrat : aucun contrat n'est possible avant. Vérifiez les dates.",
    "L'apprenti a moins de 15 ans au début d'exécution.",
    "L6222-1",
)
AGE_15_SANS_DEROGATION = _motif(
    "AGE_15_SANS_DEROGATION",
    "À 15 ans, le contrat n'est possible que si le collège est achevé : déclarez la dérogation 11.",
    "L'apprenti a 15 ans au début d'exécution, sans la dérogation 11.",
    "L6222-1",
)
AGE_30_SANS_DEROGATION = _motif(
    "AGE_30_SANS_DEROGATION",
    "À 30 ans ou plus, le contrat suppose un des cas de la loi : déclarez la dérogation 12 et joignez la preuve.",
    "L'apprenti a 30 ans ou plus, sans dérogation 12 ni situation qui l'admette.",
    "L6222-2",
)
PROJET_SANS_OBJET = _doute(
    "PROJET_SANS_OBJET",
    "Le projet de création ou de reprise ne se déclare qu'à partir de 30 ans. Vérifiez la case.",
    "Un projet de création est déclaré par un apprenti de moins de 30 ans.",
    "L6222-2",
)
EQUIVALENCE_JEUNES_AGE = _doute(
    "EQUIVALENCE_JEUNES_AGE",
    "L'équivalence jeunes concerne les apprentis de 15 à 20 ans. Vérifiez la case.",
    "L'équivalence jeunes est déclarée hors de 15 à 20 ans.",
    "L5213-2",
)
RQTH_INCOHERENTE = _doute(
    "RQTH_INCOHERENTE",
    "Ce droit ne se déclare que si la reconnaissance travailleur handicapé est « non ». Vérifiez les cases.",
    "L'équivalence jeunes ou l'extension BOE est déclarée avec la reconnaissance elle-même.",
)
RESPONSABLE_LEGAL_ABSENT = _motif(
    "RESPONSABLE_LEGAL_ABSENT",
    "L'apprenti est mineur à la conclusion : indiquez son représentant légal, sauf émancipation.",
    "Aucun représentant légal pour un apprenti mineur.",
    "L6222-4",
)
MINEUR_HORS_UE = _doute(
    "MINEUR_HORS_UE",
    "Mineur de nationalité hors Union européenne, l'apprenti devient majeur pendant le contrat : prévoyez son séjour.",
    "Un mineur hors Union européenne devient majeur pendant le contrat.",
)
MAITRE_MINEUR = _motif(
    "MAITRE_MINEUR",
    "Le maître d'apprentissage doit être majeur au début du contrat. Vérifiez sa date de naissance.",
    "Le maître d'apprentissage a moins de 18 ans au début d'exécution.",
    "L6223-8-1",
)
MAITRE_EST_APPRENTI = _motif(
    "MAITRE_EST_APPRENTI",
    "Le maître d'apprentissage porte l'identité de l'apprenti. Corrigez l'une des deux.",
    "Le maître d'apprentissage et l'apprenti ont même nom, prénom et date de naissance.",
    "L6223-8-1",
)
MAITRES_IDENTIQUES = _doute(
    "MAITRES_IDENTIQUES",
    "Les deux maîtres d'apprentissage sont la même personne. Retirez le second ou corrigez-le.",
    "Les deux maîtres d'apprentissage ont même nom, prénom et date de naissance.",
)
DUREE_TRAVAIL_ILLEGALE = _motif(
    "DUREE_TRAVAIL_ILLEGALE",
    "La durée hebdomadaire dépasse {maximum} heures, maximum légal pour cet apprenti. Corrigez-la.",
    "La durée hebdomadaire dépasse 48 heures, ou 40 pour un mineur.",
    "L3121-20 ; L3162-1",
)
DUREE_TRAVAIL_MINEUR = _doute(
    "DUREE_TRAVAIL_MINEUR",
    "Un mineur travaille 35 heures par semaine au plus, sauf dérogation. Vérifiez la durée.",
    "La durée hebdomadaire d'un mineur dépasse 35 heures.",
    "L3162-1",
)
DUREE_TRAVAIL_INVALIDE = _doute(
    "DUREE_TRAVAIL_INVALIDE",
    "« {libelle} » doit être compris entre 0 et {maximum}.",
    "Les heures ou les minutes de la durée hebdomadaire sont hors bornes.",
)
REMUNERATION_MAL_ORDONNEE = _doute(
    "REMUNERATION_MAL_ORDONNEE",
    "Les lignes de rémunération portent l'année et la période : 1.1, 1.2, 2.1… 4.2, chacune une fois.",
    "Un numéro d'ordre de rémunération est inconnu ou répété.",
    "D6222-26",
)
REMUNERATION_DISCONTINUE = _doute(
    "REMUNERATION_DISCONTINUE",
    "Cette période de rémunération devrait aller du {debut} au {fin} : elles se suivent, du début à la fin du contrat.",
    "Les périodes de rémunération ne couvrent pas le contrat sans trou ni recouvrement.",
    "D6222-26",
)
REMUNERATION_INSUFFISANTE = _motif(
    "REMUNERATION_INSUFFISANTE",
    "Le taux est inférieur au minimum de {minimum} % pour cette année et cet âge. Relevez-le.",
    "Une ligne de rémunération est sous le minimum légal.",
    "D6222-26",
)
REMUNERATION_A_VERIFIER = _doute(
    "REMUNERATION_A_VERIFIER",
    "Ce taux pourrait être inférieur au minimum de {minimum} % : {raison}. Vérifiez-le.",
    "Le minimum légal dépend ici d'un point que le formulaire ne dit pas.",
    "D6222-28-1 ; D6222-30",
)
SALAIRE_EMBAUCHE_INSUFFISANT = _motif(
    "SALAIRE_EMBAUCHE_INSUFFISANT",
    "Le salaire à l'embauche est inférieur à {minimum} €, soit le taux de la première ligne appliqué au SMIC.",
    "Le salaire d'embauche est inférieur au taux de la première ligne.",
    "D6222-26",
)
AVANTAGES_EXCESSIFS = _doute(
    "AVANTAGES_EXCESSIFS",
    "L'avantage logement dépasse les trois quarts du salaire : la déduction s'arrête là. Vérifiez les montants.",
    "Les avantages en nature dépassent les trois quarts du salaire.",
    "D6222-33",
)
DIFFERENCE_CONVENTION = _doute(
    "DIFFERENCE_CONVENTION",
    "« {libelle} » n'est pas le même sur la convention et sur le CERFA. Corrigez l'un des deux.",
    "Une donnée de la convention diffère de celle du contrat.",
)
