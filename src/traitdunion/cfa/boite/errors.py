"""What can go wrong with the boîte d'envoi itself; what goes wrong with the OPCO is in `cfa.errors`.

ErreurCfa
└── ErreurBoite
    ├── AutreDestinataire    the box was prepared for another server, or another CFA
    ├── BoiteOccupee         another process is sending from this box
    ├── BoitePleine          the disk is full, or refuses to write
    ├── BoiteEndommagee      the database cannot be read, or is gone while its files are there
    ├── EnvoiInconnu         no envoi of that number
    ├── TransitionInterdite  the envoi is in a state that does not allow it
    ├── EtatChange           somebody else moved the envoi meanwhile
    ├── NumeroDejaConnu      another envoi of the box already bears that number of the OPCO
    ├── SansIdentite         a dossier that names no contract
    └── VerificationRequise  the OPCO may hold it already: a person looks first
"""

from traitdunion.cfa.errors import ErreurCfa


class ErreurBoite(ErreurCfa):
    """Any trouble of the box; `str()` is a French sentence without personal data."""


class AutreDestinataire(ErreurBoite):
    """The settings now name another server, or another CFA, than the one that the box is for: nothing is sent."""

    @classmethod
    def of_serveur(cls, connu: str, voulu: str) -> "AutreDestinataire":
        """The address differs."""
        return cls(
            f"La boîte d'envoi de ce profil est pour {connu}, et ses réglages désignent maintenant {voulu}. Rien n'est "
            "mis en boîte ni envoyé. Un autre OPCO, ou le passage de l'essai à la production, demande un profil à "
            "lui : « traitdunion cfa configurer --profil NOM ». Si c'est le même OPCO qui a changé d'adresse : "
            "« traitdunion cfa envois envoyer --adresse-changee »."
        )

    @classmethod
    def of_cfa(cls, connu: str, voulu: str) -> "AutreDestinataire":
        """The CFA differs."""
        return cls(
            f"La boîte d'envoi de ce profil est celle du CFA {connu}, et ses réglages désignent maintenant le CFA "
            f"{voulu}. Rien n'est mis en boîte ni envoyé. Remettez le SIREN et l'identifiant API CFA du premier, ou "
            "donnez à l'autre un profil à lui : « traitdunion cfa configurer --profil NOM »."
        )


class BoiteOccupee(ErreurBoite):
    """Another process is sending from this box: one sender at a time."""

    def __init__(self, pid: str | None) -> None:
        qui = f" (processus {pid})" if pid else ""
        super().__init__(f"Un autre envoi est en cours depuis cette boîte{qui} : laissez-le finir. Rien n'a été fait.")


class BoitePleine(ErreurBoite):
    """The disk took nothing more: what was under way is undone, what was in the box is intact."""

    def __init__(self) -> None:
        super().__init__(
            "Le disque est plein ou refuse d'écrire : rien n'a été mis en boîte ni envoyé de plus, ce qui était déjà "
            "en boîte y reste. Libérez de la place (« traitdunion cfa envois purger » aide), puis recommencez."
        )


class BoiteEndommagee(ErreurBoite):
    """The database of the box cannot be trusted; it is never made again silently."""

    def __init__(self, base: object, constat: str) -> None:
        super().__init__(
            f"La boîte d'envoi est endommagée : {constat} ({base}). Rien n'a été envoyé ni effacé. Remettez ce fichier "
            "depuis une sauvegarde, puis lancez « traitdunion cfa envois verifier --apres-restauration ». Sans "
            "sauvegarde : relisez d'abord l'état de vos dossiers chez l'OPCO, puis déplacez tout le dossier de la "
            "boîte ailleurs, et ne remettez en boîte que ce que l'OPCO n'a pas."
        )


class EnvoiInconnu(ErreurBoite):
    """No envoi of that number, or no suite of that name, in this box."""


class TransitionInterdite(ErreurBoite):
    """The state of the envoi does not allow this act."""


class VerificationRequise(ErreurBoite):
    """The envoi is INCERTAIN: sending it again without looking first might make two dossiers."""


class SansIdentite(ErreurBoite):
    """What is to be put in names neither contract nor dossier: nothing could tell it from another."""


class NumeroDejaConnu(ErreurBoite):
    """Two envois cannot bear one number."""


class EtatChange(ErreurBoite):
    """The envoi is no longer in the state that was read: a person, or another process, has moved it."""
