"""The zones of several fields that make one object of the norm: address, person on one line, pay table, sector."""

import re
from dataclasses import dataclass
from typing import Any

from traitdunion.cfa.cerfa_pdf.saisie import Saisie, Valeur
from traitdunion.cfa.cerfa_pdf.zones import BaseSalaire, Case, Choix, Jour, Pourcentage, case_pdf, texte_pdf

# « 12 », « 12 bis », « 12B »: a number and its indice de répétition (regles.md §1.2).
_NUMERO_ET_VOIE = re.compile(r"([1-9][0-9]{0,4}(?: ?(?:bis|ter|quater|quinquies|[A-Za-z]))?) (.+)", re.IGNORECASE)
TYPES_PRIVES = frozenset({"11", "12", "13", "14", "15", "16"})
TYPES_PUBLICS = frozenset({"21", "22", "23", "24", "25", "26", "27", "28", "29", "30"})
# The unemployment scheme is asked of these only: an EPIC (30) never answers (regles.md §1.2).
TYPES_REGIME_SPECIFIQUE = TYPES_PUBLICS - {"30"}


@dataclass(frozen=True)
class Adresse:
    """Five fields (n°, voie, complément, code postal, commune) for the norm's {adresse1, adresse2, …}."""

    chemin: str
    libelle: str
    champs: tuple[str, str, str, str, str]

    @property
    def noms(self) -> tuple[str, ...]:
        return tuple(texte_pdf(champ) for champ in self.champs)

    def read(self, saisie: Saisie) -> dict[str, str] | None:
        numero, voie, complement, code_postal, commune = (saisie.texte(nom) for nom in self.noms)
        lue = {
            "adresse1": f"{numero} {voie}".strip(),
            "adresse2": complement,
            "codePostal": "".join(code_postal.split()),
            "commune": commune,
        }
        return {nom: valeur for nom, valeur in lue.items() if valeur} or None

    def write(self, valeur: Any) -> dict[str, Valeur]:
        adresse1 = str(valeur.get("adresse1") or "")
        decoupe = _NUMERO_ET_VOIE.fullmatch(adresse1)
        numero, voie = decoupe.groups() if decoupe else ("", adresse1)
        reste = (str(valeur.get(nom) or "") for nom in ("adresse2", "codePostal", "commune"))
        return dict(zip(self.noms, (numero, voie, *reste), strict=True))


@dataclass(frozen=True)
class NomPrenom:
    """« Nom de naissance et prénom » on one line, two members in the norm."""

    chemin: str
    libelle: str
    champ: str

    @property
    def noms(self) -> tuple[str, ...]:
        return (texte_pdf(self.champ),)

    def read(self, saisie: Saisie) -> dict[str, str] | None:
        saisi = saisie.texte(self.noms[0])
        if not saisi:
            return None
        nom, prenom, sur = split_nom_prenom(saisi)
        if not sur:
            saisie.note(
                self.chemin,
                f"{self.libelle} : « {saisi} » est lu nom « {nom} », prénom « {prenom} ». Vérifiez le découpage "
                "(le nom en capitales, ou une virgule entre les deux, le rend certain).",
            )
        return {cle: valeur for cle, valeur in (("nom", nom), ("prenom", prenom)) if valeur}

    def write(self, valeur: Any) -> dict[str, Valeur]:
        nom, prenom = str(valeur.get("nom") or ""), str(valeur.get("prenom") or "")
        simple = f"{nom} {prenom}".strip()
        # Written plainly when it will be read back the same; with a comma when it would not.
        relu = split_nom_prenom(simple) if simple else ("", "", True)
        return {self.noms[0]: simple if relu == (nom, prenom, True) else f"{nom}, {prenom}"}


def split_nom_prenom(saisi: str) -> tuple[str, str, bool]:
    """(nom, prénom, whether the cut is certain): at the comma, else after the words in capitals, else after one."""
    if "," in saisi:
        nom, _, prenom = saisi.partition(",")
        return nom.strip(), prenom.strip(), True
    mots = saisi.split()
    capitales = 0
    while capitales < len(mots) and mots[capitales].isupper() and len(mots[capitales]) > 1:
        capitales += 1
    if 0 < capitales < len(mots):
        return " ".join(mots[:capitales]), " ".join(mots[capitales:]), True
    return mots[0], " ".join(mots[1:]), False


@dataclass(frozen=True)
class LigneRemuneration:
    """One line of the pay table: six fields of dates, a percentage, its base."""

    ordre: str
    premier_champ: int
    taux: str
    base: str

    def zones(self, chemin: str) -> dict[str, Jour | Pourcentage | BaseSalaire]:
        """The line's own zones by wire name, under `chemin`."""
        jours = [f"21_{self.premier_champ + rang}" for rang in range(6)]
        libelle = f"Rémunération {self.ordre}"
        return {
            "dateDebut": Jour(f"{chemin}.dateDebut", f"{libelle}, du", (jours[0], jours[1], jours[2])),
            "dateFin": Jour(f"{chemin}.dateFin", f"{libelle}, au", (jours[3], jours[4], jours[5])),
            "taux": Pourcentage(f"{chemin}.taux", f"{libelle}, pourcentage", self.taux),
            "typeSalaire": BaseSalaire(f"{chemin}.typeSalaire", f"{libelle}, SMIC ou SMC", self.base),
        }


@dataclass(frozen=True)
class Remunerations:
    """The pay table: four years of two periods; a line counts as soon as one of its fields is filled."""

    chemin: str
    libelle: str
    lignes: tuple[LigneRemuneration, ...]

    @property
    def noms(self) -> tuple[str, ...]:
        return tuple(nom for ligne in self.lignes for zone in ligne.zones("").values() for nom in zone.noms)

    def read(self, saisie: Saisie) -> list[dict[str, Any]] | None:
        lues: list[dict[str, Any]] = []
        for ligne in self.lignes:
            zones = ligne.zones(f"{self.chemin}[{len(lues)}]")
            if any(saisie.texte(nom) for zone in zones.values() for nom in zone.noms):
                valeurs = {nom: zone.read(saisie) for nom, zone in zones.items()}
                lues.append({"ordre": ligne.ordre, **{nom: v for nom, v in valeurs.items() if v is not None}})
        return lues or None

    def write(self, valeur: Any) -> dict[str, Valeur]:
        ecrit: dict[str, Valeur] = {}
        par_ordre = {str(ligne.get("ordre")): ligne for ligne in valeur}
        for ligne in self.lignes:
            remuneration = par_ordre.get(ligne.ordre, {})
            for nom, zone in ligne.zones("").items():
                if remuneration.get(nom) is not None:
                    ecrit |= zone.write(remuneration[nom])
        return ecrit


@dataclass(frozen=True)
class Secteur(Choix):
    """The boxes « privé » and « public », which follow from the type of employer: written, and compared when read."""

    def read(self, saisie: Saisie) -> None:
        secteur = super().read(saisie)
        type_employeur = saisie.texte(texte_pdf("8_3"))[:2]
        attendu = _secteur(type_employeur)
        if secteur is not None and attendu is not None and secteur != attendu:
            saisie.note(
                self.chemin,
                f"La case « employeur {secteur} » est cochée, mais le type d'employeur {type_employeur} est {attendu}. "
                "C'est le type qui est transmis.",
            )

    def write(self, valeur: Any) -> dict[str, Valeur]:
        return super().write(_secteur(str(valeur)))


def _secteur(type_employeur: str) -> str | None:
    if type_employeur in TYPES_PRIVES:
        return "privé"
    return "public" if type_employeur in TYPES_PUBLICS else None


@dataclass(frozen=True)
class CaseEmployeurPublic(Case):
    """A box that only public employers answer: left empty by a private one, it says nothing."""

    def read(self, saisie: Saisie) -> bool | None:
        if saisie.case(case_pdf(self.champ)):
            return True
        return False if saisie.texte(texte_pdf("8_3"))[:2] in TYPES_REGIME_SPECIFIQUE else None
