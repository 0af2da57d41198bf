"""The invoices, credit notes and certificates of the demonstration: their data, and the PDF that a CFA would draw."""

from collections.abc import Sequence
from datetime import date

import msgspec

from traitdunion.bac_a_sable.demo import cast
from traitdunion.cfa.dessin.feuille import draw_texte
from traitdunion.cfa.facturation.messages import NATURE_ACTION
from traitdunion.cfa.facturation.pdf import FactureDessinee, LigneDessinee, draw_facture
from traitdunion.norme import ecriture
from traitdunion.norme.facturation.montants import to_euros
from traitdunion.norme.facturation.natures import Nature
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.messages.convention import ApprentiConvention, EmployeurConvention
from traitdunion.norme.messages.facture import Avoir, Facture, LigneFacture
from traitdunion.norme.messages.pieces import Certificat, EcheanceCertificat, OrganismeCertificat

ADRESSE, CLIENT = "1 rue de l'Exemple\n75001 Paris", "OPCO DE DÉMONSTRATION"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: the JSON part and the PDF."""

    donnees: bytes
    pdf: bytes


def body(
    numero: str, dossier: int, lignes: Sequence[tuple[str, int, int]], *, jour: date, origine: str | None = None
) -> Piece:
    """An invoice, or a credit note when `origine` is the number of one; lines: nature, échéance, cents."""
    signe = 1 if origine is None else -1
    facture = Facture(
        numero=numero,
        date_emission=jour,
        montant_total=to_euros(signe * sum(montant for _, _, montant in lignes)),
        siret_emetteur=cast.SIRET_CFA,
        iban_emetteur=cast.IBAN,
        est_certificat_realisation=False,
        lignes=tuple(
            LigneFacture(
                montant=to_euros(signe * montant),
                nature_ligne=nature,
                quantite=1,
                numero_echeance=str(echeance),
                numero_dossier=numero_externe(dossier),
            )
            for nature, echeance, montant in lignes
        ),
    )
    if origine is not None:
        facture = Avoir(
            **{nom: getattr(facture, nom) for nom in Facture.__struct_fields__}, numero_facture_origine=origine
        )
    dessinee = FactureDessinee(
        numero=numero,
        emise_le=jour,
        denomination=cast.CFA,
        adresse=ADRESSE,
        siret=cast.SIRET_CFA,
        client=CLIENT,
        iban=cast.IBAN,
        origine=origine,
        lignes=tuple(
            LigneDessinee(
                dossier=numero_externe(dossier),
                nature=Nature(nature).libelle,
                echeance=str(echeance),
                montant=signe * montant,
            )
            for nature, echeance, montant in lignes
        ),
    )
    return Piece(donnees=ecriture.write(facture), pdf=draw_facture(dessinee))


def certificat(cerfa: Cerfa, dossier: int, echeance: int, *, jour: date) -> Piece:
    """The certificat de réalisation of an échéance."""
    assert cerfa.employeur
    assert cerfa.apprenti
    message = Certificat(
        type_certificat="Final",
        numero_interne_dossier=str(dossier),
        date_signature=jour,
        attestation_conservation_pieces=True,
        nature_action=NATURE_ACTION,
        employeur=EmployeurConvention(siret=cerfa.employeur.siret),
        apprenti=ApprentiConvention(nom=cerfa.apprenti.nom, prenom=cerfa.apprenti.prenom),
        organisme_formation=OrganismeCertificat(siret=cast.SIRET_CFA),
        echeance=EcheanceCertificat(numero=str(echeance)),
    )
    pdf = draw_texte("Certificat de réalisation", ["Formation réalisée."], le=jour)
    return Piece(donnees=ecriture.write(message), pdf=pdf)
