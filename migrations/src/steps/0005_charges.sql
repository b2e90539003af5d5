-- Reference rates entered beside those that come with the program: the law's, the same for every tenant.
CREATE TABLE reference_rates (
    series TEXT NOT NULL,
    half_year TEXT NOT NULL,
    -- percent a year, exact text
    rate TEXT NOT NULL,
    source TEXT NOT NULL,
    entered_on TEXT NOT NULL,
    PRIMARY KEY (series, half_year)
);
