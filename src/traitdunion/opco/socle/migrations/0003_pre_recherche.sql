-- « Mes Dossiers »: what lists, searches and histories read (ADR 0015). Nullable: the release before does not write them.
ALTER TABLE dossier
    ADD COLUMN siret_employeur text,
    -- « nom prénom usage / employeur », folded by the code; its order is that of bytes, whatever the server's locale.
    ADD COLUMN cle_recherche text COLLATE "C";

-- Takes the place of dossier_siren: the same entries, with all that a list filters, counts and sorts by. A CFA's lists
-- are read from its own entries of this index and from no row but those of the page shown.
CREATE INDEX dossier_apercu ON dossier (siren, numero_interne)
    INCLUDE (etat, depose_le, cle_recherche, siret_employeur, numero_deca);
DROP INDEX dossier_siren;
CREATE INDEX dossier_employeur ON dossier (siret_employeur, numero_interne);

-- The history of one dossier. Its deposit is told by its own row: a deposit writes nothing here.
CREATE INDEX evenement_dossier ON evenement (numero_interne, id) WHERE objet = 'DOSSIER' AND type <> 'DOSSIER_DEPOSE';
-- From a document to what it is attached to.
CREATE INDEX document_objet_document ON document_objet (document);
-- Free for deposits: nobody has a DECA number when it is deposited.
CREATE INDEX IF NOT EXISTS dossier_deca ON dossier (numero_deca) WHERE numero_deca IS NOT NULL;
