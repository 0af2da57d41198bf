"""The ends of a send, as the row keeps them: accepted, refused, unknown, not sent (style.md, rule 8)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from traitdunion.cfa.boite.disque.store import AEnvoyer, Store
from traitdunion.cfa.boite.etats import Acte, EtatEnvoi, NatureEnvoi
from traitdunion.cfa.boite.expedition.depart import Recu
from traitdunion.cfa.boite.modeles import Envoi
from traitdunion.cfa.boite.rythme import Rythme
from traitdunion.cfa.errors import AccessRefused, AuthenticationRefused, ErreurCfa, NotSent, Refused, ReponsePerdue
from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.erreurs.depot import DEPOT_DEJA_RECU, SIRET_HORS_SIREN

ALTERE, PERDUE, INTERROMPU, ABSENT = "ENVOI_ALTERE", "REPONSE_PERDUE", "ENVOI_INTERROMPU", "PAS_ENCORE_TROUVE"
NUMERO_CONNU, IMPOSSIBLE, RESTAURE = "NUMERO_DEJA_CONNU", "ENVOI_IMPOSSIBLE", "BOITE_RESTAUREE"
# Answers of something that is not the norm's API: a wrong address, a proxy. No payload deserves them.
ADRESSES = frozenset({404, 405, 407})
# Identifiers that an OPCO's sentence might quote: 13 or 15 digits of a NIR, an IBAN.
_SENSIBLES = re.compile(
    r"\b(?:[12]\s?\d\d\s?\d\d\s?\d[\dAB]\s?\d{3}\s?\d{3}(?:\s?\d\d)?|[A-Z]{2}\d\d(?:\s?[A-Z0-9]{4}){3,7}\w{0,3})\b"
)
_ATTEND = (
    "La norme ne permet pas de relire cet envoi : vérifiez dans le portail de l'OPCO. S'il n'y est pas, « envois "
    "relancer {id} --apres-verification » ; s'il y est, « envois rattacher {id} » avec son numéro."
)


@dataclass(frozen=True)
class Issue:
    """An act and what else changes in the row; `detail` goes to the journal, `compte` to the count of the drain."""

    acte: Acte
    colonnes: Mapping[str, Any] = field(repr=False)
    detail: str | None = None
    compte: str | None = None


def acknowledged(store: Store, envoi: Envoi, recu: Recu, *, retrouve: bool = False) -> Issue:
    """Accepted; unless its number is already another envoi's, which a person must look at."""
    autre = _holder(store, envoi, recu)
    if autre is not None:
        return _alarm(envoi, recu, autre)
    numero = recu.numero_externe or recu.numero_interne or recu.numero_document
    return Issue(
        Acte.ACKNOWLEDGE,
        {
            **_RIEN,
            "prochain_essai": 0,
            "numero_interne": recu.numero_interne,
            "numero_externe": recu.numero_externe,
            "numero_document": recu.numero_document,
            "recepisse": recu.recepisse,
        },
        detail=f"retrouvé par relecture, {numero}" if retrouve else numero,
        compte="retrouves" if retrouve else "acceptes",
    )


def _holder(store: Store, envoi: Envoi, recu: Recu) -> int | None:
    """The envoi that already bears what must be this one's own number; pieces of a dossier all bear the dossier's."""
    if envoi.nature in (NatureEnvoi.CONVENTION, NatureEnvoi.DOCUMENT):
        if recu.numero_document is None:
            return None
        return store.find_document(envoi.nature, recu.numero_document, dossier=recu.numero_interne, sauf=envoi.id)
    return None if recu.numero_interne is None else store.find_numero(envoi.nature, recu.numero_interne, sauf=envoi.id)


def _alarm(envoi: Envoi, recu: Recu, autre: int) -> Issue:
    numero = recu.numero_externe or recu.numero_interne or recu.numero_document
    phrase = (
        f"ALERTE : l'OPCO a répondu par le numéro {numero}, qui est déjà celui de l'envoi n° {autre}. Deux envois ne "
        "peuvent porter le même numéro : vérifiez dans son portail, signalez-le à l'OPCO, puis abandonnez celui-ci."
    )
    return Issue(
        Acte.LOSE,
        {**_RIEN, "attend_personne": 1, "prochain_essai": 0, "code": NUMERO_CONNU, "message": phrase},
        detail=f"{NUMERO_CONNU} n° {autre}",
        compte="perdus",
    )


def refused(refus: Refused) -> Issue:
    """The OPCO said no: code, sentence, fields, reference; and the numbers of the dossier that it holds, if it says."""
    message = refus.description
    externe, interne = refus.corps.get("numeroExterne"), refus.corps.get("numeroInterne")
    if refus.code == DEPOT_DEJA_RECU.code and externe and str(externe) not in message:
        message = f"{message} Dossier déjà reçu : {externe} (numéro interne {interne})."
    return Issue(
        Acte.REJECT,
        {
            "prochain_essai": 0,
            "code": refus.code,
            "message": mask(message),
            "reference": refus.request_id,
            "champs": _champs(refus.anomalies),
        },
        detail=" ".join(part for part in (refus.code, refus.request_id) if part),
        compte="refuses",
    )


def already_there(numero_interne: str, numero_externe: str, differences: Sequence[str], phrase: str) -> Issue:
    """Read back under the same identity, with another content."""
    champs = [("CHAMP_DIFFERENT", champ, "Ce champ diffère de ce que l'OPCO a reçu.") for champ in differences]
    return Issue(
        Acte.REJECT,
        {
            "prochain_essai": 0,
            "code": DEPOT_DEJA_RECU.code,
            "message": phrase,
            "reference": None,
            "champs": json.dumps(champs),
        },
        detail=f"{DEPOT_DEJA_RECU.code} {numero_externe} ({numero_interne})",
        compte="refuses",
    )


def damaged(envoi: Envoi) -> Issue:
    """Its payload is no longer what was put in: it does not leave; if it had left before, it may have arrived."""
    if envoi.etat is EtatEnvoi.INCERTAIN:
        phrase = "Le contenu gardé dans la boîte n'est plus celui qui avait été envoyé : il ne peut être renvoyé."
        colonnes = {**_trouble(ALTERE, phrase, None), **_wait_or_person(envoi, False, 0, phrase, force=True)}
        return Issue(Acte.LOSE, colonnes, detail=ALTERE, compte="perdus")
    phrase = (
        "Le contenu gardé dans la boîte n'est plus celui qui y avait été mis (fichier effacé, disque abîmé ?) : il n'a "
        "pas été envoyé. Remettez ce dossier ou cette pièce en boîte."
    )
    colonnes = {**_RIEN, "prochain_essai": 0, "code": ALTERE, "message": phrase}
    return Issue(Acte.REJECT, colonnes, detail=ALTERE, compte="refuses")


def impossible(erreur: ErreurCfa) -> Issue:
    """The client itself refused to send: this OPCO has no such route, say."""
    code = str(getattr(erreur, "code", IMPOSSIBLE))
    colonnes = {**_trouble(code, str(erreur), None), "prochain_essai": 0}
    return Issue(Acte.REJECT, colonnes, detail=code, compte="refuses")


def not_sent(trouble: NotSent | Refused) -> Issue:
    """Nothing was recorded, for a reason that is not the envoi's: it keeps its turn; the whole box slows down."""
    code = trouble.code if isinstance(trouble, Refused) else "INJOIGNABLE"
    return Issue(Acte.POSTPONE, {**_trouble(code, str(trouble), trouble.request_id), "prochain_essai": 0}, detail=code)


def access(refus: Refused, *, prochain: int) -> Issue:
    """The access was refused: nothing was recorded, and nothing says that this envoi is wrong."""
    colonnes = {**_trouble(refus.code, refus.description, refus.request_id), "prochain_essai": prochain}
    return Issue(Acte.POSTPONE, colonnes, detail=refus.code)


def is_about_access(refus: Refused) -> bool:
    """Whether a refusal is of the caller and not of what it sent: nothing is then marked refused."""
    if isinstance(refus, AuthenticationRefused | AccessRefused):
        # One 403 is about the payload: the CFA that it names is not the key's.
        return refus.code != SIRET_HORS_SIREN.code
    return refus.statut in ADRESSES and not refus.anomalies


def access_sentence(refus: Refused) -> str:
    """Why the drain stops."""
    if isinstance(refus, AuthenticationRefused | AccessRefused):
        return f"L'OPCO refuse l'accès, rien n'est marqué refusé : {mask(refus.description)}"
    return (
        f"L'adresse de l'OPCO ne répond pas comme la norme le prévoit (HTTP {refus.statut}), rien n'est marqué "
        "refusé : vérifiez le réglage « api » du profil."
    )


def lost(envoi: Envoi, le: int, rythme: Rythme, renvoi_reconnu: bool, perdue: ReponsePerdue | None = None) -> Issue:
    """It left, and nobody knows: read back later, or by a person when the norm has nothing to read."""
    attente = rythme.relecture(0, envoi.essais)
    if perdue is not None and perdue.retry_after_s is not None:
        attente = max(attente, min(perdue.retry_after_s, rythme.retry_after_max))
    code = INTERROMPU if perdue is None else PERDUE
    phrase = "L'envoi a été interrompu avant que sa réponse soit notée." if perdue is None else str(perdue)
    reference = None if perdue is None else perdue.request_id
    return Issue(
        Acte.LOSE,
        {
            **_trouble(code, phrase, reference),
            **_wait_or_person(envoi, renvoi_reconnu, le + int(attente * 1000), phrase),
            "relectures": 0,
        },
        detail=" ".join(part for part in (code, reference) if part),
        compte="perdus",
    )


def restored(envoi: Envoi, le: int) -> Issue:
    """The box comes back from a backup: this envoi may have left since. To be read back at once."""
    phrase = "La boîte a été remise depuis une sauvegarde : cet envoi est peut-être parti depuis."
    colonnes = {**_trouble(RESTAURE, phrase, None), "relectures": 0, "prochain_essai": le}
    return Issue(Acte.LOSE, colonnes, detail=RESTAURE)


def interrupted(envoi: Envoi, le: int, rythme: Rythme, renvoi_reconnu: bool) -> dict[str, Any]:
    """The row of an envoi whose sender died; what `Store.move` takes."""
    issue = lost(envoi, le, rythme, renvoi_reconnu)
    return {**issue.colonnes, "detail": issue.detail}


def not_found(garde: AEnvoyer, le: int, rythme: Rythme) -> Issue:
    """Read back, and not there: believed after several times only, since a deposit may still be on its way."""
    envoi, faites = garde.envoi, garde.relectures + 1
    if envoi.nature not in _RELUES:
        return Issue(Acte.LOSE, _wait_or_person(envoi, False, 0, envoi.message or ""), detail=ABSENT)
    if faites >= len(rythme.relectures):
        return Issue(Acte.POSTPONE, {"relectures": 0, "prochain_essai": 0}, detail=f"absent après {faites} relectures")
    prochain = le + int(rythme.relecture(faites, envoi.essais) * 1000)
    return Issue(Acte.LOSE, {"relectures": faites, "prochain_essai": prochain}, detail=ABSENT)


def unfinished(garde: AEnvoyer, rythme: Rythme, le: int) -> Issue:
    """The OPCO holds more dossiers than are read at one time: the next reading back goes on."""
    prochain = le + int(rythme.relectures[0] * 1000)
    return Issue(Acte.LOSE, {"prochain_essai": prochain}, detail="relecture à poursuivre")


def unreadable(envoi: Envoi, phrase: str) -> Issue:
    """The OPCO has nothing to read back this envoi from: a person looks."""
    return Issue(Acte.LOSE, _wait_or_person(envoi, False, 0, phrase, force=True), detail=ABSENT)


def mask(texte: str) -> str:
    """The OPCO's words, without what looks like a NIR or an IBAN."""
    return _SENSIBLES.sub("[masqué]", texte)


_RIEN: dict[str, Any] = {"code": None, "message": None, "reference": None, "champs": None}
_RELUES = frozenset({NatureEnvoi.DOSSIER, NatureEnvoi.FACTURE, NatureEnvoi.AVOIR})


def _trouble(code: str, phrase: str, reference: str | None) -> dict[str, Any]:
    return {"code": code, "message": mask(phrase), "reference": reference, "champs": None}


def _wait_or_person(
    envoi: Envoi, renvoi_reconnu: bool, prochain: int, phrase: str, *, force: bool = False
) -> dict[str, Any]:
    if not force and (renvoi_reconnu or envoi.nature in _RELUES):
        return {"attend_personne": 0, "prochain_essai": prochain}
    message = mask(phrase)
    conseil = _ATTEND.format(id=envoi.id)
    return {
        "attend_personne": 1,
        "prochain_essai": 0,
        "message": message if conseil in message else f"{message} {conseil}".strip(),
    }


def _champs(anomalies: Sequence[Anomalie]) -> str:
    return json.dumps([(a.code, a.champ, mask(a.description)) for a in anomalies], ensure_ascii=False)
