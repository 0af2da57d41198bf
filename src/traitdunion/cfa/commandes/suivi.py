"""Follow-up: synchroniser, suivre, rapprocher.

Exit codes of `suivre` and `rapprocher`, made for cron: 0 nothing waits for the CFA, 10 something does; 5 the OPCO could
not be read (the local view is shown, with its age); the others as everywhere.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from traitdunion.cfa import entrees
from traitdunion.cfa.errors import AccessRefused, AuthenticationRefused, ErreurCfa, NoAnswer, QuotaReached
from traitdunion.cfa.lieux import BOITE, data_folder
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.suivi import exports
from traitdunion.cfa.suivi.actes import Acte, list_actes
from traitdunion.cfa.suivi.miroir import store
from traitdunion.cfa.suivi.miroir.base import MiroirEndommage
from traitdunion.cfa.suivi.miroir.synchro import PARIS, BilanSynchro
from traitdunion.cfa.suivi.modele import Vue
from traitdunion.cfa.suivi.rapprochement import LigneRapprochee, compute_rapprochement
from traitdunion.cfa.suivi.restes import LigneEmise, compute_restes
from traitdunion.cfa.suivi.service import FICHIER, Suivi
from traitdunion.cfa.suivi.tableau import list_promotions
from traitdunion.cfa.terminal import affichage, options, vues
from traitdunion.cfa.terminal.ecrans import rapprochement as ecran
from traitdunion.cfa.terminal.liaison import connect, open_boite
from traitdunion.cfa.terminal.outcome import A_FAIRE, ACCES, CODES, OK, REFUSE, RESEAU, outcome
from traitdunion.cfa.terminal.progres import progress_by_etape

if TYPE_CHECKING:
    import httpx

CODES_SUIVRE = f"{CODES} Ici, {A_FAIRE} : quelque chose attend le CFA."
CODES_RAPPROCHER = f"{CODES} Ici, {A_FAIRE} : des montants ne concordent pas."

app = typer.Typer()

ToutRelire = Annotated[
    bool, typer.Option("--tout-relire", help="Tout relire chez l'OPCO, et refaire la copie locale si elle est abîmée.")
]
HorsLigne = Annotated[bool, typer.Option("--hors-ligne", help="Ne rien demander à l'OPCO : la copie locale suffit.")]
NomPromotion = Annotated[
    str | None, typer.Option("--promotion", metavar="NOM", help="Seulement les dossiers de cette promotion.")
]
Historique = Annotated[
    str | None,
    typer.Option("--historique", metavar="CA-…", help="Ce qui a changé d'un dossier ou d'une facture, dans l'ordre."),
]
SortieCsv = Annotated[
    Path | None,
    typer.Option(
        "--csv", dir_okay=False, metavar="FICHIER", help="Écrire le tableau en CSV, pour un tableur français."
    ),
]
SortieXlsx = Annotated[
    Path | None, typer.Option("--xlsx", dir_okay=False, metavar="FICHIER", help="Écrire le tableau en XLSX.")
]


@app.command(epilog=CODES)
def synchroniser(
    ctx: typer.Context,
    *,
    tout_relire: ToutRelire = False,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
    en_json: options.EnJson = False,
) -> None:
    """Relire chez l'OPCO ce qui a changé : états, échéanciers, factures, règlements.

    Exemple : traitdunion cfa synchroniser --profil afdas
    """
    with outcome(en_json=en_json):
        reglages = Profil.load(configuration, nom=profil)
        with open_suivi(reglages.nom, refaire=tout_relire) as suivi:
            bilan = read_opco(suivi, reglages, ctx.obj, tout_relire=tout_relire)
        if en_json:
            affichage.print_json({"resultat": "SYNCHRONISE", **vues.plain_bilan(bilan)})
        else:
            _tell_bilan(bilan)


@app.command(epilog=CODES_SUIVRE)
def suivre(
    ctx: typer.Context,
    *,
    promotion: NomPromotion = None,
    historique: Historique = None,
    hors_ligne: HorsLigne = False,
    sortie_csv: SortieCsv = None,
    sortie_xlsx: SortieXlsx = None,
    ecraser: options.Ecraser = False,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
    en_json: options.EnJson = False,
) -> None:
    """Où en sont les dossiers, par promotion, et ce qui attend le CFA, le plus urgent d'abord.

    Exemple : traitdunion cfa suivre --promotion "BTS 2026" --xlsx suivi.xlsx
    """
    code = OK
    with outcome(en_json=en_json):
        reglages = Profil.load(configuration, nom=profil)
        with open_suivi(reglages.nom) as suivi:
            echec = None if hors_ligne else _try_to_read(suivi, reglages, ctx.obj)
            if historique is not None:
                _show_historique(suivi, historique, en_json=en_json)
                raise typer.Exit(OK)
            envois, vue = _read_boite(suivi, reglages.nom)
        le, at = today(), datetime.now(UTC)
        restes = compute_restes(vue, le=le, emises=read_emises(reglages.nom))
        actes = list_actes(vue, restes, le=le, envois=envois, profil=profil, promotion=promotion)
        promotions = list_promotions(vue, restes, promotion=promotion)
        table = exports.table_dossiers(vue, restes, promotion=promotion)
        if sortie_csv is not None:
            write_export(sortie_csv, exports.write_csv(table), ecraser=ecraser)
        if sortie_xlsx is not None:
            write_export(sortie_xlsx, exports.write_xlsx(table), ecraser=ecraser)
        if en_json:
            affichage.print_json(vues.plain_suivi(vue, promotions, actes, le=le, at=at, echec=echec))
        else:
            vues.show_promotions(promotions)
            vues.show_actes(actes)
            vues.say_fraicheur(vue, le=le, at=at, echec=echec)
        code = _code(echec, actes)
    raise typer.Exit(code)


@app.command(epilog=CODES_RAPPROCHER)
def rapprocher(
    ctx: typer.Context,
    *,
    promotion: NomPromotion = None,
    hors_ligne: HorsLigne = False,
    sortie_csv: SortieCsv = None,
    sortie_xlsx: SortieXlsx = None,
    ecraser: options.Ecraser = False,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
    en_json: options.EnJson = False,
) -> None:
    """Rapprocher ce qui est engagé, facturé et réglé, par nature ; et le total de chaque virement.

    Un écart n'est montré que si quelque chose ne concorde pas ; avoirs et ruptures sont expliqués à part.

    Exemple : traitdunion cfa rapprocher --xlsx rapprochement.xlsx
    """
    code = OK
    with outcome(en_json=en_json):
        reglages = Profil.load(configuration, nom=profil)
        with open_suivi(reglages.nom) as suivi:
            echec = None if hors_ligne else _try_to_read(suivi, reglages, ctx.obj)
            vue = suivi.vue()
        rapprochement = compute_rapprochement(vue, emises=read_emises(reglages.nom), promotion=promotion)
        table = exports.table_rapprochement(rapprochement)
        if sortie_csv is not None:
            write_export(sortie_csv, exports.write_csv(table), ecraser=ecraser)
        if sortie_xlsx is not None:
            write_export(sortie_xlsx, exports.write_xlsx(table), ecraser=ecraser)
        if en_json:
            affichage.print_json(ecran.plain_rapprochement(rapprochement))
        else:
            ecran.show_rapprochement(rapprochement)
            vues.say_fraicheur(vue, le=today(), at=datetime.now(UTC), echec=echec)
        code = _code(echec, [une for une in rapprochement.lignes if une.ecart is not None])
    raise typer.Exit(code)


@contextmanager
def open_suivi(nom: str, *, refaire: bool = False) -> Iterator[Suivi]:
    """The mirror of a profile. Raises MiroirEndommage, ErreurCfa (disk full, locked)."""
    import sqlite3

    chemin = data_folder(nom) / FICHIER
    try:
        with Suivi.open(chemin, refaire=refaire) as suivi:
            yield suivi
    except sqlite3.OperationalError as erreur:
        raise ErreurCfa(
            f"La copie locale du suivi ({chemin}) ne peut être écrite ({erreur}). Ce qui était déjà lu est gardé : "
            "faites de la place, puis recommencez."
        ) from None
    except sqlite3.DatabaseError:
        raise MiroirEndommage(store.ENDOMMAGE.format(chemin=chemin)) from None


def read_opco(
    suivi: Suivi, profil: Profil, transport: "httpx.BaseTransport | None", *, tout_relire: bool = False
) -> BilanSynchro:
    """Synchronise, with a progress bar on a terminal."""
    with connect(profil, transport) as client, progress_by_etape() as avance:
        return suivi.synchroniser(client, tout_relire=tout_relire, on_progress=avance)


def read_emises(nom: str) -> list[LigneEmise]:
    """The lines of the invoices that this profile has issued; none when it never did."""
    from traitdunion.cfa.facturation import carnet

    chemin = data_folder(nom) / carnet.FICHIER
    if not chemin.exists():
        return []
    with carnet.Carnet.open(chemin) as emises:
        return emises.list_lignes()


def today() -> date:
    """The day it is in France, whatever the machine's zone: échéances open on French days."""
    return datetime.now(PARIS).date()


def write_export(chemin: Path, contenu: bytes, *, ecraser: bool) -> None:
    """Write a table, for its owner only, and say so."""
    entrees.write_result(chemin, contenu, ecraser=ecraser)
    affichage.say(f"Écrit : {chemin}")


def _try_to_read(suivi: Suivi, profil: Profil, transport: "httpx.BaseTransport | None") -> ErreurCfa | None:
    """Synchronise if it can be; what stopped it otherwise: the local view is worth showing."""
    try:
        read_opco(suivi, profil, transport)
    except ErreurCfa as erreur:
        return erreur
    return None


def _code(echec: ErreurCfa | None, a_voir: Sequence[Acte | LigneRapprochee]) -> int:
    if isinstance(echec, AuthenticationRefused | AccessRefused):
        return ACCES
    if echec is not None:
        return RESEAU if isinstance(echec, NoAnswer | QuotaReached) else REFUSE
    return A_FAIRE if a_voir else OK


def _read_boite(suivi: Suivi, nom: str) -> tuple[list[Any], Vue]:
    """What is in the outbox, nothing when there is none yet; and the view, with the promotions that it knows."""
    from traitdunion.cfa.facturation import carnet, envoi

    donnees = data_folder(nom)
    if not (donnees / BOITE).exists():
        return [], suivi.vue()
    with open_boite(donnees / BOITE) as boite:
        suivi.link(boite.dossiers())
        vue = suivi.vue()
        if (donnees / carnet.FICHIER).exists():
            with carnet.Carnet.open(donnees / carnet.FICHIER) as livre:
                envoi.refresh(livre, boite, vue)
        return list(boite.list_envois()), vue


def _tell_bilan(bilan: BilanSynchro) -> None:
    if bilan.tout_relu is not None:
        affichage.say(f"Tout a été relu : {bilan.tout_relu}.")
    if bilan.illisibles:
        affichage.say(f"Montants illisibles, laissés de côté : {', '.join(bilan.illisibles)}.", "yellow")
    if not bilan.factures_lisibles:
        affichage.say("Cet OPCO ne donne pas encore l'état des factures : elles se suivent dans MyA.")
    affichage.print_lines(
        [
            ("Dossiers relus", f"{bilan.dossiers_lus}, dont {bilan.dossiers_changes} changé(s)"),
            ("Factures et avoirs relus", f"{bilan.factures_lues}, dont {bilan.factures_changees} changé(s)"),
            ("Clé", f"expire le {bilan.cle_fin:%d/%m/%Y}" if bilan.cle_fin else None),
        ]
    )


def _show_historique(suivi: Suivi, numero: str, *, en_json: bool) -> None:
    changements = suivi.list_historique(numero)
    if changements is None:
        raise entrees.FichierInutilisable(
            f"« {numero} » n'est dans la copie locale ni comme dossier (CA-…), ni comme facture. Synchronisez d'abord."
        )
    if en_json:
        affichage.print_json([vues.plain_changement(un) for un in changements])
    else:
        vues.show_historique(changements)
