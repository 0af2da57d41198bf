"""The dated parameters: what is in force and by which text, what the OPCO set, a new value, a withdrawal."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.norme.parametres import Definition, Parametres, ValeurDatee, ValeurInvalide
from traitdunion.norme.parametres.catalogue import CATALOGUE
from traitdunion.norme.parametres.definitions import DERNIER_JOUR, ORIGINE, PREMIER_JOUR
from traitdunion.opco.comptes.roles import OPCO, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires
from traitdunion.opco.parametres import ParametreRefuse, Projet, saisie
from traitdunion.opco.parametres.service import TEXTE_MAX, seen
from traitdunion.opco.socle.clock import day_of

BASE = "/instruction/parametres"
LECTEURS = [requires(*OPCO)]
ADMINISTRATEURS = [requires(Role.OPCO_ADMINISTRATEUR)]
MOMENTS = {
    "en_vigueur": ("En vigueur", "vert", "✓"),
    "a_venir": ("À venir", "bleu", "◐"),
    "passee": ("Passée", "neutre", "–"),
}


class LigneParametre(NamedTuple):
    """A parameter in the table: its value today, and the next one."""

    definition: Definition
    en_vigueur: ValeurDatee | None
    suivante: ValeurDatee | None


@get(BASE, guards=LECTEURS)
async def get_parametres(request: Requete) -> Template:
    """Every parameter by theme: value in force, from when, by which text."""
    parametres = await portail_of(request).parametres.read_now()
    lignes = [_line(parametres, definition, _today(request)) for definition in CATALOGUE.values()]
    themes = [(theme.value, list(groupe)) for theme, groupe in groupby(lignes, key=lambda un: un.definition.theme)]
    return render(request, "parametres/liste.html", themes=themes, **_words())


@get(BASE + "/{cle:str}", guards=LECTEURS)
async def get_parametre(request: Requete, cle: FromPath[str], fait: FromQuery[str] = "") -> Template:
    """One parameter: its dated values, its history, and the form of a new value."""
    return await _fiche(request, _find(cle), fait=fait)


@post(BASE + "/{cle:str}", guards=ADMINISTRATEURS, status_code=200)
async def post_parametre(request: Requete, cle: FromPath[str], data: Formulaire) -> Response[Any]:
    """A new value: first what it would change, then, once confirmed, the change."""
    definition = _find(cle)
    personne: Personne = request.user
    parametres = portail_of(request).parametres
    try:
        valeur, valable_du = saisie.read_saisie(definition, data), _day(data.get("valable_du", ""))
        textes = {"source": data.get("source", ""), "commentaire": data.get("commentaire", "")}
        if "confirmer" not in data:
            projet = await parametres.prepare(cle, valeur=valeur, valable_du=valable_du, **textes)
            return _confirmation(request, definition, projet, data)
        await parametres.set_valeur(
            cle,
            valeur=valeur,
            valable_du=valable_du,
            **textes,
            par=personne.acteur,
            retroactif="retroactif" in data,
            vu=_number(data.get("vu", "")),
        )
    except (ParametreRefuse, ValeurInvalide) as refuse:
        return await _fiche(request, definition, erreur=str(refuse), saisi=data)
    return Redirect(f"{BASE}/{cle}?fait=pose", status_code=303)


@post(BASE + "/{cle:str}/{numero:int}/retirer", guards=ADMINISTRATEURS, status_code=200)
async def post_retirer_parametre(
    request: Requete, cle: FromPath[str], numero: FromPath[int], data: Formulaire
) -> Response[Any]:
    """Withdraw a value, with a reason."""
    definition = _find(cle)
    personne: Personne = request.user
    try:
        await portail_of(request).parametres.withdraw_valeur(
            cle, numero, motif=data.get("motif", ""), par=personne.acteur, retroactif="retroactif" in data
        )
    except ParametreRefuse as refuse:
        return await _fiche(request, definition, erreur=str(refuse))
    return Redirect(f"{BASE}/{cle}?fait=retire", status_code=303)


async def _fiche(
    request: Requete,
    definition: Definition,
    *,
    fait: str = "",
    erreur: str | None = None,
    saisi: dict[str, str] | None = None,
) -> Template:
    service, aujourdhui = portail_of(request).parametres, _today(request)
    parametres = await service.read_now()
    historique = await service.list_historique(definition.cle)
    ligne = _line(parametres, definition, aujourdhui)
    avant = saisie.to_saisie(definition, ligne.en_vigueur.valeur if ligne.en_vigueur else None)
    return render(
        request,
        "parametres/fiche.html",
        statut=400 if erreur else 200,
        ligne=ligne,
        valeurs=list(_moments(parametres.valeurs(definition.cle), ligne.en_vigueur, aujourdhui)),
        historique=historique,
        vu=seen(historique),
        saisi={**avant, "valable_du": "", "source": "", "commentaire": "", **(saisi or {})},
        aujourdhui=aujourdhui,
        fait=fait,
        erreur=erreur,
        **_words(definition),
    )


def _confirmation(request: Requete, definition: Definition, projet: Projet, data: dict[str, str]) -> Template:
    champs = (*saisie.list_champs(definition), "valable_du", "source", "commentaire", "vu")
    return render(
        request,
        "parametres/confirmation.html",
        projet=projet,
        veille=date.fromordinal(projet.suivante.valable_du.toordinal() - 1) if projet.suivante else None,
        saisi={champ: data.get(champ, "") for champ in champs},
        **_words(definition),
    )


def _words(definition: Definition | None = None) -> dict[str, Any]:
    """What the templates write values and fields with."""
    return {
        "definition": definition,
        "write_valeur": saisie.write_valeur,
        "champs": saisie.list_champs(definition) if definition else (),
        "colonnes": saisie.COLONNES,
        "suffixe": saisie.SUFFIXES.get(definition.nature, "") if definition else "",
        "moments": MOMENTS,
        "origine": ORIGINE,
        "premier_jour": PREMIER_JOUR,
        "dernier_jour": DERNIER_JOUR,
        "texte_max": TEXTE_MAX,
    }


def _line(parametres: Parametres, definition: Definition, jour: date) -> LigneParametre:
    suivantes = (un for un in parametres.valeurs(definition.cle) if un.valable_du > jour)
    return LigneParametre(definition, parametres.in_force(definition.cle, jour), next(suivantes, None))


def _moments(
    valeurs: tuple[ValeurDatee, ...], en_vigueur: ValeurDatee | None, jour: date
) -> Iterator[tuple[ValeurDatee, str]]:
    """Each value, latest first, and when it holds."""
    for valeur in reversed(valeurs):
        moment = "a_venir" if valeur.valable_du > jour else "en_vigueur" if valeur is en_vigueur else "passee"
        yield valeur, moment


def _find(cle: str) -> Definition:
    if (definition := CATALOGUE.get(cle)) is None:
        raise NotFoundException
    return definition


def _today(request: Requete) -> date:
    return day_of(portail_of(request).clock.now())


def _day(texte: str) -> date:
    try:
        return date.fromisoformat(texte.strip())
    except ValueError:
        raise ParametreRefuse("Donnez la date à partir de laquelle la valeur est applicable.") from None


def _number(texte: str) -> int:
    """What the person saw of the history; a form without it saw nothing that can be trusted."""
    return int(texte) if texte.isascii() and texte.isdigit() and len(texte) < 10 else -1


PORTES = (get_parametres, get_parametre, post_parametre, post_retirer_parametre)
