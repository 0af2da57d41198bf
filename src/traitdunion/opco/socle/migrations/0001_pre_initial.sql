-- The first schema. Wire nouns, one table per thing; every act on a dossier leaves a row in evenement.

CREATE TABLE organisation (
    siren        text PRIMARY KEY CHECK (siren ~ '^[0-9]{9}$'),
    denomination text NOT NULL,
    cree_le      timestamptz NOT NULL
);

CREATE TABLE etablissement (
    siret        text PRIMARY KEY CHECK (siret ~ '^[0-9]{14}$'),
    siren        text NOT NULL REFERENCES organisation CHECK (siren = left(siret, 9)),
    denomination text NOT NULL,
    uai          text,
    siege        boolean NOT NULL DEFAULT false,
    cree_le      timestamptz NOT NULL
);
CREATE UNIQUE INDEX etablissement_un_siege ON etablissement (siren) WHERE siege;

CREATE TABLE editeur (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    nom              text NOT NULL,
    client_id        text NOT NULL UNIQUE,
    secret_empreinte bytea NOT NULL,
    actif            boolean NOT NULL DEFAULT true,
    cree_le          timestamptz NOT NULL
);

-- Access tokens are opaque: 256 random bits, of which only the SHA-256 is kept.
CREATE TABLE jeton (
    empreinte bytea PRIMARY KEY,
    editeur   bigint NOT NULL REFERENCES editeur ON DELETE CASCADE,
    portee    text NOT NULL,
    cle_dpop  text,            -- JWK thumbprint, when the token is bound (RFC 9449)
    emis_le   timestamptz NOT NULL,
    expire_le timestamptz NOT NULL
);
CREATE INDEX jeton_expire ON jeton (expire_le);

-- DPoP proofs already seen (RFC 9449 §11.1), shared by the workers.
CREATE TABLE preuve_dpop (
    empreinte bytea PRIMARY KEY,
    expire_le timestamptz NOT NULL
);
CREATE INDEX preuve_dpop_expire ON preuve_dpop (expire_le);

-- The CFA's API keys: readable in MyA, hence encrypted and not only hashed; found by a keyed hash.
CREATE TABLE cle_api (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    siren                text NOT NULL REFERENCES organisation,
    prefixe              text NOT NULL,
    empreinte            bytea NOT NULL UNIQUE,
    chiffre              bytea NOT NULL,
    cree_le              timestamptz NOT NULL,
    expire_le            timestamptz NOT NULL,
    revoquee_le          timestamptz,
    motif_revocation     text,
    derniere_utilisation timestamptz,
    CHECK ((revoquee_le IS NULL) = (motif_revocation IS NULL))
);
CREATE INDEX cle_api_siren ON cle_api (siren);

CREATE TABLE accrochage (
    editeur     bigint NOT NULL REFERENCES editeur,
    siren       text NOT NULL REFERENCES organisation,
    etat        text NOT NULL CHECK (etat IN ('EN_ATTENTE', 'EFFECTIF', 'SUSPENDU')),
    ouvert_le   timestamptz NOT NULL,
    effectif_le timestamptz,
    suspendu_le timestamptz,
    suspendu_par text CHECK (suspendu_par IN ('OPCO', 'CFA')),
    motif       text,
    PRIMARY KEY (editeur, siren),
    CHECK ((etat = 'SUSPENDU') = (suspendu_le IS NOT NULL AND suspendu_par IS NOT NULL AND motif IS NOT NULL))
);

-- « CA- » and seven digits: the sequence never cycles, and a number lost to a crash shows in the gap report.
CREATE SEQUENCE dossier_numero MAXVALUE 9999999 NO CYCLE;

CREATE TABLE dossier (
    numero_interne   bigint PRIMARY KEY,   -- the external number is « CA- » and these digits
    siren            text NOT NULL REFERENCES organisation,
    editeur          bigint NOT NULL REFERENCES editeur,
    identite         bytea NOT NULL,       -- SHA-256 of the identity (norme.md §7)
    sha256_contenu   bytea NOT NULL,       -- SHA-256 of the canonical content
    etat             text NOT NULL DEFAULT 'TRANSMIS' CHECK (etat IN
        ('TRANSMIS', 'EN_COURS_INSTRUCTION', 'ENGAGE', 'REFUSE', 'ANNULE', 'RUPTURE', 'SOLDE')),
    commentaire_etat text,
    numero_deca      text,
    precedent        bigint REFERENCES dossier,  -- the refused or cancelled dossier of the same identity
    nir_empreinte    bytea,                -- keyed hash, for look-up only
    depose_le        timestamptz NOT NULL
);
-- A refused or cancelled dossier frees its identity.
CREATE UNIQUE INDEX dossier_identite_vivante ON dossier (identite) WHERE etat NOT IN ('REFUSE', 'ANNULE');
CREATE INDEX dossier_identite_liberee ON dossier (identite) WHERE etat IN ('REFUSE', 'ANNULE');
CREATE INDEX dossier_siren ON dossier (siren, numero_interne);
CREATE INDEX dossier_nir ON dossier (nir_empreinte) WHERE nir_empreinte IS NOT NULL;

-- Apart from dossier, so that lists of states read slim rows.
CREATE TABLE depot (
    numero_interne bigint PRIMARY KEY REFERENCES dossier,
    corps_chiffre  bytea NOT NULL,         -- the body as received: AES-256-GCM, AAD = identite and depose_le
    sha256_recu    bytea NOT NULL,         -- SHA-256 of these bytes, in clear
    cerfa          jsonb NOT NULL          -- searchable copy without nir, handicap, droitsRqth*
);
ALTER TABLE depot ALTER COLUMN corps_chiffre SET STORAGE EXTERNAL;  -- ciphertext does not compress

CREATE TABLE document (
    numero_interne bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    siren          text NOT NULL REFERENCES organisation,
    type_fichier   text NOT NULL,
    version        integer NOT NULL DEFAULT 1,
    nom_fichier    text NOT NULL,          -- metadata only, never part of a path
    type_contenu   text NOT NULL,
    taille_octets  bigint NOT NULL,
    cle_objet      text NOT NULL UNIQUE,   -- key in the object store
    sha256_fichier bytea NOT NULL,
    sha256_recu    bytea NOT NULL,         -- of the JSON part, as received
    sha256_contenu bytea NOT NULL,         -- of its canonical form
    corps_chiffre  bytea NOT NULL,         -- the JSON part as received: AES-256-GCM
    verdict        text NOT NULL CHECK (verdict IN ('NON_CONFIGUREE', 'EN_ANALYSE', 'SAIN', 'QUARANTAINE')),
    depose_le      timestamptz NOT NULL,
    UNIQUE (siren, type_fichier, sha256_contenu, sha256_fichier)
);

CREATE TABLE document_objet (
    document   bigint NOT NULL REFERENCES document,
    type_objet text NOT NULL CHECK (type_objet IN ('DOSSIER_APPRENTISSAGE', 'FACTURE')),
    id_objet   bigint NOT NULL,
    PRIMARY KEY (type_objet, id_objet, document)
);

-- Append-only: what happened, to what, by whom. The feed's cursor is (transaction, id), and the version of a SIREN's
-- dossiers is read from its end: no counter to update, hence no row that every deposit of a CFA would wait for.
CREATE TABLE evenement (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction    xid8 NOT NULL DEFAULT pg_current_xact_id(),
    siren          text NOT NULL,
    objet          text NOT NULL,
    numero_interne bigint NOT NULL,
    type           text NOT NULL,
    acteur         text NOT NULL,
    survenu_le     timestamptz NOT NULL,
    donnees        jsonb
);
CREATE INDEX evenement_fil ON evenement (siren, transaction, id);

CREATE TABLE idempotence (
    editeur  bigint NOT NULL,
    siren    text NOT NULL,
    route    text NOT NULL,
    cle      bytea NOT NULL,               -- SHA-256 of the header
    contenu  bytea NOT NULL,               -- SHA-256 of what was sent
    reponse  bytea,                        -- null while the first call runs
    prise_le timestamptz NOT NULL,
    PRIMARY KEY (editeur, siren, route, cle)
);
CREATE INDEX idempotence_prise ON idempotence (prise_le);
