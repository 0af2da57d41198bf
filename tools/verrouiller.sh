#!/usr/bin/env bash
# Writes requirements.lock and requirements-dev.lock again from pyproject.toml: versions and hashes, no address of any
# registry. Pins that still suit are kept; options go to uv (--upgrade, --upgrade-package NOM).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

verrouiller() { # file, then what it holds
  local fichier="$1"
  shift
  .venv/outils/bin/uv pip compile --quiet pyproject.toml --extra serveur --extra postgres-embarque "$@" \
    --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file "$fichier" >/dev/null
  if grep -n '://' "$fichier"; then
    echo "$fichier porte une adresse : elle ne doit pas être publiée." >&2
    exit 1
  fi
}

verrouiller requirements.lock "$@"
verrouiller requirements-dev.lock --group dev "$@"
echo "Verrous écrits. « ./run check » met .venv à jour."
