"""`traitdunion cfa configurer`: the settings of a profile, asked one by one, or given by a script."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from traitdunion.cfa.commandes import guide_reglages
from traitdunion.cfa.diagnostic.modele import Constat, exit_code
from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.facturation.emetteur import say_commande
from traitdunion.cfa.lieux import PREFIXE
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.reglages import fiche as fiches
from traitdunion.cfa.reglages.edition import Valeur
from traitdunion.cfa.reglages.fichier import usual_file
from traitdunion.cfa.reglages.profils import NOM_DU_HAUT, choose_profil, list_profils
from traitdunion.cfa.reglages.questions import questions
from traitdunion.cfa.reglages.questions_factures import questions_factures
from traitdunion.cfa.reglages.saisie import list_missing, read_donnees, read_environment, require_whole
from traitdunion.cfa.reglages.secrets import Rangement, usable_keyring
from traitdunion.cfa.terminal import affichage, options
from traitdunion.cfa.terminal.constats import plain_constats, show_constats
from traitdunion.cfa.terminal.outcome import CODES, OK, outcome
from traitdunion.norme import profils

# Code and name of the OPCO that a profile may be for.
OPCOS: Sequence[tuple[str, str]] = tuple((un.code, un.nom) for un in profils.PROFILS)
RANGEMENTS = {"trousseau": Rangement.TROUSSEAU, "fichier": Rangement.FICHIER}
app = typer.Typer()

Montrer = Annotated[bool, typer.Option("--montrer", help="Lister les profils, sans leurs secrets.")]
Supprimer = Annotated[bool, typer.Option("--supprimer", help="Retirer un profil et ses secrets.")]
Oui = Annotated[bool, typer.Option("--oui", help="Ne pas demander confirmation.")]
ParDefaut = Annotated[bool, typer.Option("--par-defaut", help="Ce profil vaut quand aucun n'est nommé.")]
SansQuestion = Annotated[
    bool, typer.Option("--sans-question", "--no-input", help="Ne rien demander : échouer s'il manque quelque chose.")
]
DepuisEntree = Annotated[
    bool,
    typer.Option(
        "--depuis-entree", help="Lire sur l'entrée standard des lignes nom=valeur, secrets compris (client_secret=…)."
    ),
]
Secrets = Annotated[
    str | None,
    typer.Option(
        "--secrets", metavar="trousseau|fichier", help="Où ranger les secrets (défaut : trousseau s'il y en a)."
    ),
]
SansEssai = Annotated[bool, typer.Option("--sans-essai", help="Ne pas essayer la connexion à la fin.")]
Facturation = Annotated[
    bool, typer.Option("--facturation", help="Seulement ce que vos factures disent du CFA : nom, adresse, IBAN…")
]
Donnees = Annotated[
    list[str] | None,
    typer.Option(
        "--valeur",
        metavar="NOM=VALEUR",
        help="Un réglage, jamais un secret : api, jeton, siren, facturation.denomination…",
    ),
]


@app.command(epilog=CODES)
def configurer(
    ctx: typer.Context,
    *,
    profil: options.NomProfil = None,
    valeur: Donnees = None,
    depuis_entree: DepuisEntree = False,
    facturation: Facturation = False,
    secrets: Secrets = None,
    par_defaut: ParDefaut = False,
    sans_essai: SansEssai = False,
    sans_question: SansQuestion = False,
    montrer: Montrer = False,
    supprimer: Supprimer = False,
    oui: Oui = False,
    configuration: options.Configuration = None,
    en_json: options.EnJson = False,
) -> None:
    """Régler la liaison avec un OPCO, puis vos factures, question par question ; relancée, elle montre et modifie.

    Les secrets vont dans le trousseau du système, ou dans un fichier lisible par vous seul ; jamais en argument.
    Exemples : traitdunion cfa configurer --profil afdas
    ou, dans un script : traitdunion cfa configurer --profil afdas --sans-question --depuis-entree < reglages.txt
    """
    with outcome(en_json=en_json):
        fichier = configuration or usual_file(os.environ)
        if montrer:
            _show_profils(fichier, en_json=en_json)
            return
        if supprimer:
            _delete(fichier, profil, oui=oui, sans_question=sans_question)
            return
        guide = guide_reglages.Guide(questions(OPCOS), questions_factures())
        donnees = read_donnees(guide.questions, valeur or (), sys.stdin.read() if depuis_entree else "")
        demander = not (sans_question or depuis_entree or not guide_reglages.is_interactive())
        nom = _nom(fichier, profil, guide if demander and not facturation else None, donnees)
        fiche = fiches.read_fiche(fichier, nom, os.environ)
        saisie = _Saisie(guide, fiche, _rangement(secrets))
        if facturation and not fiche.existe:
            raise ProfilInvalide(f"Réglez d'abord la liaison avec l'OPCO : traitdunion cfa configurer --profil {nom}")
        if facturation:
            saisie.record_factures(donnees, demander=demander and not donnees)
        elif demander and fiche.existe and not donnees and not par_defaut:
            guide.change(fiche, saisie.record)
        else:
            saisie.record_liaison(donnees, demander=demander)
        if par_defaut:
            fiches.set_default(fichier, nom)
            affichage.say(f"« {nom} » vaut désormais quand aucun profil n'est nommé.")
        constats = [] if sans_essai or facturation else _try_connection(ctx, fichier, nom)
        if demander and not fiche.existe and guide.wants_factures():
            saisie.record_factures({}, demander=True)
        elif not fiche.existe:
            _say_missing(guide, fichier, nom)
        if en_json:
            affichage.print_json({"resultat": "ENREGISTRE", "profil": nom, "connexion": plain_constats(constats)})
    raise typer.Exit(exit_code(constats))


class _Saisie:
    """What a person or a script gives of one profile, checked, then kept."""

    def __init__(self, guide: guide_reglages.Guide, fiche: fiches.Fiche, voulu: Rangement | None) -> None:
        self._guide = guide
        self._fiche = fiche
        self._voulu = voulu

    def record(self, reponses: dict[str, Valeur]) -> None:
        """Keep these values, as they are."""
        _record(self._fiche, reponses, self._voulu)

    def record_liaison(self, donnees: dict[str, Valeur], *, demander: bool) -> None:
        """The connection, with whatever else was given. Raises ProfilInvalide: something is missing."""
        if demander and not self._fiche.existe:
            donnees = self._guide.ask(self._fiche, donnees)
        elif not demander:
            donnees |= read_environment(self._guide.questions, donnees, self._fiche, os.environ)
        require_whole(self._guide.liaison, self._fiche, donnees)
        self.record(donnees)

    def record_factures(self, donnees: dict[str, Valeur], *, demander: bool) -> None:
        """What invoices say: asked when nothing of it is set yet, changed one by one later; or given by a script."""
        factures = self._guide.factures
        fiche = fiches.read_fiche(self._fiche.fichier, self._fiche.nom, os.environ)  # the connection is in it by now
        if not demander:
            donnees |= read_environment(factures, donnees, fiche, os.environ)
            require_whole(factures, fiche, donnees)
        elif list_missing(factures, fiche, {}):
            client = dict(OPCOS).get(str(fiche.valeurs.get("opco")))
            donnees = self._guide.ask_factures(fiche, client)
        else:
            self._guide.change(fiche, self.record, factures_seules=True)
        self.record(donnees)


def _say_missing(guide: guide_reglages.Guide, fichier: Path, nom: str) -> None:
    """What « facturer » would still ask for."""
    fiche = fiches.read_fiche(fichier, nom, os.environ)
    if manquent := list_missing(guide.factures, fiche, {}):
        libelles = ", ".join(question.libelle for question in manquent)
        affichage.say(f"Pour facturer, il manque encore : {libelles}. Plus tard : {say_commande(nom)}")


def _nom(fichier: Path, voulu: str | None, guide: guide_reglages.Guide | None, donnees: dict[str, Valeur]) -> str:
    """Which profile: the one named, the file's, or for a first one the name of its OPCO."""
    brut = fiches.read_all(fichier)
    if voulu is not None:
        return voulu if voulu in list_profils(brut) else fiches.check_nom(voulu)
    if list_profils(brut):
        return choose_profil(brut, None, os.environ, fichier)
    if guide is None or NOM_DU_HAUT in brut:
        return os.environ.get(PREFIXE + "PROFIL") or NOM_DU_HAUT
    donnees |= guide.ask_one("opco")
    return str(donnees.get("opco", NOM_DU_HAUT))


def _rangement(secrets: str | None) -> Rangement | None:
    if secrets is None:
        return None
    if secrets not in RANGEMENTS:
        raise typer.BadParameter("« trousseau » ou « fichier » est attendu", param_hint="--secrets")
    return RANGEMENTS[secrets]


def _record(fiche: fiches.Fiche, reponses: dict[str, Valeur], voulu: Rangement | None) -> None:
    if not reponses:
        return
    neuf = not fiche.fichier.exists()
    ranges = fiches.record_values(fiche.fichier, fiche.nom, reponses, voulu=voulu)
    affichage.say(f"Enregistré dans {fiche.fichier}." + ("" if neuf else " L'état précédent est à côté, en « .bak »."))
    for nom, ou in ranges.items():
        affichage.say(f"{nom} : {ou}.")
    if any(fiche.secrets.get(nom) is Rangement.REGLAGES for nom in ranges):
        affichage.say("La copie « .bak » contient encore l'ancien secret : effacez-la quand tout va bien.")
    if Rangement.FICHIER in ranges.values() and voulu is None and usable_keyring() is None:
        affichage.say("Ce poste n'a pas de trousseau : les secrets sont dans un fichier que vous seul pouvez lire.")


def _show_profils(fichier: Path, *, en_json: bool) -> None:
    brut = fiches.read_all(fichier)
    lues = [fiches.read_fiche(fichier, nom, os.environ) for nom in list_profils(brut)]
    if en_json:
        affichage.print_json(
            [
                {
                    "profil": un.nom,
                    "reglages": dict(un.valeurs),
                    "secrets": {nom: ou.value for nom, ou in un.secrets.items()},
                    "iban": un.fin_iban and f"…{un.fin_iban}",
                }
                for un in lues
            ]
        )
        return
    if not lues:
        affichage.say(f"Aucun profil dans {fichier}. Pour en faire un : traitdunion cfa configurer")
    for un in lues:
        lignes = [(f"[{un.nom}] {nom}", valeur) for nom, valeur in un.valeurs.items()]
        caches = [(f"[{un.nom}] {nom}", guide_reglages.say_secret(un, nom)) for nom in un.secrets]
        affichage.print_lines((nom, _say(valeur)) for nom, valeur in lignes + caches)


def _say(valeur: Any) -> str:
    return {True: "oui", False: "non"}[valeur] if isinstance(valeur, bool) else str(valeur)


def _delete(fichier: Path, nom: str | None, *, oui: bool, sans_question: bool) -> None:
    if nom is None:
        raise ProfilInvalide("Dites quel profil retirer : --profil NOM.")
    if not oui:
        if sans_question or not guide_reglages.is_interactive():
            raise ProfilInvalide(f"Pour retirer « {nom} » sans question, ajoutez --oui.")
        if not typer.confirm(f"Retirer le profil « {nom} » et ses secrets ?", err=True):
            affichage.say("Rien n'est changé.")
            return
    fiches.delete_profil(fichier, nom)
    affichage.say(
        f"Profil « {nom} » retiré. L'état précédent du fichier est à côté, en « .bak » ; ses données restent."
    )


def _try_connection(ctx: typer.Context, fichier: Path, nom: str) -> list[Constat]:
    """Ask the server; the settings are kept whatever it says."""
    from traitdunion.cfa.diagnostic.bilan import check_liaison

    reglages = Profil.load(fichier if fichier.exists() else None, nom=nom)
    affichage.say("Essai de la connexion…")
    constats = show_constats(check_liaison(reglages, transport=ctx.obj), erreur=True)
    if exit_code(constats) != OK:
        affichage.say("Les réglages sont enregistrés, mais la connexion ne va pas : voyez ✗ ci-dessus.", "bold red")
    return constats
