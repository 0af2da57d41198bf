"""The accounts read again from the start: what must agree, and what does not (ADR 0018)."""

from collections import defaultdict
from typing import Any

import msgspec
from psycopg import AsyncConnection

from traitdunion.norme.facturation.etats import EtatDeFacture, EtatDeLigne
from traitdunion.opco.factures.states import draw_etat, draw_etat_avoir

Tx = AsyncConnection[Any]
ECARTS_MAX = 100  # of each rule: beyond, the fault is one and the same


class Ecart(msgspec.Struct, frozen=True, kw_only=True):
    """Something that does not agree: the rule, and what breaks it, in French."""

    regle: str
    objet: str
    phrase: str


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """The totals by poste, in cents, how many écritures were read, and what does not agree."""

    ecritures: int
    totaux: dict[str, int]
    ecarts: list[Ecart]


# Each rule: its French sentence, and the query of what breaks it (object, then what is said of it).
REGLES: tuple[tuple[str, str], ...] = (
    (
        "Chaque écriture est équilibrée.",
        """SELECT 'écriture ' || ecriture, 'somme ' || sum(montant)
             FROM mouvement GROUP BY ecriture HAVING sum(montant) <> 0""",
    ),
    (
        "Chaque solde est la somme de ses mouvements.",
        """SELECT 'dossier ' || numero_interne,
                  poste || ' : ' || coalesce(s.montant, 0) || ' au lieu de ' || coalesce(m.montant, 0)
             FROM solde_poste s
             FULL JOIN (SELECT e.numero_interne, x.poste, x.echeance, x.nature, x.ligne, sum(x.montant) AS montant
                          FROM mouvement x JOIN ecriture e ON e.id = x.ecriture GROUP BY 1, 2, 3, 4, 5) m
               USING (numero_interne, poste, echeance, nature, ligne)
            WHERE coalesce(s.montant, 0) <> coalesce(m.montant, 0)""",
    ),
    (
        "Ce qui est engagé au grand livre est l'engagement en vigueur, frais annexes compris.",
        """SELECT 'dossier ' || d.numero_interne, coalesce(l.montant, 0) || ' au lieu de ' || v.montant
             FROM dossier d
             JOIN LATERAL (SELECT CASE WHEN d.etat = 'ANNULE' THEN 0 ELSE g.montant
                                  + coalesce((SELECT sum((f->>'quantite')::bigint * (f->>'prix_unitaire')::bigint)
                                                FROM jsonb_array_elements(g.frais) f), 0) END AS montant
                             FROM engagement g WHERE g.numero_interne = d.numero_interne
                            ORDER BY g.version DESC LIMIT 1) v ON true
             LEFT JOIN LATERAL (SELECT -sum(s.montant) AS montant FROM solde_poste s
                                 WHERE s.numero_interne = d.numero_interne AND s.poste = 'ENGAGE') l ON true
            WHERE coalesce(l.montant, 0) <> v.montant""",
    ),
    (
        "Ce qui est réglé à tort est à recouvrer.",
        """SELECT 'dossier ' || numero_interne, 'écart ' || sum(montant) FROM solde_poste
            WHERE poste IN ('INDU', 'TROP_PERCU', 'AVOIR_A_RECOUVRER')
            GROUP BY numero_interne HAVING sum(montant) <> 0""",
    ),
    (
        "Le montant d'une facture est la somme de ses lignes.",
        """SELECT 'facture ' || f.numero_interne, f.montant || ' au lieu de ' || sum(l.montant)
             FROM facture f JOIN ligne_facture l ON l.facture = f.numero_interne
            GROUP BY f.numero_interne HAVING f.montant <> sum(l.montant)""",
    ),
    (
        "Ce qu'une ligne porte comme avoirs est la somme de ses avoirs.",
        """SELECT 'ligne ' || l.id, l.credite || ' au lieu de ' || coalesce(-sum(a.montant), 0)
             FROM ligne_facture l LEFT JOIN ligne_facture a ON a.ligne_origine = l.id
            WHERE l.montant > 0 GROUP BY l.id HAVING l.credite <> coalesce(-sum(a.montant), 0)""",
    ),
    (
        "L'état d'une ligne dit où en est son montant au grand livre.",
        """SELECT 'ligne ' || l.id, l.etat || ' : ' || s.postes
             FROM ligne_facture l
             LEFT JOIN LATERAL (SELECT array_agg(DISTINCT poste ORDER BY poste) AS postes FROM solde_poste
                                 WHERE numero_interne = l.numero_interne AND ligne = l.id AND montant <> 0
                                   AND poste IN ('EN_INSTRUCTION', 'A_PAYER', 'ORDONNE')) s ON true
            WHERE l.montant > 0 AND coalesce(s.postes, '{}') <> CASE
                  WHEN l.etat IN ('A_COMPLETER', 'EN_INSTRUCTION') THEN ARRAY['EN_INSTRUCTION']
                  WHEN l.etat = 'ACCEPTEE' THEN ARRAY['A_PAYER']
                  WHEN l.etat = 'ORDONNEE' THEN coalesce(s.postes, '{}')
                  ELSE '{}' END
               OR (l.montant > 0 AND l.etat = 'ORDONNEE' AND NOT coalesce(s.postes, '{}') <@ ARRAY['ORDONNE'])""",
    ),
    (
        "Un virement paie la somme de ses lignes.",
        """SELECT 'virement ' || v.reference, v.montant || ' et ' || v.compense
             FROM virement v JOIN virement_ligne l ON l.virement = v.id GROUP BY v.id
           HAVING v.montant <> sum(l.montant) OR v.compense <> sum(l.compense)""",
    ),
    (
        "Ce que la banque a payé à un CFA est réglé, à recouvrer ou recouvré.",
        """SELECT 'SIREN ' || siren, 'écart ' || sum(montant)
             FROM (SELECT siren, montant FROM virement WHERE etat = 'REGLE'
                   UNION ALL SELECT siren, compense FROM virement
                   UNION ALL SELECT siren, -montant FROM recouvrement
                   UNION ALL SELECT siren, -montant FROM solde_poste
                              WHERE poste IN ('REGLE', 'TROP_PERCU', 'AVOIR_A_RECOUVRER')) x
            GROUP BY siren HAVING sum(montant) <> 0""",
    ),
    (
        "Ce qui est compensé dans un virement est recouvré.",
        """SELECT 'virement ' || v.reference, v.compense || ' au lieu de ' || coalesce(sum(r.montant), 0)
             FROM virement v LEFT JOIN recouvrement r ON r.virement = v.id
            GROUP BY v.id HAVING v.compense <> coalesce(sum(r.montant), 0)""",
    ),
)
TOTAUX = "SELECT poste, sum(montant)::bigint FROM solde_poste GROUP BY poste ORDER BY poste"


async def verify(tx: Tx) -> Verification:
    """Read all the accounts in one snapshot, and say what does not agree; nothing is changed."""
    async with tx.transaction():
        await tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        await tx.execute("SET LOCAL statement_timeout = 0")
        ecarts = []
        for regle, requete in REGLES:
            cursor = await tx.execute(requete)
            ecarts += [
                Ecart(regle=regle, objet=objet, phrase=str(phrase))
                for objet, phrase in await cursor.fetchmany(ECARTS_MAX)
            ]
        ecarts += await _check_etats(tx)
        totaux = dict(await (await tx.execute(TOTAUX)).fetchall())
        row = await (await tx.execute("SELECT count(*) FROM ecriture")).fetchone()
    return Verification(ecritures=int(row[0]) if row else 0, totaux=totaux, ecarts=ecarts)


async def _check_etats(tx: Tx) -> list[Ecart]:
    """The state of each invoice is the one that its lines draw."""
    lignes: dict[int, list[EtatDeLigne]] = defaultdict(list)
    ecrits: dict[int, tuple[str, EtatDeFacture]] = {}
    async with tx.cursor(name="etats_factures") as cursor:
        await cursor.execute(
            "SELECT f.numero_interne, f.genre, f.etat, l.etat FROM facture f JOIN ligne_facture l "
            "ON l.facture = f.numero_interne"
        )
        async for numero, genre, etat, ligne in cursor:
            ecrits[numero] = (genre, EtatDeFacture(etat))
            lignes[numero].append(EtatDeLigne(ligne))
    ecarts = []
    for numero, (genre, ecrit) in ecrits.items():
        attendu = (draw_etat_avoir if genre == "AVOIR" else draw_etat)(lignes[numero])
        if attendu is not ecrit:
            ecarts.append(
                Ecart(
                    regle="L'état d'une facture est celui que disent ses lignes.",
                    objet=f"facture {numero}",
                    phrase=f"{ecrit} au lieu de {attendu}",
                )
            )
    return ecarts[:ECARTS_MAX]
