"""« Accueil »: what waits for the person who connects."""

from litestar import get
from litestar.response import Template

from traitdunion.opco.comptes.roles import CFA, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.mya.dossiers import next_step, perimetre_of
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

CLE_BIENTOT_FINIE_JOURS = 60


@get("/mya/", guards=[requires(*CFA, Role.EMPLOYEUR)])
async def get_accueil(request: Requete) -> Template:
    """The first page of MyA."""
    personne: Personne = request.user
    portail = portail_of(request)
    derniers = await portail.mes_dossiers.list_latest(perimetre=perimetre_of(personne))
    acces = await portail.acces.find(personne.siren or "") if personne.role in CFA else None
    possibles = await portail.demandes.list_possibles(personne.siren or "") if personne.role in CFA else []
    du_cfa = personne.role in CFA
    return render(
        request,
        "accueil.html",
        attentes=await portail.suivi.list_attentes(siren=personne.siren or "") if du_cfa else [],
        reperes=await portail.suivi_factures.count_reperes(siren=personne.siren or "") if du_cfa else None,
        acces=acces,
        possibles=possibles,
        bientot=CLE_BIENTOT_FINIE_JOURS,
        lignes=derniers,
        etape=next_step,
        demandees=await portail.suivi.list_demandees([un.numero_interne for un in derniers]),
    )


PORTES = (get_accueil,)
