"""The command `traitdunion`, its box living in accelerated time; and the putting in of the campaign's deposits.

    CAMPAGNE_FACTEUR=120 CAMPAGNE_DEPART=<s since 1970> python envoyer_accelere.py cfa envois envoyer --jusqu-au-bout
    python envoyer_accelere.py --mettre-en-boite 2000

The product knows nothing of these variables: this file replaces the time that its commands take.
"""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from builders import envois as corps
from builders import fichiers

from traitdunion.cfa.boite import Boite
from traitdunion.cfa.boite.temps import Temps
from traitdunion.cfa.client import Fichier
from traitdunion.cfa.commandes import envois
from traitdunion.cfa.lieux import data_folder
from traitdunion.cfa.profil import NOM_PAR_DEFAUT
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
        # The last one may be there without what follows… it cannot: one transaction. Seen by putting it in again.
        for rang in range(max(sum(1 for _ in boite.dossiers()) - 1, 0), combien):
            convention = corps.a_convention("1", rang)
            del convention["numeroInterneDossier"]
            boite.enqueue_dossier(
                corps.to_json(corps.a_depot(rang)),
                convention=lecture.read(Convention, corps.to_json(convention), racine="convention").message,
                fichier=Fichier("convention.pdf", fichiers.pdf_with(others=[fichiers.stream(b"%d" % rang)])),
                promotion=f"PROMO FICTIVE {rang % 4}",
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--mettre-en-boite"]:
        put_in(int(sys.argv[2]))
    else:
        from traitdunion.cli import main

        envois.TEMPS = accelerated(float(os.environ["CAMPAGNE_FACTEUR"]), float(os.environ["CAMPAGNE_DEPART"]))
        main()
