"""Invoices, credit notes and certificates sent by a CFA for its engaged dossiers."""

from datetime import date
from typing import Any

import httpx
from builders.factures.papier import a_facture_pdf
from builders.serveur import SIREN, SIRET, Appelant, Serveur

from traitdunion.norme.facturation.montants import to_euros
from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.modifications.banque import iban_aad

IBAN = "FR7630006000011234567890189"  # invented, of a valid key
AUTRE_IBAN = "FR7630001007941234567890185"
Ligne = tuple[int, str, int]  # échéance, nature, cents


async def set_iban(serveur: Serveur, iban: str = IBAN, *, siren: str = SIREN) -> None:
    """The account that the OPCO has validated, as two of its people would have."""
    await serveur.execute(
        "INSERT INTO coordonnees_bancaires (siren, titulaire, chiffre, fin, depuis_le) "
        "VALUES (%s, 'CFA FICTIF DES EXEMPLES', %s, %s, now()) "
        "ON CONFLICT (siren) DO UPDATE SET chiffre = excluded.chiffre, fin = excluded.fin",
        siren,
        serveur.vault.encrypt(iban.encode(), aad=iban_aad(siren)),
        iban[-4:],
    )


def some_lignes(dossier: int, *lignes: Ligne, signe: int = 1) -> list[dict[str, Any]]:
    """Lines of one dossier; those of a credit note have the other sign."""
    return [
        {
            "montant": float(to_euros(signe * montant)),
            "natureLigne": nature,
            "quantite": 1,
            "numeroEcheance": str(echeance),
            "numeroDossier": numero_externe(dossier),
        }
        for echeance, nature, montant in lignes
    ]


def a_body(
    lignes: list[dict[str, Any]],
    *,
    numero: str = "F-2026-001",
    emission: date = date(2026, 9, 5),
    iban: str = IBAN,
    siret: str = SIRET,
    **membres: Any,
) -> dict[str, Any]:
    """The data of an invoice: the total is that of its lines."""
    return {
        "numero": numero,
        "dateEmission": emission.isoformat(),
        "montantTotal": round(sum(ligne["montant"] for ligne in lignes), 2),
        "siretEmetteur": siret,
        "ibanEmetteur": iban,
        "estCertificatRealisation": False,
        "lignes": lignes,
        **membres,
    }


async def send_facture(serveur: Serveur, dossier: int, *lignes: Ligne, **options: Any) -> httpx.Response:
    """Send an invoice on one dossier."""
    return await send_body(serveur, a_body(some_lignes(dossier, *lignes), **options))


async def send_body(
    serveur: Serveur, corps: dict[str, Any], pdf: bytes | None = None, *, par: Appelant | None = None
) -> httpx.Response:
    """Send an invoice as it is written; its PDF bears the same number, unless another is given."""
    fichier = a_facture_pdf(numero=str(corps.get("numero", "")).strip()) if pdf is None else pdf
    return await (par or serveur.cfa).send("/v2/factures", corps, fichier, nom="facture.pdf")


async def send_avoir(
    serveur: Serveur, dossier: int, *lignes: Ligne, origine: str = "F-2026-001", numero: str = "A-1", **options: Any
) -> httpx.Response:
    """Send a credit note on an invoice; the amounts are given positive."""
    lues = some_lignes(dossier, *lignes, signe=-1)
    corps = a_body(lues, numero=numero, numeroFactureOrigine=origine, **options)
    return await serveur.cfa.send("/v2/avoirs", corps, a_facture_pdf(numero=numero, titre="Avoir"), nom="avoir.pdf")


def codes_of(reponse: httpx.Response) -> list[str]:
    """The codes of a refusal, or of the warnings of a deposit."""
    corps = reponse.json()
    return [une["code"] for une in corps.get("errors", corps.get("avertissements", []))]


def errors_of(reponse: httpx.Response) -> list[tuple[str, str]]:
    """Code and field of everything that is said, warnings included."""
    corps = reponse.json()
    return [(une["code"], une["champ"]) for une in corps.get("errors", corps.get("avertissements", []))]


async def check_refused(
    serveur: Serveur,
    corps: dict[str, Any],
    *attendues: tuple[str, str],
    statut: int = 400,
    pdf: bytes | None = None,
    par: Appelant | None = None,
) -> httpx.Response:
    """Send an invoice that must be refused with these codes and fields, in this order, and leave nothing behind."""
    avant = await serveur.counts(), await serveur.fetch("SELECT * FROM solde_poste ORDER BY 1, 2, 3, 4, 5")
    reponse = await send_body(serveur, corps, pdf, par=par)
    assert reponse.status_code == statut, reponse.text
    assert errors_of(reponse) == list(attendues)
    apres = await serveur.counts(), await serveur.fetch("SELECT * FROM solde_poste ORDER BY 1, 2, 3, 4, 5")
    assert apres == avant
    assert "".join(corps.get("ibanEmetteur", "?").split()) not in "".join(reponse.text.split())
    return reponse
