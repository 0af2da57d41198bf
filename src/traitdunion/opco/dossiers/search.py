"""Searching dossiers: the key written with each deposit, and what people type read into a filter (ADR 0015)."""

import re
from datetime import date, datetime, time, timedelta

import msgspec

from traitdunion.norme.identifiants import deca_valide, nir_forme_valide
from traitdunion.norme.identite import fold_name
from traitdunion.norme.messages.cerfa import Apprenti, Cerfa, Contrat
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.dossiers.store_recherche import ORDRES, Filtre
from traitdunion.opco.socle.clock import PARIS

CLE_CARACTERES_MAX = 300
RECHERCHE_CARACTERES_MAX = 100
MOTS_MAX = 6
TRI_DEFAUT = "-numero"  # the latest deposit first
_NUMERO = re.compile(r"(?:CA-?)?([0-9]{1,7})\Z")
_APPRENTI, _CONTRAT = Apprenti(), Contrat()
_encoder = msgspec.json.Encoder()


class Criteres(msgspec.Struct, frozen=True, kw_only=True):
    """A list as people ask for it; `texte` is one search box, days are France's, both included."""

    texte: str = ""
    etat: Etat | None = None
    du: date | None = None
    au: date | None = None
    tri: str = TRI_DEFAUT
    page: int = 1


def cle_recherche(cerfa: Cerfa) -> str:
    """« nom prénom usage / employeur », folded: what a search reads and what a list by name is sorted by.

    Of at most 300 characters, so that it always fits in an index. The « / » sorts before any letter: « dupont marie »
    comes before « dupont marie-anne », whoever employs them.
    """
    apprenti, employeur = cerfa.apprenti, cerfa.employeur
    noms = (apprenti.nom, apprenti.prenom, apprenti.nom_usage) if apprenti else ()
    denomination = employeur.denomination if employeur else None
    personne = " ".join(fold_name(nom) for nom in noms if nom)
    return f"{personne} / {fold_name(denomination or '')}"[:CLE_CARACTERES_MAX].rstrip()


class Affichage(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What the lists show of a form; none of it is a NIR nor health data (fiabilite.md §5)."""

    nom: str | None = None
    prenom: str | None = None
    employeur: str | None = None
    formation: str | None = None
    cfa: str | None = None
    type_contrat: str | None = None
    debut: date | None = None
    fin: date | None = None


def affichage(cerfa: Cerfa) -> bytes:
    """JSON of what the lists show, kept on the dossier's own row: a page of a list reads no body (ADR 0021)."""
    apprenti, contrat = cerfa.apprenti or _APPRENTI, cerfa.contrat or _CONTRAT
    montre = Affichage(
        nom=apprenti.nom,
        prenom=apprenti.prenom,
        employeur=cerfa.employeur.denomination if cerfa.employeur else None,
        formation=cerfa.formation.intitule_qualification if cerfa.formation else None,
        cfa=cerfa.organisme_formation.denomination if cerfa.organisme_formation else None,
        type_contrat=contrat.type_contrat_app,
        debut=contrat.date_debut_contrat,
        fin=contrat.date_fin_contrat,
    )
    return _encoder.encode(montre)


def to_filtre(criteres: Criteres) -> Filtre:
    """What is looked for, from what was typed.

    « CA-0000012 », « 12 » or a numeroInterne is a number; 9 or 14 digits are the employer's SIREN or SIRET; a DECA
    number is one; anything else is the beginnings of words of the apprentice's name or of the employer's.
    """
    filtre = Filtre(
        etat=criteres.etat,
        depuis=_midnight(criteres.du) if criteres.du else None,
        avant=_midnight(criteres.au + timedelta(days=1)) if criteres.au and criteres.au < date.max else None,
    )
    texte = criteres.texte.replace("\0", " ").strip()[:RECHERCHE_CARACTERES_MAX]
    if not texte:
        return filtre
    colle = "".join(texte.split()).upper()
    if colle.isascii():
        if numero := _NUMERO.match(colle):
            return msgspec.structs.replace(filtre, numero=int(numero[1]))
        if colle.isdigit() and len(colle) in (9, 14):
            return msgspec.structs.replace(filtre, siret_employeur=colle)
        if deca_valide(colle):
            return msgspec.structs.replace(filtre, numero_deca=colle)
    return msgspec.structs.replace(filtre, mots=tuple(fold_name(texte).split()[:MOTS_MAX]))


def looks_like_nir(texte: str) -> bool:
    """Whether what was typed may be a NIR: it is then neither searched nor shown again (fiabilite.md §5)."""
    colle = re.sub(r"[\s.\-/]", "", texte).upper()
    return colle[:1] in tuple("123478") and nir_forme_valide(colle)


def read_tri(texte: str) -> str:
    """The order asked for, or the usual one when it is none."""
    return texte if texte in ORDRES else TRI_DEFAUT


def _midnight(jour: date) -> datetime:
    return datetime.combine(jour, time(), tzinfo=PARIS)
