"""Dossiers brought to each state by the acts that lead there, and the people of the OPCO who do them."""

from datetime import date, datetime
from typing import Any

from builders import fichiers
from builders.envois import a_convention
from builders.portail import an_account
from builders.serveur import SIREN, Serveur

from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.decisions import store
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.financement.faits import Choix

PDF = fichiers.a_pdf()
CHOIX = Choix(npec=800_000, npec_source="essai")


async def an_agent(serveur: Serveur, nom: str = "agent") -> int:
    """Somebody who instructs; the id of the account."""
    utilisateur = await an_account(serveur, Role.OPCO_GESTIONNAIRE, utilisateur=f"{nom}@exemple.test")
    ((compte,),) = await serveur.fetch("SELECT id FROM compte WHERE utilisateur = %s", utilisateur)
    return int(compte)


async def version_of(serveur: Serveur, numero: int) -> int:
    """The version that somebody who reads the dossier now would send back."""
    async with serveur.database.connection() as tx:
        fiche = await store.find(tx, numero)
    assert fiche is not None
    return fiche.version


async def etat_of(serveur: Serveur, numero: int) -> str:
    """The state of a dossier."""
    ((etat,),) = await serveur.fetch("SELECT etat FROM dossier WHERE numero_interne = %s", numero)
    return str(etat)


async def types_of(serveur: Serveur, numero: int) -> list[str]:
    """The types of the events of a dossier, in order."""
    lignes = await serveur.fetch("SELECT type FROM evenement WHERE numero_interne = %s ORDER BY id", numero)
    return [type_ for (type_,) in lignes]


async def a_complete(
    serveur: Serveur, rang: int = 0, *, convention: dict[str, Any] | None = None, **contrat: Any
) -> int:
    """A dossier with its convention: the clock runs."""
    numero = await serveur.cfa.deposit(rang, **contrat)
    corps = a_convention(numero, rang, **(convention or {}))
    reponse = await serveur.cfa.send("/v2/conventions", corps, PDF)
    assert reponse.status_code == 200, reponse.text
    return int(numero)


async def a_started(serveur: Serveur, agent: int, rang: int = 0, **contrat: Any) -> int:
    """A dossier taken up, its mandate seen."""
    numero = await a_complete(serveur, rang, **contrat)
    decisions = serveur.portail.decisions
    await decisions.start(numero, version=await version_of(serveur, numero), compte=agent)
    await decisions.record_mandat(numero, page=1, compte=agent)
    return numero


async def an_engaged(serveur: Serveur, agent: int, rang: int = 0, *, choix: Choix = CHOIX, **contrat: Any) -> int:
    """A dossier granted."""
    numero = await a_started(serveur, agent, rang, **contrat)
    version = await version_of(serveur, numero)
    await serveur.portail.decisions.grant(numero, version=version, choix=choix, par=f"compte:{agent}")
    return numero


def a_rupture(
    jour: date = date(2027, 2, 28), *, at: datetime, motif: str = "COMMUN_ACCORD", maintien: bool = False
) -> store.Rupture:
    """A break declared by an editor."""
    return store.Rupture(
        id=0,
        dernier_jour=jour,
        notifiee_le=jour,
        probatoire=False,
        motif=motif,
        maintien=maintien,
        commentaire=None,
        declaree_par="editeur:1",
        declaree_le=at,
        issue=None,
        issue_le=None,
    )


async def in_state(serveur: Serveur, agent: int, etat: Etat, rang: int = 0) -> int:
    """A dossier in a state, brought there by acts; a break waits where one may be declared."""
    decisions, par = serveur.portail.decisions, f"compte:{agent}"
    if etat is Etat.TRANSMIS:
        return await a_complete(serveur, rang)
    if etat in (Etat.ENGAGE, Etat.RUPTURE, Etat.SOLDE):
        numero = await an_engaged(serveur, agent, rang)
        if etat is Etat.RUPTURE:
            await decisions.declare_rupture(numero, a_rupture(at=serveur.clock.now()), siren=SIREN)
            await decisions.confirm_rupture(numero, version=await version_of(serveur, numero), par=par)
        if etat is Etat.SOLDE:
            # Long after the end of the contract, when what was not asked for is lost.
            depart, serveur.clock.instant = serveur.clock.instant, serveur.clock.instant.replace(year=2029)
            await decisions.settle(numero, version=await version_of(serveur, numero), par=par)
            serveur.clock.instant = depart
        return numero
    numero = await a_started(serveur, agent, rang)
    version = await version_of(serveur, numero)
    if etat is Etat.REFUSE:
        await decisions.refuse(numero, version=version, motifs=["R02"], texte="Trop jeune de deux ans.", par=par)
    if etat is Etat.ANNULE:
        await decisions.cancel(numero, version=version, motif="Déposé par erreur.", par=par)
    return numero
