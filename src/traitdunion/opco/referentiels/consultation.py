"""Looking reference data up, at a day: an immutable snapshot, no I/O and no clock.

The version in force on a day is the latest among those valid from that day or before; for a day before the first
version, the first one, since no other is known. An old contract is thus judged by the values of its day.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from traitdunion.norme.identite import fold_name
from traitdunion.opco.referentiels import modele
from traitdunion.opco.referentiels.modele import Cfa, Diplome, Idcc, LigneRncp, Nature

Contenu = TypeVar("Contenu")
IDCC_SANS_BRANCHE = "9999"  # no convention collective: the amounts « par carence » stand there too (regles.md §4.1)
CPNE_CARENCE = 9999
IDCC_SPECIAUX = frozenset({"9998", "9999"})  # being negotiated; none


class Certification(NamedTuple):
    """A certification of the RNCP as the kit has it; None where the kit says nothing."""

    rncp: str
    intitule: str
    niveau: int | None
    abrege: str
    apprentissage: bool | None
    echeance: date | None
    active: bool | None
    codes_diplome: frozenset[str]
    remplacee_par: tuple[str, ...]

    def active_at(self, jour: date) -> bool | None:
        """Whether it was registered on a day: by its last day when there is one, else by its state in the kit."""
        return self.active if self.echeance is None else jour <= self.echeance


class Npec(NamedTuple):
    """An annual amount in euro cents and what it comes from."""

    montant: int
    rncp: str
    cpne: int
    cpne_libelle: str
    statut: str  # CPNE, R (recommandation followed) or A (carence, by décret); D in older workbooks
    applicable_du: date
    version: int


class ChoixNpec(NamedTuple):
    """The amounts that a contract may have; `carence`: no branch of the IDCC has one, these stand in their place.

    One IDCC may belong to several CPNE (3252 to three), and no text says which prevails. By default the lowest amount,
    then the smallest code: the OPCO commits only what is due in every case, and raising an engagement later is an
    ordinary regularisation, where lowering it would be a trop-perçu to recover. `candidats` are in that order, one for
    each CPNE, for staff to choose another; `a_choisir` says that the choice changes the amount.
    """

    candidats: tuple[Npec, ...]
    carence: bool

    @property
    def retenu(self) -> Npec:
        """The default."""
        return self.candidats[0]

    @property
    def a_choisir(self) -> bool:
        """Whether the candidates differ in amount."""
        return len({un.montant for un in self.candidats}) > 1


class Labels(NamedTuple):
    """The labels of a dossier's codes."""

    certification: str | None
    niveau: int | None
    convention: str | None
    opco: str | None
    activite: str | None


class Edition(NamedTuple, Generic[Contenu]):
    """One version of a nature, indexed."""

    id: int
    valable_du: date
    contenu: Contenu


class Kit(NamedTuple):
    """The kit apprentissage, indexed; `numero_max`: the highest RNCP number it knows."""

    certifications: Mapping[str, Certification]
    codes: Mapping[str, tuple[str, ...]]
    numero_max: int


class ListeCfa(NamedTuple):
    """The CFA, by UAI and by SIRET."""

    par_uai: Mapping[str, Cfa]
    par_siret: Mapping[str, tuple[Cfa, ...]]


class ListeOpco(NamedTuple):
    """The OPCO of each IDCC; `noms`: the folded names of all of them."""

    par_idcc: Mapping[str, str]
    noms: frozenset[str]


class Montants(NamedTuple):
    """The workbook of the NPEC, indexed."""

    par_rncp: Mapping[str, tuple[modele.LigneNpec, ...]]
    libelles: Mapping[int, str]
    par_idcc: Mapping[str, frozenset[int]]


class Referentiels:
    """What is known of each nature; natures that were never imported answer None: unknown, not absent."""

    def __init__(self, editions: Mapping[Nature, Sequence[Edition[Any]]] | None = None) -> None:
        """`editions`: those that are not cancelled, in any order."""
        self._editions = {
            nature: sorted(liste, key=lambda une: (une.valable_du, une.id))
            for nature, liste in (editions or {}).items()
            if liste
        }
        self._jours = {nature: [une.valable_du for une in liste] for nature, liste in self._editions.items()}

    def in_force(self, nature: Nature, jour: date) -> Edition[Any] | None:
        """The version in force on a day, None when the nature was never imported."""
        jours = self._jours.get(nature)
        if jours is None:
            return None
        # Every deposit asks six to eight times: a search among the days, nothing built.
        return self._editions[nature][max(bisect_right(jours, jour), 1) - 1]

    def _before(self, nature: Nature, jour: date) -> list[Edition[Any]]:
        """The version in force on a day, then the older ones."""
        jours = self._jours.get(nature, [])
        return self._editions.get(nature, [])[: max(bisect_right(jours, jour), 1)][::-1]

    def kit(self, jour: date) -> Edition[Kit] | None:
        """The kit apprentissage in force."""
        return self.in_force(Nature.RNCP, jour)

    def find_certification(self, rncp: str, *, jour: date) -> Certification | None:
        """A certification, None when the kit in force does not have it."""
        kit = self.kit(jour)
        return None if kit is None else kit.contenu.certifications.get(rncp)

    def find_diplome(self, code: str, *, jour: date) -> Diplome | None:
        """A code diplôme of the Base centrale, with or without its letter of speciality."""
        edition: Edition[Mapping[str, Diplome]] | None = self.in_force(Nature.DIPLOMES, jour)
        return None if edition is None else edition.contenu.get(code) or edition.contenu.get(code[:8])

    def find_cfa(self, uai: str, *, jour: date) -> Cfa | None:
        """A CFA by its UAI."""
        edition: Edition[ListeCfa] | None = self.in_force(Nature.CFA, jour)
        return None if edition is None else edition.contenu.par_uai.get(uai)

    def find_cfas(self, siret: str, *, jour: date) -> tuple[Cfa, ...]:
        """The CFA of a SIRET: one establishment may have several UAI."""
        edition: Edition[ListeCfa] | None = self.in_force(Nature.CFA, jour)
        return () if edition is None else edition.contenu.par_siret.get(siret, ())

    def find_idcc(self, idcc: str, *, jour: date) -> Idcc | None:
        """A convention collective."""
        edition: Edition[Mapping[str, Idcc]] | None = self.in_force(Nature.IDCC, jour)
        return None if edition is None else edition.contenu.get(idcc)

    def competent_opco(self, idcc: str, *, jour: date) -> str | None:
        """The OPCO of a branch as the list names it; None for 9998 and 9999, which may belong to any."""
        edition: Edition[ListeOpco] | None = self.in_force(Nature.IDCC_OPCO, jour)
        return None if edition is None or idcc in IDCC_SPECIAUX else edition.contenu.par_idcc.get(idcc)

    def knows_opco(self, nom: str, *, jour: date) -> bool:
        """Whether the list in force names this OPCO at all; case, accents and punctuation do not count."""
        edition: Edition[ListeOpco] | None = self.in_force(Nature.IDCC_OPCO, jour)
        return edition is not None and fold_opco(nom) in edition.contenu.noms

    def find_naf(self, code: str, *, jour: date) -> str | None:
        """The label of a sub-class of the NAF."""
        edition: Edition[Mapping[str, str]] | None = self.in_force(Nature.NAF, jour)
        return None if edition is None else edition.contenu.get(code)

    def find_npec(self, rncp: str, *, idcc: str, jour: date, regularise_le: date | None = None) -> ChoixNpec | None:
        """The annual amounts of a contract concluded on `jour`; None: the valeur d'amorçage (regles.md §4.1, §4.2).

        The CPNE of the exact IDCC first, else those of 9999. An amount counts from its date d'applicabilité; before
        it, the one of the previous workbook. `regularise_le`: for a contract paid by the valeur d'amorçage, the day on
        which one asks whether an amount was fixed since: it then counts whatever its date (D6332-80).
        """
        for le in (jour, regularise_le):
            for idcc_lu in (idcc, IDCC_SANS_BRANCHE):
                candidats = () if le is None else self._npecs(rncp, idcc_lu, jour=le)
                if candidats:
                    return ChoixNpec(candidats, carence=idcc_lu != idcc)
        return None

    def _npecs(self, rncp: str, idcc: str, *, jour: date) -> tuple[Npec, ...]:
        """The amount of each CPNE of an IDCC, lowest first. The branches are those of the workbook in force."""
        editions: list[Edition[Montants]] = self._before(Nature.NPEC, jour)
        if not editions:
            return ()
        montants = editions[0].contenu
        cpnes = montants.par_idcc.get(idcc, frozenset()) | ({CPNE_CARENCE} if idcc == IDCC_SANS_BRANCHE else set())
        trouves = (_find_npec(editions, rncp, cpne, jour=jour) for cpne in cpnes)
        return tuple(sorted((un for un in trouves if un is not None), key=lambda un: (un.montant, un.cpne)))

    def labels(self, *, jour: date, rncp: str | None = None, idcc: str | None = None, naf: str | None = None) -> Labels:
        """What the codes of a dossier mean, for its pages; None where it is not known."""
        certification = self.find_certification(rncp, jour=jour) if rncp else None
        convention = self.find_idcc(idcc, jour=jour) if idcc else None
        return Labels(
            certification=certification.intitule if certification else None,
            niveau=certification.niveau if certification else None,
            convention=convention.libelle if convention else None,
            opco=self.competent_opco(idcc, jour=jour) if idcc else None,
            activite=self.find_naf(naf, jour=jour) if naf else None,
        )


@lru_cache(maxsize=256)
def fold_opco(nom: str) -> str:
    """The name of an OPCO as two lists would agree that it is the same: « OPCO Mobilités » is « opcomobilites »."""
    return "".join(c for c in fold_name(nom) if c.isalnum())


def _find_npec(editions: Sequence[Edition[Montants]], rncp: str, cpne: int, *, jour: date) -> Npec | None:
    """The amount of a pair on a day: of the first workbook, or of an older one while that of the first is to come.

    A pair that the workbook in force has dropped has no amount any more.
    """
    for edition in editions:
        lignes = [une for une in edition.contenu.par_rncp.get(rncp, ()) if cpne in une.cpnes]
        if not lignes:
            return None
        passees = [une for une in lignes if une.applicable_du <= jour]
        if passees:
            ligne = max(passees, key=lambda une: une.applicable_du)
            return Npec(
                montant=ligne.montant,
                rncp=rncp,
                cpne=cpne,
                cpne_libelle=edition.contenu.libelles.get(cpne, ""),
                statut=ligne.statut,
                applicable_du=ligne.applicable_du,
                version=edition.id,
            )
    return None


# --- rows to what is looked up -------------------------------------------------------------------------------------


def _kit(lignes: Sequence[LigneRncp]) -> Kit:
    paires: dict[str, list[LigneRncp]] = defaultdict(list)
    codes: dict[str, list[str]] = defaultdict(list)
    for ligne in lignes:
        code = ligne.code_diplome[:8]
        if ligne.rncp is None:
            codes[code] = codes[code]
        else:
            paires[ligne.rncp].append(ligne)
            codes[code].append(ligne.rncp)
    certifications = {
        rncp: Certification(
            rncp=rncp,
            intitule=siennes[0].intitule,
            niveau=siennes[0].niveau,
            abrege=siennes[0].abrege,
            apprentissage=siennes[0].apprentissage,
            echeance=siennes[0].echeance,
            active=siennes[0].active,
            codes_diplome=frozenset(une.code_diplome[:8] for une in siennes),
            remplacee_par=tuple(siennes[0].remplacee_par),
        )
        for rncp, siennes in paires.items()
    }
    numero_max = max((int(rncp.removeprefix("RNCP")) for rncp in certifications), default=0)
    return Kit(certifications, {code: tuple(siens) for code, siens in codes.items()}, numero_max)


def _cfa(lignes: Sequence[Cfa]) -> ListeCfa:
    par_siret: dict[str, list[Cfa]] = defaultdict(list)
    for ligne in lignes:
        if ligne.siret is not None:
            par_siret[ligne.siret].append(ligne)
    return ListeCfa({une.uai: une for une in lignes}, {siret: tuple(siens) for siret, siens in par_siret.items()})


def _opco(lignes: Sequence[modele.IdccOpco]) -> ListeOpco:
    return ListeOpco({une.idcc: une.opco for une in lignes}, frozenset(fold_opco(une.opco) for une in lignes))


def _montants(lignes: Sequence[modele.LigneNpec], cpnes: Sequence[modele.Cpne]) -> Montants:
    par_rncp: dict[str, list[modele.LigneNpec]] = defaultdict(list)
    par_idcc: dict[str, set[int]] = defaultdict(set)
    for ligne in lignes:
        par_rncp[ligne.rncp].append(ligne)
    for une in cpnes:
        for idcc in une.idccs:
            par_idcc[idcc].add(une.cpne)
    return Montants(
        {rncp: tuple(siennes) for rncp, siennes in par_rncp.items()},
        {une.cpne: une.libelle for une in cpnes},
        {idcc: frozenset(siennes) for idcc, siennes in par_idcc.items()},
    )


INDEX: dict[Nature, Callable[..., Any]] = {
    Nature.RNCP: _kit,
    Nature.DIPLOMES: lambda lignes: {une.code: une for une in lignes},
    Nature.CFA: _cfa,
    Nature.IDCC: lambda lignes: {une.idcc: une for une in lignes},
    Nature.IDCC_OPCO: _opco,
    Nature.NAF: lambda lignes: {une.code: une.libelle for une in lignes},
    Nature.NPEC: _montants,
}


def index(version: int, nature: Nature, valable_du: date, lignes: Sequence[Sequence[Any]]) -> Edition[Any]:
    """An edition from its rows: one sequence for each table of its nature, in the order of LIGNES_PAR_NATURE."""
    return Edition(version, valable_du, INDEX[nature](*lignes))
