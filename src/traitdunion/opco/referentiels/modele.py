"""What reference data are made of: natures, rows as they are stored, versions, the report of an import."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from traitdunion.norme.profils.competence import IdccOpco as IdccOpco
from traitdunion.norme.tableur import Faute as Faute
from traitdunion.norme.tableur import ImportRefuse as ImportRefuse


class Nature(StrEnum):
    """The kinds of file that are imported."""

    RNCP = "rncp"
    DIPLOMES = "diplomes"
    CFA = "cfa"
    IDCC = "idcc"
    IDCC_OPCO = "idcc_opco"
    NAF = "naf"
    NPEC = "npec"


LIBELLES = {
    Nature.RNCP: "kit apprentissage (certifications RNCP et codes diplôme)",
    Nature.DIPLOMES: "codes diplôme (Base centrale des nomenclatures)",
    Nature.CFA: "CFA : UAI et SIRET",
    Nature.IDCC: "conventions collectives (IDCC)",
    Nature.IDCC_OPCO: "OPCO compétent par IDCC",
    Nature.NAF: "NAF rév. 2, sous-classes",
    Nature.NPEC: "référentiel des NPEC (France compétences)",
}


# --- rows, as their tables hold them (the columns after `version`) ------------------------------------------------


class LigneRncp(NamedTuple):
    """A pair of the kit; `rncp`, `apprentissage` and `active` are None where the kit says « NR » or nothing."""

    rncp: str | None
    code_diplome: str
    intitule: str
    intitule_diplome: str
    niveau: int | None
    abrege: str
    apprentissage: bool | None
    echeance: date | None
    active: bool | None
    remplacee_par: list[str]


class Diplome(NamedTuple):
    """A code diplôme of the Base centrale des nomenclatures; `niveau` of the French frame, 3 to 8."""

    code: str
    intitule: str
    niveau: int | None
    ouvert_le: date | None
    ferme_le: date | None


class Cfa(NamedTuple):
    """An establishment of training and its UAI; some are published without a SIRET."""

    uai: str
    siret: str | None
    denomination: str
    commune: str
    ouvert_le: date | None
    ferme_le: date | None


class Idcc(NamedTuple):
    """A convention collective; `etat` is as published, several states of its texts joined by « | »."""

    idcc: str
    libelle: str
    etat: str

    @property
    def abroge(self) -> bool:
        """Whether every one of its texts has ended; an unknown state says nothing against it."""
        return bool(self.etat) and "VIGUEUR" not in self.etat


class Naf(NamedTuple):
    """A sub-class of activities."""

    code: str
    libelle: str


class LigneNpec(NamedTuple):
    """An annual amount in euro cents, for one certification and every CPNE that shares it."""

    rncp: str
    montant: int
    statut: str
    applicable_du: date
    cpnes: list[int]


class Cpne(NamedTuple):
    """A joint committee of one or several branches."""

    cpne: int
    libelle: str
    idccs: list[str]


Ligne = LigneRncp | Diplome | Cfa | Idcc | IdccOpco | Naf | LigneNpec | Cpne
TABLES: dict[type[Ligne], str] = {
    LigneRncp: "referentiel_rncp",
    Diplome: "referentiel_diplome",
    Cfa: "referentiel_cfa",
    Idcc: "referentiel_idcc",
    IdccOpco: "referentiel_idcc_opco",
    Naf: "referentiel_naf",
    LigneNpec: "referentiel_npec",
    Cpne: "referentiel_cpne",
}
LIGNES_PAR_NATURE: dict[Nature, tuple[type[Ligne], ...]] = {
    Nature.RNCP: (LigneRncp,),
    Nature.DIPLOMES: (Diplome,),
    Nature.CFA: (Cfa,),
    Nature.IDCC: (Idcc,),
    Nature.IDCC_OPCO: (IdccOpco,),
    Nature.NAF: (Naf,),
    Nature.NPEC: (LigneNpec, Cpne),
}


# --- versions and reports ------------------------------------------------------------------------------------------


class Version(NamedTuple):
    """An import, without its report."""

    id: int
    nature: str
    valable_du: date
    sha256: bytes
    fichier: str
    lignes_acceptees: int
    lignes_rejetees: int
    importe_par: str
    importe_le: datetime
    annule_par: str | None
    annule_le: datetime | None


class Rapport(msgspec.Struct, frozen=True, kw_only=True):
    """Row by row: `lues` = `acceptees` + `rejetees`; `fautes` holds the first ones, `tues` counts the others."""

    lues: int
    acceptees: int
    rejetees: int
    remarques: int
    fautes: tuple[Faute, ...] = ()
    tues: int = 0
