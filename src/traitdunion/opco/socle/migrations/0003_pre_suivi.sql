-- What people look for in the portals: a dossier by the apprentice's name, by the employer, and its history.

-- One spelling for the ways of writing a name: without accents, spaces, hyphens nor apostrophes, in capitals.
CREATE FUNCTION cle_de_nom(nom text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN upper(regexp_replace(normalize(nom, NFD), '[\u0300-\u036f\s''’-]', '', 'g'));

-- The SIRET of the CFA begins with the SIREN of the dossier (SIRET_HORS_SIREN): the copy is enough to search one CFA's.
CREATE INDEX depot_apprenti ON depot (
    (left(cerfa -> 'organismeFormation' ->> 'siret', 9)),
    (cle_de_nom(cerfa -> 'apprenti' ->> 'nom')) text_pattern_ops,
    numero_interne
);
CREATE INDEX depot_employeur ON depot ((cerfa -> 'employeur' ->> 'siret'), numero_interne);
CREATE INDEX dossier_deca ON dossier (numero_deca) WHERE numero_deca IS NOT NULL;
CREATE INDEX evenement_objet ON evenement (numero_interne, id) WHERE objet = 'DOSSIER';
