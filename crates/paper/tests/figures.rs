//! Every figure, drawn at `smoke`: what must hold for the files that are committed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // a test that cannot set itself up has failed

mod smoke;

use paper::Error;
use paper::experiments::{Model, fig1, fig2, fig3, fig4, fig5, fig6, fig7};
use paper::plot::{self, PAGE_WIDTH, PNG_SCALE, Picture};
use resvg::usvg;

/// No figure file may be larger.
const MOST_BYTES: usize = 1_000_000;

fn all() -> Vec<(&'static str, Picture)> {
    vec![
        ("fig1", fig1::figure::figure(&smoke::fig1()).unwrap()),
        ("fig2", fig2::figure::figure(&smoke::fig2()).unwrap()),
        ("fig3", fig3::figure::figure(&smoke::fig3()).unwrap()),
        ("fig4", fig4::figure::figure(&smoke::fig4()).unwrap()),
        ("fig5", fig5::figure::figure(&smoke::fig5()).unwrap()),
        ("fig6", fig6::figure::figure(&smoke::fig6()).unwrap()),
        ("fig7", fig7::figure::figure(&smoke::fig7()).unwrap()),
    ]
}

/// Width and height that a PNG file states.
fn png_size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

/// The number in an attribute of the root element.
fn root_number(svg: &str, name: &str) -> f64 {
    let root = &svg[..svg.find('>').unwrap()];
    let (_, after) = root.split_once(&format!(" {name}=\"")).unwrap();
    after.split('"').next().unwrap().parse().unwrap()
}

#[test]
fn no_figure_needs_a_font_and_all_files_are_small() {
    for (name, picture) in all() {
        assert!(!picture.svg.contains("<text"), "{name}");
        assert!(!picture.svg.contains("font-family"), "{name}");
        assert!(!picture.svg.contains("<image"), "{name}");
        assert!(
            picture.svg.contains("<title id=\"title\">Figure "),
            "{name}"
        );
        assert!(
            picture.svg.len() < MOST_BYTES,
            "{name}: {}",
            picture.svg.len()
        );
        assert!(
            picture.png.len() < MOST_BYTES,
            "{name}: {}",
            picture.png.len()
        );
    }
}

#[test]
fn svg_and_png_have_the_same_shape() {
    for (name, picture) in all() {
        let (width, height) = png_size(&picture.png);
        let scale = f64::from(PNG_SCALE);
        assert_eq!(f64::from(width), PAGE_WIDTH * scale, "{name}");
        assert_eq!(f64::from(width), root_number(&picture.svg, "width") * scale);
        assert_eq!(
            f64::from(height),
            root_number(&picture.svg, "height") * scale
        );
    }
}

#[test]
fn nothing_sticks_out_of_the_page() {
    for (name, picture) in all() {
        let tree = usvg::Tree::from_str(&picture.svg, &usvg::Options::default()).unwrap();
        let drawn = tree.root().abs_stroke_bounding_box();
        let page = tree.size();
        let slack = 0.01;
        assert!(
            drawn.left() > -slack && drawn.top() > -slack,
            "{name}: {drawn:?}"
        );
        assert!(drawn.right() < page.width() + slack, "{name}: {drawn:?}");
        assert!(drawn.bottom() < page.height() + slack, "{name}: {drawn:?}");
    }
}

#[test]
fn the_same_data_give_the_same_bytes() {
    for ((name, first), (_, second)) in all().into_iter().zip(all()) {
        assert!(first == second, "{name}");
    }
}

#[test]
fn a_value_that_is_not_finite_is_refused_by_the_name_of_its_panel() {
    let mut run = smoke::fig2();
    run.curves[3].w[10] = f64::NAN;
    match fig2::figure::figure(&run) {
        Err(Error::Plot(plot::Error::Value { panel, value })) => {
            assert!(panel.contains("λ") && value.is_nan())
        }
        other => panic!("{other:?}"),
    }
    let mut run = smoke::fig4();
    run.rows[1].trials[2].path[5][0] = f64::INFINITY;
    assert!(matches!(
        fig4::figure::figure(&run),
        Err(Error::Plot(plot::Error::Value { .. }))
    ));
    let mut run = smoke::fig7();
    run.width.last_mut().unwrap().theory_coupled = f64::NAN;
    assert!(matches!(
        fig7::figure::figure(&run),
        Err(Error::Plot(plot::Error::Value { .. }))
    ));
    let mut run = smoke::fig1();
    run.panels[0].trials[0].path[1][1] = f64::NAN;
    assert!(matches!(
        fig1::figure::figure(&run),
        Err(Error::Plot(plot::Error::Value { .. }))
    ));
}

#[test]
fn nothing_to_draw_is_an_error() {
    let mut empty = smoke::fig1();
    empty.panels.clear();
    assert!(matches!(
        fig1::figure::figure(&empty),
        Err(Error::Plot(plot::Error::Empty { .. }))
    ));
    let mut empty = smoke::fig3();
    empty.spectrum.clear();
    assert!(matches!(
        fig3::figure::figure(&empty),
        Err(Error::Plot(plot::Error::Empty { .. }))
    ));
    let mut empty = smoke::fig5();
    empty.trainings.clear();
    assert!(matches!(
        fig5::figure::figure(&empty),
        Err(Error::Plot(plot::Error::Empty { .. }))
    ));
    let whole = smoke::fig7();
    let without: [fn(&mut fig7::run::Run); 4] = [
        |run| run.denoising.clear(),
        |run| run.samples.clear(),
        |run| run.depth.clear(),
        |run| run.mask.clear(),
    ];
    for clear in without {
        let mut empty = whole.clone();
        clear(&mut empty);
        assert!(matches!(
            fig7::figure::figure(&empty),
            Err(Error::Plot(plot::Error::Empty { .. }))
        ));
    }
}

#[test]
fn parameters_that_the_theory_refuses_are_refused() {
    let mut run = smoke::fig4();
    run.rows[0].lambda = -1.0;
    assert!(matches!(fig4::figure::figure(&run), Err(Error::Dae(_))));
}

#[test]
fn a_figure_says_what_was_left_out() {
    let all = fig5::figure::figure(&smoke::fig5()).unwrap();
    let mut run = smoke::fig5();
    for training in &mut run.trainings {
        training.directions = training.pixels;
    }
    assert!(fig5::figure::figure(&run).unwrap().svg != all.svg);
}

#[test]
fn changed_data_change_the_picture() {
    let before = fig5::figure::figure(&smoke::fig5()).unwrap();
    let mut run = smoke::fig5();
    let dae = run
        .trainings
        .iter_mut()
        .find(|t| t.model == Model::Dae)
        .unwrap();
    for w in &mut dae.modes[2].mapping {
        *w *= 0.9;
    }
    let after = fig5::figure::figure(&run).unwrap();
    assert!(before.svg != after.svg && before.png != after.png);
}
