"""Everything that can go wrong on the CFA's side.

ErreurCfa
├── ProfilInvalide          settings missing, or secrets badly kept
├── CerfaIllisible          the PDF is not a CERFA form that can be read or filled
├── RouteAbsente            this OPCO has no such route: nothing is sent; `conseil` says what to do instead
├── AttenteVaine            the state that was waited for did not come
├── FichierInutilisable     a file given to a command is not what it takes
├── Refused                 the OPCO answered no: nothing was recorded
│   ├── AuthenticationRefused   401: client ID, secret or token
│   ├── AccessRefused           403: key of the CFA, accrochage, SIRET outside the key's SIREN
│   ├── NotFound                404
│   └── QuotaReached            429: come back after `retry_after_s`
└── NoAnswer                neither a yes nor a no (norme.md §7)
    ├── NotSent                 nothing reached the OPCO: sending again is safe
    ├── ReponsePerdue           a deposit left and its answer is lost: read back before sending again
    └── Unavailable             a read failed, after its retries
        └── ReponseIllisible        it was answered, in a shape that is not the norm's
"""

from collections.abc import Sequence

from traitdunion.norme.erreurs import Anomalie, Gravite


class ErreurCfa(Exception):
    """Any error of this package; `str()` is a French sentence without secret nor personal data beyond the field."""


class ProfilInvalide(ErreurCfa):
    """A setting is missing or unfit, or the file that holds the secrets can be read by others."""


class CerfaIllisible(ErreurCfa):
    """The PDF cannot be read or filled as a CERFA form: scanned, flattened, encrypted, another form."""


class RouteAbsente(ErreurCfa):
    """This OPCO does not have the route, or has it on trial only: said before anything is sent (norme.md §6).

    `code` is ROUTE_ABSENTE; `route` a name of `norme.profils.NomRoute`, `opco` the code of the profile, `support`
    « non », « en test » or « en développement », `conseil` what to do instead, in French.
    """

    code = "ROUTE_ABSENTE"

    def __init__(self, phrase: str, *, route: str, opco: str, support: str, conseil: str) -> None:
        self.route = route
        self.opco = opco
        self.support = support
        self.conseil = conseil
        super().__init__(phrase)


class AttenteVaine(ErreurCfa):
    """A dossier did not reach the state that was waited for: time is up, or it is closed. `etat`: its last state."""

    def __init__(self, phrase: str, *, etat: str | None) -> None:
        self.etat = etat
        super().__init__(phrase)


class FichierInutilisable(ErreurCfa):
    """A file given on the command line is not what the command takes."""


class Refused(ErreurCfa):
    """The OPCO refused the call: it recorded nothing.

    `code` is that of the first error that blocks, in the OPCO's words, `champ` its field when it says so, `anomalies`
    all of them, `request_id` the reference to give to the OPCO's help desk.
    """

    def __init__(
        self,
        description: str,
        *,
        statut: int,
        anomalies: Sequence[Anomalie] = (),
        request_id: str | None = None,
        retry_after_s: float | None = None,
        corps: dict[str, object] | None = None,
    ) -> None:
        self.description = description
        self.statut = statut
        self.anomalies = tuple(anomalies)
        # Warnings are told along with what blocks, in the order of the form: they do not name the refusal.
        bloquantes = [anomalie for anomalie in self.anomalies if anomalie.gravite is Gravite.BLOQUANT]
        premiere = next(iter(bloquantes or self.anomalies), None)
        self.code = f"HTTP_{statut}" if premiere is None else premiere.code
        self.champ = None if premiere is None else premiere.champ
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        self.corps = corps or {}
        reference = f" [référence {request_id}]" if request_id else ""
        super().__init__(f"{description} ({self.code}){reference}")


class AuthenticationRefused(Refused):
    """401: the editor's client ID and secret, or the token made from them."""


class AccessRefused(Refused):
    """403: the CFA's key, the accrochage, or a SIRET that is not of the key's SIREN."""


class NotFound(Refused):
    """404: nothing of this CFA's under that number."""


class QuotaReached(Refused):
    """429: too many calls; `retry_after_s` says when to come back."""


class NoAnswer(ErreurCfa):
    """The outcome is not known: no answer, or none that can be understood."""

    def __init__(self, phrase: str, *, request_id: str | None = None, retry_after_s: float | None = None) -> None:
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        reference = f" [référence {request_id}]" if request_id else ""
        super().__init__(phrase + reference)


class NotSent(NoAnswer):
    """The OPCO could not be reached: nothing was sent, so nothing was recorded."""


class ReponsePerdue(NoAnswer):
    """« Incertain »: the deposit left, its answer never came back. It may be recorded.

    Read back (`ClientCfa.find_same_dossier`) before sending again: the norm has no idempotency key, another OPCO's
    server may well record the same contract twice (norme.md §7).
    """


class Unavailable(NoAnswer):
    """A read had no answer after its retries; nothing was changed by it."""


class ReponseIllisible(Unavailable):
    """The OPCO answered 200 in a shape that is not the norm's: asking again would not help."""
