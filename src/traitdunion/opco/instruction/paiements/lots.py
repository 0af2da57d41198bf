"""What is ready to be paid, and the pay runs.

Every role of the OPCO reads. To make a run, hand its file over or cancel it takes a comptable or an administrator: who
accepts invoices as a gestionnaire cannot pay them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.comptes.roles import OPCO, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.instruction.saisie import SaisieInvalide, read_jour, read_numero
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires
from traitdunion.opco.paiements.lots import AVANCE_MAX, PaiementRefuse
from traitdunion.opco.paiements.store import APayer, LotLu
from traitdunion.opco.pieces.gate import content_disposition
from traitdunion.opco.socle.clock import day_of

BASE = "/instruction/paiements"
LOT = BASE + "/lots/{lot:int}"
LECTEURS = [requires(*OPCO)]
PAIENT = frozenset({Role.OPCO_COMPTABLE, Role.OPCO_ADMINISTRATEUR})
PAYEURS = [requires(*PAIENT)]
CFA_PREFIXE = "cfa_"
LOTS_PAR_PAGE = 20
NUMERO_MAX = 2**63 - 1
VIREMENTS = {
    "ORDONNE": ("Ordonné, sans retour de la banque", "bleu", "◐"),
    "REGLE": ("Réglé", "vert", "✓"),
    "REJETE": ("Rejeté : à payer de nouveau", "rouge", "✕"),
}


class Ordre(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would pay to one CFA, in cents."""

    pret: APayer
    compense: int

    @property
    def net(self) -> int:
        """What would leave the bank."""
        return self.pret.montant - self.compense


class Projet(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it was chosen, before it is made."""

    ordres: tuple[Ordre, ...]
    execution_le: date
    compenser: bool

    @property
    def brut(self) -> int:
        """All the lines that it pays."""
        return sum(un.pret.montant for un in self.ordres)

    @property
    def compense(self) -> int:
        """What is kept of it."""
        return sum(un.compense for un in self.ordres)

    @property
    def empreinte(self) -> str:
        """What was shown, so that another amount is not confirmed unseen."""
        return f"{self.brut}-{self.compense}"


@get(BASE, guards=LECTEURS)
async def get_paiements(request: Requete, avant: FromQuery[str] = "", fait: FromQuery[str] = "") -> Template:
    """What is ready, and the last runs."""
    return await _page(request, avant=read_numero(avant) or None, fait=fait)


@post(BASE + "/lots/confirmer", guards=PAYEURS, status_code=200)
async def post_confirmer_lot(request: Requete, data: Formulaire) -> Template:
    """The totals of the run that was chosen; nothing is written."""
    try:
        projet = await _read_projet(request, data)
    except SaisieInvalide as invalide:
        return await _page(request, statut=400, erreur=str(invalide), saisie=data)
    return render(request, "paiements/confirmation.html", projet=projet, erreur=None)


@post(BASE + "/lots", guards=PAYEURS, status_code=200)
async def post_lot(request: Requete, data: Formulaire) -> Response[Any]:
    """Make the run, as confirmed; what was accepted meanwhile is shown again first."""
    personne: Personne = request.user
    try:
        projet = await _read_projet(request, data)
        if data.get("vu") != projet.empreinte:
            phrase = "Ce qui est à payer a changé entre-temps : relisez les totaux avant de confirmer."
            return render(request, "paiements/confirmation.html", statut=409, projet=projet, erreur=phrase)
        lot = await portail_of(request).paiements.lots.create(
            sirens=[un.pret.siren for un in projet.ordres],
            execution_le=projet.execution_le,
            compenser=projet.compenser,
            par=personne.acteur,
            attendu=(projet.brut, projet.compense),
        )
    except SaisieInvalide as invalide:
        return await _page(request, statut=400, erreur=str(invalide), saisie=data)
    except PaiementRefuse as refuse:
        return await _page(request, statut=409 if refuse.conflit else 400, erreur=str(refuse), saisie=data)
    return Redirect(f"{BASE}/lots/{lot}?fait=cree", status_code=303)


@get(LOT, guards=LECTEURS)
async def get_lot(request: Requete, lot: FromPath[int], fait: FromQuery[str] = "") -> Template:
    """A run and its transfers."""
    return await _show(request, lot, fait=fait)


@post(LOT + "/fichier", guards=PAYEURS, status_code=200)
async def post_fichier_lot(request: Requete, lot: FromPath[int]) -> Response[Any]:
    """The pain.001, to hand to the bank. A POST: it is noted, and the run can no longer be cancelled."""
    personne: Personne = request.user
    lu = await _find(request, lot)
    try:
        octets = await portail_of(request).paiements.lots.download(lot, par=personne.acteur)
    except PaiementRefuse as refuse:
        return await _show(request, lot, statut=409, erreur=str(refuse))
    entetes = {
        "Content-Disposition": content_disposition(f"{lu.message}.xml"),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
    return Response(octets, media_type="application/xml", headers=entetes)


@post(LOT + "/annuler", guards=PAYEURS, status_code=200)
async def post_annuler_lot(request: Requete, lot: FromPath[int]) -> Response[Any]:
    """Cancel a run whose file was never taken."""
    personne: Personne = request.user
    await _find(request, lot)
    try:
        await portail_of(request).paiements.lots.cancel(lot, par=personne.acteur)
    except PaiementRefuse as refuse:
        return await _show(request, lot, statut=409 if refuse.conflit else 400, erreur=str(refuse))
    return Redirect(f"{BASE}/lots/{lot}?fait=annule", status_code=303)


async def _page(
    request: Requete,
    *,
    statut: int = 200,
    erreur: str | None = None,
    fait: str = "",
    avant: int | None = None,
    saisie: Mapping[str, str] | None = None,
) -> Template:
    portail = portail_of(request)
    jour = day_of(portail.clock.now())
    lots = await portail.paiements.lots.list_lots(avant=avant, limite=LOTS_PAR_PAGE + 1)
    return render(
        request,
        "paiements/paiements.html",
        statut=statut,
        prets=await portail.paiements.lots.list_ready(),
        lots=lots[:LOTS_PAR_PAGE],
        avancements=await portail.lecture_paiements.list_avancements([un.id for un in lots]),
        suite=lots[LOTS_PAR_PAGE - 1].id if len(lots) > LOTS_PAR_PAGE else None,
        paie=request.user.role in PAIENT,
        jour=jour,
        dernier=jour + timedelta(days=AVANCE_MAX),
        prefixe=CFA_PREFIXE,
        erreur=erreur,
        fait=fait,
        saisie=saisie or {},
    )


async def _show(
    request: Requete, lot: int, *, statut: int = 200, erreur: str | None = None, fait: str = ""
) -> Template:
    portail = portail_of(request)
    lu = await _find(request, lot)
    _, virements = await portail.paiements.lots.find(lot)
    lecture = portail.lecture_paiements
    return render(
        request,
        "paiements/lot.html",
        statut=statut,
        lot=lu,
        createur=(await lecture.find_personnes([lu.cree_par])).get(lu.cree_par, "l'OPCO"),
        virements=virements,
        avancement=(await lecture.list_avancements([lot])).get(lot),
        factures=await lecture.list_factures([un.id for un in virements]),
        etats=VIREMENTS,
        paie=request.user.role in PAIENT,
        erreur=erreur,
        fait=fait,
    )


async def _find(request: Requete, lot: int) -> LotLu:
    """A run. Raises NotFoundException."""
    if lot > NUMERO_MAX:
        raise NotFoundException
    try:
        lu, _ = await portail_of(request).paiements.lots.find(lot)
    except PaiementRefuse:
        raise NotFoundException from None
    return lu


async def _read_projet(request: Requete, data: Mapping[str, str]) -> Projet:
    """The run that a form describes, with what it would pay now. Raises SaisieInvalide."""
    choisis = {nom.removeprefix(CFA_PREFIXE) for nom in data if nom.startswith(CFA_PREFIXE)}
    if not choisis:
        raise SaisieInvalide("Choisissez au moins un CFA à payer.")
    execution_le = read_jour(data.get("execution_le", ""), "Date d'exécution")
    jour = day_of(portail_of(request).clock.now())
    if not 0 <= (execution_le - jour).days <= AVANCE_MAX:
        raise SaisieInvalide(f"La date d'exécution va d'aujourd'hui à {AVANCE_MAX} jours.")
    compenser = "compenser" in data
    prets: Sequence[APayer] = await portail_of(request).paiements.lots.list_ready()
    retenus = [un for un in prets if un.siren in choisis]
    if not retenus:
        raise SaisieInvalide("Rien n'est plus à payer pour ces CFA : relisez la liste.")
    return Projet(
        ordres=tuple(Ordre(pret=un, compense=min(un.a_recouvrer, un.montant) if compenser else 0) for un in retenus),
        execution_le=execution_le,
        compenser=compenser,
    )


PORTES = (get_paiements, post_confirmer_lot, post_lot, get_lot, post_fichier_lot, post_annuler_lot)
