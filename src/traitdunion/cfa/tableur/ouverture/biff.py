"""What is looked at in an old .xls before it is read: its container and its records, as far as extents and errors go.

The reader gives each sheet one rectangle of memory, from its first cell to its last: a far cell would fill it. It
also gives an error as an empty cell. Sources: [MS-CFB], [MS-XLS]. Everything is bounded by the size of the file.
"""

import struct
from collections.abc import Iterator

FIN_DE_CHAINE = 0xFFFFFFFE
PETIT_FLUX, PETIT_SECTEUR = 4096, 64
FEUILLE, FIN, CHIFFRE = 0x0085, 0x000A, 0x002F
# Records whose first two words are the row and the column of a cell that holds something.
CELLULES = frozenset({0x0006, 0x0203, 0x0204, 0x0205, 0x00FD, 0x00D6, 0x027E, 0x0406, 0x0002, 0x0003, 0x0004, 0x0005})
PLUSIEURS, ERREUR_OU_LOGIQUE = 0x00BD, 0x0205
# A formula whose result is no number says so in its last two bytes; the first then tells which kind.
FORMULE, PAS_UN_NOMBRE, RESULTAT_ERREUR = 0x0006, 0xFFFF, 2


class Illisible(Exception):
    """Not the container of an .xls, or one whose records cannot be followed."""


class Protege(Exception):
    """The records are encrypted."""


def records_stream(brut: bytes) -> bytes:
    """The stream of the records (« Workbook », « Book ») of an OLE container. Raises Illisible."""
    try:
        (decalage,) = struct.unpack_from("<H", brut, 30)
        secteur = 1 << decalage
        if secteur not in (512, 4096):
            raise Illisible
        table = _allocation(brut, secteur)
        premier_repertoire, premiere_petite = struct.unpack_from("<I8xI", brut, 48)
        entrees = list(_entries(_chain(brut, table, premier_repertoire, secteur, secteur)))
        debut, taille = next((debut, taille) for nom, debut, taille in entrees if nom.lower() in ("workbook", "book"))
        if taille >= PETIT_FLUX:
            return _chain(brut, table, debut, secteur, secteur)[:taille]
        # Short streams are in one of their own, that of the root, cut in small sectors with their own table.
        petits = _chain(brut, table, entrees[0][1], secteur, secteur)
        octets = _chain(brut, table, premiere_petite, secteur, secteur)
        petite_table = list(struct.unpack(f"<{len(octets) // 4}I", octets))
        return _chain(petits, petite_table, debut, PETIT_SECTEUR, 0)[:taille]
    except (struct.error, StopIteration):
        raise Illisible from None


def _entries(repertoire: bytes) -> Iterator[tuple[str, int, int]]:
    """Name, first sector and size of each stream."""
    for place in range(0, len(repertoire) - 127, 128):
        (longueur,) = struct.unpack_from("<H", repertoire, place + 64)
        nom = repertoire[place : place + max(0, min(longueur, 64) - 2)].decode("utf-16-le", "replace")
        yield nom, *struct.unpack_from("<II", repertoire, place + 116)


def _allocation(brut: bytes, secteur: int) -> list[int]:
    """The table that says which sector follows which."""
    numeros = list(struct.unpack_from("<109I", brut, 76))
    (suivant,) = struct.unpack_from("<I", brut, 68)
    vus: set[int] = set()
    while suivant < FIN_DE_CHAINE and suivant not in vus:
        vus.add(suivant)
        bloc = struct.unpack_from(f"<{secteur // 4}I", brut, (suivant + 1) * secteur)
        numeros += bloc[:-1]
        suivant = bloc[-1]
    table: list[int] = []
    for numero in dict.fromkeys(numeros):
        if numero < FIN_DE_CHAINE:
            table += struct.unpack_from(f"<{secteur // 4}I", brut, (numero + 1) * secteur)
    return table


def _chain(brut: bytes, table: list[int], premier: int, secteur: int, tete: int) -> bytes:
    """The sectors that follow one another from `premier`, after a head of `tete` bytes; a loop is no chain."""
    morceaux: list[bytes] = []
    vus: set[int] = set()
    while premier < FIN_DE_CHAINE:
        if premier in vus or premier >= len(table):
            raise Illisible
        vus.add(premier)
        morceaux.append(brut[tete + premier * secteur : tete + (premier + 1) * secteur])
        premier = table[premier]
    return b"".join(morceaux)


def sheets(flux: bytes) -> list[int]:
    """Where the records of each sheet begin, in their order: names are the reader's to read. Raises Protege."""
    trouvees: list[int] = []
    for genre, corps in _records(flux, 0):
        if genre == CHIFFRE:
            raise Protege
        if genre == FEUILLE and len(corps) >= 4:
            trouvees.append(struct.unpack_from("<I", corps)[0])
    return trouvees


def cells(flux: bytes, debut: int) -> Iterator[tuple[int, int, bool]]:
    """Row, column (from 0) and whether it is an error, of each cell that holds something."""
    for genre, corps in _records(flux, debut):
        if genre in CELLULES and len(corps) >= 4:
            ligne, colonne = struct.unpack_from("<HH", corps)
            yield ligne, colonne, _is_error(genre, corps)
        elif genre == PLUSIEURS and len(corps) >= 6:
            (ligne,) = struct.unpack_from("<H", corps)
            (derniere,) = struct.unpack_from("<H", corps, len(corps) - 2)
            yield ligne, derniere, False


def _is_error(genre: int, corps: bytes) -> bool:
    if genre == ERREUR_OU_LOGIQUE:
        return len(corps) >= 8 and corps[7] == 1
    if genre == FORMULE and len(corps) >= 14:
        return corps[6] == RESULTAT_ERREUR and struct.unpack_from("<H", corps, 12)[0] == PAS_UN_NOMBRE
    return False


def _records(flux: bytes, debut: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place to the end of their part."""
    while 0 <= debut <= len(flux) - 4:
        genre, longueur = struct.unpack_from("<HH", flux, debut)
        if genre == FIN:
            return
        yield genre, flux[debut + 4 : debut + 4 + longueur]
        debut += 4 + longueur
