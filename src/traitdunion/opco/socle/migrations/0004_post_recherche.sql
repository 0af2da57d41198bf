-- The dossiers deposited before, or by the release before while the new one was coming up. Near enough to what the code
-- writes: only signs that it folds and French does not write are left as they are.
UPDATE dossier d
   SET siret_employeur = p.cerfa #>> '{employeur,siret}',
       cle_recherche = left(regexp_replace(replace(replace(translate(lower(
           concat_ws(' ', p.cerfa #>> '{apprenti,nom}', p.cerfa #>> '{apprenti,prenom}', p.cerfa #>> '{apprenti,nomUsage}',
                     '/', p.cerfa #>> '{employeur,denomination}')),
           'àâäéèêëîïôöùûüÿçñÀÂÄÉÈÊËÎÏÔÖÙÛÜŸÇÑ-''’', 'aaaeeeeiioouuuycnaaaeeeeiioouuuycn   '),
           'œ', 'oe'), 'æ', 'ae'), '\s+', ' ', 'g'), 300)
  FROM depot p
 WHERE p.numero_interne = d.numero_interne AND d.cle_recherche IS NULL;
