"""Refusals of access: token (401), headers (400), key and accrochage (403), token endpoint (RFC 6749 §5.2).

No sentence quotes a key, a token or a secret (norme.md §4, §5).
"""

from traitdunion.norme.erreurs.entree import Entree

EN_TETE_MANQUANT = Entree(
    code="EN_TETE_MANQUANT",
    phrase="L'en-tête {entete} est absent ou vide. Chaque appel porte EDITEUR, LOGICIEL et VERSION.",
    documentation="Un des en-têtes obligatoires EDITEUR, LOGICIEL ou VERSION manque.",
)

# 401: the editor's token.
JETON_ABSENT = Entree(
    code="JETON_ABSENT",
    statut=401,
    phrase="Le jeton d'accès est absent. Demandez-en un avec vos identifiants d'éditeur, puis envoyez-le dans "
    "l'en-tête « Authorization: Bearer … ».",
    documentation="L'en-tête Authorization manque ou n'est pas de la forme « Bearer jeton ».",
)
JETON_INVALIDE = Entree(
    code="JETON_INVALIDE",
    statut=401,
    phrase="Le jeton d'accès n'est pas reconnu. Demandez un nouveau jeton avec vos identifiants d'éditeur.",
    documentation="Jeton inconnu, ou supprimé avec l'accès de l'éditeur.",
)
JETON_EXPIRE = Entree(
    code="JETON_EXPIRE",
    statut=401,
    phrase="Le jeton d'accès a expiré. Demandez un nouveau jeton : sa durée est donnée par « expires_in ».",
    documentation="La durée de vie du jeton est passée ; il se renouvelle avant son terme.",
)
JETON_LIE = Entree(
    code="JETON_LIE",
    statut=401,
    phrase="Ce jeton est lié à une clé DPoP. Envoyez-le par « Authorization: DPoP … », avec un en-tête DPoP signé de "
    "cette clé.",
    documentation="Un jeton lié (RFC 9449) a été envoyé en Bearer, sans preuve, ou avec la preuve d'une autre clé.",
)
JETON_NON_LIE = Entree(
    code="JETON_NON_LIE",
    statut=401,
    phrase="Ce jeton n'est pas lié à une clé DPoP. Envoyez-le par « Authorization: Bearer … ».",
    documentation="Le schéma DPoP a été employé avec un jeton ordinaire.",
)

# 403: the CFA's key, its accrochage with the editor, the scope of the token.
CLE_ABSENTE = Entree(
    code="CLE_ABSENTE",
    statut=403,
    phrase="L'identifiant API CFA est absent. Envoyez-le dans l'en-tête X-API-KEY ; le CFA le génère dans MyA, "
    "onglet « Mon Compte ».",
    documentation="L'en-tête X-API-KEY manque ou est vide.",
)
CLE_MAL_RECOPIEE = Entree(
    code="CLE_MAL_RECOPIEE",
    statut=403,
    phrase="L'identifiant API CFA comporte une faute de frappe ou est incomplet. Recopiez-le en entier depuis MyA, "
    "onglet « Mon Compte ».",
    documentation="La forme ou la somme de contrôle de la clé est fausse : la clé a été mal recopiée.",
)
CLE_AUTRE_ENVIRONNEMENT = Entree(
    code="CLE_AUTRE_ENVIRONNEMENT",
    statut=403,
    phrase="Cet identifiant API CFA est celui d'un autre environnement (essai ou production). Vérifiez l'adresse "
    "appelée, ou générez un identifiant pour cet environnement.",
    documentation="Une clé du bac à sable est envoyée en production, ou l'inverse.",
)
CLE_INCONNUE = Entree(
    code="CLE_INCONNUE",
    statut=403,
    phrase="Cet identifiant API CFA n'est pas connu de cet OPCO. Vérifiez qu'il a été généré chez cet OPCO et non chez "
    "un autre.",
    documentation="Aucun CFA de cet OPCO ne porte cette clé.",
)
CLE_EXPIREE = Entree(
    code="CLE_EXPIREE",
    statut=403,
    phrase="Cet identifiant API CFA n'est plus valable depuis le {expire_le}. Le CFA en génère un nouveau dans MyA, "
    "onglet « Mon Compte », puis le remet à son éditeur.",
    documentation="La durée de validité de la clé est passée.",
)
CLE_REVOQUEE = Entree(
    code="CLE_REVOQUEE",
    statut=403,
    phrase="Cet identifiant API CFA a été révoqué le {revoquee_le}. Demandez au CFA l'identifiant en vigueur, lisible "
    "dans MyA, onglet « Mon Compte ».",
    documentation="La clé a été révoquée par le CFA ou par l'OPCO, ou remplacée sans délai.",
)
ACCROCHAGE_ABSENT = Entree(
    code="ACCROCHAGE_ABSENT",
    statut=403,
    phrase="Le CFA n'a pas choisi votre logiciel pour transmettre à cet OPCO. Demandez à son siège de confirmer "
    "l'accrochage dans MyA.",
    documentation="Aucun accrochage entre l'éditeur du jeton et le CFA de la clé.",
)
ACCROCHAGE_SUSPENDU = Entree(
    code="ACCROCHAGE_SUSPENDU",
    statut=403,
    phrase="L'accrochage entre votre logiciel et ce CFA est suspendu par {par}, motif : {motif}. Rapprochez-vous de "
    "{par} pour le rétablir.",
    documentation="L'accrochage a été suspendu par l'OPCO ou par le CFA.",
)
PORTEE_INSUFFISANTE = Entree(
    code="PORTEE_INSUFFISANTE",
    statut=403,
    phrase="Ce jeton n'a pas la portée {portee}. Demandez un jeton avec cette portée, ou sans en préciser.",
    documentation="Le jeton a été demandé avec une portée trop étroite pour cet appel.",
)

# The token endpoint: the norm's error body, with `error` and `error_description` of RFC 6749 §5.2 beside.
DEMANDE_JETON_INVALIDE = Entree(
    code="DEMANDE_JETON_INVALIDE",
    phrase="La demande de jeton ne peut pas être lue : {raison}.",
    documentation="Formulaire illisible, paramètre absent ou répété, identifiants donnés deux fois (invalid_request).",
)
CLIENT_INCONNU = Entree(
    code="CLIENT_INCONNU",
    statut=401,
    phrase="Le client_id ou le client_secret est inexact. Vérifiez les identifiants remis à l'éditeur par cet OPCO.",
    documentation="L'éditeur n'est pas reconnu (invalid_client).",
)
CLIENT_AUTRE_ENVIRONNEMENT = Entree(
    code="CLIENT_AUTRE_ENVIRONNEMENT",
    statut=401,
    phrase="Ce client_secret est celui d'un autre environnement (essai ou production). Vérifiez l'adresse appelée, ou "
    "prenez le secret de cet environnement.",
    documentation="Un secret d'essai est envoyé en production, ou l'inverse (invalid_client).",
)
EDITEUR_SUSPENDU = Entree(
    code="EDITEUR_SUSPENDU",
    statut=401,
    phrase="L'accès de votre logiciel à cet OPCO est suspendu. Écrivez à l'OPCO pour en connaître le motif.",
    documentation="L'OPCO a suspendu cet éditeur (invalid_client).",
)
TYPE_DE_DEMANDE_NON_ADMIS = Entree(
    code="TYPE_DE_DEMANDE_NON_ADMIS",
    phrase="Ce grant_type n'est pas admis. Le seul admis est client_credentials.",
    documentation="Un autre grant_type que client_credentials (unsupported_grant_type).",
)
PORTEE_INVALIDE = Entree(
    code="PORTEE_INVALIDE",
    phrase="La portée demandée n'existe pas. Portées admises : {admises} ; sans « scope », toutes sont accordées.",
    documentation="Le paramètre scope nomme une portée inconnue (invalid_scope).",
)
PREUVE_DPOP_ABSENTE = Entree(
    code="PREUVE_DPOP_ABSENTE",
    phrase="Cet OPCO exige une preuve DPoP : ajoutez l'en-tête DPoP (RFC 9449) à la demande de jeton.",
    documentation="L'en-tête DPoP manque alors que cet OPCO l'exige (invalid_dpop_proof).",
)
PREUVE_DPOP_INVALIDE = Entree(
    code="PREUVE_DPOP_INVALIDE",
    phrase="La preuve DPoP n'est pas acceptée : {raison}.",
    documentation="L'en-tête DPoP ne satisfait pas la RFC 9449 §4.3 (invalid_dpop_proof).",
)
PREUVE_DPOP_DEJA_VUE = Entree(
    code="PREUVE_DPOP_DEJA_VUE",
    phrase="Cette preuve DPoP a déjà servi. Signez-en une nouvelle, avec un autre « jti », pour chaque appel.",
    documentation="Le jti d'une preuve DPoP ne sert qu'une fois (invalid_dpop_proof).",
)
