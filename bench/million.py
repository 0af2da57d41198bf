"""Reads among a million dossiers, skewed: one CFA with a tenth of them, thousands of small ones (architecture.md §9).

`./run bench million`: the same reads with 10,000 and 1,000,000 synthetic dossiers, in one run, on one PostgreSQL;
p95 of 200 calls on random objects, warm, then after a restart of PostgreSQL; their ratio against the stated 1.5.

Like is compared with like: both bases take turns, 200 calls each, and the calmest turn of each is kept, since another
program of the machine can only add to it, and more than what is measured; names are as uneven as real ones, and what is
typed answers as many rows in both; what answers a hundred times more rows (v1 `etats`, whole) is measured by row. The
server is set as the operator's guide says for so many dossiers, not as for a trial.

`--plans FILE` writes the plan of each read with all the dossiers; the run fails when one of them scans a table whole.
"""

import argparse
import asyncio
import contextlib
import gc
import random
import re
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psycopg
from psycopg import sql

from traitdunion.opco.decisions.lecture.files import Files
from traitdunion.opco.dossiers import jalons, store
from traitdunion.opco.dossiers.fil import Fil
from traitdunion.opco.evenements import fil as store_fil
from traitdunion.opco.site import GC_SEUIL
from traitdunion.opco.socle import migrations, postgres
from traitdunion.opco.socle.clock import SystemClock
from traitdunion.opco.socle.database import Database, Tx, Usage

GRANDE = "900000001"  # the SIREN of the large CFA
APPELS = 200
PASSAGES = 9  # turns, warm
PREWARM_CALME = 1.0  # seconds without a worker of pg_prewarm after which it has finished
REPRISES = 5  # restarts of PostgreSQL, a turn after each
LIMITE = 1.5
REGLAGES = ("shared_buffers=1GB", "shared_preload_libraries=pg_prewarm")
Appel = Callable[[], Awaitable[object]]
PAR_SIRET = 10  # dossiers of one employer, whatever the base
NOMS, PRENOMS = 50_000, 2_000  # the commonest: one person in 220, and in 45, as in France
AGENTS = 40
REPETITIONS = 12  # past these, the driver and the server keep the plan that they will use
# Invented rows: a tenth for the large CFA, the rest spread; one in twenty has a comment. Names by the square of a
# number drawn from the dossier's: a few are common, most are rare.
PEUPLER = """
INSERT INTO dossier (numero_interne, siren, editeur, identite, sha256_contenu, etat, commentaire_etat, numero_deca,
                     depose_le, siret_employeur, cle_recherche, affichage)
SELECT n, CASE WHEN n %% 10 = 0 THEN '900000001' ELSE (800000000 + n %% 3000)::text END, 1,
       sha256(n::text::bytea), sha256(n::text::bytea),
       (ARRAY['TRANSMIS', 'EN_COURS_INSTRUCTION', 'ENGAGE'])[1 + n %% 3],
       CASE WHEN n / 10 %% 20 = 7 THEN 'Pièce manquante (exemple), à envoyer avant le terme du délai' END,
       CASE WHEN n %% 3 = 2
            THEN '075202609' || lpad((n / 10000)::text, 2, '0') || lpad((n %% 10000)::text, 4, '0') END,
       now() - n * interval '1 second', (70000000000000 + n / %(par_siret)s)::text,
       translate(lpad((%(noms)s * tirage * tirage / 1000000000000 * 7919 %% %(noms)s)::text, 5, '0') || ' '
                 || lpad((%(prenoms)s * autre * autre / 1000000000000)::text, 4, '0'), '0123456789', 'abcdefghij')
       || ' / entreprise fictive',
       jsonb_build_object('nom', 'NOM FICTIF ' || tirage, 'prenom', 'PRENOM FICTIF', 'employeur', 'ENTREPRISE FICTIVE',
                          'formation', 'Titre professionnel inventé pour cette mesure', 'cfa', 'CFA FICTIF',
                          'typeContrat', '11', 'debut', '2026-09-01', 'fin', '2028-08-31')
  FROM (SELECT n, n * 618034 %% 1000000 AS tirage, n * 414214 %% 1000000 AS autre
          FROM generate_series(1::bigint, %(dossiers)s) AS n) AS x
"""
TOUS = "états v1, tous (pour mille lignes)"
NOEUD = re.compile(
    r"^(?:Limit|Sort|Aggregate|Result|Nested Loop|Hash|Merge|Index|Seq|Append|Unique|Incremental|Bitmap)"
)
SEQUENTIEL = re.compile(r"\bSeq Scan on ")
LETTRES = str.maketrans("0123456789", "abcdefghij")
PARTIES = (
    "INSERT INTO organisation (siren, denomination, cree_le) "
    "SELECT siren, 'CFA FICTIF', now() FROM (SELECT (800000000 + n)::text FROM generate_series(0, 2999) AS n "
    "UNION ALL SELECT '900000001') AS x(siren)",
    "INSERT INTO editeur (id, nom, client_id, cree_le) OVERRIDING SYSTEM VALUE VALUES (1, 'FICTIF', 'fictif', now())",
    # Staff first, then one person of each CFA.
    "INSERT INTO compte (utilisateur, nom, prenom, courriel, role, siren, cree_le) "
    f"SELECT 'agent' || n, 'FICTIF', 'Agent', 'agent@opco.example', 'OPCO_GESTIONNAIRE', NULL, now() "
    f"FROM generate_series(1, {AGENTS}) AS n",
    "INSERT INTO compte (utilisateur, nom, prenom, courriel, role, siren, cree_le) "
    "SELECT 'cfa' || siren, 'FICTIF', 'Camille', 'cfa@exemple.fr', 'CFA_LECTEUR', siren, now() FROM organisation",
)
COMPLETER = (
    "INSERT INTO depot (numero_interne, corps_chiffre, sha256_recu, cerfa) "
    "SELECT numero_interne, decode(repeat('ab', 2000), 'hex'), identite, "
    "jsonb_build_object('apprenti', jsonb_build_object('nom', 'NOM', 'prenom', 'FICTIF')) FROM dossier",
    "INSERT INTO evenement (siren, objet, numero_interne, type, acteur, survenu_le) "
    "SELECT siren, 'DOSSIER', numero_interne, 'DOSSIER_DEPOSE', 'editeur:1', depose_le FROM dossier",
    "INSERT INTO instruction (numero_interne, file, complet_le, limite_le, affecte_a, maj_par, maj_le) "
    "SELECT numero_interne, CASE WHEN numero_interne % 200 = 0 THEN 'A_INSTRUIRE' ELSE 'DECIDE' END, depose_le, "
    f"depose_le::date + 20, 1 + numero_interne % {AGENTS}, 'opco', depose_le FROM dossier WHERE etat <> 'TRANSMIS'",
)


async def fill(url: str, dossiers: int) -> None:
    """A migrated database with so many dossiers."""
    await migrations.migrate(url)
    # Not by the server's own pool, which ends what lasts.
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as tx:
        for requete in PARTIES:
            await tx.execute(requete)
        valeurs = {"dossiers": dossiers, "par_siret": PAR_SIRET, "noms": NOMS, "prenoms": PRENOMS}
        await tx.execute(PEUPLER, valeurs)
        await tx.execute("SELECT setval('dossier_numero', %s)", (dossiers,))
        for requete in COMPLETER:
            await tx.execute(requete)
        async with Database.open(url, min_size=1, max_size=2) as database:
            await jalons.place(database)
        await tx.execute("VACUUM ANALYZE")
        await tx.execute("CHECKPOINT")


def reads(database: Database, dossiers: int, de: random.Random) -> dict[str, Appel]:
    """What is measured, each call on a random object."""
    files, lecture = Files(database=database, clock=SystemClock()), Fil(database=database)

    def some() -> int:
        return de.randrange(1, dossiers + 1)

    async def one(siren: str, numero: int) -> object:
        async with database.connection() as tx:
            return await store.find_depots(tx, [numero], siren=siren)

    async def page(rang: int) -> object:
        async with database.connection() as tx:
            return await store.list_page(tx, siren=GRANDE, page=rang, taille=100)

    async def every() -> object:
        async with database.connection() as tx:
            return [lot async for lot in store.read_all(tx, siren=GRANDE)]

    async def version() -> object:
        async with database.connection() as tx:
            return await store.read_version(tx, siren=GRANDE)

    async def latest() -> object:
        async with database.connection() as tx:
            row = await (
                await tx.execute(
                    "SELECT e.transaction::text, e.id FROM evenement e WHERE e.siren = %s "
                    "ORDER BY e.transaction DESC, e.id DESC OFFSET 100 LIMIT 1",
                    (GRANDE,),
                )
            ).fetchone()
        assert row is not None
        depuis = store_fil.write_curseur(store_fil.Curseur(int(row[0]), row[1]))
        return await lecture.read(siren=GRANDE, depuis=depuis, limite=100)

    def name(numero: int) -> str:
        """The key of a dossier up to the first name, as PEUPLER makes it."""
        tirage, autre = numero * 618_034 % 1_000_000, numero * 414_214 % 1_000_000
        nom, prenom = (combien * un * un // 10**12 for combien, un in ((NOMS, tirage), (PRENOMS, autre)))
        return f"{nom * 7919 % NOMS:05} {prenom:04}".translate(LETTRES)

    derniere = dossiers // 10 // 100
    return {
        "un dossier": lambda: one(GRANDE, some() // 10 * 10 or 10),
        "états v2, page 1": lambda: page(1),
        "états v2, page 500 ou du milieu": lambda: page(min(500, derniere // 2)),
        "états v2, dernière page": lambda: page(derniere),
        "états v1, 304": version,
        TOUS: every,
        "fil, cent derniers changements": latest,
        "recherche, deux lettres (page pleine)": lambda: files.find(name(some())[:2]),
        "recherche, nom et prénom": lambda: files.find(name(some())),
        "recherche, SIRET": lambda: files.find(str(70000000000000 + some() // PAR_SIRET)),
        "recherche, numéro": lambda: files.find(f"CA-{some():07}"),
        "recherche, DECA": lambda: files.find(f"075202609{some() // 10000:02}{some() % 10000:04}"),
        "file, à instruire": lambda: files.list_page("a_instruire", compte=1),
    }


async def measure(urls: dict[int, str], *, appels: int, passages: int) -> dict[int, dict[str, float]]:
    """p95 in milliseconds of each read in each base: of the calmest of so many turns."""
    tours: dict[int, dict[str, list[float]]] = {dossiers: {} for dossiers in urls}
    async with contextlib.AsyncExitStack() as stack:
        lectures = {}
        for dossiers, url in urls.items():
            database = await stack.enter_async_context(Database.open(url, min_size=1, max_size=2))
            lectures[dossiers] = reads(database, dossiers, random.Random(dossiers))
        gc.collect()  # as the server does once it is ready: what is measured is not the collector of the bench
        gc.freeze()
        gc.set_threshold(GC_SEUIL)
        for nom in next(iter(lectures.values())):
            for _ in range(passages):
                for dossiers, siennes in lectures.items():
                    p95 = await _p95(siennes[nom], appels if nom != TOUS else max(appels // 10, 1))
                    tours[dossiers].setdefault(nom, []).append(p95 * (1_000 / (dossiers // 10) if nom == TOUS else 1))
    return {dossiers: {nom: min(p95) for nom, p95 in siens.items()} for dossiers, siens in tours.items()}


async def _p95(appel: Appel, combien: int) -> float:
    temps = []
    for _ in range(combien):
        debut = time.perf_counter()
        await appel()
        temps.append(1000 * (time.perf_counter() - debut))
    return sorted(temps)[max(0, int(0.95 * combien) - 1)]


class Explained(Database):
    """A database whose every statement tells its plan (auto_explain, as its database is told to)."""

    plans: list[str]

    @contextlib.asynccontextmanager
    async def connection(self, *, usage: Usage = Usage.ORDINARY) -> AsyncIterator[Tx]:
        """A connection that keeps what the server says of it."""
        async with super().connection(usage=usage) as tx:

            def keep(diagnostic: psycopg.errors.Diagnostic) -> None:
                self.plans.append(diagnostic.message_primary or "")

            tx.add_notice_handler(keep)
            try:
                yield tx
            finally:
                tx.remove_notice_handler(keep)


async def read_plans(url: str, dossiers: int) -> dict[str, list[str]]:
    """The plans of each read, as settled after some calls: node by node, without costs nor texts."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as tx:
        for reglage in (
            "session_preload_libraries = 'auto_explain'",
            "auto_explain.log_min_duration = 0",
            "auto_explain.log_level = 'notice'",
            "client_min_messages = 'notice'",
        ):
            await tx.execute(f"ALTER DATABASE bench_{dossiers} SET {reglage}")
    plans: dict[str, list[str]] = {}
    database = Explained(url, min_size=1, max_size=2)
    await database.start()
    try:
        for nom, appel in reads(database, dossiers, random.Random(dossiers)).items():
            for _ in range(REPETITIONS):
                database.plans = []
                await appel()
            plans[nom] = [_trim(plan) for plan in database.plans]
    finally:
        await database.aclose()
    return plans


def _trim(plan: str) -> str:
    """The nodes of a plan and their conditions, without the statement, the costs and the lists of numbers."""
    _, _, arbre = plan.rpartition("\nQuery Text:")
    lignes = [re.sub(r"  \(cost=.*?\)", "", ligne) for ligne in arbre.splitlines()]
    debut = next((rang for rang, ligne in enumerate(lignes) if NOEUD.match(ligne)), 0)
    return "\n".join(re.sub(r"'\{[0-9,]{20,}\}'", "'{…}'", ligne) for ligne in lignes[debut:])


def write_plans(chemin: Path, plans: dict[str, list[str]], dossiers: int) -> None:
    """Write them for a reader; raises SystemExit when a table is scanned whole."""
    titre = f"# Plans des lectures, {dossiers} dossiers"
    blocs = [f"## {nom}\n```\n" + "\n\n".join(textes) + "\n```" for nom, textes in plans.items()]
    chemin.write_text("\n\n".join([titre, "Écrit par `./run bench million --plans`.", *blocs]) + "\n")
    entiers = [nom for nom, textes in plans.items() if SEQUENTIEL.search("\n".join(textes))]
    if entiers:
        raise SystemExit(f"parcours séquentiel : {', '.join(entiers)}")


def main() -> None:
    """Measure, print a table."""
    analyse = argparse.ArgumentParser(description="Lectures parmi un million de dossiers")
    analyse.add_argument("--dossiers", type=int, default=1_000_000)
    analyse.add_argument("--appels", type=int, default=APPELS)
    analyse.add_argument("--passages", type=int, default=PASSAGES, help="tours à chaud ; le plus calme est gardé")
    analyse.add_argument(
        "--reprises", type=int, default=REPRISES, help="redémarrages de PostgreSQL, un tour après chacun"
    )
    analyse.add_argument("--plans", type=Path, help="où écrire les plans")
    choix = analyse.parse_args()
    with tempfile.TemporaryDirectory(prefix="tu-bench-") as dossier:
        Path(dossier).chmod(0o755)
        base = Path(dossier) / "postgres"
        urls: dict[int, str] = {}
        with postgres.running(base, reglages=REGLAGES) as url:
            for combien in (10_000, choix.dossiers):
                urls[combien] = asyncio.run(_create(url, combien))
                debut = time.perf_counter()
                asyncio.run(fill(urls[combien], combien))
                print(f"{combien} dossiers en base : {time.perf_counter() - debut:.0f} s", flush=True)
            asyncio.run(measure(urls, appels=choix.appels, passages=1))
            tell("chaud", asyncio.run(measure(urls, appels=choix.appels, passages=choix.passages)))
        reprises = []
        for _ in range(choix.reprises):
            with postgres.running(base, reglages=REGLAGES) as url:
                siennes = {combien: urls_of(url, combien) for combien in urls}
                print(f"base relue en mémoire par pg_prewarm en {_wait_for_prewarm(url):.1f} s", flush=True)
                reprises.append(asyncio.run(measure(siennes, appels=choix.appels, passages=1)))
        if reprises:
            tell("après redémarrage", _calmest(reprises))
        if choix.plans is not None:
            with postgres.running(base, reglages=REGLAGES) as url:
                plans = asyncio.run(read_plans(urls_of(url, choix.dossiers), choix.dossiers))
            write_plans(choix.plans, plans, choix.dossiers)


def _wait_for_prewarm(url: str) -> float:
    """Until pg_prewarm has read the bases again, each by a worker after the other; seconds that it took.

    What is measured is the state that an operator goes back to, not the seconds of the reading, which are told apart.
    """
    debut = fin = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as tx:
        while time.perf_counter() - fin < PREWARM_CALME:
            relit = tx.execute("SELECT FROM pg_stat_activity WHERE backend_type = 'autoprewarm worker'").fetchone()
            if relit is not None:
                fin = time.perf_counter()
            time.sleep(0.01)
    return fin - debut


def _calmest(mesures: list[dict[int, dict[str, float]]]) -> dict[int, dict[str, float]]:
    """The least of each figure."""
    return {
        dossiers: {nom: min(une[dossiers][nom] for une in mesures) for nom in siens}
        for dossiers, siens in mesures[0].items()
    }


def urls_of(url: str, combien: int) -> str:
    """The database of so many dossiers, on a server started again."""
    return url.partition("?")[0].rpartition("/")[0] + f"/bench_{combien}" + _suffix(url)


def _suffix(url: str) -> str:
    return "?" + url.partition("?")[2] if "?" in url else ""


async def _create(url: str, combien: int) -> str:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as tx:
        await tx.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"bench_{combien}")))
    return urls_of(url, combien)


def tell(moment: str, mesures: dict[int, dict[str, float]]) -> None:
    """The table: p95 in milliseconds with 10,000 and with all, their ratio."""
    petit, grand = mesures
    print(f"\n{moment}, p95 en ms : {petit} dossiers, {grand} dossiers, rapport (au plus {LIMITE})")
    for nom, peu in mesures[petit].items():
        tout = mesures[grand][nom]
        print(f"  {nom:<38} {peu:8.2f} {tout:8.2f}   {tout / peu:5.2f}", flush=True)


if __name__ == "__main__":
    main()
