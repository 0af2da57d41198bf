-- The few comments of the lists of states, so that these lists read indexes and not the table (ADR 0019). A deposit has
-- no comment: it writes nothing here.
CREATE INDEX dossier_commente ON dossier (siren, numero_interne) WHERE commentaire_etat IS NOT NULL;
