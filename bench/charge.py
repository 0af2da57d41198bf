"""The two load generators: wrk over HTTP and pgbench on the unix socket. Both are Debian's."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

CONNEXIONS = 32


@dataclass(frozen=True)
class Mesure:
    """Answers per second and latencies in milliseconds."""

    par_seconde: float
    p50_ms: float
    p99_ms: float
    erreurs: int = 0


def require_tools() -> None:
    """End with a sentence when wrk or pgbench is not installed."""
    absents = [nom for nom in ("wrk", "pgbench") if shutil.which(nom) is None]
    if absents:
        sys.exit(f"Il manque {' et '.join(absents)} : apt-get install wrk postgresql-contrib")


def wrk(url: str, script: Path, *, secondes: int) -> Mesure:
    """Load a URL as the Lua script says."""
    sortie = subprocess.run(
        ["wrk", "-t1", f"-c{CONNEXIONS}", f"-d{secondes}s", "--timeout", "30s", "-s", str(script), url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    trouve = re.search(r"MESURE ok=(\d+) autres=(\d+) micros=(\d+) p50=([\d.]+) p99=([\d.]+)", sortie)
    assert trouve, sortie
    ok, autres, micros = int(trouve[1]), int(trouve[2]), int(trouve[3])
    return Mesure(ok * 1e6 / micros, float(trouve[4]) / 1e3, float(trouve[5]) / 1e3, autres)


def pgbench(url: str, script: Path, *, secondes: int) -> Mesure:
    """Run a SQL script with prepared statements."""
    prise = parse_qs(urlsplit(url).query)["host"][0]
    utilisateur = urlsplit(url).username or ""
    sortie = subprocess.run(
        [
            *("pgbench", "-n", "-M", "prepared", "-c", str(CONNEXIONS), "-j", "1", "-T", str(secondes)),
            *("-f", str(script), "-h", prise, "-U", utilisateur, "postgres"),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    tps = re.search(r"tps = ([\d.]+)", sortie)
    latence = re.search(r"latency average = ([\d.]+) ms", sortie)
    assert tps, sortie
    assert latence, sortie
    return Mesure(float(tps[1]), float(latence[1]), float("nan"))


LUA = """
local fichier = assert(io.open("%(corps)s", "rb"))
local corps = fichier:read("*a")
fichier:close()
local debut, fin = corps:find("%(marque)s", 1, true)
local avant, apres = corps:sub(1, (debut or 1) - 1), corps:sub((fin or 0) + 1)
n, ok_total, autres_total = %(depart)d, 0, 0  -- globals: what `done` can read of the thread
local lettres = "ABCDEFGHIJ"
local function marque(i)
  local t = string.format("%%08d", i)
  if %(en_chiffres)s then return t end
  return (t:gsub("%%d", function(c) local k = tonumber(c) + 1 return lettres:sub(k, k) end))
end
request = function()
  n = n + 1
  local b = #corps > 0 and avant .. (debut and marque(n) or "") .. apres or nil
  return wrk.format("%(methode)s", "%(chemin)s", nil, b)
end
%(entetes)s
local fils
setup = function(thread) fils = thread end
response = function(status)
  if status == %(statut)d then ok_total = ok_total + 1 else autres_total = autres_total + 1 end
end
done = function(summary, latency)
  io.write(string.format("MESURE ok=%%d autres=%%d micros=%%d p50=%%d p99=%%d\\n",
    fils:get("ok_total") or 0, fils:get("autres_total") or 0, summary.duration,
    latency:percentile(50), latency:percentile(99)))
end
"""


def lua(
    fichier: Path,
    *,
    methode: str,
    chemin: str,
    entetes: dict[str, str],
    corps: bytes = b"",
    marque: str = "",
    depart: int = 0,
    en_chiffres: bool = False,
    statut: int = 200,
) -> Path:
    """Write a wrk script: one request over and over, answers counted by status.

    Each body is made distinct by a counter of 8 characters in the place of `marque`, in letters or in digits.
    """
    brut = fichier.with_suffix(".corps")
    brut.write_bytes(corps)
    lignes = "\n".join(f'wrk.headers["{nom}"] = "{valeur}"' for nom, valeur in entetes.items())
    texte = LUA % {
        "corps": brut,
        "depart": depart,
        "marque": marque,
        "en_chiffres": "true" if en_chiffres else "false",
        "methode": methode,
        "chemin": chemin,
        "entetes": lignes,
        "statut": statut,
    }
    fichier.write_text(texte, encoding="utf-8")
    return fichier
