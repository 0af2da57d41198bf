-- What is to be deposited with the State, and what became of it. The reference is ours: read back by it before any
-- second try, so that a lost answer never deposits twice.
CREATE TABLE deca_depot (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    numero_interne bigint NOT NULL REFERENCES dossier,
    nature         text NOT NULL CHECK (nature IN ('CONTRAT', 'AVENANT', 'REFUS')),
    etat           text NOT NULL DEFAULT 'A_DEPOSER' CHECK (etat IN ('A_DEPOSER', 'EN_COURS', 'DEPOSE', 'NON_DEPOSABLE')),
    tentatives     integer NOT NULL DEFAULT 0,
    pas_avant      timestamptz NOT NULL,   -- not tried before: a delay, or the lease of the try under way
    message        text,                   -- what went wrong last, or the reason of the State
    numero_deca    text,
    no_avenant     text,
    cree_le        timestamptz NOT NULL,
    maj_le         timestamptz NOT NULL,
    UNIQUE (numero_interne, nature)
);
CREATE UNIQUE INDEX deca_depot_numero ON deca_depot (numero_deca, coalesce(no_avenant, ''));
CREATE INDEX deca_depot_a_faire ON deca_depot (pas_avant, id) WHERE etat IN ('A_DEPOSER', 'EN_COURS');
