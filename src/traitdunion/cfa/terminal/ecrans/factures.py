"""Invoices on screen, and as JSON: before they have a number, and once they are in the outbox. Never a whole IBAN."""

from collections.abc import Mapping, Sequence
from typing import Any

from traitdunion.cfa.facturation.carnet import Emission
from traitdunion.cfa.facturation.emetteur import Emetteur
from traitdunion.cfa.facturation.preparation import FacturePreparee, MiseDeCote, Motif, Preparation
from traitdunion.cfa.terminal import affichage
from traitdunion.cfa.terminal.ecrans.tableaux import Colonne, show_table
from traitdunion.norme.facturation.montants import say_euros, to_euros

COTES_MONTREES = 10
COLONNES = (
    Colonne("Dossier"),
    Colonne("N°", droite=True),
    Colonne("Échéance", souple=True),
    Colonne("Nature", souple=True),
    Colonne("Montant", droite=True),
)
_ETATS = {
    "ACCEPTE": "reçue par l'OPCO",
    "REFUSE": "refusée",
    "INCERTAIN": "incertaine",
    "EN_ATTENTE": "dans la boîte d'envoi",
    "EN_COURS": "dans la boîte d'envoi",
    "ABANDONNE": "abandonnée",
}
_TITRES = {
    Motif.EN_CHEMIN: "déjà dans la boîte d'envoi",
    Motif.A_RELIRE: "déjà transmise",
    Motif.FORCLOSE: "perdue : facturée trop tard",
    Motif.FRAIS: "frais annexes non facturables",
}


def show_preparation(preparation: Preparation) -> None:
    """What can be sent now, on the standard output: one row by line."""

    nombre = len(preparation.factures)
    lignes = []
    for rang, facture in enumerate(preparation.factures, 1):
        for place, ligne in enumerate(facture.lignes):
            qui = f"{ligne.dossier.numero_externe}\n{ligne.dossier.apprenti or ''}".rstrip()
            quoi = f"{ligne.echeance.numero}, du {ligne.echeance.debut:%d/%m/%Y} au {ligne.echeance.fin:%d/%m/%Y}"
            numero = str(rang) if place == 0 else ""
            lignes.append((qui, numero, quoi, ligne.nature.libelle, say_euros(ligne.montant)))
    titre = f"{nombre} facture{'s' if nombre > 1 else ''} : {say_euros(preparation.total)}"
    show_table(titre, COLONNES, lignes)
    for facture in preparation.factures:
        if facture.forclusion is not None:
            numeros = ", ".join(un.numero_externe for un in facture.dossiers)
            affichage.say(f"{numeros} : dernier solde à faire recevoir, pièces comprises, avant le "
                          f"{facture.forclusion:%d/%m/%Y}.", "yellow")  # fmt: skip


def say_cotes(cotes: Sequence[MiseDeCote]) -> None:
    """What was left out and why, for the person."""
    for motif in Motif:
        siennes = [une for une in cotes if une.motif is motif]
        for une in siennes[:COTES_MONTREES]:
            ou = f"{une.dossier}, échéance {une.echeance}" if une.echeance else une.dossier
            affichage.say(f"{ou} : {une.phrase}", "yellow" if motif is Motif.FORCLOSE else None)
        if len(siennes) > COTES_MONTREES:
            affichage.say(f"… et {len(siennes) - COTES_MONTREES} autre(s), {_TITRES[motif]}.")


def show_emissions(emissions: Sequence[Emission], envois: Mapping[Any, Any]) -> None:
    """What became of each invoice, on the standard output."""
    for emission in emissions:
        envoi = envois.get(emission.envoi)
        etat = _ETATS.get(str(envoi.etat), str(envoi.etat)) if envoi is not None else "réservée"
        suite = f" ({envoi.message})" if envoi is not None and envoi.message else ""
        affichage.print_lines([(emission.numero, f"{say_euros(emission.facture.total)}, {etat}{suite}")])


def plain_preparation(preparation: Preparation, emetteur: Emetteur) -> dict[str, Any]:
    """What can be sent, as JSON members; of the IBAN, the end."""
    return {
        "factures": [_plain_facture(facture) for facture in preparation.factures],
        "total": to_euros(preparation.total),
        "iban": emetteur.fin_iban,
        "misesDeCote": plain_cotes(preparation.mises_de_cote),
    }


def plain_emission(emission: Emission, envoi: Any) -> dict[str, Any]:
    """An invoice that has its number, as JSON members."""
    return {
        "numero": emission.numero,
        "emiseLe": emission.emise_le.isoformat(),
        "envoi": emission.envoi,
        "numeroInterne": envoi.numero_interne if envoi is not None else None,
        "etat": str(envoi.etat) if envoi is not None else emission.etat.value,
        "message": envoi.message if envoi is not None else None,
        **_plain_facture(emission.facture),
    }


def plain_cotes(cotes: Sequence[MiseDeCote]) -> list[dict[str, Any]]:
    """What was left out, as JSON members."""
    return [
        {"motif": une.motif.value, "dossier": une.dossier, "echeance": une.echeance, "phrase": une.phrase}
        for une in cotes
    ]


def _plain_facture(facture: FacturePreparee) -> dict[str, Any]:
    return {
        "montant": to_euros(facture.total),
        "estCertificatRealisation": facture.est_certificat,
        "avant": facture.forclusion.isoformat() if facture.forclusion else None,
        "lignes": [
            {
                "dossier": ligne.dossier.numero_externe,
                "echeance": ligne.echeance.numero,
                "nature": ligne.nature.value,
                "quantite": ligne.quantite,
                "montant": to_euros(ligne.montant),
            }
            for ligne in facture.lignes
        ],
    }
