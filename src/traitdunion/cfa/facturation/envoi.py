"""From invoices prepared to the outbox: numbered, drawn, put in, and taken up again after a crash."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from traitdunion.cfa.echange.fichiers import Fichier
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.facturation.carnet import Carnet, Emission, EtatEmission
from traitdunion.cfa.facturation.emetteur import Emetteur
from traitdunion.cfa.facturation.messages import build_facture
from traitdunion.cfa.facturation.pdf import FactureDessinee, LigneDessinee, draw_facture
from traitdunion.cfa.facturation.preparation import FacturePreparee
from traitdunion.cfa.suivi.modele import FACTURE, FactureSuivie, Vue
from traitdunion.norme.controles.facturation import check_facture
from traitdunion.norme.erreurs import Anomalie

if TYPE_CHECKING:
    from traitdunion.cfa.boite import Boite, Envoi

_SELON_ENVOI = {
    "ACCEPTE": EtatEmission.ACCEPTEE,
    "REFUSE": EtatEmission.REFUSEE,
    "ABANDONNE": EtatEmission.ABANDONNEE,
}
_EN_CHEMIN = frozenset({"EN_ATTENTE", "EN_COURS", "INCERTAIN"})
INCONNUES = (
    "La boîte d'envoi contient des factures que le carnet de ce poste ne connaît pas ({numeros}) : il a été remis "
    "depuis une copie, ou perdu. Rien n'est préparé, pour ne pas facturer deux fois la même échéance. Envoyez-les "
    "d'abord (traitdunion cfa envois envoyer) ou abandonnez-les, puis recommencez."
)


def refresh(carnet: Carnet, boite: "Boite", vue: Vue) -> None:
    """Note in the book what became of each invoice, by the outbox and by the OPCO."""
    envois = {envoi.id: envoi for envoi in boite.list_envois() if str(envoi.nature) == "FACTURE"}
    recues = {facture.numero: facture for facture in vue.factures if facture.genre == FACTURE}
    for emission in carnet.list_emissions():
        envoi = envois.get(emission.envoi) if emission.envoi is not None else None
        etat = _etat_of(emission, envoi, recues.get(emission.numero))
        if etat is not None and etat is not emission.etat and emission.etat is not EtatEmission.RESERVEE:
            carnet.mark(emission.numero, etat)


def _etat_of(emission: Emission, envoi: "Envoi | None", recue: FactureSuivie | None) -> EtatEmission | None:
    """What became of one invoice; None when nothing new is known."""
    if recue is not None and _is_same(emission, recue):
        return EtatEmission.ACCEPTEE  # whatever the outbox knows, the OPCO has it
    if envoi is None:
        return None
    etat = str(envoi.etat)
    if etat in _EN_CHEMIN:  # relaunched by a person after a refusal: its échéances are on their way again
        return EtatEmission.EN_BOITE if emission.etat is EtatEmission.REFUSEE else None
    if etat == "ACCEPTE":
        return EtatEmission.ACCEPTEE
    if recue is not None:  # another software, another machine, took this number: it cannot serve here any more
        return EtatEmission.ABANDONNEE
    if etat == "ABANDONNE" and (emission.etat is EtatEmission.REFUSEE or envoi.essais == 0):
        return EtatEmission.REFUSEE  # the OPCO recorded nothing: its number serves again
    return _SELON_ENVOI.get(etat)


def _is_same(emission: Emission, recue: FactureSuivie) -> bool:
    """Whether what the OPCO has under this number is this invoice, as far as it tells."""
    dits = {part.numero_externe for part in recue.dossiers} | {ligne.dossier for ligne in recue.lignes}
    siens = {dossier.numero_externe for dossier in emission.facture.dossiers}
    return recue.montant == emission.facture.total and (not dits or dits == siens)


def require_known(carnet: Carnet, boite: "Boite") -> None:
    """Every invoice that waits in the outbox is in the book, which tells the échéances it bills. Raises ErreurCfa."""
    connues = {emission.numero for emission in carnet.list_emissions()}
    inconnues = [
        envoi.libelle or f"envoi n° {envoi.id}"
        for envoi in boite.list_envois()
        if str(envoi.nature) == "FACTURE" and str(envoi.etat) in _EN_CHEMIN and envoi.libelle not in connues
    ]
    if inconnues:
        suite = "…" if len(inconnues) > 5 else ""
        raise ErreurCfa(INCONNUES.format(numeros=", ".join(inconnues[:5]) + suite))


def list_numeros(boite: "Boite", vue: Vue) -> frozenset[str]:
    """The numbers of invoice that served, as far as the outbox and the OPCO know."""
    dedans = {envoi.libelle for envoi in boite.list_envois() if str(envoi.nature) == "FACTURE" and envoi.libelle}
    return frozenset(dedans | {facture.numero for facture in vue.factures})


def put_in_boite(carnet: Carnet, boite: "Boite", emetteur: Emetteur, emissions: Sequence[Emission]) -> None:
    """Hand invoices that have their number to the outbox; one that it already holds is not put in twice."""
    dedans = {
        envoi.libelle: envoi.id
        for envoi in boite.list_envois()
        if str(envoi.nature) == "FACTURE" and str(envoi.etat) not in ("REFUSE", "ABANDONNE")
    }
    for emission in emissions:
        envoi = dedans.get(emission.numero)
        if envoi is None:
            fichier = Fichier(f"{emission.numero.replace('/', '-')}.pdf", draw_emission(emission, emetteur))
            suites = [boite.find_suite(dossier.numero_interne) for dossier in emission.facture.dossiers]
            mise: Any = boite.enqueue_facture(
                build_facture(emission, emetteur), fichier, suites=suites, libelle=emission.numero
            )
            envoi = mise.envois[0].id
        carnet.mark_en_boite(emission.numero, envoi)


def check(factures: Sequence[FacturePreparee], emetteur: Emetteur, *, le: date) -> Iterator[Anomalie]:
    """What the OPCO's own checks would say of these invoices, before any number is taken."""
    for facture in factures:
        essai = Emission(
            numero=f"{emetteur.prefixe}{le.year}-00000", etat=EtatEmission.RESERVEE, emise_le=le, facture=facture
        )
        yield from check_facture(build_facture(essai, emetteur), recu_le=le)


def draw_emission(emission: Emission, emetteur: Emetteur) -> bytes:
    """The PDF of an invoice that has its number."""
    facture = emission.facture
    return draw_facture(
        FactureDessinee(
            numero=emission.numero,
            emise_le=emission.emise_le,
            denomination=emetteur.denomination,
            adresse=emetteur.adresse,
            siret=facture.siret,
            nda=emetteur.nda,
            client=emetteur.client,
            client_adresse=emetteur.client_adresse,
            iban=emetteur.iban,
            conditions=emetteur.conditions,
            vaut_certificat=facture.est_certificat,
            lignes=tuple(
                LigneDessinee(
                    dossier=ligne.dossier.numero_externe,
                    numero_deca=ligne.dossier.numero_deca,
                    apprenti=ligne.dossier.apprenti,
                    employeur=ligne.dossier.employeur,
                    formation=ligne.dossier.formation,
                    nature=ligne.nature.libelle,
                    echeance=ligne.echeance.numero,
                    debut=ligne.echeance.debut,
                    fin=ligne.echeance.fin,
                    quantite=ligne.quantite,
                    montant=ligne.montant,
                )
                for ligne in facture.lignes
            ),
        )
    )
