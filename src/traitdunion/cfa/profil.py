"""The settings of a CFA towards one OPCO, secrets included: from a file with tight rights and the environment."""

import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from traitdunion import __version__
from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.lieux import PREFIXE
from traitdunion.cfa.reglages.fichier import default_file, usual_file
from traitdunion.cfa.reglages.profils import resolve
from traitdunion.norme import profils
from traitdunion.norme.profils import Dpop, Identifiants, NomRoute, ProfilOpco

LOCAUX = frozenset({"localhost", "127.0.0.1", "::1"})
NOM_PAR_DEFAUT = "defaut"
VRAIS, FAUX = ("1", "true", "oui"), ("0", "false", "non")
_CHEMIN = re.compile(r"/v[12](?:/[A-Za-z0-9_-]+)+")
# An OPCO that is not named: every route is tried, and nothing is taken for granted.
_NON_DIT = msgspec.structs.replace(profils.TRAITDUNION, nom="L'OPCO", renvoi_reconnu=False, etats_tries=False)
_OBLIGATOIRES = ("api", "jeton", "client_id", "client_secret", "cle_api")


@dataclass(frozen=True)
class Profil:
    """How to speak to one OPCO.

    `api`: base URL without version nor final slash; `jeton`: URL of the token endpoint; `client_id`, `client_secret`:
    the editor's; `cle_api`: the CFA's identifiant API CFA; `siren`: the CFA's, needed by `key_info` only.
    `editeur`, `logiciel`, `version`: the three mandatory headers (norme.md §4). `delai_s`: patience for one call.
    `renvoi_reconnu`: this server recognises the same deposit sent twice (Trait d'union does; the norm does not say so),
    so that a deposit whose answer is lost may be sent again as it was; not said, it is what `opco` says.
    `nom`: the table of the settings file it comes from; names the folder of its data (`lieux.data_folder`).

    `opco`: whose profile to speak by (`norme.profils`: « afdas », « akto »…); not said, everything is tried as Trait
    d'union's own server offers it. What follows corrects that profile, when the OPCO has moved on since its date:
    `scope` (« » for none), `dpop` (« sans », « jeton », « lie »), `identifiants` (« basic », « formulaire »);
    `essai`: true when the CFA takes part in the OPCO's trials, or the names of the routes it tries;
    `routes`: by name (`NomRoute`), true (open), false (closed), or its path. In TOML:

        [afdas]
        opco = "afdas"
        essai = ["lire_etats_factures"]
        [afdas.routes]
        deposer_facture = "/v1/Factures"
        deposer_certificat = false
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
    renvoi_reconnu: bool | None = None
    nom: str = NOM_PAR_DEFAUT
    opco: str | None = None
    dpop: str | None = None
    identifiants: str | None = None
    essai: bool | Collection[str] = field(default=False, hash=False)
    routes: Mapping[str, str | bool] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        _require_known(self)
        if self.renvoi_reconnu is None:
            object.__setattr__(self, "renvoi_reconnu", self.opco is not None and self.profil_opco.renvoi_reconnu)
        for nom in ("api", "jeton"):
            _require_safe_url(nom, getattr(self, nom))
        object.__setattr__(self, "api", self.api.rstrip("/"))
        for nom in ("client_id", "client_secret", "cle_api", "editeur", "logiciel", "version"):
            valeur = getattr(self, nom)
            if not valeur or not valeur.isascii() or not valeur.isprintable():
                raise ProfilInvalide(f"Le réglage « {nom} » est vide, ou contient un caractère qu'un en-tête refuse.")

    @property
    def profil_opco(self) -> ProfilOpco:
        """The profile of its OPCO, as the matrix has it: without the settings' corrections."""
        return _NON_DIT if self.opco is None else (profils.find(self.opco) or _NON_DIT)

    def is_essai(self, route: NomRoute) -> bool:
        """Whether the settings say that this route, on trial at the OPCO, may be called."""
        return self.essai if isinstance(self.essai, bool) else route.value in self.essai

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
            valeur = environ.get(PREFIXE + cle.upper())
            if valeur and cle != "routes":  # a table has no place in a variable
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
        return _read_bool(valeur)
    if cle == "essai":
        return _read_essai(valeur)
    if cle == "routes":
        if not isinstance(valeur, dict) or not all(isinstance(dit, str | bool) for dit in valeur.values()):
            raise ProfilInvalide(
                "Le réglage « routes » doit être une table : un nom de route, et son chemin, true ou false."
            )
        return valeur
    if cle == "delai_s":
        try:
            return float(valeur)
        except (TypeError, ValueError):
            raise ProfilInvalide("Le réglage « delai_s » doit être un nombre de secondes.") from None
    return None if valeur is None else str(valeur)


def _read_bool(valeur: Any) -> bool:
    return valeur.strip().lower() in VRAIS if isinstance(valeur, str) else bool(valeur)


def _read_essai(valeur: Any) -> bool | frozenset[str]:
    """true, « oui », or the names of the routes: a list, or a text with commas as in a variable."""
    if isinstance(valeur, str):
        if valeur.strip().lower() in (*VRAIS, *FAUX):
            return _read_bool(valeur)
        valeur = [nom.strip() for nom in valeur.split(",") if nom.strip()]
    return valeur if isinstance(valeur, bool) else frozenset(str(nom) for nom in valeur or ())


def _require_known(profil: Profil) -> None:
    """What names something of the matrix must be found there. Raises ProfilInvalide, with what is admitted."""
    _require_one_of("opco", profil.opco, [un.code for un in profils.PROFILS])
    _require_one_of("dpop", profil.dpop, list(Dpop))
    _require_one_of("identifiants", profil.identifiants, list(Identifiants))
    essayees = () if isinstance(profil.essai, bool) else profil.essai
    for reglage, noms in (("routes", profil.routes), ("essai", essayees)):
        for nom in noms:
            _require_one_of(reglage, nom, list(NomRoute))
    for nom, dit in profil.routes.items():
        if isinstance(dit, str) and not _CHEMIN.fullmatch(dit):
            raise ProfilInvalide(f"Le chemin de la route « {nom} » doit commencer par sa version, comme /v1/factures.")


def _require_one_of(reglage: str, valeur: str | None, admis: Sequence[str]) -> None:
    if valeur is not None and valeur not in admis:
        raise ProfilInvalide(f"Le réglage « {reglage} » ne connaît pas « {valeur} ». Admis : {', '.join(admis)}.")


def _require_safe_url(nom: str, url: str) -> None:
    parties = urlsplit(url)
    if parties.scheme not in ("http", "https") or not parties.hostname:
        raise ProfilInvalide(f"Le réglage « {nom} » doit être une adresse complète (https://…).")
    if parties.scheme == "http" and parties.hostname not in LOCAUX:
        raise ProfilInvalide(f"Le réglage « {nom} » doit commencer par https:// : les clés ne voyagent pas en clair.")
    if parties.username or parties.password or parties.query or parties.fragment:
        raise ProfilInvalide(f"Le réglage « {nom} » doit être une adresse simple, sans identifiant ni paramètre.")
