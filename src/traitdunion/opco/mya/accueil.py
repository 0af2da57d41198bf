"""« Accueil »: what waits for the person who connects."""

from litestar import get
from litestar.response import Template

from traitdunion.opco.comptes.roles import CFA, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.dossiers.suivi import Recherche
from traitdunion.opco.mya.dossiers import perimetre_of
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

CLE_BIENTOT_FINIE_JOURS = 60
DERNIERS = 5


@get("/mya/", guards=[requires(*CFA, Role.EMPLOYEUR)])
async def get_accueil(request: Requete) -> Template:
    """The first page of MyA."""
    personne: Personne = request.user
    portail = portail_of(request)
    derniers = await portail.suivi.list_page(Recherche(), perimetre=perimetre_of(personne))
    acces = await portail.acces.find(personne.siren or "") if personne.role in CFA else None
    possibles = await portail.demandes.list_possibles(personne.siren or "") if personne.role in CFA else []
    return render(
        request,
        "accueil.html",
        acces=acces,
        possibles=possibles,
        bientot=CLE_BIENTOT_FINIE_JOURS,
        lignes=derniers.lignes[:DERNIERS],
    )


PORTES = (get_accueil,)
