"""What the demonstration plays on the OPCO's side: an accord and its DECA number, a request, refusals, a break."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from traitdunion.cfa.client import ClientCfa
from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco import assemblage
from traitdunion.opco.comptes import store as comptes
from traitdunion.opco.decisions import store
from traitdunion.opco.financement.calcul.arithmetique import say_euros
from traitdunion.opco.financement.faits import Choix
from traitdunion.opco.settings import Settings
from traitdunion.opco.socle.clock import FixedClock
from traitdunion.opco.socle.database import Database

Tell = Callable[[str], None]
UTILISATEUR = "opco"
NPEC = Choix(npec=800_000, npec_source="niveau inventé pour la démonstration")
ATTENTE_SECONDES = 30.0
JOURS_DE_SILENCE = 21


async def play(settings: Settings, numeros: Sequence[int], *, tell: Tell) -> None:
    """Play the acts on five dossiers whose conventions have come: accord, request, refusal, break, silence.

    By the same use cases as the back-office's pages, as the account UTILISATEUR.
    """
    assert settings.database_url is not None  # the demonstration has one
    accord, demande, refus, rupture, silence = numeros
    async with assemblage.travaux(settings) as travaux, Database.open(settings.database_url) as database:
        agent = await _find_agent(database)
        acteur = f"compte:{agent}"

        async def version(numero: int) -> int:
            async with database.connection() as tx:
                fiche = await store.find(tx, numero)
            assert fiche is not None
            return fiche.version

        async def start(numero: int) -> None:
            await travaux.decisions.start(numero, version=await version(numero), compte=agent)
            await travaux.decisions.record_mandat(numero, page=1, compte=agent)

        for numero in (accord, rupture):
            await start(numero)
            montant = await travaux.decisions.grant(numero, version=await version(numero), choix=NPEC, par=acteur)
            tell(f"   {numero_externe(numero)}  accordé, {say_euros(montant)} engagés")
        await start(demande)
        await travaux.decisions.ask(
            *(demande,),
            version=await version(demande),
            motifs=["DONNEE"],
            texte="Le lieu principal de formation est à préciser.",
            jours=7,
            par=acteur,
        )
        tell(f"   {numero_externe(demande)}  attente d'information")
        await start(refus)
        await travaux.decisions.refuse(
            *(refus,),
            version=await version(refus),
            motifs=["R04"],
            texte="Le salaire de la seconde année est inférieur au minimum.",
            par=acteur,
        )
        tell(f"   {numero_externe(refus)}  refusé, motif R04")
        await travaux.decisions.declare_rupture(rupture, _rupture(acteur), siren=None)
        await travaux.decisions.confirm_rupture(rupture, version=await version(rupture), par=acteur)
        tell(f"   {numero_externe(rupture)}  rompu, échéancier recalculé")
    demain = FixedClock(datetime.now(UTC) + timedelta(days=JOURS_DE_SILENCE))
    async with assemblage.travaux(settings, clock=demain) as travaux:
        constate = await travaux.decisions.record_refus_implicite(silence)
        assert constate, "past twenty days, silence is a refusal"
    tell(f"   {numero_externe(silence)}  refus implicite, l'horloge avancée de {JOURS_DE_SILENCE} jours")


def await_deca(client: ClientCfa, numero: int) -> str:
    """The DECA number of a dossier, once the worker has brought it back. Raises AssertionError after 30 s."""
    limite = time.monotonic() + ATTENTE_SECONDES
    while True:
        lu = client.find_dossier(str(numero))
        if lu.cerfa.numero_deca is not None:
            return lu.cerfa.numero_deca
        assert time.monotonic() < limite, "the DECA number has not come back"
        time.sleep(0.2)


async def _find_agent(database: Database) -> int:
    async with database.connection() as tx:
        compte = await comptes.find_utilisateur(tx, UTILISATEUR)
    assert compte is not None  # made with the others
    return compte.id


def _rupture(acteur: str) -> store.Rupture:
    return store.Rupture(
        id=0,
        dernier_jour=date(2027, 2, 28),
        notifiee_le=date(2027, 3, 1),
        probatoire=False,
        motif="COMMUN_ACCORD",
        maintien=True,
        commentaire=None,
        declaree_par=acteur,
        declaree_le=datetime.now(UTC),
        issue=None,
        issue_le=None,
    )
