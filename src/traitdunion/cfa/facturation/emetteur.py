"""Who invoices: the table `facturation` of the settings of a profile. The IBAN is a secret: never shown whole."""

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.reglages.fichier import default_file
from traitdunion.cfa.reglages.profils import NOM_DU_HAUT, read_section, resolve_secret
from traitdunion.norme.identifiants import iban_valide, nda_valide, siret_valide

TABLE = "facturation"
LIBELLES = {"denomination": "le nom du CFA", "adresse": "son adresse", "iban": "son IBAN"}
OBLIGATOIRES = tuple(LIBELLES)
TEXTE_MAX = 300
# The norm takes 40 characters (norme.md §2.3); the number itself takes the rest.
PREFIXE_MAX = 24
_PREFIXE_SUR = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]*")
_CONTROLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")  # an address may have several lines
CONDITIONS = (
    "Règlement par virement, à 30 jours de la réception de la facture. Pas d'escompte. En cas de retard : pénalités "
    "au taux de trois fois l'intérêt légal et indemnité forfaitaire de 40 € pour frais de recouvrement (C. com., art. "
    "L441-10 et D441-5)."
)


class EmetteurInvalide(ProfilInvalide):
    """What invoices say of the CFA is missing or unfit; `commande` is what to type."""

    def __init__(self, phrase: str, commande: str) -> None:
        super().__init__(f"{phrase} Tapez : {commande}")
        self.phrase = phrase
        self.commande = commande


@dataclass(frozen=True)
class Emetteur:
    """The CFA as its invoices name it, and whom they are addressed to.

    `prefixe`: how its numbers begin, followed by the year and a rank (« F-2026-00001 »). `siret` None: that of the
    échéances. `valent_certificat`: an invoice after the first échéance stands as certificat de réalisation.
    `representant`, `qualite`, `lieu`: who signs certificates, and where.
    """

    denomination: str
    adresse: str
    iban: str = field(repr=False)
    nda: str | None = None
    siret: str | None = None
    client: str = "OPCO"
    client_adresse: str | None = None
    prefixe: str = "F-"
    conditions: str = CONDITIONS
    valent_certificat: bool = True
    representant: str | None = None
    qualite: str | None = None
    lieu: str | None = None

    def __post_init__(self) -> None:
        for nom in ("denomination", "adresse", "client", "client_adresse", "representant", "qualite", "lieu"):
            texte = getattr(self, nom)
            if texte is not None and (len(texte) > TEXTE_MAX or not texte.strip() or _CONTROLE.search(texte)):
                raise ProfilInvalide(
                    f"Le réglage « {nom} » de la facturation est un texte de {TEXTE_MAX} caractères au plus, sans "
                    "caractère de commande."
                )
        if not iban_valide(self.iban):
            raise ProfilInvalide("L'IBAN des réglages de facturation n'est pas valide : recopiez-le depuis le RIB.")
        if self.siret is not None and not siret_valide(self.siret):
            raise ProfilInvalide("Le SIRET des réglages de facturation n'est pas valide (14 chiffres et leur clé).")
        if self.nda is not None and not nda_valide(self.nda):
            raise ProfilInvalide("Le numéro de déclaration d'activité (nda) compte 11 chiffres.")
        if len(self.prefixe) > PREFIXE_MAX or not _PREFIXE_SUR.fullmatch(self.prefixe):
            raise ProfilInvalide(
                f"Le préfixe des numéros de facture commence par une lettre ou un chiffre, sans espace ni accent, "
                f"{PREFIXE_MAX} caractères au plus."
            )

    @property
    def fin_iban(self) -> str:
        """What may be shown of the IBAN: its last four characters."""
        return f"…{self.iban[-4:]}"

    @classmethod
    def load(
        cls, chemin: Path | None = None, *, nom: str | None = None, environ: Mapping[str, str] | None = None
    ) -> "Emetteur":
        """The table `facturation` of a profile. Raises EmetteurInvalide, ProfilInvalide (no such profile).

        The IBAN is that of TRAITDUNION_CFA_IBAN, of the table, of the system's keyring or of `secrets.toml`.
        """
        environ = os.environ if environ is None else environ
        fichier = chemin or default_file(environ)
        table, profil = read_section(TABLE, fichier=fichier, nom=nom, environ=environ)
        connus = {champ.name for champ in fields(cls)}
        reglages: dict[str, Any] = {cle: valeur for cle, valeur in table.items() if cle in connus and valeur != ""}
        iban = resolve_secret("iban", reglages, profil=profil, fichier=fichier, environ=environ)
        if iban:
            reglages["iban"] = "".join(iban.split()).upper()
        commande = say_commande(profil, chemin)
        manquants = [LIBELLES[cle] for cle in OBLIGATOIRES if not reglages.get(cle)]
        if manquants:
            raise EmetteurInvalide(f"Pour facturer, il manque : {', '.join(manquants)}.", commande)
        try:
            return cls(**{cle: _typed(cle, valeur) for cle, valeur in reglages.items()})
        except ProfilInvalide as erreur:
            raise EmetteurInvalide(str(erreur), commande) from None


def say_commande(profil: str, chemin: Path | None = None) -> str:
    """What to type to give or mend these settings."""
    mots = ["traitdunion cfa configurer --facturation"]
    mots += [] if profil == NOM_DU_HAUT else [f"--profil {profil}"]
    mots += [] if chemin is None else [f"--configuration {shlex.quote(str(chemin))}"]
    return " ".join(mots)


def _typed(cle: str, valeur: Any) -> Any:
    if cle == "valent_certificat":
        return valeur if isinstance(valeur, bool) else str(valeur).strip().lower() in ("1", "true", "oui")
    return str(valeur).strip()
