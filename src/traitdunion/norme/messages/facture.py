"""The invoice and the credit note (norme.md §2.3)."""

from typing import Annotated

from traitdunion.norme.messages.base import Jour, MessageCreux, Montant, Texte14, Texte20, Texte40, membre


class LigneFacture(MessageCreux, frozen=True, kw_only=True):
    """One line: `montant` is its total in euros, `quantite` informs."""

    montant: Annotated[Montant | None, membre("Montant de la ligne")] = None
    nature_ligne: Annotated[Texte20 | None, membre("Nature de la ligne")] = None
    quantite: Annotated[int | None, membre("Quantité")] = None
    numero_echeance: Annotated[Texte20 | None, membre("Numéro de l'échéance")] = None
    codification_echeance: Annotated[Texte20 | None, membre("Codification de l'échéance")] = None
    numero_deca: Annotated[Texte20 | None, membre("Numéro de dépôt DECA")] = None
    numero_dossier: Annotated[Texte20 | None, membre("Numéro de dossier (externe)")] = None


class Facture(MessageCreux, frozen=True, kw_only=True):
    """Part `facture` of POST factures."""

    numero: Annotated[Texte40 | None, membre("Numéro de la facture")] = None
    date_emission: Annotated[Jour | None, membre("Date d'émission")] = None
    montant_total: Annotated[Montant | None, membre("Montant total")] = None
    siret_emetteur: Annotated[Texte14 | None, membre("N° SIRET de l'émetteur")] = None
    iban_emetteur: Annotated[Texte40 | None, membre("IBAN de l'émetteur")] = None
    est_certificat_realisation: Annotated[bool | None, membre("Vaut certificat de réalisation")] = None
    lignes: Annotated[tuple[LigneFacture, ...] | None, membre("Lignes")] = None


class Avoir(Facture, frozen=True, kw_only=True):
    """Part `avoir` of POST avoirs: amounts are negative."""

    numero_facture_origine: Annotated[Texte40 | None, membre("Numéro de la facture d'origine")] = None
