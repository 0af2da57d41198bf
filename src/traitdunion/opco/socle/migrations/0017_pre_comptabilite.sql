-- The accounting ledger (ADR 0018): append-only, double entry, integer cents. One écriture is one fact of a dossier; its
-- movements sum to zero. The balances are kept by the trigger and by nothing else, and may not cross zero.
CREATE TABLE ecriture (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    numero_interne bigint NOT NULL REFERENCES dossier,
    siren          text NOT NULL,
    fait           text NOT NULL CHECK (fait IN ('ENGAGEMENT', 'FACTURE', 'REJET', 'ACCEPTATION', 'ORDRE', 'REGLEMENT',
                                                 'VIREMENT_REJETE', 'AVOIR', 'RECOUVREMENT', 'FORCLUSION')),
    piece          text NOT NULL,       -- what it comes from: « engagement 2 », « facture 12 », « virement 7 »
    par            text NOT NULL,
    le             timestamptz NOT NULL
);
CREATE INDEX ecriture_dossier ON ecriture (numero_interne, id);

CREATE TABLE mouvement (
    ecriture bigint NOT NULL REFERENCES ecriture,
    rang     integer NOT NULL,
    poste    text NOT NULL,
    echeance integer NOT NULL,          -- 0: frais annexes, engaged for the contract as a whole
    nature   text NOT NULL,
    ligne    bigint NOT NULL,           -- 0: no line of an invoice
    montant  bigint NOT NULL CHECK (montant <> 0),
    PRIMARY KEY (ecriture, rang)
);

CREATE TABLE solde_poste (
    numero_interne bigint NOT NULL REFERENCES dossier,
    poste          text NOT NULL,
    echeance       integer NOT NULL,
    nature         text NOT NULL,
    ligne          bigint NOT NULL,
    siren          text NOT NULL,
    montant        bigint NOT NULL,
    PRIMARY KEY (numero_interne, poste, echeance, nature, ligne),
    CHECK (CASE WHEN poste IN ('ENGAGE', 'INDU') THEN montant <= 0 ELSE montant >= 0 END)
);
-- What a CFA may invoice, what is to be paid, what is to be recovered: each reads only what is there.
CREATE INDEX solde_poste_vivant ON solde_poste (siren, poste, numero_interne)
    WHERE montant <> 0 AND poste IN ('A_FACTURER', 'TROP_PERCU', 'AVOIR_A_RECOUVRER');
CREATE INDEX solde_poste_a_payer ON solde_poste (poste, siren) WHERE montant <> 0 AND poste = 'A_PAYER';

CREATE FUNCTION tenir_soldes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM nouveaux GROUP BY ecriture HAVING sum(montant) <> 0) THEN
        RAISE EXCEPTION 'an écriture does not balance' USING ERRCODE = 'check_violation';
    END IF;
    -- The row is made at zero first: the CHECK is for what it becomes, not for one movement alone.
    INSERT INTO solde_poste (numero_interne, poste, echeance, nature, ligne, siren, montant)
    SELECT DISTINCT e.numero_interne, n.poste, n.echeance, n.nature, n.ligne, e.siren, 0
      FROM nouveaux n JOIN ecriture e ON e.id = n.ecriture
    ON CONFLICT DO NOTHING;
    UPDATE solde_poste s SET montant = s.montant + x.montant
      FROM (SELECT e.numero_interne, n.poste, n.echeance, n.nature, n.ligne, sum(n.montant)::bigint AS montant
              FROM nouveaux n JOIN ecriture e ON e.id = n.ecriture
             GROUP BY 1, 2, 3, 4, 5) x
     WHERE (s.numero_interne, s.poste, s.echeance, s.nature, s.ligne)
         = (x.numero_interne, x.poste, x.echeance, x.nature, x.ligne);
    RETURN NULL;
END
$$;
CREATE TRIGGER mouvement_soldes AFTER INSERT ON mouvement
    REFERENCING NEW TABLE AS nouveaux FOR EACH STATEMENT EXECUTE FUNCTION tenir_soldes();

REVOKE UPDATE, DELETE ON ecriture, mouvement FROM traitdunion_service;
REVOKE INSERT, UPDATE, DELETE ON solde_poste FROM traitdunion_service;
