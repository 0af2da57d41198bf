"""Templates: one Jinja environment for all the doors, with the ways of writing French that they share."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from litestar import Request
from litestar.response import Template

from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.pages import statique
from traitdunion.opco.pages.presentation.agents import device_of
from traitdunion.opco.socle.clock import PARIS

FINE = "\N{NARROW NO-BREAK SPACE}"
# Word and tone of each state (ecrans.md): never a colour alone.
ETATS = {
    Etat.TRANSMIS: ("Transmis", "neutre", "○"),
    Etat.EN_COURS_INSTRUCTION: ("En cours d'instruction", "bleu", "◐"),
    Etat.ENGAGE: ("Engagé (accord)", "vert", "✓"),
    Etat.REFUSE: ("Refusé", "rouge", "✕"),
    Etat.ANNULE: ("Annulé", "neutre", "–"),
    Etat.RUPTURE: ("Rompu", "neutre", "–"),
    Etat.SOLDE: ("Soldé", "neutre", "●"),
}
# The packages of the doors, whose templates stand in `gabarits`.
PAQUETS = tuple(f"traitdunion.opco.{porte}" for porte in ("pages", "mya", "editeur", "instruction"))


def jour(valeur: date | datetime | None) -> str:
    """01/09/2026, in France; a dash for none."""
    if valeur is None:
        return "–"
    if isinstance(valeur, datetime):
        valeur = valeur.astimezone(PARIS)
    return f"{valeur:%d/%m/%Y}"


def instant(valeur: datetime | None) -> str:
    """01/09/2026 à 14 h 05, in France."""
    return "–" if valeur is None else f"{valeur.astimezone(PARIS):%d/%m/%Y à %H\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}%M}"


def euros(valeur: Decimal | None) -> str:
    """2 400,00 €, with narrow no-break spaces."""
    return "–" if valeur is None else f"{valeur:,.2f}".replace(",", FINE).replace(".", ",") + f"{FINE}€"


def cents(valeur: int | None) -> str:
    """Cents as euros: 2 400,00 €."""
    return euros(None if valeur is None else Decimal(valeur) / 100)


def grouped(valeur: str | None, *tailles: int) -> str:
    """Digits by groups, to be read: 123 456 789 00012."""
    if valeur is None:
        return "–"
    morceaux, debut = [], 0
    for taille in tailles:
        morceaux.append(valeur[debut : debut + taille])
        debut += taille
    return FINE.join(morceau for morceau in (*morceaux, valeur[debut:]) if morceau)


def jour_iso(valeur: str | None) -> str:
    """A day of a stored JSON, 2026-09-01, as 01/09/2026; a dash for none."""
    return jour(date.fromisoformat(valeur) if valeur else None)


def nombre(valeur: int) -> str:
    """12 345, with narrow no-break spaces."""
    return f"{valeur:,}".replace(",", FINE)


def taille(octets: int) -> str:
    """A size in kilobytes or megabytes, as people say it."""
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000))}{FINE}Ko"
    return f"{octets / 1_000_000:.1f}{FINE}Mo".replace(".", ",")


def environment(fichiers: dict[str, statique.Fichier]) -> Environment:
    """The environment; autoescaped, and a name that is not given is a fault. `fichiers`: the static ones."""
    env = Environment(
        loader=ChoiceLoader([PackageLoader(paquet, "gabarits") for paquet in PAQUETS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "jour": jour,
        "jour_iso": jour_iso,
        "instant": instant,
        "euros": euros,
        "cents": cents,
        "grouped": grouped,
        "nombre": nombre,
        "taille": taille,
        "externe": numero_externe,
        "appareil": device_of,
    }
    env.globals |= {
        "etats": {etat.value: valeur for etat, valeur in ETATS.items()},
        "styles": statique.addresses(fichiers, statique.CSS),
        "scripts": statique.addresses(fichiers, statique.JS),
    }
    return env


def render(request: Request[Any, Any, Any], gabarit: str, *, statut: int = 200, **contexte: Any) -> Template:
    """A page, with what every page knows: who is connected, the operator's choices, where we are."""
    portail = request.app.state.portail
    return Template(
        template_name=gabarit,
        context={
            "personne": request.user,
            "affichage": portail.affichage,
            "chemin": request.url.path.rstrip("/"),
            **contexte,
        },
        status_code=statut,
    )
