"""How a command ends: what it prints when it fails, and its exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from traitdunion.cfa.boite.errors import BoiteOccupee, ErreurBoite
from traitdunion.cfa.errors import (
    AccessRefused,
    AuthenticationRefused,
    ErreurCfa,
    FichierInutilisable,
    NoAnswer,
    ProfilInvalide,
    QuotaReached,
    Refused,
    ReponsePerdue,
    RouteAbsente,
)
from traitdunion.cfa.terminal import affichage
from traitdunion.lancement import codes
from traitdunion.norme.erreurs import Anomalie, Refus

if TYPE_CHECKING:
    from traitdunion.cfa.envoi import Bilan

OK, USAGE, REFUSE, ACCES, RESEAU = codes.FAIT, codes.USAGE, codes.REFUSE, codes.ACCES, codes.RESEAU
OCCUPE, A_FAIRE = codes.OCCUPE, codes.A_FAIRE
CODES = codes.epilogue()
INTERROMPU_EN_ENVOI = (
    "Interrompu. Un envoi direct était peut-être en cours : relisez l'état de vos dossiers avant de le refaire."
)
_NATURES: tuple[tuple[type[Exception], str, int], ...] = (
    (ProfilInvalide, "REGLAGES", USAGE),
    (FichierInutilisable, "FICHIER", USAGE),
    (RouteAbsente, RouteAbsente.code, REFUSE),
    (BoiteOccupee, "BOITE_OCCUPEE", OCCUPE),
    (ErreurBoite, "BOITE", USAGE),
    (AuthenticationRefused, "ACCES_REFUSE", ACCES),
    (AccessRefused, "ACCES_REFUSE", ACCES),
    (QuotaReached, "SANS_REPONSE", RESEAU),  # nothing to correct: the same command, later
    (Refused, "REFUSE", REFUSE),
    (ReponsePerdue, "INCERTAIN", RESEAU),
    (NoAnswer, "SANS_REPONSE", RESEAU),
    (ErreurCfa, "REFUSE", REFUSE),
)


@contextmanager
def outcome(*, en_json: bool, bilan: "Bilan | None" = None) -> Iterator[None]:
    """Turn every expected failure into words, JSON if asked, and the documented exit code."""
    try:
        yield
    except Refus as refus:
        _tell(
            "Refusé par les contrôles, avant tout envoi.", "REFUSE", refus.anomalies, None, en_json=en_json, bilan=bilan
        )
        raise typer.Exit(REFUSE) from None
    except ErreurCfa as erreur:
        nature, code = next((nom, code) for genre, nom, code in _NATURES if isinstance(erreur, genre))
        anomalies = erreur.anomalies if isinstance(erreur, Refused) else ()
        reference = erreur.request_id if isinstance(erreur, Refused | NoAnswer) else None
        _tell(str(erreur), nature, anomalies, reference, en_json=en_json, bilan=bilan)
        raise typer.Exit(code) from None
    except KeyboardInterrupt:
        if bilan is None:  # nothing is sent directly: the group of commands says that nothing is lost
            raise
        affichage.say(_advice(bilan, incertain=True) or INTERROMPU_EN_ENVOI)
        raise typer.Exit(codes.INTERROMPU) from None


def _tell(
    phrase: str,
    nature: str,
    anomalies: tuple[Anomalie, ...],
    reference: str | None,
    *,
    en_json: bool,
    bilan: "Bilan | None",
) -> None:
    if anomalies and not en_json:
        affichage.show_anomalies(anomalies, titre=f"{len(anomalies)} anomalie(s)", erreur=True)
    affichage.say(phrase, "bold red")
    conseil = _advice(bilan, incertain=nature == "INCERTAIN")
    if conseil:
        affichage.say(conseil)
    if en_json:
        corps: dict[str, Any] = {"resultat": nature, "description": phrase, "anomalies": affichage.plain(anomalies)}
        if reference:
            corps["reference"] = reference
        if bilan is not None:
            corps |= {"etape": bilan.etape, "numeroInterne": bilan.numero_interne}
            corps["numeroExterne"] = bilan.numero_externe
        affichage.print_json(corps)


def _advice(bilan: "Bilan | None", *, incertain: bool) -> str | None:
    """What is already recorded must be said: it must not be sent twice."""
    if bilan is None or bilan.etape != "convention" or bilan.numero_externe is None:
        return None
    suite = "L'arrivée de sa convention est incertaine : vérifiez, puis" if incertain else "Il reste sa convention :"
    return (
        f"Le contrat est déposé sous le numéro {bilan.numero_externe}. {suite} relancez la même commande avec "
        f"--numero-interne {bilan.numero_interne}."
    )
