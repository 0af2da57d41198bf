"""From what the CFA sent to the facts of the computation, and what staff must settle before the accord."""

from decimal import Decimal

import msgspec

from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.messages.convention import Convention
from traitdunion.opco.financement.calcul import Contrat, Participation

REDUCTIONS = frozenset({"21", "50"})  # dérogations with the convention of L6222-7-1 al. 3
SITUATION_CFA_AVANT_CONTRAT = "7"
CENTIMES = 100


class Choix(msgspec.Struct, frozen=True, kw_only=True):
    """What staff settle on the page of the accord; None: what the file and the reference tables say.

    `npec` in cents a year, with `npec_source`, the words that say where it comes from. `prix`, in cents: that of a
    convention which came as a file only; the one in a convention's own data goes before.
    """

    npec: int | None = None
    npec_source: str | None = None
    niveau: int | None = None
    titre_court_ministere: bool = False
    reduction: bool | None = None
    nouveau_cfa: bool = False
    avant_contrat: bool = False  # school status before the contract (R6222-1-1)
    rqth_reconnu: bool | None = None
    participation: Participation | None = None
    prix: int | None = None


class Niveau(msgspec.Struct, frozen=True, kw_only=True):
    """An annual level and where it comes from, as a person reads it."""

    montant: int
    source: str
    amorcage: bool = False


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What the reference tables say of a contract at its date de conclusion; None where they say nothing."""

    niveaux: tuple[Niveau, ...] = ()
    niveau_certification: int | None = None
    hors_minoration: bool = False
    droits_assimiles: bool = True  # Equivalence jeunes and Extension BOE open the RQTH raise


class Pieces(msgspec.Struct, frozen=True, kw_only=True):
    """What the dossier holds besides the form: its convention, whether that of reduced duration is there."""

    convention: Convention | None = None
    convention_reduction: bool = False
    reprise: bool = False  # a new contract with another employer, after a break (L6222-18-2)


class FaitsManquants(Exception):
    """What prevents the computation; the text is the French sentence to show."""


def to_cents(montant: Decimal | None) -> int | None:
    """Euros with two decimals at most, as cents."""
    return None if montant is None else int(montant * CENTIMES)


def read_contrat(cerfa: Cerfa, pieces: Pieces, sources: Sources, choix: Choix) -> Contrat:
    """The facts of the computation. Raises FaitsManquants."""
    contrat, formation = cerfa.contrat, cerfa.formation
    if contrat is None or formation is None or cerfa.organisme_formation is None:
        raise FaitsManquants("Le formulaire n'a pas de contrat ou de formation : rien ne se calcule.")
    conclusion, debut, fin = contrat.date_conclusion, contrat.date_debut_contrat, contrat.date_fin_contrat
    if conclusion is None or debut is None or fin is None:
        raise FaitsManquants("Les dates de conclusion, de début et de fin du contrat sont nécessaires.")
    niveau = choix.niveau or sources.niveau_certification
    if niveau is None:
        raise FaitsManquants("Le niveau de la certification n'est pas connu : choisissez-le.")
    retenu = choose_niveau(sources, choix)
    rqth, reconnu = read_rqth(cerfa, pieces.convention, choix, assimiles=sources.droits_assimiles)
    couts = pieces.convention.couts if pieces.convention else None
    situation7 = bool(cerfa.apprenti and cerfa.apprenti.situation_avant_contrat == SITUATION_CFA_AVANT_CONTRAT)
    return Contrat(
        conclusion=conclusion,
        debut=debut,
        fin=fin,
        npec=retenu.montant,
        amorcage=retenu.amorcage,
        niveau=niveau,
        prix=choix.prix
        if couts is None or couts.cout_total_pedagogie_cfa is None
        else to_cents(couts.cout_total_pedagogie_cfa),
        heures_formation=formation.duree_formation,
        heures_distance=formation.nombre_heures_en_distanciel,
        hors_minoration=sources.hors_minoration,
        reduction=is_reduced(contrat.type_derogation, pieces, choix),
        titre_court_ministere=choix.titre_court_ministere,
        rqth=rqth,
        rqth_reconnu=reconnu,
        participation=choix.participation or (Participation.REPRISE if pieces.reprise else Participation.NORMALE),
        entree_cfa=formation.date_debut_formation if situation7 or choix.avant_contrat else None,
        situation7=situation7,
        nouveau_cfa=choix.nouveau_cfa,
        siret_cfa=cerfa.organisme_formation.siret or "",
    )


def choose_niveau(sources: Sources, choix: Choix) -> Niveau:
    """The annual level: what staff chose, else the first that the tables give. Raises FaitsManquants."""
    if choix.npec is not None:
        connu = next((un for un in sources.niveaux if un.montant == choix.npec), None)
        return connu or Niveau(montant=choix.npec, source=choix.npec_source or "saisi par l'OPCO")
    if not sources.niveaux:
        raise FaitsManquants("Aucun niveau de prise en charge n'est connu pour cette formation : saisissez-le.")
    return sources.niveaux[0]


def is_reduced(derogation: str | None, pieces: Pieces, choix: Choix) -> bool:
    """Reduced by the convention of L6222-7-1 al. 3: the dérogation says so, and the convention is there."""
    if choix.reduction is not None:
        return choix.reduction
    return derogation in REDUCTIONS and pieces.convention_reduction


def read_rqth(
    cerfa: Cerfa, convention: Convention | None, choix: Choix, *, assimiles: bool
) -> tuple[tuple[int, ...], bool]:
    """What is claimed for each year, and whether the person is recognised or assimilated (D6332-82)."""
    couts, apprenti = convention.couts if convention else None, cerfa.apprenti
    if couts is None or apprenti is None:
        return (), False
    demandes = (
        couts.montant_rqth_annee1,
        couts.montant_rqth_annee2,
        couts.montant_rqth_annee3,
        couts.montant_rqth_annee4,
    )
    droits = apprenti.droits_rqth_extension_boe or apprenti.droits_rqth_equivalence_jeune
    reconnu = bool(apprenti.handicap or (assimiles and droits))
    if choix.rqth_reconnu is not None:
        reconnu = choix.rqth_reconnu
    return tuple(to_cents(un) or 0 for un in demandes), reconnu
