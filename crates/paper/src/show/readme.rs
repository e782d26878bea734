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

use super::number::{self, duration, significant};
use crate::audit::claims::{self, Claim};
use crate::experiments::Figure;
use crate::results::{Recorded, comparison};
use crate::settings::Profile;
use crate::system::files::write_if_new;
use crate::system::sources;
use crate::tables::rows::{from_csv, to_csv};
use crate::tables::{Check, Tally, Verdict};
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
    write_if_new(&path, &to_csv(&costs, COSTS)?)?;
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
        for cost in from_csv::<Cost>(&results, COSTS)? {
            costs.insert((cost.profile, cost.figure), cost);
        }
    }
    for profile in Profile::ALL {
        let recorded = Recorded::open(&results.join(profile.name()))?;
        for (&figure, record) in &recorded.records {
            let provenance = record.provenance.as_ref();
            let cost = Cost {
                profile,
                figure,
                seconds: record.total_seconds(),
                peak_memory: record.peak_memory(),
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
    // Figures that are made without training take no time to speak of.
    let trained = |figure: &&Figure| !sources::of_trainings(figure.name()).is_empty();
    let (trained, cheap): (Vec<Figure>, Vec<Figure>) = Figure::ALL.iter().partition(trained);
    let groups: Vec<Vec<Figure>> = std::iter::once(cheap)
        .chain(trained.into_iter().map(|figure| vec![figure]))
        .filter(|group| !group.is_empty())
        .collect();
    let names: Vec<String> = groups.iter().map(|group| numbered(group)).collect();
    let mut text = format!(
        "| profile | {} | peak memory | measured on |\n|---|{}---|---|\n",
        names.join(" | "),
        "---|".repeat(names.len())
    );
    for profile in Profile::ALL {
        let own: Vec<&Cost> = costs
            .iter()
            .filter(|cost| cost.profile == profile)
            .collect();
        if own.is_empty() {
            continue;
        }
        let of = |figures: &Vec<Figure>| {
            let found: Vec<&&Cost> = own.iter().filter(|c| figures.contains(&c.figure)).collect();
            if found.len() < figures.len() {
                return "not made yet".to_owned();
            }
            let seconds: Option<f64> = found.iter().map(|cost| cost.seconds).sum();
            seconds.map_or("not recorded".to_owned(), duration)
        };
        let peak = own.iter().filter_map(|cost| cost.peak_memory).max();
        let peak = peak.map_or("not recorded".to_owned(), |peak| {
            number::bytes(peak).to_string()
        });
        // Where figures were made on different machines, that of the longest one is named.
        let seconds = |cost: &Cost| cost.seconds.unwrap_or(0.0);
        let longest = own.iter().max_by(|a, b| seconds(a).total_cmp(&seconds(b)));
        let machine = longest.and_then(|cost| {
            let (cpu, threads) = (cost.cpu.as_ref()?, cost.threads?);
            Some(format!("{cpu}, threads: {threads}"))
        });
        let machine = machine.unwrap_or_else(|| "two cores of a shared server".to_owned());
        let times: Vec<String> = groups.iter().map(of).collect();
        let times = times.join(" | ");
        let _ = writeln!(text, "| `{profile}` | {times} | {peak} | {machine} |");
    }
    text
}

/// `Figure 5`, `Figures 1 to 4`.
fn numbered(figures: &[Figure]) -> String {
    let number = |figure: &Figure| figure.name().trim_start_matches("fig").to_owned();
    match figures {
        [only] => format!("Figure {}", number(only)),
        [first, .., last] => format!("Figures {} to {}", number(first), number(last)),
        [] => String::new(),
    }
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
    let peers: Vec<Peer> = from_csv(folder, file)?;
    let mut text = String::from(
        "| case | threads | here | peer | its epoch | times as fast | from ... to |\n|---|---|---|---|---|---|---|\n",
    );
    for row in peers {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} ... {} |",
            row.case,
            row.threads,
            duration(row.ours_s_per_epoch),
            row.peer,
            duration(row.peer_s_per_epoch),
            significant(row.ratio, 3),
            significant(row.ratio_min, 3),
            significant(row.ratio_max, 3),
        );
    }
    Ok(text)
}

/// Every row and column, numbers with three digits.
fn whole_table(folder: &Path, file: &str) -> Result<String> {
    let path = folder.join(file);
    let bytes = fs::read(&path).map_err(Error::io(path))?;
    let damaged = |error: csv::Error| Error::Damaged {
        file: file.to_owned(),
        problem: error.to_string(),
    };
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let names = reader.headers().map_err(damaged)?;
    let rule = "---|".repeat(names.len());
    let names = names
        .iter()
        .collect::<Vec<_>>()
        .join(" | ")
        .replace('_', " ");
    let mut text = format!("| {names} |\n|{rule}\n");
    for row in reader.records() {
        let row = row.map_err(damaged)?;
        let cells: Vec<String> = row.iter().map(|cell| number::cell(cell, 3)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    Ok(text)
}

fn agreement(rows: &[comparison::Row]) -> String {
    let mut text = String::from(
        "| published values | compared | within tolerance | furthest off, in tolerances |\n|---|---|---|---|\n",
    );
    for figure in Figure::ALL {
        let own = rows.iter().filter(|row| row.figure == figure.name());
        let own: Vec<Check> = own.map(comparison::Row::check).collect();
        let tally = Tally::of(&own);
        if tally.is_empty() {
            continue;
        }
        let worst = tally.furthest().map_or("not made yet".to_owned(), |check| {
            format!("{} ({})", significant(check.share(), 2), check.quantity)
        });
        let _ = writeln!(
            text,
            "| {figure}: {} | {} | {} | {worst} |",
            tally.len(),
            tally.measured(),
            tally.count(Verdict::Pass)
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

/// What was measured of a claim.
fn measures(id: &str, rows: &[claims::Row]) -> Vec<Check> {
    let own = rows.iter().filter(|row| row.id == id);
    own.map(claims::Row::check).collect()
}

fn claims_table(claims: &[Claim], rows: &[claims::Row]) -> String {
    let mut text = String::from("| claim | verdict |\n|---|---|\n");
    for claim in claims {
        let statement = match &claim.correction {
            Some(correction) => format!("{} *{correction}*", claim.statement),
            None => claim.statement.clone(),
        };
        let (id, judged) = (&claim.id, Tally::of(&measures(&claim.id, rows)).words());
        let _ = writeln!(text, "| {statement} | [{judged}](docs/CLAIMS.md#{id}) |");
    }
    text
}

fn claims_page(claims: &[Claim], rows: &[claims::Row]) -> String {
    let mut text = String::from(
        "# What the paper claims, measured\n\n\
         <!-- Written by `make readme` from data/claims.toml and results/paper; do not edit. -->\n\n\
         Each claim in our words, why it holds or does not, and what was measured; the code is in\n\
         [`crates/paper/src/audit/claims`](../crates/paper/src/audit/claims), the numbers in full are in\n\
         `results/paper/tables/claims.csv`. `corrected` stands where a claim does not hold as stated and what holds instead\n\
         was measured. A measure of what has not been made, or not with the paper's settings, is `not measured`.\n",
    );
    for claim in claims {
        let _ = write!(
            text,
            "\n## {}\n\n**{}** ({})\n\n",
            claim.id, claim.statement, claim.source
        );
        let measures = measures(&claim.id, rows);
        let _ = writeln!(text, "Verdict: {}.\n", Tally::of(&measures).words());
        if let Some(correction) = &claim.correction {
            let _ = writeln!(text, "What holds instead: {correction}\n");
        }
        let _ = writeln!(text, "{}\n", claim.explanation.trim());
        text.push_str(
            "| measured | expected | found | tolerance | verdict | |\n|---|---|---|---|---|---|\n",
        );
        for check in &measures {
            let numbers = [check.expected, check.found, check.tolerance];
            let [expected, found, tolerance] = numbers.map(|value| match value.is_finite() {
                true => significant(value, 7),
                false => String::new(),
            });
            let _ = writeln!(
                text,
                "| {} | {expected} | {found} | {tolerance} | {} | {} |",
                cell(&check.quantity),
                check.verdict(),
                cell(&check.reason),
            );
        }
    }
    text
}

/// A bar would end the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
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
        let expected = "| linear-mnist | 2 | 2.5 ms | numpy | 1.2 s | 480 | 470 ... 491 |";
        assert_eq!(last, expected);
        assert_eq!(
            bench_table(folder.path(), PEERS, whole_table).unwrap(),
            "| case | peer | threads | ours s per epoch | peer s per epoch | ratio | ratio min | ratio max |\n\
             |---|---|---|---|---|---|---|---|\n\
             | linear-mnist | numpy | 2 | 0.0025 | 1.2 | 480 | 470 | 491 |\n"
        );
        write("case,peer\na,b\n");
        assert!(peers().is_err());
    }
}
