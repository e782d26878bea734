//! The report: everything that is recorded is in it, nothing else is claimed, and it is one file that stands alone.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use paper::audit::claims;
use paper::experiments::Figure;
use paper::results::Manifest;
use paper::results::{Job, Record, regenerate};
use paper::settings::Profile;
use paper::show::report;
use paper::system::files;
use paper::system::progress::Progress;

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/paper")
}

/// A results folder with Figure 2 at `smoke`, which takes no time.
fn results() -> tempfile::TempDir {
    let results = tempfile::tempdir().unwrap();
    let job = Job::new(Profile::Smoke, results.path());
    regenerate(Figure::Fig2, &job, &Progress::Silent).unwrap();
    results
}

fn html(results: &Path) -> String {
    report::html(&results.join("smoke"), Profile::Smoke).unwrap()
}

/// The values of an attribute, in order.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    let values = page.split(&start).skip(1);
    values.map(|rest| rest.split('"').next().unwrap()).collect()
}

/// What is wrong with ids and links of a report in `folder`.
fn loose_ends(page: &str, folder: &Path) -> Vec<String> {
    let ids = attributes(page, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    let mut wrong = Vec::new();
    if unique.len() < ids.len() {
        wrong.push("an id is used twice".to_owned());
    }
    for name in ["aria-labelledby", "for"] {
        for id in attributes(page, name).iter().flat_map(|ids| ids.split(' ')) {
            if !unique.contains(id) {
                wrong.push(format!("{name}={id}"));
            }
        }
    }
    for link in attributes(page, "href") {
        let good = match link.strip_prefix('#') {
            Some(id) => unique.contains(id),
            None if link.starts_with("https://") || link == "data:," => true,
            None => folder.join(link.split('#').next().unwrap()).exists(),
        };
        if !good {
            wrong.push(format!("href={link}"));
        }
    }
    wrong
}

#[test]
fn the_committed_results_are_all_in_their_report() {
    let page = report::html(&committed(), Profile::Paper).unwrap();
    let mut made = 0;
    for figure in Figure::ALL {
        let record = committed().join(format!("records/{figure}.json"));
        assert!(page.contains(&format!("<h2 id=\"{figure}\">")));
        assert_eq!(
            page.contains(&format!("id=\"{figure}-picture\"")),
            record.exists(),
            "{figure} is drawn if and only if it was made"
        );
        if !record.exists() {
            continue;
        }
        made += 1;
        let record: Record = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
        for path in record.outputs.keys() {
            assert!(page.contains(&format!("href=\"{path}\"")), "{path}");
        }
        for hash in record.outputs.values() {
            assert!(page.contains(hash), "{figure}: {hash}");
        }
    }
    assert!(made >= 5, "{made}");
    assert_eq!(loose_ends(&page, &committed()), Vec::<String>::new());
    // 2.5 MB for six figures as the files they are and the words around them, and half of one for the seventh.
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    assert_eq!(
        page,
        report::html(&committed(), Profile::Paper).unwrap(),
        "the same results give the same bytes"
    );
}

#[test]
fn the_committed_report_is_that_of_the_committed_results() {
    let path = committed().join("report.html");
    // Results may be committed before their report, but never with another one.
    let Ok(page) = fs::read_to_string(&path) else {
        return;
    };
    assert!(
        page == report::html(&committed(), Profile::Paper).unwrap(),
        "the report is out of date: make report PROFILE=paper"
    );
}

#[test]
fn writing_it_enters_it_in_the_manifest() {
    let results = results();
    let path = report::write(results.path(), Profile::Smoke).unwrap();
    let folder = results.path().join("smoke");
    let manifest = Manifest::read(&folder).unwrap();
    let page = fs::read(&path).unwrap();
    assert_eq!(manifest.expected()["report.html"], files::sha256(&page));
    let page = String::from_utf8(page).unwrap();
    assert!(
        page.contains(&manifest.content()),
        "it names what it was written from"
    );
    assert_eq!(loose_ends(&page, &folder), Vec::<String>::new());
    // Claims and comparison were written with it, and every claim is in it.
    for claim in claims::all().unwrap() {
        assert!(
            page.contains(&format!("id=\"claim-{}\"", claim.id)),
            "{}",
            claim.id
        );
    }
    report::write(results.path(), Profile::Smoke).unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        page,
        "writing it again changes nothing"
    );
}

#[test]
fn every_setting_and_every_column_is_explained() {
    let page = report::html(&committed(), Profile::Paper).unwrap();
    let mut names: Vec<&str> = Vec::new();
    for row in page.split("<tr><th scope=\"row\"><code>").skip(1) {
        let (name, rest) = row.split_once("</code>").unwrap();
        let meaning = rest.split("<td>").nth(2).unwrap();
        assert!(!meaning.starts_with("</td>"), "the setting {name}");
    }
    for table in page.split("<table class=\"head\">").skip(1) {
        let (head, rest) = table.split_once("</thead>").unwrap();
        let explained = rest.split_once("</dl>").unwrap().0;
        for column in head.split("class=\"number\">").skip(1) {
            let name = column.split('<').next().unwrap();
            assert!(
                explained.contains(&format!("<dt>{name}:</dt>")),
                "the column {name}"
            );
            names.push(name);
        }
    }
    assert!(names.contains(&"law_standard_deviation"), "{names:?}");
}

#[test]
fn it_stands_alone() {
    let results = results();
    // The name space of SVG has the form of an address and is none.
    let page = html(results.path()).replace("\"http://www.w3.org/2000/svg\"", "");
    let page = page.replace(" src=\"data:image/svg+xml,", "");
    for fetched in [
        " src=",
        "url(",
        "@import",
        "<iframe",
        "<object",
        "<embed",
        "fetch(",
        "\"http://",
    ] {
        assert!(!page.contains(fetched), "{fetched}");
    }
    assert_eq!(page.matches("<link ").count(), 1, "the empty icon");
    assert!(page.contains("default-src 'none'"));
    for (open, close) in [
        ("<section", "</section>"),
        ("<table", "</table>"),
        ("<details", "</details>"),
        ("<svg", "</svg>"),
    ] {
        assert_eq!(
            page.matches(open).count(),
            page.matches(close).count(),
            "{open}"
        );
    }
}

#[test]
fn what_was_not_made_is_said_and_not_claimed() {
    let results = results();
    let page = html(results.path());
    assert!(page.contains("fig2-picture") && !page.contains("fig1-picture"));
    assert!(page.contains("make fig1 PROFILE=smoke"));
    assert!(page.contains("Not made yet: Figure 1, Figure 3"));
    assert!(!page.contains("href=\"tables/fig1"));
    assert!(!page.contains("href=\"site/"), "no notebooks were exported");

    let site = results.path().join("smoke/site");
    fs::create_dir(&site).unwrap();
    fs::write(site.join("02_figure_2.html"), "").unwrap();
    assert!(html(results.path()).contains("<a href=\"site/02_figure_2.html\">02 figure 2</a>"));

    let empty = tempfile::tempdir().unwrap();
    let error = report::write(empty.path(), Profile::Smoke).unwrap_err();
    assert!(error.to_string().contains("make PROFILE=smoke"), "{error}");
}

#[test]
fn files_that_changed_or_vanished_are_named() {
    let results = results();
    let passed = "All checks of Figure 2 pass";
    assert!(html(results.path()).contains("class=\"banner pass\""));
    let table = results.path().join("smoke/tables/fig2_dynamics.csv");
    let mut bytes = fs::read(&table).unwrap();
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    fs::write(&table, &bytes).unwrap();
    let page = html(results.path());
    assert!(page.contains("tables/fig2_dynamics.csv was changed") && !page.contains(passed));
    fs::remove_file(&table).unwrap();
    fs::remove_file(results.path().join("smoke/figures/fig2.svg")).unwrap();
    let page = html(results.path());
    assert!(page.contains("tables/fig2_dynamics.csv is missing"));
    assert!(page.contains("The figure cannot be shown") && !page.contains("fig2-picture"));
}

#[test]
fn words_from_files_are_escaped() {
    let results = results();
    let path = results.path().join("smoke/records/fig2.json");
    let mut record: Record = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    record.checks[0].quantity = "<script>alert(1)</script> & \"more\"".to_owned();
    record.checks[0].found = 7.0;
    fs::write(&path, serde_json::to_vec(&record).unwrap()).unwrap();
    let page = html(results.path());
    assert!(!page.contains("<script>alert"), "not escaped");
    assert!(
        page.contains("alert(1)") && page.contains("banner fail"),
        "shown, and failing"
    );
}

/// The script of the panel against the closed forms of the library, in a JavaScript engine.
mod dynamics {
    use dae::theory::{Mode, dynamics, rates};
    use paper::show::panel::DYNAMICS;
    use rquickjs::{Context, Runtime};
    use serde_json::{Value, json};

    const FRACTION: f64 = 0.95;

    /// Runs an expression of the script for each case and gives the numbers; `null` is no number.
    fn run(expression: &str, cases: &[Value]) -> Vec<Option<f64>> {
        let cases = serde_json::to_string(cases).unwrap();
        let program = format!(
            "{DYNAMICS}\nJSON.stringify({cases}.map(({{lambda, epsilon, gamma, w0, s, f}}) => {{\n\
             const m = dynamics.mode(lambda, epsilon, gamma);\n\
             const y = {expression};\n\
             return y === null || Number.isFinite(y) ? y : String(y); }}))"
        );
        let runtime = Runtime::new().unwrap();
        let context = Context::full(&runtime).unwrap();
        let text: String = context.with(|context| context.eval(program)).unwrap();
        // A string stands for NaN or infinity, and is refused here.
        serde_json::from_str(&text).unwrap()
    }

    fn modes() -> Vec<[f64; 3]> {
        let mut modes = Vec::new();
        for lambda in [0.0, 1e-9, 0.05, 0.5, 1.0, 2.5, 5.0, 38.29, 741.6, 1e12] {
            for epsilon in [0.0, 1e-12, 0.3, 1.0, 5.0, 1e8] {
                for gamma in [
                    0.0,
                    0.2,
                    1.0,
                    5.0,
                    lambda,
                    2.0 * lambda,
                    lambda * (1.0 - 1e-12),
                ] {
                    modes.push([lambda, epsilon, gamma]);
                }
            }
        }
        modes
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1e-290)
    }

    #[test]
    fn the_panel_draws_the_closed_form() {
        let (mut cases, mut expected) = (Vec::new(), Vec::new());
        for [lambda, epsilon, gamma] in modes() {
            let mode = Mode::new(lambda, epsilon, gamma).unwrap();
            for w0 in [0.0, 1e-12, 1e-6, 0.1, 0.5, 1.0, 2.0] {
                for s in [0.0, 1e-6, 0.01, 1.0, 30.0, 1e4, 1e7, 1e15] {
                    cases.push(json!({ "lambda": lambda, "epsilon": epsilon, "gamma": gamma, "w0": w0, "s": s }));
                    expected.push(dynamics::balanced(&mode, w0, s).unwrap());
                }
            }
        }
        let found = run("dynamics.balanced(m, w0, s)", &cases);
        assert_eq!(found.len(), expected.len());
        assert!(found.len() > 20_000);
        for ((case, found), expected) in cases.iter().zip(found).zip(expected) {
            assert!(
                close(found.unwrap(), expected),
                "{case}: {found:?} {expected}"
            );
        }
    }

    #[test]
    fn its_numbers_are_those_of_the_theory() {
        let modes = modes();
        let case = |[lambda, epsilon, gamma]: &[f64; 3]| json!({ "lambda": lambda, "epsilon": epsilon, "gamma": gamma });
        let cases: Vec<Value> = modes.iter().map(case).collect();
        let fixed = run("dynamics.fixedPoint(m)", &cases);
        let matched = run("dynamics.matchedGamma(lambda, epsilon)", &cases);
        let optimal = run("dynamics.optimalRate(m)", &cases);
        for (index, &[lambda, epsilon, gamma]) in modes.iter().enumerate() {
            let mode = Mode::new(lambda, epsilon, gamma).unwrap();
            let case = &cases[index];
            assert!(close(fixed[index].unwrap(), mode.fixed_point()), "{case}");
            assert!(
                close(matched[index].unwrap(), mode.matched_gamma()),
                "{case}"
            );
            match rates::optimal(&mode) {
                Ok(rate) => assert!(close(optimal[index].unwrap(), rate), "{case}"),
                Err(_) => assert_eq!(optimal[index], None, "{case}"),
            }
        }
        let mut none = 0;
        for w0 in [0.0, 1e-9, 1e-4, 0.3, 0.9, 2.0] {
            let with_start: Vec<Value> = cases
                .iter()
                .cloned()
                .map(|mut case| {
                    case["w0"] = json!(w0);
                    case["f"] = json!(FRACTION);
                    case
                })
                .collect();
            let times = run("dynamics.learningTime(m, w0, f)", &with_start);
            for (index, &[lambda, epsilon, gamma]) in modes.iter().enumerate() {
                let mode = Mode::new(lambda, epsilon, gamma).unwrap();
                match rates::learning_time(&mode, w0, FRACTION) {
                    Ok(time) => {
                        assert!(close(times[index].unwrap(), time), "{}", with_start[index])
                    }
                    Err(_) => {
                        none += 1;
                        assert_eq!(times[index], None, "{}", with_start[index]);
                    }
                }
            }
        }
        assert!(
            none > 100 && none < 6 * modes.len() - 100,
            "both kinds occur: {none}"
        );
    }
}
