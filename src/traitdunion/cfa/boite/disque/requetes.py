"""The queries of a box that a drain asks at each step; a test looks at how SQLite runs them."""

COLONNES = """e.id, e.nature, e.etat, e.suite, e.promotion, e.libelle, e.numero_interne, e.numero_externe, e.essais,
 e.prochain_essai, e.cree_le, e.modifie_le, e.code, e.message, e.reference, e.cle_idempotence, e.sha256_corps,
 e.fichier, e.sha256_fichier, e.numero_document, e.recepisse, e.champs, e.attend_personne, e.purge_le, e.bloquants"""
# What an envoi waits for: another of one of its suites, to go before it, and not accepted. A piece that a person gave
# up is no longer waited for; a dossier always is, since nothing can go without its number.
BLOQUEURS = """FROM lien moi JOIN lien autre ON autre.suite = moi.suite JOIN envoi b ON b.id = autre.envoi
 WHERE moi.envoi = e.id AND b.rang < e.rang AND b.etat <> 'ACCEPTE' AND (b.etat <> 'ABANDONNE' OR b.rang = 0)"""
VOIR = f"""SELECT {COLONNES},
 CASE WHEN e.etat = 'EN_ATTENTE' AND e.bloquants > 0 THEN (SELECT min(b.id) {BLOQUEURS}) END AS bloque_par
 FROM envoi e"""  # noqa: S608 - constants of this file
# INDEXED BY: left to itself, SQLite takes the index of states and sorts all that waits, at each step.
PRET = (
    "SELECT id FROM envoi INDEXED BY envoi_pret WHERE etat = 'EN_ATTENTE' AND bloquants = 0 AND prochain_essai <= ?"
    " ORDER BY prochain_essai, id LIMIT 1"
)
INCERTAINS = (
    "SELECT id FROM envoi INDEXED BY envoi_incertain"
    " WHERE etat = 'INCERTAIN' AND attend_personne = 0 AND prochain_essai <= ? ORDER BY prochain_essai, id LIMIT ?"
)
# The first entry of each index; min() would read them whole.
PROCHAIN = """SELECT min(quand) FROM (
 SELECT * FROM (SELECT prochain_essai AS quand FROM envoi INDEXED BY envoi_pret
  WHERE etat = 'EN_ATTENTE' AND bloquants = 0 ORDER BY prochain_essai LIMIT 1)
 UNION ALL
 SELECT * FROM (SELECT prochain_essai FROM envoi INDEXED BY envoi_incertain
  WHERE etat = 'INCERTAIN' AND attend_personne = 0 ORDER BY prochain_essai LIMIT 1))"""
BLOQUER = f"""UPDATE envoi AS e SET bloquants = (SELECT count(DISTINCT b.id) {BLOQUEURS})
 WHERE e.id IN (SELECT suivant.envoi FROM lien l JOIN lien suivant ON suivant.suite = l.suite WHERE l.envoi = ?)
 AND e.etat = 'EN_ATTENTE'"""  # noqa: S608 - constants of this file
NUMERO_PRIS = "SELECT id FROM envoi WHERE nature = ? AND numero_interne = ? AND id <> ? LIMIT 1"
# Among the pieces of one dossier: nothing says that an OPCO numbers its documents across dossiers.
DOCUMENT_PRIS = (
    "SELECT id FROM envoi WHERE nature = ? AND numero_document = ? AND id <> ? AND numero_interne IS ? LIMIT 1"
)
RECALER = """UPDATE envoi INDEXED BY envoi_decide SET prochain_essai = :le + prochain_essai - decide_le, decide_le = :le
 WHERE prochain_essai > 0 AND decide_le > :le AND etat IN ('EN_ATTENTE', 'INCERTAIN')"""
DOSSIER_DE = (
    "SELECT e.* FROM lien l JOIN envoi e ON e.id = l.envoi WHERE l.suite = ? AND e.rang = 0 ORDER BY e.id DESC LIMIT 1"
)
PAR_IDENTITE = f"{VOIR} WHERE e.identite = ? ORDER BY e.id DESC LIMIT 1"
CONNUS = (
    "SELECT numero_interne FROM envoi WHERE nature = 'DOSSIER' AND numero_interne IN (SELECT value FROM json_each(?))"
)
RELUS = "SELECT numero, identite FROM relu WHERE numero IN (SELECT value FROM json_each(?))"
AJOUTER = (
    "INSERT INTO envoi (nature, rang, etat, suite, promotion, libelle, identite, cle_idempotence, corps,"
    " sha256_corps, fichier, type_fichier, sha256_fichier, decide_le, cree_le, modifie_le)"
    " VALUES (?, ?, 'EN_ATTENTE', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
