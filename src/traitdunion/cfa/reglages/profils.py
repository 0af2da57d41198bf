"""Which profile of the settings file is meant, and its values with its secrets."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.lieux import PREFIXE, config_folder
from traitdunion.cfa.reglages.fichier import default_file, read_file
from traitdunion.cfa.reglages.secrets import find_secret

PAR_DEFAUT = "profil_par_defaut"  # top level of the file: the profile meant when none is named
NOM_DU_HAUT = "defaut"  # the profile written at the top level, without a table
SECTIONS = frozenset({"facturation", "routes"})  # tables inside a profile
# What says that a table is a profile, whatever else it holds.
_MARQUES = frozenset({"api", "jeton", "client_id", "cle_api", "client_secret", "opco"})
_A_RESOUDRE = ("client_secret", "cle_api")


def list_profils(brut: Mapping[str, Any]) -> list[str]:
    """The names of the profiles of a settings file, in the file's order; `defaut` for the top level's."""
    haut = [NOM_DU_HAUT] if _MARQUES & brut.keys() else []
    tables = [nom for nom, un in brut.items() if isinstance(un, dict) and nom not in SECTIONS and _MARQUES & un.keys()]
    return haut + [nom for nom in tables if nom not in haut]


def choose_profil(brut: Mapping[str, Any], nom: str | None, environ: Mapping[str, str], fichier: Path) -> str:
    """The name of the profile meant: asked, or that of TRAITDUNION_CFA_PROFIL, the file's default, the only one.

    Raises ProfilInvalide: it is not there, or there are several and none is said.
    """
    connus = list_profils(brut)
    voulu = nom or environ.get(PREFIXE + "PROFIL") or brut.get(PAR_DEFAUT)
    if voulu is None:
        if NOM_DU_HAUT in connus or not connus:
            return NOM_DU_HAUT
        if len(connus) > 1:
            raise ProfilInvalide(
                f"{fichier} contient plusieurs profils ({', '.join(connus)}) : dites lequel par --profil, ou "
                "choisissez celui d'office par « traitdunion cfa configurer --profil NOM --par-defaut »."
            )
        return connus[0]
    voulu = str(voulu)
    if voulu not in connus and not isinstance(brut.get(voulu), dict):
        proche = get_close_matches(voulu, connus, n=1)
        suite = f" Vouliez-vous dire « {proche[0]} » ?" if proche else ""
        suite += f" Profils connus : {', '.join(connus)}." if connus else ""
        raise ProfilInvalide(f"Le fichier {fichier} ne contient pas de profil « {voulu} ».{suite}")
    return voulu


def values_of(brut: Mapping[str, Any], nom: str) -> dict[str, Any]:
    """The values that the file gives to a profile, its sections included."""
    table = brut.get(nom)
    if isinstance(table, dict):
        return dict(table)
    autres = {un for un in brut if isinstance(brut[un], dict) and un not in SECTIONS}
    return {cle: valeur for cle, valeur in brut.items() if cle not in autres} if nom == NOM_DU_HAUT else {}


def find_name(nom: str | None, environ: Mapping[str, str]) -> str:
    """The name of the profile meant, whether its settings are complete or not. Raises ProfilInvalide."""
    fichier = default_file(environ)
    if fichier is None:
        return nom or environ.get(PREFIXE + "PROFIL") or NOM_DU_HAUT
    return choose_profil(read_file(fichier), nom, environ, fichier)


def resolve(fichier: Path | None, nom: str | None, environ: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The profile's name and its values, those secrets included that neither the file nor the environment gives.

    Order: environment (by the caller), settings file, keyring, `secrets.toml`. Raises ProfilInvalide.
    """
    if fichier is None:
        choisi, valeurs = nom or environ.get(PREFIXE + "PROFIL") or NOM_DU_HAUT, {}
    else:
        brut = read_file(fichier)
        choisi = choose_profil(brut, nom, environ, fichier)
        valeurs = values_of(brut, choisi)
    trouves = {
        nom: resolve_secret(nom, valeurs, profil=choisi, fichier=fichier, environ=environ) for nom in _A_RESOUDRE
    }
    return choisi, valeurs | {nom: trouve for nom, trouve in trouves.items() if trouve is not None}


def resolve_secret(
    nom: str, valeurs: Mapping[str, Any], *, profil: str, fichier: Path | None, environ: Mapping[str, str]
) -> str | None:
    """A secret of a profile: environment, settings (`valeurs`), keyring, `secrets.toml` beside the settings file.

    None when it is nowhere. Raises ProfilInvalide.
    """
    if donne := environ.get(PREFIXE + nom.upper()) or valeurs.get(nom):
        return str(donne)
    trouve = find_secret(profil, nom, config_folder(environ) if fichier is None else fichier.parent)
    return None if trouve is None else trouve[0]


def read_section(
    section: str, *, fichier: Path | None, nom: str | None, environ: Mapping[str, str]
) -> tuple[dict[str, Any], str]:
    """The table `[profil.section]` of a profile, for the part that it concerns, and the profile's name.

    What is not written there is absent; a missing file is an empty section. Raises ProfilInvalide.
    """
    if fichier is None:
        return {}, nom or NOM_DU_HAUT
    brut = read_file(fichier)
    choisi = choose_profil(brut, nom, environ, fichier)
    lue = values_of(brut, choisi).get(section)
    return (dict(lue) if isinstance(lue, dict) else {}), choisi
