"""One profile as `configurer` shows and changes it: its values, where its secrets are, what is still missing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.lieux import PREFIXE
from traitdunion.cfa.reglages import edition
from traitdunion.cfa.reglages.edition import Valeur
from traitdunion.cfa.reglages.fichier import change_file, read_file
from traitdunion.cfa.reglages.profils import NOM_DU_HAUT, PAR_DEFAUT, SECTIONS, list_profils, values_of
from traitdunion.cfa.reglages.secrets import (
    SECRETS,
    Rangement,
    delete_secrets,
    find_secret,
    record_secret,
)

FACTURATION, IBAN = "facturation", "iban"
DANS_FACTURATION = f"{FACTURATION}."
_NOM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Fiche:
    """What is known of a profile.

    `valeurs`: without secrets, those of a section as « facturation.lieu »; `secrets`: where each one that is set is
    kept; `fin_iban`: the last four characters of the IBAN, all that may be shown of it.
    """

    nom: str
    fichier: Path
    valeurs: Mapping[str, Any]
    secrets: Mapping[str, Rangement]
    existe: bool = True
    fin_iban: str | None = None

    def has(self, nom: str) -> bool:
        """Whether this value is set, wherever it is."""
        return nom in self.secrets or self.valeurs.get(nom) not in (None, "")


def check_nom(nom: str) -> str:
    """The name of a profile, fit for a table of the file and for a folder. Raises ProfilInvalide."""
    if not _NOM.fullmatch(nom) or nom in SECTIONS or nom == PAR_DEFAUT:
        raise ProfilInvalide(
            f"« {nom} » ne convient pas comme nom de profil : des lettres sans accent, chiffres et tirets, 40 au plus."
        )
    return nom


def read_all(fichier: Path) -> dict[str, Any]:
    """What the settings file says; nothing when it does not exist yet. Raises ProfilInvalide."""
    return read_file(fichier) if fichier.exists() else {}


def read_fiche(fichier: Path, nom: str, environ: Mapping[str, str]) -> Fiche:
    """The state of one profile. Raises ProfilInvalide."""
    brut = read_all(fichier)
    lues = values_of(brut, nom)
    secrets: dict[str, Rangement] = {}
    fin_iban = None
    for secret in SECRETS:
        ecrit = _holder(lues, secret).get(secret)
        if trouve := _find(fichier, nom, secret, ecrit, environ):
            secrets[secret] = trouve[1]
            if secret == IBAN:
                fin_iban = "".join(trouve[0].split())[-4:]
    ordinaires = {cle: un for cle, un in lues.items() if cle not in SECRETS and not isinstance(un, dict | list)}
    for section in sorted(SECTIONS):
        for cle, un in _section(lues, section).items():
            if cle not in SECRETS and not isinstance(un, dict | list):
                ordinaires[f"{section}.{cle}"] = un
    return Fiche(nom, fichier, ordinaires, secrets, nom in list_profils(brut), fin_iban)


def _find(fichier: Path, nom: str, secret: str, ecrit: Any, environ: Mapping[str, str]) -> tuple[str, Rangement] | None:
    if donne := environ.get(PREFIXE + secret.upper()):
        return donne, Rangement.ENVIRONNEMENT
    return (str(ecrit), Rangement.REGLAGES) if ecrit else find_secret(nom, secret, fichier.parent)


def _holder(lues: Mapping[str, Any], secret: str) -> Mapping[str, Any]:
    """What of the settings file may hold a secret: that of invoices stands with them."""
    return _section(lues, FACTURATION) if secret == IBAN else lues


def _section(lues: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    lue = lues.get(section)
    return lue if isinstance(lue, dict) else {}


def record_values(
    fichier: Path, nom: str, valeurs: Mapping[str, Valeur], *, voulu: Rangement | None = None
) -> dict[str, Rangement]:
    """Keep these values of a profile: secrets apart, the rest in the settings file; says where each secret went.

    A secret that the settings file held leaves it: it would win over the new one. Raises ProfilInvalide.
    """
    ranges = {
        secret: record_secret(nom, secret, str(valeurs[secret]), fichier.parent, voulu=voulu)
        for secret in SECRETS
        if secret in valeurs
    }
    ordinaires = {cle: valeur for cle, valeur in valeurs.items() if cle not in SECRETS}
    factures = {cle.removeprefix(DANS_FACTURATION): un for cle, un in ordinaires.items() if _is_facturation(cle)}
    ordinaires = {cle: un for cle, un in ordinaires.items() if not _is_facturation(cle)}

    def change(texte: str) -> str:
        brut = edition.read(texte)
        table = _table(brut, nom)
        section = (FACTURATION,) if table is None else (table, FACTURATION)
        texte = edition.delete_values(texte, table, frozenset(ranges) - {IBAN})
        texte = edition.delete_values(texte, section, frozenset(ranges) & {IBAN})
        # Commands that name no profile go on with the one they had.
        seuls = [autre for autre in list_profils(brut) if autre != nom]
        if ordinaires and len(seuls) == 1 and PAR_DEFAUT not in brut and seuls != [NOM_DU_HAUT]:
            texte = edition.set_values(texte, None, {PAR_DEFAUT: seuls[0]})
        return edition.set_values(edition.set_values(texte, table, ordinaires), section, factures)

    lues = values_of(read_file(fichier), nom) if fichier.exists() else {}
    if ordinaires or factures or any(secret in _holder(lues, secret) for secret in ranges):
        change_file(fichier, change)
    return ranges


def _is_facturation(cle: str) -> bool:
    return cle.startswith(DANS_FACTURATION)


def set_default(fichier: Path, nom: str) -> None:
    """This profile is the one meant when none is named. Raises ProfilInvalide."""
    change_file(fichier, lambda texte: edition.set_values(texte, None, {PAR_DEFAUT: nom}))


def delete_profil(fichier: Path, nom: str) -> None:
    """Take a profile out of the settings file, with its secrets. Raises ProfilInvalide: there is none of that name."""
    brut = read_all(fichier)
    if nom not in list_profils(brut):
        raise ProfilInvalide(f"Le fichier {fichier} ne contient pas de profil « {nom} ».")

    def change(texte: str) -> str:
        table = _table(edition.read(texte), nom)
        if table is not None:
            texte = edition.delete_table(texte, table)
        else:
            hauts = {cle for cle, un in brut.items() if not isinstance(un, dict | list)}
            texte = edition.delete_values(texte, None, frozenset(hauts - {PAR_DEFAUT}))
            for section in SECTIONS:
                texte = edition.delete_table(texte, section)
        # A default that is gone would stop every command.
        parti = edition.read(texte).get(PAR_DEFAUT) == nom
        return edition.delete_values(texte, None, frozenset({PAR_DEFAUT})) if parti else texte

    change_file(fichier, change)
    delete_secrets(nom, fichier.parent)


def _table(brut: Mapping[str, Any], nom: str) -> str | None:
    """The table of a profile; None for the one written at the top level."""
    return None if nom == NOM_DU_HAUT and not isinstance(brut.get(nom), dict) else nom
