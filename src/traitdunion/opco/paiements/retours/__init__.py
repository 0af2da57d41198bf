"""What the bank gives back after a pay run: a camt.054, a pain.002, or our own CSV.

`read_retours` says what became of each virement and all that could not be read; one wrong line spoils no other.
"""

import re

from traitdunion.opco.paiements.retours.arbre import read_arbre, read_entete
from traitdunion.opco.paiements.retours.camt import read_camt
from traitdunion.opco.paiements.retours.modele import (
    OCTETS_MAX,
    FormatRetours,
    LectureRetours,
    Observation,
    Recueil,
    RejetEntier,
    Retour,
    RetoursIllisibles,
    StatutRetour,
)
from traitdunion.opco.paiements.retours.pain import read_pain
from traitdunion.opco.paiements.retours.tableau import read_tableau

__all__ = [
    "FormatRetours",
    "LectureRetours",
    "Observation",
    "RejetEntier",
    "Retour",
    "RetoursIllisibles",
    "StatutRetour",
    "read_retours",
    "sniff",
]

# urn:iso:std:iso:20022:tech:xsd:camt.054.001.08: family, then the version, which may be any.
_ESPACE = re.compile(r"[:$](camt|pain)\.(\d{3})\.001\.\d{2}\Z", re.ASCII)
_MESSAGES = {
    ("camt.054", "BkToCstmrDbtCdtNtfctn"): FormatRetours.CAMT,
    ("pain.002", "CstmrPmtStsRpt"): FormatRetours.PAIN,
}
_AUTRES = {
    "camt.052": "un relevé en cours de journée",
    "camt.053": "un relevé de compte",
    "pain.001": "un fichier d'ordres de virement, tel qu'il part vers la banque",
    "pain.008": "un fichier de prélèvements",
}
_ATTENDU = "Demandez à la banque l'avis de débit (camt.054) ou le rapport de rejets (pain.002)."
_DEBUTS_XML = (b"<", "<".encode("utf-16-le"), "<".encode("utf-16-be"))
_MARQUES = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_retours(octets: bytes) -> LectureRetours:
    """All that this file says, whatever its format. Raises RetoursIllisibles when nothing of it can be read."""
    lu = sniff(octets)
    recueil = Recueil()
    if lu is FormatRetours.CSV:
        read_tableau(octets, recueil)
    else:
        racine = read_arbre(octets)
        (read_camt if lu is FormatRetours.CAMT else read_pain)(racine, recueil)
    return recueil.close(lu)


def sniff(octets: bytes) -> FormatRetours:
    """The format, by the beginning of the file and not by its name; what is not XML may be a CSV.

    Raises RetoursIllisibles: empty, over 10 MiB, XML that is damaged or is another message.
    """
    if len(octets) > OCTETS_MAX:
        raise RetoursIllisibles("Ce fichier dépasse 10 Mio : demandez-le à la banque en plusieurs fois.")
    if not octets.strip():
        raise RetoursIllisibles("Ce fichier est vide.")
    if not _is_xml(octets):
        return FormatRetours.CSV
    espace, message = read_entete(octets)
    trouve = _ESPACE.search(espace)
    famille = f"{trouve[1]}.{trouve[2]}" if trouve else ""
    if (famille, message) in _MESSAGES:
        return _MESSAGES[famille, message]
    if famille in _AUTRES:
        raise RetoursIllisibles(f"Ce fichier est {_AUTRES[famille]} ({famille}). {_ATTENDU}")
    raise RetoursIllisibles(f"Ce fichier XML n'est pas un avis de la banque que nous sachions lire. {_ATTENDU}")


def _is_xml(octets: bytes) -> bool:
    debut = octets[:1024]
    for marque in _MARQUES:
        debut = debut.removeprefix(marque)
    return debut.lstrip(b" \t\r\n").startswith(_DEBUTS_XML)
