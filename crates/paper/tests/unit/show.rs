//! The report, the README and what notebooks call.

mod number {
    use paper::show::number::{bytes, cell, count, duration, measure, or, setting};
    use serde_json::json;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(2000), "2000");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(duration(0.0421), "42.1 ms");
        assert_eq!(duration(3.04), "3.04 s");
        assert_eq!(duration(696.0), "11.6 min");
        assert_eq!(measure(0.036965055), "0.0369651");
        assert_eq!(measure(1.597248e-5), "1.6 × 10⁻⁵");
        assert_eq!(duration(9000.0), "2.5 h");
        assert_eq!(bytes(1_234_567), "1.23 MB");
        assert_eq!(or(0.25, 3, "none"), "0.25");
        assert_eq!(or(f64::NAN, 3, "none"), "none");
        for (text, shown) in [
            ("20000", "20,000"),
            ("0.3333333333333", "0.33333"),
            ("-136.36", "−136.36"),
            ("1048576.5", "1.0486 × 10⁶"),
            ("linear.mnist", "linear.mnist"),
            ("mnist", "mnist"),
            ("NaN", "NaN"),
            ("inf", "inf"),
            ("", ""),
        ] {
            assert_eq!(cell(text, 5), shown);
        }
        assert_eq!(cell("0.71331", 3), "0.713");
        assert_eq!(cell("9.87654e-5", 3), "9.88 × 10⁻⁵");
    }

    #[test]
    fn a_setting_is_its_words() {
        let shown = |value| setting(&value, |number| format!("<{number}>"));
        assert_eq!(shown(json!([])), "none");
        assert_eq!(shown(json!([1, 2.5, "relu"])), "<1>, <2.5>, relu");
        assert_eq!(shown(json!(true)), "true");
    }
}

mod report {
    use std::fs;
    use std::path::Path;

    use paper::experiments::Figure;
    use paper::results::{Job, regenerate};
    use paper::settings::Profile;
    use paper::show::report::{html, to_html};
    use paper::system::progress::Progress;

    /// The head of the table of Figure 2 in the report, where the table is this text.
    fn head(folder: &Path, text: &str) -> String {
        fs::write(folder.join("tables/fig2_dynamics.csv"), text).unwrap();
        let page = html(folder, Profile::Smoke).unwrap();
        let (_, tables) = page.split_once("<h3>Tables</h3>").unwrap();
        tables.split_once("</section>").unwrap().0.to_owned()
    }

    #[test]
    fn a_head_is_short_and_knows_its_length() {
        let results = tempfile::tempdir().unwrap();
        let job = Job::new(Profile::Smoke, results.path());
        regenerate(Figure::Fig2, &job, &Progress::Silent).unwrap();
        let rows = |count: usize| -> String {
            let rows = (0..count).map(|epoch| format!("{epoch},0.333333333\n"));
            "epoch,thing\n".to_owned() + &rows.collect::<String>()
        };
        let shown = head(&job.folder(), &rows(20));
        assert!(shown.contains("20 rows, "), "{shown}");
        assert!(shown.contains("The first 6:"), "{shown}");
        assert_eq!(shown.matches("<tr>").count(), 1 + 6);
        let second = "<td class=\"number\">1</td><td class=\"number\">0.33333</td>";
        assert!(shown.contains(second), "{shown}");
        assert!(shown.contains("<dt>epoch:</dt>") && !shown.contains("<dt>thing:</dt>"));
        assert!(!head(&job.folder(), &rows(6)).contains("The first"));
        let cannot = "This table cannot be shown. tables/fig2_dynamics.csv: ";
        assert!(head(&job.folder(), "a,b\n1\n").contains(cannot));
        fs::remove_file(job.folder().join("tables/fig2_dynamics.csv")).unwrap();
        assert!(
            html(&job.folder(), Profile::Smoke)
                .unwrap()
                .contains(cannot)
        );
    }

    fn convert(text: &str) -> String {
        to_html(text, "p", |target| {
            (target != "gone.md").then(|| format!("up/{target}"))
        })
    }

    #[test]
    fn titles_go_sections_step_down_and_tables_scroll() {
        let page =
            convert("# Title\n\nWords.\n\n## Figure 1 & 2\n\n| a | b |\n|---|---|\n| 1 | `2` |\n");
        assert!(
            !page.contains("Title") && !page.contains("<h1") && !page.contains("<h2"),
            "{page}"
        );
        assert!(
            page.contains("<h3 id=\"p-figure-1-2\">Figure 1 &amp; 2</h3>"),
            "{page}"
        );
        assert!(
            page.contains(
                "tabindex=\"0\" role=\"region\" aria-labelledby=\"p-figure-1-2\"><table>"
            ),
            "{page}"
        );
        assert!(page.contains("</table>\n</div>"), "{page}");
    }

    #[test]
    fn links_move_or_lose_their_target_and_html_is_text() {
        let page =
            convert("[a](x.md), [b *c*](gone.md) and <script>alert(1)</script>\n\n<b>bold</b>\n");
        assert!(
            page.contains("<a href=\"up/x.md\">a</a>, b <em>c</em> and"),
            "{page}"
        );
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }
}

mod readme {
    use std::fs;
    use std::path::Path;

    use paper::show::readme::pages;
    use tempfile::TempDir;

    const PARTS: [&str; 6] = [
        "peers",
        "limit",
        "kernels",
        "precision",
        "costs",
        "first-use",
    ];

    fn place(name: &str) -> String {
        format!("<!-- results: {name} -->\nold\n<!-- end of results -->\nb\n")
    }

    /// A clone in which nothing was made, with all places in its pages.
    fn clone() -> TempDir {
        let clone = tempfile::tempdir().unwrap();
        let write = |page: &str, names: &[&str]| {
            let places: String = names.iter().copied().map(place).collect();
            fs::write(clone.path().join(page), format!("a\n{places}")).unwrap();
        };
        fs::create_dir(clone.path().join("docs")).unwrap();
        fs::create_dir_all(clone.path().join("results/bench")).unwrap();
        write("README.md", &["agreement"]);
        write("docs/running.md", &["costs"]);
        write("docs/performance.md", &PARTS);
        clone
    }

    /// What stands between the marks of a place.
    fn content(text: &str, name: &str) -> String {
        let (_, rest) = text
            .split_once(&format!("<!-- results: {name} -->\n"))
            .unwrap();
        rest.split_once("<!-- end of results -->")
            .unwrap()
            .0
            .to_owned()
    }

    fn written(root: &Path) -> Vec<String> {
        let pages = pages(root, &[]).unwrap();
        for (path, text) in &pages {
            fs::write(path, text).unwrap();
        }
        pages.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let clone = clone();
        let first = written(clone.path());
        let [readme, running, claims, performance] = &first[..] else {
            panic!("four pages")
        };
        for (page, count) in [(readme, 1), (running, 1), (performance, PARTS.len())] {
            assert!(
                page.starts_with("a\n<!-- results: ") && !page.contains("old"),
                "{page}"
            );
            assert_eq!(
                page.matches("\n<!-- end of results -->\nb\n").count(),
                count
            );
        }
        assert!(
            claims.contains("[not measured yet](#closed-forms-are-exact) |"),
            "{claims}"
        );
        assert!(claims.contains("Verdict: not measured yet."), "{claims}");
        assert_eq!(
            written(clone.path()),
            first,
            "writing them again changes nothing"
        );
        fs::write(clone.path().join("README.md"), place("costs")).unwrap();
        let error = pages(clone.path(), &[]).unwrap_err().to_string();
        assert!(error.contains("<!-- results: agreement -->"), "{error}");
        assert!(error.contains("README.md"), "{error}");
    }

    #[test]
    fn the_bench_tables_show_what_was_measured() {
        let clone = clone();
        let place = |page: usize, name: &str| content(&written(clone.path())[page], name);
        assert!(place(3, "peers").contains("make bench PART=peers"));
        assert!(place(3, "limit").contains("make bench PART=limit"));
        let bench = clone.path().join("results/bench");
        let text = "case,peer,threads,ours_s_per_epoch,peer_s_per_epoch,ratio,ratio_min,ratio_max\n\
             linear-mnist,numpy,2,0.0025,1.2,480,470.4,491\n";
        fs::write(bench.join("peers.csv"), text).unwrap();
        fs::write(bench.join("limit.csv"), text).unwrap();
        let peers = place(3, "peers");
        let expected = "| linear-mnist | 2 | 2.5 ms | numpy | 1.2 s | 480 | 470 ... 491 |";
        assert_eq!(peers.trim().lines().last().unwrap(), expected);
        assert_eq!(
            place(3, "limit").trim(),
            "| case | peer | threads | ours s per epoch | peer s per epoch | ratio | ratio min | ratio max |\n\
             |---|---|---|---|---|---|---|---|\n\
             | linear-mnist | numpy | 2 | 0.0025 | 1.2 | 480 | 470 | 491 |"
        );
        fs::write(bench.join("peers.csv"), "case,peer\na,b\n").unwrap();
        assert!(pages(clone.path(), &[]).is_err());
    }
}

mod notebook {
    use std::path::Path;

    use dae::data::DataSet;
    use dae::theory::Mode;
    use ndarray::{Array2, array};
    use paper::Result;
    use paper::experiments::fig6::train::images::{Basis, Images};
    use paper::experiments::{Figure, Model, load};
    use paper::notebook::{
        Album, Batch, Chart, Content, Curve, Grid, Notebook, Rows, SettingsTable, Show, about,
        balanced, beside, curves, descent, dialled, ends_of_depth, fixed_points, frame, histogram,
        unbalanced,
    };
    use paper::plot::Picture;
    use paper::settings::Profile;
    use paper::tables::{Check, Table};
    use polars::prelude::{Column, DataFrame};

    /// The two forms of something that is shown, the richer one first.
    fn forms(shown: &impl Show) -> [Content; 2] {
        shown.contents().try_into().unwrap()
    }

    fn opened(variables: &[(&str, &str)]) -> Result<Notebook> {
        let find = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Notebook::from_variables(find, Path::new(env!("CARGO_MANIFEST_DIR")))
    }

    #[test]
    fn the_profile_comes_from_the_environment_and_is_quick_without_one() {
        assert_eq!(opened(&[]).unwrap().profile, Profile::Quick);
        let smoke = opened(&[("DAE_PROFILE", "smoke")]).unwrap();
        assert_eq!(smoke.settings, load(Profile::Smoke).unwrap().0);
        let error = opened(&[("DAE_PROFILE", "tiny")]).unwrap_err();
        assert!(error.to_string().contains("smoke, quick, paper"), "{error}");
        let lost = Notebook::from_variables(|_| None, Path::new("/")).unwrap_err();
        assert!(lost.to_string().contains("DAE_RESULTS"), "{lost}");
    }

    #[test]
    fn kept_tables_are_those_of_the_command_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tables");
        let notebook = opened(&[("DAE_NOTEBOOK_TABLES", path.to_str().unwrap())]).unwrap();
        let table = Table::new("t.csv", vec![Column::new("x".into(), [0.1, 1.0 / 3.0])]).unwrap();
        notebook.keep(std::slice::from_ref(&table)).unwrap();
        assert_eq!(
            std::fs::read(path.join("t.csv")).unwrap(),
            table.csv().unwrap()
        );
        opened(&[]).unwrap().keep(&[table]).unwrap();
    }

    #[test]
    fn theory_and_descent_agree_for_small_steps() {
        let mode = Mode::denoising(1.0, 0.5).unwrap();
        let epochs = [0, 100, 5000, 20_000];
        let theory = unbalanced(&mode, [0.1, 0.1], 1e-3, &epochs).unwrap();
        let simple = balanced(&mode, 0.01, 1e-3, &epochs).unwrap();
        let found = descent(&mode, [0.1, 0.1], 1e-3, &epochs).unwrap();
        for i in 0..epochs.len() {
            assert!((theory[i] - simple[i]).abs() < 1e-12);
            assert!((theory[i] - found[i]).abs() < 1e-3, "{theory:?} {found:?}");
        }
        let end = fixed_points(&[1.0], 0.5, 0.0).unwrap();
        assert!((theory[3] - end[0]).abs() < 1e-6);
    }

    #[test]
    fn nan_is_refused_and_without_lines_the_panel_is_empty() {
        assert!(curves("x", "y", &[]).is_ok());
        assert!(curves("x", "y", &[Curve::new("a", [0.0, 1.0], [0.0, f64::NAN])]).is_err());
        let flat = Curve::by_epoch("a", &[0, 10], &[1.0, 1.0])
            .of(Model::Dae)
            .dashed();
        let size = curves("x", "y", &[flat]).unwrap().png.len();
        assert!(size < 100_000, "{size}");
    }

    #[test]
    fn a_panel_has_the_parameters_of_its_question() {
        let notebook = opened(&[("DAE_RESULTS", "none")]).unwrap();
        let whole = notebook
            .panel(&["lambda", "epsilon", "gamma", "w0", "alpha"])
            .unwrap();
        let noise = notebook.panel(&["lambda", "epsilon"]).unwrap();
        let [html, plain] = forms(&whole);
        assert_eq!([html.mime, plain.mime], ["text/html", "text/plain"]);
        // Only the script knows of the controls, and nothing in it ends it early.
        assert_eq!(html.text.matches("</script>").count(), 1);
        assert!(html.text.ends_with("</script>"));
        let (static_part, script) = html.text.split_once("<script>").unwrap();
        assert!(!static_part.contains("input") && !script.contains("http://www.w3.org/1999"));
        for (panel, shown) in [(&whole, 6), (&noise, 3)] {
            let [html, _] = forms(panel);
            assert_eq!(html.text.matches("type=\\\"range\\\"").count(), shown);
        }
        let [html, _] = forms(&noise);
        assert!(!html.text.contains("panel-wdae") && !html.text.contains("panel-matched"));
        let pictures = [&whole, &noise].map(|panel| panel.picture().unwrap().svg);
        assert!(pictures[0].contains("WDAE") && !pictures[1].contains("WDAE"));
        let refused = notebook.panel(&["lamda"]).unwrap_err().to_string();
        assert!(
            refused.contains("lamda") && refused.contains("lambda, epsilon"),
            "{refused}"
        );
    }

    #[test]
    fn a_logarithmic_axis_refuses_what_is_not_above_zero() {
        let line = |y: f64| [Curve::new("a", [1.0, 10.0], [y, 2.0]).markers()];
        let chart = Chart::new("x", "y").log_x().log_y();
        assert!(chart.draw(&line(1.0)).is_ok() && chart.draw(&[]).is_ok());
        assert!(chart.draw(&line(0.0)).is_err() && chart.draw(&line(f64::NAN)).is_err());
        let part = Chart::new("x", "y").between(1.0, 3.0).draw(&line(0.0));
        assert!(part.unwrap().svg.contains("</svg>"));
    }

    #[test]
    fn theory_and_training_are_grouped_by_their_label() {
        let rows = [("a", 1.0, Some(2.0)), ("a", 2.0, None), ("b", 1.0, None)];
        let lines = beside(
            &rows,
            |row| row.0.to_owned(),
            |row| [row.1, row.1],
            |row| Some([row.1, row.2?]),
        );
        // Two lines, and markers for the one group that has been measured.
        assert_eq!(lines.len(), 3);
        let none: [(&str, f64); 0] = [];
        let lines = beside(&none, |_| String::new(), |row| [row.1; 2], |_| None);
        assert!(lines.is_empty());
    }

    #[test]
    fn a_histogram_has_a_step_for_each_part() {
        let values = [0.1, 0.2, 0.7, 5.0];
        let found = format!("{:?}", histogram("h", &values, [0.0, 1.0], 2));
        let steps = "[[0.0, 0.0], [0.0, 0.5], [0.5, 0.5], [0.5, 0.25], [1.0, 0.25], [1.0, 0.0]]";
        assert!(found.contains(steps), "{found}");
    }

    #[test]
    fn checks_are_found_by_the_beginning_of_their_name() {
        let checks = ["A: x", "B: A:"].map(|name| Check::theory(name, 0.0, 0.0, 0.1, "why"));
        let own = about(&checks, "A:");
        assert_eq!((own.len(), own[0].quantity.as_str()), (1, "A: x"));
    }

    #[test]
    fn a_dialled_filter_is_what_training_ends_in() {
        let wished = [0.3, 0.9, 0.6];
        let [noise, trained] = dialled(&[4.0, 2.0, 1.0], &wished, 5000).unwrap();
        assert!((noise[0] - 4.0 * 0.7 / 0.3).abs() < 1e-12);
        for (found, wished) in trained.iter().zip(wished) {
            assert!((found - wished).abs() < 1e-9, "{trained:?}");
        }
    }

    #[test]
    fn decay_drops_from_three_layers_what_two_learn() {
        let ends = |layers| ends_of_depth(layers, &[4.0, 0.5], 0.2, 0.3, 120.0).unwrap();
        assert!((ends(2)[1] - 0.6).abs() < 1e-9);
        assert!(ends(3)[0] > 0.9 && ends(3)[1] < 1e-6);
    }

    #[test]
    fn masks_keep_a_share_of_the_pixels_and_their_mean() {
        let album = Album::of(DataSet::Mnist, None);
        let masked = album.masked(&Batch(Array2::ones((100, 784))), 0.25, 1);
        let zeros = masked.0.iter().filter(|&&x| x == 0.0).count() as f64 / 78_400.0;
        assert!((zeros - 0.25).abs() < 0.01, "{zeros}");
        assert!(masked.0.iter().all(|&x| x == 0.0 || x == 1.0 / 0.75));
        assert_eq!(album.mask_matrix().unwrap().0.nrows(), 0);
        assert!(album.pixel_moments().unwrap().is_empty());
    }

    #[test]
    fn rows_are_found_by_number_and_by_name() {
        let table = Table::new(
            "t.csv",
            vec![
                Column::new("model".into(), ["AE", "DAE", "DAE"]),
                Column::new("epoch".into(), [0_u64, 0, 100]),
                Column::new("epsilon".into(), [0.0, 1.0, 0.2]),
            ],
        )
        .unwrap();
        assert_eq!(table.rows("model", ["DAE"]).unwrap().height(), 2);
        assert_eq!(table.rows("epoch", [100]).unwrap().height(), 1);
        assert_eq!(table.rows("epsilon", [1.0, 0.2]).unwrap().height(), 2);
        let both = table
            .rows("model", ["DAE"])
            .unwrap()
            .rows("epoch", [0])
            .unwrap();
        assert_eq!(both.height(), 1);
        let error = table.rows("epohc", [0]).unwrap_err().to_string();
        assert!(error.contains("model, epoch, epsilon"), "{error}");
        assert!(table.rows("epoch", ["AE"]).is_err());
    }

    #[test]
    fn a_frame_refuses_columns_that_do_not_fit() {
        assert!(frame([("a", vec![1.0]), ("b", vec![])]).is_err());
        assert!(frame([("a", vec![f64::NAN])]).is_err());
    }

    fn numbers(count: usize) -> DataFrame {
        let values: Vec<f64> = (0..count).map(|i| i as f64 / 3.0).collect();
        let names: Vec<String> = (0..count).map(|i| format!("<{i}>")).collect();
        DataFrame::new_infer_height(vec![
            Column::new("name".into(), names),
            Column::new("value".into(), values),
        ])
        .unwrap()
    }

    #[test]
    fn a_short_frame_is_shown_whole_and_a_long_one_without_its_middle() {
        let [html, text] = forms(&numbers(3));
        assert_eq!((html.mime, text.mime), ("text/html", "text/plain"));
        assert_eq!(html.text.matches("<tr>").count(), 1 + 3);
        assert!(html.text.contains("&lt;2&gt;") && html.text.contains("0.666667"));
        assert!(html.text.contains("3 rows × 2 columns"));
        let long = numbers(6030).contents().remove(0).text;
        assert_eq!(long.matches("<tr>").count(), 1 + 10 + 1);
        assert!(long.contains("&lt;6029&gt;") && long.contains("6,030 rows × 2 columns"));
        assert!(long.len() < 4_000, "{}", long.len());
    }

    #[test]
    fn a_failed_check_is_seen_and_counted() {
        let checks = vec![
            Check::theory("a", 1.0, 1.05, 0.1, "why"),
            Check::theory("b", 1.0, f64::NAN, 0.1, "why"),
        ];
        let html = checks.contents().remove(0).text;
        assert!(html.contains("<b>pass</b>") && html.contains("<b>FAIL</b>"));
        assert!(html.contains("1 of 2 within tolerance"));
    }

    #[test]
    fn a_picture_is_a_png_with_its_title() {
        let picture = Picture {
            svg: "<svg><title id=\"title\">a &lt; b</title></svg>".to_owned(),
            png: vec![0, 255, 7, 9],
        };
        let [png, text] = forms(&picture);
        assert_eq!((png.mime, text.text.as_str()), ("image/png", "a < b"));
        // Base 64 of these bytes in one line: the kernel reads line by line.
        assert_eq!(png.text, "AP8HCQ==");
    }

    #[test]
    fn what_a_table_holds_cannot_become_markup() {
        let nasty = "<script>alert(\"1\")</script> & 'x'";
        let columns = vec![
            Column::new(nasty.into(), [nasty]),
            Column::new("n".into(), [1.0]),
        ];
        // In the header, in a cell, and below.
        let html = forms(&Table::new(nasty, columns).unwrap())[0].text.clone();
        assert!(!html.contains("<script") && !html.contains("'x'"), "{html}");
        let shown = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;";
        assert_eq!(html.matches(shown).count(), 3);
        assert_eq!(html.matches("<td").count(), html.matches("</td>").count());
        assert_eq!(html.matches("<tr>").count(), 2);
        // In a cell that stands out.
        let rows = vec![["name", nasty, "paper", "unit", "range"].map(str::to_owned)];
        let html = forms(&SettingsTable { rows })[0].text.clone();
        assert!(html.contains(&format!("<b>{shown}</b>")), "{html}");
    }

    #[test]
    fn text_has_aligned_columns() {
        let columns = vec![
            Column::new("name".into(), ["λ", "epsilon"]),
            Column::new("w".into(), [1.5, 10.0]),
        ];
        let table = Table::new("t.csv", columns).unwrap();
        assert_eq!(
            forms(&table)[1].text,
            "name     w\nλ        1.5\nepsilon   10\nt.csv: 2 rows × 2 columns"
        );
    }

    fn settings(figure: Figure, profile: Profile) -> SettingsTable {
        let paper = load(Profile::Paper).unwrap().0;
        let all = serde_json::to_value(load(profile).unwrap().0).unwrap();
        SettingsTable::new(figure, &all[figure.name()], &paper).unwrap()
    }

    #[test]
    fn every_setting_of_every_figure_has_a_range() {
        for figure in Figure::ALL.iter().copied() {
            let table = settings(figure, Profile::Paper);
            assert!(table.rows.len() >= 5);
            for [name, here, paper, _, range] in table.rows {
                assert!(!range.is_empty(), "{figure}: {name}");
                assert_eq!(here, paper);
            }
        }
    }

    #[test]
    fn what_differs_from_the_paper_stands_out() {
        let table = settings(Figure::Fig5, Profile::Quick);
        let mut rows = table.rows.iter();
        let row = rows.find(|row| row[0] == "cifar10.directions").unwrap();
        assert_eq!([&row[1], &row[2]], ["768", "3072"]);
        let html = table.contents().remove(0).text;
        assert!(
            html.contains("<b>768</b>") && html.contains("the one that differs"),
            "{html}"
        );
        assert_eq!(html.matches("<b>").count(), 1);
    }

    /// Two eigen-directions of data with three pixels, and some images.
    fn images(pixels: Array2<f32>) -> Images {
        let basis = Basis {
            lambda: vec![2.0, 1.0, 0.0],
            vectors: array![[0.6, 0.8], [0.8, -0.6], [0.0, 0.0]],
        };
        let pixels = pixels.into();
        Images { pixels, basis }
    }

    #[test]
    fn a_grid_is_a_picture_and_words() {
        let album = Album::of(DataSet::Cifar10, Some(images(Array2::zeros((1, 3)))));
        let rows = |count| Batch(Array2::zeros((count, DataSet::Cifar10.pixels())));
        let sheet = album.sheet().row("first", &rows(2)).row("none", &rows(0));
        let grid = sheet.draw().unwrap();
        let Grid::Drawn { about, .. } = &grid else {
            panic!("drawn")
        };
        assert_eq!(about, "2 images a row: first; none");
        let [content, text] = forms(&grid);
        assert_eq!((content.mime, text.mime), ("image/png", "text/plain"));
    }

    #[test]
    fn a_mapping_of_one_gives_the_image_back_and_one_of_zero_removes_a_direction() {
        let album = Album::of(DataSet::Mnist, Some(images(array![[0.5, 0.25, 0.0]])));
        let image = album.first(3);
        assert_eq!((image.0.nrows(), album.lambda()), (1, vec![2.0, 1.0]));
        let back = album.mapped(&image, &[1.0, 1.0]);
        assert!((&back.0 - &image.0).iter().all(|x| x.abs() < 1e-12));
        let first = album.mapped(&image, &[1.0, 0.0]);
        assert!(
            (first.0[[0, 0]] - 0.5 * 0.6).abs() < 1e-12
                && (first.0[[0, 1]] - 0.5 * 0.8).abs() < 1e-12
        );
        assert_eq!(album.directions(9).0.nrows(), 2);
        assert_eq!(
            album.directions(1).0[[0, 1]],
            1.0,
            "the largest component is white"
        );
        let noisy = album.noisy(&image, 0.0, 1);
        assert_eq!(noisy, image);
    }

    #[test]
    fn without_images_there_is_a_sentence() {
        let album = Album::of(DataSet::Cifar10, None);
        let nothing = album.noisy(&album.first(5), 1.0, 1);
        let mapped = album.mapped(&album.first(5), &[1.0]);
        let sheet = album.sheet().row("noisy", &nothing).row("mapped", &mapped);
        let text = sheet.draw().unwrap().contents().remove(0);
        assert_eq!(text.mime, "text/plain");
        assert!(
            text.text.contains("make data") && !text.text.contains('\n'),
            "{}",
            text.text
        );
        assert!(album.lambda().is_empty() && album.is_empty());
    }
}

mod animation {
    use std::path::Path;

    use paper::show::animation::{Pixels, animated, figure4};
    use png::{BlendOp, Decoder};

    /// What a viewer shows one after the other.
    fn played(file: &[u8]) -> Vec<Pixels> {
        let mut reader = Decoder::new(std::io::Cursor::new(file))
            .read_info()
            .unwrap();
        let (width, height) = (reader.info().width, reader.info().height);
        let frames = reader.info().animation_control.unwrap().num_frames;
        let mut shown = vec![[0; 4]; (width * height) as usize];
        let mut data = vec![0; 4 * shown.len()];
        let mut all = Vec::new();
        for _ in 0..frames {
            reader.next_frame(&mut data).unwrap();
            let blend = reader.info().frame_control.unwrap().blend_op;
            for (shown, pixel) in shown.iter_mut().zip(data.as_chunks().0) {
                if blend == BlendOp::Source || pixel[3] == 255 {
                    *shown = *pixel;
                }
            }
            let rgba = shown.clone();
            let size = [width, height];
            all.push(Pixels { size, rgba });
        }
        all
    }

    #[test]
    fn every_picture_is_shown_as_it_is() {
        let picture = |places: &[usize]| {
            let mut rgba = vec![[255; 4]; 5 * 3];
            for &place in places {
                rgba[place][..3].fill(place as u8);
            }
            Pixels { size: [5, 3], rgba }
        };
        // A change in a corner, in two corners, of nothing, of everything.
        let all: Vec<usize> = (0..15).collect();
        let frames = [&[][..], &[14], &[0, 14], &[0, 14], &all].map(picture);
        assert_eq!(played(&animated(&frames).unwrap()), frames);
        assert!(animated(&[]).is_err());
        assert!(Pixels::of(b"no picture").is_err());
    }

    #[test]
    fn the_committed_one_is_that_of_these_sources() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let committed = std::fs::read(root.join("docs/animation.png")).unwrap();
        assert!(committed.len() <= 1_000_000, "{}", committed.len());
        assert!(
            committed == figure4().unwrap(),
            "docs/animation.png is out of date: make animation"
        );
        let shown = played(&committed);
        assert_eq!(shown.first(), shown.last(), "the still one is the end");
    }
}
