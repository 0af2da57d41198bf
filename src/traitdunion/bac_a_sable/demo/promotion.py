"""A whole promotion, from a workbook to its payments: the CFA by its commands alone, the OPCO by its pages' use cases.

The commands run as a secretary runs them, each in a process of its own, in folders of the demonstration's.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from traitdunion.bac_a_sable.demo import cast
from traitdunion.bac_a_sable.demo.server import Connection
from traitdunion.bac_a_sable.demo.theatre import Tell, Theatre, instruct, opening, pay, treat
from traitdunion.cfa.client import ClientCfa
from traitdunion.norme.facturation.montants import say_montant
from traitdunion.opco.paiements.verification import verify

PROFIL = "demonstration"
CLASSEUR, CONVENTIONS = "promotion.xlsx", "conventions"
A_FAIRE = 10  # `suivre`: something waits for the CFA


@dataclass(frozen=True)
class Jouee:
    """What the CFA reads at the end of it, amounts in cents."""

    dossiers: tuple[int, ...]
    engage: int
    facture: int
    regle: int


class Poste:
    """The computer of the CFA: a folder, and the command `traitdunion cfa`."""

    def __init__(self, dossier: Path, *, tell: Tell) -> None:
        self._dossier = dossier
        self._tell = tell
        self._environ = {
            **{nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("TRAITDUNION_")},
            "XDG_CONFIG_HOME": str(dossier / "config"),
            "XDG_DATA_HOME": str(dossier / "donnees"),
            "NO_COLOR": "1",
            "COLUMNS": "120",
        }

    def run(self, *mots: str, entree: str = "", attendus: Sequence[int] = (0,)) -> str:
        """One command, shown as it is typed; what it writes on its standard output. Raises AssertionError."""
        self._tell(f"   $ traitdunion cfa {' '.join(mots)}")
        fait = subprocess.run(
            [sys.executable, "-c", "from traitdunion.cli import main; main()", "cfa", *mots],
            cwd=self._dossier,
            env=self._environ,
            input=entree,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert fait.returncode in attendus, f"{mots[0]} ended with {fait.returncode}:\n{fait.stdout}\n{fait.stderr}"
        return fait.stdout

    def read(self, *mots: str, attendus: Sequence[int] = (0,)) -> Any:
        """The same, its result as JSON."""
        return json.loads(self.run(*mots, "--json", attendus=attendus), parse_float=Decimal)


def play(client: ClientCfa, connexion: Connection, *, nombre: int, dossier: Path, tell: Tell) -> Jouee:
    """Play it with so many apprentices. `dossier`: where the CFA keeps its files. Raises AssertionError."""
    dossier.mkdir(mode=0o700)
    poste = Poste(dossier, tell=tell)
    poste.run("configurer", "--profil", PROFIL, "--sans-question", "--depuis-entree", entree=_settings(connexion))
    poste.run("modele", CLASSEUR, "--exemple", str(nombre), "--conventions", CONVENTIONS)
    importe = poste.read("importer", CLASSEUR, "--conventions", CONVENTIONS)
    dossiers = tuple(int(une["numeroExterne"].removeprefix("CA-")) for une in importe["lignes"])
    assert len(set(dossiers)) == nombre, "one number for each apprentice"
    tell(f"   {nombre} contrats et leurs conventions transmis, de CA-{min(dossiers):07d} à CA-{max(dossiers):07d}")
    asyncio.run(_grant(client, connexion, dossiers, tell=tell))
    _tell_promotion(poste.read("suivre", "--promotion", "promotion", attendus=(0, A_FAIRE)), tell)
    factures = poste.read("facturer", "--promotion", "promotion", "--oui")["factures"]
    tell(f"   {len(factures)} factures envoyées")
    asyncio.run(_settle(client, connexion, factures, tell=tell))
    poste.run("synchroniser")
    rapproche = poste.read("rapprocher", "--promotion", "promotion")
    return _conclude(rapproche, dossiers, tell)


def _settings(connexion: Connection) -> str:
    valeurs: Mapping[str, str] = {
        "opco": "traitdunion",
        "api": connexion.api,
        "jeton": connexion.jeton,
        "siren": cast.SIREN,
        "client_id": connexion.client_id,
        "client_secret": connexion.client_secret,
        "cle_api": connexion.cle_api,
        # What its invoices say of the CFA; all invented.
        "facturation.denomination": cast.CFA,
        "facturation.adresse": "1 rue de l'Exemple, 75001 PARIS",
        "facturation.nda": "11750000075",
        "facturation.client": "OPCO DE DÉMONSTRATION",
        "facturation.iban": cast.IBAN,
    }
    return "".join(f"{nom}={valeur}\n" for nom, valeur in valeurs.items())


async def _grant(client: ClientCfa, connexion: Connection, dossiers: Sequence[int], *, tell: Tell) -> None:
    async with opening(client, connexion.settings, tell=tell) as theatre:
        montants = [await instruct(theatre, numero) for numero in dossiers]
    tell(f"   l'OPCO instruit et accorde : {say_montant(sum(montants))} € engagés")


async def _settle(client: ClientCfa, connexion: Connection, factures: Sequence[Any], *, tell: Tell) -> None:
    async with opening(client, connexion.settings, tell=tell) as theatre:
        for facture in factures:
            await treat(theatre, int(facture["numeroInterne"]))
        await pay(theatre)
        await _check_comptes(theatre)


async def _check_comptes(theatre: Theatre) -> None:
    async with theatre.database.connection() as tx:
        comptes = await verify(tx)
    assert comptes.ecarts == [], comptes.ecarts
    theatre.tell(f"   comptes de l'OPCO relus : {comptes.ecritures} écritures, aucun écart")


def _tell_promotion(suivi: Any, tell: Tell) -> None:
    (promotion,) = suivi["promotions"]
    ouvert = promotion["aFacturer"]
    tell(
        f"   le CFA relit : {promotion['engages']} engagés, {_say_engagement(promotion['engagement'])} ; "
        f"{ouvert['nombre']} échéances à facturer, {_say(ouvert['montant'])}"
    )


def _conclude(rapproche: Any, dossiers: tuple[int, ...], tell: Tell) -> Jouee:
    lignes = rapproche["lignes"]
    engage, facture, regle = (sum(_cents(une[nom]) for une in lignes) for nom in ("engage", "facture", "regle"))
    assert engage == _cents(rapproche["engagement"]["total"]), "the lines add up to what is engaged"
    tell(
        f"   rapprochement : {_say_engagement(rapproche['engagement'])} ; {say_montant(facture)} € facturés, "
        f"{say_montant(regle)} € réglés ; écarts : {rapproche['ecarts']}"
    )
    return Jouee(dossiers=dossiers, engage=engage, facture=facture, regle=regle)


def _say_engagement(engagement: Any) -> str:
    return f"{_say(engagement['echeances'])} d'échéances et {_say(engagement['fraisAnnexes'])} de frais annexes engagés"


def _say(euros: Decimal | int) -> str:
    return f"{say_montant(_cents(euros))} €"


def _cents(euros: Decimal | int) -> int:
    return int(euros * 100)
