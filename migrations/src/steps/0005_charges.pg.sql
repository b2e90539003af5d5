-- the law's rates belong to no tenant: everybody reads them, operators enter them
GRANT SELECT, INSERT, UPDATE ON reference_rates TO relance_app
