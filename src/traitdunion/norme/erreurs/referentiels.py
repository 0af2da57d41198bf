"""Codes of the checks with outside data: what the reference data of the State say of a dossier (regles.md §2.6, §2.7).

None stops a deposit: the lists may be late, and a redirection to the right OPCO is no refusal (regles.md §3.3).
"""

from traitdunion.norme.erreurs.entree import Entree, Gravite


def _motif(code: str, phrase: str, documentation: str, article: str | None = None) -> Entree:
    return Entree(code=code, phrase=phrase, documentation=documentation, article=article, gravite=Gravite.MOTIF_REFUS)


def _doute(code: str, phrase: str, documentation: str, article: str | None = None) -> Entree:
    return Entree(code=code, phrase=phrase, documentation=documentation, article=article, gravite=Gravite.AVERTISSEMENT)


RNCP_INCONNU = _motif(
    "RNCP_INCONNU",
    "{rncp} n'existe pas parmi les certifications ouvertes à l'apprentissage. Vérifiez le code sur la fiche de la "
    "certification (francecompetences.fr).",
    "Le code RNCP n'est pas dans la liste des certifications de la date de conclusion.",
    "L6211-1",
)
RNCP_INACTIF = _motif(
    "RNCP_INACTIF",
    "{rncp} n'était plus enregistrée à la conclusion du contrat{depuis}. {conseil}",
    "La certification n'était plus active à la date de conclusion du contrat.",
    "L6211-1",
)
RNCP_FERME_APPRENTISSAGE = _motif(
    "RNCP_FERME_APPRENTISSAGE",
    "{rncp} n'est pas ouverte à l'apprentissage. Vérifiez le code RNCP, ou choisissez une certification qui l'est.",
    "La certification n'était pas ouverte à l'apprentissage à la date de conclusion du contrat.",
    "L6211-1",
)
RNCP_A_VERIFIER = _doute(
    "RNCP_A_VERIFIER",
    "{rncp} : {raison}. Vérifiez sur sa fiche (francecompetences.fr) qu'elle était active à la conclusion du contrat.",
    "La liste des certifications est plus ancienne que ce qu'il faudrait savoir de celle-ci.",
    "L6211-1",
)
CODE_DIPLOME_DIFFERENT = _doute(
    "CODE_DIPLOME_DIFFERENT",
    "Le code du diplôme ne correspond pas à {rncp}, qui a {attendus}. Corrigez l'un des deux.",
    "Le code du diplôme n'est pas un de ceux de la certification.",
)
CODE_DIPLOME_INCONNU = _doute(
    "CODE_DIPLOME_INCONNU",
    "Ce code de diplôme n'est dans aucune liste. Vérifiez-le : 8 caractères, donnés par le CFA.",
    "Le code du diplôme n'est ni parmi ceux des certifications, ni dans la Base centrale des nomenclatures.",
)
UAI_AUTRE_SIRET = _doute(
    "UAI_AUTRE_SIRET",
    "Cet UAI est celui de l'établissement {attendu} ({denomination}), et non du SIRET donné. Corrigez l'un des deux.",
    "L'UAI est connu sous un autre SIRET.",
)
SIRET_AUTRE_UAI = _doute(
    "SIRET_AUTRE_UAI",
    "Le SIRET donné est connu sous l'UAI {attendus}, et non sous celui-ci. Corrigez l'un des deux.",
    "Le SIRET du CFA est connu sous un autre UAI.",
)
IDCC_INCONNU = _doute(
    "IDCC_INCONNU",
    "Aucune convention collective n'a le code IDCC {idcc}. Vérifiez-le sur un bulletin de paie ; 9999 s'il n'y en a "
    "aucune.",
    "Le code IDCC n'est pas dans la liste des conventions collectives.",
)
IDCC_ABROGE = _doute(
    "IDCC_ABROGE",
    "La convention collective {idcc} ({libelle}) n'est plus en vigueur. Donnez le code de celle qui l'a remplacée.",
    "La convention collective est abrogée, périmée, dénoncée ou remplacée.",
)
IDCC_AUTRE_OPCO = _doute(
    "IDCC_AUTRE_OPCO",
    "La convention collective {idcc} relève d'un autre OPCO : {opco}. Adressez-lui le dossier, ou corrigez le code "
    "IDCC.",
    "La branche de l'employeur relève d'un autre OPCO : le dossier est à lui adresser.",
)
NAF_INCONNU = _doute(
    "NAF_INCONNU",
    "Le code d'activité {naf} n'existe pas dans la nomenclature (NAF). Vérifiez-le sur l'avis de situation Insee.",
    "Le code NAF n'est pas une sous-classe de la nomenclature en vigueur.",
)
