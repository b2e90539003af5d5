//! Damaged documents: whatever the bytes, an answer and no panic.

mod common;

use relance_ingest::parse;

const SAMPLE: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:a" xmlns:ram="urn:b" xmlns:udt="urn:c"><rsm:ExchangedDocument><ram:ID>É-1</ram:ID>
<ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime><udt:DateTimeString format="102">20260131</udt:DateTimeString></ram:IssueDateTime>
<ram:IncludedNote><ram:Content><![CDATA[40 €]]></ram:Content><!-- PMT --><ram:SubjectCode>PMT</ram:SubjectCode></ram:IncludedNote>
</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Vendeur</ram:Name>
<ram:SpecifiedLegalOrganization><ram:ID schemeID="0002">73282932000074</ram:ID></ram:SpecifiedLegalOrganization></ram:SellerTradeParty>
</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradePaymentTerms><ram:Description>2% Skonto bis 10.02.2026, 30 jours fin de mois le 10</ram:Description>
<ram:DueDateDateTime><udt:DateTimeString format="102">20260310</udt:DateTimeString></ram:DueDateDateTime>
<ram:PartialPaymentAmount>60.00</ram:PartialPaymentAmount></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:GrandTotalAmount>120.00</ram:GrandTotalAmount>
<ram:DuePayableAmount>120.00</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"##;

#[test]
fn truncation_anywhere_is_answered() {
    let bytes = SAMPLE.as_bytes();
    assert!(parse(bytes).is_ok());
    for end in 0..bytes.len() {
        let damaged: Vec<u8> = bytes.iter().take(end).copied().collect();
        assert!(parse(&damaged).is_err(), "read when cut at {end}");
    }
}

#[test]
fn changed_bytes_are_answered() {
    let bytes = SAMPLE.as_bytes();
    let (mut read, mut refused) = (0, 0);
    for at in 0..bytes.len() {
        for byte in [0x00, b'<', b'>', b'9', b'-', b'%', b'"', 0x80, 0xFF] {
            let mut damaged = bytes.to_vec();
            if let Some(place) = damaged.get_mut(at) {
                *place = byte;
            }
            match parse(&damaged) {
                Ok(found) => {
                    let _ = found.due();
                    read += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(read > 0 && refused > 0);
}

#[test]
fn every_bit_may_flip() {
    let bytes = SAMPLE.as_bytes();
    for at in 0..bytes.len() {
        let mut damaged = bytes.to_vec();
        if let Some(place) = damaged.get_mut(at) {
            *place ^= 1 << (at % 8);
        }
        if let Ok(found) = parse(&damaged) {
            let _ = found.due();
        }
    }
}

#[test]
fn every_stretch_may_be_missing() {
    let bytes = SAMPLE.as_bytes();
    for start in (0..bytes.len()).step_by(3) {
        for length in [1, 7, 40, 300] {
            let damaged: Vec<u8> =
                bytes.iter().enumerate().filter(|(at, _)| *at < start || *at >= start + length).map(|(_, byte)| *byte).collect();
            if let Ok(found) = parse(&damaged) {
                let _ = found.due();
            }
        }
    }
}

#[test]
fn real_documents_may_be_damaged() {
    let Some(shared) = common::shared() else {
        return;
    };
    for file in [
        "ubl/Invoice-Max_content.xml",
        "ubl/UBL-CreditNote-2.0-Example.xml",
        "cii/Extended_SubInvoiceLines_Hardware_Bsp2.xml",
        "cii/zugferd-comfort.xml",
    ] {
        let bytes = std::fs::read(shared.join("samples").join(file)).unwrap_or_default();
        assert!(parse(&bytes).is_ok(), "{file}");
        for at in (0..bytes.len()).step_by(31) {
            let cut: Vec<u8> = bytes.iter().take(at).copied().collect();
            assert!(parse(&cut).is_err(), "{file} read when cut at {at}");
            let mut flipped = bytes.clone();
            if let Some(place) = flipped.get_mut(at) {
                *place ^= 1 << (at % 8);
            }
            if let Ok(found) = parse(&flipped) {
                let _ = found.due();
            }
        }
    }
}
