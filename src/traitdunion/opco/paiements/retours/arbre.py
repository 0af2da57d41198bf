"""XML of others, read without what XML can do to its reader: no DTD, hence no entity, and bounds on size and depth.

Expat alone, from the standard library: the declaration of a DTD is refused before anything in it is looked at
(CWE-611, CWE-776). Tags lose their namespace: banks write several versions of the same message.
"""

from contextlib import suppress
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from traitdunion.opco.paiements.retours.modele import RetoursIllisibles

PROFONDEUR_MAX = 60  # a camt.054 is some 15 deep
ELEMENTS_MAX = 600_000  # ten times what a file of 3 000 virements holds


def text_of(element: Element, *chemins: str) -> str:
    """The first of these members that says something, without the spaces around; empty when none does."""
    return next((texte for chemin in chemins if (texte := (element.findtext(chemin) or "").strip())), "")


class _Assez(Exception):
    """The beginning is known, the rest need not be read."""


def read_arbre(octets: bytes) -> Element:
    """The root, tags without their namespace. Raises RetoursIllisibles."""
    arbre = TreeBuilder()
    ouverts = elements = 0

    def start(nom: str, _attributs: dict[str, str]) -> None:
        nonlocal ouverts, elements
        ouverts, elements = ouverts + 1, elements + 1
        if ouverts > PROFONDEUR_MAX or elements > ELEMENTS_MAX:
            raise RetoursIllisibles("Ce fichier XML est trop grand ou trop imbriqué : demandez-le en plusieurs fois.")
        arbre.start(nom.rpartition(" ")[2], _attributs)

    def end(nom: str) -> None:
        nonlocal ouverts
        ouverts -= 1
        arbre.end(nom.rpartition(" ")[2])

    lecteur = _open_lecteur()
    lecteur.StartElementHandler = start
    lecteur.EndElementHandler = end
    lecteur.CharacterDataHandler = arbre.data
    _run(lecteur, octets)
    return arbre.close()


def read_entete(octets: bytes) -> tuple[str, str]:
    """The namespace of the document and the name of its message, the rest left unread. Raises RetoursIllisibles."""
    noms: list[str] = []

    def start(nom: str, _attributs: dict[str, str]) -> None:
        noms.append(nom)
        if len(noms) == 2:
            raise _Assez

    lecteur = _open_lecteur()
    lecteur.StartElementHandler = start
    with suppress(_Assez):
        _run(lecteur, octets)
    espace, _, _racine = noms[0].rpartition(" ")
    return espace, noms[1].rpartition(" ")[2] if len(noms) > 1 else ""


def _open_lecteur() -> expat.XMLParserType:
    lecteur = expat.ParserCreate(namespace_separator=" ")
    lecteur.buffer_text = True
    lecteur.StartDoctypeDeclHandler = _refuse_dtd
    return lecteur


def _refuse_dtd(*_declaration: object) -> None:
    raise RetoursIllisibles("Ce fichier XML contient une déclaration DOCTYPE, qu'aucune banque n'envoie : refusé.")


def _run(lecteur: expat.XMLParserType, octets: bytes) -> None:
    try:
        lecteur.Parse(octets, True)
    except expat.ExpatError as erreur:
        raise RetoursIllisibles(
            f"Ce fichier XML est abîmé à la ligne {erreur.lineno} : téléchargez-le à nouveau auprès de la banque."
        ) from None
    except (LookupError, ValueError):  # the encoding that it announces is unknown, or is not the one it is in
        raise RetoursIllisibles("L'encodage de ce fichier XML n'est pas reconnu : demandez-le en UTF-8.") from None
