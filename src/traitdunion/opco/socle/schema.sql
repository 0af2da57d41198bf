-- What the migrations add up to. Written by a test: see tests/integration/opco/socle/test_migrations.py.

CREATE FUNCTION public.porter_reste() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE echeance SET reste = reste + NEW.montant - OLD.montant
     WHERE numero_interne = NEW.numero_interne AND numero = NEW.echeance;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.reprendre_reste() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    NEW.reste := (SELECT coalesce(sum(montant), 0) FROM solde_poste
                   WHERE numero_interne = NEW.numero_interne AND poste = 'A_FACTURER' AND echeance = NEW.numero);
    RETURN NEW;
END
$$;

CREATE FUNCTION public.tenir_soldes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE TABLE public.accrochage (
    editeur bigint NOT NULL,
    siren text NOT NULL,
    etat text NOT NULL,
    ouvert_le timestamp with time zone NOT NULL,
    effectif_le timestamp with time zone,
    suspendu_le timestamp with time zone,
    suspendu_par text,
    motif text,
    CONSTRAINT accrochage_check CHECK (((etat = 'SUSPENDU'::text) = ((suspendu_le IS NOT NULL) AND (suspendu_par IS NOT NULL) AND (motif IS NOT NULL)))),
    CONSTRAINT accrochage_etat_check CHECK ((etat = ANY (ARRAY['EN_ATTENTE'::text, 'EFFECTIF'::text, 'SUSPENDU'::text]))),
    CONSTRAINT accrochage_suspendu_par_check CHECK ((suspendu_par = ANY (ARRAY['OPCO'::text, 'CFA'::text])))
);

CREATE TABLE public.appel (
    id bigint NOT NULL,
    survenu_le timestamp with time zone NOT NULL,
    editeur bigint NOT NULL,
    siren text NOT NULL,
    route text NOT NULL,
    statut smallint NOT NULL,
    codes text[] NOT NULL,
    requete text NOT NULL
);

ALTER TABLE public.appel ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.appel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.certificat (
    numero_interne bigint NOT NULL,
    siren text NOT NULL,
    dossier bigint NOT NULL,
    facture bigint,
    document bigint NOT NULL,
    type text NOT NULL,
    echeance integer,
    debut date,
    fin date,
    duree_heures integer,
    partielle boolean DEFAULT false NOT NULL,
    depose_par text NOT NULL,
    depose_le timestamp with time zone NOT NULL,
    CONSTRAINT certificat_type_check CHECK ((type = ANY (ARRAY['INTERMEDIAIRE'::text, 'FINAL'::text])))
);

ALTER TABLE public.certificat ALTER COLUMN numero_interne ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.certificat_numero_interne_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cle_acces (
    id bigint NOT NULL,
    compte bigint NOT NULL,
    identifiant bytea NOT NULL,
    cle_publique bytea NOT NULL,
    compteur bigint NOT NULL,
    nom text NOT NULL,
    cree_le timestamp with time zone NOT NULL,
    derniere_utilisation timestamp with time zone
);

ALTER TABLE public.cle_acces ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.cle_acces_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cle_api (
    id bigint NOT NULL,
    siren text NOT NULL,
    prefixe text NOT NULL,
    empreinte bytea NOT NULL,
    chiffre bytea NOT NULL,
    cree_le timestamp with time zone NOT NULL,
    expire_le timestamp with time zone NOT NULL,
    revoquee_le timestamp with time zone,
    motif_revocation text,
    derniere_utilisation timestamp with time zone,
    avertie_jours smallint,
    CONSTRAINT cle_api_check CHECK (((revoquee_le IS NULL) = (motif_revocation IS NULL)))
);

ALTER TABLE public.cle_api ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.cle_api_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.code_secours (
    compte bigint NOT NULL,
    empreinte bytea NOT NULL
);

CREATE TABLE public.compte (
    id bigint NOT NULL,
    utilisateur text NOT NULL,
    nom text NOT NULL,
    prenom text NOT NULL,
    courriel text NOT NULL,
    role text NOT NULL,
    siren text,
    editeur bigint,
    mot_de_passe text,
    totp_chiffre bytea,
    totp_confirme_le timestamp with time zone,
    totp_dernier_pas bigint,
    actif boolean DEFAULT true NOT NULL,
    cree_le timestamp with time zone NOT NULL,
    derniere_connexion timestamp with time zone,
    CONSTRAINT compte_check CHECK (((siren IS NOT NULL) = ((role ~~ 'CFA\_%'::text) OR (role = 'EMPLOYEUR'::text)))),
    CONSTRAINT compte_check1 CHECK (((editeur IS NOT NULL) = (role = 'EDITEUR'::text))),
    CONSTRAINT compte_role_check CHECK ((role = ANY (ARRAY['CFA_ADMINISTRATEUR'::text, 'CFA_GESTIONNAIRE'::text, 'CFA_LECTEUR'::text, 'EMPLOYEUR'::text, 'EDITEUR'::text, 'OPCO_GESTIONNAIRE'::text, 'OPCO_COMPTABLE'::text, 'OPCO_ADMINISTRATEUR'::text]))),
    CONSTRAINT compte_siren_check CHECK ((siren ~ '^[0-9]{9}$'::text)),
    CONSTRAINT compte_utilisateur_check CHECK ((utilisateur = lower(utilisateur)))
);

CREATE TABLE public.compte_etablissement (
    compte bigint NOT NULL,
    siret text NOT NULL,
    CONSTRAINT compte_etablissement_siret_check CHECK ((siret ~ '^[0-9]{14}$'::text))
);

ALTER TABLE public.compte ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.compte_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.compteur_facture (
    siren text NOT NULL,
    genre text NOT NULL,
    nombre bigint NOT NULL
);

CREATE TABLE public.contact (
    id bigint NOT NULL,
    siren text NOT NULL,
    nom text NOT NULL,
    fonction text NOT NULL,
    telephone text NOT NULL,
    courriel text NOT NULL,
    cree_le timestamp with time zone NOT NULL
);

ALTER TABLE public.contact ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.contact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.coordonnees_bancaires (
    siren text NOT NULL,
    titulaire text NOT NULL,
    chiffre bytea NOT NULL,
    fin text NOT NULL,
    depuis_le timestamp with time zone NOT NULL,
    CONSTRAINT coordonnees_bancaires_fin_check CHECK ((length(fin) = 4))
);

CREATE TABLE public.courriel (
    id bigint NOT NULL,
    destinataire text NOT NULL,
    modele text NOT NULL,
    chiffre bytea,
    cree_le timestamp with time zone NOT NULL,
    envoye_le timestamp with time zone
);

ALTER TABLE public.courriel ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.courriel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.deca_depot (
    id bigint NOT NULL,
    numero_interne bigint NOT NULL,
    nature text NOT NULL,
    reference text NOT NULL,
    etat text DEFAULT 'A_DEPOSER'::text NOT NULL,
    tentatives integer DEFAULT 0 NOT NULL,
    prochaine_le timestamp with time zone,
    bail_le timestamp with time zone,
    parti_le timestamp with time zone,
    message text,
    motifs text[] DEFAULT '{}'::text[] NOT NULL,
    texte text,
    motif_etat text,
    commentaire text,
    numero_deca text,
    no_avenant text,
    alerte text,
    alerte_le timestamp with time zone,
    cree_le timestamp with time zone NOT NULL,
    maj_le timestamp with time zone NOT NULL,
    depose_le timestamp with time zone,
    CONSTRAINT deca_depot_check CHECK (((etat = 'DEPOSE'::text) = (depose_le IS NOT NULL))),
    CONSTRAINT deca_depot_check1 CHECK (((numero_deca IS NULL) OR (etat = 'DEPOSE'::text))),
    CONSTRAINT deca_depot_check2 CHECK (((no_avenant IS NULL) OR (numero_deca IS NOT NULL))),
    CONSTRAINT deca_depot_check3 CHECK (((alerte IS NULL) = (alerte_le IS NULL))),
    CONSTRAINT deca_depot_etat_check CHECK ((etat = ANY (ARRAY['A_DEPOSER'::text, 'EN_COURS'::text, 'DEPOSE'::text, 'NON_DEPOSABLE'::text, 'EN_ECHEC'::text]))),
    CONSTRAINT deca_depot_nature_check CHECK ((nature = ANY (ARRAY['CONTRAT'::text, 'AVENANT'::text, 'REFUS'::text])))
);

ALTER TABLE public.deca_depot ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.deca_depot_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.decision (
    id bigint NOT NULL,
    numero_interne bigint NOT NULL,
    sens text NOT NULL,
    motifs text[] DEFAULT '{}'::text[] NOT NULL,
    texte text,
    par text NOT NULL,
    le timestamp with time zone NOT NULL
);

ALTER TABLE public.decision ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.decision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.demande (
    id bigint NOT NULL,
    siren text NOT NULL,
    type text NOT NULL,
    sujet text NOT NULL,
    etat text NOT NULL,
    compte bigint NOT NULL,
    contacts jsonb,
    editeur bigint,
    possible_le timestamp with time zone,
    cree_le timestamp with time zone NOT NULL,
    maj_le timestamp with time zone NOT NULL,
    logiciel_nom text,
    logiciel_editeur text,
    CONSTRAINT demande_etat_check CHECK ((etat = ANY (ARRAY['OUVERTE'::text, 'EN_COURS'::text, 'REPONDUE'::text, 'CLOSE'::text]))),
    CONSTRAINT demande_siren_check CHECK ((siren ~ '^[0-9]{9}$'::text))
);

ALTER TABLE public.demande ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.demande_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.demande_information (
    id bigint NOT NULL,
    numero_interne bigint NOT NULL,
    siren text NOT NULL,
    motifs text[] NOT NULL,
    texte text NOT NULL,
    pieces text[] NOT NULL,
    limite_le date NOT NULL,
    posee_par text NOT NULL,
    posee_le timestamp with time zone NOT NULL,
    reponse text,
    repondue_par text,
    repondue_le timestamp with time zone,
    CONSTRAINT demande_information_check CHECK (((repondue_par IS NULL) = (repondue_le IS NULL)))
);

ALTER TABLE public.demande_information ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.demande_information_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.depot (
    numero_interne bigint NOT NULL,
    corps_chiffre bytea NOT NULL,
    sha256_recu bytea NOT NULL,
    cerfa jsonb NOT NULL
);
ALTER TABLE ONLY public.depot ALTER COLUMN corps_chiffre SET STORAGE EXTERNAL;

CREATE TABLE public.document (
    numero_interne bigint NOT NULL,
    siren text NOT NULL,
    type_fichier text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    nom_fichier text NOT NULL,
    type_contenu text NOT NULL,
    taille_octets bigint NOT NULL,
    cle_objet text NOT NULL,
    sha256_fichier bytea NOT NULL,
    sha256_recu bytea NOT NULL,
    sha256_contenu bytea NOT NULL,
    corps_chiffre bytea NOT NULL,
    verdict text NOT NULL,
    depose_le timestamp with time zone NOT NULL,
    CONSTRAINT document_verdict_check CHECK ((verdict = ANY (ARRAY['NON_CONFIGUREE'::text, 'EN_ANALYSE'::text, 'SAIN'::text, 'QUARANTAINE'::text])))
);

ALTER TABLE public.document ALTER COLUMN numero_interne ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.document_numero_interne_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.document_objet (
    document bigint NOT NULL,
    type_objet text NOT NULL,
    id_objet bigint NOT NULL,
    CONSTRAINT document_objet_type_objet_check CHECK ((type_objet = ANY (ARRAY['DOSSIER_APPRENTISSAGE'::text, 'FACTURE'::text])))
);

CREATE TABLE public.dossier (
    numero_interne bigint NOT NULL,
    siren text NOT NULL,
    editeur bigint NOT NULL,
    identite bytea NOT NULL,
    sha256_contenu bytea NOT NULL,
    etat text DEFAULT 'TRANSMIS'::text NOT NULL,
    commentaire_etat text,
    numero_deca text,
    precedent bigint,
    nir_empreinte bytea,
    depose_le timestamp with time zone NOT NULL,
    siret_employeur text,
    cle_recherche text COLLATE pg_catalog."C",
    affichage jsonb,
    CONSTRAINT dossier_etat_check CHECK ((etat = ANY (ARRAY['TRANSMIS'::text, 'EN_COURS_INSTRUCTION'::text, 'ENGAGE'::text, 'REFUSE'::text, 'ANNULE'::text, 'RUPTURE'::text, 'SOLDE'::text])))
);

CREATE SEQUENCE public.dossier_numero
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9999999
    CACHE 1;

CREATE TABLE public.echeance (
    numero_interne bigint NOT NULL,
    numero integer NOT NULL,
    siren text NOT NULL,
    codification text NOT NULL,
    ouverture date NOT NULL,
    debut date NOT NULL,
    fin date NOT NULL,
    pedagogie bigint NOT NULL,
    rqth bigint NOT NULL,
    participation bigint NOT NULL,
    conditions text[] DEFAULT '{}'::text[] NOT NULL,
    siret_cfa text NOT NULL,
    reste bigint DEFAULT 0 NOT NULL
);

CREATE TABLE public.ecriture (
    id bigint NOT NULL,
    numero_interne bigint NOT NULL,
    siren text NOT NULL,
    fait text NOT NULL,
    piece text NOT NULL,
    par text NOT NULL,
    le timestamp with time zone NOT NULL,
    CONSTRAINT ecriture_fait_check CHECK ((fait = ANY (ARRAY['ENGAGEMENT'::text, 'FACTURE'::text, 'REJET'::text, 'ACCEPTATION'::text, 'ORDRE'::text, 'REGLEMENT'::text, 'VIREMENT_REJETE'::text, 'AVOIR'::text, 'RECOUVREMENT'::text, 'FORCLUSION'::text])))
);

ALTER TABLE public.ecriture ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ecriture_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.editeur (
    id bigint NOT NULL,
    nom text NOT NULL,
    client_id text NOT NULL,
    actif boolean DEFAULT true NOT NULL,
    cree_le timestamp with time zone NOT NULL
);

ALTER TABLE public.editeur ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.editeur_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.engagement (
    numero_interne bigint NOT NULL,
    version integer NOT NULL,
    origine text NOT NULL,
    calcul_chiffre bytea NOT NULL,
    regles jsonb NOT NULL,
    frais jsonb NOT NULL,
    montant bigint NOT NULL,
    trop_percu bigint DEFAULT 0 NOT NULL,
    forclusion date,
    par text NOT NULL,
    le timestamp with time zone NOT NULL,
    CONSTRAINT engagement_origine_check CHECK ((origine = ANY (ARRAY['ACCORD'::text, 'AVENANT'::text, 'RUPTURE'::text, 'REGULARISATION'::text])))
);

CREATE TABLE public.essai_connexion (
    cle bytea NOT NULL,
    echecs integer NOT NULL,
    dernier_le timestamp with time zone NOT NULL
);

CREATE TABLE public.etablissement (
    siret text NOT NULL,
    siren text NOT NULL,
    denomination text NOT NULL,
    uai text,
    siege boolean DEFAULT false NOT NULL,
    cree_le timestamp with time zone NOT NULL,
    CONSTRAINT etablissement_check CHECK ((siren = "left"(siret, 9))),
    CONSTRAINT etablissement_siret_check CHECK ((siret ~ '^[0-9]{14}$'::text))
);

CREATE TABLE public.evenement (
    id bigint NOT NULL,
    transaction xid8 DEFAULT pg_current_xact_id() NOT NULL,
    siren text NOT NULL,
    objet text NOT NULL,
    numero_interne bigint NOT NULL,
    type text NOT NULL,
    acteur text NOT NULL,
    survenu_le timestamp with time zone NOT NULL,
    donnees jsonb
);

ALTER TABLE public.evenement ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.evenement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.facture (
    numero_interne bigint NOT NULL,
    siren text NOT NULL,
    rang bigint NOT NULL,
    genre text NOT NULL,
    siret_emetteur text NOT NULL,
    numero text NOT NULL,
    origine bigint,
    date_emission date NOT NULL,
    montant bigint NOT NULL,
    est_certificat boolean DEFAULT false NOT NULL,
    iban_chiffre bytea NOT NULL,
    etat text NOT NULL,
    document bigint NOT NULL,
    sha256_contenu bytea NOT NULL,
    sha256_fichier bytea NOT NULL,
    avertissements jsonb DEFAULT '[]'::jsonb NOT NULL,
    depose_par text NOT NULL,
    depose_le timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT facture_check CHECK (((genre = 'AVOIR'::text) = (origine IS NOT NULL))),
    CONSTRAINT facture_check1 CHECK (
CASE genre
    WHEN 'AVOIR'::text THEN (montant < 0)
    ELSE (montant > 0)
END),
    CONSTRAINT facture_etat_check CHECK ((etat = ANY (ARRAY['TRANSMIS'::text, 'EN_COURS_INSTRUCTION'::text, 'REJETE'::text, 'REGLE_PARTIEL'::text, 'REGLE'::text, 'ANNULE'::text]))),
    CONSTRAINT facture_genre_check CHECK ((genre = ANY (ARRAY['FACTURE'::text, 'AVOIR'::text])))
);

ALTER TABLE public.facture ALTER COLUMN numero_interne ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.facture_numero_interne_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.idempotence (
    editeur bigint NOT NULL,
    siren text NOT NULL,
    route text NOT NULL,
    cle bytea NOT NULL,
    contenu bytea NOT NULL,
    reponse bytea,
    prise_le timestamp with time zone NOT NULL
);

CREATE TABLE public.instruction (
    numero_interne bigint NOT NULL,
    file text NOT NULL,
    complet_le timestamp with time zone,
    limite_le date,
    alerte smallint DEFAULT 0 NOT NULL,
    affecte_a bigint,
    mandat_page integer,
    mandat_par bigint,
    mandat_le timestamp with time zone,
    nouveau_contrat date,
    version integer DEFAULT 1 NOT NULL,
    maj_par text NOT NULL,
    maj_le timestamp with time zone NOT NULL,
    CONSTRAINT instruction_file_check CHECK ((file = ANY (ARRAY['A_INSTRUIRE'::text, 'ATTENTE_INFORMATION'::text, 'DECIDE'::text])))
);

CREATE TABLE public.jalon (
    siren text NOT NULL,
    rang bigint NOT NULL,
    numero_interne bigint NOT NULL
);

CREATE TABLE public.jalon_borne (
    seule boolean DEFAULT true NOT NULL,
    numero bigint NOT NULL,
    CONSTRAINT jalon_borne_seule_check CHECK (seule)
);

CREATE TABLE public.jeton (
    empreinte bytea NOT NULL,
    editeur bigint NOT NULL,
    portee text NOT NULL,
    cle_dpop text,
    emis_le timestamp with time zone NOT NULL,
    expire_le timestamp with time zone NOT NULL
);

CREATE TABLE public.journal (
    id bigint NOT NULL,
    survenu_le timestamp with time zone NOT NULL,
    acteur text NOT NULL,
    acte text NOT NULL,
    siren text,
    objet text,
    donnees jsonb
);

ALTER TABLE public.journal ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.journal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.lien_unique (
    empreinte bytea NOT NULL,
    compte bigint NOT NULL,
    expire_le timestamp with time zone NOT NULL,
    utilise_le timestamp with time zone
);

CREATE TABLE public.ligne_facture (
    id bigint NOT NULL,
    facture bigint NOT NULL,
    siren text NOT NULL,
    rang integer NOT NULL,
    nature_dite text NOT NULL,
    nature text NOT NULL,
    numero_interne bigint NOT NULL,
    echeance integer NOT NULL,
    montant bigint NOT NULL,
    quantite integer,
    etat text NOT NULL,
    attend text[] DEFAULT '{}'::text[] NOT NULL,
    jusqu_au date,
    rappels smallint DEFAULT 0 NOT NULL,
    motif text,
    commentaire text,
    credite bigint DEFAULT 0 NOT NULL,
    ligne_origine bigint,
    traite_par text,
    traite_le timestamp with time zone,
    CONSTRAINT ligne_facture_check CHECK ((credite <= GREATEST(montant, (0)::bigint))),
    CONSTRAINT ligne_facture_check1 CHECK (((etat = 'A_COMPLETER'::text) = (cardinality(attend) > 0))),
    CONSTRAINT ligne_facture_credite_check CHECK ((credite >= 0)),
    CONSTRAINT ligne_facture_etat_check CHECK ((etat = ANY (ARRAY['A_COMPLETER'::text, 'EN_INSTRUCTION'::text, 'ACCEPTEE'::text, 'ORDONNEE'::text, 'REGLEE'::text, 'REJETEE'::text, 'ANNULEE'::text, 'FORCLOSE'::text, 'A_RECOUVRER'::text, 'IMPUTEE'::text]))),
    CONSTRAINT ligne_facture_montant_check CHECK ((montant <> 0))
);

ALTER TABLE public.ligne_facture ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ligne_facture_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.logiciel (
    id bigint NOT NULL,
    editeur bigint NOT NULL,
    nom text NOT NULL,
    pret boolean DEFAULT false NOT NULL,
    cree_le timestamp with time zone NOT NULL,
    versions text,
    page_contact text
);

ALTER TABLE public.logiciel ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.logiciel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.lot_paiement (
    id bigint NOT NULL,
    message text NOT NULL,
    execution_le date NOT NULL,
    nombre integer NOT NULL,
    montant bigint NOT NULL,
    sha256_fichier bytea,
    fichier bytea,
    cree_par text NOT NULL,
    cree_le timestamp with time zone NOT NULL,
    remis_le timestamp with time zone,
    annule_le timestamp with time zone,
    CONSTRAINT lot_paiement_check CHECK (((remis_le IS NULL) OR (annule_le IS NULL)))
);

CREATE SEQUENCE public.lot_paiement_numero
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.message_demande (
    id bigint NOT NULL,
    demande bigint NOT NULL,
    compte bigint NOT NULL,
    opco boolean NOT NULL,
    texte text NOT NULL,
    document bigint,
    ecrit_le timestamp with time zone NOT NULL
);

ALTER TABLE public.message_demande ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.message_demande_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.modification (
    id bigint NOT NULL,
    siren text NOT NULL,
    type text NOT NULL,
    etat text DEFAULT 'EN_ATTENTE'::text NOT NULL,
    chiffre bytea,
    apercu text NOT NULL,
    justification text NOT NULL,
    demandee_par bigint NOT NULL,
    demandee_le timestamp with time zone NOT NULL,
    approuvee_par bigint,
    tranchee_par bigint,
    tranchee_le timestamp with time zone,
    motif text,
    CONSTRAINT modification_check CHECK (((approuvee_par IS DISTINCT FROM tranchee_par) OR (etat <> 'ACCEPTEE'::text) OR (type <> 'IBAN'::text))),
    CONSTRAINT modification_etat_check CHECK ((etat = ANY (ARRAY['EN_ATTENTE'::text, 'APPROUVEE'::text, 'ACCEPTEE'::text, 'REFUSEE'::text, 'RETIREE'::text]))),
    CONSTRAINT modification_type_check CHECK ((type = ANY (ARRAY['DENOMINATION'::text, 'SIRET'::text, 'IBAN'::text])))
);

ALTER TABLE public.modification ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.modification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.mouvement (
    ecriture bigint NOT NULL,
    rang integer NOT NULL,
    poste text NOT NULL,
    echeance integer NOT NULL,
    nature text NOT NULL,
    ligne bigint NOT NULL,
    montant bigint NOT NULL,
    CONSTRAINT mouvement_montant_check CHECK ((montant <> 0))
);

CREATE TABLE public.organisation (
    siren text NOT NULL,
    denomination text NOT NULL,
    cree_le timestamp with time zone NOT NULL,
    CONSTRAINT organisation_siren_check CHECK ((siren ~ '^[0-9]{9}$'::text))
);

CREATE TABLE public.parametre (
    id bigint NOT NULL,
    cle text NOT NULL,
    valable_du date NOT NULL,
    valeur jsonb NOT NULL,
    source text NOT NULL,
    commentaire text NOT NULL,
    pose_par text NOT NULL,
    pose_le timestamp with time zone NOT NULL,
    retire_par text,
    retire_le timestamp with time zone,
    motif_retrait text,
    CONSTRAINT parametre_check CHECK ((((retire_le IS NULL) = (retire_par IS NULL)) AND ((retire_le IS NULL) = (motif_retrait IS NULL)))),
    CONSTRAINT parametre_source_check CHECK ((source <> ''::text))
);

ALTER TABLE public.parametre ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.parametre_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.preuve_dpop (
    empreinte bytea NOT NULL,
    expire_le timestamp with time zone NOT NULL
);

CREATE TABLE public.recouvrement (
    id bigint NOT NULL,
    numero_interne bigint NOT NULL,
    siren text NOT NULL,
    montant bigint NOT NULL,
    mode text NOT NULL,
    virement bigint,
    reference text NOT NULL,
    le date NOT NULL,
    par text NOT NULL,
    saisi_le timestamp with time zone NOT NULL,
    CONSTRAINT recouvrement_check CHECK (((mode = 'COMPENSATION'::text) = (virement IS NOT NULL))),
    CONSTRAINT recouvrement_mode_check CHECK ((mode = ANY (ARRAY['REMBOURSEMENT'::text, 'COMPENSATION'::text]))),
    CONSTRAINT recouvrement_montant_check CHECK ((montant > 0))
);

ALTER TABLE public.recouvrement ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.recouvrement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.referentiel_cfa (
    version bigint NOT NULL,
    uai text NOT NULL,
    siret text,
    denomination text NOT NULL,
    commune text NOT NULL,
    ouvert_le date,
    ferme_le date
);

CREATE TABLE public.referentiel_cpne (
    version bigint NOT NULL,
    cpne integer NOT NULL,
    libelle text NOT NULL,
    idccs text[] NOT NULL
);

CREATE TABLE public.referentiel_diplome (
    version bigint NOT NULL,
    code text NOT NULL,
    intitule text NOT NULL,
    niveau smallint,
    ouvert_le date,
    ferme_le date
);

CREATE TABLE public.referentiel_idcc (
    version bigint NOT NULL,
    idcc text NOT NULL,
    libelle text NOT NULL,
    etat text NOT NULL
);

CREATE TABLE public.referentiel_idcc_opco (
    version bigint NOT NULL,
    idcc text NOT NULL,
    opco text NOT NULL
);

CREATE TABLE public.referentiel_naf (
    version bigint NOT NULL,
    code text NOT NULL,
    libelle text NOT NULL
);

CREATE TABLE public.referentiel_npec (
    version bigint NOT NULL,
    rncp text NOT NULL,
    montant integer NOT NULL,
    statut text NOT NULL,
    applicable_du date NOT NULL,
    cpnes integer[] NOT NULL,
    CONSTRAINT referentiel_npec_montant_check CHECK ((montant > 0))
);

CREATE TABLE public.referentiel_rncp (
    version bigint NOT NULL,
    rncp text,
    code_diplome text NOT NULL,
    intitule text NOT NULL,
    intitule_diplome text NOT NULL,
    niveau smallint,
    abrege text NOT NULL,
    apprentissage boolean,
    echeance date,
    active boolean,
    remplacee_par text[] NOT NULL
);

CREATE TABLE public.referentiel_version (
    id bigint NOT NULL,
    nature text NOT NULL,
    valable_du date NOT NULL,
    sha256 bytea NOT NULL,
    fichier text NOT NULL,
    lignes_acceptees integer NOT NULL,
    lignes_rejetees integer NOT NULL,
    rapport jsonb NOT NULL,
    importe_par text NOT NULL,
    importe_le timestamp with time zone NOT NULL,
    annule_par text,
    annule_le timestamp with time zone,
    CONSTRAINT referentiel_version_check CHECK (((annule_le IS NULL) = (annule_par IS NULL))),
    CONSTRAINT referentiel_version_nature_check CHECK ((nature = ANY (ARRAY['rncp'::text, 'diplomes'::text, 'cfa'::text, 'idcc'::text, 'idcc_opco'::text, 'naf'::text, 'npec'::text]))),
    CONSTRAINT referentiel_version_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE public.referentiel_version ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.referentiel_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remise_secret (
    empreinte bytea NOT NULL,
    editeur bigint NOT NULL,
    chiffre bytea,
    cree_le timestamp with time zone NOT NULL,
    expire_le timestamp with time zone NOT NULL,
    lue_le timestamp with time zone,
    secret bigint
);

CREATE TABLE public.retour_banque (
    id bigint NOT NULL,
    sha256_fichier bytea NOT NULL,
    format text NOT NULL,
    rapport jsonb NOT NULL,
    importe_par text NOT NULL,
    importe_le timestamp with time zone NOT NULL
);

ALTER TABLE public.retour_banque ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.retour_banque_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.rupture (
    id bigint NOT NULL,
    numero_interne bigint NOT NULL,
    siren text NOT NULL,
    dernier_jour date NOT NULL,
    notifiee_le date NOT NULL,
    probatoire boolean NOT NULL,
    motif text NOT NULL,
    maintien boolean DEFAULT false NOT NULL,
    commentaire text,
    declaree_par text NOT NULL,
    declaree_le timestamp with time zone NOT NULL,
    issue text,
    issue_par text,
    issue_le timestamp with time zone,
    issue_texte text,
    CONSTRAINT rupture_issue_check CHECK ((issue = ANY (ARRAY['CONFIRMEE'::text, 'ECARTEE'::text, 'REMPLACEE'::text])))
);

ALTER TABLE public.rupture ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rupture_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.secret_editeur (
    id bigint NOT NULL,
    editeur bigint NOT NULL,
    empreinte bytea NOT NULL,
    cree_le timestamp with time zone NOT NULL,
    expire_le timestamp with time zone,
    revoque_le timestamp with time zone,
    prefixe text,
    derniere_utilisation timestamp with time zone
);

ALTER TABLE public.secret_editeur ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.secret_editeur_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.session (
    id bigint NOT NULL,
    empreinte bytea NOT NULL,
    compte bigint NOT NULL,
    ouverte_le timestamp with time zone NOT NULL,
    vue_le timestamp with time zone NOT NULL,
    expire_le timestamp with time zone NOT NULL,
    prouvee_le timestamp with time zone NOT NULL,
    complete boolean NOT NULL,
    memorisee boolean NOT NULL,
    agent text NOT NULL,
    defi bytea
);

ALTER TABLE public.session ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.solde_poste (
    numero_interne bigint NOT NULL,
    poste text NOT NULL,
    echeance integer NOT NULL,
    nature text NOT NULL,
    ligne bigint NOT NULL,
    siren text NOT NULL,
    montant bigint NOT NULL,
    CONSTRAINT solde_poste_check CHECK (
CASE
    WHEN (poste = ANY (ARRAY['ENGAGE'::text, 'INDU'::text])) THEN (montant <= 0)
    ELSE (montant >= 0)
END)
);

CREATE TABLE public.virement (
    id bigint NOT NULL,
    lot bigint NOT NULL,
    siren text NOT NULL,
    reference text NOT NULL,
    titulaire text NOT NULL,
    iban_chiffre bytea NOT NULL,
    brut bigint NOT NULL,
    compense bigint DEFAULT 0 NOT NULL,
    montant bigint NOT NULL,
    etat text NOT NULL,
    regle_le date,
    reference_banque text,
    motif text,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT virement_check CHECK ((montant = (brut - compense))),
    CONSTRAINT virement_check1 CHECK (((etat = 'REGLE'::text) = (regle_le IS NOT NULL))),
    CONSTRAINT virement_compense_check CHECK ((compense >= 0)),
    CONSTRAINT virement_etat_check CHECK ((etat = ANY (ARRAY['ORDONNE'::text, 'REGLE'::text, 'REJETE'::text]))),
    CONSTRAINT virement_montant_check CHECK ((montant >= 0))
);

ALTER TABLE public.virement ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.virement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.virement_ligne (
    virement bigint NOT NULL,
    ligne bigint NOT NULL,
    montant bigint NOT NULL,
    compense bigint DEFAULT 0 NOT NULL,
    CONSTRAINT virement_ligne_check CHECK (((montant + compense) > 0)),
    CONSTRAINT virement_ligne_compense_check CHECK ((compense >= 0)),
    CONSTRAINT virement_ligne_montant_check CHECK ((montant >= 0))
);

ALTER TABLE ONLY public.accrochage
    ADD CONSTRAINT accrochage_pkey PRIMARY KEY (editeur, siren);

ALTER TABLE ONLY public.appel
    ADD CONSTRAINT appel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.certificat
    ADD CONSTRAINT certificat_document_key UNIQUE (document);

ALTER TABLE ONLY public.certificat
    ADD CONSTRAINT certificat_pkey PRIMARY KEY (numero_interne);

ALTER TABLE ONLY public.cle_acces
    ADD CONSTRAINT cle_acces_identifiant_key UNIQUE (identifiant);

ALTER TABLE ONLY public.cle_acces
    ADD CONSTRAINT cle_acces_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cle_api
    ADD CONSTRAINT cle_api_empreinte_key UNIQUE (empreinte);

ALTER TABLE ONLY public.cle_api
    ADD CONSTRAINT cle_api_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.code_secours
    ADD CONSTRAINT code_secours_pkey PRIMARY KEY (compte, empreinte);

ALTER TABLE ONLY public.compte_etablissement
    ADD CONSTRAINT compte_etablissement_pkey PRIMARY KEY (compte, siret);

ALTER TABLE ONLY public.compte
    ADD CONSTRAINT compte_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.compte
    ADD CONSTRAINT compte_utilisateur_key UNIQUE (utilisateur);

ALTER TABLE ONLY public.compteur_facture
    ADD CONSTRAINT compteur_facture_pkey PRIMARY KEY (siren, genre);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.coordonnees_bancaires
    ADD CONSTRAINT coordonnees_bancaires_pkey PRIMARY KEY (siren);

ALTER TABLE ONLY public.courriel
    ADD CONSTRAINT courriel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.deca_depot
    ADD CONSTRAINT deca_depot_numero_interne_nature_key UNIQUE (numero_interne, nature);

ALTER TABLE ONLY public.deca_depot
    ADD CONSTRAINT deca_depot_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.deca_depot
    ADD CONSTRAINT deca_depot_reference_key UNIQUE (reference);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT decision_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.demande_information
    ADD CONSTRAINT demande_information_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.demande
    ADD CONSTRAINT demande_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.depot
    ADD CONSTRAINT depot_pkey PRIMARY KEY (numero_interne);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_cle_objet_key UNIQUE (cle_objet);

ALTER TABLE ONLY public.document_objet
    ADD CONSTRAINT document_objet_pkey PRIMARY KEY (type_objet, id_objet, document);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (numero_interne);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_siren_type_fichier_sha256_contenu_sha256_fichier_key UNIQUE (siren, type_fichier, sha256_contenu, sha256_fichier);

ALTER TABLE ONLY public.dossier
    ADD CONSTRAINT dossier_pkey PRIMARY KEY (numero_interne);

ALTER TABLE ONLY public.echeance
    ADD CONSTRAINT echeance_pkey PRIMARY KEY (numero_interne, numero);

ALTER TABLE ONLY public.ecriture
    ADD CONSTRAINT ecriture_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.editeur
    ADD CONSTRAINT editeur_client_id_key UNIQUE (client_id);

ALTER TABLE ONLY public.editeur
    ADD CONSTRAINT editeur_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.engagement
    ADD CONSTRAINT engagement_pkey PRIMARY KEY (numero_interne, version);

ALTER TABLE ONLY public.essai_connexion
    ADD CONSTRAINT essai_connexion_pkey PRIMARY KEY (cle);

ALTER TABLE ONLY public.etablissement
    ADD CONSTRAINT etablissement_pkey PRIMARY KEY (siret);

ALTER TABLE ONLY public.evenement
    ADD CONSTRAINT evenement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.facture
    ADD CONSTRAINT facture_pkey PRIMARY KEY (numero_interne);

ALTER TABLE ONLY public.facture
    ADD CONSTRAINT facture_siren_genre_rang_key UNIQUE (siren, genre, rang);

ALTER TABLE ONLY public.facture
    ADD CONSTRAINT facture_siret_emetteur_numero_key UNIQUE (siret_emetteur, numero);

ALTER TABLE ONLY public.idempotence
    ADD CONSTRAINT idempotence_pkey PRIMARY KEY (editeur, siren, route, cle);

ALTER TABLE ONLY public.instruction
    ADD CONSTRAINT instruction_pkey PRIMARY KEY (numero_interne);

ALTER TABLE ONLY public.jalon_borne
    ADD CONSTRAINT jalon_borne_pkey PRIMARY KEY (seule);

ALTER TABLE ONLY public.jalon
    ADD CONSTRAINT jalon_pkey PRIMARY KEY (siren, rang);

ALTER TABLE ONLY public.jeton
    ADD CONSTRAINT jeton_pkey PRIMARY KEY (empreinte);

ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lien_unique
    ADD CONSTRAINT lien_unique_pkey PRIMARY KEY (empreinte);

ALTER TABLE ONLY public.ligne_facture
    ADD CONSTRAINT ligne_facture_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.logiciel
    ADD CONSTRAINT logiciel_editeur_nom_key UNIQUE (editeur, nom);

ALTER TABLE ONLY public.logiciel
    ADD CONSTRAINT logiciel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.lot_paiement
    ADD CONSTRAINT lot_paiement_message_key UNIQUE (message);

ALTER TABLE ONLY public.lot_paiement
    ADD CONSTRAINT lot_paiement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.message_demande
    ADD CONSTRAINT message_demande_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.modification
    ADD CONSTRAINT modification_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.mouvement
    ADD CONSTRAINT mouvement_pkey PRIMARY KEY (ecriture, rang);

ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_pkey PRIMARY KEY (siren);

ALTER TABLE ONLY public.parametre
    ADD CONSTRAINT parametre_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.preuve_dpop
    ADD CONSTRAINT preuve_dpop_pkey PRIMARY KEY (empreinte);

ALTER TABLE ONLY public.recouvrement
    ADD CONSTRAINT recouvrement_numero_interne_reference_key UNIQUE (numero_interne, reference);

ALTER TABLE ONLY public.recouvrement
    ADD CONSTRAINT recouvrement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.referentiel_cfa
    ADD CONSTRAINT referentiel_cfa_pkey PRIMARY KEY (version, uai);

ALTER TABLE ONLY public.referentiel_cpne
    ADD CONSTRAINT referentiel_cpne_pkey PRIMARY KEY (version, cpne);

ALTER TABLE ONLY public.referentiel_diplome
    ADD CONSTRAINT referentiel_diplome_pkey PRIMARY KEY (version, code);

ALTER TABLE ONLY public.referentiel_idcc_opco
    ADD CONSTRAINT referentiel_idcc_opco_pkey PRIMARY KEY (version, idcc);

ALTER TABLE ONLY public.referentiel_idcc
    ADD CONSTRAINT referentiel_idcc_pkey PRIMARY KEY (version, idcc);

ALTER TABLE ONLY public.referentiel_naf
    ADD CONSTRAINT referentiel_naf_pkey PRIMARY KEY (version, code);

ALTER TABLE ONLY public.referentiel_version
    ADD CONSTRAINT referentiel_version_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remise_secret
    ADD CONSTRAINT remise_secret_pkey PRIMARY KEY (empreinte);

ALTER TABLE ONLY public.retour_banque
    ADD CONSTRAINT retour_banque_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.retour_banque
    ADD CONSTRAINT retour_banque_sha256_fichier_key UNIQUE (sha256_fichier);

ALTER TABLE ONLY public.rupture
    ADD CONSTRAINT rupture_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.secret_editeur
    ADD CONSTRAINT secret_editeur_empreinte_key UNIQUE (empreinte);

ALTER TABLE ONLY public.secret_editeur
    ADD CONSTRAINT secret_editeur_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_empreinte_key UNIQUE (empreinte);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.solde_poste
    ADD CONSTRAINT solde_poste_pkey PRIMARY KEY (numero_interne, poste, echeance, nature, ligne);

ALTER TABLE ONLY public.virement_ligne
    ADD CONSTRAINT virement_ligne_pkey PRIMARY KEY (virement, ligne);

ALTER TABLE ONLY public.virement
    ADD CONSTRAINT virement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.virement
    ADD CONSTRAINT virement_reference_key UNIQUE (reference);

CREATE INDEX appel_cfa ON public.appel USING btree (editeur, siren, id);

CREATE INDEX appel_editeur ON public.appel USING btree (editeur, id);

CREATE INDEX appel_refus ON public.appel USING btree (editeur, ((statut / 100)), id) WHERE (statut >= 400);

CREATE INDEX appel_survenu ON public.appel USING btree (survenu_le);

CREATE INDEX certificat_dossier ON public.certificat USING btree (dossier, numero_interne);

CREATE INDEX cle_acces_compte ON public.cle_acces USING btree (compte);

CREATE INDEX cle_api_siren ON public.cle_api USING btree (siren);

CREATE INDEX compte_editeur ON public.compte USING btree (editeur) WHERE (editeur IS NOT NULL);

CREATE INDEX compte_siren ON public.compte USING btree (siren) WHERE (siren IS NOT NULL);

CREATE INDEX contact_siren ON public.contact USING btree (siren);

CREATE INDEX courriel_a_envoyer ON public.courriel USING btree (id) WHERE (envoye_le IS NULL);

CREATE INDEX deca_depot_a_faire ON public.deca_depot USING btree (prochaine_le, id) WHERE (prochaine_le IS NOT NULL);

CREATE INDEX deca_depot_a_voir ON public.deca_depot USING btree (maj_le, id) WHERE ((etat = ANY (ARRAY['NON_DEPOSABLE'::text, 'EN_ECHEC'::text])) OR (alerte IS NOT NULL));

CREATE UNIQUE INDEX deca_depot_numero ON public.deca_depot USING btree (numero_deca, COALESCE(no_avenant, ''::text)) WHERE (numero_deca IS NOT NULL);

CREATE INDEX decision_dossier ON public.decision USING btree (numero_interne, id);

CREATE INDEX demande_a_traiter ON public.demande USING btree (maj_le, id) WHERE (etat = ANY (ARRAY['OUVERTE'::text, 'EN_COURS'::text]));

CREATE INDEX demande_editeur ON public.demande USING btree (editeur) WHERE (editeur IS NOT NULL);

CREATE INDEX demande_information_dossier ON public.demande_information USING btree (numero_interne, id);

CREATE UNIQUE INDEX demande_information_ouverte ON public.demande_information USING btree (numero_interne) WHERE (repondue_le IS NULL);

CREATE INDEX demande_information_siren ON public.demande_information USING btree (siren, limite_le) WHERE (repondue_le IS NULL);

CREATE INDEX demande_siren ON public.demande USING btree (siren, id);

CREATE INDEX document_objet_document ON public.document_objet USING btree (document);

CREATE INDEX dossier_apercu ON public.dossier USING btree (siren, numero_interne) INCLUDE (etat, depose_le, cle_recherche, siret_employeur, numero_deca);

CREATE INDEX dossier_commente ON public.dossier USING btree (siren, numero_interne) WHERE (commentaire_etat IS NOT NULL);

CREATE INDEX dossier_deca ON public.dossier USING btree (numero_deca) WHERE (numero_deca IS NOT NULL);

CREATE INDEX dossier_employeur ON public.dossier USING btree (siret_employeur, numero_interne);

CREATE INDEX dossier_identite_liberee ON public.dossier USING btree (identite) WHERE (etat = ANY (ARRAY['REFUSE'::text, 'ANNULE'::text]));

CREATE UNIQUE INDEX dossier_identite_vivante ON public.dossier USING btree (identite) WHERE (etat <> ALL (ARRAY['REFUSE'::text, 'ANNULE'::text]));

CREATE INDEX dossier_nir ON public.dossier USING btree (nir_empreinte) WHERE (nir_empreinte IS NOT NULL);

CREATE INDEX dossier_nom ON public.dossier USING btree (cle_recherche, numero_interne);

CREATE INDEX echeance_a_facturer ON public.echeance USING btree (siren, ouverture, numero_interne, numero) INCLUDE (reste) WHERE (reste > 0);

CREATE INDEX echeance_ouverture ON public.echeance USING btree (siren, ouverture);

CREATE INDEX ecriture_dossier ON public.ecriture USING btree (numero_interne, id);

CREATE INDEX essai_connexion_dernier ON public.essai_connexion USING btree (dernier_le);

CREATE UNIQUE INDEX etablissement_un_siege ON public.etablissement USING btree (siren) WHERE siege;

CREATE INDEX evenement_dossier ON public.evenement USING btree (numero_interne, id) WHERE ((objet = 'DOSSIER'::text) AND (type <> 'DOSSIER_DEPOSE'::text));

CREATE INDEX evenement_fil ON public.evenement USING btree (siren, transaction, id);

CREATE INDEX facture_document ON public.facture USING btree (document);

CREATE INDEX facture_numero ON public.facture USING btree (siren, numero text_pattern_ops);

CREATE INDEX facture_origine ON public.facture USING btree (origine) WHERE (origine IS NOT NULL);

CREATE INDEX facture_par_numero ON public.facture USING btree (numero, numero_interne);

CREATE INDEX idempotence_prise ON public.idempotence USING btree (prise_le);

CREATE INDEX instruction_affecte ON public.instruction USING btree (affecte_a, limite_le, numero_interne) WHERE (file <> 'DECIDE'::text);

CREATE INDEX instruction_file ON public.instruction USING btree (file, limite_le, numero_interne) WHERE (file <> 'DECIDE'::text);

CREATE INDEX jeton_expire ON public.jeton USING btree (expire_le);

CREATE INDEX journal_acteur ON public.journal USING btree (acteur, id);

CREATE INDEX journal_siren ON public.journal USING btree (siren, id) WHERE (siren IS NOT NULL);

CREATE INDEX lien_unique_compte ON public.lien_unique USING btree (compte);

CREATE INDEX ligne_facture_a_completer ON public.ligne_facture USING btree (jusqu_au, id) WHERE (etat = 'A_COMPLETER'::text);

CREATE INDEX ligne_facture_a_payer ON public.ligne_facture USING btree (siren, id) WHERE (etat = 'ACCEPTEE'::text);

CREATE INDEX ligne_facture_a_traiter ON public.ligne_facture USING btree (facture) WHERE (etat = ANY (ARRAY['A_COMPLETER'::text, 'EN_INSTRUCTION'::text]));

CREATE INDEX ligne_facture_attendue ON public.ligne_facture USING btree (siren, COALESCE(jusqu_au, 'infinity'::date), id) INCLUDE (montant) WHERE (etat = 'A_COMPLETER'::text);

CREATE INDEX ligne_facture_dossier ON public.ligne_facture USING btree (numero_interne, id);

CREATE INDEX ligne_facture_en_cours ON public.ligne_facture USING btree (siren, id) INCLUDE (montant) WHERE (etat = ANY (ARRAY['EN_INSTRUCTION'::text, 'ACCEPTEE'::text, 'ORDONNEE'::text]));

CREATE INDEX ligne_facture_facture ON public.ligne_facture USING btree (facture, id);

CREATE INDEX ligne_facture_reglee ON public.ligne_facture USING btree (siren, traite_le, id) INCLUDE (montant) WHERE (etat = 'REGLEE'::text);

CREATE INDEX ligne_facture_rejetee ON public.ligne_facture USING btree (siren, traite_le, id) INCLUDE (facture, montant) WHERE (etat = ANY (ARRAY['REJETEE'::text, 'FORCLOSE'::text]));

CREATE INDEX message_demande_fil ON public.message_demande USING btree (demande, id);

CREATE INDEX modification_a_trancher ON public.modification USING btree (id) WHERE (etat = ANY (ARRAY['EN_ATTENTE'::text, 'APPROUVEE'::text]));

CREATE INDEX modification_siren ON public.modification USING btree (siren, id);

CREATE UNIQUE INDEX modification_une_par_type ON public.modification USING btree (siren, type) WHERE (etat = ANY (ARRAY['EN_ATTENTE'::text, 'APPROUVEE'::text]));

CREATE UNIQUE INDEX parametre_un_par_jour ON public.parametre USING btree (cle, valable_du) WHERE (retire_le IS NULL);

CREATE INDEX preuve_dpop_expire ON public.preuve_dpop USING btree (expire_le);

CREATE INDEX recouvrement_dossier ON public.recouvrement USING btree (numero_interne, id);

CREATE INDEX referentiel_npec_version ON public.referentiel_npec USING btree (version);

CREATE INDEX referentiel_rncp_version ON public.referentiel_rncp USING btree (version);

CREATE UNIQUE INDEX referentiel_version_fichier ON public.referentiel_version USING btree (nature, sha256) WHERE (annule_le IS NULL);

CREATE INDEX remise_secret_editeur ON public.remise_secret USING btree (editeur);

CREATE INDEX remise_secret_expire ON public.remise_secret USING btree (expire_le);

CREATE INDEX rupture_a_confirmer ON public.rupture USING btree (id) WHERE (issue IS NULL);

CREATE INDEX rupture_dossier ON public.rupture USING btree (numero_interne, id);

CREATE UNIQUE INDEX rupture_ouverte ON public.rupture USING btree (numero_interne) WHERE (issue IS NULL);

CREATE INDEX secret_editeur_editeur ON public.secret_editeur USING btree (editeur);

CREATE INDEX session_compte ON public.session USING btree (compte);

CREATE INDEX session_expire ON public.session USING btree (expire_le);

CREATE INDEX solde_poste_a_payer ON public.solde_poste USING btree (poste, siren) WHERE ((montant <> 0) AND (poste = 'A_PAYER'::text));

CREATE INDEX solde_poste_frais ON public.solde_poste USING btree (siren, numero_interne) WHERE ((poste = 'A_FACTURER'::text) AND (echeance = 0) AND (montant > 0));

CREATE INDEX solde_poste_vivant ON public.solde_poste USING btree (siren, poste, numero_interne) WHERE ((montant <> 0) AND (poste = ANY (ARRAY['A_FACTURER'::text, 'TROP_PERCU'::text, 'AVOIR_A_RECOUVRER'::text])));

CREATE INDEX virement_ligne_ligne ON public.virement_ligne USING btree (ligne);

CREATE INDEX virement_lot ON public.virement USING btree (lot, id);

CREATE INDEX virement_ordonne ON public.virement USING btree (id) WHERE (etat = 'ORDONNE'::text);

CREATE INDEX virement_siren ON public.virement USING btree (siren, id);

CREATE TRIGGER echeance_reste BEFORE INSERT ON public.echeance FOR EACH ROW EXECUTE FUNCTION public.reprendre_reste();

CREATE TRIGGER mouvement_soldes AFTER INSERT ON public.mouvement REFERENCING NEW TABLE AS nouveaux FOR EACH STATEMENT EXECUTE FUNCTION public.tenir_soldes();

CREATE TRIGGER solde_poste_reste AFTER UPDATE OF montant ON public.solde_poste FOR EACH ROW WHEN (((new.poste = 'A_FACTURER'::text) AND (new.echeance > 0) AND (new.montant <> old.montant))) EXECUTE FUNCTION public.porter_reste();

ALTER TABLE ONLY public.accrochage
    ADD CONSTRAINT accrochage_editeur_fkey FOREIGN KEY (editeur) REFERENCES public.editeur(id);

ALTER TABLE ONLY public.accrochage
    ADD CONSTRAINT accrochage_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.certificat
    ADD CONSTRAINT certificat_document_fkey FOREIGN KEY (document) REFERENCES public.document(numero_interne);

ALTER TABLE ONLY public.certificat
    ADD CONSTRAINT certificat_dossier_fkey FOREIGN KEY (dossier) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.certificat
    ADD CONSTRAINT certificat_facture_fkey FOREIGN KEY (facture) REFERENCES public.facture(numero_interne);

ALTER TABLE ONLY public.cle_acces
    ADD CONSTRAINT cle_acces_compte_fkey FOREIGN KEY (compte) REFERENCES public.compte(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.cle_api
    ADD CONSTRAINT cle_api_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.code_secours
    ADD CONSTRAINT code_secours_compte_fkey FOREIGN KEY (compte) REFERENCES public.compte(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.compte
    ADD CONSTRAINT compte_editeur_fkey FOREIGN KEY (editeur) REFERENCES public.editeur(id);

ALTER TABLE ONLY public.compte_etablissement
    ADD CONSTRAINT compte_etablissement_compte_fkey FOREIGN KEY (compte) REFERENCES public.compte(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.compteur_facture
    ADD CONSTRAINT compteur_facture_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.coordonnees_bancaires
    ADD CONSTRAINT coordonnees_bancaires_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.deca_depot
    ADD CONSTRAINT deca_depot_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT decision_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.demande
    ADD CONSTRAINT demande_compte_fkey FOREIGN KEY (compte) REFERENCES public.compte(id);

ALTER TABLE ONLY public.demande
    ADD CONSTRAINT demande_editeur_fkey FOREIGN KEY (editeur) REFERENCES public.editeur(id);

ALTER TABLE ONLY public.demande_information
    ADD CONSTRAINT demande_information_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.depot
    ADD CONSTRAINT depot_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.document_objet
    ADD CONSTRAINT document_objet_document_fkey FOREIGN KEY (document) REFERENCES public.document(numero_interne);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.dossier
    ADD CONSTRAINT dossier_editeur_fkey FOREIGN KEY (editeur) REFERENCES public.editeur(id);

ALTER TABLE ONLY public.dossier
    ADD CONSTRAINT dossier_precedent_fkey FOREIGN KEY (precedent) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.dossier
    ADD CONSTRAINT dossier_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.echeance
    ADD CONSTRAINT echeance_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.ecriture
    ADD CONSTRAINT ecriture_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.engagement
    ADD CONSTRAINT engagement_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.etablissement
    ADD CONSTRAINT etablissement_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.facture
    ADD CONSTRAINT facture_document_fkey FOREIGN KEY (document) REFERENCES public.document(numero_interne);

ALTER TABLE ONLY public.facture
    ADD CONSTRAINT facture_origine_fkey FOREIGN KEY (origine) REFERENCES public.facture(numero_interne);

ALTER TABLE ONLY public.facture
    ADD CONSTRAINT facture_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.instruction
    ADD CONSTRAINT instruction_affecte_a_fkey FOREIGN KEY (affecte_a) REFERENCES public.compte(id);

ALTER TABLE ONLY public.instruction
    ADD CONSTRAINT instruction_mandat_par_fkey FOREIGN KEY (mandat_par) REFERENCES public.compte(id);

ALTER TABLE ONLY public.instruction
    ADD CONSTRAINT instruction_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.jalon
    ADD CONSTRAINT jalon_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.jalon
    ADD CONSTRAINT jalon_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.jeton
    ADD CONSTRAINT jeton_editeur_fkey FOREIGN KEY (editeur) REFERENCES public.editeur(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lien_unique
    ADD CONSTRAINT lien_unique_compte_fkey FOREIGN KEY (compte) REFERENCES public.compte(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.ligne_facture
    ADD CONSTRAINT ligne_facture_facture_fkey FOREIGN KEY (facture) REFERENCES public.facture(numero_interne);

ALTER TABLE ONLY public.ligne_facture
    ADD CONSTRAINT ligne_facture_ligne_origine_fkey FOREIGN KEY (ligne_origine) REFERENCES public.ligne_facture(id);

ALTER TABLE ONLY public.ligne_facture
    ADD CONSTRAINT ligne_facture_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.logiciel
    ADD CONSTRAINT logiciel_editeur_fkey FOREIGN KEY (editeur) REFERENCES public.editeur(id);

ALTER TABLE ONLY public.message_demande
    ADD CONSTRAINT message_demande_compte_fkey FOREIGN KEY (compte) REFERENCES public.compte(id);

ALTER TABLE ONLY public.message_demande
    ADD CONSTRAINT message_demande_demande_fkey FOREIGN KEY (demande) REFERENCES public.demande(id);

ALTER TABLE ONLY public.message_demande
    ADD CONSTRAINT message_demande_document_fkey FOREIGN KEY (document) REFERENCES public.document(numero_interne);

ALTER TABLE ONLY public.modification
    ADD CONSTRAINT modification_approuvee_par_fkey FOREIGN KEY (approuvee_par) REFERENCES public.compte(id);

ALTER TABLE ONLY public.modification
    ADD CONSTRAINT modification_demandee_par_fkey FOREIGN KEY (demandee_par) REFERENCES public.compte(id);

ALTER TABLE ONLY public.modification
    ADD CONSTRAINT modification_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.modification
    ADD CONSTRAINT modification_tranchee_par_fkey FOREIGN KEY (tranchee_par) REFERENCES public.compte(id);

ALTER TABLE ONLY public.mouvement
    ADD CONSTRAINT mouvement_ecriture_fkey FOREIGN KEY (ecriture) REFERENCES public.ecriture(id);

ALTER TABLE ONLY public.recouvrement
    ADD CONSTRAINT recouvrement_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.recouvrement
    ADD CONSTRAINT recouvrement_virement_fkey FOREIGN KEY (virement) REFERENCES public.virement(id);

ALTER TABLE ONLY public.referentiel_cfa
    ADD CONSTRAINT referentiel_cfa_version_fkey FOREIGN KEY (version) REFERENCES public.referentiel_version(id);

ALTER TABLE ONLY public.referentiel_cpne
    ADD CONSTRAINT referentiel_cpne_version_fkey FOREIGN KEY (version) REFERENCES public.referentiel_version(id);

ALTER TABLE ONLY public.referentiel_diplome
    ADD CONSTRAINT referentiel_diplome_version_fkey FOREIGN KEY (version) REFERENCES public.referentiel_version(id);

ALTER TABLE ONLY public.referentiel_idcc_opco
    ADD CONSTRAINT referentiel_idcc_opco_version_fkey FOREIGN KEY (version) REFERENCES public.referentiel_version(id);

ALTER TABLE ONLY public.referentiel_idcc
    ADD CONSTRAINT referentiel_idcc_version_fkey FOREIGN KEY (version) REFERENCES public.referentiel_version(id);

ALTER TABLE ONLY public.referentiel_naf
    ADD CONSTRAINT referentiel_naf_version_fkey FOREIGN KEY (version) REFERENCES public.referentiel_version(id);

ALTER TABLE ONLY public.referentiel_npec
    ADD CONSTRAINT referentiel_npec_version_fkey FOREIGN KEY (version) REFERENCES public.referentiel_version(id);

ALTER TABLE ONLY public.referentiel_rncp
    ADD CONSTRAINT referentiel_rncp_version_fkey FOREIGN KEY (version) REFERENCES public.referentiel_version(id);

ALTER TABLE ONLY public.remise_secret
    ADD CONSTRAINT remise_secret_editeur_fkey FOREIGN KEY (editeur) REFERENCES public.editeur(id);

ALTER TABLE ONLY public.remise_secret
    ADD CONSTRAINT remise_secret_secret_fkey FOREIGN KEY (secret) REFERENCES public.secret_editeur(id);

ALTER TABLE ONLY public.rupture
    ADD CONSTRAINT rupture_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.secret_editeur
    ADD CONSTRAINT secret_editeur_editeur_fkey FOREIGN KEY (editeur) REFERENCES public.editeur(id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_compte_fkey FOREIGN KEY (compte) REFERENCES public.compte(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.solde_poste
    ADD CONSTRAINT solde_poste_numero_interne_fkey FOREIGN KEY (numero_interne) REFERENCES public.dossier(numero_interne);

ALTER TABLE ONLY public.virement_ligne
    ADD CONSTRAINT virement_ligne_ligne_fkey FOREIGN KEY (ligne) REFERENCES public.ligne_facture(id);

ALTER TABLE ONLY public.virement_ligne
    ADD CONSTRAINT virement_ligne_virement_fkey FOREIGN KEY (virement) REFERENCES public.virement(id);

ALTER TABLE ONLY public.virement
    ADD CONSTRAINT virement_lot_fkey FOREIGN KEY (lot) REFERENCES public.lot_paiement(id);

ALTER TABLE ONLY public.virement
    ADD CONSTRAINT virement_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);
