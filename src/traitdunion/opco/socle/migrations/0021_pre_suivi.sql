-- « Mes Factures » of a CFA of any size: each list reads what it shows, and no more.

-- What is left to invoice of an échéance, beside its day of opening, so that one index finds what is open with something
-- left. It repeats the ledger (solde_poste, A_FACTURER) and is kept by these triggers alone, whoever moves first.
ALTER TABLE echeance ADD COLUMN reste bigint NOT NULL DEFAULT 0;

CREATE FUNCTION porter_reste() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE echeance SET reste = reste + NEW.montant - OLD.montant
     WHERE numero_interne = NEW.numero_interne AND numero = NEW.echeance;
    RETURN NULL;
END
$$;
CREATE TRIGGER solde_poste_reste AFTER UPDATE OF montant ON solde_poste FOR EACH ROW
    WHEN (NEW.poste = 'A_FACTURER' AND NEW.echeance > 0 AND NEW.montant <> OLD.montant) EXECUTE FUNCTION porter_reste();

CREATE FUNCTION reprendre_reste() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.reste := (SELECT coalesce(sum(montant), 0) FROM solde_poste
                   WHERE numero_interne = NEW.numero_interne AND poste = 'A_FACTURER' AND echeance = NEW.numero);
    RETURN NEW;
END
$$;
CREATE TRIGGER echeance_reste BEFORE INSERT ON echeance FOR EACH ROW EXECUTE FUNCTION reprendre_reste();

UPDATE echeance e SET reste = s.reste
  FROM (SELECT numero_interne, echeance, sum(montant) AS reste FROM solde_poste
         WHERE poste = 'A_FACTURER' AND montant <> 0 GROUP BY 1, 2) s
 WHERE e.numero_interne = s.numero_interne AND e.numero = s.echeance;

CREATE INDEX echeance_a_facturer ON echeance (siren, ouverture, numero_interne, numero) INCLUDE (reste) WHERE reste > 0;
CREATE INDEX solde_poste_frais ON solde_poste (siren, numero_interne)
    WHERE poste = 'A_FACTURER' AND echeance = 0 AND montant > 0;

-- The lines of a SIREN by what becomes of them. A line without a last day comes after those that have one.
CREATE INDEX ligne_facture_attendue ON ligne_facture (siren, coalesce(jusqu_au, 'infinity'::date), id) INCLUDE (montant)
    WHERE etat = 'A_COMPLETER';
CREATE INDEX ligne_facture_en_cours ON ligne_facture (siren, id) INCLUDE (montant)
    WHERE etat IN ('EN_INSTRUCTION', 'ACCEPTEE', 'ORDONNEE');
CREATE INDEX ligne_facture_reglee ON ligne_facture (siren, traite_le, id) INCLUDE (montant) WHERE etat = 'REGLEE';
CREATE INDEX ligne_facture_rejetee ON ligne_facture (siren, traite_le, id) INCLUDE (facture, montant)
    WHERE etat IN ('REJETEE', 'FORCLOSE');
CREATE INDEX facture_numero ON facture (siren, numero text_pattern_ops);
