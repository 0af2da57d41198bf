"""The frais annexes that a person asks to bill: a CSV of dossiers, natures and quantities."""

import csv
import io

from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.facturation.preparation import DemandeFrais
from traitdunion.norme.facturation.natures import FRAIS_ANNEXES, read_nature
from traitdunion.norme.identifiants import read_numero_externe
from traitdunion.norme.identite import fold_name

COLONNES = ("dossier", "nature", "quantite")


class FraisIllisibles(ErreurCfa):
    """The CSV of frais annexes cannot be read."""


def read_frais(contenu: bytes) -> list[DemandeFrais]:
    """Rows « dossier;nature;quantite », quantity empty for all that is left; commas are read too.

    Every wrong row is told at once. Raises FraisIllisibles.
    """
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = contenu.decode("cp1252", "replace")  # what a French spreadsheet saves by default
    separateur = ";" if ";" in texte.partition("\n")[0] else ","
    lecteur = csv.reader(io.StringIO(texte), delimiter=separateur)
    entetes = [fold_name(nom).replace(" ", "_") for nom in next(lecteur, [])]
    manquantes = [nom for nom in COLONNES[:2] if nom not in entetes]
    if manquantes:
        raise FraisIllisibles(f"Il manque au CSV des frais la colonne : {', '.join(manquantes)}. {_ATTENDU}")
    demandes: list[DemandeFrais] = []
    fautes: list[str] = []
    for rang, ligne in enumerate(lecteur, 2):
        if not any(cellule.strip() for cellule in ligne):
            continue
        lue = dict(zip(entetes, (cellule.strip() for cellule in ligne), strict=False))
        demande = _read(lue)
        if isinstance(demande, str):
            fautes.append(f"ligne {rang} : {demande}")
        else:
            demandes.append(demande)
    if fautes:
        raise FraisIllisibles(f"Le CSV des frais a {len(fautes)} ligne(s) à corriger : {' ; '.join(fautes[:10])}.")
    return demandes


_ATTENDU = "Attendu : dossier;nature;quantite, par exemple CA-0000012;hébergement;20."


def _read(lue: dict[str, str]) -> DemandeFrais | str:
    dossier, nature, quantite = (lue.get(nom, "") for nom in COLONNES)
    if read_numero_externe(dossier) is None and not dossier:
        return "le numéro de dossier manque"
    lue_nature = read_nature(nature)
    if lue_nature not in FRAIS_ANNEXES:
        return f"« {nature} » n'est pas un frais annexe"
    if quantite and not (quantite.isascii() and quantite.isdigit() and 0 < int(quantite) < 10**6):
        return f"« {quantite} » n'est pas une quantité"
    assert lue_nature is not None
    return DemandeFrais(nature=lue_nature, dossier=dossier.upper(), quantite=int(quantite) if quantite else None)
