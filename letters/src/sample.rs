//! Made-up messages with every fact, and with the least that renders: what a tenant's own text is tried on before it
//! may be used, and what it is shown with while no reminder is named.

use chrono::NaiveDate;

use crate::context::*;

/// A day.
pub fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// Euros, in cents.
pub fn eur(minor: i64) -> Amount {
    Amount::new("EUR", minor, 2)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn lines(list: &[&str]) -> Vec<String> {
    list.iter().map(|line| (*line).to_owned()).collect()
}

/// A row with its own number and nothing optional.
pub fn row(number: &str, minor: i64) -> Row {
    Row {
        number: number.to_owned(),
        issued_on: on(2026, 9, 5),
        due_on: on(2026, 10, 5),
        amount_due: eur(minor),
        total: eur(minor),
        days_overdue: 43,
        ..Row::default()
    }
}

/// Who is owed.
pub fn creditor() -> Creditor {
    Creditor {
        legal_name: "Ateliers Dumas".into(),
        legal_form: some("SAS"),
        capital: some("50000.00"),
        siren: some("732829320"),
        rcs_city: some("Lyon"),
        vat_id: some("FR44732829320"),
        address_lines: lines(&["12 rue de la République", "69002 Lyon"]),
        phone: some("04 78 00 11 22"),
        email: some("compta@ateliers-dumas.example"),
        contact_name: some("Hélène Garnier"),
        iban: some("FR7630006000011234567890189"),
        bic: some("AGRIFRPP"),
        payment_methods: lines(&["chèque à l’ordre d’Ateliers Dumas, encaissé à réception"]),
        privacy_url: some("https://ateliers-dumas.example/donnees"),
        consumer_mediator: some("Médiation de la consommation, https://mediateur.example"),
        signature: some("Hélène Garnier\nResponsable comptable"),
    }
}

fn customer(kind: &str) -> Recipient {
    let (name, contact, siren) = match kind {
        "consumer" => ("Mme Odile Perrin", None, None),
        "public_body" => ("Commune de Saint-Étienne-des-Prés", some("Paul Vidal"), some("217500016")),
        _ => ("Menuiserie Lefèvre & Fils", some("Claire Dupont"), some("552100554")),
    };
    Recipient {
        name: name.into(),
        kind: kind.into(),
        contact_name: contact,
        address_lines: lines(&["8 chemin des Ormes", "38000 Grenoble"]),
        siren,
        registered_address_lines: if kind == "business" { lines(&["3 place Victor-Hugo", "38000 Grenoble"]) } else { Vec::new() },
    }
}

/// The kind of customer a message is for: any but the last ones goes to all kinds.
pub fn kind_for(template: &str) -> &'static str {
    match template {
        "formal_notice_consumer" => "consumer",
        name if name.starts_with("public_") => "public_body",
        _ => "business",
    }
}

/// Everything known, for a customer of this kind.
pub fn full(template: &str, language: &str, kind: &str) -> MessageContext {
    let first = Row {
        purchase_order: some("BC-2207"),
        total: eur(150_000),
        credited: Some(eur(10_000)),
        paid: Some(eur(16_544)),
        origin: some("Portes intérieures, chantier des Ormes"),
        facts: RowFacts { delivered_on: Some(on(2026, 9, 3)), payment_term_days: Some(30), ..RowFacts::default() },
        ..row("FA-2026-0117", 123_456)
    };
    let second = Row { purchase_order: some("BC-2231"), ..row("FA-2026-0121", 86_000) };
    let public = RowFacts {
        deposited_on: Some(on(2026, 9, 5)),
        received_on: Some(on(2026, 9, 5)),
        payment_term_days: Some(30),
        portal_number: some("2026-884213"),
        commitment_number: some("E-5521"),
        service_code: some("TECH01"),
        ..RowFacts::default()
    };
    let mut rows = vec![first, second];
    if kind == "public_body" {
        rows.iter_mut().for_each(|row| row.facts = public.clone());
    }
    let (others, upcoming) = beside(template);
    let claims = matches!(template, "formal_notice" | "public_demand");
    MessageContext {
        language: language.into(),
        template: template.into(),
        today: on(2026, 11, 17),
        payments_known_until: on(2026, 11, 16),
        creditor: creditor(),
        customer: customer(kind),
        totals: vec![eur(209_456 + others.iter().chain(&upcoming).map(|row| row.amount_due.minor).sum::<i64>())],
        step_rows: rows,
        other_rows: others,
        upcoming_rows: upcoming,
        not_claimed: vec![row("FA-2026-0099", 51_200)],
        pay_before_on: Some(on(2026, 11, 27)),
        deadline_on: Some(on(2026, 12, 2)),
        deadline_days: Some(8),
        charges: Some(Charges {
            mode: if claims { ChargesMode::Claim } else { ChargesMode::Mention },
            fixed_compensation: claims.then(|| eur(8_000)),
            fixed_count: 2,
            interest: if claims { interest() } else { Vec::new() },
            interest_settled: false,
            regime: None,
        }),
        previous: vec![contact(on(2026, 10, 9), "email"), contact(on(2026, 10, 21), "phone_task"), contact(on(2026, 10, 30), "email")],
        payment_url: some("https://payer.ateliers-dumas.example/r/8fk2?x=1&y=2"),
        reference: "R-20418".into(),
        variant_seed: 0,
        first_message: true,
        promise: Some(PromiseInfo {
            amount: eur(123_456),
            promised_on: on(2026, 11, 24),
            method: some("virement"),
            made_by: some("Claire Dupont"),
        }),
        tracking_number: some("2C 123 456 7890 1"),
        enclosures: lines(&["Facture FA-2026-0117", "Facture FA-2026-0121"]),
        event: event(),
        ..MessageContext::default()
    }
}

/// What a message carries beside its step: nothing is overdue beside a courtesy, and a notice names nothing that is not.
fn beside(template: &str) -> (Vec<Row>, Vec<Row>) {
    let other = |number, due_on, days_overdue, minor| vec![Row { due_on, days_overdue, ..row(number, minor) }];
    let overdue = other("FA-2026-0140", on(2026, 11, 3), 14, 30_000);
    match template {
        "courtesy" => (Vec::new(), other("FA-2026-0140", on(2026, 11, 25), 0, 30_000)),
        "formal_notice" | "formal_notice_consumer" | "public_demand" => (overdue, Vec::new()),
        _ => (overdue, other("FA-2026-0152", on(2026, 11, 25), 0, 15_000)),
    }
}

fn contact(on: NaiveDate, channel: &str) -> PreviousContact {
    PreviousContact { on, channel: channel.into(), step_key: "step".into() }
}

fn interest() -> Vec<Interest> {
    let one = |number: &str, amount, daily| Interest {
        invoice_number: number.into(),
        from_on: on(2026, 10, 6),
        until_on: on(2026, 11, 17),
        days: 43,
        rate_percent: "12.15".into(),
        amount: eur(amount),
        daily_amount: Some(eur(daily)),
    };
    vec![one("FA-2026-0117", 1_767, 41), one("FA-2026-0121", 1_231, 29)]
}

fn event() -> EventFacts {
    let task = |what: &str| CallTask { what: what.into(), by_on: Some(on(2026, 11, 20)) };
    let part = |day, minor| Instalment { due_on: day, amount: eur(minor), method: some("virement") };
    EventFacts {
        call: Some(CallFacts {
            on: on(2026, 11, 17),
            our_speaker: some("Hélène Garnier"),
            their_speaker: some("Claire Dupont"),
            summary: some("La facture FA-2026-0117 attend l’accord du conducteur de travaux."),
            we_do: vec![task("envoi du bon de livraison")],
            you_do: vec![task("accord du conducteur de travaux")],
        }),
        dispute: Some(DisputeFacts {
            reason: some("une porte livrée rayée"),
            amount: Some(eur(51_200)),
            handled_by: some("Marc Olivier"),
            answer_by_on: Some(on(2026, 12, 1)),
            needed: some("une photographie de la porte"),
            our_error: true,
        }),
        payment: Some(PaymentFacts { amount: eur(209_456), received_on: on(2026, 11, 16) }),
        plan: Some(PlanFacts {
            total: eur(209_456),
            instalments: vec![part(on(2026, 12, 1), 100_000), part(on(2027, 1, 4), 109_456)],
            grace_days: 3,
            charges_waived: true,
            accepted_by: some("Claire Dupont"),
            accepted_on: Some(on(2026, 11, 17)),
            accepted_how: some("par courriel"),
        }),
        documents: lines(&["Facture FA-2026-0117", "Bon de livraison BL-884"]),
    }
}

/// The least that renders: a name, one invoice, and what the template cannot be without.
pub fn minimal(template: &str, language: &str, kind: &str) -> MessageContext {
    MessageContext {
        language: language.into(),
        template: template.into(),
        today: on(2026, 11, 17),
        payments_known_until: on(2026, 11, 16),
        creditor: Creditor { legal_name: "Ateliers Dumas".into(), ..Creditor::default() },
        customer: Recipient {
            name: "Lefèvre".into(),
            kind: kind.into(),
            address_lines: lines(&["38000 Grenoble"]),
            ..Recipient::default()
        },
        step_rows: vec![row("FA-1", 12_300)],
        deadline_days: Some(15),
        promise: Some(PromiseInfo { promised_on: on(2026, 11, 24), ..PromiseInfo::default() }),
        event: EventFacts {
            call: Some(CallFacts { on: on(2026, 11, 17), ..CallFacts::default() }),
            plan: Some(PlanFacts {
                total: eur(12_300),
                instalments: vec![Instalment { due_on: on(2026, 12, 1), amount: eur(12_300), method: None }],
                ..PlanFacts::default()
            }),
            ..EventFacts::default()
        },
        ..MessageContext::default()
    }
}
