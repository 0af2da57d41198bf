"""The child: answers one question at a time until its standard input closes (`__main__` starts it).

It inherits no environment, so no secret; the kernel's limits are in `rlimits`. It imports little: no asyncio, no
catalogue of errors, no database.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO

from traitdunion.opco.pieces.gate import mention, protocol, rlimits
from traitdunion.opco.pieces.gate.model import MIO, FichierRefuse, Inspection, Limites, Mention, refuse
from traitdunion.opco.pieces.gate.policy import pdf
from traitdunion.opco.pieces.gate.policy.file import inspect_file

# When the allocator keeps that much after a file, a fresh child is cheaper than the memory.
_MEMOIRE_USEE_OCTETS = 256 * MIO


def main() -> None:
    """Serve until the parent closes the pipe."""
    limites = protocol.decode_limites(sys.argv[1])
    questions, answers = sys.stdin.buffer, _take_stdout()
    rlimits.set_lifelong(limites)
    pdf.set_process_limits(limites)
    answers.write(protocol.PRET)
    while line := questions.readline(protocol.LIGNE_MAX_OCTETS):
        demande = protocol.decode_demande(line)
        reponse = _answer(demande, limites)
        answers.write(protocol.encode_reponse(reponse))
        if protocol.text_follows(reponse):
            answers.write(protocol.encode_texte(_read_text(demande, limites)))


def _take_stdout() -> BinaryIO:
    """The answers' pipe for us alone: whatever a library prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return answers


def _answer(demande: protocol.Demande, limites: Limites) -> protocol.Reponse:
    rlimits.set_cpu_from_now(limites.cpu_secondes)
    resultat: Inspection | FichierRefuse
    cause = None
    try:
        resultat = inspect_file(
            Path(demande.chemin),
            admis=demande.admis,
            annonces=demande.annonces,
            limites=limites,
            facture=demande.facture,
        )
    except FichierRefuse as refus:
        resultat = refus
    except MemoryError:
        resultat, cause = refuse("FICHIER_TROP_LOURD_A_LIRE"), "MemoryError"
    except Exception as exc:
        # Not foreseen, so not understood: refused, and the kind of exception (never its text) goes to the log.
        resultat, cause = refuse("FICHIER_ANALYSE_INTERROMPUE"), type(exc).__name__
    return protocol.Reponse(resultat, usee=cause is not None or _holds_much(), cause=cause)


def _read_text(demande: protocol.Demande, limites: Limites) -> protocol.Texte:
    """The mention in the text of a facture that passed. PDFium may end the process here: the verdict is out."""
    lue, cause = Mention.INCONNUE, None
    try:
        lue = mention.find_mention(Path(demande.chemin), limites=limites)
    except Exception as exc:
        cause = type(exc).__name__
    return protocol.Texte(lue, usee=cause is not None or _holds_much(), cause=cause)


def _holds_much() -> bool:
    return rlimits.resident_octets() > _MEMOIRE_USEE_OCTETS
