"""POST dossiers/rupture/employeur, GET evenements: what comes after the deposit (norme.md §1)."""

from traitdunion.norme.erreurs import depot as codes
from traitdunion.opco.api.call import Answer, Call, answer, read_numero
from traitdunion.opco.api.idempotence import once
from traitdunion.opco.api.services import Services

LIMITE, LIMITE_MAX = 100, 1000


async def post_rupture(call: Call, services: Services) -> Answer:
    """A break declared by the CFA; the state changes when staff confirm it."""
    corps = await call.body()

    async def deposit() -> Answer:
        recue = await services.declarations.deposit(corps, siren=call.par.siren, acteur=call.par.acteur)
        await services.acces.mark_effectif(call.par)
        return answer(recue.accuse, **({"Idempotency-Replayed": "true"} if recue.rejouee else {}))

    return await once(call, services, corps, deposit)


async def get_evenements(call: Call, services: Services) -> Answer:
    """What changed since a cursor."""
    demandes = {nom.lower(): valeur for nom, valeur in call.query().items()}
    limite = read_numero(demandes["limite"]) if "limite" in demandes else LIMITE
    if limite is None or not 1 <= limite <= LIMITE_MAX:
        raise codes.PARAMETRE_INVALIDE.refus("limite", parametre="limite", attendu=f"un nombre de 1 à {LIMITE_MAX}")
    return answer(await services.fil.read(siren=call.par.siren, depuis=demandes.get("depuis"), limite=limite))
