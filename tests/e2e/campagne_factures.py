"""kill -9 campaign on invoices: the ledger balances, nothing acknowledged is lost, no number serves twice (I1, I5, I6).

A real server with two API workers, engaged dossiers, clients that send invoices over two dossiers each, a credit note
on one in three, and write down, fsynced, what was acknowledged. Each failpoint of the path kills `--par-point` times.
Then everything is read back in the database: invoices, lines, écritures, balances, files.

    python tests/e2e/campagne_factures.py --par-point 20
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from builders import envois, fichiers
from builders.factures.demo import grant
from builders.factures.envoi import a_body, some_lignes
from builders.factures.papier import a_facture_pdf

from traitdunion.bac_a_sable.demo.server import Connection, serving
from traitdunion.norme.openapi.exemples_facturation import IBAN

CLIENTS = 6
DELAI_SECONDES = 1_200.0
ENTETES = {"EDITEUR": "campagne", "LOGICIEL": "campagne", "VERSION": "1"}
# In the order in which an invoice passes them.
POINTS = (
    *("corps_lu", "pendant_envoi", "objet_ecrit", "objet_synchronise"),
    *("avant_grand_livre", "avant_commit", "apres_commit", "avant_reponse"),
)


@dataclass
class Bilan:
    """What the campaign leaves."""

    tues: Counter[str] = field(default_factory=Counter)
    statuts: Counter[str] = field(default_factory=Counter)
    reconnues: int = 0
    ecrites: int = 0
    fautes: list[str] = field(default_factory=list)


def post(http: httpx.Client, connexion: Connection, jeton: str, chemin: str, corps: Any) -> httpx.Response:
    """One call; `corps` is JSON, or the bytes of a multipart body."""
    multipart = isinstance(corps, bytes)
    return http.post(
        chemin,
        content=corps if multipart else envois.to_json(corps),
        headers={
            **ENTETES,
            "Authorization": f"Bearer {jeton}",
            "X-API-KEY": connexion.cle_api,
            "Content-Type": envois.MULTIPART if multipart else "application/json",
        },
    )


def ask_token(http: httpx.Client, connexion: Connection) -> str:
    """A token, whatever happens to the workers meanwhile."""
    client = {"client_id": connexion.client_id, "client_secret": connexion.client_secret}
    while True:
        try:
            reponse = http.post("/oauth2/token", data={"grant_type": "client_credentials", **client})
            if reponse.status_code == httpx.codes.OK:
                return str(reponse.json()["access_token"])
        except httpx.HTTPError:
            pass
        time.sleep(0.1)


def insist(envoi: Any, arret: threading.Event, statuts: Counter[str]) -> dict[str, Any] | None:
    """Send, and the very same bytes again until there is an answer; None when told to stop before."""
    while not arret.is_set():
        try:
            reponse: httpx.Response = envoi()
        except httpx.HTTPError:
            statuts["réponse perdue"] += 1
            time.sleep(0.05)
            continue
        statuts[str(reponse.status_code)] += 1
        if reponse.status_code == httpx.codes.OK:
            return dict(reponse.json())
        if reponse.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
            raise AssertionError(f"refused, though valid: {reponse.text}")
        time.sleep(0.1)
    return None


class Comptable(threading.Thread):
    """A client: invoices without end, keeps in its own file what was acknowledged."""

    def __init__(
        self, rang: int, connexion: Connection, dossiers: Sequence[int], journal: Path, arret: threading.Event
    ) -> None:
        super().__init__(name=f"client-{rang}", daemon=True)
        self.statuts: Counter[str] = Counter()
        self._rang, self._connexion, self._dossiers = rang, connexion, dossiers
        self._journal, self._arret = journal, arret

    def run(self) -> None:
        """One invoice over two dossiers, each client in its own order; a credit note on one in three."""
        with (
            httpx.Client(base_url=self._connexion.api, timeout=30) as http,
            self._journal.open("a", encoding="utf-8") as journal,
        ):
            self._http, self._jeton = http, ask_token(http, self._connexion)
            for envoi in range(1, 1_000_000):
                if self._arret.is_set():
                    return
                paire = [self._dossiers[(self._rang + pas) % len(self._dossiers)] for pas in (0, 1)]
                paire = paire if envoi % 2 else paire[::-1]
                self._send(journal, f"F-{self._rang}-{envoi}", paire)
                if envoi % 3 == 0:
                    self._send(journal, f"A-{self._rang}-{envoi}", paire, origine=f"F-{self._rang}-{envoi}")

    def _send(self, journal: Any, numero: str, dossiers: Sequence[int], *, origine: str | None = None) -> None:
        partie, signe = ("avoir", -1) if origine else ("facture", 1)
        lignes = [une for dossier in dossiers for une in some_lignes(dossier, (1, "PEDAGOGIE", 100), signe=signe)]
        corps = a_body(lignes, numero=numero, iban=IBAN) | ({"numeroFactureOrigine": origine} if origine else {})
        parties = envois.multipart_body(envois.multipart_parts(partie, corps, a_facture_pdf(numero=numero)))
        recu = insist(
            lambda: post(self._http, self._connexion, self._jeton, f"/v2/{partie}s", parties),
            self._arret,
            self.statuts,
        )
        if recu is not None:
            fait = {
                "numero": numero,
                "facture": recu["numeroInterneFacture"],
                "document": recu["numeroInterneDocument"],
            }
            journal.write(json.dumps(fait) + "\n")
            journal.flush()
            os.fsync(journal.fileno())


def engage(connexion: Connection) -> list[int]:
    """As many engaged dossiers as clients, through the server, whose points may kill already."""
    numeros, statuts, jamais = [], Counter[str](), threading.Event()
    with httpx.Client(base_url=connexion.api, timeout=30) as http:
        jeton = ask_token(http, connexion)
        for rang in range(CLIENTS):
            depot = envois.a_depot(rang)
            recu = insist(lambda d=depot: post(http, connexion, jeton, "/v2/dossiers", d), jamais, statuts)
            assert recu is not None
            parties = envois.multipart_parts(
                "convention", envois.a_convention(recu["numeroInterne"], rang), fichiers.a_pdf()
            )
            corps = envois.multipart_body(parties)
            insist(lambda c=corps: post(http, connexion, jeton, "/v2/conventions", c), jamais, statuts)
            numeros.append(int(recu["numeroInterne"]))
    asyncio.run(grant(connexion, numeros))
    return numeros


def play(points: Sequence[str], par_point: int, probabilite: float) -> Bilan:
    """The whole: clients invoice until each point has killed enough, then everything is read back."""
    bilan = Bilan()
    with tempfile.TemporaryDirectory(prefix="tu-factures-") as temporaire:
        dossier = Path(temporaire)
        tues = dossier / "tues"
        reglages = {
            "TRAITDUNION_APPELS_PAR_MINUTE": "0",
            "TRAITDUNION_JETONS_PAR_MINUTE": "0",
            "TRAITDUNION_PROCESSUS": "2",
            "TRAITDUNION_JOURNAL": "ERROR",
            "TRAITDUNION_PANNES": ",".join(f"{point}:{probabilite:.4f}" for point in points),
            "TRAITDUNION_PANNES_JOURNAL": str(tues),
        }
        with serving(port=None, conserver=None, reglages=reglages) as connexion:
            dossiers, arret = engage(connexion), threading.Event()
            journaux = [dossier / f"client-{rang}.jsonl" for rang in range(CLIENTS)]
            clients = [Comptable(rang, connexion, dossiers, journal, arret) for rang, journal in enumerate(journaux)]
            for client in clients:
                client.start()
            limite = time.monotonic() + DELAI_SECONDES
            while time.monotonic() < limite and any(client.is_alive() for client in clients):
                bilan.tues = Counter(tues.read_text().split()) if tues.exists() else Counter()
                if all(bilan.tues[point] >= par_point for point in points):
                    break
                time.sleep(0.2)
            arret.set()
            for client in clients:
                client.join(60)
                bilan.statuts += client.statuts
            verify(connexion, journaux, bilan)
    return bilan


# What must hold in the database whatever happened; each gives the rows that are at fault.
INVARIANTS = {
    "écriture qui ne s'équilibre pas": "SELECT ecriture FROM mouvement GROUP BY 1 HAVING sum(montant) <> 0",
    "solde qui n'est pas la somme de ses mouvements": """
        SELECT s.numero_interne, s.poste, s.ligne FROM solde_poste s WHERE s.montant <> (
            SELECT coalesce(sum(m.montant), 0) FROM mouvement m JOIN ecriture e ON e.id = m.ecriture
             WHERE (e.numero_interne, m.poste, m.echeance, m.nature, m.ligne)
                 = (s.numero_interne, s.poste, s.echeance, s.nature, s.ligne))""",
    "ligne dont le grand livre dit autre chose": """
        SELECT l.id FROM ligne_facture l WHERE l.montant > 0 AND l.montant - l.credite <> (
            SELECT coalesce(sum(s.montant), 0) FROM solde_poste s
             WHERE s.ligne = l.id AND s.poste = 'EN_INSTRUCTION')""",
    "facture sans ses lignes": """
        SELECT f.numero FROM facture f LEFT JOIN ligne_facture l ON l.facture = f.numero_interne
         GROUP BY f.numero_interne HAVING coalesce(sum(l.montant), 0) <> f.montant""",
    "facture sans son événement": """
        SELECT f.numero FROM facture f WHERE NOT EXISTS (
            SELECT FROM evenement e WHERE e.donnees->>'facture' = f.numero_interne::text)""",
    "place qui manque dans les pages": """
        SELECT c.genre FROM compteur_facture c WHERE c.nombre <> (
            SELECT count(*) FROM facture f WHERE f.siren = c.siren AND f.genre = c.genre AND f.rang <= c.nombre)""",
    "document d'aucune facture": """
        SELECT d.numero_interne FROM document d WHERE d.type_fichier IN ('FACTURE', 'AVOIR')
           AND NOT EXISTS (SELECT FROM facture f WHERE f.document = d.numero_interne)""",
    "avoir qui n'est pas ce qu'il crédite": """
        SELECT l.id FROM ligne_facture l LEFT JOIN ligne_facture a ON a.ligne_origine = l.id
         WHERE l.montant > 0 GROUP BY l.id HAVING l.credite <> -coalesce(sum(a.montant), 0)""",
}


def verify(connexion: Connection, journaux: Sequence[Path], bilan: Bilan) -> None:
    """All that was acknowledged is there under its number; the accounts and the files agree."""
    faits = [json.loads(ligne) for un in journaux if un.exists() for ligne in un.read_text().splitlines()]
    bilan.reconnues = len(faits)
    for membre in ("numero", "facture", "document"):
        doubles = [valeur for valeur, fois in Counter(fait[membre] for fait in faits).items() if fois > 1]
        bilan.fautes += [f"{membre} {valeur} donné deux fois" for valeur in doubles]
    with psycopg.connect(connexion.database_url) as conn:
        ecrites = {
            numero: (str(interne), str(document))
            for numero, interne, document in conn.execute("SELECT numero, numero_interne, document FROM facture")
        }
        bilan.ecrites = len(ecrites)
        bilan.fautes += [
            f"{fait['numero']} perdue"
            for fait in faits
            if ecrites.get(fait["numero"]) != (fait["facture"], fait["document"])
        ]
        for nom, requete in INVARIANTS.items():
            bilan.fautes += [f"{nom} : {ligne}" for ligne in conn.execute(requete).fetchall()]
        cles = {cle for (cle,) in conn.execute("SELECT cle_objet FROM document")}
    racine = connexion.donnees / "objets"
    bilan.fautes += [f"objet {cle} absent" for cle in cles if not (racine / cle).is_file()]
    if bilan.statuts["500"]:
        bilan.fautes.append(f"{bilan.statuts['500']} erreurs du serveur")


def main() -> int:
    """Play and print; 1 when something is at fault or a point never killed."""
    lecteur = argparse.ArgumentParser(description="Campagne de kill -9 sur les factures : le grand livre reste juste.")
    lecteur.add_argument("--par-point", type=int, default=20, metavar="N", help="processus tués à chaque point")
    lecteur.add_argument("--points", nargs="+", choices=POINTS, default=POINTS, help="où les processus meurent")
    lecteur.add_argument("--probabilite", type=float, default=0.01, help="chance de mourir à un passage")
    choix = lecteur.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the way out goes through `serving`, which stops its own
    debut = time.monotonic()
    bilan = play(choix.points, choix.par_point, choix.probabilite)
    print("Processus tués :", ", ".join(f"{point} × {bilan.tues[point]}" for point in POINTS))
    print("Réponses reçues:", ", ".join(f"{nom} × {nombre}" for nom, nombre in sorted(bilan.statuts.items())))
    print(f"Factures et avoirs reconnus : {bilan.reconnues}, écrits : {bilan.ecrites}")
    print(f"Fautes : {len(bilan.fautes)}, en {time.monotonic() - debut:.0f} s")
    for faute in bilan.fautes[:50]:
        print("  FAUTE", faute)
    tous = all(bilan.tues[point] >= choix.par_point for point in choix.points)
    return 0 if tous and bilan.reconnues and not bilan.fautes else 1


if __name__ == "__main__":
    sys.exit(main())
