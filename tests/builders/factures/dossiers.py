"""Engaged dossiers that can be invoiced to the end, and what stands in their ledgers."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
from builders.envois import PRENOM, in_letters
from builders.factures.papier import a_facture_pdf
from builders.instruction import CHOIX, an_engaged
from builders.serveur import Serveur

from traitdunion.norme.motifs import MOTIF_REJET, REJETS_AUTOMATIQUES
from traitdunion.norme.openapi.exemples_facturation import CERTIFICAT
from traitdunion.opco.factures.avis import AvisFactures
from traitdunion.opco.factures.lignes import Lignes
from traitdunion.opco.factures.traitement import Choix as ChoixLigne
from traitdunion.opco.factures.traitement import Traitement
from traitdunion.opco.financement.faits import Choix

# A year that ended a few days before the tests' own day: échéances 1 to 3, then 4, the last solde; 8 000 € in all.
FIN = date(2026, 8, 31)
FORCLUSION = date(2026, 12, 31)
TERMINE = {
    "dateConclusion": "2025-08-25",
    "dateDebutContrat": "2025-09-01",
    "dateFormationPratiqueEmployeur": "2025-09-01",
    "dateFinContrat": FIN.isoformat(),
}
SOLDE, MONTANT_SOLDE = 4, 80_000
# With what a convention may claim besides.
COUTS = {
    "coutTotalPedagogieCFA": 20_000,
    "montantRQTHAnnee1": 1_000,
    "nombreRepasTotaux": 100,
    "nombreHebergementTotaux": 0,
    "montantPremierEquipement": 500,
}


async def an_ended(serveur: Serveur, agent: int, rang: int = 0, *, choix: Choix = CHOIX, **options: Any) -> int:
    """An engaged dossier whose contract is over: every échéance is open."""
    return await an_engaged(serveur, agent, rang, choix=choix, **{**TERMINE, **options})


async def a_dossier_rqth(serveur: Serveur, agent: int, rang: int = 0) -> int:
    """First échéance: 3 200 € of pedagogy and 400 € of RQTH."""
    choix = Choix(npec=800_000, npec_source="essai", rqth_reconnu=True)
    return await an_engaged(serveur, agent, rang, choix=choix, convention={"couts": COUTS})


async def travel(serveur: Serveur, jour: date) -> None:
    """The clock at noon of a day; the token would have expired."""
    serveur.clock.instant = datetime(jour.year, jour.month, jour.day, 12, tzinfo=UTC)
    await serveur.cfa.connect()


async def soldes_of(serveur: Serveur, *dossiers: int) -> list[tuple[Any, ...]]:
    """The balances of these dossiers that are not at zero, all of them when none is named."""
    return await serveur.fetch(
        "SELECT numero_interne, poste, echeance, nature, ligne, montant FROM solde_poste "
        "WHERE montant <> 0 AND (%s OR numero_interne = ANY(%s)) ORDER BY 1, 2, 3, 4, 5",
        not dossiers,
        list(dossiers),
    )


async def postes_of(serveur: Serveur, dossier: int) -> dict[str, int]:
    """What stands in each poste of a dossier, in cents."""
    lignes = await serveur.fetch(
        "SELECT poste, sum(montant)::bigint FROM solde_poste WHERE numero_interne = %s GROUP BY 1 "
        "HAVING sum(montant) <> 0",
        dossier,
    )
    return dict(lignes)


async def echeance_of(serveur: Serveur, dossier: int, numero: int) -> dict[str, Any]:
    """An échéance as the norm reads it back."""
    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={dossier}")).json()
    return next(une for une in lu["echeances"] if une["numero"] == str(numero))


async def factures_of(serveur: Serveur) -> list[dict[str, Any]]:
    """The first page of states of invoices."""
    reponse = await serveur.cfa.get("/v2/factures/etats")
    assert reponse.status_code == 200, reponse.text
    return list(reponse.json()["factures"])


async def avoirs_of(serveur: Serveur) -> list[dict[str, Any]]:
    """The first page of states of credit notes."""
    reponse = await serveur.cfa.get("/v2/avoirs/etats")
    assert reponse.status_code == 200, reponse.text
    return list(reponse.json()["avoirs"])


def a_certificat(dossier: int, echeance: int | str, /, *, rang: int = 0, **membres: Any) -> dict[str, Any]:
    """The certificate of an échéance of `a_depot(rang)`, deposited under `dossier`; a member None is left out."""
    corps = CERTIFICAT | {
        "numeroInterneDossier": str(dossier),
        "apprenti": {"nom": f"EXEMPLE {in_letters(rang)}", "prenom": PRENOM},
        "dateSignature": "2026-09-04",
        "echeance": {"numero": str(echeance), "duree": 340, "dateDebut": "2025-09-01", "dateFin": "2026-08-31"},
        "numeroInterneFacture": None,
    }
    return {nom: valeur for nom, valeur in {**corps, **membres}.items() if valeur is not None}


async def send_certificat(serveur: Serveur, dossier: int, echeance: int | str, /, **membres: Any) -> httpx.Response:
    """Send a certificate."""
    corps = a_certificat(dossier, echeance, **membres)
    return await serveur.cfa.send("/v2/certificats", corps, a_facture_pdf(titre="Certificat"), nom="certificat.pdf")


async def decide(serveur: Serveur, agent: int, *, accepte: bool) -> None:
    """Staff say yes or no to every line of the first invoice."""
    lignes = Lignes(avis=(avis := AvisFactures(courriels=serveur.travaux.courriels, url_publique="http://opco.test")))
    traitement = Traitement(database=serveur.database, clock=serveur.clock, lignes=lignes, avis=avis)
    ((facture, version), *_) = await serveur.fetch(
        "SELECT numero_interne, version FROM facture WHERE genre = 'FACTURE' ORDER BY 1"
    )
    ids = await serveur.fetch("SELECT id FROM ligne_facture WHERE facture = %s ORDER BY id", facture)
    dit = {} if accepte else {"motif": next(iter(set(MOTIF_REJET.codes) - REJETS_AUTOMATIQUES)), "texte": "Erreur."}
    choix = [ChoixLigne(ligne=ligne, accepte=accepte, **dit) for (ligne,) in ids]
    await traitement.decide(facture, version=version, choix=choix, par=f"compte:{agent}")
