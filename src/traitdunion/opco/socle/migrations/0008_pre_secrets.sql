-- What an editor sees of its secrets, and which of them waits behind a link that nobody has opened.
ALTER TABLE secret_editeur
    ADD COLUMN prefixe text,                     -- what may be shown of it; null for those given before
    ADD COLUMN derniere_utilisation timestamptz; -- to the hour
ALTER TABLE remise_secret ADD COLUMN secret bigint REFERENCES secret_editeur;
CREATE INDEX remise_secret_editeur ON remise_secret (editeur);

-- The filters of the list of calls, each without going through the calls that it leaves out.
CREATE INDEX appel_cfa ON appel (editeur, siren, id);
CREATE INDEX appel_refus ON appel (editeur, (statut / 100), id) WHERE statut >= 400;
