-- What a CFA reads of a software before it picks it, and what it says of its own in a request of accrochage.
-- Nullable: the release before does not write them.
ALTER TABLE logiciel
    ADD COLUMN versions text,              -- those that speak the norm, as the editor writes them
    ADD COLUMN page_contact text;          -- an https address
ALTER TABLE demande
    ADD COLUMN logiciel_nom text,
    ADD COLUMN logiciel_editeur text;
