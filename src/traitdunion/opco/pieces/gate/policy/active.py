"""Active content of a PDF: what acts by itself, carries another file, or reaches out of the document.

The objects are walked, never the bytes: qpdf has already undone hex-escaped names (`/J#61vaScript`) and object streams.
Keys such as `/AA` or `/JS` are also legal names of a font or an image in a resource dictionary, so each ground looks at
the value as well as at the name (ISO 32000-1 §12.6 actions, §12.5 annotations, §7.11 file specifications).
"""

import re
from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Stream, String

# Quick sieve on the normalised text of one object: what does not match it holds nothing that `find_grounds` refuses.
SIEVE = re.compile(
    rb"/(?:JS|JavaScript|Launch|SubmitForm|ImportData|RichMedia\w*|Rendition|Movie|Sound|3D|GoTo3DView|EF|EmbeddedFiles?"
    rb"|FileAttachment|GoToE|XFA|AA|OpenAction)(?![^\s/<>\[\](){}%])"
    # The name may lie in another object, which says nothing by itself: looked at through the reference.
    rb"|/(?:S|Subtype|Type)\s+\d+\s+\d+\s+R"
)

_ACTIONS = {
    "/JavaScript": "PDF_JAVASCRIPT",
    "/Launch": "PDF_LANCEMENT",
    "/SubmitForm": "PDF_ENVOI_FORMULAIRE",
    "/ImportData": "PDF_IMPORT_DONNEES",
    "/GoToE": "PDF_PIECE_JOINTE",
    "/Rendition": "PDF_MULTIMEDIA",
    "/Movie": "PDF_MULTIMEDIA",
    "/Sound": "PDF_MULTIMEDIA",
    "/GoTo3DView": "PDF_MULTIMEDIA",
    "/RichMediaExecute": "PDF_MULTIMEDIA",
}
_ANNOTATIONS = {
    "/RichMedia": "PDF_MULTIMEDIA",
    "/Movie": "PDF_MULTIMEDIA",
    "/Sound": "PDF_MULTIMEDIA",
    "/3D": "PDF_MULTIMEDIA",
    "/FileAttachment": "PDF_PIECE_JOINTE",
}
# At the opening of the document, moving inside it is all that is let through.
_ACTIONS_A_L_OUVERTURE = {"/GoTo", "/Named", "/Thread", "/Hide", "/SetOCGState", "/Trans"}
_DECLENCHEURS = frozenset(
    "/E /X /D /U /Fo /Bl /PO /PC /PV /PI /O /C /K /F /V /WC /WS /DS /WP /DP".split()  # noqa: SIM905 - reads better
)
_FICHIERS = ("/F", "/UF", "/DOS", "/Mac", "/Unix")
_CHAINE_MAX = 100


def find_grounds(obj: Object) -> Iterator[str]:
    """The codes of all that is active in one object and in the direct objects inside it."""
    pile: list[object] = [obj]
    while pile:
        current = pile.pop()
        if isinstance(current, (Dictionary, Stream)):
            yield from _grounds_of(current)
            pile.extend(value for value in current.values() if _is_direct_container(value))
        elif isinstance(current, Array):
            pile.extend(value for value in current if _is_direct_container(value))


def _is_direct_container(value: object) -> bool:
    # Indirect objects are met on their own: the caller goes through every object of the file.
    return isinstance(value, (Dictionary, Array)) and not value.is_indirect


def _grounds_of(holder: Dictionary | Stream) -> Iterator[str]:
    if code := _ACTIONS.get(_name(holder.get("/S"))):
        yield code
    if code := _ANNOTATIONS.get(_name(holder.get("/Subtype"))):
        yield code
    if _is_script(holder.get("/JS")) or _is_name_tree(holder.get("/JavaScript")):
        yield "PDF_JAVASCRIPT"
    if _name(holder.get("/Type")) == "/EmbeddedFile" or _is_name_tree(holder.get("/EmbeddedFiles")):
        yield "PDF_PIECE_JOINTE"
    if _carries_file(holder.get("/EF")):
        yield "PDF_PIECE_JOINTE"
    if isinstance(holder.get("/RichMediaContent"), Dictionary):
        yield "PDF_MULTIMEDIA"
    if _is_xfa(holder.get("/XFA")):
        yield "PDF_XFA"
    if _triggers_actions(holder.get("/AA")):
        yield "PDF_ACTION_AUTOMATIQUE"
    if _leaves_document(holder.get("/OpenAction")):
        yield "PDF_LIEN_AUTOMATIQUE"


def _name(value: object) -> str:
    return str(value) if isinstance(value, Name) else ""


def _is_xobject(value: Stream) -> bool:
    return _name(value.get("/Subtype")) in ("/Form", "/Image")


def _is_script(value: object) -> bool:
    return isinstance(value, String) or (isinstance(value, Stream) and not _is_xobject(value))


def _is_name_tree(value: object) -> bool:
    if not isinstance(value, Dictionary):
        return False
    names = value.get("/Names")
    return "/Kids" in value or (isinstance(names, Array) and len(names) > 0)


def _carries_file(value: object) -> bool:
    return isinstance(value, Dictionary) and any(isinstance(value.get(key), Stream) for key in _FICHIERS)


def _is_xfa(value: object) -> bool:
    return isinstance(value, Array) or (isinstance(value, Stream) and not _is_xobject(value))


def _triggers_actions(value: object) -> bool:
    if not isinstance(value, Dictionary):
        return False
    actions = (action for trigger, action in value.items() if trigger in _DECLENCHEURS)
    return any(isinstance(action, Dictionary) and isinstance(action.get("/S"), Name) for action in actions)


def _leaves_document(value: object) -> bool:
    """Whether the opening action, or one chained to it by /Next, is anything but a move inside the document.

    The other active grounds have codes of their own and are found where the action lies.
    """
    pile, seen = [value], 0
    while pile:
        action = pile.pop()
        seen += 1
        if seen > _CHAINE_MAX:
            return True
        if not isinstance(action, Dictionary):
            continue  # a destination (array, name or string)
        kind = _name(action.get("/S"))
        if kind and kind not in _ACTIONS_A_L_OUVERTURE and kind not in _ACTIONS:
            return True
        suite = action.get("/Next")
        pile.extend(suite if isinstance(suite, Array) else [suite])
    return False
