-- Instruction: one row per dossier whose file is complete or that staff have taken up. A deposit writes nothing here:
-- the row is born in the transaction of the piece that makes the file complete.
CREATE TABLE instruction (
    numero_interne bigint PRIMARY KEY REFERENCES dossier,
    file           text NOT NULL CHECK (file IN ('A_INSTRUIRE', 'ATTENTE_INFORMATION', 'DECIDE')),
    complet_le     timestamptz,         -- when the last document of D6224-1 came; null: not complete
    limite_le      date,                -- that day + 20: silence past it is a refusal (R6224-3)
    alerte         smallint NOT NULL DEFAULT 0, -- the last day (15, 18) at which the staff were warned
    affecte_a      bigint REFERENCES compte,
    mandat_page    integer,             -- the page of the convention on which the mandate stands in a chapter of its own
    mandat_par     bigint REFERENCES compte,
    mandat_le      timestamptz,
    nouveau_contrat date,               -- signature of the contract that follows this one, once granted (L6222-18-2)
    version        integer NOT NULL DEFAULT 1, -- moves at each act: two people who decide at once cannot both win
    maj_par        text NOT NULL,
    maj_le         timestamptz NOT NULL
);
CREATE INDEX instruction_file ON instruction (file, limite_le, numero_interne) WHERE file <> 'DECIDE';
CREATE INDEX instruction_affecte ON instruction (affecte_a, limite_le, numero_interne) WHERE file <> 'DECIDE';

-- A request for information: typed grounds, what is expected, until when. One open at a time.
CREATE TABLE demande_information (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    numero_interne bigint NOT NULL REFERENCES dossier,
    siren          text NOT NULL,
    motifs         text[] NOT NULL,
    texte          text NOT NULL,
    pieces         text[] NOT NULL,     -- the typeFichier expected
    limite_le      date NOT NULL,
    posee_par      text NOT NULL,
    posee_le       timestamptz NOT NULL,
    reponse        text,
    repondue_par   text,
    repondue_le    timestamptz,         -- answered, or closed by a decision
    CHECK ((repondue_par IS NULL) = (repondue_le IS NULL))
);
CREATE UNIQUE INDEX demande_information_ouverte ON demande_information (numero_interne) WHERE repondue_le IS NULL;
CREATE INDEX demande_information_dossier ON demande_information (numero_interne, id);
CREATE INDEX demande_information_siren ON demande_information (siren, limite_le) WHERE repondue_le IS NULL;

-- What was decided, by whom and why: never altered.
CREATE TABLE decision (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    numero_interne bigint NOT NULL REFERENCES dossier,
    sens           text NOT NULL,
    motifs         text[] NOT NULL DEFAULT '{}',
    texte          text,
    par            text NOT NULL,
    le             timestamptz NOT NULL
);
CREATE INDEX decision_dossier ON decision (numero_interne, id);
REVOKE UPDATE, DELETE ON decision FROM traitdunion_service;

-- A break declared by the CFA or noted by staff; confirmed or set aside by staff (norme.md §2.6).
CREATE TABLE rupture (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    numero_interne bigint NOT NULL REFERENCES dossier,
    siren          text NOT NULL,
    dernier_jour   date NOT NULL,
    notifiee_le    date NOT NULL,
    probatoire     boolean NOT NULL,    -- within the first 45 days in company
    motif          text NOT NULL,
    maintien       boolean NOT NULL DEFAULT false,
    commentaire    text,
    declaree_par   text NOT NULL,
    declaree_le    timestamptz NOT NULL,
    issue          text CHECK (issue IN ('CONFIRMEE', 'ECARTEE', 'REMPLACEE')),
    issue_par      text,
    issue_le       timestamptz,
    issue_texte    text
);
CREATE UNIQUE INDEX rupture_ouverte ON rupture (numero_interne) WHERE issue IS NULL;
CREATE INDEX rupture_dossier ON rupture (numero_interne, id);
CREATE INDEX rupture_a_confirmer ON rupture (id) WHERE issue IS NULL;

-- What the OPCO engages: each version whole, with the values it was computed with and every reason. Never altered.
CREATE TABLE engagement (
    numero_interne bigint NOT NULL REFERENCES dossier,
    version        integer NOT NULL,
    origine        text NOT NULL CHECK (origine IN ('ACCORD', 'AVENANT', 'RUPTURE', 'REGULARISATION')),
    calcul_chiffre bytea NOT NULL,      -- opco.financement.calcul.Engagement: it tells of RQTH, hence encrypted
    regles         jsonb NOT NULL,      -- norme.parametres.ReglesFinancement, as they were that day
    frais          jsonb NOT NULL,      -- engagementsFraisAnnexe, in cents
    montant        bigint NOT NULL,     -- cents
    trop_percu     bigint NOT NULL DEFAULT 0,
    forclusion     date,
    par            text NOT NULL,
    le             timestamptz NOT NULL,
    PRIMARY KEY (numero_interne, version)
);
REVOKE UPDATE, DELETE ON engagement FROM traitdunion_service;

-- The échéancier in force, in cents. A revision replaces those to come; those already opened keep number and amount.
CREATE TABLE echeance (
    numero_interne bigint NOT NULL REFERENCES dossier,
    numero         integer NOT NULL,
    siren          text NOT NULL,
    codification   text NOT NULL,
    ouverture      date NOT NULL,
    debut          date NOT NULL,
    fin            date NOT NULL,
    pedagogie      bigint NOT NULL,
    rqth           bigint NOT NULL,
    participation  bigint NOT NULL,
    conditions     text[] NOT NULL DEFAULT '{}',
    siret_cfa      text NOT NULL,
    PRIMARY KEY (numero_interne, numero)
);
CREATE INDEX echeance_ouverture ON echeance (siren, ouverture);

-- The back-office finds a dossier of any CFA by the beginning of a name.
CREATE INDEX dossier_nom ON dossier (cle_recherche, numero_interne);
