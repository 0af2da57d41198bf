"""`./run bench depot`: the API against pgbench doing the same INSERTs, in one run on one machine.

Protocol (docs/performance.md): same tables, indexes and bytes; pgbench -M prepared -c 32 -j 1 on the unix socket, wrk
with 32 connections, three interleaved runs, medians; fsync and synchronous_commit on; everything on over HTTP (token,
key, accrochage, liberal reading, every check, encryption, receipt), rate limits off. Rows are counted: answers 200.
"""

import argparse
import io
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import psycopg
from charge import CONNEXIONS, Mesure, lua, pgbench, require_tools, wrk
from corps import MARQUE, body
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from traitdunion.bac_a_sable.demo import cast
from traitdunion.bac_a_sable.demo.server import Connection, serving
from traitdunion.norme import contenu, lecture
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.openapi.exemples import CONVENTION
from traitdunion.opco.dossiers.search import affichage, cle_recherche

REGLAGES = {
    "TRAITDUNION_APPELS_PAR_MINUTE": "0",
    "TRAITDUNION_JETONS_PAR_MINUTE": "0",
    "TRAITDUNION_CONNEXIONS_MIN": "4",
}
ECHAUFFEMENT_SECONDES = 4
PAS_DE_NUMERO = 1_000_000  # each run of wrk starts its counter further: names never meet


def main() -> None:
    """Run the benchmark and print both figures of each comparison; last line `ratio 0.71`."""
    analyse = argparse.ArgumentParser()
    analyse.add_argument("--secondes", type=int, default=10, help="durée de chaque passage")
    analyse.add_argument("--passages", type=int, default=3)
    analyse.add_argument("--memoire", type=int, default=0, metavar="N", help="dépose N dossiers, puis dit la mémoire")
    choix = analyse.parse_args()
    require_tools()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the server is then stopped like anywhere else
    with serving(port=None, conserver=None, reglages=REGLAGES) as connexion, tempfile.TemporaryDirectory() as dossier:
        banc = Bench(connexion, Path(dossier), secondes=choix.secondes, passages=choix.passages)
        banc.run(memoire=choix.memoire)


class Bench:
    """One server, one database, one list of comparisons."""

    def __init__(self, connexion: Connection, dossier: Path, *, secondes: int, passages: int) -> None:
        self._connexion = connexion
        self._dossier = dossier
        self._secondes = secondes
        self._passages = passages
        self._tours = 0
        self._conventions = 0  # the last dossier that has its own
        jeton = httpx.post(
            connexion.jeton,
            data={"grant_type": "client_credentials"},
            auth=(connexion.client_id, connexion.client_secret),
        ).json()["access_token"]
        self.entetes = {
            "Authorization": f"Bearer {jeton}",
            "X-API-KEY": connexion.cle_api,
            "EDITEUR": "banc",
            "LOGICIEL": "banc",
            "VERSION": "1",
        }
        # A worker that is still starting has no share of wrk's connections: the kernel deals them out once.
        time.sleep(ECHAUFFEMENT_SECONDES)
        # What a cluster that has run for a while has: statistics, and no first deposit to mark.
        self._post(body())

    def run(self, *, memoire: int) -> None:
        """Every comparison; the ratio of deposits last."""
        print(
            f"machine : {os.cpu_count()} cœurs, corps de {len(body().encode())} octets, {self._secondes} s par passage"
        )
        pg, nous = self._alternate(self._pg_depot(), self._wrk_depot)
        self._say("dépôt", "pgbench, mêmes INSERT", pg, "POST /v2/dossiers", nous)
        ratio = nous.par_seconde / pg.par_seconde
        lus = self._alternate(self._pg_read(), lambda: self._wrk_get("/v2/dossiers?numeroInterne=1", 200))
        self._say("lecture par numéro", "pgbench, SELECT", lus[0], "GET /v2/dossiers", lus[1])
        etats = self._alternate(self._pg_version(), self._wrk_304)
        self._say("états inchangés", "pgbench, SELECT d'une ligne", etats[0], "GET etats, 304", etats[1])
        self._pdf()
        if memoire:
            self._memory(memoire)
        print(f"ratio {ratio:.2f}")

    def _alternate(self, script: Path, ours: Any) -> tuple[Mesure, Mesure]:
        """Interleaved runs; the median of each side."""
        eux, nous = [], []
        for _ in range(self._passages):
            eux.append(pgbench(self._connexion.database_url, script, secondes=self._secondes))
            avant = self._count()
            mesure = ours()
            if mesure.erreurs:
                raise SystemExit(f"{mesure.erreurs} réponses inattendues : le banc ne vaut rien.")
            nous.append(mesure)
            if script.name == "depot.sql" and abs(
                self._count() - avant - round(mesure.par_seconde * self._secondes)
            ) > (0.05 * mesure.par_seconde * self._secondes):
                raise SystemExit("les lignes de la base ne sont pas celles que wrk a comptées")
        key = lambda mesure: mesure.par_seconde  # noqa: E731 - a key
        return sorted(eux, key=key)[len(eux) // 2], sorted(nous, key=key)[len(nous) // 2]

    def _say(self, quoi: str, eux: str, pg: Mesure, nous: str, api: Mesure) -> None:
        print(f"{quoi}")
        print(f"  {eux:<30} {pg.par_seconde:>9.0f} /s   moyenne {pg.p50_ms:.1f} ms")
        print(f"  {nous:<30} {api.par_seconde:>9.0f} /s   p50 {api.p50_ms:.1f} ms   p99 {api.p99_ms:.1f} ms")
        print(f"  rapport {api.par_seconde / pg.par_seconde:.2f}", flush=True)

    # --- ours ---------------------------------------------------------------------------------------------------

    def _wrk_depot(self) -> Mesure:
        self._tours += 1
        script = lua(
            self._dossier / "depot.lua",
            methode="POST",
            chemin="/v2/dossiers",
            entetes={**self.entetes, "Content-Type": "application/json"},
            corps=body().encode(),
            marque=MARQUE,
            depart=self._tours * PAS_DE_NUMERO,
        )
        return wrk(self._connexion.api, script, secondes=self._secondes)

    def _wrk_get(self, chemin: str, statut: int, **autres: str) -> Mesure:
        script = lua(
            self._dossier / "get.lua", methode="GET", chemin=chemin, entetes={**self.entetes, **autres}, statut=statut
        )
        return wrk(self._connexion.api, script, secondes=self._secondes)

    def _wrk_304(self) -> Mesure:
        etag = httpx.get(f"{self._connexion.api}/v2/dossiers/etats?numeroPage=1", headers=self.entetes).headers["etag"]
        return self._wrk_get("/v2/dossiers/etats?numeroPage=1", 304, **{"If-None-Match": etag.replace('"', '\\"')})

    # --- theirs -------------------------------------------------------------------------------------------------

    def _pg_depot(self) -> Path:
        """The same rows: same columns, same sizes, in one transaction."""
        brut = body().replace(MARQUE, "ABCDEFGH").encode()
        cerfa = lecture.read(DepotDossier, brut).message.cerfa
        assert cerfa is not None
        assert cerfa.employeur is not None
        # A space after each colon: pgbench would take `:35` for one of its variables.
        copie = json.dumps(json.loads(contenu.copie_recherchable(cerfa)), ensure_ascii=False).replace("'", "''")
        montre = json.dumps(json.loads(affichage(cerfa)), ensure_ascii=False).replace("'", "''")
        with psycopg.connect(self._connexion.database_url) as conn:
            row = conn.execute(
                "SELECT length(corps_chiffre), d.editeur FROM depot JOIN dossier d USING (numero_interne)"
            ).fetchone()
        assert row is not None
        return self._sql(
            "depot.sql",
            f"""BEGIN;
INSERT INTO dossier (numero_interne, siren, editeur, identite, sha256_contenu, nir_empreinte, precedent, depose_le,
 siret_employeur, cle_recherche, affichage)
 VALUES (nextval('dossier_numero'), '{cast.SIREN}', {row[1]}, sha256(gen_random_uuid()::text::bytea),
 decode(repeat('ab', 32), 'hex'), sha256(gen_random_uuid()::text::bytea), NULL, now(),
 '{cerfa.employeur.siret}', '{cle_recherche(cerfa)}', '{montre}') RETURNING numero_interne \\gset
INSERT INTO depot (numero_interne, corps_chiffre, sha256_recu, cerfa)
 VALUES (:numero_interne, decode(repeat('ab', {row[0]}), 'hex'), decode(repeat('cd', 32), 'hex'), '{copie}');
INSERT INTO evenement (siren, objet, numero_interne, type, acteur, survenu_le)
 VALUES ('{cast.SIREN}', 'DOSSIER', :numero_interne, 'DOSSIER_DEPOSE', 'editeur:1', now());
COMMIT;
""",
        )

    def _pg_read(self) -> Path:
        return self._sql(
            "lecture.sql",
            "SELECT d.numero_interne, d.siren, d.etat, d.commentaire_etat, d.numero_deca, d.depose_le, "
            "p.corps_chiffre, p.sha256_recu FROM dossier d JOIN depot p USING (numero_interne) "
            f"WHERE d.siren = '{cast.SIREN}' AND d.numero_interne = 1;\n",
        )

    def _pg_version(self) -> Path:
        return self._sql(
            "version.sql",
            f"SELECT transaction FROM evenement WHERE siren = '{cast.SIREN}' ORDER BY transaction DESC LIMIT 1;\n",
        )

    def _sql(self, nom: str, texte: str) -> Path:
        fichier = self._dossier / nom
        fichier.write_text(texte, encoding="utf-8")
        return fichier

    # --- the rest -----------------------------------------------------------------------------------------------

    def _pdf(self) -> None:
        """Conventions with a PDF of 200 KB, a dossier each, against the same bytes written and fsynced in a row."""
        pdf = self._big_pdf()
        eux, nous = [], []
        self._conventions = self._last_number()  # past pgbench's rows, whose bodies nobody can decipher
        self._wrk_depot()
        for _ in range(self._passages):
            eux.append(self._raw_writes(pdf))
            nous.append(self._wrk_conventions(pdf))
        brut, mesure = sorted(eux)[len(eux) // 2], sorted(nous, key=lambda m: m.par_seconde)[len(nous) // 2]
        mo, envois = len(pdf) / 1e6, mesure.par_seconde
        print(f"convention et PDF de {len(pdf) // 1000} Ko")
        print(f"  écriture et fsync bruts        {brut:>9.0f} /s   {brut * mo:.0f} Mo/s")
        print(
            f"  POST /v2/conventions           {envois:>9.0f} /s   {envois * mo:.0f} Mo/s   "
            f"p50 {mesure.p50_ms:.1f} ms   p99 {mesure.p99_ms:.1f} ms"
        )
        print(f"  rapport {envois / brut:.2f}", flush=True)

    def _raw_writes(self, pdf: bytes) -> float:
        debut, n = time.perf_counter(), 200
        for rang in range(n):
            with (self._dossier / f"brut-{rang}").open("wb") as fichier:
                fichier.write(pdf)
                fichier.flush()
                os.fsync(fichier.fileno())
        return n / (time.perf_counter() - debut)

    def _wrk_conventions(self, pdf: bytes) -> Mesure:
        """Each convention goes to a dossier of its own, among those that were just deposited."""
        donnees = {**CONVENTION, "numeroInterneDossier": MARQUE}
        parties = [
            b'Content-Disposition: form-data; name="convention"\r\nContent-Type: application/json\r\n\r\n'
            + json.dumps(donnees).encode(),
            b'Content-Disposition: form-data; name="fichier"; filename="convention.pdf"\r\n'
            b"Content-Type: application/pdf\r\n\r\n" + pdf,
        ]
        corps = b"".join(b"--BANC\r\n" + partie + b"\r\n" for partie in parties) + b"--BANC--\r\n"
        script = lua(
            self._dossier / "convention.lua",
            methode="POST",
            chemin="/v2/conventions",
            entetes={**self.entetes, "Content-Type": "multipart/form-data; boundary=BANC"},
            corps=corps,
            marque=MARQUE,
            depart=self._conventions,
            en_chiffres=True,
        )
        mesure = wrk(self._connexion.api, script, secondes=self._secondes)
        if mesure.erreurs:
            raise SystemExit(f"{mesure.erreurs} conventions refusées : le banc ne vaut rien.")
        self._conventions += int(mesure.par_seconde * self._secondes) + 2 * CONNEXIONS
        return mesure

    def _big_pdf(self) -> bytes:
        """One page like a scan: incompressible, 200 KB."""
        image = io.BytesIO()
        Image.frombytes("RGB", (520, 520), os.urandom(520 * 520 * 3)).save(image, "JPEG", quality=83)
        sortie = io.BytesIO()
        page = Canvas(sortie, pagesize=(595, 842))
        page.drawImage(ImageReader(image), 40, 40, width=515, height=515)
        page.save()
        return sortie.getvalue()

    def _memory(self, voulus: int) -> None:
        """Resident memory of the workers once that many dossiers have been deposited over HTTP."""
        deposes = 0.0
        while deposes < voulus:
            deposes += self._wrk_depot().par_seconde * self._secondes
        print(f"mémoire après {deposes:.0f} dépôts : " + ", ".join(_workers_memory()))

    def _count(self) -> int:
        with psycopg.connect(self._connexion.database_url) as conn:
            row = conn.execute("SELECT count(*) FROM dossier").fetchone()
        return int(row[0]) if row else 0

    def _last_number(self) -> int:
        with psycopg.connect(self._connexion.database_url) as conn:
            row = conn.execute("SELECT max(numero_interne) FROM dossier").fetchone()
        return int(row[0]) if row else 0

    def _post(self, corps: str) -> None:
        reponse = httpx.post(f"{self._connexion.api}/v2/dossiers", headers=self.entetes, content=corps.encode())
        reponse.raise_for_status()


def _workers_memory() -> list[str]:
    """RSS of the server's processes: the supervisor, which serves nothing, and its workers."""
    lignes = []
    for dossier in Path("/proc").iterdir():
        if not dossier.name.isdigit():
            continue
        try:
            commande = (dossier / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            statut = (dossier / "status").read_text()
        except OSError:
            continue
        if "opco servir" in commande:
            rss = next(ligne.split()[1] for ligne in statut.splitlines() if ligne.startswith("VmRSS"))
            lignes.append(f"{int(rss) // 1024} Mio")
    return lignes


if __name__ == "__main__":
    main()
