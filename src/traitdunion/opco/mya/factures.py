"""« Mes Factures »: nothing can be invoiced before the OPCO's accord."""

from litestar import get
from litestar.response import Template

from traitdunion.opco.comptes.roles import CFA
from traitdunion.opco.pages.connexion import Requete
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires


@get("/mya/factures", guards=[requires(*CFA)])
async def get_factures(request: Requete) -> Template:
    """The page, which says what will come."""
    return render(request, "factures.html")


PORTES = (get_factures,)
