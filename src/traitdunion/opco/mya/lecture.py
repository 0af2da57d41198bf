"""Pages to read, open to all: the guide of the portal, accessibility, legal notices, personal data."""

from litestar import get
from litestar.response import Template

from traitdunion.opco.comptes.roles import CFA
from traitdunion.opco.pages.connexion import Requete
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires


@get("/mya/guide")
async def get_guide(request: Requete) -> Template:
    """« Guide utilisateurs portail prestataire »."""
    return render(request, "lecture/guide.html")


@get("/mya/accessibilite")
async def get_accessibilite(request: Requete) -> Template:
    """The accessibility declaration (RGAA 4.1)."""
    return render(request, "lecture/accessibilite.html")


@get("/mya/mentions-legales")
async def get_mentions(request: Requete) -> Template:
    """Legal notices (loi n° 2004-575, art. 1-1)."""
    return render(request, "lecture/mentions_legales.html")


@get("/mya/donnees-personnelles")
async def get_donnees(request: Requete) -> Template:
    """What is done of personal data (RGPD, art. 13 and 14)."""
    return render(request, "lecture/donnees_personnelles.html")


@get("/mya/factures", guards=[requires(*CFA)])
async def get_factures(request: Requete) -> Template:
    """« Mes Factures »: nothing can be invoiced before the OPCO's accord."""
    return render(request, "factures.html")


PORTES = (get_guide, get_accessibilite, get_mentions, get_donnees, get_factures)
