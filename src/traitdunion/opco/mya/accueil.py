"""« Accueil »: what waits for the person who connects."""

from litestar import get
from litestar.response import Template

from traitdunion.opco.comptes.roles import CFA, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

CLE_BIENTOT_FINIE_JOURS = 60


@get("/mya/", guards=[requires(*CFA, Role.EMPLOYEUR)])
async def get_accueil(request: Requete) -> Template:
    """The first page of MyA."""
    personne: Personne = request.user
    acces = await portail_of(request).acces.find(personne.siren or "") if personne.role in CFA else None
    return render(request, "accueil.html", acces=acces, bientot=CLE_BIENTOT_FINIE_JOURS)


PORTES = (get_accueil,)
