-- Milestones of the lists of states, so that a page and the total cost the same whatever a CFA's size (ADR 0017).
-- A deposit writes nothing here: the worker places them, from the dossiers that are final.
CREATE TABLE jalon (
    siren          text NOT NULL REFERENCES organisation,
    rang           bigint NOT NULL,  -- how many dossiers this SIREN has up to this one, itself included
    numero_interne bigint NOT NULL REFERENCES dossier,
    PRIMARY KEY (siren, rang)
);
-- The last number that was looked at; every number up to it is a dossier's, or nobody's for ever.
CREATE TABLE jalon_borne (
    seule  boolean PRIMARY KEY DEFAULT true CHECK (seule),
    numero bigint NOT NULL
);
INSERT INTO jalon_borne (numero) VALUES (0);
