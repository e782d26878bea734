//! What several experiments share, and the registry.

mod registry {
    use paper::experiments::{load, load_with};
    use paper::settings::Profile;

    #[test]
    fn every_profile_loads_and_its_differences_are_real() {
        for profile in Profile::ALL {
            let (_, differences) = load(profile).unwrap();
            assert_eq!(differences.is_empty(), profile == Profile::Paper);
            for difference in differences {
                assert_ne!(difference.paper, difference.profile, "{}", difference.key);
            }
        }
    }

    #[test]
    fn single_values_can_be_set() {
        let set = ["fig6.cifar10.samples=5000", "fig1.epsilon=[0.0, 2.0]"].map(str::to_owned);
        let (settings, differences) = load_with(Profile::Quick, &set).unwrap();
        assert_eq!(settings.fig6.cifar10.samples, 5000);
        assert_eq!(settings.fig1.epsilon, [0.0, 2.0]);
        let of = |key: &str| differences.iter().find(|d| d.key == key).unwrap();
        assert_eq!(of("fig6.cifar10.samples").paper, "30000");
        assert_eq!(of("fig6.cifar10.samples").profile, "5000");
    }

    #[test]
    fn ranges_are_found_at_every_depth() {
        let error = |set: &str| {
            let refused = load_with(Profile::Smoke, &[set.to_owned()]).unwrap_err();
            refused.to_string()
        };
        assert!(error("fig2.w0 = \"a\"").contains("allowed: 0 to 1, not 0"));
        assert!(error("fig5.mnist.hidden = 0.5").contains("allowed: 1 to 1e4"));
        assert!(error("seed = -1").contains("9223372036854775807"));
        assert!(error("fig2.nothing = 1").contains("is not a setting"));
        assert!(error("fig9.alpha = 1").contains("is not a setting"));
    }
}

mod epochs {
    use paper::experiments::common::epochs;

    #[test]
    fn the_last_epoch_is_always_recorded() {
        assert_eq!(epochs(6, 2), [0, 2, 4, 6]);
        assert_eq!(epochs(5, 2), [0, 2, 4, 5]);
        assert_eq!(epochs(0, 3), [0]);
    }
}

mod landscape {
    use dae::theory::Mode;
    use paper::experiments::common::landscape::minima;

    #[test]
    fn every_point_of_the_curve_is_a_minimum_inside_the_square() {
        let mode = Mode::new(1.0, 0.4, 0.0).unwrap();
        let least = mode.loss(mode.fixed_point(), 1.0);
        let found = minima(&mode, 2.0);
        assert_eq!(found.curves.len(), 2);
        for [w1, w2] in found.curves.iter().flatten() {
            assert!((mode.loss(*w1, *w2) - least).abs() < 1e-12);
            assert!(w1.abs() < 2.0 + 1e-12 && w2.abs() < 2.0 + 1e-12);
        }
    }

    #[test]
    fn decay_leaves_two_points_or_the_origin() {
        let weak = minima(&Mode::new(1.0, 0.0, 0.19).unwrap(), 2.0);
        assert_eq!((weak.curves.len(), weak.points.len()), (0, 2));
        assert!((weak.points[0][0] - 0.9).abs() < 1e-12);
        let strong = minima(&Mode::new(1.0, 0.0, 2.0).unwrap(), 2.0);
        assert_eq!(strong.points, [[0.0, 0.0]]);
    }
}

mod style {
    use paper::experiments::Model;
    use paper::experiments::common::style::model;
    use plot::MARKED;

    #[test]
    fn each_model_has_a_colour_of_its_own() {
        let [a, w, d] = Model::ALL.map(model);
        assert!(a != w && w != d && a != d);
        assert!([a, w, d].iter().all(|colour| *colour != MARKED));
    }
}
