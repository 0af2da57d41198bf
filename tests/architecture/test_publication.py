"""What must never be published: addresses of package registries, paths of a developer's machine, secrets' files."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from builders.projet import RACINE, published, text

# Written in two pieces, so that this file does not hold what it looks for.
HOTES = ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs.org", "proxy." + "golang.org")
OPTIONS = re.compile(r"(?m)^\s*(?:--(?:extra-)?index-url|-i|--find-links)\b")
# A home folder, or the folder that this very clone stands in.
CHEMINS = (re.compile(r"(?<![\w.])/(?:home|Users)/\w+/"), re.compile(r"(?<![\w.])/(?:ro" + r"ot|wo" + r"rk)/[\w.]"))
REGISTRES = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "NPM_CONFIG_REGISTRY",
)


def test_no_file_names_a_package_registry() -> None:
    hotes = {*HOTES, *(hote for nom in REGISTRES if (hote := urlsplit(os.environ.get(nom, "")).hostname))}
    fautifs = [str(c) for c in published() if any(hote in text(c) for hote in hotes) or _has_option(c)]
    assert fautifs == []


def test_no_file_holds_a_path_of_a_machine() -> None:
    fautifs = {
        str(chemin): trouve.group()
        for chemin in published()
        for motif in (*CHEMINS, re.compile(re.escape(f"{RACINE}/")))
        if (trouve := motif.search(text(chemin)))
    }
    assert fautifs == {}


def test_no_file_of_secrets_nor_lock_with_addresses_is_published() -> None:
    interdits = {"secrets.json", "uv.lock", "package-lock.json", ".env", "cfa.toml"}
    assert [str(chemin) for chemin in published() if chemin.name in interdits] == []


def _has_option(chemin: Path) -> bool:
    return chemin.suffix in (".lock", ".txt", ".toml") and bool(OPTIONS.search(text(chemin)))
