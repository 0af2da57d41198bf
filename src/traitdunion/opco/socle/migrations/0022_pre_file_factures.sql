-- The queue of invoices reads what waits, and that only. The state of an invoice does not say it: accepted to the last
-- line it is still « en cours », and paid in part it may still have a line to be decided.
CREATE INDEX ligne_facture_a_traiter ON ligne_facture (facture) WHERE etat IN ('A_COMPLETER', 'EN_INSTRUCTION');
DROP INDEX facture_a_traiter;
-- Staff look an invoice up by the number that the CFA gave it.
CREATE INDEX facture_par_numero ON facture (numero, numero_interne);
