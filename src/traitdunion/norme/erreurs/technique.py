"""Refusals of the transport: unknown path, method, limits, failures of the server."""

from traitdunion.norme.erreurs.entree import Entree

ROUTE_INCONNUE = Entree(
    code="ROUTE_INCONNUE",
    statut=404,
    phrase="Aucune ressource à l'adresse « {chemin} ». Vérifiez l'adresse et la version (/v1 ou /v2).",
    documentation="L'adresse appelée n'existe pas.",
)
METHODE_NON_AUTORISEE = Entree(
    code="METHODE_NON_AUTORISEE",
    statut=405,
    phrase="La méthode {methode} n'est pas admise à cette adresse. Méthodes admises : {admises}.",
    documentation="La méthode HTTP n'est pas admise à cette adresse.",
)
CORPS_TROP_GROS = Entree(
    code="CORPS_TROP_GROS",
    phrase="Le corps de la requête dépasse {limite_octets} octets. Réduisez-le ou envoyez les fichiers séparément.",
    documentation="Le corps dépasse la taille admise : 1 Mio de JSON, 11 Mio avec fichier.",
)
TROP_D_APPELS = Entree(
    code="TROP_D_APPELS",
    statut=429,
    phrase="Trop d'appels en peu de temps. Recommencez dans {attente_secondes} secondes.",
    documentation="La limite d'appels par minute est atteinte ; l'en-tête Retry-After dit quand recommencer.",
)
SERVICE_INDISPONIBLE = Entree(
    code="SERVICE_INDISPONIBLE",
    statut=503,
    phrase="Le service est momentanément indisponible. Rien n'a été perdu de ce qui a été accepté ; "
    "relisez l'état de votre dépôt, puis recommencez dans {attente_secondes} secondes.",
    documentation="Base ou entrepôt injoignable ; l'en-tête Retry-After dit quand recommencer.",
)
ERREUR_INTERNE = Entree(
    code="ERREUR_INTERNE",
    statut=500,
    phrase="Une erreur est survenue de notre côté. Donnez la référence {requete} à l'assistance ; "
    "avant de renvoyer, relisez l'état de votre dépôt.",
    documentation="Erreur imprévue du serveur ; la réponse porte la référence à donner à l'assistance.",
)
