-- Reference data: each import of a file is a version, and each row belongs to its version, so that an old contract is
-- judged by the values of its day and a bad import is undone whole. Rows are never changed: a correction is a version.

CREATE TABLE referentiel_version (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    nature            text NOT NULL CHECK (nature IN ('rncp', 'diplomes', 'cfa', 'idcc', 'idcc_opco', 'naf', 'npec')),
    valable_du        date NOT NULL,
    sha256            bytea NOT NULL CHECK (length(sha256) = 32),
    fichier           text NOT NULL,
    lignes_acceptees  integer NOT NULL,
    lignes_rejetees   integer NOT NULL,
    rapport           jsonb NOT NULL,          -- row by row: line, column, what is wrong
    importe_par       text NOT NULL,
    importe_le        timestamptz NOT NULL,
    annule_par        text,
    annule_le         timestamptz,
    CHECK ((annule_le IS NULL) = (annule_par IS NULL))
);
-- One file, one version; it may come back once cancelled.
CREATE UNIQUE INDEX referentiel_version_fichier ON referentiel_version (nature, sha256) WHERE annule_le IS NULL;

-- The kit apprentissage: pairs of a code diplôme and a certification. rncp is null where the kit says « NR ».
CREATE TABLE referentiel_rncp (
    version          bigint NOT NULL REFERENCES referentiel_version,
    rncp             text,
    code_diplome     text NOT NULL,
    intitule         text NOT NULL,
    intitule_diplome text NOT NULL,
    niveau           smallint,
    abrege           text NOT NULL,
    apprentissage    boolean,
    echeance         date,
    active           boolean,
    remplacee_par    text[] NOT NULL
);
CREATE INDEX referentiel_rncp_version ON referentiel_rncp (version);

CREATE TABLE referentiel_diplome (
    version   bigint NOT NULL REFERENCES referentiel_version,
    code      text NOT NULL,
    intitule  text NOT NULL,
    niveau    smallint,
    ouvert_le date,
    ferme_le  date,
    PRIMARY KEY (version, code)
);

CREATE TABLE referentiel_cfa (
    version      bigint NOT NULL REFERENCES referentiel_version,
    uai          text NOT NULL,
    siret        text,                     -- some are published without
    denomination text NOT NULL,
    commune      text NOT NULL,
    ouvert_le    date,
    ferme_le     date,
    PRIMARY KEY (version, uai)
);

CREATE TABLE referentiel_idcc (
    version bigint NOT NULL REFERENCES referentiel_version,
    idcc    text NOT NULL,
    libelle text NOT NULL,
    etat    text NOT NULL,                 -- as published: VIGUEUR_ETEN|ABROGE…
    PRIMARY KEY (version, idcc)
);

CREATE TABLE referentiel_idcc_opco (
    version bigint NOT NULL REFERENCES referentiel_version,
    idcc    text NOT NULL,
    opco    text NOT NULL,
    PRIMARY KEY (version, idcc)
);

CREATE TABLE referentiel_naf (
    version bigint NOT NULL REFERENCES referentiel_version,
    code    text NOT NULL,
    libelle text NOT NULL,
    PRIMARY KEY (version, code)
);

-- Hundreds of branches share most amounts of a certification: one row for all the CPNE of one amount keeps the whole
-- workbook (some 800,000 cells) small enough to be held in memory.
CREATE TABLE referentiel_npec (
    version       bigint NOT NULL REFERENCES referentiel_version,
    rncp          text NOT NULL,
    montant       integer NOT NULL CHECK (montant > 0),  -- euro cents a year
    statut        text NOT NULL,
    applicable_du date NOT NULL,
    cpnes         integer[] NOT NULL
);
CREATE INDEX referentiel_npec_version ON referentiel_npec (version);

CREATE TABLE referentiel_cpne (
    version bigint NOT NULL REFERENCES referentiel_version,
    cpne    integer NOT NULL,
    libelle text NOT NULL,
    idccs   text[] NOT NULL,
    PRIMARY KEY (version, cpne)
);

-- What was in force on a day stays known: the server may cancel a version, and change nothing else.
REVOKE UPDATE, DELETE, TRUNCATE ON referentiel_version, referentiel_rncp, referentiel_diplome, referentiel_cfa,
    referentiel_idcc, referentiel_idcc_opco, referentiel_naf, referentiel_npec, referentiel_cpne FROM traitdunion_service;
GRANT UPDATE (annule_par, annule_le) ON referentiel_version TO traitdunion_service;
