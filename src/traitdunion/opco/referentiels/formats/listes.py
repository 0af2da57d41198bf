"""The lists published as CSV: codes diplôme, CFA, conventions collectives and their OPCO, NAF (regles.md §2.6)."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from traitdunion.norme import identifiants as ids
from traitdunion.opco.referentiels.formats.tableur import Feuille, Lecture, LigneFausse, Rangee, find_rangees
from traitdunion.opco.referentiels.modele import Cfa, Diplome, Idcc, IdccOpco, Naf

Lue = TypeVar("Lue")
DIPLOMES = ("FORMATION_DIPLOME", "LIBELLE_LONG_200", "DATE_OUVERTURE", "DATE_FERMETURE")
NIVEAU_DIPLOME = "NIVEAU_QUALIFICATION_RNCP"
NIVEAUX = {f"{niveau:02}": niveau for niveau in range(1, 9)}  # others say « indéterminé »
CFA = ("numero_uai", "numero_siren_siret_uai")
CFA_FACULTATIVES = ("denomination_principale", "patronyme_uai", "commune_libe", "date_ouverture", "date_fermeture")
IDCC = ("idcc", "libelle", "etat_juridique")
IDCC_OPCO = ("idcc", "opco")
NAF = ("code", "libelle")


def read_diplomes(feuilles: Iterator[Feuille], lecture: Lecture, *, valable_du: date) -> Sequence[Diplome] | None:
    """N_FORMATION_DIPLOME of the Base centrale des nomenclatures."""

    def read(rangee: Rangee) -> Diplome:
        code = rangee.checked(DIPLOMES[0], ids.code_diplome_valide, "un code diplôme a 8 caractères")
        return Diplome(
            code=code,
            intitule=rangee.text(DIPLOMES[1], requis=True),
            niveau=NIVEAUX.get(rangee.text(NIVEAU_DIPLOME)),
            ouvert_le=rangee.jour(DIPLOMES[2]),
            ferme_le=rangee.jour(DIPLOMES[3]),
        )

    return _read(feuilles, lecture, DIPLOMES, (NIVEAU_DIPLOME,), read, lambda un: un.code)


def read_cfa(feuilles: Iterator[Feuille], lecture: Lecture, *, valable_du: date) -> Sequence[Cfa] | None:
    """The CFA of the Base centrale des établissements; La Poste's SIRET answer to a key of their own."""

    def read(rangee: Rangee) -> Cfa:
        uai = rangee.checked(CFA[0], ids.uai_valide, "un UAI a 7 chiffres et la lettre qui en découle")
        siret = None
        if rangee.text(CFA[1]):
            siret = rangee.checked(CFA[1], ids.siret_valide, "un SIRET a 14 chiffres, dont la clé")
        else:
            rangee.remark(CFA[1], "pas de SIRET : l'UAI est gardé, sans contrôle du SIRET.")
        nom = " ".join(filter(None, (rangee.text(colonne) for colonne in CFA_FACULTATIVES[:2])))
        ouvert, ferme = (rangee.jour(colonne) for colonne in CFA_FACULTATIVES[3:])
        return Cfa(uai, siret, nom, rangee.text(CFA_FACULTATIVES[2]), ouvert, ferme)

    return _read(feuilles, lecture, CFA, CFA_FACULTATIVES, read, lambda un: un.uai)


def read_idcc(feuilles: Iterator[Feuille], lecture: Lecture, *, valable_du: date) -> Sequence[Idcc] | None:
    """The conventions collectives and their legal state."""

    def read(rangee: Rangee) -> Idcc:
        libelle, etat = rangee.text(IDCC[1]), rangee.text(IDCC[2]).upper()
        if not libelle:
            rangee.remark(IDCC[1], "pas de libellé : le code est gardé seul.")
        return Idcc(_read_idcc(rangee, IDCC[0]), libelle, etat)

    return _read(feuilles, lecture, IDCC, (), read, lambda un: un.idcc)


def read_idcc_opco(feuilles: Iterator[Feuille], lecture: Lecture, *, valable_du: date) -> Sequence[IdccOpco] | None:
    """The OPCO of each branch."""

    def read(rangee: Rangee) -> IdccOpco:
        return IdccOpco(_read_idcc(rangee, IDCC_OPCO[0]), rangee.text(IDCC_OPCO[1], requis=True))

    return _read(feuilles, lecture, IDCC_OPCO, (), read, lambda un: un.idcc)


def read_naf(feuilles: Iterator[Feuille], lecture: Lecture, *, valable_du: date) -> Sequence[Naf] | None:
    """The sub-classes of the NAF."""

    def read(rangee: Rangee) -> Naf:
        brut = rangee.text(NAF[0]).replace(".", "").upper()
        if not ids.naf_valide(brut):
            raise LigneFausse(NAF[0], f"« {brut[:40]} » n'est pas un code NAF : 4 chiffres et une lettre.")
        return Naf(brut, rangee.text(NAF[1], requis=True))

    return _read(feuilles, lecture, NAF, (), read, lambda un: un.code)


def read_idccs(rangee: Rangee, colonne: str) -> list[str]:
    """The IDCC of a cell, 4 digits each, leading zeros given back: 478 is 0478. Raises LigneFausse."""
    codes = [code.zfill(4) for code in rangee.text(colonne, requis=True).replace(",", " ").replace("/", " ").split()]
    for code in codes:
        if not ids.idcc_valide(code):
            raise LigneFausse(colonne, f"« {code[:40]} » n'est pas un IDCC : 4 chiffres.")
    return codes


def _read_idcc(rangee: Rangee, colonne: str) -> str:
    codes = read_idccs(rangee, colonne)
    if len(codes) > 1:
        raise LigneFausse(colonne, f"« {' '.join(codes)[:40]} » : écrivez une ligne par code IDCC.")
    return codes[0]


def _read(
    feuilles: Iterator[Feuille],
    lecture: Lecture,
    requises: Sequence[str],
    facultatives: Sequence[str],
    lire: Callable[[Rangee], Lue],
    cle: Callable[[Lue], Hashable],
) -> Sequence[Lue] | None:
    """The rows of the first sheet that has the columns; what is named twice is kept the first time."""
    deja: dict[Hashable, int] = {}

    def read_once(rangee: Rangee) -> Lue:
        lue = lire(rangee)
        premiere = deja.setdefault(cle(lue), rangee.ligne)
        if premiere != rangee.ligne:
            raise LigneFausse(requises[0], f"« {cle(lue)} » est déjà à la ligne {premiere} : gardez-en une.")
        return lue

    for feuille in feuilles:
        rangees = find_rangees(feuille, requises, facultatives)
        if rangees is not None:
            return list(lecture.read(rangees, read_once))
    return None
