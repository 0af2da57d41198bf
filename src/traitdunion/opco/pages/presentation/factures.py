"""Invoices in words: the state of each line with its tone, and what the CFA has to do next."""

from collections.abc import Iterator

from traitdunion.norme.facturation.etats import EtatDeFacture, EtatDeLigne
from traitdunion.norme.motifs import REJETS_AUTOMATIQUES
from traitdunion.norme.nomenclatures import NATURE_LIGNE
from traitdunion.opco.factures.lecture import PIECES
from traitdunion.opco.factures.suivi.modele import FactureVue, LigneSuivie

Marque = tuple[str, str, str]  # word, tone, sign: never a colour alone (ecrans.md)
ETATS_LIGNE: dict[EtatDeLigne, Marque] = {
    EtatDeLigne.A_COMPLETER: ("À compléter", "ambre", "◔"),
    EtatDeLigne.EN_INSTRUCTION: ("En cours d'instruction", "bleu", "◐"),
    EtatDeLigne.ACCEPTEE: ("Acceptée, à payer", "bleu", "◑"),
    EtatDeLigne.ORDONNEE: ("Virement ordonné", "bleu", "◕"),
    EtatDeLigne.REGLEE: ("Réglée", "vert", "✓"),
    EtatDeLigne.REJETEE: ("Rejetée", "rouge", "✕"),
    EtatDeLigne.ANNULEE: ("Annulée par un avoir", "neutre", "–"),
    EtatDeLigne.FORCLOSE: ("Forclose", "rouge", "✕"),
    EtatDeLigne.A_RECOUVRER: ("À rendre", "ambre", "◔"),
    EtatDeLigne.IMPUTEE: ("Avoir imputé", "vert", "✓"),
}
ETATS_FACTURE: dict[EtatDeFacture, Marque] = {
    EtatDeFacture.TRANSMIS: ("Transmise", "neutre", "○"),
    EtatDeFacture.EN_COURS_INSTRUCTION: ("En cours d'instruction", "bleu", "◐"),
    EtatDeFacture.REJETE: ("Rejetée", "rouge", "✕"),
    EtatDeFacture.REGLE_PARTIEL: ("Réglée en partie", "vert", "◐"),
    EtatDeFacture.REGLE: ("Réglée", "vert", "✓"),
    EtatDeFacture.ANNULE: ("Annulée par un avoir", "neutre", "–"),
}
ETATS_AVOIR: dict[EtatDeFacture, Marque] = {
    EtatDeFacture.EN_COURS_INSTRUCTION: ("À rendre à l'OPCO", "ambre", "◔"),
    EtatDeFacture.REGLE: ("Imputé", "vert", "✓"),
}


TERMINEE = "Rien : cette facture est terminée."


def mark_facture(etat: EtatDeFacture, *, avoir: bool) -> Marque:
    """The word, tone and sign of an invoice's state, or of a credit note's."""
    return ETATS_AVOIR.get(etat, ETATS_FACTURE[etat]) if avoir else ETATS_FACTURE[etat]


def mark_vue(vue: FactureVue) -> Marque:
    """The same for one whole: a line that waits for its proof goes before the rest."""
    if any(une.ligne.etat is EtatDeLigne.A_COMPLETER for une in vue.lignes):
        return ETATS_LIGNE[EtatDeLigne.A_COMPLETER]
    return mark_facture(vue.facture.etat, avoir=vue.facture.origine is not None)


def say_nature(nature: str) -> str:
    """What a line pays for, in French, as the beginning of a cell."""
    return NATURE_LIGNE.codes.get(nature, nature).capitalize()


def say_piece(code: str) -> str:
    """A proof that is waited for, in French: « le certificat de réalisation »."""
    return PIECES.get(code, code)


def say_suites(vue: FactureVue) -> list[str]:
    """What the CFA has to do next about an invoice, a sentence for each matter; always at least one."""
    if vue.facture.origine is not None:
        return [_say_avoir(vue)]
    trop_percu = any(
        une.ligne.etat is EtatDeLigne.REGLEE and une.regle < une.ligne.montant - une.ligne.credite for une in vue.lignes
    )
    dites = []
    if trop_percu or any(avoir.etat is EtatDeFacture.EN_COURS_INSTRUCTION for avoir in vue.avoirs):
        dites.append("Une partie de ce qui a été réglé n'est plus due : voyez « Trop-perçu à rendre ».")
    dites += [dite for dite in dict.fromkeys(_say_lignes(vue.lignes)) if not dites or dite != TERMINEE]
    return dites


def _say_lignes(lignes: tuple[LigneSuivie, ...]) -> Iterator[str]:
    etats = {une.ligne.etat for une in lignes}
    if EtatDeLigne.A_COMPLETER in etats:
        yield "Transmettez la pièce attendue, ici ou depuis votre logiciel : la ligne part alors à l'instruction."
    rejetees = [une.ligne for une in lignes if une.ligne.etat is EtatDeLigne.REJETEE]
    if any(une.motif not in REJETS_AUTOMATIQUES for une in rejetees):
        yield (
            "Corrigez ce que dit le motif, puis facturez à nouveau les lignes rejetées, sous un autre numéro de"
            " facture : leur montant est de nouveau à facturer."
        )
    if any(une.motif in REJETS_AUTOMATIQUES for une in rejetees) or EtatDeLigne.FORCLOSE in etats:
        yield "Ne facturez pas à nouveau ce qui n'est plus dû ; un avoir peut le solder dans votre comptabilité."
    if etats & {EtatDeLigne.EN_INSTRUCTION, EtatDeLigne.ACCEPTEE}:
        yield "Rien à faire pour les lignes en cours : l'OPCO les contrôle, puis les met au prochain virement."
    if EtatDeLigne.ORDONNEE in etats:
        yield "Rien à faire pour ce qui est ordonné : la banque exécute le virement."
    if etats <= {EtatDeLigne.REGLEE, EtatDeLigne.ANNULEE}:
        yield TERMINEE


def _say_avoir(vue: FactureVue) -> str:
    if any(une.ligne.etat is EtatDeLigne.A_RECOUVRER for une in vue.lignes):
        return (
            "Ce que cet avoir corrige avait été réglé : rendez-le à l'OPCO, ou il sera retenu sur un prochain virement."
        )
    return "Rien : cet avoir est imputé, ce qu'il corrige n'avait pas été réglé ou a été rendu."
