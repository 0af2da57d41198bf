"""What the demonstration plays of the money: a contract invoiced and paid to its solde, another broken after a payment.

The contracts are dated from the day on which it is played, so that their échéances are open. The CFA's acts go through
the API, the OPCO's through the use cases of its pages, the bank's through its file.
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from traitdunion.bac_a_sable.demo import cast, convention, factures_pdf
from traitdunion.bac_a_sable.demo.theatre import (
    Tell,
    Theatre,
    call,
    find_version,
    instruct,
    opening,
    pay,
    say,
    treat,
)
from traitdunion.cfa.client import ClientCfa, Fichier
from traitdunion.cfa.convention import Engagements, build_convention
from traitdunion.cfa.dessin.feuille import draw_texte
from traitdunion.norme import ecriture, lecture
from traitdunion.norme.calendrier import add_months
from traitdunion.norme.facturation.montants import say_montant
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.reponses import DossierLu, Echeance
from traitdunion.opco.comptabilite.postes import EN_COURS, Poste
from traitdunion.opco.comptabilite.service import open_livre
from traitdunion.opco.decisions import store as decisions
from traitdunion.opco.factures import store as factures
from traitdunion.opco.paiements.verification import verify
from traitdunion.opco.settings import Settings

EQUIPEMENT = 45_000  # cents
FIN_IL_Y_A, DEBUT_IL_Y_A = 1, 5  # months before the day: the end of the first contract, the start of the second


def play(client: ClientCfa, settings: Settings, *, tell: Tell) -> list[str]:
    """Play both contracts, print what was engaged, invoiced and paid; their numbers. Raises AssertionError."""
    return [numero_externe(numero) for numero in asyncio.run(_play(client, settings, tell))]


async def _play(client: ClientCfa, settings: Settings, tell: Tell) -> tuple[int, int]:
    async with opening(client, settings, tell=tell) as theatre:
        entier = await _play_contrat_entier(theatre)
        rompu = await _play_contrat_rompu(theatre)
        await _conclude(theatre, (entier, rompu))
    return entier, rompu


async def _play_contrat_entier(theatre: Theatre) -> int:
    """A contract that has ended: every échéance, frais annexes, a rejection, a credit note, proofs, the solde."""
    debut = add_months(theatre.jour.replace(day=1), -12 - FIN_IL_Y_A)
    numero = await _engage(theatre, cast.ended("FICTIF-SOLDE", debut), debut)
    e1, e2, e3, solde = _echeances(theatre, numero)
    f1 = await _send_facture(theatre, numero, _all(e1), ("PREMIEREQUIPEMENT", 1, EQUIPEMENT), _all(e2))
    await treat(theatre, f1, rejeter=("PREMIEREQUIPEMENT",))
    await pay(theatre)
    say(theatre, numero, "échéances 1 et 2 réglées, premier équipement rejeté : règlement partiel")
    avoir = await _send_avoir(theatre, numero, f1, ("PEDAGOGIE", 2, 10_000))
    f2 = await _send_facture(
        theatre,
        numero,
        ("PREMIEREQUIPEMENT", 2, EQUIPEMENT),
        ("PEDAGOGIE", 2, 10_000),
        ("RESTAURATION", 3, 30_000),
        _all(e3),
    )
    await treat(theatre, f2)
    await pay(theatre, compenser=True)
    say(theatre, numero, f"avoir {avoir} de 100,00 € compensé dans le virement suivant")
    f3 = await _send_facture(theatre, numero, _all(solde))
    await _prove(theatre, numero, int(solde.numero))
    await treat(theatre, f3)
    await pay(theatre)
    etat = theatre.client.find_dossier(str(numero)).cerfa.etat
    assert etat == "SOLDE", etat
    theatre.tell(
        f"   {numero_externe(numero)}  certificat et copie de la facture à l'employeur reçus, solde réglé : {etat}"
    )
    return numero


async def _play_contrat_rompu(theatre: Theatre) -> int:
    """A contract broken after its first payment: a trop-perçu, refunded."""
    debut = add_months(theatre.jour.replace(day=1), -DEBUT_IL_Y_A)
    numero = await _engage(theatre, cast.ended("FICTIF-TROP-PERCU", debut), debut)
    e1 = _echeances(theatre, numero)[0]
    await treat(theatre, await _send_facture(theatre, numero, _all(e1)))
    await pay(theatre)
    acteur = f"compte:{theatre.gens['opco']}"
    rupture = decisions.Rupture(
        id=0,
        dernier_jour=debut + timedelta(days=89),
        notifiee_le=debut + timedelta(days=90),
        probatoire=False,
        motif="COMMUN_ACCORD",
        maintien=False,
        commentaire=None,
        declaree_par=acteur,
        declaree_le=datetime.now(UTC),
        issue=None,
        issue_le=None,
    )
    actes = theatre.portail.decisions
    await actes.declare_rupture(numero, rupture, siren=None)
    await actes.confirm_rupture(numero, version=await find_version(theatre, numero), par=acteur)
    du = {une.numero_interne: une.montant for une in await theatre.portail.paiements.recouvrements.list_trop_percus()}
    say(theatre, numero, f"rompu après 90 jours : {say_montant(du[numero])} € de trop-perçu")
    await theatre.portail.paiements.recouvrements.record(
        *(numero,),
        siren=cast.SIREN,
        montant=du[numero],
        reference="VIR DU CFA FICTIF",
        le=theatre.jour,
        par=theatre.comptable,
    )
    say(theatre, numero, "trop-perçu remboursé")
    return numero


async def _engage(theatre: Theatre, depot: dict[str, Any], debut: date) -> int:
    """Deposit a contract and its convention, and grant it."""
    corps = json.dumps(depot, ensure_ascii=False).encode()
    numero = int((await call(theatre.client.deposit, corps)).numero_interne)
    cerfa = lecture.read(DepotDossier, corps).message.cerfa
    assert cerfa is not None
    engagements = Engagements(
        mandat_employeur=True,
        cout_pedagogie=Decimal("8000.00"),
        repas=100,
        premier_equipement=Decimal(EQUIPEMENT) / 100,
        date_signature=debut - timedelta(days=12),
        signee=True,
    )
    donnees = build_convention(cerfa, engagements, numero_interne_dossier=str(numero))
    fichier = Fichier("convention.pdf", convention.draw(cerfa), "application/pdf")
    await call(theatre.client.deposit_convention, ecriture.write(donnees), fichier)
    montant = await instruct(theatre, numero)
    say(theatre, numero, f"accordé, {say_montant(montant)} € engagés, du {debut:%d/%m/%Y}")
    return numero


def _echeances(theatre: Theatre, numero: int) -> Sequence[Echeance]:
    lu: DossierLu = theatre.client.find_dossier(str(numero))
    assert lu.echeances is not None
    return lu.echeances


def _all(echeance: Echeance) -> tuple[str, int, int]:
    """A line that asks for the whole of an échéance."""
    return "PEDAGOGIE", int(echeance.numero), int(echeance.montant_total * 100)


async def _send_facture(theatre: Theatre, dossier: int, *lignes: tuple[str, int, int]) -> int:
    """Send an invoice through the API; its internal number."""
    theatre.rang += 1
    corps = factures_pdf.body(f"F-{theatre.rang:04d}", dossier, lignes, jour=theatre.jour)
    accuse = await call(theatre.client.deposit_facture, corps.donnees, Fichier("facture.pdf", corps.pdf))
    for avertissement in accuse.avertissements:
        theatre.tell(f"   à savoir : {avertissement.description}")
    return int(accuse.numero_interne_facture)


async def _send_avoir(theatre: Theatre, dossier: int, origine: int, *lignes: tuple[str, int, int]) -> str:
    """Send a credit note on an invoice; its number."""
    numero = f"A-{theatre.rang:04d}"
    async with theatre.database.connection() as tx:
        lue = await factures.find(tx, origine)
    assert lue is not None
    corps = factures_pdf.body(numero, dossier, lignes, jour=theatre.jour, origine=lue.numero)
    await call(theatre.client.deposit_avoir, corps.donnees, Fichier("avoir.pdf", corps.pdf))
    return numero


async def _prove(theatre: Theatre, dossier: int, echeance: int) -> None:
    """The certificate, and the copy of the invoice sent to the employer: the last solde waited for them."""
    cerfa = theatre.client.find_dossier(str(dossier)).cerfa
    certificat = factures_pdf.certificat(cerfa, dossier, echeance, jour=theatre.jour)
    await call(theatre.client.deposit_certificat, certificat.donnees, Fichier("certificat.pdf", certificat.pdf))
    infos = {
        "typeFichier": "FACTURE_PARTICIPATION_EMPLOYEUR",
        "objets": [{"typeObjet": "DOSSIER_APPRENTISSAGE", "idObjet": str(dossier)}],
    }
    lignes = ["Participation de l'employeur : 750,00 euros"]
    pdf = draw_texte("Facture à l'employeur, copie", lignes, le=theatre.jour)
    await call(theatre.client.deposit_document, json.dumps(infos).encode(), Fichier("participation.pdf", pdf))


async def _conclude(theatre: Theatre, numeros: Sequence[int]) -> None:
    """The table of both contracts, and the accounts read again."""
    async with theatre.database.connection() as tx:
        comptes_justes = await verify(tx)
    assert comptes_justes.ecarts == [], comptes_justes.ecarts
    titres = ("dossier", "état", "engagé", "facturé", "réglé", "à facturer", "trop-perçu")
    theatre.tell("   " + "  ".join(f"{titre:>11}" for titre in titres))
    for numero in numeros:
        lu = theatre.client.find_dossier(str(numero))
        async with theatre.database.connection() as tx:
            livre = await open_livre(tx, numero)
        regle = livre.total(Poste.REGLE)
        facture, reste = regle + livre.total(*EN_COURS), livre.total(Poste.A_FACTURER)
        montants = (livre.engagement, facture, regle, reste, livre.trop_percu)
        valeurs = (numero_externe(numero), lu.cerfa.etat or "", *(say_montant(un) for un in montants))
        theatre.tell("   " + "  ".join(f"{valeur:>11}" for valeur in valeurs))
    theatre.tell(f"   comptes relus : {comptes_justes.ecritures} écritures, aucun écart")
