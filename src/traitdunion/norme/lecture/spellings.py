"""The same thing written several ways: other names, other forms, brought to the norm's own (norme.md §2.1, §2.2)."""

from collections.abc import Callable

from traitdunion.norme.facturation.echeances import normalise_numero_echeance
from traitdunion.norme.facturation.natures import normalise_nature
from traitdunion.norme.identite import fold_name
from traitdunion.norme.messages import cerfa, commun, convention, facture
from traitdunion.norme.nomenclatures import TYPE_CERTIFICAT

# Other spellings of a member, seen in connectors: read as the norm's name when that one is absent.
ALIAS: dict[type, dict[str, str]] = {
    cerfa.Cerfa: {"employeurV2": "employeur", "CERFASignatureProbante": "CERFAsignatureProbante"},
    convention.Couts: {"mentionMobilitéInternationale": "mentionMobiliteInternationale"},
}
# What only the OPCO sets (norme.md §2.1): read back, ignored on deposit, whatever it holds.
LECTURE_SEULE: dict[type, frozenset[str]] = {
    cerfa.Cerfa: frozenset({"numeroInterne", "numeroExterne", "numeroDeca", "etat", "commentaireEtat"}),
}
# An object in which nothing is said is as absent as an empty string (a second maître left blank), but for these.
GARDES_VIDES: frozenset[type] = frozenset({cerfa.Cerfa})
_TYPES_CERTIFICAT = {fold_name(code): code for code in TYPE_CERTIFICAT.codes}


def _sans_espaces(texte: str) -> str:
    return texte if texte.isalnum() else "".join(texte.split())


def _rncp(texte: str) -> str:
    code = _sans_espaces(texte).upper()
    return f"RNCP{code}" if code.isdigit() else code


def _naf(texte: str) -> str:
    return _code(texte).replace(".", "")


def _code(texte: str) -> str:
    return texte.upper() if texte.isalnum() else "".join(texte.split()).upper()


def _numero_idcc(texte: str) -> str:
    code = _sans_espaces(texte)
    return code.zfill(4) if code.isdigit() else code


def _code_postal(texte: str) -> str:
    code = _sans_espaces(texte)
    # A number lost its leading zero: 1000 is 01000 (Bourg-en-Bresse).
    return code.zfill(5) if code.isdigit() and len(code) == 4 else code


def _derniere_classe(texte: str) -> str:
    return texte.zfill(2) if texte.isdigit() else texte


def _type_certificat(texte: str) -> str:
    return _TYPES_CERTIFICAT.get(fold_name(texte), texte)


# The form in which a code is kept and compared, by wire name.
NORMALISERS: dict[str, Callable[[str], str]] = {
    "siret": _sans_espaces,
    "nir": _code,
    "naf": _naf,
    "rncp": _rncp,
    "uaiCfa": _code,
    "codeDiplome": _code,
    "codeIdcc": _numero_idcc,
    "codePostal": _code_postal,
    "derniereClasse": _derniere_classe,
    "departementNaissance": _code,
    "numeroContratPrecedent": _code,
    "sexe": str.upper,
    "typeSalaire": str.upper,
    "siretEmetteur": _sans_espaces,
    "ibanEmetteur": _code,
    "natureLigne": normalise_nature,
    "numeroEcheance": normalise_numero_echeance,
    "codificationEcheance": normalise_numero_echeance,
    "typeCertificat": _type_certificat,
}


def is_absent(valeur: object) -> bool:
    """Not said: null, or a text of spaces (norme.md §2)."""
    return valeur is None or (isinstance(valeur, str) and not valeur.strip())


def restore_adresse(brut: dict[str, object]) -> dict[str, object]:
    """An address in the older form {numero, voie, complement} as {adresse1, adresse2} (norme.md §2.1).

    What cannot be put there, an older member beside the recent one say, is left in its place, to be named as stray.
    """
    if "voie" not in brut and "complement" not in brut and "numero" not in brut:
        return brut
    recent = dict(brut)
    if is_absent(recent.get("adresse1")):
        numero, voie = recent.get("numero"), recent.pop("voie", None)
        recent["adresse1"] = voie
        # A number of the street that is no number cannot be read, and what follows it is not the whole line.
        if is_absent(numero) or type(numero) is int or isinstance(numero, str):
            recent.pop("numero", None)
            if not is_absent(numero) and (is_absent(voie) or isinstance(voie, str)):
                recent["adresse1"] = f"{numero} {voie or ''}"
    if is_absent(recent.get("adresse2")) and "complement" in recent:
        recent["adresse2"] = recent.pop("complement")
    return recent


def restore_depot(brut: dict[str, object]) -> dict[str, object]:
    """A maitre2 sent beside `cerfa` instead of in it: the known mistake of one connector (norme.md §2.1)."""
    form = brut.get("cerfa")
    if "maitre2" not in brut or not isinstance(form, dict) or not is_absent(form.get("maitre2")):
        return brut
    recent = dict(brut)
    recent["cerfa"] = {**form, "maitre2": recent.pop("maitre2")}
    return recent


def restore_facture(brut: dict[str, object]) -> dict[str, object]:
    """A single line sent as an object instead of a list of one, as converters from XML do."""
    ligne = brut.get("lignes")
    return {**brut, "lignes": [ligne]} if isinstance(ligne, dict) else brut


RESTORE: dict[type, Callable[[dict[str, object]], dict[str, object]]] = {
    commun.Adresse: restore_adresse,
    cerfa.DepotDossier: restore_depot,
    facture.Facture: restore_facture,
    facture.Avoir: restore_facture,
}
