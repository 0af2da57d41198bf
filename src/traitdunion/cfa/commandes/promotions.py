"""A promotion in a workbook: modele, importer.

Exit codes: 0 every row is good (and deposited, or kept for sending if asked); 3 some rows are to be corrected or were
refused; 5 some remain in the outbox, the OPCO not answering.
"""

import os
import tempfile
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from traitdunion.cfa import entrees
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.lieux import BOITE, data_folder
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.terminal import affichage, options
from traitdunion.cfa.terminal.liaison import connect, open_boite
from traitdunion.cfa.terminal.outcome import ACCES, CODES, OK, REFUSE, RESEAU, outcome
from traitdunion.cfa.terminal.progres import progress
from traitdunion.lancement import flux

if TYPE_CHECKING:
    from traitdunion.cfa.tableur.envoi import Depot
    from traitdunion.cfa.tableur.lignes import Promotion

app = typer.Typer()

EXEMPLES_MAX = 10_000
CLOS = frozenset({"REFUSE", "ANNULE"})  # the contract may be deposited again (norme.md §7)
ANOMALIES_MONTREES = 40
Modele = Annotated[Path, typer.Argument(dir_okay=False, metavar="PROMOTION.xlsx", help="Classeur à écrire.")]
Classeur = Annotated[
    Path, typer.Argument(exists=True, metavar="PROMOTION.xlsx|DOSSIER", help="Classeur, ou dossier de CERFA remplis.")
]
Exemple = Annotated[
    int,
    typer.Option("--exemple", min=0, max=EXEMPLES_MAX, metavar="N", help="Remplir avec N apprentis inventés."),
]
SortieConventions = Annotated[
    Path | None,
    typer.Option(
        "--conventions", metavar="DOSSIER", help="Avec --exemple : y écrire aussi leurs conventions fictives."
    ),
]
Conventions = Annotated[
    Path | None,
    typer.Option(
        "--conventions",
        exists=True,
        file_okay=False,
        metavar="DOSSIER",
        help="Dossier des conventions signées (défaut : celui du classeur).",
    ),
]
NomPromotion = Annotated[
    str | None, typer.Option("--promotion", metavar="NOM", help="Nom de la promotion (défaut : celui du classeur).")
]
SansEnvoyer = Annotated[
    bool, typer.Option("--sans-envoyer", help="Mettre dans la boîte d'envoi, sans rien envoyer pour l'instant.")
]
ToutOuRien = Annotated[
    bool, typer.Option("--tout-ou-rien", help="Ne rien déposer tant qu'une seule ligne est à corriger.")
]
NouveauDepot = Annotated[
    bool,
    typer.Option(
        "--nouveau-depot",
        help="Déposer de nouveau les contrats dont l'OPCO a refusé ou annulé le dossier, d'après le dernier suivi.",
    ),
]
SurPlace = Annotated[
    bool,
    typer.Option("--sur-place", help="Écrire les anomalies dans le classeur lui-même, réécrit au format du modèle."),
]


@app.command(epilog=CODES)
def modele(
    sortie: Modele,
    *,
    exemple: Exemple = 0,
    conventions: SortieConventions = None,
    ecraser: options.Ecraser = False,
    au: options.AuJour = None,
) -> None:
    """Écrire le classeur Excel à remplir : une ligne par apprenti, listes et aide sur chaque colonne.

    Exemple : traitdunion cfa modele promotion.xlsx
    """
    from traitdunion.cfa.tableur.ecriture import exemples
    from traitdunion.cfa.tableur.ecriture.modele import write_modele

    if conventions is not None and exemple == 0:
        raise typer.BadParameter("--conventions ne va qu'avec --exemple N.")
    with outcome(en_json=False):
        jour = au or _today()
        entrees.write_result(sortie, write_modele(le=jour, nombre=exemple), ecraser=ecraser)
        affichage.say(f"Écrit : {sortie}")
        if conventions is None:
            return
        conventions.mkdir(parents=True, exist_ok=True)
        with progress("Conventions fictives", exemple) as on_progress:
            for rang in range(exemple):
                chemin = conventions / exemples.file_name(rang)
                entrees.write_result(chemin, exemples.write_convention(rang, le=jour), ecraser=ecraser)
                on_progress(1)
        affichage.say(f"Écrit : {exemple} conventions fictives dans {conventions}")


@app.command(epilog=CODES)
def importer(
    ctx: typer.Context,
    classeur: Classeur,
    *,
    conventions: Conventions = None,
    promotion: NomPromotion = None,
    a_blanc: options.ABlanc = False,
    sans_envoyer: SansEnvoyer = False,
    tout_ou_rien: ToutOuRien = False,
    nouveau_depot: NouveauDepot = False,
    sur_place: SurPlace = False,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
    au: options.AuJour = None,
    en_json: options.EnJson = False,
) -> None:
    """Contrôler une promotion ligne à ligne, écrire les anomalies à côté des cellules, déposer les bonnes lignes.

    Exemple : traitdunion cfa importer promotion.xlsx --conventions conventions
    """
    from traitdunion.cfa.tableur.envoi import Depot

    if sur_place and (classeur.is_dir() or classeur.suffix.lower() != ".xlsx"):
        raise typer.BadParameter("--sur-place ne va qu'avec un classeur .xlsx : les autres formats y perdraient.")
    depot: Depot | None = None
    echec: ErreurCfa | None = None
    with outcome(en_json=en_json):
        reglages = None if a_blanc else Profil.load(configuration, nom=profil)
        if reglages is not None:
            _require_route(reglages)
        clos = _list_clos(reglages) if reglages is not None and nouveau_depot else {}
        lue = _read(classeur, conventions, a_blanc=a_blanc, le=au or _today(), clos=clos)
        retenu = tout_ou_rien and not all(ligne.est_bonne for ligne in lue.lignes)
        if reglages is not None and not retenu:
            with open_boite(data_folder(reglages.nom) / BOITE) as boite:
                boite.bind(reglages.api, reglages.siren)  # said before anything is put in
                depot = Depot(boite, clos=clos.values())
                try:
                    _deposit(ctx, depot, lue, reglages, nom=promotion or lue.nom, envoyer=not sans_envoyer)
                except ErreurCfa as erreur:
                    echec = erreur  # told once the workbook says what was done before it
                depot.read_back()
        try:
            retour = _write_retour(lue, classeur, sur_place=sur_place, depose=depot is not None)
        except entrees.FichierInutilisable as erreur:  # what was deposited and what is wrong are told all the same
            retour, echec = None, echec or erreur
        _tell(lue, retour, depot, echec, en_json=en_json)
    if echec is not None:
        with outcome(en_json=False):
            raise echec
    raise typer.Exit(_exit_code(lue, depot, sans_envoyer=sans_envoyer))


def _require_route(reglages: Profil) -> None:
    """That this OPCO takes contracts is said once, rather than of each row. Raises RouteAbsente."""
    from traitdunion.cfa.echange.connecteur import Connecteur
    from traitdunion.norme.profils import NomRoute

    Connecteur(reglages).route(NomRoute.DEPOSER_DOSSIER)


def _list_clos(reglages: Profil) -> dict[str, str]:
    """The dossiers that the OPCO refused or cancelled, as last read: their numeroInterne, by the number of people."""
    from traitdunion.cfa.commandes.suivi import open_suivi

    with open_suivi(reglages.nom) as suivi:
        return {un.numero_externe: un.numero_interne for un in suivi.vue().dossiers if un.etat in CLOS}


def _read(classeur: Path, conventions: Path | None, *, a_blanc: bool, le: date, clos: Collection[str]) -> "Promotion":
    """The promotion read and judged, each row with its convention; a dry run looks for these only if told where."""
    from traitdunion.cfa.tableur.colonnes import NUMERO_DOSSIER
    from traitdunion.cfa.tableur.controle import check_promotion
    from traitdunion.cfa.tableur.conventions import DossierConventions, match_conventions
    from traitdunion.cfa.tableur.dossiers import read_folder
    from traitdunion.cfa.tableur.lecture import read_promotion

    with flux.mute_panics():
        lue = read_folder(classeur) if classeur.is_dir() else read_promotion(classeur)
    for ligne in lue.lignes:
        if ligne.numero_dossier in clos:
            ligne.valeurs[NUMERO_DOSSIER] = None
    with progress("Contrôle des lignes", len(lue.lignes)) as on_progress:
        check_promotion(lue, le=le, on_progress=on_progress)
    if conventions is not None or not a_blanc:
        dossier = conventions or (classeur if classeur.is_dir() else classeur.parent)
        match_conventions(lue, DossierConventions.read(dossier))
    return lue


def _deposit(
    ctx: typer.Context, depot: "Depot", lue: "Promotion", reglages: Profil, *, nom: str, envoyer: bool
) -> None:
    bonnes = sum(ligne.a_deposer for ligne in lue.lignes)
    with progress("Mise dans la boîte d'envoi", bonnes) as on_progress:
        depot.enqueue(lue, nom=nom, on_progress=on_progress)
    if envoyer:  # and what an import before this one left in the box
        with connect(reglages, ctx.obj) as client, progress("Envoi") as on_progress:
            depot.drain(client, on_progress=on_progress)


def _write_retour(lue: "Promotion", classeur: Path, *, sur_place: bool, depose: bool) -> Path | None:
    """Where the copy with the anomalies and the states was written; None when it has nothing to say."""
    from traitdunion.cfa.tableur.ecriture.retour import write_retour
    from traitdunion.cfa.tableur.envoi import retour_path

    if not depose and not any(ligne.situees for ligne in lue.lignes) and not classeur.is_dir():
        return None
    contenu = write_retour(lue)
    if not sur_place:
        chemin = retour_path(classeur)
        entrees.write_result(chemin, contenu, ecraser=False)
        return chemin
    # Whole or not at all: a full disk must not cost the person their workbook.
    try:
        poignee, provisoire = tempfile.mkstemp(dir=classeur.parent, suffix=".xlsx")
        with os.fdopen(poignee, "wb") as fichier:
            fichier.write(contenu)
        os.replace(provisoire, classeur)
    except OSError as erreur:
        raise entrees.FichierInutilisable(f"{classeur} ne peut être écrit : {erreur.strerror}.") from None
    return classeur


def _tell(
    lue: "Promotion", retour: Path | None, depot: "Depot | None", echec: ErreurCfa | None, *, en_json: bool
) -> None:
    from traitdunion.cfa.tableur.envoi import count

    etats = count(lue)
    if en_json:
        affichage.print_json(_as_json(lue, retour, depot, echec, etats))
        return
    for remarque in lue.remarques:
        affichage.say(f"Remarque : {remarque}")
    dites = [(ligne, situee) for ligne in lue.lignes for situee in ligne.situees]
    for ligne, situee in dites[:ANOMALIES_MONTREES]:
        libelle, style = affichage.LIBELLES[situee.anomalie.gravite]
        affichage.say(f"{ligne.libelle}, {situee.cellule} ({libelle}) : {situee.anomalie.description}", style)
    if len(dites) > ANOMALIES_MONTREES:
        affichage.say(f"… et {len(dites) - ANOMALIES_MONTREES} autres anomalies, dans le classeur des anomalies.")
    if depot is not None and depot.bilan is not None and depot.bilan.phrase:
        affichage.say(depot.bilan.phrase)
    affichage.print_lines([("Promotion", lue.nom), ("Lignes lues", str(len(lue.lignes)))])
    affichage.print_lines((etat[0].upper() + etat[1:], str(nombre)) for etat, nombre in sorted(etats.items()))
    if depot is None:
        affichage.print_lines([("Déposé", "rien")])
    elif depot.deja:
        affichage.print_lines([("Dont déjà dans la boîte d'envoi, non renvoyés", str(depot.deja))])
    if retour is not None:
        affichage.print_lines([("Classeur des anomalies", str(retour))])


def _as_json(
    lue: "Promotion",
    retour: Path | None,
    depot: "Depot | None",
    echec: ErreurCfa | None,
    etats: dict[str, int],
) -> dict[str, Any]:
    from traitdunion.cfa.tableur.ecriture.retour import tell_etat

    return {
        "resultat": "RIEN_DEPOSE" if depot is None else "IMPORTE",
        "erreur": None if echec is None else str(echec),
        "promotion": lue.nom,
        "etats": dict(etats),
        "dejaEnBoite": 0 if depot is None else depot.deja,
        "retour": None if retour is None else str(retour),
        "remarques": lue.remarques,
        "lignes": [
            {
                "ligne": ligne.numero,
                "libelle": ligne.libelle,
                "etat": tell_etat(ligne),
                "numeroExterne": ligne.numero_dossier,
                "convention": None if ligne.fichier is None else ligne.fichier.name,
                "anomalies": [
                    {"cellule": str(situee.cellule), **anomalie}
                    for situee, anomalie in zip(
                        ligne.situees, affichage.plain(situee.anomalie for situee in ligne.situees), strict=True
                    )
                ],
            }
            for ligne in lue.lignes
        ],
    }


def _exit_code(lue: "Promotion", depot: "Depot | None", *, sans_envoyer: bool) -> int:
    from traitdunion.cfa.tableur.envoi import EN_ATTENTE, INCERTAIN

    if depot is not None and depot.bilan is not None and str(depot.bilan.arret) == "ACCES":
        return ACCES
    if not all(ligne.est_bonne for ligne in lue.lignes):
        return REFUSE
    attendent = {EN_ATTENTE, INCERTAIN} & {ligne.etat for ligne in lue.lignes}
    return RESEAU if attendent and not sans_envoyer else OK


def _today() -> date:
    return datetime.now().astimezone().date()
