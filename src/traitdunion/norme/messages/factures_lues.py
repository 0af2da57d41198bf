"""What is answered of factures, avoirs and certificats (norme.md §1, §2.5); amounts in euros.

`montantRegle` and `lignes` are extensions: a partial settlement is told by nature and by échéance (norme.md §7).
"""

from typing import Annotated

import msgspec

from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.base import Jour, Message, Montant, membre

ANOMALIES = "Anomalies qui n'empêchent pas le dépôt (extension)"
RECEPISSE = "Identifiant du récépissé (extension)"


class AccuseFacture(Message, frozen=True, kw_only=True):
    """Answer to a facture."""

    numero_interne_facture: Annotated[str, membre("Numéro interne de la facture", exemple="1")]
    numero_interne_document: Annotated[str, membre("Numéro interne du document", exemple="3")]
    recepisse: Annotated[str | None, membre(RECEPISSE, exemple="p-3")] = None
    avertissements: Annotated[tuple[Anomalie, ...], membre(ANOMALIES)] = ()


class AccuseAvoir(Message, frozen=True, kw_only=True):
    """Answer to an avoir: it bears a number of the same series as factures."""

    numero_interne_facture: Annotated[str, membre("Numéro interne de l'avoir, de la série des factures", exemple="2")]
    numero_interne_document: Annotated[str, membre("Numéro interne du document", exemple="4")]
    recepisse: Annotated[str | None, membre(RECEPISSE, exemple="p-4")] = None
    avertissements: Annotated[tuple[Anomalie, ...], membre(ANOMALIES)] = ()


class AccuseCertificat(Message, frozen=True, kw_only=True):
    """Answer to a certificat."""

    numero_interne_certificat: Annotated[str, membre("Numéro interne du certificat", exemple="1")]
    numero_interne_document: Annotated[str, membre("Numéro interne du document", exemple="5")]
    recepisse: Annotated[str | None, membre(RECEPISSE, exemple="p-5")] = None
    avertissements: Annotated[tuple[Anomalie, ...], membre(ANOMALIES)] = ()


class OrganismePaye(Message, frozen=True, kw_only=True):
    """Who is paid, and where."""

    siret: Annotated[str, membre("SIRET de l'émetteur")]
    iban: Annotated[str, membre("IBAN porté par la facture")] = msgspec.field(name="IBAN")


class DossierFacture(Message, frozen=True, kw_only=True):
    """The part of a facture that goes to one dossier."""

    numero_interne_dossier: Annotated[str, membre("Numéro interne du dossier")]
    numero_externe_dossier: Annotated[str, membre("Numéro de dossier")]
    montant: Annotated[Montant, membre("Montant facturé sur ce dossier")]


class EtatLigne(Message, frozen=True, kw_only=True):
    """State of one line (extension); a line split by the server is told as two."""

    nature_ligne: Annotated[str, membre("Nature de la ligne")]
    numero_echeance: Annotated[str, membre("Numéro de l'échéance")]
    numero_dossier: Annotated[str, membre("Numéro de dossier")]
    montant: Annotated[Montant, membre("Montant de la ligne")]
    montant_regle: Annotated[Montant, membre("Montant réglé de la ligne")]
    etat_ligne: Annotated[str, membre("État de la ligne", exemple="REGLEE")]
    commentaire: Annotated[str | None, membre("Commentaire de la ligne")] = None


class EtatFacture(Message, frozen=True, kw_only=True):
    """State of a facture."""

    numero_interne_facture: Annotated[str, membre("Numéro interne de la facture")]
    reference_facture_cfa: Annotated[str, membre("Numéro de la facture chez le CFA")] = msgspec.field(
        name="referenceFactureCFA"
    )
    montant_facture: Annotated[Montant, membre("Montant de la facture")]
    etat_facture: Annotated[str, membre("État de la facture", exemple="TRANSMIS")]
    reference_virement: Annotated[str | None, membre("Référence du dernier virement")] = None
    date_reglement: Annotated[Jour | None, membre("Date du dernier règlement")] = None
    commentaire: Annotated[str | None, membre("Commentaire de l'état")] = None
    organisme_formation: Annotated[OrganismePaye, membre("Qui est payé")]
    dossiers: Annotated[tuple[DossierFacture, ...], membre("Part de chaque dossier")]
    # Extensions: an OPCO that has none of them says nothing, and an amount that is not said is not zero.
    montant_regle: Annotated[Montant | None, membre("Montant réglé en tout (extension)")] = None
    lignes: Annotated[tuple[EtatLigne, ...], membre("État de chaque ligne (extension)")] = ()


class EtatAvoir(EtatFacture, frozen=True, kw_only=True):
    """State of an avoir: its amounts are negative."""

    numero_facture_origine: Annotated[str, membre("Numéro, chez le CFA, de la facture d'origine")]


class PageFactures(Message, frozen=True, kw_only=True):
    """A page of states of factures."""

    total: Annotated[int, membre("Nombre de factures en tout")]
    count: Annotated[int, membre("Nombre de factures de cette page")]
    page: Annotated[int, membre("Numéro de cette page, à partir de 1")]
    factures: Annotated[tuple[EtatFacture, ...], membre("Les états")]


class PageAvoirs(Message, frozen=True, kw_only=True):
    """A page of states of avoirs (extension)."""

    total: Annotated[int, membre("Nombre d'avoirs en tout")]
    count: Annotated[int, membre("Nombre d'avoirs de cette page")]
    page: Annotated[int, membre("Numéro de cette page, à partir de 1")]
    avoirs: Annotated[tuple[EtatAvoir, ...], membre("Les états")]
