"""Why a bank refuses or gives back a virement, in French (ISO 20022 external code sets: status and return reasons)."""

import re
from xml.etree.ElementTree import Element

from traitdunion.opco.paiements.retours.arbre import text_of
from traitdunion.opco.paiements.retours.champs import to_texte

NON_PRECISE = "Motif non précisé par la banque."
_CODE = re.compile(r"[A-Z]{2}[A-Z0-9]{2}\Z")
_COORDONNEES = "demandez au CFA ses nouvelles coordonnées bancaires"
_TITULAIRE = "vérifiez avec le CFA le nom du titulaire du compte"
MOTIFS = {
    "AC01": f"IBAN du bénéficiaire incorrect : {_COORDONNEES}",
    "AC02": "IBAN du compte qui paie incorrect",
    "AC03": f"IBAN du bénéficiaire incorrect : {_COORDONNEES}",
    "AC04": f"Compte du bénéficiaire clôturé : {_COORDONNEES}",
    "AC06": "Compte bloqué : voyez avec la banque ou le CFA",
    "AC07": f"Compte du bénéficiaire clôturé : {_COORDONNEES}",
    "AG01": "Virement interdit sur ce type de compte",
    "AG02": "Type d'opération non admis par la banque",
    "AM01": "Montant nul",
    "AM02": "Montant supérieur au maximum admis",
    "AM03": "Devise non admise",
    "AM04": "Provision insuffisante sur le compte qui paie",
    "AM05": "Virement reçu deux fois par la banque",
    "AM09": "Montant différent de celui attendu par le bénéficiaire",
    "AM10": "Total de contrôle faux",
    "AM14": "Montant supérieur au plafond convenu avec la banque",
    "ARDT": "Virement déjà retourné",
    "BE01": f"Le nom ne correspond pas au compte : {_TITULAIRE}",
    "BE04": "Adresse du bénéficiaire manquante",
    "BE05": "Donneur d'ordre inconnu de la banque",
    "BE06": "Bénéficiaire inconnu de sa banque",
    "BE07": "Adresse du donneur d'ordre manquante",
    "CNOR": "La banque du bénéficiaire ne reçoit pas ces virements",
    "CURR": "Devise incorrecte",
    "CUST": "Annulé à la demande du donneur d'ordre",
    "DNOR": "La banque du donneur d'ordre n'est pas enregistrée",
    "DS02": "Ordre annulé",
    "DS0H": "Signataire non habilité",
    "DT01": "Date d'exécution non admise",
    "DUPL": "Virement émis deux fois",
    "ED05": "Règlement entre banques échoué",
    "ERIN": "Opération non admise par la banque du bénéficiaire",
    "FF01": "Format du fichier refusé par la banque",
    "FOCR": "Retourné après une demande d'annulation",
    "FR01": "Refusé pour suspicion de fraude",
    "FRAD": "Retourné pour fraude",
    "MD07": "Titulaire du compte décédé",
    "MS02": "Refusé par le bénéficiaire, sans autre précision",
    "MS03": NON_PRECISE.removesuffix("."),
    "NARR": "Motif donné en clair par la banque",
    "NOAS": "Le bénéficiaire n'a pas répondu à sa banque",
    "RC01": f"BIC incorrect : {_COORDONNEES}",
    "RC04": f"Banque du bénéficiaire inconnue : {_COORDONNEES}",
    "RR01": "Compte ou identification du donneur d'ordre manquants (obligation réglementaire)",
    "RR02": "Nom ou adresse du donneur d'ordre manquants (obligation réglementaire)",
    "RR03": "Nom ou adresse du bénéficiaire manquants (obligation réglementaire)",
    "RR04": "Refusé pour une raison réglementaire",
    "SVNR": "Service non rendu par la banque",
    "TECH": "Incident technique chez la banque : l'ordre peut être redonné",
    "TM01": "Reçu après l'heure limite de la banque",
    "UPAY": "Virement indu",
}


def to_motif(code_ou_texte: str | None) -> str:
    """The sentence of a reason code, with the code; a bank's own words are kept, what looks like an IBAN masked.

    « AC04 » is « Compte du bénéficiaire clôturé : … (AC04). »; nothing is « Motif non précisé par la banque. ».
    """
    texte = to_texte(code_ou_texte)
    code = texte.upper()
    if code in MOTIFS:
        return f"{MOTIFS[code]} ({code})."
    if _CODE.match(texte):
        return f"Motif de la banque, sans libellé connu ({code})."
    if not texte:
        return NON_PRECISE
    return texte if texte.endswith((".", "!", "?")) else f"{texte}."


def read_motif(raison: Element | None) -> str:
    """The sentence of a RtrInf or a StsRsnInf: its code; the bank's words when it has none, or when it says NARR."""
    if raison is None:
        return NON_PRECISE
    code = text_of(raison, "Rsn/Cd", "Rsn/Prtry")
    clair = " ".join(ligne.text or "" for ligne in raison.iterfind("AddtlInf"))
    return to_motif(clair if clair.strip() and code in ("", "NARR") else code)
