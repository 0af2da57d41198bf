"""Pages to read, open to all: « Suivez le guide », accessibility, legal notice, personal data (guide.md, usage.md §1).

What these pages state of the product comes from the code that does it: delays, lengths, codes, tabs that are served.
"""

from datetime import date, timedelta
from typing import Any

from litestar import get
from litestar.response import Template

from traitdunion.norme.erreurs import CATALOGUE
from traitdunion.norme.routes import ROUTES
from traitdunion.opco.acces.cles import CHEVAUCHEMENT_JOURS_MAX, MOIS_DEFAUT, MOIS_MIN
from traitdunion.opco.comptes import mots_de_passe, sessions
from traitdunion.opco.comptes.connexion import LIEN_OUBLI, LIEN_PREMIERE_CONNEXION
from traitdunion.opco.comptes.roles import Espace, espace_of
from traitdunion.opco.comptes.seconds_facteurs import CODES_SECOURS
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.courriels.service import GARDE_ENVOYES
from traitdunion.opco.dossiers.mes_dossiers import EXPORT_MAX, MOTIF_CARACTERES_MAX, MOTIF_CARACTERES_MIN
from traitdunion.opco.idempotence.service import CONSERVATION
from traitdunion.opco.mya.accueil import CLE_BIENTOT_FINIE_JOURS
from traitdunion.opco.mya.compte import CHEVAUCHEMENT_DEFAUT
from traitdunion.opco.pages.connexion import Requete
from traitdunion.opco.pages.gabarits import render

# The day on which what the accessibility page says was last looked at: to be changed with it.
DECLARATION_DU = date(2026, 11, 23)
UN_JOUR, UNE_HEURE, UNE_MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@get("/mya/guide")
async def get_guide(request: Requete) -> Template:
    """« Guide utilisateurs portail prestataire », for the secretary of a CFA."""
    return _page(
        request,
        "lecture/guide.html",
        catalogue=CATALOGUE,
        factures_recues=any(route.chemin.startswith("/factures") for route in ROUTES),
        lien_heures=LIEN_PREMIERE_CONNEXION // UNE_HEURE,
        oubli_minutes=LIEN_OUBLI // UNE_MINUTE,
        caracteres_min=mots_de_passe.CARACTERES_MIN,
        codes_secours=CODES_SECOURS,
        preuve_minutes=sessions.PREUVE // UNE_MINUTE,
        mois_min=MOIS_MIN,
        mois_defaut=MOIS_DEFAUT,
        chevauchement=CHEVAUCHEMENT_DEFAUT,
        chevauchement_max=CHEVAUCHEMENT_JOURS_MAX,
        bientot=CLE_BIENTOT_FINIE_JOURS,
        motif_min=MOTIF_CARACTERES_MIN,
        motif_max=MOTIF_CARACTERES_MAX,
        export_max=EXPORT_MAX,
        **_durees(),
    )


@get("/mya/accessibilite")
async def get_accessibilite(request: Requete) -> Template:
    """The accessibility declaration (RGAA)."""
    return _page(request, "lecture/accessibilite.html", declaration_du=DECLARATION_DU)


@get("/mya/mentions-legales")
async def get_mentions_legales(request: Requete) -> Template:
    """Publisher, host, cookies."""
    return _page(request, "lecture/mentions_legales.html", **_durees())


@get("/mya/donnees-personnelles")
async def get_donnees_personnelles(request: Requete) -> Template:
    """What is done with personal data (fiabilite.md §5)."""
    return _page(
        request,
        "lecture/donnees_personnelles.html",
        courriels_jours=GARDE_ENVOYES // UN_JOUR,
        idempotence_jours=CONSERVATION // UN_JOUR,
        **_durees(),
    )


def _page(request: Requete, gabarit: str, **contexte: Any) -> Template:
    """A page within the tabs of MyA for those who work there, and without them for everybody else."""
    personne: Personne | None = request.user
    chez_soi = personne is not None and personne.complete and espace_of(personne.role) is Espace.MYA
    servies = frozenset(route.path for route in request.app.routes)
    return render(request, gabarit, cadre="mya.html" if chez_soi else "base.html", servies=servies, **contexte)


def _durees() -> dict[str, int]:
    """How long a session lasts."""
    return {
        "session_heures": sessions.DUREE // UNE_HEURE,
        "inactivite_minutes": sessions.INACTIVITE // UNE_MINUTE,
        "memorisee_jours": sessions.DUREE_MEMORISEE // UN_JOUR,
    }


PORTES = (get_guide, get_accessibilite, get_mentions_legales, get_donnees_personnelles)
