-- What a CFA says of itself: whom to call, and what the OPCO must validate before it changes.

CREATE TABLE contact (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    siren     text NOT NULL REFERENCES organisation,
    nom       text NOT NULL,
    fonction  text NOT NULL,
    telephone text NOT NULL,
    courriel  text NOT NULL,
    cree_le   timestamptz NOT NULL
);
CREATE INDEX contact_siren ON contact (siren);

-- Where invoices are paid. The IBAN is encrypted; what is shown of it stands apart.
CREATE TABLE coordonnees_bancaires (
    siren     text PRIMARY KEY REFERENCES organisation,
    titulaire text NOT NULL,
    chiffre   bytea NOT NULL,              -- AES-256-GCM, AAD = siren
    fin       text NOT NULL CHECK (length(fin) = 4),
    depuis_le timestamptz NOT NULL
);

CREATE TABLE modification (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    siren         text NOT NULL REFERENCES organisation,
    type          text NOT NULL CHECK (type IN ('DENOMINATION', 'SIRET', 'IBAN')),
    etat          text NOT NULL DEFAULT 'EN_ATTENTE' CHECK (etat IN ('EN_ATTENTE', 'APPROUVEE', 'ACCEPTEE', 'REFUSEE',
                                                                       'RETIREE')),
    chiffre       bytea,                   -- what is asked for: encrypted, AAD = siren and type; null once it is over
    apercu        text NOT NULL,           -- what may be shown of it
    justification text NOT NULL,
    demandee_par  bigint NOT NULL REFERENCES compte,
    demandee_le   timestamptz NOT NULL,
    approuvee_par bigint REFERENCES compte,
    tranchee_par  bigint REFERENCES compte,
    tranchee_le   timestamptz,
    motif         text,
    CHECK (approuvee_par IS DISTINCT FROM tranchee_par OR etat <> 'ACCEPTEE' OR type <> 'IBAN')
);
CREATE UNIQUE INDEX modification_une_par_type ON modification (siren, type) WHERE etat IN ('EN_ATTENTE', 'APPROUVEE');
CREATE INDEX modification_a_trancher ON modification (id) WHERE etat IN ('EN_ATTENTE', 'APPROUVEE');
CREATE INDEX modification_siren ON modification (siren, id);
