"""The table of the columns of a promotion, derived from the structs of the norm so that it cannot drift from it.

A column is a leaf of `cerfa` or of `convention` (norme.md §2.1, §2.2), or one of our own (state, number, file). What
the convention repeats of the form has no column: it is copied (`cfa.convention.build_convention`).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec

from traitdunion.cfa.tableur import aides
from traitdunion.norme import nomenclatures as n
from traitdunion.norme.controles import completude
from traitdunion.norme.identite import fold_name
from traitdunion.norme.lecture.spellings import LECTURE_SEULE
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.openapi import champs


class Genre(StrEnum):
    """How a cell is typed, shown and read."""

    TEXTE = "texte"
    NUMERO = "numéro, gardé chiffre à chiffre"
    JOUR = "date"
    ENTIER = "nombre entier"
    MONTANT = "montant en euros"
    TAUX = "pourcentage"
    OUI_NON = "oui ou non"
    LISTE = "liste"


class Presence(StrEnum):
    """What an empty cell entails."""

    OBLIGATOIRE = "obligatoire"  # nothing can be deposited without it
    ATTENDU = "attendu"  # deposited, but the OPCO may refuse or ask
    FACULTATIF = "facultatif"


@dataclass(frozen=True)
class Colonne:
    """One column: its heading, the member of the norm that it fills, how it is typed, and what to tell the person.

    `chemin`: wire path; a line of the pay table is named by its year and period, `…remunerationsAnnuelles.1.2.taux`.
    `longueur`: characters of a number that may have lost its first zeros.
    """

    titre: str
    chemin: str
    genre: Genre
    groupe: str
    presence: Presence
    aide: str
    exemple: str
    liste: n.Nomenclature | None = None
    longueur: int | None = None

    @property
    def est_notre(self) -> bool:
        """Not of the norm: state, number of the dossier, name of the file."""
        return self.chemin.startswith("suivi.")


ETAT, NUMERO_DOSSIER, REMARQUES, FICHIER = "suivi.etat", "suivi.numeroDossier", "suivi.remarques", "suivi.fichier"
LIGNES = "cerfa.contrat.remunerationsAnnuelles"
ORDRES = tuple(f"{annee}.{periode}" for annee in "1234" for periode in "12")
# Not asked: the NIR of a maître has left the form with its version *12, and a NIR is not asked for without need.
SANS_COLONNE = frozenset({"cerfa.maitre1.nir", "cerfa.maitre2.nir"})
MANDAT = "convention.mandatEmployeur"
# What a person calls its own in the convention; the rest is copied from the form.
_PROPRES_CONVENTION = ("couts", "mandatEmployeur", "dateSignature", "attestation")
_LISTES = {**champs.LISTES, "versionCERFA": n.VERSION_CERFA}
# Numbers kept as text, and how many characters they have when it is known.
NUMEROS: dict[str, int | None] = {
    "siret": 14,
    "codePostal": 5,
    "codeIdcc": 4,
    "departementNaissance": 3,
    "telephone": 10,
    "codeDiplome": 8,
    "nir": None,
    "naf": None,
    "rncp": None,
    "uaiCfa": None,
    "numeroContratPrecedent": None,
    "noContrat": None,
    "noAvenant": None,
}
_GENRES: dict[type, Genre] = {bool: Genre.OUI_NON, int: Genre.ENTIER, date: Genre.JOUR}
_GROUPES = {
    "cerfa.employeur": "Employeur",
    "cerfa.apprenti": "Apprenti",
    "cerfa.apprenti.responsableLegal": "Représentant légal",
    "cerfa.maitre1": "Maître 1",
    "cerfa.maitre2": "Maître 2",
    "cerfa.contrat": "Contrat",
    "cerfa.formation": "Formation",
    "cerfa.organismeFormation": "CFA",
    "cerfa.organismeFormationLieuFormationPrincipal": "Lieu de formation",
    "cerfa": "CERFA",
    "convention": "Convention",
    "convention.couts": "Convention : coûts",
}
# The two of them first: they stay in sight, with the state, when the sheet scrolls.
_IDENTITE = ("cerfa.apprenti.nom", "cerfa.apprenti.prenom")
_ORDRE_DES_GROUPES = (
    *("Apprenti", "Représentant légal", "Employeur", "Maître 1", "Maître 2", "Formation", "Contrat"),
    *(f"Rémunération {ordre}" for ordre in ORDRES),
    *("CFA", "Lieu de formation", "CERFA", "Convention", "Convention : coûts"),
)


@cache
def colonnes() -> tuple[Colonne, ...]:
    """Every column, in the order of the template."""
    feuilles = [*_walk(Cerfa, "cerfa", ()), *_walk(Convention, "convention", ())]
    rangs = {groupe: rang for rang, groupe in enumerate(_ORDRE_DES_GROUPES)}
    feuilles.sort(key=lambda colonne: rangs[colonne.groupe])
    par_chemin = {colonne.chemin: colonne for colonne in feuilles}
    identite = [par_chemin.pop(chemin) for chemin in _IDENTITE]
    etat, numero, remarques, fichier = _suivi()
    reste = list(par_chemin.values())
    rang_fichier = next(rang for rang, colonne in enumerate(reste) if colonne.groupe == "Convention")
    reste.insert(rang_fichier, fichier)
    return (etat, numero, *identite, remarques, *reste)


@cache
def by_chemin() -> dict[str, Colonne]:
    """The columns by the member that they fill."""
    return {colonne.chemin: colonne for colonne in colonnes()}


@cache
def by_titre() -> dict[str, Colonne]:
    """The columns by folded heading, wire path and other names that people give to them."""
    connus = {fold_titre(nom): colonne for colonne in colonnes() for nom in (colonne.titre, colonne.chemin)}
    autres = {fold_titre(nom): by_chemin()[chemin] for nom, chemin in aides.AUTRES_TITRES.items()}
    return {**autres, **connus}


def fold_titre(titre: str) -> str:
    """A heading without case, accent, punctuation nor sign: « N° SIRET * » is « n siret »."""
    plie = fold_name(titre.replace("°", " ").replace("(e)", ""))
    return " ".join("".join(lettre if lettre.isalnum() else " " for lettre in plie).split())


def _walk(struct: type[msgspec.Struct], chemin: str, parents: tuple[str, ...]) -> list[Colonne]:
    """The columns of what a struct holds, in the order of the form."""
    trouvees: list[Colonne] = []
    for nom, (type_, faits) in champs.membres(struct).items():
        fils = f"{chemin}.{nom}"
        if nom in LECTURE_SEULE.get(struct, ()) or fils in SANS_COLONNE or not _is_own(fils):
            continue
        dessous = champs.element(type_)
        libelle = str(faits.get("description", nom))
        if fils == LIGNES:
            trouvees += [colonne for ordre in ORDRES for colonne in _remuneration(dessous, ordre)]
        elif dessous is not None:
            trouvees += _walk(dessous, fils, (*parents, libelle))
        else:
            trouvees.append(_colonne(struct, nom, fils, type_, faits, parents))
    return trouvees


def _is_own(chemin: str) -> bool:
    return not chemin.startswith("convention.") or chemin.split(".")[1].startswith(_PROPRES_CONVENTION)


def _remuneration(struct: type[msgspec.Struct] | None, ordre: str) -> list[Colonne]:
    """One year and period of the pay table: its order is that of the columns, it is not typed."""
    assert struct is not None
    return [
        _colonne(struct, nom, f"{LIGNES}.{ordre}.{nom}", type_, faits, ())
        for nom, (type_, faits) in champs.membres(struct).items()
        if nom != "ordre"
    ]


def _colonne(
    struct: type[msgspec.Struct],
    nom: str,
    chemin: str,
    type_: Any,
    faits: dict[str, Any],
    parents: tuple[str, ...],
) -> Colonne:
    groupe = _groupe(chemin)
    liste = _LISTES.get(nom)
    genre = _genre(nom, type_, faits, liste)
    presence = _presence(struct, nom, chemin)
    return Colonne(
        titre=_titre(chemin, str(faits.get("description", nom)), groupe, parents),
        chemin=chemin,
        genre=genre,
        groupe=groupe,
        presence=presence,
        aide=aides.find_aide(chemin, genre.name),
        exemple=aides.find_exemple(chemin, liste),
        liste=liste,
        longueur=NUMEROS.get(nom),
    )


def _groupe(chemin: str) -> str:
    if chemin.startswith(LIGNES):
        return f"Rémunération {chemin.removeprefix(LIGNES + '.')[:3]}"
    tete = chemin.rpartition(".")[0].removesuffix(".adresse")
    return _GROUPES[tete]


def _genre(nom: str, type_: Any, faits: dict[str, Any], liste: n.Nomenclature | None) -> Genre:
    if liste is not None:
        return Genre.LISTE
    if nom in NUMEROS:
        return Genre.NUMERO
    if type_ is Decimal:
        return Genre.TAUX if faits.get("taux") else Genre.MONTANT
    return _GENRES.get(type_, Genre.TEXTE)


def _presence(struct: type[msgspec.Struct], nom: str, chemin: str) -> Presence:
    if chemin in completude.OBLIGATOIRES or chemin == MANDAT:
        return Presence.OBLIGATOIRE
    if _is_optional_part(chemin) or chemin == "cerfa.versionCERFA":  # an empty cell is the version in force
        return Presence.FACULTATIF
    presence = champs.presences().get((struct, nom))
    if presence is None and chemin.startswith(f"{LIGNES}.1.1."):
        return Presence.FACULTATIF if nom == "salaireBrut" else Presence.ATTENDU
    return Presence.FACULTATIF if presence is None else Presence.ATTENDU


def _is_optional_part(chemin: str) -> bool:
    """Parts of the form that are filled in some cases only, whose members say in their help when."""
    facultatifs = ("cerfa.maitre2", "cerfa.apprenti.responsableLegal", "cerfa.organismeFormationLieuFormationPrincipal")
    return chemin.startswith(facultatifs) or chemin.endswith(".adresse2")


def _titre(chemin: str, libelle: str, groupe: str, parents: tuple[str, ...]) -> str:
    if chemin in aides.TITRES:
        return aides.TITRES[chemin]
    if ".adresse." in chemin:
        return f"{parents[-1]} : {libelle[0].lower() + libelle[1:] if libelle != 'N° et voie' else 'n° et voie'}"
    if groupe.startswith("Rémunération"):
        return f"{groupe} : {libelle.partition(' : ')[2]}"
    if groupe.startswith("Maître"):
        court = libelle.replace(" par le maître d'apprentissage", "").replace(" du maître d'apprentissage", "")
        return f"{groupe} : {court[0].lower() + court[1:]}"
    return libelle


def _suivi() -> tuple[Colonne, ...]:
    """The columns that `importer` writes, and the name of the convention's file."""
    facultatif = Presence.FACULTATIF
    return (
        Colonne("État", ETAT, Genre.TEXTE, "Suivi", facultatif, aides.SUIVI["etat"], "prêt"),
        Colonne("N° de dossier", NUMERO_DOSSIER, Genre.TEXTE, "Suivi", facultatif, aides.SUIVI["numero"], "CA-0000001"),
        Colonne("Ce qui ne va pas", REMARQUES, Genre.TEXTE, "Suivi", facultatif, aides.SUIVI["remarques"], ""),
        Colonne(
            *("Fichier de la convention", FICHIER, Genre.TEXTE, "Convention", facultatif),
            *(aides.SUIVI["fichier"], "EXEMPLE Alix.pdf"),
        ),
    )
