-- What the migrations add up to. Written by a test: see tests/integration/opco/socle/test_migrations.py.

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
    CONSTRAINT dossier_etat_check CHECK ((etat = ANY (ARRAY['TRANSMIS'::text, 'EN_COURS_INSTRUCTION'::text, 'ENGAGE'::text, 'REFUSE'::text, 'ANNULE'::text, 'RUPTURE'::text, 'SOLDE'::text])))
);

CREATE SEQUENCE public.dossier_numero
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9999999
    CACHE 1;

CREATE TABLE public.editeur (
    id bigint NOT NULL,
    nom text NOT NULL,
    client_id text NOT NULL,
    secret_empreinte bytea NOT NULL,
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

CREATE TABLE public.idempotence (
    editeur bigint NOT NULL,
    siren text NOT NULL,
    route text NOT NULL,
    cle bytea NOT NULL,
    contenu bytea NOT NULL,
    reponse bytea,
    prise_le timestamp with time zone NOT NULL
);

CREATE TABLE public.jeton (
    empreinte bytea NOT NULL,
    editeur bigint NOT NULL,
    portee text NOT NULL,
    cle_dpop text,
    emis_le timestamp with time zone NOT NULL,
    expire_le timestamp with time zone NOT NULL
);

CREATE TABLE public.organisation (
    siren text NOT NULL,
    denomination text NOT NULL,
    cree_le timestamp with time zone NOT NULL,
    CONSTRAINT organisation_siren_check CHECK ((siren ~ '^[0-9]{9}$'::text))
);

CREATE TABLE public.preuve_dpop (
    empreinte bytea NOT NULL,
    expire_le timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.accrochage
    ADD CONSTRAINT accrochage_pkey PRIMARY KEY (editeur, siren);

ALTER TABLE ONLY public.cle_api
    ADD CONSTRAINT cle_api_empreinte_key UNIQUE (empreinte);

ALTER TABLE ONLY public.cle_api
    ADD CONSTRAINT cle_api_pkey PRIMARY KEY (id);

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

ALTER TABLE ONLY public.editeur
    ADD CONSTRAINT editeur_client_id_key UNIQUE (client_id);

ALTER TABLE ONLY public.editeur
    ADD CONSTRAINT editeur_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.etablissement
    ADD CONSTRAINT etablissement_pkey PRIMARY KEY (siret);

ALTER TABLE ONLY public.evenement
    ADD CONSTRAINT evenement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotence
    ADD CONSTRAINT idempotence_pkey PRIMARY KEY (editeur, siren, route, cle);

ALTER TABLE ONLY public.jeton
    ADD CONSTRAINT jeton_pkey PRIMARY KEY (empreinte);

ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_pkey PRIMARY KEY (siren);

ALTER TABLE ONLY public.preuve_dpop
    ADD CONSTRAINT preuve_dpop_pkey PRIMARY KEY (empreinte);

CREATE INDEX cle_api_siren ON public.cle_api USING btree (siren);

CREATE INDEX dossier_identite_liberee ON public.dossier USING btree (identite) WHERE (etat = ANY (ARRAY['REFUSE'::text, 'ANNULE'::text]));

CREATE UNIQUE INDEX dossier_identite_vivante ON public.dossier USING btree (identite) WHERE (etat <> ALL (ARRAY['REFUSE'::text, 'ANNULE'::text]));

CREATE INDEX dossier_nir ON public.dossier USING btree (nir_empreinte) WHERE (nir_empreinte IS NOT NULL);

CREATE INDEX dossier_siren ON public.dossier USING btree (siren, numero_interne);

CREATE UNIQUE INDEX etablissement_un_siege ON public.etablissement USING btree (siren) WHERE siege;

CREATE INDEX evenement_fil ON public.evenement USING btree (siren, transaction, id);

CREATE INDEX idempotence_prise ON public.idempotence USING btree (prise_le);

CREATE INDEX jeton_expire ON public.jeton USING btree (expire_le);

CREATE INDEX preuve_dpop_expire ON public.preuve_dpop USING btree (expire_le);

ALTER TABLE ONLY public.accrochage
    ADD CONSTRAINT accrochage_editeur_fkey FOREIGN KEY (editeur) REFERENCES public.editeur(id);

ALTER TABLE ONLY public.accrochage
    ADD CONSTRAINT accrochage_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.cle_api
    ADD CONSTRAINT cle_api_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

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

ALTER TABLE ONLY public.etablissement
    ADD CONSTRAINT etablissement_siren_fkey FOREIGN KEY (siren) REFERENCES public.organisation(siren);

ALTER TABLE ONLY public.jeton
    ADD CONSTRAINT jeton_editeur_fkey FOREIGN KEY (editeur) REFERENCES public.editeur(id) ON DELETE CASCADE;
