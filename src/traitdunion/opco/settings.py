"""The server's settings: one frozen value, read once by the composition roots (architecture.md §1).

A setting is a field: its variable is TRAITDUNION_ and its name in capitals, its documentation the French description
beside it; `documentation()` lists them for the guides, and a test checks that each is there.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from traitdunion.norme.cle_api import Milieu
from traitdunion.opco.acces.jetons.dpop import ModeDpop

PREFIXE = "TRAITDUNION_"
# Variables of others that may stand in the same environment: the CFA's side, the tests.
AUTRES_PREFIXES = ("TRAITDUNION_CFA_", "TRAITDUNION_TEST_")
MASQUE = "•••"
COULEUR = "^#[0-9a-fA-F]{6}$"
# Values that may hold a password: never in a repr, an error sentence or a log.
SECRETS = frozenset({"database_url", "objets_url", "smtp_url", "deca_secret"})


class Choix(StrEnum):
    """Yes or no, as an operator writes it."""

    OUI = "oui"
    NON = "non"


class Environnement(StrEnum):
    """Where the server runs; only production refuses to start on defaults."""

    DEVELOPPEMENT = "developpement"
    BAC_A_SABLE = "bac_a_sable"
    PRODUCTION = "production"


class ReglageInvalide(Exception):
    """One or several settings cannot be used; the text is French, one line for each, and quotes no secret."""


def _(description: str, **bornes: Any) -> Meta:
    return Meta(description=description, **bornes)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator decides. Durations in seconds, sizes in bytes."""

    environnement: Annotated[
        Environnement,
        _("Où tourne le serveur. En production, la base, le fichier de secrets et l'adresse publique sont exigés."),
    ] = Environnement.DEVELOPPEMENT
    database_url: Annotated[
        str | None,
        _("Adresse de la base PostgreSQL (postgresql://…). Sans elle, une base embarquée est créée sous « donnees »."),
    ] = None
    connexions_min: Annotated[int, _("Connexions à la base ouvertes d'avance, par processus.", ge=1, le=100)] = 2
    connexions_max: Annotated[int, _("Connexions à la base au plus, par processus.", ge=1, le=500)] = 10
    donnees: Annotated[
        Path, _("Dossier des données locales : base embarquée, fichiers déposés, fichier de secrets par défaut.")
    ] = Path("donnees")
    objets_url: Annotated[
        str | None,
        _("Entrepôt des fichiers déposés : s3://seau/prefixe. Sans elle, un dossier local sous « donnees »."),
    ] = None
    secrets: Annotated[
        Path | None,
        _("Fichier des clés créé par « traitdunion opco initialiser ». Par défaut, secrets.json sous « donnees »."),
    ] = None
    nom: Annotated[str, _("Nom de l'OPCO, tel qu'il figure sur les récépissés.", min_length=1)] = "OPCO"
    opco_competent: Annotated[
        str,
        _(
            "Nom de cet OPCO dans la liste des OPCO par IDCC (Afdas, OPCO EP…). Sans lui, la branche de l'employeur "
            "n'est pas contrôlée."
        ),
    ] = ""
    url_publique: Annotated[
        str | None, _("Adresse publique du serveur, sans version ni barre finale. Elle sert à vérifier DPoP.")
    ] = None
    adresse: Annotated[
        str, _("Adresse d'écoute du serveur : locale par défaut, derrière un frontal qui porte TLS.")
    ] = "127.0.0.1"
    port: Annotated[int, _("Port TCP d'écoute du serveur.", ge=1, le=65535)] = 8000
    frontaux: Annotated[
        str,
        _(
            "Adresses des frontaux, séparées par des virgules : d'eux seuls l'en-tête X-Forwarded-For est cru, pour "
            "compter par appelant les mots de passe et les secrets faux."
        ),
    ] = "127.0.0.1"
    processus: Annotated[int, _("Nombre de processus qui servent l'API.", ge=1, le=64)] = 2
    delai_retrait: Annotated[
        float, _("À l'arrêt, secondes entre le passage de /readyz à 503 et la fin du service.", ge=0, le=300)
    ] = 5.0
    delai_arret: Annotated[
        int, _("Secondes laissées aux appels en cours pour finir, après quoi ils sont coupés.", ge=1, le=300)
    ] = 25
    retrait: Annotated[
        Path | None,
        _("Fichier dont la présence met /readyz à 503. « traitdunion opco servir » le choisit lui-même."),
    ] = None
    dpop: Annotated[
        ModeDpop,
        _(
            "Preuves DPoP : acceptee (vérifiée si elle est envoyée), exigee (obligatoire à la demande de jeton), liee "
            "(RFC 9449 entière : le jeton ne sert qu'avec sa clé)."
        ),
    ] = ModeDpop.ACCEPTEE
    duree_jeton: Annotated[int, _("Durée de vie d'un jeton, en secondes.", ge=60, le=3600)] = 3600
    appels_par_minute: Annotated[
        int, _("Appels admis par minute pour un éditeur et un CFA, par processus ; 0 pour ne pas limiter.", ge=0)
    ] = 600
    appels_rafale: Annotated[int, _("Appels admis d'un coup pour un éditeur et un CFA, par processus.", ge=1)] = 100
    jetons_par_minute: Annotated[
        int, _("Jetons admis par minute pour un éditeur, par processus ; 0 pour ne pas limiter.", ge=0)
    ] = 20
    lot_max: Annotated[int, _("Dépôts enregistrés au plus dans une même transaction.", ge=1, le=512)] = 64
    fichier_max: Annotated[int, _("Taille d'un fichier déposé au plus, en octets.", ge=1024, le=10 * 1024 * 1024)] = (
        10 * 1024 * 1024
    )
    clamd: Annotated[
        str | None,
        _("Antivirus clamd : « hôte:port » ou chemin de sa prise. Sans lui, les fichiers ne sont pas analysés."),
    ] = None
    deca_url: Annotated[
        str | None, _("Adresse du dépôt DECA du ministère. Sans elle, les contrats accordés attendent d'être déposés.")
    ] = None
    deca_secret: Annotated[str, _("Secret présenté au dépôt DECA.")] = ""
    payeur_iban: Annotated[
        str | None, _("IBAN du compte qui paie les CFA. Sans lui, aucun lot de virements ne se crée.")
    ] = None
    payeur_bic: Annotated[str | None, _("BIC de ce compte, si la banque le demande.")] = None
    payeur_nom: Annotated[str | None, _("Titulaire de ce compte, s'il n'est pas le nom de l'OPCO.")] = None
    journal: Annotated[
        str, _("Niveau du journal : DEBUG, INFO, WARNING ou ERROR.", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    ] = "INFO"
    site_public: Annotated[str | None, _("Adresse du site public de l'OPCO, liée depuis les portails.")] = None
    couleur: Annotated[
        str,
        _("Couleur de l'OPCO dans les portails, « #rrvvbb », assez foncée pour porter du blanc.", pattern=COULEUR),
    ] = "#0a6c74"
    hebergeur: Annotated[str, _("Hébergeur du service, tel que les mentions légales le nomment.")] = ""
    responsable_donnees: Annotated[
        str, _("Adresse du délégué à la protection des données, donnée par les portails.")
    ] = ""
    second_facteur: Annotated[
        Choix,
        _(
            "Second facteur exigé du personnel de l'OPCO et de qui peut générer un identifiant ; « non » est refusé en "
            "production."
        ),
    ] = Choix.OUI
    smtp_url: Annotated[
        str | None,
        _(
            "Serveur de courriel : smtp://compte:mot-de-passe@hôte:587 (STARTTLS) ou smtps://… Sans lui, les e-mails "
            "sont écrits dans le dossier « courriels » sous « donnees »."
        ),
    ] = None
    expediteur: Annotated[str, _("Adresse d'où partent les e-mails.")] = "ne-pas-repondre@opco.invalid"
    aide_raccordement: Annotated[str, _("Adresse à qui écrire pour un raccordement.")] = ""
    aide_cles: Annotated[str, _("Adresse à qui écrire pour un souci d'identifiant API CFA.")] = ""
    aide_transmissions: Annotated[str, _("Adresse à qui écrire pour un souci de transmission.")] = ""
    pannes: Annotated[str, _("Essais de panne : « point:probabilité,… ». Tue le processus ; refusé en production.")] = (
        ""
    )
    pannes_journal: Annotated[Path | None, _("Fichier où chaque panne provoquée est notée, pour les essais.")] = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables of an environment; an empty one is absent.

        Raises ReglageInvalide naming every fault at once: unreadable, out of bounds, unknown (a mistyped name would
        otherwise leave a default in place unseen), or missing in production.
        """
        types = get_type_hints(cls, include_extras=True)
        valeurs: dict[str, Any] = {}
        fautes: list[str] = []
        for variable, texte in sorted(environ.items()):
            nom = variable.removeprefix(PREFIXE).lower()
            if not variable.startswith(PREFIXE) or variable.startswith(AUTRES_PREFIXES) or not texte.strip():
                continue
            if nom not in types:
                fautes.append(f"{variable} : ce réglage n'existe pas.")
                continue
            try:
                valeurs[nom] = _read(types[nom], texte.strip())
            except ValueError:
                fautes.append(f"{variable} : {_expected(types[nom])} attendu.")
        settings = cls(**valeurs)
        fautes += settings._faults()
        if fautes:
            raise ReglageInvalide("\n".join(fautes))
        return settings

    def to_env(self) -> dict[str, str]:
        """The variables from which `from_env` reads this value again (handed by a root to its child processes)."""
        defauts = Settings()
        return {
            PREFIXE + nom.upper(): str(valeur)
            for nom in self.__struct_fields__
            if (valeur := getattr(self, nom)) != getattr(defauts, nom)
        }

    @property
    def production(self) -> bool:
        """Whether real dossiers are at stake."""
        return self.environnement is Environnement.PRODUCTION

    @property
    def milieu(self) -> Milieu:
        """Which API keys are worth something here."""
        return Milieu.PRODUCTION if self.production else Milieu.ESSAI

    @property
    def url_portail(self) -> str:
        """Where the links of mails lead: the public address, or the one listened on when there is none."""
        return self.url_publique or f"http://{self.adresse}:{self.port}"

    @property
    def courriels(self) -> Path:
        """Where mails are written when no mail server is set."""
        return self.donnees / "courriels"

    @property
    def secrets_fichier(self) -> Path:
        """Where the keys are read."""
        return self.secrets or self.donnees / "secrets.json"

    def __repr__(self) -> str:
        champs = (
            f"{nom}={MASQUE if nom in SECRETS and getattr(self, nom) else getattr(self, nom)!r}"
            for nom in self.__struct_fields__
        )
        return f"Settings({', '.join(champs)})"

    def _faults(self) -> list[str]:
        fautes = []
        if self.connexions_min > self.connexions_max:
            fautes.append("TRAITDUNION_CONNEXIONS_MIN dépasse TRAITDUNION_CONNEXIONS_MAX.")
        if self.url_publique and not self.url_publique.startswith(("https://", "http://")):
            fautes.append("TRAITDUNION_URL_PUBLIQUE commence par https:// (ou http:// pour un essai).")
        if self.deca_url and not self.deca_url.startswith(("https://", "http://")):
            fautes.append("TRAITDUNION_DECA_URL commence par https:// (ou http:// pour un essai).")
        if self.production:
            for nom in ("database_url", "secrets", "url_publique"):
                if getattr(self, nom) is None:
                    fautes.append(f"{PREFIXE}{nom.upper()} est exigé en production.")
            if self.pannes:
                fautes.append("TRAITDUNION_PANNES est refusé en production.")
            if self.second_facteur is Choix.NON:
                fautes.append("TRAITDUNION_SECOND_FACTEUR=non est refusé en production.")
            if self.url_publique and not self.url_publique.startswith("https://"):
                fautes.append("TRAITDUNION_URL_PUBLIQUE commence par https:// en production.")
            if self.deca_url and not self.deca_url.startswith("https://"):
                fautes.append("TRAITDUNION_DECA_URL commence par https:// en production.")
            if self.deca_url and not self.deca_secret:
                fautes.append("TRAITDUNION_DECA_SECRET est exigé en production avec TRAITDUNION_DECA_URL.")
        return fautes


class Reglage(msgspec.Struct, frozen=True):
    """A setting as the guides show it."""

    variable: str
    defaut: str
    documentation: str
    secret: bool


def documentation() -> list[Reglage]:
    """Every setting: variable, default and French documentation."""
    defauts = Settings()
    reglages = []
    for nom, type_ in get_type_hints(Settings, include_extras=True).items():
        defaut = getattr(defauts, nom)
        reglages.append(
            Reglage(
                variable=PREFIXE + nom.upper(),
                defaut="" if defaut is None else str(defaut),
                documentation=next(meta.description or "" for meta in type_.__metadata__),
                secret=nom in SECRETS,
            )
        )
    return reglages


def _read(type_: Any, texte: str) -> Any:
    """One value. Raises ValueError."""
    if Path in _alternatives(type_):
        return Path(texte)
    return msgspec.convert(texte, type_, strict=False)


def _alternatives(type_: Any) -> tuple[Any, ...]:
    """`X | None` and `X`, without the None."""
    origine = type_.__origin__
    return tuple(un for un in getattr(origine, "__args__", (origine,)) if un is not type(None))


def _expected(type_: Any) -> str:
    """What a setting takes, in French."""
    (valeur,) = _alternatives(type_)
    meta = type_.__metadata__[0]
    if issubclass(valeur, StrEnum):
        return " ou ".join(valeur)
    if issubclass(valeur, int | float):
        bornes = f" de {meta.ge} à {meta.le}" if meta.le is not None else f" d'au moins {meta.ge}"
        return ("un nombre entier" if valeur is int else "un nombre") + bornes
    return "une des valeurs documentées" if meta.pattern else "un texte"
