"""What the handlers call: the use cases of the features, built once per worker by `opco.assemblage`."""

from dataclasses import dataclass
from pathlib import Path

from traitdunion.opco.acces.editeurs.appels import Appels
from traitdunion.opco.acces.limites import Debit
from traitdunion.opco.acces.service import Acces
from traitdunion.opco.decisions.declaration import Declarations
from traitdunion.opco.dossiers.deposit import Depots
from traitdunion.opco.dossiers.documents import Documents
from traitdunion.opco.dossiers.fil import Fil
from traitdunion.opco.dossiers.read_back import Dossiers
from traitdunion.opco.factures.facturation import Facturation
from traitdunion.opco.factures.lecture import LectureFactures
from traitdunion.opco.idempotence import Idempotence
from traitdunion.opco.recepisses import Recepisses
from traitdunion.opco.sante import Sante


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases; `staging` is where uploads wait, `aide` the address to write to about transmissions."""

    acces: Acces
    appels: Appels
    debit: Debit
    depots: Depots
    dossiers: Dossiers
    documents: Documents
    facturation: Facturation
    factures: LectureFactures
    declarations: Declarations
    fil: Fil
    recepisses: Recepisses
    idempotence: Idempotence
    sante: Sante
    staging: Path
    aide: str | None
