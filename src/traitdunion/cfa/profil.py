"""The settings of a CFA towards one OPCO, secrets included: from a file with tight rights and the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from traitdunion import __version__
from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.lieux import PREFIXE
from traitdunion.cfa.reglages.fichier import default_file, usual_file
from traitdunion.cfa.reglages.profils import resolve

LOCAUX = frozenset({"localhost", "127.0.0.1", "::1"})
NOM_PAR_DEFAUT = "defaut"
_OBLIGATOIRES = ("api", "jeton", "client_id", "client_secret", "cle_api")


@dataclass(frozen=True)
class Profil:
    """How to speak to one OPCO.

    `api`: base URL without version nor final slash; `jeton`: URL of the token endpoint; `client_id`, `client_secret`:
    the editor's; `cle_api`: the CFA's identifiant API CFA; `siren`: the CFA's, needed by `key_info` only.
    `editeur`, `logiciel`, `version`: the three mandatory headers (norme.md §4). `delai_s`: patience for one call.
    `renvoi_reconnu`: this server recognises the same deposit sent twice (Trait d'union does; the norm does not say so),
    so that a deposit whose answer is lost may be sent again as it was.
    `nom`: the table of the settings file it comes from; names the folder of its data (`lieux.data_folder`).
    """

    api: str
    jeton: str
    client_id: str
    client_secret: str = field(repr=False)
    cle_api: str = field(repr=False)
    siren: str | None = None
    scope: str | None = None
    editeur: str = "Trait d'union"
    logiciel: str = "traitdunion"
    version: str = __version__
    delai_s: float = 30.0
    renvoi_reconnu: bool = False
    nom: str = NOM_PAR_DEFAUT

    def __post_init__(self) -> None:
        for nom in ("api", "jeton"):
            _require_safe_url(nom, getattr(self, nom))
        object.__setattr__(self, "api", self.api.rstrip("/"))
        for nom in ("client_id", "client_secret", "cle_api", "editeur", "logiciel", "version"):
            valeur = getattr(self, nom)
            if not valeur or not valeur.isascii() or not valeur.isprintable():
                raise ProfilInvalide(f"Le réglage « {nom} » est vide, ou contient un caractère qu'un en-tête refuse.")

    @classmethod
    def load(
        cls, chemin: Path | None = None, *, nom: str | None = None, environ: Mapping[str, str] | None = None
    ) -> "Profil":
        """The profile from a file and the environment, the environment winning.

        `chemin`: TOML (or JSON) file; by default the one named by TRAITDUNION_CFA_CONFIGURATION, else
        `traitdunion/cfa.toml` in the user's configuration folder if it exists. `nom` picks one of the file's tables,
        one per OPCO; without it, the one that the file says, its top level, or its only one. Each setting may be given
        as TRAITDUNION_CFA_API, TRAITDUNION_CFA_CLIENT_SECRET…; a secret that is in neither is looked for in the
        system's keyring, then in `secrets.toml` (`reglages.secrets`). Raises ProfilInvalide.
        """
        environ = os.environ if environ is None else environ
        fichier = chemin or default_file(environ)
        if fichier is None and nom is not None:
            raise ProfilInvalide(f"Profil « {nom} » demandé, mais aucun fichier de configuration n'existe.")
        nom, reglages = resolve(fichier, nom, environ)
        connus = {champ.name: champ for champ in fields(cls) if champ.name != "nom"}
        reglages = {cle: valeur for cle, valeur in reglages.items() if cle in connus}
        for cle in connus:
            if valeur := environ.get(PREFIXE + cle.upper()):
                reglages[cle] = valeur
        manquants = [cle for cle in _OBLIGATOIRES if not reglages.get(cle)]
        if manquants:
            variables = ", ".join(PREFIXE + cle.upper() for cle in manquants)
            raise ProfilInvalide(
                f"Il manque au profil « {nom} » : {', '.join(manquants)}. "
                "Donnez-les par « traitdunion cfa configurer », "
                f"dans le fichier de configuration ({fichier or usual_file(environ)}) ou dans l'environnement "
                f"({variables})."
            )
        return cls(**{cle: _typed(cle, valeur) for cle, valeur in reglages.items()}, nom=nom)


def _typed(cle: str, valeur: Any) -> Any:
    if cle == "renvoi_reconnu":
        if isinstance(valeur, str):
            return valeur.strip().lower() in ("1", "true", "oui")
        return bool(valeur)
    if cle == "delai_s":
        try:
            return float(valeur)
        except (TypeError, ValueError):
            raise ProfilInvalide("Le réglage « delai_s » doit être un nombre de secondes.") from None
    return None if valeur is None else str(valeur)


def _require_safe_url(nom: str, url: str) -> None:
    parties = urlsplit(url)
    if parties.scheme not in ("http", "https") or not parties.hostname:
        raise ProfilInvalide(f"Le réglage « {nom} » doit être une adresse complète (https://…).")
    if parties.scheme == "http" and parties.hostname not in LOCAUX:
        raise ProfilInvalide(f"Le réglage « {nom} » doit commencer par https:// : les clés ne voyagent pas en clair.")
    if parties.username or parties.password or parties.query or parties.fragment:
        raise ProfilInvalide(f"Le réglage « {nom} » doit être une adresse simple, sans identifiant ni paramètre.")
