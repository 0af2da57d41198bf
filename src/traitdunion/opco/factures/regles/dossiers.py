"""Reading the facts of the dossiers that an invoice names; another SIREN's dossier is not there."""

from collections.abc import Iterable
from typing import Any

import msgspec
from psycopg import AsyncConnection

from traitdunion.norme.identifiants import numero_externe, read_numero_externe
from traitdunion.norme.parametres import ReglesFinancement
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.dossiers import store as dossiers
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.factures.regles.faits import FaitsDossier
from traitdunion.opco.factures.regles.preuves import Preuves
from traitdunion.opco.financement import store as financement
from traitdunion.opco.financement.calcul.echeancier import DERNIERE

Tx = AsyncConnection[Any]
# What proves something about a dossier: documents attached to it or to one of its invoices, and certificates.
PIECES = """
SELECT DISTINCT d.type_fichier
  FROM document_objet o JOIN document d ON d.numero_interne = o.document
 WHERE d.verdict <> 'QUARANTAINE' AND d.type_fichier = ANY(%(types)s)
   -- The file of POST certificats proves what its data say, one échéance: CERTIFICATS reads them.
   AND NOT EXISTS (SELECT FROM certificat c WHERE c.document = d.numero_interne)
   AND ((o.type_objet = 'DOSSIER_APPRENTISSAGE' AND o.id_objet = %(dossier)s)
     OR (o.type_objet = 'FACTURE'
         AND o.id_objet IN (SELECT facture FROM ligne_facture WHERE numero_interne = %(dossier)s)))
"""
CERTIFICATS = """
SELECT c.type, c.echeance FROM certificat c JOIN document d ON d.numero_interne = c.document
 WHERE c.dossier = %s AND d.verdict <> 'QUARANTAINE'
"""
TYPES_PREUVE = ["CERTIFICAT_REALISATION", "FACTURE_PARTICIPATION_EMPLOYEUR", "ATTESTATION_DEBUT"]
# « CA-0000001 »; some connectors write the number in lower case, or with spaces around.
Numeros = dict[str, int]


def read_numeros(textes: Iterable[str | None]) -> Numeros:
    """The internal number behind each `numeroDossier`; what is no number is left out."""
    lus = {texte: read_numero_externe(texte.strip().upper()) for texte in textes if texte is not None}
    return {texte: numero for texte, numero in lus.items() if numero is not None}


async def find_faits(tx: Tx, numeros: Numeros, *, siren: str, locked: bool = False) -> dict[str, FaitsDossier]:
    """The facts of these dossiers, by the text that names them; `locked`: held until the end of the transaction."""
    par_numero: dict[int, FaitsDossier] = {}
    for numero in sorted(set(numeros.values())):  # always in the same order, so that two invoices never cross
        lue = await (dossiers.lock if locked else dossiers.find)(tx, numero, siren=siren)
        if lue is not None:
            par_numero[numero] = await _read(tx, lue)
    return {texte: par_numero[numero] for texte, numero in numeros.items() if numero in par_numero}


async def find_derniers(tx: Tx, numeros: Iterable[int]) -> dict[int, int]:
    """The number of the last solde of each of these dossiers."""
    echeances = await financement.list_echeances(tx, sorted(numeros))
    return {une.numero_interne: une.numero for une in echeances if une.codification == DERNIERE}


async def read_preuves(tx: Tx, numero: int) -> Preuves:
    """What a dossier holds that proves something."""
    pieces = await (await tx.execute(PIECES, {"dossier": numero, "types": TYPES_PREUVE})).fetchall()
    certificats = await (await tx.execute(CERTIFICATS, (numero,))).fetchall()
    return Preuves(
        pieces=frozenset(piece for (piece,) in pieces),
        echeances_certifiees=frozenset(echeance for _, echeance in certificats if echeance is not None),
        certificat_final=any(type_ == "FINAL" for type_, _ in certificats),
    )


async def _read(tx: Tx, ligne: dossiers.LigneDossier) -> FaitsDossier:
    numero = ligne.numero_interne
    engagement = (await financement.find_engagements(tx, [numero])).get(numero)
    regles = msgspec.convert(engagement.regles, ReglesFinancement) if engagement else None
    return FaitsDossier(
        numero_interne=numero,
        numero_externe=numero_externe(numero),
        etat=Etat(ligne.etat),
        numero_deca=ligne.numero_deca,
        echeances={une.numero: une for une in await financement.list_echeances(tx, [numero])},
        livre=await comptabilite.open_livre(tx, numero),
        forclusion=engagement.forclusion if engagement else None,
        preuve_realisation=regles.preuve_realisation if regles else "",
        preuves=await read_preuves(tx, numero),
    )
