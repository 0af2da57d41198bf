"""POST /oauth2/token and GET cfakeyinfo."""

import msgspec

from traitdunion.norme.erreurs import depot as codes
from traitdunion.norme.messages.reponses import InfoCle
from traitdunion.opco.acces.cles import last_day
from traitdunion.opco.api.call import Answer, Call, answer
from traitdunion.opco.api.services import Services

FORMULAIRE_MAX = 16 * 1024


async def post_jeton(call: Call, services: Services) -> Answer:
    """A token for the editor (RFC 6749 §4.4)."""
    reponse = await services.acces.issue_reponse(
        corps=await call.body(maximum=FORMULAIRE_MAX),
        entetes=call.entetes,
        chemin=call.chemin_recu,
        requete=call.requete,
        adresse=call.adresse,
    )
    return Answer(msgspec.json.encode(reponse), entetes={"Cache-Control": "no-store", "Pragma": "no-cache"})


async def get_cle(call: Call, services: Services) -> Answer:
    """Whether a key is worth something for a SIREN; one answer for every way it is not."""
    membres = {nom.lower(): valeur for nom, valeur in call.query().items()}
    for parametre in ("siren", "XAPIKEY"):
        if not membres.get(parametre.lower(), "").strip():
            raise codes.PARAMETRE_INVALIDE.refus(parametre, parametre=parametre, attendu="une valeur")
    fin = await services.acces.key_info(membres["siren"], membres["xapikey"], par=call.par)
    if fin is None:
        return answer(InfoCle(status="error", comment="Clé inconnue pour ce SIREN."))
    return answer(InfoCle(status="success", date_fin_validite=last_day(fin).isoformat(), comment="Clé valable."))
