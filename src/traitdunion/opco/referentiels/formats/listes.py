"""The lists published as CSV: codes diplôme, CFA, conventions collectives, NAF (regles.md §2.6).

That of the OPCO of each branch is in `norme.profils.competence`: a CFA reads it too.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from traitdunion.norme import identifiants as ids
from traitdunion.norme.profils.competence import read_one_idcc
from traitdunion.norme.tableur import Feuille, Lecture, LigneFausse, Rangee, read_first
from traitdunion.opco.referentiels.modele import Cfa, Diplome, Idcc, Naf

DIPLOMES = ("FORMATION_DIPLOME", "LIBELLE_LONG_200", "DATE_OUVERTURE", "DATE_FERMETURE")
NIVEAU_DIPLOME = "NIVEAU_QUALIFICATION_RNCP"
NIVEAUX = {f"{niveau:02}": niveau for niveau in range(1, 9)}  # others say « indéterminé »
CFA = ("numero_uai", "numero_siren_siret_uai")
CFA_FACULTATIVES = ("denomination_principale", "patronyme_uai", "commune_libe", "date_ouverture", "date_fermeture")
IDCC = ("idcc", "libelle", "etat_juridique")
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

    return read_first(feuilles, lecture, DIPLOMES, (NIVEAU_DIPLOME,), read, lambda un: un.code)


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

    return read_first(feuilles, lecture, CFA, CFA_FACULTATIVES, read, lambda un: un.uai)


def read_idcc(feuilles: Iterator[Feuille], lecture: Lecture, *, valable_du: date) -> Sequence[Idcc] | None:
    """The conventions collectives and their legal state."""

    def read(rangee: Rangee) -> Idcc:
        libelle, etat = rangee.text(IDCC[1]), rangee.text(IDCC[2]).upper()
        if not libelle:
            rangee.remark(IDCC[1], "pas de libellé : le code est gardé seul.")
        return Idcc(read_one_idcc(rangee, IDCC[0]), libelle, etat)

    return read_first(feuilles, lecture, IDCC, (), read, lambda un: un.idcc)


def read_naf(feuilles: Iterator[Feuille], lecture: Lecture, *, valable_du: date) -> Sequence[Naf] | None:
    """The sub-classes of the NAF."""

    def read(rangee: Rangee) -> Naf:
        brut = rangee.text(NAF[0]).replace(".", "").upper()
        if not ids.naf_valide(brut):
            raise LigneFausse(NAF[0], f"« {brut[:40]} » n'est pas un code NAF : 4 chiffres et une lettre.")
        return Naf(brut, rangee.text(NAF[1], requis=True))

    return read_first(feuilles, lecture, NAF, (), read, lambda un: un.code)
