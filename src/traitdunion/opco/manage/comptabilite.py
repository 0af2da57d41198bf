"""The command that reads the accounts again."""

from typing import TYPE_CHECKING, Annotated

import typer

from traitdunion.opco.manage import commun

if TYPE_CHECKING:
    from traitdunion.opco.paiements.verification import Verification
    from traitdunion.opco.socle.database import Database

CODE_ECARTS = 4
EnJson = Annotated[bool, commun.JSON]
LIBELLES = {
    "ENGAGE": "engagé",
    "A_FACTURER": "à facturer",
    "EN_INSTRUCTION": "facturé, en instruction",
    "A_PAYER": "accepté, à payer",
    "ORDONNE": "virement ordonné",
    "REGLE": "réglé",
    "FORCLOS": "forclos",
    "TROP_PERCU": "trop-perçu à recouvrer",
    "AVOIR_A_RECOUVRER": "avoirs à recouvrer",
}


def verifier_comptes(en_json: EnJson = False) -> None:
    """Relit toute la comptabilité : écritures, soldes, engagements, lignes, virements. Code 4 en cas d'écart."""
    from traitdunion.norme.facturation.montants import say_montant

    async def work(database: "Database") -> "Verification":
        from traitdunion.opco.paiements.verification import verify

        async with database.connection() as tx:
            return await verify(tx)

    lue = commun.run(work)
    totaux = {LIBELLES[poste]: abs(montant) for poste, montant in lue.totaux.items() if poste in LIBELLES}
    lignes = [
        f"Écritures relues : {lue.ecritures}.",
        *(f"  {libelle:<26} {say_montant(montant):>18} €" for libelle, montant in totaux.items()),
        *(f"ÉCART, {ecart.objet} : {ecart.phrase}. {ecart.regle}" for ecart in lue.ecarts),
        "Les comptes sont justes." if not lue.ecarts else f"{len(lue.ecarts)} écart(s) : prévenez l'assistance.",
    ]
    faits = {
        "ecritures": lue.ecritures,
        "totaux_centimes": lue.totaux,
        "ecarts": [{"regle": un.regle, "objet": un.objet, "phrase": un.phrase} for un in lue.ecarts],
    }
    commun.show(faits, en_json=en_json, lignes=lignes)
    if lue.ecarts:
        raise typer.Exit(CODE_ECARTS)
