//! What the results say, written into the README, `docs/CLAIMS.md` and `docs/performance.md`.
//!
//! README and performance page have places of the form
//!
//! ```text
//! <!-- results: costs -->
//! ...
//! <!-- end of results -->
//! ```
//!
//! and what is between the two lines is replaced. Agreement and claims come from `results/paper`, the comparison with
//! NumPy and PyTorch and all of the performance page from `results/bench`; costs from `results/costs.csv`, which keeps what was measured for every
//! profile, since only `paper` is committed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::audit::claims::{self, Claim};
use crate::comparison::{self, Verdict, read_rows, write_if_new};
use crate::results::manifest::Entry;
use crate::settings::Profile;
use crate::results::Recorded;
use crate::experiments::Figure;
use crate::sheet::Sheet;
use crate::{Error, Result};

/// Our trainers beside others.
const PEERS: &str = "peers";

/// Further tables below `results/bench`, which the performance page shows whole.
const MEASURED: [&str; 5] = ["limit", "kernels", "precision", "costs", "first-use"];

/// What a row of [`PEERS`] says that the README shows.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Peer {
    case: String,
    peer: String,
    threads: usize,
    ours_s_per_epoch: f64,
    peer_s_per_epoch: f64,
    ratio: f64,
    ratio_min: f64,
    ratio_max: f64,
}

/// Where costs are kept, below `results`.
const COSTS: &str = "costs.csv";

const END: &str = "<!-- end of results -->";

/// What a figure cost when it was last made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// The profile.
    pub profile: Profile,
    /// The figure.
    pub figure: Figure,
    /// Wall time with all training, in seconds, if that was recorded.
    pub seconds: Option<f64>,
    /// Largest resident memory, in bytes, if it was recorded.
    pub peak_memory: Option<u64>,
    /// Model of the processor, if it was recorded.
    pub cpu: Option<String>,
    /// Threads, if they were recorded.
    pub threads: Option<usize>,
    /// When, if it was recorded.
    pub started: Option<String>,
}

/// Brings costs, README and claims page of a clone up to date; gives the paths.
///
/// # Errors
/// Damaged results, a README without a place for them, or the file system failing.
pub fn update(root: &Path) -> Result<Vec<PathBuf>> {
    let costs = costs(root)?;
    let path = root.join("results").join(COSTS);
    write_if_new(&path, &comparison::csv(&costs, COSTS)?)?;
    let mut written = vec![path];
    for (path, text) in pages(root, &costs)? {
        write_if_new(&path, text.as_bytes())?;
        written.push(path);
    }
    Ok(written)
}

/// README, claims page and performance page of a clone as they should be.
///
/// # Errors
/// As [`update`].
pub fn pages(root: &Path, costs: &[Cost]) -> Result<Vec<(PathBuf, String)>> {
    let recorded = Recorded::open(&root.join("results/paper"))?;
    let (compared, measured) = (comparison::rows(&recorded)?, claims::rows(&recorded)?);
    let claims = claims::all()?;
    let bench = root.join("results/bench");
    let readme = spliced(
        root,
        "README.md",
        vec![
            ("costs", costs_table(costs)),
            ("agreement", agreement(&compared)),
            ("claims", claims_table(&claims, &measured)),
            ("bench", bench_table(&bench, PEERS, peers_table)?),
        ],
    )?;
    let tables = MEASURED.map(|name| Ok((name, bench_table(&bench, name, whole_table)?)));
    let tables = tables.into_iter().collect::<Result<Vec<_>>>()?;
    let performance = spliced(root, "docs/performance.md", tables)?;
    let page = claims_page(&claims, &measured);
    Ok(vec![
        readme,
        (root.join("docs/CLAIMS.md"), page),
        performance,
    ])
}

/// A page of a clone with the contents of its places.
fn spliced(root: &Path, page: &str, places: Vec<(&str, String)>) -> Result<(PathBuf, String)> {
    let path = root.join(page);
    let mut text = fs::read_to_string(&path).map_err(Error::io(&path))?;
    for (name, content) in places {
        text = splice(page, &text, name, &content)?;
    }
    Ok((path, text))
}

/// What every profile cost: of the profiles that are there, what their records say, of the others what was kept.
///
/// # Errors
/// Damaged records or a damaged file of costs.
pub fn costs(root: &Path) -> Result<Vec<Cost>> {
    let results = root.join("results");
    let mut costs = BTreeMap::new();
    if results.join(COSTS).exists() {
        for cost in read_rows::<Cost>(&results, COSTS)? {
            costs.insert((cost.profile, cost.figure), cost);
        }
    }
    for profile in [Profile::Smoke, Profile::Quick, Profile::Paper] {
        let recorded = Recorded::open(&results.join(profile.name()))?;
        for (&figure, record) in &recorded.records {
            let entry = Entry::of(record, &recorded.folder)?;
            let seconds = entry.total_seconds();
            let provenance = entry.provenance.as_ref();
            let cost = Cost {
                profile,
                figure,
                seconds,
                peak_memory: entry.peak_memory(),
                cpu: provenance.map(|p| p.cpu.clone()),
                threads: provenance.map(|p| p.threads.rayon),
                started: provenance.map(|p| p.started.clone()),
            };
            costs.insert((profile, figure), cost);
        }
    }
    Ok(costs.into_values().collect())
}

/// Replaces what is in a place of a page.
fn splice(page: &str, text: &str, name: &str, content: &str) -> Result<String> {
    let begin = format!("<!-- results: {name} -->\n");
    let parts = text.split_once(&begin).and_then(|(before, after)| {
        let (_, after) = after.split_once(END)?;
        Some(format!("{before}{begin}\n{content}\n{END}{after}"))
    });
    parts.ok_or_else(|| Error::Repository {
        file: page.to_owned(),
        problem: format!(
            "it has no place for results between `{}` and `{END}`",
            begin.trim()
        ),
    })
}

fn costs_table(costs: &[Cost]) -> String {
    let mut text = String::from(
        "| profile | Figures 1 to 4 | Figure 5 | Figure 6 | peak memory | measured on |\n|---|---|---|---|---|---|\n",
    );
    for profile in [Profile::Smoke, Profile::Quick, Profile::Paper] {
        let own: Vec<&Cost> = costs
            .iter()
            .filter(|cost| cost.profile == profile)
            .collect();
        if own.is_empty() {
            continue;
        }
        let of = |figures: &[Figure]| {
            let found: Vec<&&Cost> = own.iter().filter(|c| figures.contains(&c.figure)).collect();
            if found.len() < figures.len() {
                return "not made yet".to_owned();
            }
            let seconds: Option<f64> = found.iter().map(|cost| cost.seconds).sum();
            seconds.map_or("not recorded".to_owned(), time)
        };
        let peak = own.iter().filter_map(|cost| cost.peak_memory).max();
        let peak = peak.map_or("not recorded".to_owned(), |bytes| {
            format!("{:.2} GB", bytes as f64 / 1e9)
        });
        // Where figures were made on different machines, that of the longest one is named.
        let seconds = |cost: &Cost| cost.seconds.unwrap_or(0.0);
        let longest = own.iter().max_by(|a, b| seconds(a).total_cmp(&seconds(b)));
        let machine = longest.and_then(|cost| {
            Some(format!(
                "{}, threads: {}",
                cost.cpu.as_ref()?,
                cost.threads?
            ))
        });
        let machine = machine.unwrap_or_else(|| "two cores of a shared server".to_owned());
        let _ = writeln!(
            text,
            "| `{profile}` | {} | {} | {} | {peak} | {machine} |",
            of(&[Figure::Fig1, Figure::Fig2, Figure::Fig3, Figure::Fig4]),
            of(&[Figure::Fig5]),
            of(&[Figure::Fig6]),
        );
    }
    text
}

/// A table of the benchmark, or a sentence where it was not measured yet.
fn bench_table(
    folder: &Path,
    part: &str,
    table: impl Fn(&Path, &str) -> Result<String>,
) -> Result<String> {
    let file = format!("{part}.csv");
    if folder.join(&file).exists() {
        table(folder, &file)
    } else {
        Ok(format!(
            "Not measured yet: `make bench PART={part}` does it.\n"
        ))
    }
}

fn peers_table(folder: &Path, file: &str) -> Result<String> {
    let peers: Vec<Peer> = read_rows(folder, file)?;
    let mut text = String::from(
        "| case | threads | here | peer | its epoch | times as fast | from ... to |\n|---|---|---|---|---|---|---|\n",
    );
    for row in peers {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} ... {} |",
            row.case,
            row.threads,
            epoch(row.ours_s_per_epoch),
            row.peer,
            epoch(row.peer_s_per_epoch),
            ratio(row.ratio),
            ratio(row.ratio_min),
            ratio(row.ratio_max),
        );
    }
    Ok(text)
}

/// Every row and column, numbers with three digits.
fn whole_table(folder: &Path, file: &str) -> Result<String> {
    let sheet = Sheet::read(&folder.join(file))?;
    let names = sheet.columns().join(" | ").replace('_', " ");
    let mut text = format!("| {names} |\n|{}\n", "---|".repeat(sheet.columns().len()));
    for row in sheet.rows() {
        let cells: Vec<String> = row.map(rounded).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    Ok(text)
}

/// A number with a fraction to three digits; anything else as it is.
fn rounded(cell: &str) -> String {
    match cell.parse::<f64>() {
        Ok(value) if value == 0.0 || !value.is_finite() => cell.to_owned(),
        Ok(value) if cell.contains(['.', 'e']) => {
            let magnitude = value.abs().log10().floor();
            if (-3.0..6.0).contains(&magnitude) {
                format!("{value:.*}", (2.0 - magnitude).max(0.0) as usize)
            } else {
                format!("{value:.2e}")
            }
        }
        _ => cell.to_owned(),
    }
}

fn epoch(seconds: f64) -> String {
    if seconds < 0.1 {
        format!("{:.1} ms", 1e3 * seconds)
    } else {
        format!("{seconds:.2} s")
    }
}

fn ratio(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.0}")
    }
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{s:.1} s"),
        s if s < 6000.0 => format!("{:.1} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

fn agreement(rows: &[comparison::Row]) -> String {
    let mut text = String::from(
        "| published values | compared | within tolerance | furthest off, in tolerances |\n|---|---|---|---|\n",
    );
    for figure in Figure::ALL {
        let own: Vec<_> = rows
            .iter()
            .filter(|row| row.figure == figure.name())
            .collect();
        if own.is_empty() {
            continue;
        }
        let compared: Vec<_> = own
            .iter()
            .filter(|row| row.verdict != Verdict::NotMeasured)
            .collect();
        let passed = compared
            .iter()
            .filter(|row| row.verdict == Verdict::Pass)
            .count();
        let share = |row: &comparison::Row| {
            row.deviation
                .map_or(f64::INFINITY, |d| d.abs() / row.tolerance)
        };
        let worst = compared.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
        let worst = worst.map_or("not made yet".to_owned(), |row| {
            format!("{:.2} ({})", share(row), row.quantity)
        });
        let _ = writeln!(
            text,
            "| {figure}: {} | {} | {passed} | {worst} |",
            own.len(),
            compared.len()
        );
    }
    let losses = ["AE", "WDAE", "DAE"].map(|model| {
        let quantity = format!("mnist {model} loss at epoch 4900");
        rows.iter().find(|row| row.quantity == quantity)
    });
    if let [Some(ae), Some(wdae), Some(dae)] = losses {
        let all = [ae, wdae, dae];
        let line = |value: &dyn Fn(&comparison::Row) -> String| {
            let cells: Vec<String> = all.iter().map(|row| value(row)).collect();
            cells.join(" | ")
        };
        let found =
            |row: &comparison::Row| row.reproduced.map_or("-".to_owned(), |v| format!("{v:.4}"));
        let _ = write!(
            text,
            "\nTraining loss of Figure 5 on MNIST after 4,900 epochs; the tolerance is the range that two random starts differ by:\n\n\
             | | AE | WDAE | DAE |\n|---|---|---|---|\n| published | {} |\n| here | {} |\n| tolerance | {} |\n",
            line(&|row| format!("{:.4}", row.published)),
            line(&found),
            line(&|row| format!("{:.4}", row.tolerance)),
        );
    }
    text
}

/// The verdict on a claim, of all its measures, in words.
fn judged(id: &str, rows: &[claims::Row]) -> String {
    let own = rows.iter().filter(|row| row.id == id);
    Verdict::of_all_in_words(&own.map(|row| row.verdict).collect::<Vec<_>>())
}

fn claims_table(claims: &[Claim], rows: &[claims::Row]) -> String {
    let mut text = String::from("| claim | verdict |\n|---|---|\n");
    for claim in claims {
        let statement = match &claim.correction {
            Some(correction) => format!("{} *{correction}*", claim.statement),
            None => claim.statement.clone(),
        };
        let (id, judged) = (&claim.id, judged(&claim.id, rows));
        let _ = writeln!(text, "| {statement} | [{judged}](docs/CLAIMS.md#{id}) |");
    }
    text
}

fn claims_page(claims: &[Claim], rows: &[claims::Row]) -> String {
    let mut text = String::from(
        "# What the paper claims, measured\n\n\
         <!-- Written by `make readme` from data/claims.toml and results/paper; do not edit. -->\n\n\
         Each claim in our words, why it holds or does not, and what was measured; the code is in\n\
         [`crates/paper/src/claims`](../crates/paper/src/claims), the numbers in full are in\n\
         `results/paper/tables/claims.csv`. `corrected` stands where a claim does not hold as stated and what holds instead\n\
         was measured. A measure of what has not been made, or not with the paper's settings, is `not measured`.\n",
    );
    for claim in claims {
        let _ = write!(
            text,
            "\n## {}\n\n**{}** ({})\n\n",
            claim.id, claim.statement, claim.source
        );
        let _ = writeln!(text, "Verdict: {}.\n", judged(&claim.id, rows));
        if let Some(correction) = &claim.correction {
            let _ = writeln!(text, "What holds instead: {correction}\n");
        }
        let _ = writeln!(text, "{}\n", claim.explanation.trim());
        text.push_str(
            "| measured | expected | found | tolerance | verdict | |\n|---|---|---|---|---|---|\n",
        );
        for row in rows.iter().filter(|row| row.id == claim.id) {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                cell(&row.quantity),
                number(row.expected),
                number(row.measured),
                number(Some(row.tolerance)),
                row.verdict,
                cell(&row.note),
            );
        }
    }
    text
}

/// A bar would end the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn number(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(value) if value == value.trunc() && value.abs() < 1e6 => format!("{value}"),
        Some(value) if (1e-3..1e6).contains(&value.abs()) => {
            // Six digits, however large the number is.
            let whole = value.abs().log10().floor().max(0.0) as usize;
            let text = format!("{value:.*}", 6 - whole.min(6));
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Some(value) => format!("{value:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let text = "a\n<!-- results: x -->\nold\n<!-- end of results -->\nb\n";
        let spliced = splice("p.md", text, "x", "new\n").unwrap();
        assert_eq!(
            spliced,
            "a\n<!-- results: x -->\n\nnew\n\n<!-- end of results -->\nb\n"
        );
        assert_eq!(splice("p.md", &spliced, "x", "new\n").unwrap(), spliced);
        assert!(splice("p.md", text, "y", "").is_err());
    }

    #[test]
    fn the_bench_tables_show_what_was_measured() {
        let folder = tempfile::tempdir().unwrap();
        let peers = || bench_table(folder.path(), PEERS, peers_table);
        assert!(peers().unwrap().contains("make bench PART=peers"));
        let write = |text: &str| fs::write(folder.path().join("peers.csv"), text).unwrap();
        write(
            "case,peer,threads,ours_s_per_epoch,peer_s_per_epoch,ratio,ratio_min,ratio_max\n\
             linear-mnist,numpy,2,0.0025,1.2,480,470.4,491\n",
        );
        let table = peers().unwrap();
        let last = table.lines().last().unwrap();
        let expected = "| linear-mnist | 2 | 2.5 ms | numpy | 1.20 s | 480 | 470 ... 491 |";
        assert_eq!(last, expected);
        assert_eq!(
            bench_table(folder.path(), PEERS, whole_table).unwrap(),
            "| case | peer | threads | ours s per epoch | peer s per epoch | ratio | ratio min | ratio max |\n\
             |---|---|---|---|---|---|---|---|\n\
             | linear-mnist | numpy | 2 | 0.00250 | 1.20 | 480 | 470 | 491 |\n"
        );
        write("case,peer\na,b\n");
        assert!(peers().is_err());
    }

    #[test]
    fn measured_numbers_have_three_digits() {
        for (cell, text) in [
            ("0.0", "0.0"),
            ("2", "2"),
            ("inf", "inf"),
            ("linear.mnist", "linear.mnist"),
            ("0.71331", "0.713"),
            ("-136.36", "-136"),
            ("1048576.5", "1.05e6"),
            ("9.87654e-5", "9.88e-5"),
        ] {
            assert_eq!(rounded(cell), text);
        }
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (761.0, "761"),
            (0.05, "0.05"),
            (2.437986, "2.437986"),
            (15.720566646, "15.72057"),
            (7.771561e-16, "7.8e-16"),
            (1e-12, "1.0e-12"),
        ] {
            assert_eq!(number(Some(value)), text);
        }
        assert_eq!(
            [time(4.04), time(696.0), time(19_000.0)],
            ["4.0 s", "11.6 min", "5.3 h"]
        );
    }
}
