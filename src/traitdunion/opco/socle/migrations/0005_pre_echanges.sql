-- Editors: several secrets, handed over once, softwares, calls. Contact requests and their threads.

-- A secret may be rolled with an overlap: the former one keeps working for some days.
CREATE TABLE secret_editeur (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    editeur    bigint NOT NULL REFERENCES editeur,
    empreinte  bytea NOT NULL UNIQUE,      -- keyed hash
    cree_le    timestamptz NOT NULL,
    expire_le  timestamptz,                -- null until a newer one takes over
    revoque_le timestamptz
);
CREATE INDEX secret_editeur_editeur ON secret_editeur (editeur);
INSERT INTO secret_editeur (editeur, empreinte, cree_le) SELECT id, secret_empreinte, cree_le FROM editeur;
-- The release before reads it still; 0009 drops it.
ALTER TABLE editeur ALTER COLUMN secret_empreinte DROP NOT NULL;

-- A secret to be read once through a link: encrypted until then, forgotten afterwards.
CREATE TABLE remise_secret (
    empreinte bytea PRIMARY KEY,           -- SHA-256 of the link's token
    editeur   bigint NOT NULL REFERENCES editeur,
    chiffre   bytea,
    cree_le   timestamptz NOT NULL,
    expire_le timestamptz NOT NULL,
    lue_le    timestamptz
);
CREATE INDEX remise_secret_expire ON remise_secret (expire_le);

CREATE TABLE logiciel (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    editeur  bigint NOT NULL REFERENCES editeur,
    nom      text NOT NULL,
    pret     boolean NOT NULL DEFAULT false, -- the norm is developed, tried, and confirmed by the editor
    cree_le  timestamptz NOT NULL,
    UNIQUE (editeur, nom)
);

-- Recent calls of the norm, for the editor's eyes: no body, no name, no address.
CREATE TABLE appel (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    survenu_le timestamptz NOT NULL,
    editeur    bigint NOT NULL,
    siren      text NOT NULL,
    route      text NOT NULL,
    statut     smallint NOT NULL,
    codes      text[] NOT NULL,
    requete    text NOT NULL
);
CREATE INDEX appel_editeur ON appel (editeur, id);
CREATE INDEX appel_survenu ON appel (survenu_le);

CREATE TABLE demande (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    siren       text NOT NULL CHECK (siren ~ '^[0-9]{9}$'),
    type        text NOT NULL,
    sujet       text NOT NULL,
    etat        text NOT NULL CHECK (etat IN ('OUVERTE', 'EN_COURS', 'REPONDUE', 'CLOSE')),
    compte      bigint NOT NULL REFERENCES compte,
    contacts    jsonb,                     -- business and technical contacts of an accrochage
    editeur     bigint REFERENCES editeur, -- whose software it is about, once known
    possible_le timestamptz,               -- « l'accrochage est possible », said by that editor
    cree_le     timestamptz NOT NULL,
    maj_le      timestamptz NOT NULL
);
CREATE INDEX demande_siren ON demande (siren, id);
CREATE INDEX demande_a_traiter ON demande (maj_le, id) WHERE etat IN ('OUVERTE', 'EN_COURS');
CREATE INDEX demande_editeur ON demande (editeur) WHERE editeur IS NOT NULL;

CREATE TABLE message_demande (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    demande  bigint NOT NULL REFERENCES demande,
    compte   bigint NOT NULL REFERENCES compte,
    opco     boolean NOT NULL,             -- whose side wrote it
    texte    text NOT NULL,
    document bigint REFERENCES document,
    ecrit_le timestamptz NOT NULL
);
CREATE INDEX message_demande_fil ON message_demande (demande, id);

-- The last warning given before the end of a key, in days: each is given once.
ALTER TABLE cle_api ADD COLUMN avertie_jours smallint;
