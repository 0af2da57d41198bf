-- What is to be deposited with the State (contract, avenant) or reported to it (refusal, D6224-4), and what became of it.
-- A row is born in the transaction of the OPCO's act; a job of the same transaction takes it from there.
CREATE TABLE deca_depot (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    numero_interne bigint NOT NULL REFERENCES dossier,
    nature         text NOT NULL CHECK (nature IN ('CONTRAT', 'AVENANT', 'REFUS')),
    reference      text NOT NULL UNIQUE,   -- ours: the State deposits it once, and tells us by it what it knows
    etat           text NOT NULL DEFAULT 'A_DEPOSER'
                   CHECK (etat IN ('A_DEPOSER', 'EN_COURS', 'DEPOSE', 'NON_DEPOSABLE', 'EN_ECHEC')),
    tentatives     integer NOT NULL DEFAULT 0, -- since the row was written, or since « Relancer »
    -- Not tried before: the delay after a failure, or the end of the lease. Null: nothing more is tried by itself.
    -- On a row DEPOSE: when to read it back once more (see opco.deca.service).
    prochaine_le   timestamptz,
    bail_le        timestamptz,            -- until when the try under way holds the row; it outlives a killed worker
    -- The first time that something may have left the house: committed before the call, so that whoever takes the row
    -- again, after a crash or a lost answer, reads back before it deposits.
    parti_le       timestamptz,
    message        text,                   -- what went wrong last, in French, for the staff
    motifs         text[] NOT NULL DEFAULT '{}', -- of a refusal: the OPCO's grounds, R01 to R09
    texte          text,                   -- of a refusal: the OPCO's reason
    motif_etat     text,                   -- why the State does not deposit (libelleMotifNonDepot)
    commentaire    text,                   -- and what it adds (commentaireMotifNonDepot)
    numero_deca    text,
    no_avenant     text,
    -- What a person must look at, even on a row DEPOSE: two numbers for one reference, a number of a wrong form…
    alerte         text,
    alerte_le      timestamptz,
    cree_le        timestamptz NOT NULL,
    maj_le         timestamptz NOT NULL,
    depose_le      timestamptz,
    UNIQUE (numero_interne, nature),
    CHECK ((etat = 'DEPOSE') = (depose_le IS NOT NULL)),
    CHECK (numero_deca IS NULL OR etat = 'DEPOSE'),
    CHECK (no_avenant IS NULL OR numero_deca IS NOT NULL),
    CHECK ((alerte IS NULL) = (alerte_le IS NULL))
);
-- (numeroDeca, noAvenant) names one deposit (regles.md §3.1); a contract has no avenant number, and is one all the same.
CREATE UNIQUE INDEX deca_depot_numero ON deca_depot (numero_deca, coalesce(no_avenant, ''))
 WHERE numero_deca IS NOT NULL;
-- The sweep reads what is due, the staff what does not advance: neither pays for what is done.
CREATE INDEX deca_depot_a_faire ON deca_depot (prochaine_le, id) WHERE prochaine_le IS NOT NULL;
CREATE INDEX deca_depot_a_voir ON deca_depot (maj_le, id)
 WHERE etat IN ('NON_DEPOSABLE', 'EN_ECHEC') OR alerte IS NOT NULL;
