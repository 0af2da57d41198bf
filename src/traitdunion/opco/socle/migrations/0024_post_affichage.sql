-- The dossiers deposited before, or by the release before while the new one was coming up.
UPDATE dossier d
   SET affichage = jsonb_strip_nulls(jsonb_build_object(
           'nom', p.cerfa #> '{apprenti,nom}', 'prenom', p.cerfa #> '{apprenti,prenom}',
           'employeur', p.cerfa #> '{employeur,denomination}',
           'formation', p.cerfa #> '{formation,intituleQualification}',
           'cfa', p.cerfa #> '{organismeFormation,denomination}',
           'typeContrat', p.cerfa #> '{contrat,typeContratApp}',
           'debut', p.cerfa #> '{contrat,dateDebutContrat}', 'fin', p.cerfa #> '{contrat,dateFinContrat}'))
  FROM depot p
 WHERE p.numero_interne = d.numero_interne AND d.affichage IS NULL;
