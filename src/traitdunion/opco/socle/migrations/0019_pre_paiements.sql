-- Pay runs: one transfer per CFA and account, handed to the bank as one file; what the bank answers; what comes back.
CREATE TABLE lot_paiement (
    id             bigint PRIMARY KEY,    -- from lot_paiement_numero
    message        text NOT NULL UNIQUE,  -- MsgId of the pain.001
    execution_le   date NOT NULL,
    nombre         integer NOT NULL,
    montant        bigint NOT NULL,
    sha256_fichier bytea,                 -- of the pain.001: the same run always gives the same bytes
    fichier        bytea,                 -- the pain.001 encrypted (AES-256-GCM, AAD = message): it holds IBAN;
                                          -- null: everything was offset
    cree_par       text NOT NULL,
    cree_le        timestamptz NOT NULL,
    remis_le       timestamptz,           -- first time the file was taken to the bank
    annule_le      timestamptz,           -- before that only
    CHECK (remis_le IS NULL OR annule_le IS NULL)
);

CREATE TABLE virement (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lot           bigint NOT NULL REFERENCES lot_paiement,
    siren         text NOT NULL REFERENCES organisation,
    reference     text NOT NULL UNIQUE,   -- EndToEndId, and « référence du virement » for the CFA
    titulaire     text NOT NULL,
    iban_chiffre  bytea NOT NULL,         -- AAD = siren
    brut          bigint NOT NULL,        -- the lines it pays
    compense      bigint NOT NULL DEFAULT 0 CHECK (compense >= 0), -- kept against what is to be recovered
    montant       bigint NOT NULL CHECK (montant >= 0), -- what leaves the bank; 0: all was offset, no money moves
    etat          text NOT NULL CHECK (etat IN ('ORDONNE', 'REGLE', 'REJETE')),
    regle_le      date,
    reference_banque text,
    motif         text,
    version       integer NOT NULL DEFAULT 1,
    CHECK (montant = brut - compense),
    CHECK ((etat = 'REGLE') = (regle_le IS NOT NULL))
);
CREATE INDEX virement_lot ON virement (lot, id);
CREATE INDEX virement_siren ON virement (siren, id);
CREATE INDEX virement_ordonne ON virement (id) WHERE etat = 'ORDONNE';

CREATE TABLE virement_ligne (
    virement bigint NOT NULL REFERENCES virement,
    ligne    bigint NOT NULL REFERENCES ligne_facture,
    montant  bigint NOT NULL CHECK (montant >= 0),              -- what leaves the bank for it
    compense bigint NOT NULL DEFAULT 0 CHECK (compense >= 0),   -- what was paid of it by offset
    CHECK (montant + compense > 0),
    PRIMARY KEY (virement, ligne)
);
CREATE INDEX virement_ligne_ligne ON virement_ligne (ligne);

-- What a CFA gave back: by a transfer of its own, or kept from one of ours.
CREATE TABLE recouvrement (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    numero_interne bigint NOT NULL REFERENCES dossier,
    siren          text NOT NULL,
    montant        bigint NOT NULL CHECK (montant > 0),
    mode           text NOT NULL CHECK (mode IN ('REMBOURSEMENT', 'COMPENSATION')),
    virement       bigint REFERENCES virement,
    reference      text NOT NULL,
    le             date NOT NULL,
    par            text NOT NULL,
    saisi_le       timestamptz NOT NULL,
    CHECK ((mode = 'COMPENSATION') = (virement IS NOT NULL)),
    UNIQUE (numero_interne, reference)
);
CREATE INDEX recouvrement_dossier ON recouvrement (numero_interne, id);

-- Files of the bank already read: the same file twice changes nothing.
CREATE TABLE retour_banque (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256_fichier bytea NOT NULL UNIQUE,
    format         text NOT NULL,
    rapport        jsonb NOT NULL,
    importe_par    text NOT NULL,
    importe_le     timestamptz NOT NULL
);
CREATE SEQUENCE lot_paiement_numero;  -- taken before the row: the references of its transfers hold it
REVOKE UPDATE, DELETE ON recouvrement, retour_banque FROM traitdunion_service;
