"""The invoices, credit notes and certificates of the demonstration: their data, and short readable PDF."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from fpdf import FPDF

from traitdunion.bac_a_sable.demo import cast
from traitdunion.norme.facturation.montants import say_montant, to_euros
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.cerfa import Cerfa

MENTION = "Exonération de TVA, article 261-4-4° a du CGI. Net de taxe."


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: the JSON part and the PDF."""

    donnees: bytes
    pdf: bytes


def body(
    numero: str, dossier: int, lignes: Sequence[tuple[str, int, int]], *, jour: date, origine: str | None = None
) -> Piece:
    """An invoice, or a credit note when `origine` is the number of one; lines: nature, échéance, cents."""
    signe = 1 if origine is None else -1
    membres: dict[str, Any] = {
        "numero": numero,
        "dateEmission": jour.isoformat(),
        "montantTotal": _euros(signe * sum(montant for _, _, montant in lignes)),
        "siretEmetteur": cast.SIRET_CFA,
        "ibanEmetteur": cast.IBAN,
        "estCertificatRealisation": False,
        "lignes": [
            {
                "montant": _euros(signe * montant),
                "natureLigne": nature,
                "quantite": 1,
                "numeroEcheance": str(echeance),
                "numeroDossier": numero_externe(dossier),
            }
            for nature, echeance, montant in lignes
        ],
    }
    if origine is not None:
        membres["numeroFactureOrigine"] = origine
    texte = [
        f"Émise le {jour:%d/%m/%Y} par {cast.CFA}, SIRET {cast.SIRET_CFA}",
        *(
            f"{nature}, échéance {echeance} : {say_montant(signe * montant)} euros"
            for nature, echeance, montant in lignes
        ),
        MENTION,
    ]
    titre = f"{'Facture' if origine is None else 'Avoir'} {numero}"
    return Piece(donnees=json.dumps(membres).encode(), pdf=draw(titre, texte))


def certificat(cerfa: Cerfa, dossier: int, echeance: int, *, jour: date) -> Piece:
    """The certificat de réalisation of an échéance."""
    assert cerfa.employeur
    assert cerfa.apprenti
    membres = {
        "typeCertificat": "Final",
        "numeroInterneDossier": str(dossier),
        "dateSignature": jour.isoformat(),
        "attestationConservationPieces": True,
        "natureAction": "Action de formation par apprentissage",
        "employeur": {"siret": cerfa.employeur.siret},
        "apprenti": {"nom": cerfa.apprenti.nom, "prenom": cerfa.apprenti.prenom},
        "organismeFormation": {"siret": cast.SIRET_CFA},
        "echeance": {"numero": str(echeance)},
    }
    return Piece(donnees=json.dumps(membres).encode(), pdf=draw("Certificat de réalisation", ["Formation réalisée."]))


def draw(titre: str, lignes: Sequence[str]) -> bytes:
    """A page, as PDF bytes."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    pdf.multi_cell(0, 9, "\n".join([titre, "", *lignes]))
    return bytes(pdf.output())


def _euros(centimes: int) -> float:
    return float(to_euros(centimes))
