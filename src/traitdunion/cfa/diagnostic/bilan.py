"""The whole diagnostic of a profile, in the order in which things depend on one another."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TextIO

import httpx

from traitdunion.cfa.diagnostic import donnees, poste, reseau
from traitdunion.cfa.diagnostic.modele import Constat
from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.facturation.emetteur import Emetteur, EmetteurInvalide
from traitdunion.cfa.lieux import PREFIXE, data_root, folder_name
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.reglages.fiche import Fiche, read_all, read_fiche
from traitdunion.cfa.reglages.fichier import usual_file
from traitdunion.cfa.reglages.profils import NOM_DU_HAUT, choose_profil

CACHE = "•••"


def diagnose(
    configuration: Path | None,
    nom: str | None,
    *,
    environ: Mapping[str, str],
    sortie: TextIO,
    maintenant: datetime,
    sans_reseau: bool = False,
    transport: httpx.BaseTransport | None = None,
) -> Iterator[Constat]:
    """Every finding on this machine and, unless `sans_reseau`, on the OPCO's server, as they are made.

    `maintenant` carries its zone. No finding holds the client secret nor the key, even when the server repeats them.
    """
    yield from poste.check_programme()
    yield from poste.check_terminal(sortie, environ)
    profil, choisi, constats = _profil(configuration, nom, environ)
    yield from constats
    if choisi is not None:
        dossier = data_root(environ) / folder_name(choisi)
        yield from donnees.check_boite(dossier / "boite", count=_count, is_busy=_is_busy)
        yield from donnees.check_suivi(dossier / "suivi.db", maintenant)
    yield from poste.check_relais(environ)
    if profil is not None:
        yield from poste.check_cle(profil)
        if not sans_reseau:
            yield from check_liaison(profil, transport=transport)


def _count(dossier: Path) -> list[str]:
    """« 3 acceptés » for each state in an outbox that exists. Raises BoiteEndommagee."""
    from traitdunion.cfa.boite import Boite
    from traitdunion.cfa.boite.etats import say_compte

    with Boite.open(dossier) as boite:
        return [say_compte(nombre, etat) for etat, nombre in boite.count_etats().items() if nombre]


def _is_busy(dossier: Path) -> bool:
    """Whether a sender of another process holds the outbox."""
    from traitdunion.cfa.boite import BoiteOccupee
    from traitdunion.cfa.boite.disque import verrou

    try:
        with verrou.held(dossier):
            return False
    except BoiteOccupee:
        return True


def check_liaison(profil: Profil, *, transport: httpx.BaseTransport | None = None) -> Iterator[Constat]:
    """The part of the diagnostic that asks the OPCO's server."""
    for constat in reseau.check_serveur(profil, transport=transport):
        yield replace(
            constat,
            phrase=_hide(constat.phrase, profil),
            que_faire=None if constat.que_faire is None else _hide(constat.que_faire, profil),
        )


def _profil(
    configuration: Path | None, nom: str | None, environ: Mapping[str, str]
) -> tuple[Profil | None, str | None, list[Constat]]:
    constats: list[Constat] = []
    try:
        fichier = configuration or usual_file(environ)
        constats += poste.check_fichier(fichier)
        brut = read_all(fichier)
        constats += poste.check_cles_du_fichier(brut)
        sans_fichier = nom or environ.get(PREFIXE + "PROFIL") or NOM_DU_HAUT
        choisi = choose_profil(brut, nom, environ, fichier) if fichier.exists() else sans_fichier
        fiche = read_fiche(fichier, choisi, environ)
    except ProfilInvalide as erreur:
        return None, None, [*constats, poste.unusable(erreur)]
    try:
        profil = Profil.load(fichier if fichier.exists() else None, nom=nom, environ=environ)
    except ProfilInvalide as erreur:
        return None, choisi, [*constats, *poste.check_profil(fiche, erreur)]
    return profil, choisi, [*constats, *poste.check_profil(fiche, profil), *_factures(configuration, fiche, environ)]


def _factures(configuration: Path | None, fiche: Fiche, environ: Mapping[str, str]) -> Iterator[Constat]:
    emetteur: Emetteur | EmetteurInvalide
    try:
        emetteur = Emetteur.load(configuration, nom=fiche.nom, environ=environ)
    except EmetteurInvalide as erreur:
        emetteur = erreur
    yield from poste.check_factures(fiche, emetteur)


def _hide(texte: str, profil: Profil) -> str:
    for secret in (profil.client_secret, profil.cle_api):
        texte = texte.replace(secret, CACHE)
    return texte
