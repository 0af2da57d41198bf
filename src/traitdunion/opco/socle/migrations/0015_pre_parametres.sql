-- The dated values that the OPCO sets over those of the product (norme.parametres): one row a decision.
-- A change adds a row; a withdrawal marks one. What was in force when an engagement was computed can always be told.

CREATE TABLE parametre (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cle           text NOT NULL,               -- the catalogue is code: a release may drop a key, its rows stay
    valable_du    date NOT NULL,               -- until the next value of the same key
    valeur        jsonb NOT NULL,              -- cents, percent, days, months; lists; a day as text
    source        text NOT NULL CHECK (source <> ''),  -- article or text: no value of the law without one
    commentaire   text NOT NULL,
    pose_par      text NOT NULL,
    pose_le       timestamptz NOT NULL,
    retire_par    text,
    retire_le     timestamptz,
    motif_retrait text,
    CHECK ((retire_le IS NULL) = (retire_par IS NULL) AND (retire_le IS NULL) = (motif_retrait IS NULL))
);
-- Two values of one parameter on one day would leave which is in force to chance.
CREATE UNIQUE INDEX parametre_un_par_jour ON parametre (cle, valable_du) WHERE retire_le IS NULL;

-- History is not rewritten: a row is withdrawn once, and nothing else of it changes.
REVOKE UPDATE, DELETE, TRUNCATE ON parametre FROM traitdunion_service;
GRANT UPDATE (retire_par, retire_le, motif_retrait) ON parametre TO traitdunion_service;
