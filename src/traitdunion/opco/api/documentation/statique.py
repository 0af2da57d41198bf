"""Files beside the page: Bootstrap from its wheel, our theme, and the bodies of the examples, ready to be sent.

Style sheets carry their digest in their name, so that a browser may keep them for ever.
"""

import io
import json
from functools import cache
from importlib.resources import files

from traitdunion.norme.openapi import exemples, exemples_facturation
from traitdunion.opco.pages.statique import CSS, Fichier, communes, named

CHEMIN = "/docs/style/"
# The examples keep their name: they may change with a release.
ENTETES_EXEMPLES = {"Cache-Control": "public, max-age=300"}


def static(nom: str) -> Fichier | None:
    """The file of that name under `CHEMIN`, None when there is none."""
    return _fichiers().get(nom)


@cache
def styles() -> tuple[str, ...]:
    """Addresses of the page's style sheets, in the order in which they apply."""
    return tuple(CHEMIN + nom for nom, fichier in _fichiers().items() if fichier.type_contenu == CSS)


@cache
def _fichiers() -> dict[str, Fichier]:
    theme = files("traitdunion.opco.api.documentation").joinpath("theme.css").read_bytes()
    feuilles = communes() | dict([named("documentation", "css", theme, CSS)])
    return feuilles | {
        "dossier.json": _json(exemples.DEPOT),
        "convention.json": _json(exemples.CONVENTION),
        "rupture.json": _json(exemples.RUPTURE),
        "facture.json": _json(exemples_facturation.FACTURE),
        "avoir.json": _json(exemples_facturation.AVOIR),
        "certificat.json": _json(exemples_facturation.CERTIFICAT),
        "piece.json": _json(exemples.INFOS_FICHIER),
        "convention.pdf": _pdf("Convention de formation fictive\n\nChapitre 1 : mandat de gestion donné au CFA."),
        "facture.pdf": _pdf("Facture fictive\n\nExonération de TVA, article 261-4-4° a du CGI."),
    }


def _json(corps: object) -> Fichier:
    return Fichier(
        json.dumps(corps, ensure_ascii=False, indent=2).encode() + b"\n", "application/json", ENTETES_EXEMPLES
    )


def _pdf(texte: str) -> Fichier:
    """A one-page PDF that the gate lets through."""
    from reportlab.pdfgen.canvas import Canvas  # slow to import, for one page that few workers ever serve

    sortie = io.BytesIO()
    page = Canvas(sortie, pagesize=(595, 842), invariant=1, lang="fr-FR")  # A4, the same bytes each time
    page.setTitle(texte.partition("\n")[0])
    lignes = page.beginText(50, 770)
    lignes.setFont("Helvetica", 14, leading=28)
    lignes.textLines(texte)
    page.drawText(lignes)
    page.save()
    return Fichier(sortie.getvalue(), "application/pdf", ENTETES_EXEMPLES)
