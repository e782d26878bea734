//! The operations on a card, where there is one: as on the host.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

#[path = "support/conformance.rs"]
mod conformance;

use dae_cuda::{Card, NoCard, Which};

#[test]
fn a_card_conforms_where_there_is_one() {
    match Card::find(Which::Auto) {
        Err(why) => println!("skipped: no card can be used: {why}"),
        Ok(card) => {
            println!("{}", card.description());
            conformance::conforms(card.operations().unwrap());
            let (free, total) = card.memory().unwrap();
            assert!(0 < free && free <= total && card.peak() > 0);
        }
    }
}

#[test]
fn a_card_that_is_not_there_is_refused_in_one_line() {
    let why = match Card::find(Which::Index(usize::MAX)) {
        Err(why) => why,
        Ok(_) => unreachable!("no machine has so many cards"),
    };
    assert!(!matches!(why, NoCard::Failed { .. }), "{why}");
    assert!(!why.to_string().contains('\n'), "{why}");
}
