"""What invoices need to say of the CFA, asked of a person: the settings of `Emetteur`, checked by its own rules."""

from collections.abc import Callable
from typing import Any

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.facturation.emetteur import Emetteur
from traitdunion.cfa.reglages.edition import Valeur
from traitdunion.cfa.reglages.questions import Question, ReponseInvalide, clean, read_iban, read_oui

SECTION = "facturation."  # how a script names them: facturation.denomination=…
_ACCEPTABLES: dict[str, Any] = {
    "denomination": "CFA",
    "adresse": "1 rue de l'Exemple",
    "iban": "FR7630006000011234567890189",  # the specimen of the French banks
}


def _as_emetteur(nom: str, *, serre: bool = False) -> Callable[[str], Valeur]:
    """Read a value with the rules of invoices. `serre`: a number, whose spaces mean nothing."""

    def read(texte: str) -> Valeur:
        valeur = clean(texte)
        try:
            return str(getattr(Emetteur(**{**_ACCEPTABLES, nom: "".join(valeur.split()) if serre else valeur}), nom))
        except ProfilInvalide as erreur:
            raise ReponseInvalide(str(erreur)) from None

    return read


def questions_factures() -> tuple[Question, ...]:
    """The questions, in the order that they are asked."""
    return _FACTURES


_FACTURES = (
    Question(
        SECTION + "denomination",
        "Nom du CFA sur les factures",
        "La dénomination de l'organisme. Où trouver : sur votre extrait Kbis ou votre avis SIRENE.",
        _as_emetteur("denomination"),
        obligatoire=True,
    ),
    Question(
        SECTION + "adresse",
        "Adresse du CFA",
        "Celle du siège, sur une ligne : « 1 rue de l'Exemple, 75001 PARIS ».",
        _as_emetteur("adresse"),
        obligatoire=True,
    ),
    Question(
        "iban",
        "IBAN du CFA",
        "Celui que l'OPCO connaît : MyA, « Mon Compte », « Coordonnées bancaires ». Ce que vous tapez reste caché.",
        read_iban,
        secret=True,
        obligatoire=True,
    ),
    Question(
        SECTION + "nda",
        "Numéro de déclaration d'activité",
        "11 chiffres. Où trouver : sur le courrier de la DREETS, et sur vos conventions. Entrée pour s'en passer.",
        _as_emetteur("nda", serre=True),
    ),
    Question(
        SECTION + "siret",
        "SIRET qui facture",
        "14 chiffres. Entrée : celui que l'OPCO a inscrit à chaque échéance, ce qui convient presque toujours.",
        _as_emetteur("siret", serre=True),
    ),
    Question(
        SECTION + "client",
        "Nom de l'OPCO sur les factures",
        "À qui elles sont adressées.",
        _as_emetteur("client"),
        d_office="OPCO",
    ),
    Question(
        SECTION + "client_adresse",
        "Adresse de l'OPCO",
        "Où trouver : sur son site, ou sur l'accord de prise en charge. Entrée pour s'en passer.",
        _as_emetteur("client_adresse"),
    ),
    Question(
        SECTION + "prefixe",
        "Début des numéros de facture",
        "Suivi de l'année et d'un rang : F- donne F-2026-00001. À choisir différent de celui de votre comptabilité.",
        _as_emetteur("prefixe"),
        d_office="F-",
    ),
    Question(
        SECTION + "valent_certificat",
        "Vos factures valent-elles certificat de réalisation ?",
        "oui : le PDF porte la mention, sauf pour une première échéance. non : joignez un certificat à chaque fois.",
        read_oui,
        d_office="oui",
    ),
    Question(
        SECTION + "representant",
        "Qui signe les certificats de réalisation",
        "Nom puis prénom : « EXEMPLE Camille ». Entrée pour s'en passer.",
        _as_emetteur("representant"),
    ),
    Question(
        SECTION + "qualite",
        "Sa qualité",
        "Par exemple : Directrice. Entrée pour s'en passer.",
        _as_emetteur("qualite"),
    ),
    Question(
        SECTION + "lieu",
        "Lieu de signature",
        "La ville où sont signés les certificats. Entrée pour s'en passer.",
        _as_emetteur("lieu"),
    ),
)
