"""States of an envoi and the acts that move it: a table, and one function that walks it."""

from enum import StrEnum

from traitdunion.cfa.boite.errors import TransitionInterdite


class EtatEnvoi(StrEnum):
    """Where an envoi stands."""

    EN_ATTENTE = "EN_ATTENTE"
    EN_COURS = "EN_COURS"
    ACCEPTE = "ACCEPTE"
    REFUSE = "REFUSE"
    INCERTAIN = "INCERTAIN"
    ABANDONNE = "ABANDONNE"


class NatureEnvoi(StrEnum):
    """What is sent."""

    DOSSIER = "DOSSIER"
    CONVENTION = "CONVENTION"
    DOCUMENT = "DOCUMENT"
    CERTIFICAT = "CERTIFICAT"
    FACTURE = "FACTURE"
    AVOIR = "AVOIR"

    @property
    def rang(self) -> int:
        """Its place within the suite of one dossier: what has a lower one goes first (norme.md §7)."""
        return _ORDRE[self]


class Acte(StrEnum):
    """What moves an envoi."""

    CLAIM = "CLAIM"  # taken by the sender, before any byte leaves
    ACKNOWLEDGE = "ACKNOWLEDGE"  # the OPCO has it: its answer, or a reading back
    REJECT = "REJECT"  # the OPCO said no, or its payload is damaged
    POSTPONE = "POSTPONE"  # nothing was recorded: it waits for its turn again
    LOSE = "LOSE"  # it left, and nobody knows
    RETRY = "RETRY"  # a person asks for another try
    CANCEL = "CANCEL"  # a person gives it up


_ORDRE = {nature: rang for rang, nature in enumerate(NatureEnvoi)}
E, A = EtatEnvoi, Acte
TRANSITIONS: dict[tuple[EtatEnvoi, Acte], EtatEnvoi] = {
    (E.EN_ATTENTE, A.CLAIM): E.EN_COURS,
    (E.EN_ATTENTE, A.REJECT): E.REFUSE,  # a payload found damaged before it leaves
    (E.EN_ATTENTE, A.LOSE): E.INCERTAIN,  # the box was restored: what waits in it may have left since
    (E.EN_ATTENTE, A.RETRY): E.EN_ATTENTE,
    (E.EN_ATTENTE, A.CANCEL): E.ABANDONNE,
    (E.EN_COURS, A.ACKNOWLEDGE): E.ACCEPTE,
    (E.EN_COURS, A.REJECT): E.REFUSE,
    (E.EN_COURS, A.POSTPONE): E.EN_ATTENTE,
    (E.EN_COURS, A.LOSE): E.INCERTAIN,
    (E.INCERTAIN, A.CLAIM): E.EN_COURS,  # the same bytes again, to a server that recognises them
    (E.INCERTAIN, A.ACKNOWLEDGE): E.ACCEPTE,
    (E.INCERTAIN, A.REJECT): E.REFUSE,  # read back with another content; or its payload is damaged
    (E.INCERTAIN, A.POSTPONE): E.EN_ATTENTE,  # read back several times, and not there
    (E.INCERTAIN, A.LOSE): E.INCERTAIN,  # read back, and not there yet
    (E.INCERTAIN, A.RETRY): E.EN_ATTENTE,
    (E.INCERTAIN, A.CANCEL): E.ABANDONNE,
    (E.REFUSE, A.ACKNOWLEDGE): E.ACCEPTE,  # « déjà reçu »: a person has seen that it is this very one
    (E.REFUSE, A.RETRY): E.EN_ATTENTE,
    (E.REFUSE, A.CANCEL): E.ABANDONNE,
}
# These free the identity: the same contract may be put in the box again.
LIBERENT_IDENTITE = frozenset({E.REFUSE, E.ABANDONNE})
# Nothing more is sent from these: their payload may be purged.
CLOS = frozenset({E.ACCEPTE, E.ABANDONNE})
LIBELLES = {
    E.EN_ATTENTE: "en attente",
    E.EN_COURS: "en cours",
    E.ACCEPTE: "accepté",
    E.REFUSE: "refusé",
    E.INCERTAIN: "incertain",
    E.ABANDONNE: "abandonné",
}
LIBELLES_NATURES = {
    NatureEnvoi.DOSSIER: "dossier",
    NatureEnvoi.CONVENTION: "convention",
    NatureEnvoi.DOCUMENT: "document",
    NatureEnvoi.CERTIFICAT: "certificat",
    NatureEnvoi.FACTURE: "facture",
    NatureEnvoi.AVOIR: "avoir",
}
LIBELLES_ACTES = {
    A.CLAIM: "parti",
    A.ACKNOWLEDGE: "reçu par l'OPCO",
    A.REJECT: "refusé",
    A.POSTPONE: "remis en attente",
    A.LOSE: "sans réponse",
    A.RETRY: "relancé",
    A.CANCEL: "abandonné",
}


def next_etat(etat: EtatEnvoi, acte: Acte) -> EtatEnvoi:
    """The state that `acte` leads to. Raises TransitionInterdite when no edge does."""
    if (etat, acte) not in TRANSITIONS:
        raise TransitionInterdite(f"Un envoi « {LIBELLES[etat]} » ne peut pas être « {LIBELLES_ACTES[acte]} ».")
    return TRANSITIONS[etat, acte]


def say_compte(nombre: int, etat: EtatEnvoi) -> str:
    """« 1 accepté », « 3 acceptés », « 2 en attente »."""
    libelle = LIBELLES[etat]
    return f"{nombre} {libelle}{'' if nombre < 2 or libelle.startswith('en ') else 's'}"
