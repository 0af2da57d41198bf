-- Invoices and credit notes: what the CFA asks for, line by line. Amounts are cents; those of a credit note are negative.
-- What becomes of each amount stands in the ledger (0017); the state of a line is the step that staff and the bank see.
CREATE TABLE facture (
    numero_interne bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    siren          text NOT NULL REFERENCES organisation,
    rang           bigint NOT NULL,     -- its place among those of this SIREN and genre, from 1, without gap: pages
    genre          text NOT NULL CHECK (genre IN ('FACTURE', 'AVOIR')),
    siret_emetteur text NOT NULL,
    numero         text NOT NULL,       -- the CFA's own
    origine        bigint REFERENCES facture,  -- the invoice that a credit note corrects
    date_emission  date NOT NULL,
    montant        bigint NOT NULL,
    est_certificat boolean NOT NULL DEFAULT false,
    iban_chiffre   bytea NOT NULL,      -- AES-256-GCM, AAD = siren: where it asks to be paid
    etat           text NOT NULL CHECK (etat IN ('TRANSMIS', 'EN_COURS_INSTRUCTION', 'REJETE', 'REGLE_PARTIEL', 'REGLE',
                                                 'ANNULE')),
    document       bigint NOT NULL REFERENCES document,
    sha256_contenu bytea NOT NULL,
    sha256_fichier bytea NOT NULL,
    avertissements jsonb NOT NULL DEFAULT '[]',
    depose_par     text NOT NULL,
    depose_le      timestamptz NOT NULL,
    version        integer NOT NULL DEFAULT 1, -- moves at each act: two people who decide at once cannot both win
    UNIQUE (siret_emetteur, numero),    -- one series for invoices and credit notes (norme.md §7)
    UNIQUE (siren, genre, rang),
    CHECK ((genre = 'AVOIR') = (origine IS NOT NULL)),
    CHECK (CASE genre WHEN 'AVOIR' THEN montant < 0 ELSE montant > 0 END)
);
CREATE INDEX facture_a_traiter ON facture (depose_le, numero_interne) WHERE etat IN ('TRANSMIS', 'EN_COURS_INSTRUCTION');
CREATE INDEX facture_origine ON facture (origine) WHERE origine IS NOT NULL;
CREATE INDEX facture_document ON facture (document);

-- How many invoices a SIREN has: the next rang, and the total of the pages.
CREATE TABLE compteur_facture (
    siren  text NOT NULL REFERENCES organisation,
    genre  text NOT NULL,
    nombre bigint NOT NULL,
    PRIMARY KEY (siren, genre)
);

CREATE TABLE ligne_facture (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facture        bigint NOT NULL REFERENCES facture,
    siren          text NOT NULL,
    rang           integer NOT NULL,    -- of the line as sent, from 0; a line that was split has two rows
    nature_dite    text NOT NULL,       -- as sent
    nature         text NOT NULL,       -- as counted
    numero_interne bigint NOT NULL REFERENCES dossier,
    echeance       integer NOT NULL,    -- the échéance that it is invoiced with
    montant        bigint NOT NULL CHECK (montant <> 0),
    quantite       integer,
    etat           text NOT NULL CHECK (etat IN ('A_COMPLETER', 'EN_INSTRUCTION', 'ACCEPTEE', 'ORDONNEE', 'REGLEE',
                                                 'REJETEE', 'ANNULEE', 'FORCLOSE', 'A_RECOUVRER', 'IMPUTEE')),
    attend         text[] NOT NULL DEFAULT '{}', -- the proofs that are missing
    jusqu_au       date,                -- last day to receive them
    rappels        smallint NOT NULL DEFAULT 0, -- how many times the CFA was reminded of them
    motif          text,                -- why it was rejected: a code of norme.motifs
    commentaire    text,
    credite        bigint NOT NULL DEFAULT 0 CHECK (credite >= 0),  -- by credit notes
    ligne_origine  bigint REFERENCES ligne_facture,
    traite_par     text,
    traite_le      timestamptz,
    CHECK (credite <= greatest(montant, 0)),
    CHECK ((etat = 'A_COMPLETER') = (cardinality(attend) > 0))
);
CREATE INDEX ligne_facture_facture ON ligne_facture (facture, id);
CREATE INDEX ligne_facture_dossier ON ligne_facture (numero_interne, id);
CREATE INDEX ligne_facture_a_completer ON ligne_facture (jusqu_au, id) WHERE etat = 'A_COMPLETER';
CREATE INDEX ligne_facture_a_payer ON ligne_facture (siren, id) WHERE etat = 'ACCEPTEE';

-- Certificats de réalisation (norme.md §2.4): what proves that the training of an échéance took place.
CREATE TABLE certificat (
    numero_interne bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    siren          text NOT NULL,
    dossier        bigint NOT NULL REFERENCES dossier,
    facture        bigint REFERENCES facture,
    document       bigint NOT NULL UNIQUE REFERENCES document,
    type           text NOT NULL CHECK (type IN ('INTERMEDIAIRE', 'FINAL')),
    echeance       integer,
    debut          date,
    fin            date,
    duree_heures   integer,
    partielle      boolean NOT NULL DEFAULT false,
    depose_par     text NOT NULL,
    depose_le      timestamptz NOT NULL
);
CREATE INDEX certificat_dossier ON certificat (dossier, numero_interne);
