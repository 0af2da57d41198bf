"""`./run demo`: start everything, play the scenario, say where to look, keep running."""

import asyncio
import json
import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from traitdunion.bac_a_sable.demo import cast, facturation, instruction, promotion, scenario
from traitdunion.bac_a_sable.demo.server import Connection, DemoImpossible, serving
from traitdunion.cfa.client import ClientCfa
from traitdunion.cfa.profil import Profil
from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.socle.postgres import PostgresError

MONTRES = 10  # dossiers that the conclusion names


def tell(texte: str) -> None:
    """One line of progress."""
    print(texte, flush=True)  # noqa: T201 - the demonstration speaks on its terminal


def demo(
    *,
    sans_attendre: Annotated[bool, typer.Option("--sans-attendre", help="S'arrête après le scénario.")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port du serveur ; libre par défaut.")] = None,
    fichier_json: Annotated[
        Path | None, typer.Option("--json", metavar="FICHIER", help="Écrit de quoi se connecter, une fois tout prêt.")
    ] = None,
    conserver: Annotated[Path | None, typer.Option(metavar="CHEMIN", help="Garde base et fichiers ici.")] = None,
    apprentis: Annotated[
        int, typer.Option("--apprentis", min=0, help="Combien d'apprentis dans la promotion transmise ; 0 : aucune.")
    ] = 200,
    formulaire: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="CERFA 10103*14 vierge à remplir.")
    ] = None,
) -> None:
    """Joue toute la chaîne sur le vrai serveur : de la clé au dossier « CA-0000001 »."""
    debut = time.monotonic()
    arret = threading.Event()

    def stop(_signal: int, _cadre: FrameType | None) -> None:
        # During the scenario too, the way out goes through every `finally`: no child outlives us.
        arret.set()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    tell("Trait d'union, démonstration. Base et serveur démarrent sur un dossier neuf…")
    try:
        with serving(port=port, conserver=conserver) as connexion:
            tell(f"Serveur prêt en {time.monotonic() - debut:.1f} s : {connexion.api}\n")
            with ClientCfa(a_profil(connexion)) as client:
                joue = scenario.play(
                    client, cle_publique=connexion.cle_publique, formulaire=formulaire or _official_form(), tell=tell
                )
                tell("8. L'instruction, côté OPCO")
                premier, second, _, *autres = (int(numero.removeprefix("CA-")) for numero in joue.dossiers)
                asyncio.run(instruction.play(connexion.settings, (premier, second, *autres), tell=tell))
                tell(f"   numéro DECA revenu : {instruction.await_deca(client, premier)}")
                tell("9. Les factures, les virements, les comptes")
                joue.dossiers += facturation.play(client, connexion.settings, tell=tell)
                scenario.read_etats(client, tell=tell)
                if apprentis:
                    tell(f"11. Une promotion de {apprentis} apprentis, par les commandes du CFA")
                    jouee = promotion.play(
                        *(client, connexion), nombre=apprentis, dossier=connexion.donnees / "cfa", tell=tell
                    )
                    joue.dossiers += [numero_externe(numero) for numero in jouee.dossiers]
            if fichier_json is not None:
                _write_json(fichier_json, connexion, joue.dossiers)
            _conclude(connexion, joue.dossiers, time.monotonic() - debut)
            if not sans_attendre:
                tell("\nLe serveur continue. Ctrl-C pour tout arrêter.")
                arret.wait()
    except (DemoImpossible, PostgresError) as impossible:
        tell(str(impossible))
        raise typer.Exit(1) from None
    tell("Tout est arrêté.")


def a_profil(connexion: Connection) -> Profil:
    """How the CFA of the demonstration speaks to its OPCO."""
    return Profil(
        api=connexion.api,
        jeton=connexion.jeton,
        client_id=connexion.client_id,
        client_secret=connexion.client_secret,
        cle_api=connexion.cle_api,
        siren=cast.SIREN,
        editeur="demonstration",
        opco="traitdunion",
    )


def _official_form() -> Path | None:
    """The blank official form, where the reference data stand beside the project."""
    donnees = os.environ.get("TRAITDUNION_TEST_DONNEES")
    racines = [Path(donnees)] if donnees else [Path.cwd().parent / "shared" / "data"]
    trouves = [racine / "cerfa" / "cerfa_10103-14.pdf" for racine in racines]
    return next((chemin for chemin in trouves if chemin.is_file()), None)


def _write_json(fichier: Path, connexion: Connection, dossiers: list[str]) -> None:
    """Written whole under another name, then renamed; only its owner reads it: it holds secrets."""
    contenu: dict[str, Any] = {
        "api": connexion.api,
        "jeton": connexion.jeton,
        "client_id": connexion.client_id,
        "client_secret": connexion.client_secret,
        "cle_api": connexion.cle_api,
        "opco": "traitdunion",
        "siren": cast.SIREN,
        "dossiers": dossiers,
        **{
            nom: {"url": un.url, "utilisateur": un.utilisateur, "mot_de_passe": un.mot_de_passe}
            for nom, un in connexion.acces.items()
        },
    }
    provisoire = fichier.with_name(f".{fichier.name}.{os.getpid()}")
    descripteur = os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descripteur, "w", encoding="utf-8") as sortie:
        json.dump(contenu, sortie, ensure_ascii=False, indent=2)
    provisoire.rename(fichier)


def _conclude(connexion: Connection, dossiers: list[str], secondes: float) -> None:
    montres = dossiers if len(dossiers) <= MONTRES else [*dossiers[:MONTRES], f"… {dossiers[-1]}"]
    tell(f"\nDossiers : {', '.join(montres)}  (en {secondes:.1f} s)")
    tell(f"\nPortails : {connexion.api}/mya/connexion (comptes inventés, seconds facteurs désactivés ici)")
    for nom, un in connexion.acces.items():
        tell(f"  {nom:<12} {un.utilisateur:<10} {un.mot_de_passe}")
    tell(f"Documentation de l'API : {connexion.api}/docs")
    tell(f"Éditeur : client_id {connexion.client_id}")
    tell(f"CFA : SIREN {cast.SIREN}. Secret et clé : avec --json FICHIER.")


def main() -> None:
    """Entry point."""
    typer.run(demo)


if __name__ == "__main__":
    main()
