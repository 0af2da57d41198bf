-- Passkeys (WebAuthn): another second factor, which cannot be copied by a false site.
CREATE TABLE cle_acces (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    compte               bigint NOT NULL REFERENCES compte ON DELETE CASCADE,
    identifiant          bytea NOT NULL UNIQUE,
    cle_publique         bytea NOT NULL,
    compteur             bigint NOT NULL,
    nom                  text NOT NULL,
    cree_le              timestamptz NOT NULL,
    derniere_utilisation timestamptz
);
CREATE INDEX cle_acces_compte ON cle_acces (compte);

-- What the browser is asked to sign, for the session that asked for it; used once.
ALTER TABLE session ADD COLUMN defi bytea;
