"""What can be looked at on the machine itself: program, libraries, terminal, settings, key."""

import os
import platform
import stat
from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TextIO

from traitdunion import __version__
from traitdunion.cfa.diagnostic.modele import Constat, bad, doubtful, good
from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.facturation.emetteur import Emetteur, EmetteurInvalide
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.reglages.fiche import DANS_FACTURATION, FACTURATION, IBAN, Fiche
from traitdunion.cfa.reglages.profils import PAR_DEFAUT, SECTIONS, list_profils
from traitdunion.cfa.reglages.secrets import Rangement
from traitdunion.norme import cle_api
from traitdunion.norme.cle_api import Milieu

BIBLIOTHEQUES = (
    "cryptography", "httpx", "keyring", "msgspec", "pikepdf", "python-calamine", "reportlab", "rich", "typer",
    "xlsxwriter",
)  # fmt: skip
CONNUES = frozenset({champ.name for champ in fields(Profil)} - {"nom"}) | {"opco"}


def check_programme() -> Iterator[Constat]:
    """Versions of the program, of Python and of what it stands on."""
    yield good("Programme", f"traitdunion {__version__}, Python {platform.python_version()}, {platform.system()}.")
    lues = {nom: _version(nom) for nom in BIBLIOTHEQUES}
    absentes = [nom for nom, lue in lues.items() if lue is None]
    if absentes:
        yield bad(
            "Bibliothèques",
            f"Il manque : {', '.join(absentes)}.",
            "Réinstallez le produit : pip install --force-reinstall traitdunion.",
        )
    else:
        yield good("Bibliothèques", ", ".join(f"{nom} {lue}" for nom, lue in lues.items()) + ".")


def _version(nom: str) -> str | None:
    try:
        return version(nom)
    except PackageNotFoundError:
        return None


def check_terminal(sortie: TextIO, environ: Mapping[str, str]) -> Iterator[Constat]:
    """What the terminal can show."""
    encodage = (getattr(sortie, "encoding", None) or "inconnu").upper()
    couleurs = "sans couleurs (NO_COLOR)" if environ.get("NO_COLOR") else "couleurs permises"
    if encodage.replace("-", "") == "UTF8":
        yield good("Terminal", f"{encodage}, {couleurs}.")
    else:
        yield doubtful(
            "Terminal",
            f"Encodage {encodage} : des accents et des signes seront remplacés par ce qui leur ressemble ; {couleurs}.",
            "Réglez le terminal en UTF-8 (PYTHONUTF8=1) pour tout voir.",
        )


def check_fichier(fichier: Path) -> Iterator[Constat]:
    """The settings file, and who else may reach it."""
    if not fichier.exists():
        yield doubtful("Réglages", f"Pas encore de fichier {fichier}.", "Lancez : traitdunion cfa configurer")
        return
    dossier = fichier.resolve().parent
    droits = dossier.stat().st_mode
    # In a shared folder with the sticky bit (/tmp) each one replaces their own files only.
    if os.name == "posix" and droits & 0o022 and not droits & stat.S_ISVTX:
        yield bad(
            "Réglages",
            f"D'autres comptes peuvent remplacer des fichiers de {dossier}.",
            f"Retirez-leur ce droit : chmod 700 {dossier}",
        )
    else:
        yield good("Réglages", f"{fichier}, lisible par vous seul.")


def check_cles_du_fichier(brut: Mapping[str, Any]) -> Iterator[Constat]:
    """Words of the settings file that mean nothing here, with the one that was probably meant."""
    profils = list_profils(brut)
    hautes = {cle for cle, un in brut.items() if not isinstance(un, dict)}
    for cle in sorted(hautes - CONNUES - {PAR_DEFAUT}):
        yield _unknown(cle, "en tête du fichier", CONNUES | {PAR_DEFAUT})
    for nom in sorted(cle for cle, un in brut.items() if isinstance(un, dict) and cle not in SECTIONS):
        if nom not in profils:
            yield _unknown(nom, "table du fichier", set(SECTIONS) | set(profils))
            continue
        for cle in sorted(brut[nom].keys() - CONNUES - SECTIONS):
            yield _unknown(cle, f"profil « {nom} »", CONNUES | SECTIONS)
        yield from _check_section(brut[nom], f"factures du profil « {nom} »")
    yield from _check_section(brut, "factures")


def _check_section(table: Mapping[str, Any], ou: str) -> Iterator[Constat]:
    section = table.get(FACTURATION)
    connues = frozenset(champ.name for champ in fields(Emetteur))
    for cle in sorted(section.keys() - connues) if isinstance(section, dict) else ():
        yield _unknown(cle, ou, connues)


def _unknown(mot: str, ou: str, connus: set[str] | frozenset[str]) -> Constat:
    proche = get_close_matches(mot, sorted(connus), n=1, cutoff=0.6)
    conseil = f"Vouliez-vous dire « {proche[0]} » ?" if proche else "Il est gardé, mais ne sert à rien ici."
    return doubtful("Réglages", f"« {mot} » n'est pas un réglage connu ({ou}).", conseil)


def check_profil(fiche: Fiche, profil: Profil | ProfilInvalide) -> Iterator[Constat]:
    """Whether the profile is whole, and where its secrets are."""
    if isinstance(profil, ProfilInvalide):
        yield bad("Profil", str(profil), f"Lancez : traitdunion cfa configurer --profil {fiche.nom}")
        return
    yield good("Profil", f"« {profil.nom} » est complet : {profil.api}.")
    lieux = ", ".join(f"{nom} : {ou}" for nom, ou in fiche.secrets.items())
    if Rangement.REGLAGES in fiche.secrets.values():
        yield doubtful(
            "Secrets",
            f"{lieux}.",
            "Ils seraient mieux à part : « traitdunion cfa configurer » les range à la prochaine saisie.",
        )
    else:
        yield good("Secrets", f"{lieux}.")


def check_factures(fiche: Fiche, emetteur: Emetteur | EmetteurInvalide) -> Iterator[Constat]:
    """What invoices say of the CFA: one line."""
    sujet = "Factures"
    if isinstance(emetteur, Emetteur):
        yield good(sujet, f"{emetteur.denomination}, IBAN {emetteur.fin_iban}, numéros en « {emetteur.prefixe} ».")
    elif IBAN in fiche.secrets or any(nom.startswith(DANS_FACTURATION) for nom in fiche.valeurs):
        yield bad(sujet, emetteur.phrase, f"Lancez : {emetteur.commande}")
    else:
        dit = "Pas encore réglées : « facturer » ne peut rien préparer."
        yield doubtful(sujet, dit, f"Lancez : {emetteur.commande}")


def check_cle(profil: Profil) -> Iterator[Constat]:
    """The shape of the key, without asking anyone."""
    cle = profil.cle_api
    if cle_api.is_mistyped(cle):
        yield bad(
            "Identifiant API CFA",
            "Il est mal recopié ou incomplet : sa somme de contrôle ne tombe pas juste.",
            "Copiez-le de nouveau depuis MyA, « Mon Compte », puis : traitdunion cfa configurer",
        )
    elif cle_api.milieu_of(cle) is Milieu.ESSAI:
        yield doubtful("Identifiant API CFA", "Bien formé ; c'est une clé d'essai, sans valeur en production.")
    elif cle_api.milieu_of(cle) is Milieu.PRODUCTION:
        yield good("Identifiant API CFA", "Bien formé.")
    else:
        yield good("Identifiant API CFA", "Présent ; sa forme est propre à cet OPCO et ne se vérifie pas ici.")


def check_relais(environ: Mapping[str, str]) -> Iterator[Constat]:
    """Proxy and certificates of the company, as the environment gives them."""
    relais = {nom for nom in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy") if environ.get(nom)}
    if relais:
        yield good("Relais (proxy)", f"Les appels passent par le relais de {' et '.join(sorted(relais))}.")
    for nom in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        chemin = environ.get(nom)
        if chemin and not Path(chemin).exists():
            yield bad("Certificats", f"{nom} désigne {chemin}, qui n'existe pas.", f"Corrigez ou retirez {nom}.")
        elif chemin:
            yield good("Certificats", f"Autorités de certification prises dans {chemin} ({nom}).")


def unusable(erreur: ProfilInvalide) -> Constat:
    """The settings cannot even be read."""
    return bad("Réglages", str(erreur), "Corrigez le fichier, ou remettez la copie « .bak » qui est à côté de lui.")
