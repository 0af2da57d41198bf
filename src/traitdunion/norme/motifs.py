"""Why: grounds of a refusal, of a request for information, of a break (regles.md §3.3, norme.md §2.6)."""

from traitdunion.norme.identite import fold_name
from traitdunion.norme.nomenclatures import Nomenclature

# The grounds of D6224-2, each with the article that it quotes.
MOTIF_REFUS = Nomenclature(
    "motifRefus",
    {
        "R01": "formation non éligible à l'apprentissage (L6211-1)",
        "R02": "conditions d'âge de l'apprenti (L6222-1 à L6222-3)",
        "R03": "maître d'apprentissage (L6223-8-1, premier alinéa)",
        "R04": "rémunération inférieure au minimum (D6222-26)",
        "R05": "opposition, suspension ou interdiction de recruter des apprentis (L6225-1 à L6225-6)",
        "R06": "habilitation du CFA à préparer la certification (R6113-16)",
        "R07": "certification Qualiopi du CFA (L6316-1, R6316-9)",
        "R08": "autre contrariété à la loi, au règlement ou à l'accord de branche",
        "R09": "manquements du CFA constatés par un contrôle (R6332-26)",
    },
)
MOTIF_INFORMATION = Nomenclature(
    "motifInformation",
    {
        "PIECE_MANQUANTE": "une pièce manque",
        "PIECE_ILLISIBLE": "une pièce est illisible ou incomplète",
        "SIGNATURE": "une signature manque",
        "DIFFERENCE": "la convention et le contrat diffèrent",
        "DONNEE": "une donnée du contrat est à corriger",
        "REMUNERATION": "la rémunération est à revoir",
        "MAITRE": "le maître d'apprentissage est à justifier",
        "MANDAT": "le mandat de l'employeur n'apparaît pas dans un chapitre à part de la convention",
        "AUTRE": "autre précision",
    },
)
MOTIF_RUPTURE = Nomenclature(
    "motifRupture",
    {
        "COMMUN_ACCORD": "commun accord",
        "PERIODE_PROBATOIRE": "période probatoire",
        "FAUTE_GRAVE": "faute grave",
        "INAPTITUDE": "inaptitude",
        "FORCE_MAJEURE": "force majeure",
        "DECES_EMPLOYEUR": "décès de l'employeur maître d'apprentissage",
        "DEMISSION": "démission avec médiateur",
        "OBTENTION_DIPLOME": "obtention du diplôme",
        "EXCLUSION_CFA": "exclusion du CFA",
        "LIQUIDATION": "liquidation",
        "DECISION_ADMINISTRATION": "décision de l'administration",
    },
)
# Why a line of an invoice is not paid; the rejection, total or partial, is reasoned and notified (R6332-24).
MOTIF_REJET = Nomenclature(
    "motifRejet",
    {
        "MONTANT": "montant non conforme à l'engagement",
        "JUSTIFICATIF": "justificatif manquant ou illisible",
        "SERVICE_FAIT": "réalisation de la formation non établie (R6332-26)",
        "DOUBLON": "déjà facturé",
        "ECHEANCE": "échéance ou période erronée",
        "PIECE": "facture non conforme (mentions, émetteur, destinataire)",
        "AUTRE": "autre motif",
        "ENGAGEMENT_REDUIT": "l'engagement du dossier a été réduit : ce montant n'est plus dû",
        "FORCLUSION": "pièce non reçue dans les délais (R6332-25 III 4°)",
    },
)
# These are noted by the server itself, never chosen.
REJETS_AUTOMATIQUES = frozenset({"ENGAGEMENT_REDUIT", "FORCLUSION"})
# Breaks after which no training is kept on (norme.md §2.6): they are not of L6222-18.
SANS_MAINTIEN = frozenset({"OBTENTION_DIPLOME", "EXCLUSION_CFA"})
_RUPTURES = {fold_name(texte): code for code, libelle in MOTIF_RUPTURE.codes.items() for texte in (code, libelle)}


def read_motif_rupture(texte: str) -> str | None:
    """The code of a ground of break, from its code or its French words, whatever the case and the accents."""
    return _RUPTURES.get(fold_name(texte.replace("_", " "))) or _RUPTURES.get(fold_name(texte))
