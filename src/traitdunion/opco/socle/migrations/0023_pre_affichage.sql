-- What the lists show of a form, beside what they sort and search by: a page of a list reads no body (ADR 0021).
-- Nullable: the release before does not write it.
ALTER TABLE dossier ADD COLUMN affichage jsonb;
