"""Who invoices: the table `facturation` of the settings of a profile. The IBAN is a secret: never shown whole."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.lieux import PREFIXE
from traitdunion.cfa.profil import read_reglages
from traitdunion.norme.identifiants import iban_valide, nda_valide, siret_valide

TABLE = "facturation"
# The norm takes 40 characters (norme.md §2.3); the number itself takes the rest.
PREFIXE_MAX = 24
_PREFIXE_SUR = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]*")
_TROUSSEAU = "traitdunion"
CONDITIONS = (
    "Règlement par virement, à 30 jours de la réception de la facture. Pas d'escompte. En cas de retard : pénalités "
    "au taux de trois fois l'intérêt légal et indemnité forfaitaire de 40 € pour frais de recouvrement (C. com., art. "
    "L441-10 et D441-5)."
)


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
        cls,
        chemin: Path | None = None,
        *,
        nom: str | None = None,
        profil: str,
        environ: Mapping[str, str] | None = None,
    ) -> "Emetteur":
        """The table `facturation` of the profile asked as `nom`, which is called `profil`. Raises ProfilInvalide.

        The IBAN is that of the table, of TRAITDUNION_CFA_IBAN, or of the system keyring under « <profil>:iban ».
        """
        environ = os.environ if environ is None else environ
        table = read_reglages(chemin, nom=nom, environ=environ).get(TABLE) or {}
        if not isinstance(table, dict):
            raise ProfilInvalide(f"Les réglages « {TABLE} » doivent être une table.")
        connus = {champ.name for champ in fields(cls)}
        reglages: dict[str, Any] = {cle: valeur for cle, valeur in table.items() if cle in connus and valeur != ""}
        iban = environ.get(f"{PREFIXE}IBAN") or reglages.get("iban") or _read_keyring(profil)
        if iban:
            reglages["iban"] = "".join(str(iban).split()).upper()
        manquants = [cle for cle in ("denomination", "adresse", "iban") if not reglages.get(cle)]
        if manquants:
            raise ProfilInvalide(
                f"Il manque aux réglages de facturation : {', '.join(manquants)}. Donnez-les dans la table « {TABLE} » "
                "du fichier de configuration, avec de préférence nda, client et client_adresse (l'OPCO)."
            )
        return cls(**{cle: _typed(cle, valeur) for cle, valeur in reglages.items()})


def _typed(cle: str, valeur: Any) -> Any:
    if cle == "valent_certificat":
        return valeur if isinstance(valeur, bool) else str(valeur).strip().lower() in ("1", "true", "oui")
    return str(valeur).strip()


def _read_keyring(profil: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_TROUSSEAU, f"{profil}:iban")
    except KeyringError:
        return None  # no keyring on this machine: the settings say what is missing
