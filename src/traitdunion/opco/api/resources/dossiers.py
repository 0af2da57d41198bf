"""POST and GET dossiers, dossiers/liste, dossiers/controle."""

from traitdunion.norme import ecriture
from traitdunion.norme.erreurs import Gravite
from traitdunion.norme.erreurs import depot as codes
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.reponses import AccuseDepot, ResultatControle
from traitdunion.opco.api.call import Answer, Call, answer, read_numero
from traitdunion.opco.api.idempotence import once
from traitdunion.opco.api.services import Services
from traitdunion.opco.recepisses.service import identifiant_dossier
from traitdunion.opco.socle import failpoints

LISTE_MAX = 100  # dossiers asked for in one call


async def post_dossier(call: Call, services: Services) -> Answer:
    """Record the CERFA data; the same deposit again gives the same numbers (norme.md §7)."""
    corps = await call.body()
    failpoints.hit("corps_lu")

    async def deposit() -> Answer:
        recu = await services.depots.deposit(corps, par=call.par)
        await services.acces.mark_effectif(call.par)
        accuse = AccuseDepot(
            numero_interne=str(recu.numero_interne),
            numero_externe=numero_externe(recu.numero_interne),
            numero_deca=recu.numero_deca,
            recepisse=identifiant_dossier(recu.numero_interne),
            avertissements=recu.avertissements,
        )
        entetes = {"Idempotency-Replayed": "true"} if recu.rejoue else {}
        return Answer(ecriture.write_plain(accuse), entetes=entetes)

    return await once(call, services, corps, deposit)


async def get_dossier(call: Call, services: Services) -> Answer:
    """One dossier, whole."""
    numero = call.query_numero("numeroInterne")
    return answer(await services.dossiers.find(numero, siren=call.par.siren))


async def get_liste(call: Call, services: Services) -> Answer:
    """Several dossiers; a number that is not this CFA's is left out."""
    texte = {nom.lower(): valeur for nom, valeur in call.query().items()}.get("numerosinternes", "")
    numeros = [read_numero(morceau) for morceau in texte.split(",") if morceau.strip()]
    if not numeros or None in numeros or len(numeros) > LISTE_MAX:
        raise codes.PARAMETRE_INVALIDE.refus(
            "numerosInternes",
            parametre="numerosInternes",
            attendu=f"de 1 à {LISTE_MAX} numéros internes séparés par des virgules",
        )
    trouves = await services.dossiers.find_many([n for n in numeros if n is not None], siren=call.par.siren)
    return answer(trouves)


async def post_controle(call: Call, services: Services) -> Answer:
    """Every check of a deposit, nothing stored (extension)."""
    anomalies = services.depots.check(await call.body(), siren=call.par.siren)
    recevable = all(anomalie.gravite is not Gravite.BLOQUANT for anomalie in anomalies)
    return answer(ResultatControle(recevable=recevable, anomalies=tuple(anomalies)))
