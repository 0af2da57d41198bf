"""What a profile asks of a person: each value with its help, where to find it, and what makes it fit."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.profil import Profil
from traitdunion.cfa.reglages.edition import Valeur
from traitdunion.norme import cle_api
from traitdunion.norme.identifiants import iban_valide, siren_valide

# What copying from a page or a mail brings along: marks that are not seen.
_INVISIBLES = dict.fromkeys(map(ord, "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\N{WORD JOINER}"))
_OUI, _NON = (
    frozenset({"o", "oui", "y", "yes", "1", "true", "vrai"}),
    frozenset({"n", "non", "no", "0", "false", "faux"}),
)
DELAI_MAX_S = 600
_ACCEPTABLES: dict[str, Any] = {
    "api": "https://opco.invalid",
    "jeton": "https://opco.invalid",
    "client_id": "x",
    "client_secret": "x",
    "cle_api": "x",
}


class ReponseInvalide(ValueError):
    """The answer does not fit; `str()` is the sentence that says why, without the answer when it is a secret."""


@dataclass(frozen=True)
class Question:
    """One value of a profile. `d_office`: what Enter gives; `guidee`: asked the first time, and not only on demand."""

    nom: str
    libelle: str
    aide: str
    read: Callable[[str], Valeur]
    secret: bool = False
    obligatoire: bool = False
    d_office: str | None = None
    guidee: bool = True


def clean(texte: str) -> str:
    """The text without what copying adds around it: spaces, invisible marks, quotation marks."""
    texte = texte.translate(_INVISIBLES).strip()
    if len(texte) >= 2 and (texte[0], texte[-1]) in (('"', '"'), ("'", "'"), ("«", "»"), ("“", "”")):
        texte = texte[1:-1].strip()
    return texte


def _as_profil(nom: str) -> Callable[[str], Valeur]:
    """Read a value with the profile's own rules."""

    def read(texte: str) -> Valeur:
        try:
            return str(getattr(Profil(**{**_ACCEPTABLES, nom: clean(texte)}), nom))
        except ProfilInvalide as erreur:
            raise ReponseInvalide(str(erreur)) from None
        except ValueError:  # an address that cannot even be cut
            raise ReponseInvalide("Cette adresse n'est pas lisible.") from None

    return read


def _read_api(texte: str) -> Valeur:
    # The client adds the version of each route itself.
    return _as_profil("api")(re.sub(r"/v[12]/?$", "", clean(texte)))


def _read_cle(texte: str) -> Valeur:
    cle = clean(texte)
    if cle_api.is_mistyped(cle):
        raise ReponseInvalide(
            "Cet identifiant est mal recopié ou incomplet : copiez-le de nouveau, en entier, depuis MyA."
        )
    return _as_profil("cle_api")(cle)


def _read_siren(texte: str) -> Valeur:
    siren = "".join(clean(texte).split())
    if len(siren) == 14 and siren.isdigit() and siren_valide(siren[:9]):
        raise ReponseInvalide(f"C'est un SIRET (14 chiffres). Le SIREN en est le début : {siren[:9]}.")
    if not siren_valide(siren):
        raise ReponseInvalide("Un SIREN compte 9 chiffres, et celui-ci ne tombe pas juste : vérifiez-le.")
    return siren


def read_oui(texte: str) -> Valeur:
    """Yes or no. Raises ReponseInvalide."""
    reponse = clean(texte).lower()
    if reponse in _OUI:
        return True
    if reponse in _NON:
        return False
    raise ReponseInvalide("Répondez par oui ou par non.")


def _read_delai(texte: str) -> Valeur:
    try:
        secondes = float(clean(texte).removesuffix("s").replace(",", "."))
    except ValueError:
        raise ReponseInvalide("Un nombre de secondes est attendu, par exemple 30.") from None
    if not 1 <= secondes <= DELAI_MAX_S:
        raise ReponseInvalide(f"Entre 1 et {DELAI_MAX_S} secondes.")
    return secondes


def read_iban(texte: str) -> Valeur:
    """An IBAN, its spaces removed. Raises ReponseInvalide, without quoting it."""
    iban = "".join(clean(texte).split()).upper()
    if not iban_valide(iban):
        raise ReponseInvalide("Cet IBAN ne tombe pas juste : recopiez-le depuis votre relevé d'identité bancaire.")
    return iban


def _read_opco(codes: Sequence[tuple[str, str]]) -> Callable[[str], Valeur]:
    def read(texte: str) -> Valeur:
        voulu = clean(texte).lower()
        for code, nom in codes:
            if voulu in (code.lower(), nom.lower()):
                return code
        proche = get_close_matches(voulu, [code for code, _ in codes], n=1, cutoff=0.5)
        suite = f" Vouliez-vous dire « {proche[0]} » ?" if proche else ""
        raise ReponseInvalide(f"Cet OPCO n'est pas connu.{suite} Codes : {', '.join(code for code, _ in codes)}.")

    return read


def questions(opcos: Sequence[tuple[str, str]]) -> tuple[Question, ...]:
    """The questions, in the order that they are asked. `opcos`: code and name of those known; none, no question."""
    choix = Question(
        "opco",
        "OPCO",
        "Le code de l'OPCO qui finance ces contrats : "
        + ", ".join(code for code, _ in opcos)
        + ". Entrée si ce n'est aucun d'eux.",
        _read_opco(opcos),
    )
    return (*((choix,) if opcos else ()), *_FIXES)


_FIXES = (
    Question(
        "api",
        "Adresse de l'API",
        "Où trouver : dans la documentation que l'OPCO remet à votre éditeur. Sans « /v1 » ni « /v2 » à la fin.",
        _read_api,
        obligatoire=True,
    ),
    Question(
        "jeton",
        "Adresse du service de connexion",
        "Où trouver : avec la précédente ; elle finit souvent par « /token ».",
        _as_profil("jeton"),
        obligatoire=True,
    ),
    Question(
        "client_id",
        "Client ID de l'éditeur",
        "Où trouver : l'OPCO le remet à votre éditeur avec le client secret, pour le développement.",
        _as_profil("client_id"),
        obligatoire=True,
    ),
    Question(
        "client_secret",
        "Client secret de l'éditeur",
        "Où trouver : avec le client ID. Ce que vous tapez reste caché.",
        _as_profil("client_secret"),
        secret=True,
        obligatoire=True,
    ),
    Question(
        "cle_api",
        "Identifiant API CFA",
        "Où trouver : dans MyA, onglet « Mon Compte », section « Informations complémentaires pour les prestataires de "
        "formation initiale », après « Générer un identifiant API CFA ». Un par OPCO. Ce que vous tapez reste caché.",
        _read_cle,
        secret=True,
        obligatoire=True,
    ),
    Question(
        "siren",
        "SIREN du CFA",
        "Les 9 premiers chiffres du SIRET. Il permet de savoir jusqu'à quand l'identifiant API CFA est valable.",
        _read_siren,
    ),
    Question(
        "renvoi_reconnu",
        "Ce serveur reconnaît-il un dépôt renvoyé ?",
        "oui pour un serveur Trait d'union ; non en cas de doute : rien n'est alors renvoyé d'office.",
        read_oui,
        d_office="non",
    ),
    Question(
        "scope",
        "Portée demandée au service de connexion (scope)",
        "Seulement si la documentation de l'OPCO le demande.",
        clean,
        guidee=False,
    ),
    Question(
        "editeur", "Nom de l'éditeur annoncé", "En-tête EDITEUR de chaque appel.", _as_profil("editeur"), guidee=False
    ),
    Question(
        "logiciel",
        "Nom du logiciel annoncé",
        "En-tête LOGICIEL de chaque appel.",
        _as_profil("logiciel"),
        guidee=False,
    ),
    Question("delai_s", "Patience pour un appel, en secondes", "30 d'office.", _read_delai, guidee=False),
)
