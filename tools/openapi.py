"""Write docs/openapi.json from the structs of the norm; with --verifier, fail if the committed file is another."""

import sys
from pathlib import Path

from traitdunion.norme import openapi

FICHIER = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def main() -> int:
    """0 when the file is (or was made) the generated one, else 1."""
    attendu = openapi.write()
    if "--verifier" not in sys.argv:
        FICHIER.parent.mkdir(exist_ok=True)
        FICHIER.write_bytes(attendu)
        return 0
    if FICHIER.exists() and FICHIER.read_bytes() == attendu:
        return 0
    print("docs/openapi.json n'est pas à jour : lancez ./run openapi.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
