"""What the document says of each schema, and of members that bear no label of their own. French: editors read it."""

STRUCTURES: dict[str, str] = {
    "DepotDossier": "Le corps d'un dépôt : le CERFA, sans son PDF.",
    "Cerfa": "Le contrat d'apprentissage, CERFA 10103. L'état, son commentaire et les numéros sont ceux de l'OPCO : "
    "lus et ignorés au dépôt.",
    "Employeur": "L'établissement où le contrat s'exécute.",
    "Apprenti": "L'apprenti(e).",
    "ResponsableLegal": "Le représentant légal d'un apprenti mineur non émancipé.",
    "Maitre": "Un maître d'apprentissage.",
    "Contrat": "Le contrat, ou l'avenant.",
    "RemunerationAnnuelle": "Une ligne de rémunération : année et période, du, au, taux et base.",
    "Formation": "La formation visée.",
    "OrganismeFormation": "Le CFA responsable.",
    "LieuFormationPrincipal": "Le lieu principal de formation, quand ce n'est pas le CFA responsable.",
    "Adresse": "Une adresse postale.",
    "Convention": "La convention de formation ; le mandat de l'employeur y est exigé.",
    "EmployeurConvention": "L'employeur, tel que la convention le nomme.",
    "ApprentiConvention": "L'apprenti(e), tel(le) que la convention le ou la nomme.",
    "ContratConvention": "Les dates du contrat, telles que la convention les donne.",
    "OrganismeConvention": "Le CFA, tel que la convention le nomme.",
    "FormationConvention": "La formation, telle que la convention la décrit.",
    "Couts": "Les coûts de la formation, en euros, et les quantités de frais annexes.",
    "InfosFichier": "Ce qu'est le fichier, et à quoi il se rattache.",
    "Objet": "Un objet auquel le fichier se rattache.",
    "Jeton": "Un jeton d'éditeur (RFC 6749 §5.1).",
    "Statut": "La santé de l'API.",
    "AccuseDepot": "L'accusé d'un dépôt : les numéros prouvent qu'il est arrivé.",
    "AccuseConvention": "L'accusé d'une convention.",
    "AccuseDocument": "L'accusé d'une pièce.",
    "EtatDossier": "L'état d'un dossier.",
    "PageEtats": "Une page d'états ; « EtatDossierResult » est l'écriture de la norme.",
    "Echeance": "Une échéance, en euros : montantTotal = pédagogie + RQTH − participation de l'employeur.",
    "EngagementFraisAnnexe": "Ce qui est engagé pour une nature de frais annexes, en euros.",
    "PeriodeFraisAnnexe": "Une échéance avec laquelle une nature de frais annexes a été facturée.",
    "DetailsFacturation": "Ce qui a été facturé outre la pédagogie, en euros.",
    "DossierLu": "Un dossier relu. Les quatre membres du financement sont null avant l'engagement.",
    "InfoCle": "La validité d'un identifiant API CFA.",
    "ResultatControle": "Le résultat d'un contrôle à blanc.",
    "RecepisseLu": "Un récépissé signé, à conserver tel quel ; « traitdunion recepisse verifier » le vérifie.",
    "Recepisse": "Ce que l'OPCO dit avoir reçu.",
    "Anomalie": "Une anomalie d'un champ. Une seule forme partout : erreurs et avertissements.",
    "CorpsErreur": "Le corps de toute erreur : celui de la norme, et un problème RFC 9457. D'autres membres peuvent "
    "s'y ajouter.",
}

MEMBRES: dict[str, dict[str, str]] = {
    "Anomalie": {
        "code": "Code stable, documenté dans /docs",
        "champ": "Le champ en cause, cerfa.apprenti.nir par exemple ; null si aucun",
        "gravite": "BLOQUANT arrête le dépôt ; MOTIF_REFUS et AVERTISSEMENT ne l'arrêtent pas",
        "description": "Ce qui ne va pas, et comment le corriger",
        "article": "L'article du code du travail, s'il y en a un",
    },
    "Recepisse": {
        "identifiant": "Identifiant du récépissé",
        "genre": "DOSSIER, ou le type de la pièce",
        "emetteur": "L'OPCO qui signe",
        "siren": "SIREN du CFA",
        "numeroInterne": "Numéro interne du dossier",
        "numeroExterne": "Numéro de dossier",
        "sha256Json": "SHA-256 des données reçues, en hexadécimal",
        "recuLe": "Heure de réception, UTC",
        "numeroInterneDocument": "Numéro interne de la pièce",
        "sha256Fichier": "SHA-256 du fichier reçu, en hexadécimal",
    },
}

SUCCES = {
    "statut": "L'état de santé.",
    "jeton": "Le jeton.",
    "lire_document": "Les octets déposés.",
}
