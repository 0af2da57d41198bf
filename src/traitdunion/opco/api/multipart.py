"""Reading a deposit with a file: one JSON part handed as bytes whatever its headers, one file streamed to disk.

The parsing itself is the library `multipart`'s; what is refused, and how, is ours (norme.md §1, §5).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from traitdunion.norme.erreurs import depot as codes
from traitdunion.norme.erreurs import technique
from traitdunion.opco.api.call import CORPS_FICHIER_MAX, CORPS_JSON_MAX, Call, ClientGone
from traitdunion.opco.socle import failpoints
from traitdunion.opco.socle.object_store import ObjectStoreError

PARTIE_FICHIER = "fichier"
DUREE_MAX_SECONDES = 120.0  # for a file to arrive whole


@dataclass(frozen=True, slots=True)
class Envoi:
    """A deposit with its file: `corps` is the JSON part as received, `chemin` the file staged on disk."""

    corps: bytes
    chemin: Path
    nom_fichier: str
    type_declare: str
    sha256_fichier: bytes
    taille_octets: int


@asynccontextmanager
async def read_envoi(call: Call, *, partie: str, dossier: Path) -> AsyncIterator[Envoi]:
    """The JSON part named `partie` and the file, the latter staged in `dossier` and removed at the end of the block.

    Raises MULTIPART_ATTENDU, PARTIE_MANQUANTE, PARTIE_EN_DOUBLE, PARTIE_INCONNUE, CORPS_TROP_GROS.
    """
    type_contenu, options = parse_options_header(call.header(b"content-type") or "")
    if type_contenu != "multipart/form-data" or not options.get("boundary"):
        raise codes.MULTIPART_ATTENDU.refus(partie=partie)
    annonce = call.entetes.get(b"content-length", b"0")
    if annonce.isdigit() and int(annonce) > CORPS_FICHIER_MAX:
        raise technique.CORPS_TROP_GROS.refus(limite_octets=CORPS_FICHIER_MAX)
    with _opened(dossier) as fichier:
        reading = _Reading(partie, fichier)
        try:
            async with asyncio.timeout(DUREE_MAX_SECONDES):
                await reading.run(call, options["boundary"])
            fichier.flush()
        except MultipartError:
            raise codes.MULTIPART_ATTENDU.refus(partie=partie) from None
        except TimeoutError:
            raise  # an OSError of its own kind: too slow, not too full
        except OSError as erreur:
            raise ObjectStoreError(f"cannot stage the file ({erreur.strerror})") from None
        failpoints.hit("corps_lu")
        yield reading.envoi(Path(fichier.name))


def _opened(dossier: Path) -> Any:
    try:
        return NamedTemporaryFile(dir=dossier, prefix="envoi-", delete=True)
    except OSError as erreur:
        raise ObjectStoreError(f"cannot stage the file ({erreur.strerror})") from None


def _text(nom: str) -> str:
    """A name from a header: UTF-8 as the RFC wants, or ISO-8859-1 as older programs write (RFC 7578 §5.1)."""
    try:
        return nom.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return nom


class _Reading:
    """What is gathered while the parts go by."""

    def __init__(self, partie: str, fichier: Any) -> None:
        self._partie = partie
        self._fichier = fichier
        self._json = bytearray()
        self._empreinte = sha256()
        self._taille = 0
        self._vues: dict[str, MultipartSegment] = {}
        self._courante = ""

    async def run(self, call: Call, boundary: str) -> None:
        total = 0
        # Past the two parts that are admitted, one more is enough to say which is not.
        parser = PushMultipartParser(boundary, max_segment_count=16, max_header_size=4096, header_charset="latin-1")
        with parser:
            while not parser.closed:
                message = await call.receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                morceau = message.get("body", b"")
                total += len(morceau)
                if total > CORPS_FICHIER_MAX:
                    raise technique.CORPS_TROP_GROS.refus(limite_octets=CORPS_FICHIER_MAX)
                for element in parser.parse(morceau):
                    self._take(element)
                if not message.get("more_body"):
                    break
            if not parser.closed:
                parser.parse(b"")

    def _take(self, element: MultipartSegment | bytearray | bytes | None) -> None:
        if isinstance(element, MultipartSegment):
            if not element.name:
                raise MultipartError("a part without name")
            self._courante = element.name
            if element.name not in (self._partie, PARTIE_FICHIER):
                raise codes.PARTIE_INCONNUE.refus(
                    element.name[:80], partie=element.name[:80], admises=f"« {self._partie} » et « fichier »"
                )
            if element.name in self._vues:
                raise codes.PARTIE_EN_DOUBLE.refus(element.name, partie=element.name)
            self._vues[element.name] = element
        elif element and self._courante == PARTIE_FICHIER:
            self._fichier.write(element)
            self._empreinte.update(element)
            self._taille += len(element)
            failpoints.hit("pendant_envoi")
        elif element:
            self._json += element
            if len(self._json) > CORPS_JSON_MAX:
                raise technique.CORPS_TROP_GROS.refus(self._partie, limite_octets=CORPS_JSON_MAX)

    def envoi(self, chemin: Path) -> Envoi:
        for partie in (self._partie, PARTIE_FICHIER):
            if partie not in self._vues:
                raise codes.PARTIE_MANQUANTE.refus(partie, partie=partie)
        fichier = self._vues[PARTIE_FICHIER]
        return Envoi(
            corps=bytes(self._json),
            chemin=chemin,
            nom_fichier=_text(fichier.filename or "sans-nom"),
            type_declare=(fichier.content_type or "").lower(),
            sha256_fichier=self._empreinte.digest(),
            taille_octets=self._taille,
        )
