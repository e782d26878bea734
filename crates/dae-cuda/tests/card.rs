//! The operations and trainers on a card, where there is one: as on the host. Where there is none, on a pretended one.

// A test fails by panicking.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::thread;

use dae_cuda::{Card, NoCard, Operations, Which};
use support::{conformance, runs};

#[test]
fn a_card_conforms_where_there_is_one() {
    match Card::find(Which::Auto) {
        Err(why) => println!("skipped: no card can be used: {why}"),
        Ok(card) => conforms(&card),
    }
}

fn conforms(card: &Card) {
    println!("conforms: {}", card.description());
    conformance::conforms(card.operations().unwrap());
    runs::are_those_on_the_host(|| card.operations().unwrap());
    let (free, total) = card.memory().unwrap();
    assert!(0 < free && free <= total && card.peak() > 32 << 20);

    // More than there is: refused before, and by the driver, in one line each.
    let mut operations = card.operations().unwrap();
    let refused = operations.require(total + 1).unwrap_err().to_string();
    assert!(refused.contains("of device memory are needed"), "{refused}");
    let rows = usize::try_from(total).unwrap().div_ceil(4 << 10) + 1;
    let refused = operations.zeros(rows, 1 << 10).unwrap_err().to_string();
    assert!(refused.contains("more are needed"), "{refused}");
    assert!(!refused.contains('\n'), "{refused}");

    // On another thread, and given back there.
    let card = card.clone();
    let elsewhere = thread::spawn(move || {
        let mut noisy = card.operations().unwrap();
        conformance::noise_is_that_of_the_processor(&mut noisy);
    });
    elsewhere.join().unwrap();
}

#[test]
fn a_card_trains_side_by_side_where_there_is_one() {
    match Card::find(Which::Auto) {
        Err(why) => println!("skipped: no card can be used: {why}"),
        Ok(card) => {
            runs::side_by_side(|| card.operations().unwrap());
            println!("side by side: {}", card.description());
        }
    }
}

#[test]
fn a_card_that_is_not_there_is_refused_in_one_line() {
    let why = match Card::find(Which::Index(usize::MAX)) {
        Err(why) => why,
        Ok(_) => panic!("no machine has so many cards"),
    };
    assert!(!matches!(why, NoCard::Failed { .. }), "{why}");
    assert!(!why.to_string().contains('\n'), "{why}");
}

#[cfg(target_os = "linux")]
mod pretended {
    use std::env;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};
    use std::process::{Command, id};
    use std::sync::OnceLock;

    use super::support::compile::compile;

    #[test]
    fn a_pretended_card_conforms() {
        again("a_card_conforms_where_there_is_one", "conforms");
    }

    #[test]
    fn a_pretended_card_trains_side_by_side() {
        again(
            "a_card_trains_side_by_side_where_there_is_one",
            "side by side",
        );
    }

    /// A test of the card once more, in a process that finds other libraries.
    fn again(test: &str, said: &str) {
        static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
        let flags: &[&str] = &["-fPIC", "-shared", "-fvisibility=hidden"];
        let library = LIBRARY.get_or_init(|| compile("pretended.cpp", &[flags]));
        let Some(library) = library else {
            return;
        };
        // One library by three names, so that they know of each other; in a folder of this test.
        let folder = format!("pretended-{test}-{}", id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        fs::create_dir_all(&folder).unwrap();
        for name in ["cuda", "nvrtc", "cublas"] {
            symlink(library, folder.join(format!("lib{name}.so"))).unwrap();
        }
        let mut again = Command::new(env::current_exe().unwrap());
        again.args(["--exact", test, "--nocapture"]);
        let output = again.env("LD_LIBRARY_PATH", &folder).output().unwrap();
        fs::remove_dir_all(&folder).unwrap();
        // The first card cannot be opened.
        let card = format!("{said}: a pretended card (cuda:1), driver");
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains(&card), "{said}");
    }
}
