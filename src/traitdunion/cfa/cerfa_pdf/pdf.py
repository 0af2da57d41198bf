"""The PDF side: opening a form, and the fields found in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf

from traitdunion.cfa.cerfa_pdf.carte import NOMBRE_DE_CHAMPS, NOMS
from traitdunion.cfa.cerfa_pdf.saisie import Valeur
from traitdunion.cfa.errors import CerfaIllisible

TAILLE_MAX_OCTETS = 20 * 1024 * 1024
CHAMPS_MAX = 5_000
PROFONDEUR_MAX = 16
# Under this share of the form's fields, it is another form; above, a form that lost a few.
PART_RECONNUE_MIN = 0.9

_PAS_DE_CHAMPS = (
    "Ce PDF ne contient aucun champ de formulaire : il a été numérisé, imprimé en PDF ou « aplati ». "
    "Utilisez le CERFA 10103*14 rempli à l'écran et enregistré tel quel, ou déposez les données en JSON."
)


@dataclass(frozen=True)
class ChampPdf:
    """A field of the form: its full name, its own dictionary and the widgets that show it."""

    nom: str
    objet: Any
    widgets: tuple[Any, ...]

    @property
    def est_case(self) -> bool:
        return bool(_inherited(self.objet, "/FT") == "/Btn")

    def valeur(self) -> Valeur:
        """State of a box, or text typed."""
        brute = _inherited(self.objet, "/V")
        if self.est_case:
            if brute is None and len(self.widgets) == 1:
                brute = self.widgets[0].get("/AS")
            return brute is not None and str(brute) != "/Off"
        if isinstance(brute, pikepdf.Stream):  # a long text may be kept as a stream
            return brute.read_bytes().decode("utf-8", "replace")
        return "" if brute is None else str(brute)


def open_form(source: bytes | Path) -> tuple[pikepdf.Pdf, dict[str, ChampPdf]]:
    """The form and its fields by name. The caller closes the first. Raises CerfaIllisible, in words for its user."""
    contenu = _load(source)
    try:
        pdf = pikepdf.open(BytesIO(contenu))
    except pikepdf.PasswordError:
        raise CerfaIllisible(
            "Ce PDF est protégé par un mot de passe. Enregistrez-en une copie sans protection."
        ) from None
    except pikepdf.PdfError:
        raise CerfaIllisible(
            "Ce fichier n'est pas un PDF lisible : il est abîmé, tronqué ou d'un autre type."
        ) from None
    try:
        return pdf, _known_fields(pdf)
    except CerfaIllisible:
        pdf.close()
        raise
    except (pikepdf.PdfError, TypeError, ValueError, AttributeError, KeyError):
        pdf.close()
        raise CerfaIllisible("Le formulaire contenu dans ce PDF est abîmé : ses champs ne se lisent pas.") from None


def missing_fields(champs: dict[str, ChampPdf]) -> frozenset[str]:
    """The names of the official form that this one lacks."""
    return NOMS - champs.keys()


def _load(source: bytes | Path) -> bytes:
    if isinstance(source, Path):
        if source.stat().st_size > TAILLE_MAX_OCTETS:
            raise CerfaIllisible("Ce fichier est trop volumineux pour être un CERFA (plus de 20 Mio).")
        source = source.read_bytes()
    if len(source) > TAILLE_MAX_OCTETS:
        raise CerfaIllisible("Ce fichier est trop volumineux pour être un CERFA (plus de 20 Mio).")
    return source


def _known_fields(pdf: pikepdf.Pdf) -> dict[str, ChampPdf]:
    formulaire = pdf.Root.get("/AcroForm")
    if formulaire is None:
        raise CerfaIllisible(_PAS_DE_CHAMPS)
    tous = {champ.nom: champ for champ in _walk(formulaire.get("/Fields", pikepdf.Array()), "", 0)}
    connus = {nom: champ for nom, champ in tous.items() if nom in NOMS}
    if len(connus) >= PART_RECONNUE_MIN * NOMBRE_DE_CHAMPS:
        return connus
    if not tous:
        raise CerfaIllisible(_PAS_DE_CHAMPS)
    raise CerfaIllisible(
        "Ce PDF est un formulaire, mais pas le CERFA 10103*14 officiel : "
        f"{len(connus)} de ses champs sont connus, sur {NOMBRE_DE_CHAMPS} attendus. Reprenez le formulaire en vigueur."
    )


def _walk(objets: Any, prefixe: str, profondeur: int) -> Iterator[ChampPdf]:
    if profondeur > PROFONDEUR_MAX or len(objets) > CHAMPS_MAX:
        raise CerfaIllisible("Le formulaire contenu dans ce PDF a une structure anormale.")
    for objet in objets:
        nom = _full_name(prefixe, objet)
        enfants = list(objet.get("/Kids", []))
        if any("/T" in enfant for enfant in enfants):
            yield from _walk(enfants, nom, profondeur + 1)
        else:
            yield ChampPdf(nom, objet, tuple(enfants) or (objet,))


def _full_name(prefixe: str, objet: Any) -> str:
    if "/T" not in objet:
        return prefixe
    # A tool that decodes the names writes « à » where the official form has « #C3#A0 ».
    partiel = str(objet["/T"]).replace("Case à cocher", "Case #C3#A0 cocher")
    return f"{prefixe}.{partiel}" if prefixe else partiel


def _inherited(objet: Any, cle: str) -> Any:
    for _ in range(PROFONDEUR_MAX):
        if cle in objet:
            return objet[cle]
        if "/Parent" not in objet:
            return None
        objet = objet["/Parent"]
    return None
