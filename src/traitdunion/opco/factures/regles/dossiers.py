"""Reading the facts of the dossiers that an invoice names; another SIREN's dossier is not there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import AsyncConnection

from traitdunion.norme.identifiants import numero_externe, read_numero_externe
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
SELECT DISTINCT x.dossier, d.type_fichier
  FROM (SELECT o.id_objet AS dossier, o.document FROM document_objet o
         WHERE o.type_objet = 'DOSSIER_APPRENTISSAGE' AND o.id_objet = ANY(%(dossiers)s::bigint[])
        UNION
        SELECT l.numero_interne, o.document
          FROM ligne_facture l JOIN document_objet o ON o.type_objet = 'FACTURE' AND o.id_objet = l.facture
         WHERE l.numero_interne = ANY(%(dossiers)s::bigint[])) x
  JOIN document d ON d.numero_interne = x.document
 WHERE d.verdict <> 'QUARANTAINE' AND d.type_fichier = ANY(%(types)s)
   -- The file of POST certificats proves what its data say, one échéance: CERTIFICATS reads them.
   AND NOT EXISTS (SELECT FROM certificat c WHERE c.document = d.numero_interne)
"""
CERTIFICATS = """
SELECT c.dossier, c.type, c.echeance FROM certificat c JOIN document d ON d.numero_interne = c.document
 WHERE c.dossier = ANY(%s::bigint[]) AND d.verdict <> 'QUARANTAINE'
"""
TYPES_PREUVE = ["CERTIFICAT_REALISATION", "FACTURE_PARTICIPATION_EMPLOYEUR", "ATTESTATION_DEBUT"]
# « CA-0000001 »; some connectors write the number in lower case, or with spaces around.
Numeros = dict[str, int]


def read_numeros(textes: Iterable[str | None]) -> Numeros:
    """The internal number behind each `numeroDossier`; what is no number is left out."""
    lus = {texte: read_numero_externe(texte.strip().upper()) for texte in textes if texte is not None}
    return {texte: numero for texte, numero in lus.items() if numero is not None}


async def find_faits(tx: Tx, numeros: Numeros, *, siren: str, locked: bool = False) -> dict[str, FaitsDossier]:
    """The facts of these dossiers, by the text that names them; `locked`: held until the end of the transaction.

    A handful of queries, however many dossiers one invoice bills.
    """
    lues = await (dossiers.lock_many if locked else dossiers.find_many)(tx, sorted(set(numeros.values())), siren=siren)
    trouves = [une.numero_interne for une in lues]
    termes = await financement.find_termes(tx, trouves)
    livres, preuves = await comptabilite.open_livres(tx, trouves), await read_preuves(tx, trouves)
    echeances: dict[int, dict[int, financement.LigneEcheance]] = defaultdict(dict)
    for une in await financement.list_echeances(tx, trouves):
        echeances[une.numero_interne][une.numero] = une
    faits = {}
    for lue in lues:
        numero = lue.numero_interne
        terme = termes.get(numero)
        faits[numero] = FaitsDossier(
            numero_interne=numero,
            numero_externe=numero_externe(numero),
            etat=Etat(lue.etat),
            numero_deca=lue.numero_deca,
            echeances=echeances[numero],
            livre=livres[numero],
            forclusion=terme.forclusion if terme else None,
            preuve_realisation=terme.regles.preuve_realisation if terme else "",
            preuves=preuves[numero],
        )
    return {texte: faits[numero] for texte, numero in numeros.items() if numero in faits}


async def find_derniers(tx: Tx, numeros: Iterable[int]) -> dict[int, int]:
    """The number of the last solde of each of these dossiers."""
    echeances = await financement.list_echeances(tx, sorted(numeros))
    return {une.numero_interne: une.numero for une in echeances if une.codification == DERNIERE}


async def read_preuves(tx: Tx, numeros: Sequence[int]) -> dict[int, Preuves]:
    """What each of these dossiers holds that proves something."""
    pieces: dict[int, set[str]] = defaultdict(set)
    for dossier, type_ in await (
        await tx.execute(PIECES, {"dossiers": list(numeros), "types": TYPES_PREUVE})
    ).fetchall():
        pieces[dossier].add(type_)
    certificats: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    for dossier, type_, echeance in await (await tx.execute(CERTIFICATS, (list(numeros),))).fetchall():
        certificats[dossier].append((type_, echeance))
    return {
        numero: Preuves(
            pieces=frozenset(pieces[numero]),
            echeances_certifiees=frozenset(une for _, une in certificats[numero] if une is not None),
            certificat_final=any(type_ == "FINAL" for type_, _ in certificats[numero]),
        )
        for numero in numeros
    }
