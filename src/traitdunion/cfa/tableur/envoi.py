"""The good rows of a promotion into the outbox, and what became of them back on the rows."""

from collections import Counter
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from traitdunion.cfa.client import ClientCfa, Fichier
from traitdunion.cfa.entrees import load_piece
from traitdunion.cfa.tableur import anomalies as codes
from traitdunion.cfa.tableur.colonnes import NUMERO_DOSSIER
from traitdunion.cfa.tableur.ecriture.retour import DEPOSE, tell_etat
from traitdunion.cfa.tableur.lignes import Ligne, Promotion
from traitdunion.norme.erreurs import Anomalie

if TYPE_CHECKING:
    from traitdunion.cfa.boite import BilanBoite, Boite, MiseEnBoite

# The states of the outbox in the words of the workbook.
EN_ATTENTE, INCERTAIN = "en attente", "incertain"
ETATS = {
    "EN_ATTENTE": EN_ATTENTE,
    "EN_COURS": EN_ATTENTE,
    "ACCEPTE": DEPOSE,
    "REFUSE": "refusé",
    "INCERTAIN": INCERTAIN,
    "ABANDONNE": "abandonné",
}
# Of a dossier and its convention, the state that a person has to know first.
_GRAVITE = ("REFUSE", "INCERTAIN", "ABANDONNE", "EN_COURS", "EN_ATTENTE", "ACCEPTE")


class Depot:
    """An import under way: which deliveries of the outbox are those of each row.

    `clos`: numbers (numeroInterne) of the dossiers that the OPCO has refused or cancelled, and whose contract a person
    asked to deposit again.
    """

    def __init__(self, boite: "Boite", *, clos: Collection[str] = ()) -> None:
        self.boite = boite
        self._clos = clos
        self.envois: list[tuple[Ligne, tuple[int, ...]]] = []
        self.deja = 0
        self.bilan: BilanBoite | None = None

    def enqueue(self, promotion: Promotion, *, nom: str, on_progress: Callable[[int], None]) -> None:
        """Put every good row that has its convention and no number yet in the outbox, under the promotion's name.

        A row whose contract is in the outbox already adds nothing. Raises ErreurCfa of the outbox or of a file.
        """
        for ligne in promotion.lignes:
            if not ligne.a_deposer:
                continue
            assert ligne.fichier is not None  # what `a_deposer` means
            mise = self._enqueue(ligne, load_piece(ligne.fichier), nom)
            self.deja += mise.deja
            if mise.deja and mise.meme_contenu is False:
                ligne.tell(codes.AUTRE_CONTENU_EN_BOITE.anomalie())
            self.envois.append((ligne, tuple(envoi.id for envoi in mise.envois)))
            on_progress(1)

    def _enqueue(self, ligne: Ligne, fichier: Fichier, nom: str) -> "MiseEnBoite":
        put = partial(self.boite.enqueue_dossier, ligne.corps, convention=ligne.convention, fichier=fichier)
        mise = put(promotion=nom, libelle=ligne.libelle)
        if mise.deja and mise.envois[0].numero_interne in self._clos:
            mise = put(promotion=nom, libelle=ligne.libelle, nouveau=True)
        return mise

    def drain(self, client: ClientCfa, *, on_progress: Callable[[int], None]) -> None:
        """Send what may go now, whatever the box holds. Raises ErreurCfa; what is not sent stays in the outbox."""
        self.bilan = self.boite.drain(client, on_progress=lambda _: on_progress(1))

    def read_back(self) -> None:
        """Write on each row what became of its deliveries: state, number, and the OPCO's refusal if it refused."""
        for ligne, numeros in self.envois:
            envois = [self.boite.find(numero) for numero in numeros]
            if not envois:
                continue
            pire = min(envois, key=lambda envoi: _GRAVITE.index(str(envoi.etat)))
            ligne.etat = ETATS[str(pire.etat)]
            externe = next((envoi.numero_externe for envoi in envois if envoi.numero_externe), None)
            # The number says that all is done: while the convention remains, the next import has to come back here.
            if str(pire.etat) == "ACCEPTE":
                ligne.valeurs[NUMERO_DOSSIER] = externe
            elif str(pire.etat) in ("REFUSE", "ABANDONNE"):
                phrase = pire.message or f"envoi {ligne.etat}."
                if externe is not None:
                    phrase = f"le dossier {externe} est déposé, il reste sa convention : {phrase}"
                ligne.tell(Anomalie(code=pire.code or str(pire.etat), description=f"OPCO : {phrase}"))


def count(promotion: Promotion) -> Counter[str]:
    """How many rows are in each state, in the words of the workbook."""
    return Counter(tell_etat(ligne) for ligne in promotion.lignes)


def retour_path(classeur: Path) -> Path:
    """Where the anomalies of a workbook go: beside it, under a name that no file has yet."""
    racine = classeur.stem.partition(".anomalies")[0]
    candidat, rang = classeur.with_name(f"{racine}.anomalies.xlsx"), 1
    while candidat.exists():
        rang += 1
        candidat = classeur.with_name(f"{racine}.anomalies-{rang}.xlsx")
    return candidat
