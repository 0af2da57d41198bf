"""The reconciliation on screen, and as JSON: what does not agree first, then what explains the rest."""

from typing import Any

from traitdunion.cfa.suivi.rapprochement import LigneRapprochee, Rapprochement
from traitdunion.cfa.suivi.virements import TotalVirement
from traitdunion.cfa.terminal import affichage
from traitdunion.cfa.terminal.ecrans.tableaux import Colonne, show_table
from traitdunion.cfa.terminal.vues import plain_engagement, say_engagement
from traitdunion.norme.facturation.montants import say_euros, to_euros
from traitdunion.norme.nomenclatures import NATURE_LIGNE

MONTRES = 50
_MONTANTS = tuple(Colonne(titre, droite=True) for titre in ("Engagé", "Facturé", "Réglé", "Reste"))
ECARTS = (Colonne("Dossier"), Colonne("Quoi, et pourquoi", souple=True), *_MONTANTS[1:])
EXPLICATIONS = (Colonne("Dossier"), Colonne("Pourquoi les montants diffèrent", souple=True))
NATURES = (Colonne("Nature"), *_MONTANTS)
VIREMENTS = (
    Colonne("Virement"),
    Colonne("Date"),
    Colonne("Montant réglé", droite=True),
    Colonne("Dont", souple=True),
)


def show_rapprochement(lu: Rapprochement) -> None:
    """What does not agree, what is explained, the totals by nature, the virements."""
    if not lu.lignes:
        affichage.say("Rien à rapprocher : aucun dossier n'est engagé pour l'instant.")
        return
    ecarts = [une for une in lu.lignes if une.ecart is not None]
    if ecarts:
        titre = f"{len(ecarts)} écart{'s' if len(ecarts) > 1 else ''}"
        show_table(titre, ECARTS, [_row(une) for une in ecarts[:MONTRES]])
        _say_others(len(ecarts))
    else:
        affichage.say("Aucun écart.", "green")
    expliquees = [une for une in lu.lignes if une.ecart is None and une.explication]
    if expliquees:
        show_table("Sans écart, pour mémoire", EXPLICATIONS, [_row(une)[:2] for une in expliquees[:MONTRES]])
        _say_others(len(expliquees))
    natures = [(say_nature(nature), *map(say_euros, total.values())) for nature, total in lu.totaux.items()]
    sommes = [sum(total[nom] for total in lu.totaux.values()) for nom in ("engage", "facture", "regle", "reste")]
    natures += [("total", *map(say_euros, sommes))] if len(natures) > 1 else []
    show_table("Par nature", NATURES, natures)
    affichage.say(f"Engagé : {say_engagement(lu.engagement)}.")
    if lu.virements:
        show_table("Virements", VIREMENTS, [_row_virement(un) for un in lu.virements])
    else:
        affichage.say("Aucun virement reçu pour l'instant.")


def plain_rapprochement(lu: Rapprochement) -> dict[str, Any]:
    """A reconciliation as JSON members."""
    return {
        "lignes": [
            {
                "dossier": une.dossier,
                "apprenti": une.apprenti,
                "promotion": une.promotion,
                "echeance": une.echeance or None,
                "nature": une.nature,
                "engage": to_euros(une.engage),
                "facture": to_euros(une.facture),
                "regle": to_euros(une.regle),
                "reste": to_euros(une.reste),
                "factures": une.factures,
                "virements": une.virements,
                "regleLe": une.regle_le.isoformat() if une.regle_le else None,
                "ecart": une.ecart.value if une.ecart else None,
                "explication": une.explication,
            }
            for une in lu.lignes
        ],
        "ecarts": sum(une.ecart is not None for une in lu.lignes),
        "engagement": plain_engagement(lu.engagement),
        "avoirs": [
            {
                "numero": un.numero,
                "facture": un.facture,
                "dossier": un.dossier,
                "echeance": un.echeance,
                "nature": un.nature,
                "montant": to_euros(un.montant),
                "aRecouvrer": un.a_recouvrer,
            }
            for un in lu.avoirs
        ],
        "totaux": {
            nature: {nom: to_euros(montant) for nom, montant in total.items()} for nature, total in lu.totaux.items()
        },
        "virements": [
            {
                "reference": un.virement,
                "date": un.jour.isoformat() if un.jour else None,
                "montant": to_euros(un.montant),
                "natures": {nature: to_euros(montant) for nature, montant in un.natures.items()},
                "factures": un.factures,
            }
            for un in lu.virements
        ],
    }


def say_nature(nature: str) -> str:
    """The French words of a nature."""
    return NATURE_LIGNE.libelle(nature) or ("non ventilé" if nature == "NON_VENTILE" else nature)


def _say_others(nombre: int) -> None:
    if nombre > MONTRES:
        affichage.say(f"… et {nombre - MONTRES} autre(s) : --json, --csv ou --xlsx les donnent tous.")


def _row(une: LigneRapprochee) -> tuple[str, ...]:
    qui = f"{une.dossier}\n{une.apprenti}" if une.apprenti else une.dossier
    ou = f", échéance {une.echeance}" if une.echeance else ""
    quoi = f"{say_nature(une.nature).capitalize()}{ou}\n{une.explication or ''}"
    return (qui, quoi, *(say_euros(montant) for montant in (une.facture, une.regle, une.reste)))


def _row_virement(un: TotalVirement) -> tuple[str, ...]:
    dont = ", ".join(f"{say_nature(nature)} {say_euros(montant)}" for nature, montant in un.natures.items())
    return (un.virement or "sans référence", f"{un.jour:%d/%m/%Y}" if un.jour else "-", say_euros(un.montant), dont)
