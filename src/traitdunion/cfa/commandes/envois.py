"""The boîte d'envoi by command line: lister, voir, envoyer, relancer, rattacher, abandonner, purger, verifier.

Exit codes of `envoyer`, the first that holds: 4 access refused; 6 another process is sending; 3 an envoi of the box is
refused; 5 something is left waiting or uncertain; 0 all is accepted.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from traitdunion.cfa.boite.etats import (
    LIBELLES,
    LIBELLES_ACTES,
    LIBELLES_NATURES,
    Acte,
    EtatEnvoi,
    NatureEnvoi,
    say_compte,
)
from traitdunion.cfa.boite.modeles import Arret, BilanBoite, Envoi
from traitdunion.cfa.boite.temps import Temps
from traitdunion.cfa.lieux import BOITE, PREFIXE, data_folder
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.reglages.fichier import default_file, read_file
from traitdunion.cfa.reglages.profils import find_name, values_of
from traitdunion.cfa.terminal import affichage, options
from traitdunion.cfa.terminal.ecrans import envois as ecran
from traitdunion.cfa.terminal.liaison import connect
from traitdunion.cfa.terminal.outcome import ACCES, CODES, OK, REFUSE, RESEAU, outcome
from traitdunion.cfa.terminal.progres import progress

if TYPE_CHECKING:
    from traitdunion.cfa.boite import Boite

app = typer.Typer(
    help="La boîte d'envoi : ce qui attend, ce qui est parti, ce qui est refusé.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=CODES,
)
CLOS = frozenset({EtatEnvoi.ACCEPTE, EtatEnvoi.REFUSE})
# The time of the commands: a test may replace it, nothing else does.
TEMPS = Temps()
CODES_ENVOYER = (
    "Codes de sortie : 0 tout est accepté ; 3 un envoi au moins est refusé ; 4 accès refusé par l'OPCO ; 5 des envois "
    "attendent ou sont incertains ; 6 un autre processus envoie déjà."
)
Numero = Annotated[int, typer.Argument(min=1, metavar="N°", help="Numéro de l'envoi, donné par « lister ».")]
UnEtat = Annotated[
    list[EtatEnvoi] | None, typer.Option("--etat", case_sensitive=False, help="Dans cet état seulement ; répétable.")
]
UneNature = Annotated[
    list[NatureEnvoi] | None, typer.Option("--nature", case_sensitive=False, help="De cette nature ; répétable.")
]
Promotion = Annotated[str | None, typer.Option("--promotion", metavar="NOM", help="De cette promotion seulement.")]


@contextmanager
def opened(profil: str | None, configuration: Path | None = None) -> "Iterator[Boite]":
    """The box of a profile; its settings need not be complete to look into it."""
    from traitdunion.cfa.boite import Boite

    with Boite.open(data_folder(find_name(profil, _environ(configuration))) / BOITE, temps=TEMPS) as boite:
        yield boite


def find_destinataire(profil: str | None, configuration: Path | None) -> tuple[str, str | None] | None:
    """The address and the CFA that the settings name, complete or not; None when they name no address yet."""
    environ = _environ(configuration)
    fichier, nom = default_file(environ), find_name(profil, environ)
    valeurs = {} if fichier is None else values_of(read_file(fichier), nom)
    api, siren = (environ.get(PREFIXE + un.upper()) or valeurs.get(un) for un in ("api", "siren"))
    return None if not api else (str(api), str(siren) if siren else None)


def _environ(configuration: Path | None) -> dict[str, str]:
    """The file that is named says which profile is meant, when looking into its box as when sending."""
    nomme = {} if configuration is None else {f"{PREFIXE}CONFIGURATION": str(configuration)}
    return {**os.environ, **nomme}


@app.command(epilog=CODES)
def lister(
    *,
    etat: UnEtat = None,
    nature: UneNature = None,
    promotion: Promotion = None,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
    en_json: options.EnJson = False,
) -> None:
    """Montrer les envois de la boîte, dans l'ordre où ils y ont été mis.

    Exemple : traitdunion cfa envois lister --etat incertain
    """
    with outcome(en_json=en_json), opened(profil, configuration) as boite:
        envois = list(boite.list_envois(etats=etat, natures=nature, promotion=promotion))
        if en_json:
            affichage.print_json([ecran.plain_envoi(envoi) for envoi in envois])
            return
        if envois:
            ecran.show_envois(envois)
        comptes = boite.count_etats()
    if not any(comptes.values()):
        affichage.say(ecran.VIDE)
    elif not envois:
        affichage.say("Aucun envoi ne répond à ces critères.")
    else:
        dits = (say_compte(nombre, etat) for etat, nombre in comptes.items() if nombre)
        affichage.say(f"En tout : {', '.join(dits)}.")


@app.command(epilog=CODES)
def voir(
    numero: Numero,
    *,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
    en_json: options.EnJson = False,
) -> None:
    """Tout dire d'un envoi : où il en est, ce que l'OPCO a répondu, son journal.

    Exemple : traitdunion cfa envois voir 12
    """
    with outcome(en_json=en_json), opened(profil, configuration) as boite:
        envoi, journal = boite.find(numero), boite.list_journal(numero)
        bloqueur = None if envoi.bloque_par is None else boite.find(envoi.bloque_par)
        if en_json:
            lignes = [
                {"le": e.le.isoformat(), "acte": e.acte, "de": e.de, "vers": e.vers, "detail": e.detail}
                for e in journal
            ]
            affichage.print_json({**ecran.plain_envoi(envoi), "journal": lignes})
            return
        ecran.show_envoi(envoi, bloqueur)
        sys.stdout.write("Journal :\n")
        for e in journal:
            acte = LIBELLES_ACTES[Acte(e.acte)] if e.acte in set(Acte) else "mis en boîte"
            suite = f" ({e.detail})" if e.detail else ""
            sys.stdout.write(f"  {ecran.moment(e.le)}  {acte}, {LIBELLES[e.vers]}{suite}\n")


@app.command(epilog=CODES_ENVOYER)
def envoyer(
    ctx: typer.Context,
    *,
    jusqu_au_bout: Annotated[
        bool, typer.Option("--jusqu-au-bout", help="Attendre les prochains essais, jusqu'à ce que rien n'attende plus.")
    ] = False,
    duree: Annotated[
        int | None, typer.Option("--duree", min=1, metavar="MINUTES", help="Ne plus rien commencer après ce temps.")
    ] = None,
    adresse_changee: Annotated[
        bool, typer.Option("--adresse-changee", help="C'est le même OPCO, à une nouvelle adresse (réglage « api »).")
    ] = False,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
    en_json: options.EnJson = False,
) -> None:
    """Envoyer ce qui attend, dans l'ordre de chaque dossier ; relire ce qui est incertain avant tout renvoi.

    Exemple : traitdunion cfa envois envoyer --jusqu-au-bout
    """
    with outcome(en_json=en_json):
        reglages = Profil.load(configuration, nom=profil)
        fin = None if duree is None else TEMPS.clock() + timedelta(minutes=duree)
        with opened(profil, configuration) as boite, connect(reglages, ctx.obj) as client:
            boite.bind(reglages.api, reglages.siren, adresse_changee=adresse_changee)
            comptes = boite.count_etats()
            a_faire = sum(comptes[etat] for etat in (EtatEnvoi.EN_ATTENTE, EtatEnvoi.EN_COURS, EtatEnvoi.INCERTAIN))
            with show_avance(a_faire) as avance:
                bilan = boite.drain(client, on_progress=avance, jusqu_a=fin, attendre=jusqu_au_bout)
        ecran.tell_bilan(bilan, vide=not any(comptes.values()), en_json=en_json)
    raise typer.Exit(exit_code(bilan))


@app.command(epilog=CODES)
def relancer(
    numero: Numero,
    *,
    apres_verification: Annotated[
        bool, typer.Option("--apres-verification", help="J'ai vérifié chez l'OPCO : cet envoi incertain n'y est pas.")
    ] = False,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
) -> None:
    """Remettre un envoi refusé ou incertain en attente, tel quel ; ou avancer son prochain essai.

    Exemple : traitdunion cfa envois relancer 12
    """
    with outcome(en_json=False), opened(profil, configuration) as boite:
        boite.relancer(numero, apres_verification=apres_verification)
    affichage.say(f"L'envoi n° {numero} partira au prochain « traitdunion cfa envois envoyer ».")


@app.command(epilog=CODES)
def rattacher(
    numero: Numero,
    *,
    numero_interne: Annotated[
        str, typer.Option("--numero-interne", metavar="NUMERO", help="Son numéro interne chez l'OPCO, en chiffres.")
    ],
    numero_externe: Annotated[
        str | None, typer.Option("--numero-externe", metavar="CA-…", help="Son numéro de dossier, pour un dossier.")
    ] = None,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
) -> None:
    """Dire qu'un envoi incertain ou « déjà reçu » est bien chez l'OPCO, sous ce numéro ; la suite peut partir.

    Exemple : traitdunion cfa envois rattacher 12 --numero-interne 345 --numero-externe CA-0000345
    """
    with outcome(en_json=False), opened(profil, configuration) as boite:
        boite.rattacher(numero, numero_interne=numero_interne, numero_externe=numero_externe)
    affichage.say(f"L'envoi n° {numero} est accepté sous le numéro {numero_externe or numero_interne}.")


@app.command(epilog=CODES)
def abandonner(
    numero: Numero, *, configuration: options.Configuration = None, profil: options.NomProfil = None
) -> None:
    """Renoncer à un envoi ; avec un dossier, à tout ce qui attendait son numéro.

    Exemple : traitdunion cfa envois abandonner 12
    """
    with outcome(en_json=False), opened(profil, configuration) as boite:
        incertain = boite.find(numero).etat is EtatEnvoi.INCERTAIN
        abandonnes = boite.abandonner(numero)
    for envoi in abandonnes:
        affichage.say(f"Abandonné : envoi n° {envoi.id}, {LIBELLES_NATURES[envoi.nature]}.")
    if incertain:
        affichage.say("Il était incertain : s'il est chez l'OPCO, il y reste. Vérifiez dans son portail.", "yellow")


@app.command(epilog=CODES)
def purger(
    *,
    avant: Annotated[
        date,
        typer.Option("--avant", parser=options.read_jour, metavar="JOUR", help="Accepté ou abandonné avant ce jour."),
    ],
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
) -> None:
    """Effacer le contenu des envois terminés ; leurs numéros, leurs empreintes et leur journal restent.

    Exemple : traitdunion cfa envois purger --avant 01/09/2025
    """
    with outcome(en_json=False), opened(profil, configuration) as boite:
        oublies = boite.purger(avant)
    affichage.say(f"Contenu effacé : {oublies} envoi(s). Leur ligne reste, comme preuve.")


@app.command(epilog=CODES)
def verifier(
    *,
    apres_restauration: Annotated[
        bool,
        typer.Option(
            "--apres-restauration",
            help="La boîte revient d'une sauvegarde : relire chez l'OPCO ce qui y attend, avant tout envoi.",
        ),
    ] = False,
    configuration: options.Configuration = None,
    profil: options.NomProfil = None,
) -> None:
    """Relire toute la boîte : sa base de données, et l'empreinte de chaque contenu gardé.

    Exemple : traitdunion cfa envois verifier
    """
    with outcome(en_json=False), opened(profil, configuration) as boite:
        abimes = boite.check()
        doutes = boite.doubt() if apres_restauration else 0
    if apres_restauration:
        affichage.say(f"{doutes} envoi(s) seront relus chez l'OPCO avant de partir : traitdunion cfa envois envoyer")
    for numero in abimes:
        affichage.say(f"Abîmé : le contenu de l'envoi n° {numero} n'est plus celui qui a été mis en boîte.", "bold red")
    affichage.say("La boîte est intacte." if not abimes else f"{len(abimes)} envoi(s) abîmé(s) : ils ne partiront pas.")
    raise typer.Exit(REFUSE if abimes else OK)


def exit_code(bilan: BilanBoite) -> int:
    """What `envoyer` tells a script."""
    if bilan.arret is Arret.ACCES:
        return ACCES
    if bilan.etats[EtatEnvoi.REFUSE]:
        return REFUSE
    restent = (EtatEnvoi.EN_ATTENTE, EtatEnvoi.EN_COURS, EtatEnvoi.INCERTAIN)
    return RESEAU if any(bilan.etats[etat] for etat in restent) else OK


@contextmanager
def show_avance(total: int) -> Iterator[Callable[[Envoi], None]]:
    """A bar that goes on each time an envoi comes to its end."""
    with progress("Envoi", total) as avance:
        yield lambda envoi: avance(1 if envoi.etat in CLOS else 0)
