"""A form laid out to be read: its blocks, each member under the label it has on paper.

Shared by the portals. What is sensitive is not shown in full: of a NIR, its first three digits and its length.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from traitdunion.norme import nomenclatures as n
from traitdunion.norme.lecture.plan import Membre, Plan, compile_plan
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.messages.commun import Adresse
from traitdunion.opco.pages.gabarits import euros, grouped, jour

LISTES = {
    "type_employeur": n.TYPE_EMPLOYEUR,
    "employeur_specifique": n.EMPLOYEUR_SPECIFIQUE,
    "sexe": n.SEXE,
    "nationalite": n.NATIONALITE,
    "regime_social": n.REGIME_SOCIAL,
    "situation_avant_contrat": n.SITUATION_AVANT_CONTRAT,
    "diplome_prepare": n.DIPLOME,
    "derniere_classe": n.DERNIERE_CLASSE,
    "diplome": n.DIPLOME,
    "niveau_diplome_obtenu": n.NIVEAU_MAITRE,
    "mode_contractuel": n.MODE_CONTRACTUEL,
    "type_contrat_app": n.TYPE_CONTRAT,
    "type_derogation": n.TYPE_DEROGATION,
    "type_diplome": n.DIPLOME,
    "type_salaire": n.TYPE_SALAIRE,
}
# Euros among the decimal members; the others are rates.
MONTANTS = frozenset({"salaire_embauche", "avantage_nourriture", "avantage_logement", "salaire_brut"})
# What an OPCO must know and a list of facts need not show: said by the form itself, not repeated on screens.
TUS = frozenset({"handicap", "droits_rqth_extension_boe", "droits_rqth_equivalence_jeune"})
BLOCS = (
    "employeur",
    "apprenti",
    "maitre1",
    "maitre2",
    "contrat",
    "formation",
    "organisme_formation",
    "organisme_formation_lieu_formation_principal",
)


class Bloc(NamedTuple):
    """One block of the form; `lignes` are label and value."""

    titre: str
    lignes: tuple[tuple[str, str], ...]


def blocs_of(cerfa: Cerfa) -> tuple[Bloc, ...]:
    """The blocks in which something is said, in the order of the form."""
    plan = {membre.attribut: membre for membre in compile_plan(Cerfa).membres.values()}
    blocs = (Bloc(plan[nom].libelle, tuple(_lines(getattr(cerfa, nom), plan[nom]))) for nom in BLOCS)
    return tuple(bloc for bloc in blocs if bloc.lignes)


def _lines(struct: msgspec.Struct | None, parent: Membre) -> Iterator[tuple[str, str]]:
    if struct is None or parent.plan is None:
        return
    for membre in parent.plan.membres.values():
        valeur = getattr(struct, membre.attribut)
        if valeur is None or membre.attribut in TUS:
            continue
        if isinstance(valeur, Adresse):
            yield membre.libelle, _address(valeur)
        elif isinstance(valeur, tuple):
            yield from _table(valeur, membre.plan)
        elif isinstance(valeur, msgspec.Struct):
            yield from _lines(valeur, membre)
        else:
            yield membre.libelle, write(membre.attribut, valeur)


def _address(adresse: Adresse) -> str:
    ville = " ".join(filter(None, (adresse.code_postal, adresse.commune)))
    return ", ".join(filter(None, (adresse.adresse1, adresse.adresse2, ville)))


def _table(lignes: tuple[msgspec.Struct, ...], plan: Plan | None) -> Iterator[tuple[str, str]]:
    """The pay table: one line for each year and period."""
    for ligne in lignes:
        annee, _, periode = (getattr(ligne, "ordre", None) or "").partition(".")
        dits = (
            write(membre.attribut, valeur)
            for membre in (plan.membres.values() if plan else ())
            if membre.attribut not in ("ordre", "date_debut", "date_fin")
            and (valeur := getattr(ligne, membre.attribut)) is not None
        )
        debut, fin = jour(getattr(ligne, "date_debut", None)), jour(getattr(ligne, "date_fin", None))
        titre = f"Rémunération, année {annee or '–'}{f', période {periode}' if periode else ''}"
        yield titre, ", ".join((f"du {debut} au {fin}", *dits))


def write(attribut: str, valeur: Any) -> str:
    """A value as a person reads it."""
    if attribut == "nir":
        return f"{valeur[:3]} … ({len(valeur)} chiffres)"
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, date):
        return jour(valeur)
    if isinstance(valeur, Decimal):
        return euros(valeur) if attribut in MONTANTS else f"{valeur.normalize():f} %".replace(".", ",")
    if attribut == "siret":
        return grouped(valeur, 3, 3, 3)
    liste = LISTES.get(attribut)
    if liste is not None:
        libelle = liste.libelle(valeur)
        return f"{valeur}\N{NO-BREAK SPACE}: {libelle}" if libelle else str(valeur)
    return str(valeur)
