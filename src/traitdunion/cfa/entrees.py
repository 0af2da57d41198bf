"""The files that the commands take: a dossier as JSON or as a filled CERFA, a convention, and where results go."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from traitdunion.cfa.cerfa_pdf import Note
from traitdunion.cfa.echange.fichiers import TYPES_DE_FICHIER, Fichier
from traitdunion.cfa.errors import FichierInutilisable as FichierInutilisable
from traitdunion.norme import ecriture, lecture
from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.messages.cerfa import DepotDossier, OrganismeFormation

JSON_MAX_OCTETS = 1024 * 1024
FICHIER_MAX_OCTETS = 10 * 1024 * 1024
_SIGNATURES = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n")


@dataclass(frozen=True)
class DossierCharge:
    """A dossier ready to be checked and sent.

    `corps`: the very bytes to send; `anomalies`: what its shape has wrong; `notes`: remarks of the reading of a form.
    """

    depot: DepotDossier
    corps: bytes = field(repr=False)
    anomalies: tuple[Anomalie, ...] = ()
    notes: tuple[Note, ...] = ()
    est_pdf: bool = False

    @property
    def illisibles(self) -> tuple[Note, ...]:
        return tuple(note for note in self.notes if note.illisible)


def load_dossier(chemin: Path) -> DossierCharge:
    """A dossier from its JSON or from a filled CERFA, told apart by their first bytes, then by their name.

    Raises Refus (JSON that cannot be parsed), CerfaIllisible, FichierInutilisable.
    """
    with chemin.open("rb") as fichier:
        tete = fichier.read(1024).lstrip()
    # A file that is named a PDF and is neither is told so, and not that its JSON is wrong.
    if tete.startswith(b"%PDF-") or (chemin.suffix.lower() == ".pdf" and not tete.startswith(b"{")):
        from traitdunion.cfa.cerfa_pdf import read_cerfa_with_notes

        lu = read_cerfa_with_notes(chemin)
        return DossierCharge(lu.depot, ecriture.write(lu.depot), notes=lu.notes, est_pdf=True)
    corps = load_json(chemin)
    lecture_json = lecture.read(DepotDossier, corps)
    return DossierCharge(lecture_json.message, corps, anomalies=lecture_json.anomalies)


def load_json(chemin: Path) -> bytes:
    """The bytes of a JSON file. Raises FichierInutilisable beyond what the norm's servers take."""
    if chemin.stat().st_size > JSON_MAX_OCTETS:
        raise FichierInutilisable(f"{chemin.name} dépasse 1 Mio : ce n'est pas le JSON d'un dossier.")
    return chemin.read_bytes()


def load_piece(chemin: Path) -> Fichier:
    """A piece to join: PDF, JPEG or PNG, 10 MiB at most (norme.md §7). Raises FichierInutilisable."""
    require_piece(chemin)
    return Fichier.read(chemin)


def require_piece(chemin: Path) -> None:
    """Look at a piece without reading it whole: its size, its suffix, its first bytes. Raises FichierInutilisable."""
    try:
        if chemin.stat().st_size > FICHIER_MAX_OCTETS:
            raise FichierInutilisable(f"{chemin.name} dépasse 10 Mio : réduisez-le avant de l'envoyer.")
        with chemin.open("rb") as fichier:
            tete = fichier.read(max(map(len, _SIGNATURES)))
    except OSError as erreur:
        raise FichierInutilisable(f"{chemin.name} ne s'ouvre pas : {erreur.strerror}.") from None
    if chemin.suffix.lower() not in TYPES_DE_FICHIER or not tete.startswith(_SIGNATURES):
        raise FichierInutilisable(f"{chemin.name} n'est ni un PDF, ni une image JPEG ou PNG.")


def complete_paper(dossier: DossierCharge, *, visa_cfa: bool | None, signature_probante: bool | None) -> DossierCharge:
    """Add to a CERFA read from paper the two members that paper does not carry (regles.md §1.2)."""
    cerfa = dossier.depot.cerfa
    if cerfa is None or (visa_cfa is None and signature_probante is None):
        return dossier
    if visa_cfa is not None:
        organisme = msgspec.structs.replace(cerfa.organisme_formation or OrganismeFormation(), visa_cfa=visa_cfa)
        cerfa = msgspec.structs.replace(cerfa, organisme_formation=organisme)
    if signature_probante is not None:
        cerfa = msgspec.structs.replace(cerfa, cerfa_signature_probante=signature_probante)
    depot = DepotDossier(cerfa=cerfa)
    return replace(dossier, depot=depot, corps=ecriture.write(depot))


def write_result(chemin: Path, contenu: bytes, *, ecraser: bool) -> None:
    """Write a file that only its owner reads: it holds personal data. Raises FichierInutilisable if it exists."""
    drapeaux = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if ecraser else os.O_EXCL)
    try:
        with os.fdopen(os.open(chemin, drapeaux, 0o600), "wb") as sortie:
            sortie.write(contenu)
    except FileExistsError:
        raise FichierInutilisable(f"{chemin} existe déjà : donnez un autre nom, ou ajoutez --ecraser.") from None
    except OSError as erreur:
        raise FichierInutilisable(f"{chemin} ne peut être écrit : {erreur.strerror}.") from None
