"""Bodies of the norm for invented apprentices, and multipart bodies written by hand, faults included."""

import copy
import json
from collections.abc import Sequence
from typing import Any

from traitdunion.norme.openapi.exemples import CONVENTION, DEPOT, INFOS_FICHIER

FRONTIERE = "frontiere-EXEMPLE"
MULTIPART = f"multipart/form-data; boundary={FRONTIERE}"
PRENOM = "Camille"
LETTRES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Partie = tuple[str, str | None, str | None, bytes]


def in_letters(rang: int) -> str:
    """A number as letters, since nobody's name holds digits."""
    texte = ""
    while True:
        rang, reste = divmod(rang, 26)
        texte = LETTRES[reste] + texte
        if rang == 0:
            return texte


def a_depot(rang: int = 0, *, siret_cfa: str | None = None, **contrat: Any) -> dict[str, Any]:
    """A valid deposit; each `rang` is another apprentice, so another identity. `contrat` replaces members of it."""
    depot = copy.deepcopy(DEPOT)
    depot["cerfa"]["apprenti"] |= {"nom": f"EXEMPLE {in_letters(rang)}", "prenom": PRENOM}
    depot["cerfa"]["contrat"] |= contrat
    if siret_cfa is not None:
        depot["cerfa"]["organismeFormation"]["siret"] = siret_cfa
    return depot


def a_convention(numero_interne: str | int, rang: int = 0, **membres: Any) -> dict[str, Any]:
    """The valid convention of `a_depot(rang)`, deposited under `numero_interne`."""
    convention = copy.deepcopy(CONVENTION)
    convention["numeroInterneDossier"] = str(numero_interne)
    convention["apprenti"] |= {"nom": f"EXEMPLE {in_letters(rang)}", "prenom": PRENOM}
    return convention | membres


def some_infos(*numeros: str | int, type_fichier: str = "PIECE_COMPLEMENTAIRE") -> dict[str, Any]:
    """The description of a document joined to dossiers."""
    infos = copy.deepcopy(INFOS_FICHIER)
    objets = [{"typeObjet": "DOSSIER_APPRENTISSAGE", "idObjet": str(numero)} for numero in numeros]
    return infos | {"typeFichier": type_fichier, "objets": objets}


def to_json(message: Any) -> bytes:
    """A body on the wire."""
    return json.dumps(message, ensure_ascii=False).encode()


def as_connectors_write(depot: dict[str, Any]) -> dict[str, Any]:
    """The same contract as connectors in production write it (norme.md §2): text for numbers, "" for absent."""
    cerfa = copy.deepcopy(depot)["cerfa"]
    cerfa["employeur"] |= {"nombreDeSalaries": "12", "adresse": {"numero": "1", "voie": "rue de l'Exemple"}}
    cerfa["employeur"]["adresse"] |= {"complement": "", "codePostal": 75001, "commune": "Paris"}
    cerfa["contrat"] |= {"dateRupture": "", "dateEffetAvenant": "", "dureeTravailHebdoHeures": "35"}
    cerfa["contrat"] |= {"salaireEmbauche": "783.90", "dateDebutContrat": "2026-09-01T00:00:00+02:00"}
    cerfa["formation"] |= {"dureeFormation": "1350", "rncp": "38362"}
    cerfa["versionCERFA"] = "10103*14"
    cerfa["CERFASignatureProbante"] = cerfa.pop("CERFAsignatureProbante")
    cerfa["employeurV2"] = cerfa.pop("employeur")
    cerfa["logicielSource"] = "exemple"
    return {"cerfa": cerfa}


def multipart_parts(partie: str, message: Any, fichier: bytes, nom: str = "convention.pdf") -> list[Partie]:
    """The two parts of a deposit with its file: name, file name, type, content."""
    corps = message if isinstance(message, bytes) else to_json(message)
    return [(partie, None, "application/json", corps), ("fichier", nom, "application/pdf", fichier)]


def multipart_body(parties: Sequence[Partie], *, close: bool = True) -> bytes:
    """These parts on the wire, in this order, as many times as they are listed."""
    morceaux = []
    for nom, nom_fichier, type_contenu, contenu in parties:
        disposition = f'form-data; name="{nom}"' + ("" if nom_fichier is None else f'; filename="{nom_fichier}"')
        entetes = f"--{FRONTIERE}\r\nContent-Disposition: {disposition}\r\n"
        entetes += "" if type_contenu is None else f"Content-Type: {type_contenu}\r\n"
        morceaux.append(entetes.encode() + b"\r\n" + contenu + b"\r\n")
    return b"".join(morceaux) + (f"--{FRONTIERE}--\r\n".encode() if close else b"")
