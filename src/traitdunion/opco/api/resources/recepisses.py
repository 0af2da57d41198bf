"""GET recepisses/{id} and documents/{numeroInterneDocument}: proofs and bytes, unchanged (extensions)."""

from traitdunion.norme.erreurs import depot as codes
from traitdunion.opco.api.call import Answer, Call, read_numero
from traitdunion.opco.api.services import Services
from traitdunion.opco.pieces.gate import content_disposition

# What was deposited is served as a thing to keep, never as a page of ours (fiabilite.md §3).
ENTETES_FICHIER = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


async def get_recepisse(call: Call, services: Services) -> Answer:
    """The signed receipt d-<numeroInterne> of a dossier, or p-<numeroInterneDocument> of a document."""
    genre, _, reste = call.parametres["identifiant"].partition("-")
    numero = read_numero(reste)
    faits = None
    if numero is not None and genre == "d":
        faits = await services.dossiers.recepisse_facts(numero, siren=call.par.siren)
    elif numero is not None and genre == "p":
        faits = await services.documents.recepisse_facts(numero, siren=call.par.siren)
    if faits is None:
        raise codes.RECEPISSE_INCONNU.refus("identifiant")
    return Answer(services.recepisses.issue(faits))


async def get_document(call: Call, services: Services) -> Answer:
    """The bytes that were deposited, as an attachment."""
    numero = read_numero(call.parametres["numero_interne_document"])
    if numero is None:
        raise codes.DOCUMENT_INCONNU.refus("numeroInterneDocument")
    document, flux = await services.documents.open(numero, siren=call.par.siren)
    entetes = {
        **ENTETES_FICHIER,
        "Content-Disposition": content_disposition(document.nom_fichier),
        "Content-Length": str(document.taille_octets),
    }
    return Answer(b"", entetes=entetes, type_contenu=document.type_contenu, flux=flux)
