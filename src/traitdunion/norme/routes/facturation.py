"""Routes of factures, avoirs and certificats (norme.md §1)."""

from traitdunion.norme.erreurs import controles, depot, factures, facturx
from traitdunion.norme.erreurs.entree import Entree
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.factures_lues import (
    AccuseAvoir,
    AccuseCertificat,
    AccuseFacture,
    PageAvoirs,
    PageFactures,
)
from traitdunion.norme.messages.pieces import Certificat
from traitdunion.norme.routes.modele import NUMERO_PAGE, PDF_SEULEMENT, V1_V2, V2, Multipart, Route
from traitdunion.norme.routes.refus import FICHIER, IDEMPOTENCE, LECTURE, MULTIPART, Acces, famille

# Of an avoir, and of a certificat: the rest of the family is of factures, and most of it of avoirs too.
_D_AVOIR = (
    factures.FACTURE_ORIGINE_INCONNUE,
    factures.AVOIR_SUPERIEUR_A_LA_FACTURE,
    factures.AVOIR_SANS_LIGNE_CORRESPONDANTE,
)
_DE_CERTIFICAT = (
    factures.CERTIFICAT_SANS_ECHEANCE,
    factures.DIFFERENCE_CERTIFICAT,
    factures.DATE_CERTIFICAT_FUTURE,
)
_COMMUNS = (
    *LECTURE,
    controles.MEMBRE_OBLIGATOIRE,
    controles.CODE_INCONNU,
    controles.SIRET_INVALIDE,
    depot.SIRET_HORS_SIREN,
)
_ENVOI = (*MULTIPART, *FICHIER, *IDEMPOTENCE)
# What an avoir shares with factures: its shape, its lines, and not what is left to be billed.
_DES_DEUX = (
    factures.NUMERO_DE_FACTURE_DEJA_UTILISE,
    factures.LIGNES_ABSENTES,
    factures.SOMME_DES_LIGNES,
    factures.DATE_EMISSION_FUTURE,
    factures.IBAN_INVALIDE,
    factures.IBAN_NON_VALIDE,
    factures.IBAN_A_DECLARER,
    factures.MONTANT_DE_LIGNE,
    factures.DOSSIER_DE_LIGNE_INCONNU,
    factures.ECHEANCE_INCONNUE,
    factures.CODIFICATION_DIFFERENTE,
    factures.NUMERO_DECA_DIFFERENT,
    factures.LIGNE_SCINDEE,
    factures.CERTIFICAT_SUR_PREMIERE_ECHEANCE,
    *famille(facturx),
)


def _without(*autres: Entree) -> tuple[Entree, ...]:
    """The family of factures, but for these."""
    return tuple(entree for entree in famille(factures) if entree not in autres)


FACTURATION: tuple[Route, ...] = (
    Route(
        nom="deposer_facture",
        methode="POST",
        chemin="/factures",
        versions=V1_V2,
        acces=Acces.JETON_ET_CLE,
        etiquette="Factures",
        resume="Déposer une facture",
        description="Une facture, données et PDF. Elle peut porter plusieurs dossiers et plusieurs échéances. La même "
        "facture, renvoyée, rend les mêmes numéros ; un autre contenu sous le même numéro est refusé.",
        multipart=Multipart(partie="facture", type=Facture, types_fichier=PDF_SEULEMENT),
        reponse=AccuseFacture,
        refus=(*_COMMUNS, *_without(*_D_AVOIR, *_DE_CERTIFICAT), *famille(facturx), *_ENVOI),
        idempotence=True,
    ),
    Route(
        nom="lire_etats_factures",
        methode="GET",
        chemin="/factures/etats",
        versions=V2,
        acces=Acces.JETON_ET_CLE,
        etiquette="Factures",
        resume="États des factures, par pages",
        description="Cent factures par page, par numéro interne croissant ; au-delà de la dernière, une page vide. "
        "Chaque ligne dit ce qui en est réglé. Avec If-None-Match, 304 si rien n'a changé.",
        parametres=(NUMERO_PAGE,),
        reponse=PageFactures,
        refus=(depot.PARAMETRE_INVALIDE,),
        conditionnel=True,
    ),
    Route(
        nom="deposer_avoir",
        methode="POST",
        chemin="/avoirs",
        versions=V2,
        acces=Acces.JETON_ET_CLE,
        etiquette="Factures",
        resume="Déposer un avoir",
        description="Un avoir, données et PDF : montants négatifs, et le numéro de la facture qu'il corrige. Chaque "
        "ligne reprend le dossier, l'échéance et la nature d'une ligne de cette facture.",
        multipart=Multipart(partie="avoir", type=Avoir, types_fichier=PDF_SEULEMENT),
        reponse=AccuseAvoir,
        refus=(*_COMMUNS, *_DES_DEUX, *_D_AVOIR, *_ENVOI),
        extension=True,
        idempotence=True,
    ),
    Route(
        nom="lire_etats_avoirs",
        methode="GET",
        chemin="/avoirs/etats",
        versions=V2,
        acces=Acces.JETON_ET_CLE,
        etiquette="Factures",
        resume="États des avoirs, par pages",
        description="Cent avoirs par page, par numéro interne croissant ; au-delà de la dernière, une page vide. Avec "
        "If-None-Match, 304 si rien n'a changé.",
        parametres=(NUMERO_PAGE,),
        reponse=PageAvoirs,
        refus=(depot.PARAMETRE_INVALIDE,),
        extension=True,
        conditionnel=True,
    ),
    Route(
        nom="deposer_certificat",
        methode="POST",
        chemin="/certificats",
        versions=V2,
        acces=Acces.JETON_ET_CLE,
        etiquette="Factures",
        resume="Déposer un certificat de réalisation",
        description="Le certificat de réalisation d'une échéance, données et PDF. La ligne de facture qui l'attendait "
        "cesse d'être « à compléter ».",
        multipart=Multipart(partie="certificat", type=Certificat, types_fichier=PDF_SEULEMENT),
        reponse=AccuseCertificat,
        refus=(
            *_COMMUNS,
            controles.MEMBRE_A_COMPLETER,
            controles.ATTESTATION_ABSENTE,
            controles.FORMAT_DOUTEUX,
            *_DE_CERTIFICAT,
            factures.ECHEANCE_INCONNUE,
            depot.OBJET_INCONNU,
            depot.DOSSIER_CLOS,
            *_ENVOI,
        ),
        idempotence=True,
    ),
)
