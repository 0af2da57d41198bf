"""The invoices that CFA send: the queue, one of them whole, yes or no to its lines.

Every role of the OPCO reads and decides: a gestionnaire knows the dossiers, a comptable the amounts. Paying what is
accepted is another act, of the comptable and the administrator only.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.norme.facturation.etats import EtatDeFacture, EtatDeLigne
from traitdunion.norme.messages.evenements import say_evenement
from traitdunion.norme.motifs import MOTIF_REJET, REJETS_AUTOMATIQUES
from traitdunion.norme.nomenclatures import NATURE_LIGNE, TYPE_FICHIER
from traitdunion.opco.comptes.roles import OPCO
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.factures.instruction.files import FILES, PROCHE_JOURS
from traitdunion.opco.factures.instruction.vue import FactureInstruite, LigneInstruite
from traitdunion.opco.factures.traitement import TEXTE_MAX, Choix, TraitementRefuse, check_choix
from traitdunion.opco.instruction.saisie import SaisieInvalide, read_cents, read_numero, read_version
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

BASE = "/instruction/factures"
ADRESSE = BASE + "/{numero:int}"
LECTEURS = [requires(*OPCO)]
DECIDENT = [requires(*OPCO)]
RECHERCHE_MAX = 100
MOTIFS = {code: libelle for code, libelle in MOTIF_REJET.codes.items() if code not in REJETS_AUTOMATIQUES}
FACTURES = {
    EtatDeFacture.TRANSMIS: ("Transmise", "neutre", "○"),
    EtatDeFacture.EN_COURS_INSTRUCTION: ("En cours d'instruction", "bleu", "◐"),
    EtatDeFacture.REGLE: ("Réglée", "vert", "✓"),
    EtatDeFacture.REGLE_PARTIEL: ("Réglée en partie", "vert", "◐"),
    EtatDeFacture.REJETE: ("Rejetée", "rouge", "✕"),
    EtatDeFacture.ANNULE: ("Annulée par un avoir", "neutre", "–"),
}
LIGNES = {
    EtatDeLigne.A_COMPLETER: ("À compléter", "ambre", "◔"),
    EtatDeLigne.EN_INSTRUCTION: ("À décider", "bleu", "◐"),
    EtatDeLigne.ACCEPTEE: ("Acceptée, à payer", "vert", "○"),
    EtatDeLigne.ORDONNEE: ("Virement ordonné", "vert", "◐"),
    EtatDeLigne.REGLEE: ("Réglée", "vert", "✓"),
    EtatDeLigne.REJETEE: ("Rejetée", "rouge", "✕"),
    EtatDeLigne.ANNULEE: ("Annulée par un avoir", "neutre", "–"),
    EtatDeLigne.FORCLOSE: ("Forclose", "rouge", "✕"),
    EtatDeLigne.A_RECOUVRER: ("À rendre par le CFA", "ambre", "◔"),
    EtatDeLigne.IMPUTEE: ("Imputée", "neutre", "●"),
}
OUI, NON = "oui", "non"
LIGNE_DU_CHAMP = re.compile(r"\.lignes\[(\d{1,6})\]", re.ASCII)


@get(BASE, guards=LECTEURS)
async def get_factures_opco(
    request: Requete,
    file: FromQuery[str] = "a_traiter",
    q: FromQuery[str] = "",
    apres: FromQuery[str] = "",
) -> Template:
    """A queue with its filters, or what a search finds."""
    files, params = portail_of(request).files_factures, request.query_params
    file, q = file if file in FILES else "a_traiter", q[:RECHERCHE_MAX]
    saisie = {nom: params.get(nom, "")[:20] for nom in ("cfa", "minimum", "maximum")}
    erreur, filtre = None, {}
    try:
        filtre = _filtre(saisie)
    except SaisieInvalide as invalide:
        erreur = str(invalide)
    depart = read_numero(apres)
    trouves = (
        await files.find(q, avant=depart or None) if q.strip() else await files.list_page(file, apres=depart, **filtre)
    )
    gardes = {"q": q} if q.strip() else {"file": file, **{nom: valeur for nom, valeur in saisie.items() if valeur}}
    return render(
        request,
        "factures_opco/file.html",
        statut=400 if erreur else 200,
        trouves=trouves,
        files=FILES,
        file=file,
        q=q,
        q_max=RECHERCHE_MAX,
        saisie=saisie,
        erreur=erreur,
        proche=PROCHE_JOURS,
        days_left=files.days_left,
        debut=not depart,
        etats_facture=FACTURES,
        adresse_de=lambda **champs: f"{BASE}?{urlencode({**gardes, **champs})}",
    )


@get(ADRESSE, guards=LECTEURS)
async def get_facture_opco(request: Requete, numero: FromPath[int], fait: FromQuery[str] = "") -> Template:
    """The invoice on one screen."""
    return await show(request, await find(request, numero), fait=fait)


@get(ADRESSE + "/suivante", guards=LECTEURS)
async def get_facture_suivante(request: Requete, numero: FromPath[int]) -> Redirect:
    """The next invoice to decide on."""
    suivante = await portail_of(request).files_factures.find_next(numero)
    return Redirect(f"{BASE}/{suivante}" if suivante else BASE, status_code=303)


@get(ADRESSE + "/accepter", guards=DECIDENT)
async def get_accepter(request: Requete, numero: FromPath[int]) -> Template:
    """What « tout accepter » would do; nothing is written."""
    lue = await find(request, numero)
    if not lue.acceptables:
        return await show(request, lue, statut=409, erreur="Aucune ligne de cette facture ne peut être acceptée.")
    choix = [Choix(ligne=une.ligne.id, accepte=True) for une in lue.acceptables]
    return _confirm(request, lue, choix, version=lue.facture.version)


@post(ADRESSE + "/confirmer", guards=DECIDENT, status_code=200)
async def post_confirmer_decision(request: Requete, numero: FromPath[int], data: Formulaire) -> Template:
    """What was chosen, to be confirmed; nothing is written."""
    lue, choix = await find(request, numero), read_choix(data)
    try:
        check_choix(choix)
    except TraitementRefuse as refuse:
        return await show(request, lue, statut=400, erreur=str(refuse), saisie=data)
    if not {un.ligne for un in choix} <= {une.ligne.id for une in lue.lignes}:
        return await show(request, lue, statut=400, erreur="Une ligne n'est pas de cette facture.")
    return _confirm(request, lue, choix, version=read_version(data))


@post(ADRESSE + "/decision", guards=DECIDENT, status_code=200)
async def post_decision(request: Requete, numero: FromPath[int], data: Formulaire) -> Response[Any]:
    """Accept and reject, as confirmed."""
    personne: Personne = request.user
    choix = read_choix(data)
    try:
        await portail_of(request).traitement.decide(
            numero, version=read_version(data), choix=choix, par=personne.acteur
        )
    except TraitementRefuse as refuse:
        statut = 400 if refuse.saisie else 409
        return await show(request, await find(request, numero), statut=statut, erreur=str(refuse), saisie=data)
    fait = "accepte" if all(un.accepte for un in choix) else "rejete"
    return Redirect(f"{BASE}/{numero}?fait={fait}", status_code=303)


async def show(
    request: Requete,
    lue: FactureInstruite,
    *,
    statut: int = 200,
    erreur: str | None = None,
    fait: str = "",
    saisie: Mapping[str, str] | None = None,
) -> Template:
    """The page of an invoice, with what went wrong or what was done."""
    return render(
        request,
        "factures_opco/facture.html",
        statut=statut,
        lue=lue,
        adresse=f"{BASE}/{lue.facture.numero_interne}",
        etats_facture=FACTURES,
        etats_ligne=LIGNES,
        natures=NATURE_LIGNE.codes,
        motifs=MOTIFS,
        types_fichier=TYPE_FICHIER.codes,
        texte_max=TEXTE_MAX,
        avertissements=[(_ligne_of(lue, un.get("champ") or ""), un) for un in lue.facture.avertissements],
        histoire=[(say_evenement(un.type), un) for un in reversed(lue.faits)],
        proche=PROCHE_JOURS,
        erreur=erreur,
        fait=fait,
        saisie=saisie or {},
    )


async def find(request: Requete, numero: int) -> FactureInstruite:
    """An invoice by its internal number. Raises NotFoundException."""
    personne: Personne = request.user
    if numero > 2**63 - 1:
        raise NotFoundException
    lue = await portail_of(request).vue_factures.find(numero, par=personne.acteur)
    if lue is None:
        raise NotFoundException
    return lue


def read_choix(data: Mapping[str, str]) -> list[Choix]:
    """What a form says of each line; those that it leaves aside are not there."""
    choix = []
    for nom, valeur in data.items():
        ligne = read_numero(nom.removeprefix("choix_")) if nom.startswith("choix_") else 0
        if ligne and valeur == OUI:
            choix.append(Choix(ligne=ligne, accepte=True))
        elif ligne and valeur == NON:
            motif, texte = data.get(f"motif_{ligne}", ""), data.get(f"texte_{ligne}", "").strip()
            choix.append(Choix(ligne=ligne, accepte=False, motif=motif or None, texte=texte or None))
    return choix


def _confirm(request: Requete, lue: FactureInstruite, choix: list[Choix], *, version: int) -> Template:
    par_ligne = {une.ligne.id: une for une in lue.lignes}
    dits = [(un, par_ligne[un.ligne]) for un in choix]
    return render(
        request,
        "factures_opco/confirmation.html",
        lue=lue,
        adresse=f"{BASE}/{lue.facture.numero_interne}",
        version=version,
        acceptees=[(un, ligne) for un, ligne in dits if un.accepte],
        rejetees=[(un, ligne) for un, ligne in dits if not un.accepte],
        natures=NATURE_LIGNE.codes,
        motifs=MOTIFS,
    )


def _ligne_of(lue: FactureInstruite, champ: str) -> LigneInstruite | None:
    """The line that a warning speaks of, from the field that it names: « facture.lignes[2].numeroEcheance »."""
    trouve = LIGNE_DU_CHAMP.search(champ)
    return next((une for une in lue.lignes if trouve and une.ligne.rang == int(trouve[1])), None)


def _filtre(saisie: Mapping[str, str]) -> dict[str, Any]:
    """The filters of the queue. Raises SaisieInvalide."""
    siren = "".join(saisie["cfa"].split())
    if siren and not (len(siren) == 9 and siren.isascii() and siren.isdigit()):
        raise SaisieInvalide("« SIREN du CFA » compte neuf chiffres.")
    return {
        "siren": siren or None,
        "minimum": read_cents(saisie["minimum"], "Montant, de"),
        "maximum": read_cents(saisie["maximum"], "Montant, à"),
    }


PORTES = (
    get_factures_opco,
    get_facture_opco,
    get_facture_suivante,
    get_accepter,
    post_confirmer_decision,
    post_decision,
)
__all__ = ["BASE", "PORTES", "find", "show"]
