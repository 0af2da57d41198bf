"""Rendering /docs, whole or narrowed by a search (ecrans.md, « Developers' documentation »)."""

import re
from dataclasses import replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from traitdunion import __version__
from traitdunion.norme.openapi.document import ETIQUETTES
from traitdunion.opco.api.documentation import commandes
from traitdunion.opco.api.documentation.contenu import Contenu, Message, contents, fold
from traitdunion.opco.api.documentation.statique import styles

# No script anywhere, no style but our own sheets (Bootstrap's drawings are data: images).
ENTETES = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "public, max-age=300",
}
RECHERCHE_MAX = 100  # characters of a search that are looked at
_VALEUR = re.compile(r"\{(\w+)\}")


def page(recherche: str | None = None) -> bytes:
    """The page in UTF-8; with a search, what answers it and nothing else."""
    mots = (recherche or "").strip()[:RECHERCHE_MAX]
    return _render(mots) if mots else _whole()


@cache
def _whole() -> bytes:
    return _render("")


def _render(mots: str) -> bytes:
    contenu = contents()
    if mots:
        contenu = _narrow(contenu, fold(mots).split())
    trouves = (
        sum(len(liste) for liste in contenu.operations.values())
        + sum(len(message.champs) for message in contenu.messages)
        + len(contenu.listes)
        + sum(len(liste) for liste in contenu.erreurs.values())
    )
    rendu = _gabarit().render(
        contenu=contenu,
        etiquettes=ETIQUETTES,
        preparation=commandes.PREPARATION,
        recherche=mots,
        trouves=trouves,
        styles=styles(),
        version=__version__,
    )
    return rendu.encode()


def _narrow(contenu: Contenu, mots: list[str]) -> Contenu:
    """What holds every word of the search; a family without any such thing goes."""

    def holds(texte: str) -> bool:
        return all(mot in texte for mot in mots)

    def within(message: Message) -> Message:
        return replace(message, champs=tuple(champ for champ in message.champs if holds(champ.texte)))

    operations = {nom: tuple(o for o in liste if holds(o.texte)) for nom, liste in contenu.operations.items()}
    erreurs = {titre: tuple(e for e in liste if holds(e.texte)) for titre, liste in contenu.erreurs.items()}
    return Contenu(
        operations={nom: liste for nom, liste in operations.items() if liste},
        messages=tuple(reste for message in contenu.messages if (reste := within(message)).champs),
        listes=tuple(liste for liste in contenu.listes if holds(liste.texte)),
        erreurs={titre: liste for titre, liste in erreurs.items() if liste},
    )


@cache
def _gabarit():  # type: ignore[no-untyped-def]  # jinja2's Template, whose render is untyped too
    environnement = Environment(
        loader=PackageLoader("traitdunion.opco.api.documentation", "gabarits"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environnement.filters["phrase"] = _phrase
    environnement.filters["coupures"] = _coupures
    return environnement.get_template("page.html")


def _phrase(texte: str) -> Markup:
    """A sentence of the catalogue, its values shown as such."""
    return Markup(_VALEUR.sub(r"<var>\1</var>", str(escape(texte))))  # escaped just before


def _coupures(texte: str) -> Markup:
    """A path or a code that may be cut after a dot or an underscore when the line is short."""
    return Markup(re.sub(r"([._/])", r"\1<wbr>", str(escape(texte))))  # escaped just before
