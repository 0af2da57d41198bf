"""Where a profile's secrets are kept apart from its settings: the system's keyring, or a file of their own.

A secret is looked for in the environment, then in the settings file (as it was before secrets were kept apart), then in
the keyring (service « traitdunion », user « <profil>:<nom> »), then in `secrets.toml` beside the settings file, 0600:
a machine without a desktop has no keyring, and a scheduled task has none either.
"""

from enum import StrEnum
from pathlib import Path
from typing import Any

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.reglages import edition
from traitdunion.cfa.reglages.fichier import NOM_SECRETS, change_file, read_file

SERVICE = "traitdunion"
SECRETS = ("client_secret", "cle_api", "iban")
PRIORITE_MIN = 1  # what keyring itself calls « recommended »: below are plain files, null and fail


class Rangement(StrEnum):
    """Where a value comes from, in the words that people read."""

    ENVIRONNEMENT = "environnement"
    REGLAGES = "fichier de réglages"
    TROUSSEAU = "trousseau du système"
    FICHIER = "fichier secrets.toml"


def usable_keyring() -> Any | None:
    """The system's keyring, or None where there is none that keeps anything safely."""
    try:
        import keyring

        trousseau = keyring.get_keyring()
        return trousseau if trousseau.priority >= PRIORITE_MIN and _keeps(trousseau) else None
    except Exception:  # a backend tells that it cannot run by any error it likes
        return None


def _keeps(trousseau: Any) -> bool:
    """Several keyrings behind one, and none of them usable: that one keeps nothing."""
    derriere = getattr(trousseau, "backends", None)
    return derriere is None or any(un.priority >= PRIORITE_MIN for un in derriere)


def find_secret(profil: str, nom: str, dossier: Path) -> tuple[str, Rangement] | None:
    """A secret of `profil` from the keyring, else from the file of `dossier`.

    Raises ProfilInvalide: the file cannot be read, or others may read it.
    """
    if valeur := _from_keyring(profil, nom):
        return valeur, Rangement.TROUSSEAU
    fichier = dossier / NOM_SECRETS
    if not fichier.exists():
        return None
    table = read_file(fichier).get(profil)
    valeur = table.get(nom) if isinstance(table, dict) else None
    return (valeur, Rangement.FICHIER) if isinstance(valeur, str) and valeur else None


def _from_keyring(profil: str, nom: str) -> str | None:
    trousseau = usable_keyring()
    if trousseau is None:
        return None
    try:
        valeur = trousseau.get_password(SERVICE, f"{profil}:{nom}")
    except Exception:  # locked, or its service does not answer: the file may have it
        return None
    return valeur if isinstance(valeur, str) and valeur else None


def record_secret(profil: str, nom: str, valeur: str, dossier: Path, *, voulu: Rangement | None = None) -> Rangement:
    """Keep a secret in the keyring, in the file when there is none or when `voulu` says so; says where it went.

    Raises ProfilInvalide: the keyring was asked for and does not keep it, or the file cannot be written.
    """
    if voulu is not Rangement.FICHIER:
        if _to_keyring(profil, nom, valeur):
            _forget_in_file(profil, nom, dossier)
            return Rangement.TROUSSEAU
        if voulu is Rangement.TROUSSEAU:
            raise ProfilInvalide(
                "Ce poste n'a pas de trousseau qui réponde. Déverrouillez-le, ou gardez les secrets dans un fichier : "
                "--secrets fichier."
            )
    change_file(dossier / NOM_SECRETS, lambda texte: edition.set_values(texte, profil, {nom: valeur}), garder=False)
    _forget_in_keyring(profil, nom)  # it would win over the file
    return Rangement.FICHIER


def delete_secrets(profil: str, dossier: Path) -> None:
    """Forget every secret of a profile, wherever it is kept. Raises ProfilInvalide."""
    for nom in SECRETS:
        _forget_in_keyring(profil, nom)
    fichier = dossier / NOM_SECRETS
    if fichier.exists():
        change_file(fichier, lambda texte: edition.delete_table(texte, profil), garder=False)


def _to_keyring(profil: str, nom: str, valeur: str) -> bool:
    trousseau = usable_keyring()
    if trousseau is None:
        return False
    try:
        trousseau.set_password(SERVICE, f"{profil}:{nom}", valeur)
        # Some backends take anything and keep nothing.
        return bool(trousseau.get_password(SERVICE, f"{profil}:{nom}") == valeur)
    except Exception:  # any error of a backend: the secret is not kept there
        return False


def _forget_in_keyring(profil: str, nom: str) -> None:
    if _from_keyring(profil, nom) is None:
        return
    trousseau = usable_keyring()
    assert trousseau is not None
    try:
        trousseau.delete_password(SERVICE, f"{profil}:{nom}")
    except Exception:  # any error of a backend: the person must know that it is still there
        raise ProfilInvalide(
            f"Le trousseau garde encore « {SERVICE} », « {profil}:{nom} » : effacez-le avec l'outil du système."
        ) from None


def _forget_in_file(profil: str, nom: str, dossier: Path) -> None:
    fichier = dossier / NOM_SECRETS
    if fichier.exists() and nom in read_file(fichier).get(profil, {}):
        change_file(fichier, lambda texte: edition.delete_values(texte, profil, frozenset({nom})), garder=False)
