"""A form laid out to be read: its blocks, each member under the label it has on paper.

Shared by the portals. What is sensitive is not shown in full: of a NIR, its first three digits and its length.
"""

import re
from collections.abc import Iterable, Iterator
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
RACINE = "cerfa"  # of the names of members in anomalies
_INDICE = re.compile(r"\[[0-9]+\]")
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


class Ligne(NamedTuple):
    """One member of the form: its label on paper, its value, its name in the norm (« cerfa.apprenti.nom »)."""

    libelle: str
    valeur: str
    champ: str


class Bloc(NamedTuple):
    """One block of the form, and its name in the norm."""

    titre: str
    lignes: tuple[Ligne, ...]
    champ: str


def blocs_of(cerfa: Cerfa) -> tuple[Bloc, ...]:
    """The blocks in which something is said, in the order of the form."""
    plan = {membre.attribut: membre for membre in compile_plan(Cerfa).membres.values()}
    blocs = []
    for nom in BLOCS:
        champ = f"{RACINE}.{plan[nom].nom}"
        lignes = tuple(_lines(getattr(cerfa, nom), plan[nom], champ))
        if lignes:
            blocs.append(Bloc(plan[nom].libelle, lignes, champ))
    return tuple(blocs)


def find_ancre(champ: str | None, blocs: Iterable[Bloc]) -> str | None:
    """Where the page shows a member: its own line, else its block; None when neither is shown."""
    if champ is None:
        return None
    champ = _INDICE.sub("", champ)
    bloc = next((un for un in blocs if champ == un.champ or champ.startswith(f"{un.champ}.")), None)
    if bloc is None:
        return None
    # Of an address or of the pay table, the line is that of the whole.
    connus = {ligne.champ for ligne in bloc.lignes}
    while champ not in connus and champ != bloc.champ:
        champ = champ.rpartition(".")[0]
    return champ


def _lines(struct: msgspec.Struct | None, parent: Membre, chemin: str) -> Iterator[Ligne]:
    if struct is None or parent.plan is None:
        return
    for membre in parent.plan.membres.values():
        valeur, champ = getattr(struct, membre.attribut), f"{chemin}.{membre.nom}"
        if valeur is None or membre.attribut in TUS:
            continue
        if isinstance(valeur, Adresse):
            yield Ligne(membre.libelle, _address(valeur), champ)
        elif isinstance(valeur, tuple):
            yield from _table(valeur, membre.plan, champ)
        elif isinstance(valeur, msgspec.Struct):
            yield from _lines(valeur, membre, champ)
        else:
            yield Ligne(membre.libelle, write(membre.attribut, valeur), champ)


def _address(adresse: Adresse) -> str:
    ville = " ".join(filter(None, (adresse.code_postal, adresse.commune)))
    return ", ".join(filter(None, (adresse.adresse1, adresse.adresse2, ville)))


def _table(lignes: tuple[msgspec.Struct, ...], plan: Plan | None, champ: str) -> Iterator[Ligne]:
    """The pay table: one line for each year and period, the first of which bears the name of the table."""
    for rang, ligne in enumerate(lignes):
        annee, _, periode = (getattr(ligne, "ordre", None) or "").partition(".")
        dits = (
            write(membre.attribut, valeur)
            for membre in (plan.membres.values() if plan else ())
            if membre.attribut not in ("ordre", "date_debut", "date_fin")
            and (valeur := getattr(ligne, membre.attribut)) is not None
        )
        debut, fin = jour(getattr(ligne, "date_debut", None)), jour(getattr(ligne, "date_fin", None))
        titre = f"Rémunération, année {annee or '–'}{f', période {periode}' if periode else ''}"
        yield Ligne(titre, ", ".join((f"du {debut} au {fin}", *dits)), champ if rang == 0 else f"{champ}.{rang}")


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
