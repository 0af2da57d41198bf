"""What waits for the CFA, the most urgent first, with what to do and the command to type. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from shlex import quote
from typing import TYPE_CHECKING, Any

import msgspec

from traitdunion.cfa.suivi.demandes import find_demande, read_limite
from traitdunion.cfa.suivi.miroir.synchro import PARIS
from traitdunion.cfa.suivi.modele import FACTURE, DossierSuivi, FactureSuivie, Vue
from traitdunion.cfa.suivi.restes import PERDUES, Reste, Restes, forclusion, trop_percu
from traitdunion.cfa.suivi.tableau import is_meant, promotion_of
from traitdunion.norme.facturation.etats import EtatDeFacture, EtatDeLigne

if TYPE_CHECKING:
    from traitdunion.cfa.boite import Envoi

RETARD_JOURS = 30  # an échéance open, or an invoice sent, for that long is late (norme.md: MyA says the same)
FORCLUSION_PROCHE_JOURS = 45
CLE_PROCHE_JOURS = 30  # the first reminder of the OPCO (norme.md §4)
REFUS_RECENT_JOURS = 60
VIVANTS = frozenset({"TRANSMIS", "EN_COURS_INSTRUCTION", "ENGAGE", "RUPTURE", "SOLDE"})
_EN_ATTENTE_DE_PAIEMENT = frozenset(
    {EtatDeFacture.TRANSMIS, EtatDeFacture.EN_COURS_INSTRUCTION, EtatDeFacture.REGLE_PARTIEL}
)
Contrat = tuple[str | None, str | None]
Rang = tuple[int, str]
SEULE = "1 échéance ouverte et non facturée"
FACTURER = "traitdunion cfa facturer"


class Genre(StrEnum):
    """What kind of act waits, the most urgent first."""

    CLE = "CLE"
    INFORMATION_DEMANDEE = "INFORMATION_DEMANDEE"
    FORCLUSION_PROCHE = "FORCLUSION_PROCHE"
    ENVOI_A_REGLER = "ENVOI_A_REGLER"
    FACTURE_A_COMPLETER = "FACTURE_A_COMPLETER"
    FACTURE_REJETEE = "FACTURE_REJETEE"
    DOSSIER_REFUSE = "DOSSIER_REFUSE"
    TROP_PERCU = "TROP_PERCU"
    A_FACTURER = "A_FACTURER"
    FACTURE_EN_RETARD = "FACTURE_EN_RETARD"


ORDRE = {genre: rang for rang, genre in enumerate(Genre)}


class Acte(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do: why, what, before when. `commande` is what to type; None when it is done elsewhere."""

    genre: Genre
    phrase: str
    faire: str
    commande: str | None = None
    promotion: str | None = None
    dossier: str | None = None
    apprenti: str | None = None
    facture: str | None = None
    avant: date | None = None
    montant: int | None = None


def list_actes(
    vue: Vue,
    restes: Restes,
    *,
    le: date,
    envois: Sequence["Envoi"] = (),
    profil: str | None = None,
    promotion: str | None = None,
) -> list[Acte]:
    """Everything that waits for the CFA on the day `le`, of one promotion when it is given.

    `profil`: the name to add to the commands, when there are several.
    """
    option = f" --profil {profil}" if profil else ""
    remplaces = _latest_alive(vue)
    actes = [
        *_key(vue, le),
        *_envois(envois, option),
        *(acte for dossier in vue.dossiers for acte in _dossier(dossier, vue, le, remplaces)),
        *_forclusions(restes, vue, le, option),
        *_factures(vue, restes, le, option),
        *_a_facturer(restes, vue, le, option),
    ]
    if promotion is not None:
        actes = [un for un in actes if un.promotion is not None and is_meant(un.promotion, promotion)]
    return sorted(actes, key=lambda un: (ORDRE[un.genre], un.avant or date.max, un.dossier or "", un.facture or ""))


def _key(vue: Vue, le: date) -> Iterator[Acte]:
    if vue.cle_fin is None or vue.cle_fin - le > timedelta(days=CLE_PROCHE_JOURS):
        return
    jours = (vue.cle_fin - le).days
    quand = "a expiré" if jours < 0 else "expire"
    dans = "" if jours < 0 else (", aujourd'hui" if jours == 0 else f", dans {jours} jour{'s' if jours > 1 else ''}")
    yield Acte(
        genre=Genre.CLE,
        phrase=f"Clé : {quand} le {vue.cle_fin:%d/%m/%Y}{dans}.",
        faire="Faites générer un nouvel identifiant API CFA dans MyA, « Mon Compte », puis enregistrez-le.",
        commande="traitdunion cfa configurer",
        avant=vue.cle_fin,
    )


def _envois(envois: Sequence["Envoi"], option: str) -> Iterator[Acte]:
    suivants = Counter(envoi.bloque_par for envoi in envois if envoi.bloque_par is not None)
    for envoi in envois:
        etat = str(envoi.etat)
        bloques = f" {suivants[envoi.id]} envoi(s) l'attendent." if suivants[envoi.id] else ""
        quoi = envoi.libelle or f"envoi {envoi.id}"
        commande = f"traitdunion cfa envois voir {envoi.id}{option}"
        if etat == "REFUSE":
            phrase = f"{quoi} : refusé par l'OPCO. {envoi.message or ''}".strip()
            faire = "Corrigez ce qui est dit, puis déposez à nouveau."
            if str(envoi.nature) == "FACTURE":
                faire, commande = "Corrigez ce qui est dit : la facture repartira sous son numéro.", FACTURER + option
        elif etat == "INCERTAIN":
            phrase = f"{quoi} : envoi incertain, la réponse de l'OPCO s'est perdue."
            faire = "Regardez ce qu'il en est avant de relancer : rien ne doit partir deux fois."
        elif etat in ("EN_ATTENTE", "EN_COURS") and envoi.essais > 0:
            essais = f"{envoi.essais} essai{'s' if envoi.essais > 1 else ''}"
            phrase = f"{quoi} : en attente, {essais}. {envoi.message or ''}".strip()
            faire = "Il repartira tout seul ; voyez pourquoi s'il attend depuis longtemps."
        else:
            continue
        yield Acte(
            genre=Genre.ENVOI_A_REGLER,
            phrase=phrase + bloques,
            faire=faire,
            commande=commande,
            promotion=envoi.promotion,
        )


def _dossier(dossier: DossierSuivi, vue: Vue, le: date, remplaces: Mapping[Contrat, Rang]) -> Iterator[Acte]:
    qui: dict[str, Any] = {
        "promotion": promotion_of(dossier, vue)[0],
        "dossier": dossier.numero_externe,
        "apprenti": dossier.apprenti,
    }
    demande = find_demande(dossier)
    if demande is not None:
        yield Acte(
            genre=Genre.INFORMATION_DEMANDEE,
            phrase=f"L'OPCO demande : {demande.texte}",
            faire="Répondez dans MyA, page du dossier, ou transmettez la pièce depuis votre logiciel.",
            avant=demande.avant,
            **qui,
        )
    recent = dossier.etat == "REFUSE" and _day(dossier.vu_le) >= le - timedelta(days=REFUS_RECENT_JOURS)
    # A later dossier, alive, about the same person at the same employer takes its place.
    if recent and remplaces.get(_contrat(dossier), (0, "")) < _rank(dossier):
        yield Acte(
            genre=Genre.DOSSIER_REFUSE,
            phrase=f"Refusé : {dossier.commentaire or 'sans motif écrit par l’OPCO'}",
            faire="Corrigez le contrat avec l'employeur, puis déposez-le à nouveau.",
            commande="traitdunion cfa deposer",
            **qui,
        )
    if (du := trop_percu(dossier)) > 0:
        yield Acte(
            genre=Genre.TROP_PERCU,
            phrase="Ce dossier a été payé au-delà de ce qui est dû.",
            faire="Rendez-le ; l'OPCO peut le retenir sur un prochain virement.",
            montant=du,
            **qui,
        )


def _latest_alive(vue: Vue) -> dict[Contrat, Rang]:
    """The highest number among the dossiers alive of each person at each employer."""
    derniers: dict[Contrat, Rang] = {}
    for dossier in vue.dossiers:
        if dossier.etat in VIVANTS:
            derniers[_contrat(dossier)] = max(derniers.get(_contrat(dossier), (0, "")), _rank(dossier))
    return derniers


def _contrat(dossier: DossierSuivi) -> Contrat:
    return dossier.apprenti, dossier.employeur_siret


def _rank(dossier: DossierSuivi) -> Rang:
    return len(dossier.numero_interne), dossier.numero_interne


def _forclusions(restes: Restes, vue: Vue, le: date, option: str) -> Iterator[Acte]:
    for reste in restes.ouverts:
        limite = forclusion(reste.dossier, reste.echeance)
        if limite is not None and limite - le <= timedelta(days=FORCLUSION_PROCHE_JOURS):
            yield Acte(
                genre=Genre.FORCLUSION_PROCHE,
                phrase="Le dernier solde sera perdu s'il n'est pas facturé, avec ses pièces, à cette date.",
                faire="Facturez-le, avec le certificat de réalisation.",
                commande=f"{FACTURER} --dossier {reste.dossier.numero_externe}{option}",
                avant=limite,
                montant=reste.montant,
                promotion=promotion_of(reste.dossier, vue)[0],
                dossier=reste.dossier.numero_externe,
                apprenti=reste.dossier.apprenti,
            )


def _a_facturer(restes: Restes, vue: Vue, le: date, option: str) -> Iterator[Acte]:
    """One act by promotion: they are invoiced together."""
    groupes: dict[str, list[Reste]] = {}
    nommees = set(vue.promotions.values())
    for reste in restes.ouverts:
        groupes.setdefault(promotion_of(reste.dossier, vue)[0], []).append(reste)
    for nom, groupe in groupes.items():
        retard = sum(1 for un in groupe if le - un.echeance.ouverture > timedelta(days=RETARD_JOURS))
        suite = f", dont {retard} depuis plus de {RETARD_JOURS} jours" if retard else ""
        nombre = f"{len(groupe)} échéances ouvertes et non facturées" if len(groupe) > 1 else SEULE
        hors = nom not in nommees
        yield Acte(
            genre=Genre.A_FACTURER,
            phrase=f"{nombre}{suite}.",
            faire="Préparez et envoyez les factures.",
            commande=f"{FACTURER}{option}" if hors else f"{FACTURER} --promotion {quote(nom)}{option}",
            promotion=nom,
            montant=sum(un.montant for un in groupe),
        )


def _factures(vue: Vue, restes: Restes, le: date, option: str) -> Iterator[Acte]:
    par_numero = {dossier.numero_externe: dossier for dossier in vue.dossiers}
    dus = {(un.dossier.numero_externe, un.echeance.numero) for un in restes.ouverts}
    for facture in vue.factures:
        if facture.genre != FACTURE:
            continue
        premier = par_numero.get(facture.dossiers[0].numero_externe) if facture.dossiers else None
        qui = {
            "facture": facture.numero,
            "promotion": promotion_of(premier, vue)[0] if premier else None,
            "dossier": premier.numero_externe if premier and len(facture.dossiers) == 1 else None,
            "apprenti": premier.apprenti if premier and len(facture.dossiers) == 1 else None,
        }
        acte = _facture(facture, dus, le, option, qui)
        if acte is not None:
            yield acte


def _facture(
    facture: FactureSuivie, dus: set[tuple[str, str]], le: date, option: str, qui: dict[str, Any]
) -> Acte | None:
    a_completer = [une for une in facture.lignes if une.etat == EtatDeLigne.A_COMPLETER]
    if a_completer:
        textes = dict.fromkeys(une.commentaire or "Une pièce est attendue." for une in a_completer)
        limites = [jour for une in a_completer if (jour := read_limite(une.commentaire)) is not None]
        return Acte(
            genre=Genre.FACTURE_A_COMPLETER,
            phrase=" ".join(textes),
            faire="Transmettez la pièce ; la ligne sera payée une fois qu'elle est reçue.",
            commande=f"{FACTURER} --certificats DOSSIER{option}",
            avant=min(limites, default=None),
            montant=sum(une.montant for une in a_completer),
            **qui,
        )
    perdues = [une for une in facture.lignes if une.etat in PERDUES and (une.dossier, une.echeance) in dus]
    if perdues or (facture.etat == EtatDeFacture.REJETE and not facture.lignes):
        dits = dict.fromkeys(une.commentaire for une in perdues if une.commentaire)
        return Acte(
            genre=Genre.FACTURE_REJETEE,
            phrase=f"Rejetée : {' '.join(dits) or facture.commentaire or 'sans motif écrit par l’OPCO'}",
            faire="Corrigez, puis facturez à nouveau sous un autre numéro.",
            commande=f"{FACTURER}{option}",
            montant=sum(une.montant for une in perdues) or facture.montant,
            **qui,
        )
    attend = facture.etat in _EN_ATTENTE_DE_PAIEMENT and facture.regle < facture.montant
    if attend and le - _day(facture.vue_le) > timedelta(days=RETARD_JOURS):
        return Acte(
            genre=Genre.FACTURE_EN_RETARD,
            phrase=f"Transmise depuis plus de {RETARD_JOURS} jours, et pas encore réglée.",
            faire="Demandez à l'OPCO où elle en est (MyA, demande de contact).",
            montant=facture.montant - facture.regle,
            **qui,
        )
    return None


def _day(instant: datetime) -> date:
    return instant.astimezone(PARIS).date()
