"""What the box tells: an envoi, a dossier, the result of putting in and of sending. Payloads are never in these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from traitdunion.cfa.boite.etats import EtatEnvoi, NatureEnvoi


@dataclass(frozen=True)
class Champ:
    """One member that the OPCO complains of, in its words."""

    code: str
    champ: str | None
    description: str


@dataclass(frozen=True)
class Envoi:
    """One thing to send, or sent. Times are UTC.

    `suite`: the chain of one dossier, sent in order. `numero_interne`, `numero_externe`: what the OPCO gave to the
    dossier; for a facture or an avoir, its numeroInterneFacture alone. `code`, `message`, `reference`: the last refusal
    or trouble, in French, and the OPCO's request id. `attend_personne`: nothing more happens by itself.
    `bloque_par`: the first envoi that this one waits for.
    """

    id: int
    nature: NatureEnvoi
    etat: EtatEnvoi
    suite: str
    promotion: str | None
    libelle: str | None = field(repr=False)
    numero_interne: str | None
    numero_externe: str | None
    essais: int
    prochain_essai_le: datetime | None
    cree_le: datetime
    modifie_le: datetime
    code: str | None
    message: str | None = field(repr=False)
    reference: str | None
    cle_idempotence: str = field(repr=False)
    sha256_corps: str
    fichier: str | None = field(repr=False)
    sha256_fichier: str | None
    numero_document: str | None = None
    recepisse: str | None = None
    champs: tuple[Champ, ...] = field(default=(), repr=False)
    attend_personne: bool = False
    bloque_par: int | None = None
    purge_le: datetime | None = None


@dataclass(frozen=True)
class Evenement:
    """A line of the journal of an envoi: when, which act, from which state to which, why in one code."""

    le: datetime
    acte: str
    de: EtatEnvoi | None
    vers: EtatEnvoi
    detail: str | None


@dataclass(frozen=True)
class DossierEnBoite:
    """A dossier of the box, by its deposit's envoi: what a follow-up joins to what the OPCO tells."""

    suite: str
    promotion: str | None
    libelle: str | None = field(repr=False)
    numero_interne: str | None
    numero_externe: str | None
    etat: EtatEnvoi


@dataclass(frozen=True)
class MiseEnBoite:
    """What putting in did. `deja`: it was there already, neither refused nor abandoned, so nothing was added.

    `meme_contenu`: whether what was there says the same; None when nobody can tell any more (purged).
    """

    envois: tuple[Envoi, ...]
    deja: bool = False
    meme_contenu: bool | None = True


class Arret(StrEnum):
    """Why a drain ended before the box had nothing more to send."""

    ACCES = "ACCES"  # client ID, secret, key or accrochage refused: a person mends it
    RESEAU = "RESEAU"  # the OPCO does not answer
    ATTENTE = "ATTENTE"  # something waits for its next try, or the OPCO asked to come back later
    DUREE = "DUREE"  # the time given is over


@dataclass(frozen=True)
class BilanBoite:
    """What a drain did, and what the box holds after it.

    `acceptes` counts `retrouves`: dossiers whose answer was lost and which were found by reading back.
    `refuses`, `perdus`: refusals, lost answers met during this drain. `bloques`: envois that wait for another which is
    refused, abandoned or uncertain. `phrase`: why it stopped, in French.
    """

    etats: Mapping[EtatEnvoi, int]
    acceptes: int = 0
    retrouves: int = 0
    refuses: int = 0
    perdus: int = 0
    bloques: int = 0
    attendent_personne: int = 0
    arret: Arret | None = None
    phrase: str | None = None
    reference: str | None = None
    prochain_essai_le: datetime | None = None
