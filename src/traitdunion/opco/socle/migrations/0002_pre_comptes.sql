-- People, their sessions, and what they did (fiabilite.md §4).

-- One account is one person in one role. The CFA's people belong to establishments of a SIREN, the employer's to its
-- own, the editor's to an editor, the OPCO's to nothing else.
CREATE TABLE compte (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    utilisateur          text NOT NULL UNIQUE CHECK (utilisateur = lower(utilisateur)),
    nom                  text NOT NULL,
    prenom               text NOT NULL,
    courriel             text NOT NULL,
    role                 text NOT NULL CHECK (role IN
        ('CFA_ADMINISTRATEUR', 'CFA_GESTIONNAIRE', 'CFA_LECTEUR', 'EMPLOYEUR', 'EDITEUR',
         'OPCO_GESTIONNAIRE', 'OPCO_COMPTABLE', 'OPCO_ADMINISTRATEUR')),
    siren                text CHECK (siren ~ '^[0-9]{9}$'),
    editeur              bigint REFERENCES editeur,
    mot_de_passe         text,             -- argon2id; null until the first connection
    totp_chiffre         bytea,            -- secret of the second factor: AES-256-GCM, AAD = id
    totp_confirme_le     timestamptz,      -- null while its first code has not been shown
    totp_dernier_pas     bigint,           -- a code works once (RFC 6238 §5.2)
    actif                boolean NOT NULL DEFAULT true,
    cree_le              timestamptz NOT NULL,
    derniere_connexion   timestamptz,
    CHECK ((siren IS NOT NULL) = (role LIKE 'CFA\_%' OR role = 'EMPLOYEUR')),
    CHECK ((editeur IS NOT NULL) = (role = 'EDITEUR'))
);
CREATE INDEX compte_siren ON compte (siren) WHERE siren IS NOT NULL;
CREATE INDEX compte_editeur ON compte (editeur) WHERE editeur IS NOT NULL;

CREATE TABLE compte_etablissement (
    compte bigint NOT NULL REFERENCES compte ON DELETE CASCADE,
    siret  text NOT NULL CHECK (siret ~ '^[0-9]{14}$'),
    PRIMARY KEY (compte, siret)
);

-- Only hashes of what opens something are kept: SHA-256 of 256 random bits.
CREATE TABLE session (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    empreinte  bytea NOT NULL UNIQUE,
    compte     bigint NOT NULL REFERENCES compte ON DELETE CASCADE,
    ouverte_le timestamptz NOT NULL,
    vue_le     timestamptz NOT NULL,
    expire_le  timestamptz NOT NULL,
    prouvee_le timestamptz NOT NULL,       -- when the password was last shown: what is grave asks for it anew
    complete   boolean NOT NULL,           -- false while the second factor has not been shown
    memorisee  boolean NOT NULL,
    agent      text NOT NULL               -- browser and system, for the person to know it again
);
CREATE INDEX session_compte ON session (compte);
CREATE INDEX session_expire ON session (expire_le);

CREATE TABLE lien_unique (
    empreinte  bytea PRIMARY KEY,
    compte     bigint NOT NULL REFERENCES compte ON DELETE CASCADE,
    expire_le  timestamptz NOT NULL,
    utilise_le timestamptz
);
CREATE INDEX lien_unique_compte ON lien_unique (compte);

CREATE TABLE code_secours (
    compte    bigint NOT NULL REFERENCES compte ON DELETE CASCADE,
    empreinte bytea NOT NULL,              -- keyed hash
    PRIMARY KEY (compte, empreinte)
);

-- Failed connections, by the keyed hash of a name, of a name and a place, or of a place.
CREATE TABLE essai_connexion (
    cle       bytea PRIMARY KEY,
    echecs    integer NOT NULL,
    dernier_le timestamptz NOT NULL
);
CREATE INDEX essai_connexion_dernier ON essai_connexion (dernier_le);

-- Who read or did what: append-only for the role under which the server works.
CREATE TABLE journal (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    survenu_le timestamptz NOT NULL,
    acteur     text NOT NULL,              -- « compte:12 », « editeur:3 », « commande »
    acte       text NOT NULL,
    siren      text,
    objet      text,
    donnees    jsonb                       -- never a NIR, an IBAN or a secret
);
CREATE INDEX journal_siren ON journal (siren, id) WHERE siren IS NOT NULL;
CREATE INDEX journal_acteur ON journal (acteur, id);

-- Mails to send: written with the act that they tell of, sent by the background worker.
CREATE TABLE courriel (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    destinataire text NOT NULL,
    modele       text NOT NULL,
    chiffre      bytea,                    -- what the model is filled with, which may hold a one-time link; null once sent
    cree_le      timestamptz NOT NULL,
    envoye_le    timestamptz
);
CREATE INDEX courriel_a_envoyer ON courriel (id) WHERE envoye_le IS NULL;
