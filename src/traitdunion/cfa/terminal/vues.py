"""The follow-up on screen, and as JSON whose members do not change: amounts in euros, days as AAAA-MM-JJ."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.suivi.actes import Acte, Genre
from traitdunion.cfa.suivi.miroir.changements import EVENEMENT
from traitdunion.cfa.suivi.miroir.synchro import PARIS, BilanSynchro
from traitdunion.cfa.suivi.modele import Changement, Vue
from traitdunion.cfa.suivi.tableau import Engagement, LignePromotion
from traitdunion.cfa.terminal import affichage
from traitdunion.cfa.terminal.ecrans.tableaux import Colonne, show_table
from traitdunion.norme.facturation.montants import say_euros, to_euros
from traitdunion.norme.nomenclatures import ETAT_DOSSIER, ETAT_FACTURE

MONTRES = 15  # acts of one kind on a screen; all of them in --json
COLONNES_PROMOTIONS = (
    Colonne("Promotion", souple=True),
    Colonne("Dossiers", droite=True),
    Colonne("Où ils en sont", souple=True),
    Colonne("À facturer", droite=True),
)
TITRES = {
    Genre.CLE: "Clé près de sa fin",
    Genre.INFORMATION_DEMANDEE: "Attente d'information",
    Genre.FORCLUSION_PROCHE: "Soldes bientôt perdus",
    Genre.ENVOI_A_REGLER: "Boîte d'envoi",
    Genre.FACTURE_A_COMPLETER: "Factures à compléter",
    Genre.FACTURE_REJETEE: "Factures rejetées",
    Genre.DOSSIER_REFUSE: "Dossiers refusés",
    Genre.TROP_PERCU: "Trop-perçus à rendre",
    Genre.A_FACTURER: "À facturer maintenant",
    Genre.FACTURE_EN_RETARD: "Factures en retard de paiement",
}
_COMPTES = {
    "transmis": ("transmis", "transmis"),
    "instruction": ("en instruction", "en instruction"),
    "attente": ("en attente d'information", "en attente d'information"),
    "engages": ("engagé", "engagés"),
    "refuses": ("refusé", "refusés"),
    "annules": ("annulé", "annulés"),
    "rompus": ("rompu", "rompus"),
    "soldes": ("soldé", "soldés"),
    "inconnus": ("d'état inconnu", "d'état inconnu"),
}
_CHAMPS = {
    "etat_brut": "État",
    "commentaire": "Commentaire",
    "numero_deca": "N° de dépôt DECA",
    "engagement": "Engagement",
    "date_debut": "Début du contrat",
    "date_fin": "Fin du contrat",
    "montant": "Montant",
    "regle": "Réglé",
    "virement": "Virement",
    "regle_le": "Date de règlement",
    "ouverture": "Ouverture",
    "total": "Montant",
    "en_cours": "En cours d'instruction",
    "etat": "État",
}
_MONTANTS = frozenset({"engagement", "montant", "regle", "total", "en_cours"})
_JOURS = frozenset({"date_debut", "date_fin", "regle_le", "ouverture"})


def show_promotions(promotions: Sequence[LignePromotion]) -> None:
    """One row by promotion, on the standard output."""

    if not promotions:
        affichage.say("Aucun dossier connu de l'OPCO pour l'instant. Pour en transmettre : traitdunion cfa importer")
        return
    lignes = []
    for une in promotions:
        a_facturer = say_euros(une.a_facturer) if une.a_facturer_nombre else "-"
        engagement = Engagement(echeances=une.engage, frais_annexes=une.engage_frais)
        ou = say_etats(une) + (f"\nEngagé : {say_engagement(engagement)}" if engagement.total else "")
        lignes.append((une.nom, str(une.dossiers), ou, a_facturer))
    show_table("Dossiers par promotion", COLONNES_PROMOTIONS, lignes)


def say_engagement(engagement: Engagement) -> str:
    """« 7 250,00 € d'échéances, 750,00 € de frais annexes »: what `suivre` and `rapprocher` both call engaged."""
    dit = f"{say_euros(engagement.echeances)} d'échéances"
    return f"{dit}, {say_euros(engagement.frais_annexes)} de frais annexes" if engagement.frais_annexes else dit


def say_etats(une: LignePromotion) -> str:
    """« 1 en attente d'information, 12 engagés »: what is not there is not said."""
    return ", ".join(
        f"{nombre} {mots[nombre > 1]}" for nom, mots in _COMPTES.items() if (nombre := getattr(une, nom)) > 0
    )


def show_actes(actes: Sequence[Acte]) -> None:
    """What waits for the CFA, then what to do next and what to type."""
    from rich.console import Console
    from rich.markup import escape

    if not actes:
        affichage.say("Rien n'attend le CFA.", "green")
        return
    console = Console(highlight=False)
    for genre in Genre:
        siens = [un for un in actes if un.genre is genre]
        if not siens:
            continue
        console.print(f"\n[bold]{TITRES[genre]}[/] ({len(siens)})")
        for un in siens[:MONTRES]:
            console.print(f"  • {escape(_say_acte(un))}", soft_wrap=True)
        if len(siens) > MONTRES:
            console.print(f"  … et {len(siens) - MONTRES} autre(s) : --json les donne tous.")
    console.print("\n[bold]Que faire ensuite[/]")
    for faire, commande in dict.fromkeys((un.faire, un.commande) for un in actes):
        suite = f"\n      {escape(commande)}" if commande else ""
        console.print(f"  → {escape(faire)}{suite}", soft_wrap=True)


def say_fraicheur(vue: Vue, *, le: date, at: datetime, echec: ErreurCfa | None) -> None:
    """How old the view is, why it could not be newer, and until when the key is valid."""
    if echec is not None:
        affichage.say(f"Pas de synchronisation : {echec}", "bold red")
    if vue.synchronise_le is None:
        affichage.say("Jamais synchronisé jusqu'au bout : traitdunion cfa synchroniser")
    else:
        local = vue.synchronise_le.astimezone(PARIS)
        affichage.say(f"Vue du {local:%d/%m/%Y à %H h %M} ({say_age(vue.synchronise_le, at)}).")
    if vue.cle_fin is not None:
        jours = (vue.cle_fin - le).days
        reste = f", dans {jours} jour{'s' if jours > 1 else ''}" if jours > 0 else ""
        affichage.say(f"Clé : {'expire' if jours >= 0 else 'a expiré'} le {vue.cle_fin:%d/%m/%Y}{reste}.")


def say_age(depuis: datetime, at: datetime) -> str:
    """« il y a 3 h »."""
    minutes = max(0, int((at - depuis).total_seconds()) // 60)
    if minutes < 1:
        return "à l'instant"
    if minutes < 60:
        return f"il y a {minutes} min"
    heures = minutes // 60
    return f"il y a {heures} h" if heures < 48 else f"il y a {heures // 24} jours"


def show_historique(changements: Sequence[Changement]) -> None:
    """One line by change, oldest first, on the standard output."""
    for un in changements:
        quand = (un.survenu_le or un.vu_le).astimezone(PARIS)
        affichage.print_lines([(f"{quand:%d/%m/%Y %H:%M}", say_changement(un))])


def say_changement(un: Changement) -> str:
    """« Échéance 2, réglé : 0,00 € → 2 400,00 € »."""
    if un.champ == EVENEMENT:
        return f"{un.apres}{f' ({un.avant})' if un.avant else ''}"
    objet, _, champ = un.champ.rpartition(".")
    libelle = _CHAMPS.get(champ, champ)
    if objet:
        genre, _, reste = objet.partition(".")
        libelle = f"{'Échéance' if genre == 'echeance' else 'Ligne'} {reste}, {libelle[0].lower()}{libelle[1:]}"
    apres = "retiré" if un.apres is None else _say_valeur(champ, un.apres)
    return f"{libelle} : {apres}" if un.avant is None else f"{libelle} : {_say_valeur(champ, un.avant)} → {apres}"


def plain_bilan(bilan: BilanSynchro) -> dict[str, Any]:
    """A synchronisation as JSON members."""
    return {
        "fil": bilan.fil,
        "evenements": bilan.evenements,
        "dossiersLus": bilan.dossiers_lus,
        "dossiersChanges": bilan.dossiers_changes,
        "facturesLues": bilan.factures_lues,
        "facturesChangees": bilan.factures_changees,
        "illisibles": list(bilan.illisibles),
        "toutRelu": bilan.tout_relu,
        "facturesLisibles": bilan.factures_lisibles,
        "cleExpireLe": _iso(bilan.cle_fin),
    }


def plain_suivi(
    vue: Vue,
    promotions: Sequence[LignePromotion],
    actes: Sequence[Acte],
    *,
    le: date,
    at: datetime,
    echec: ErreurCfa | None,
) -> dict[str, Any]:
    """The whole view as JSON members."""
    age = None if vue.synchronise_le is None else int((at - vue.synchronise_le).total_seconds())
    return {
        "le": _iso(le),
        "synchroniseLe": None if vue.synchronise_le is None else vue.synchronise_le.isoformat(),
        "ageSecondes": age,
        "echecSynchronisation": None if echec is None else str(echec),
        "cleExpireLe": _iso(vue.cle_fin),
        "promotions": [_plain_promotion(une) for une in promotions],
        "actes": [
            {
                "genre": un.genre.value,
                "phrase": un.phrase,
                "faire": un.faire,
                "commande": un.commande,
                "promotion": un.promotion,
                "dossier": un.dossier,
                "apprenti": un.apprenti,
                "facture": un.facture,
                "avant": _iso(un.avant),
                "montant": None if un.montant is None else to_euros(un.montant),
            }
            for un in actes
        ],
    }


def plain_changement(un: Changement) -> dict[str, Any]:
    """A change as JSON members; amounts among `avant` and `apres` are integer cents."""
    return {
        "vuLe": un.vu_le.isoformat(),
        "survenuLe": None if un.survenu_le is None else un.survenu_le.isoformat(),
        "objet": un.objet,
        "champ": un.champ,
        "avant": un.avant,
        "apres": un.apres,
        "phrase": say_changement(un),
    }


def plain_engagement(engagement: Engagement) -> dict[str, Any]:
    """What is engaged as JSON members, its two parts named."""
    return {
        "echeances": to_euros(engagement.echeances),
        "fraisAnnexes": to_euros(engagement.frais_annexes),
        "total": to_euros(engagement.total),
    }


def _plain_promotion(une: LignePromotion) -> dict[str, Any]:
    comptes = ("dossiers", "transmis", "instruction", "attente", "engages", "refuses", "annules", "rompus", "soldes")
    return {
        "nom": une.nom,
        "horsPromotion": une.hors_promotion,
        **{nom: getattr(une, nom) for nom in comptes},
        "inconnus": une.inconnus,
        "engagement": plain_engagement(Engagement(echeances=une.engage, frais_annexes=une.engage_frais)),
        "regleEcheances": to_euros(une.regle),
        "enCoursEcheances": to_euros(une.en_cours),
        "aFacturer": {"nombre": une.a_facturer_nombre, "montant": to_euros(une.a_facturer)},
        "tropPercu": to_euros(une.trop_percu),
    }


def _say_acte(un: Acte) -> str:
    avant = f"avant le {un.avant:%d/%m/%Y}" if un.avant and un.genre is not Genre.CLE else None
    montant = say_euros(un.montant) if un.montant is not None else None
    qui = " ".join(mot for mot in (un.facture, un.dossier, un.apprenti) if mot)
    entete = qui or (un.promotion if un.genre is Genre.A_FACTURER else None)
    return " · ".join(mot for mot in (entete, avant, montant, un.phrase) if mot)


def _say_valeur(champ: str, valeur: str) -> str:
    if champ in _MONTANTS:
        return say_euros(int(valeur))
    if champ in _JOURS:
        return f"{date.fromisoformat(valeur):%d/%m/%Y}"
    if champ in ("etat_brut", "etat"):
        return ETAT_DOSSIER.libelle(valeur) or ETAT_FACTURE.libelle(valeur) or valeur
    return valeur


def _iso(jour: date | None) -> str | None:
    return None if jour is None else jour.isoformat()
