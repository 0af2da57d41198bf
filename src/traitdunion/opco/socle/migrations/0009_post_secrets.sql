-- No running server reads the single secret of an editor any more: they are in secret_editeur (0005).
ALTER TABLE editeur DROP COLUMN secret_empreinte;
