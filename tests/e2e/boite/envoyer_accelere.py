"""The command `traitdunion`, its box living in accelerated time; and the putting in of the campaign's deposits.

    CAMPAGNE_FACTEUR=120 CAMPAGNE_DEPART=<s since 1970> python envoyer_accelere.py cfa envois envoyer --jusqu-au-bout
    python envoyer_accelere.py --mettre-en-boite 2000
    python envoyer_accelere.py --servir      (one process forked for each line read)

The product knows nothing of these variables: this file replaces the time that its commands take.
"""

import json
import os
import random
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from builders import envois as corps
from builders import fichiers

from traitdunion.cfa.boite import Boite
from traitdunion.cfa.boite.temps import Temps
from traitdunion.cfa.client import Fichier
from traitdunion.cfa.commandes import envois
from traitdunion.cfa.lieux import data_folder
from traitdunion.cfa.profil import NOM_PAR_DEFAUT
from traitdunion.cli import main
from traitdunion.norme import lecture
from traitdunion.norme.messages.convention import Convention


def accelerated(facteur: float, depart: float) -> Temps:
    """A time that goes `facteur` times faster since `depart`, the same for every process of the campaign."""
    return Temps(
        clock=lambda: datetime.fromtimestamp(depart + (time.time() - depart) * facteur, UTC),
        monotonic=lambda: time.monotonic() * facteur,
        sleep=lambda secondes: time.sleep(secondes / facteur),
    )


def put_in(combien: int) -> None:
    """Put the deposits in, going on where a process that was killed had got to."""
    with Boite.open(data_folder(NOM_PAR_DEFAUT) / "boite") as boite:
        # The last one again: it is there whole or not at all, which this would show.
        for rang in range(max(sum(1 for _ in boite.dossiers()) - 1, 0), combien):
            convention = corps.a_convention("1", rang)
            del convention["numeroInterneDossier"]
            boite.enqueue_dossier(
                corps.to_json(corps.a_depot(rang)),
                convention=lecture.read(Convention, corps.to_json(convention), racine="convention").message,
                fichier=Fichier("convention.pdf", fichiers.pdf_with(others=[fichiers.stream(b"%d" % rang)])),
                promotion=f"PROMO FICTIVE {rang % 4}",
            )


def run(arguments: list[str]) -> None:
    """What one process of the campaign does."""
    if arguments[:1] == ["--mettre-en-boite"]:
        put_in(int(arguments[1]))
        return
    envois.TEMPS = accelerated(float(os.environ["CAMPAGNE_FACTEUR"]), float(os.environ["CAMPAGNE_DEPART"]))
    sys.argv = ["traitdunion", *arguments]
    main()


def serve() -> None:
    """Fork a process for each line read, and tell its number, then how it ended.

    What takes long is to import: it is done once, in a process that has no thread and touches no box.
    """
    for ligne in sys.stdin:
        demande = json.loads(ligne)
        if (pid := os.fork()) == 0:
            _live(demande)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _live(demande: dict[str, Any]) -> NoReturn:
    random.seed()  # otherwise every process would die at the same throw of the dice
    os.environ.update(demande["env"])
    sortie = os.open(demande["sortie"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(sortie, 1)
    os.dup2(sortie, 2)
    code = 1
    try:
        run(demande["arguments"])
        code = 0
    except SystemExit as fin:
        code = fin.code if isinstance(fin.code, int) else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    if sys.argv[1:] == ["--servir"]:
        serve()
    else:
        run(sys.argv[1:])
