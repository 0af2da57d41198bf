"""A few examples per operation at each run of the suite; `schemas.py --exemples 200` plays the whole."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("schemas.py")


def test_no_answer_is_outside_the_openapi_document() -> None:
    fait = subprocess.run(
        [sys.executable, str(SCRIPT), "--exemples", "12"], capture_output=True, text=True, timeout=300, check=False
    )
    assert fait.returncode == 0, fait.stdout + fait.stderr
    assert " 0 erreurs du serveur, 0 fautes" in fait.stdout
