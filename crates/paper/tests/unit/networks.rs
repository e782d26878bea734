//! Figures 5 and 6, and the claims.

mod images {
    use dae::data::Eigen;
    use dae::random::{normal_matrix, stream};
    use dae::train::linear::Weights;
    use ndarray::s;
    use paper::experiments::fig6::train::images::{Basis, Images};

    #[test]
    fn a_lifted_start_keeps_its_leading_part_and_its_scale() {
        let mut rng = stream(3, &["images"]);
        let data = normal_matrix(&mut rng, 60, 30, 1.0);
        let eigen = Eigen::of(&(data.t().dot(&data) / 60.0)).unwrap();
        let vectors = eigen.u.slice(s![.., ..8]).to_owned();
        let basis = Basis {
            lambda: eigen.lambda.to_vec(),
            vectors,
        };
        let images = Images {
            pixels: data.mapv(|x| x as f32).into(),
            basis,
        };
        let start = Weights {
            encoder: normal_matrix(&mut rng, 8, 40, 0.5),
            decoder: normal_matrix(&mut rng, 8, 40, 0.5),
        };
        let lifted = images.lift(&start, 0.5, 1);
        let back = images.basis.vectors.t().dot(&lifted.encoder);
        assert!((&back - &start.encoder).iter().all(|x| x.abs() < 1e-12));
        let variance = lifted.encoder.mapv(|x| x * x).mean().unwrap();
        assert!((variance / 0.25 - 1.0).abs() < 0.15, "{variance}");
        // A mode seen in pixels and the same one seen in the projection have one mapping.
        let (projected, modes) = images.projected(&[2]).unwrap();
        assert!(images.projected(&[8]).is_err() && images.in_pixels(&[99]).is_err());
        assert_eq!(projected.dim(), (60, 8));
        let power = projected
            .column(2)
            .iter()
            .map(|&x| f64::from(x).powi(2))
            .sum::<f64>()
            / 60.0;
        assert!((power / modes.lambda[0] - 1.0).abs() < 1e-5);
    }
}

mod curves {
    use paper::audit::claims::curves::{exponent, passes};

    #[test]
    fn the_half_rise_of_a_logistic_curve_is_found_between_records() {
        let epochs: Vec<u64> = (0..=10).map(|i| 100 * i).collect();
        let curve = |t: f64| 0.8 / (1.0 + (-(t - 333.0) / 40.0).exp());
        let w: Vec<f64> = epochs.iter().map(|&t| curve(t as f64)).collect();
        let half = passes(&epochs, &w, (0.4, 0.8)).unwrap();
        assert!((half - 333.0).abs() < 1e-9, "{half}");
        assert_eq!(passes(&epochs, &w, (0.9, 1.0)), None);
        let late = passes(&epochs[5..], &w[5..], (0.4, 0.8));
        assert_eq!(late, None, "it began above");
    }

    #[test]
    fn the_exponent_of_a_power_law_is_its_exponent() {
        let pairs: Vec<_> = [0.5, 1.0, 4.0].map(|x: f64| (x, 3.0 * x.powf(1.5))).into();
        assert!((exponent(&pairs) - 1.5).abs() < 1e-12);
    }
}

mod few_samples {
    use dae::data::DataSet;
    use paper::experiments::fig7::committed::{Committed, committed};
    use paper::experiments::fig7::rows::Method;

    #[test]
    fn what_is_committed_is_read_and_written_to_the_last_byte() {
        let all = committed().unwrap();
        let text = include_str!("../../../../data/few_samples.csv");
        assert_eq!(all.to_csv(), text);
        assert_eq!(Committed::parse(text).unwrap(), all);
        let key = (DataSet::Mnist, Method::Redrawn, 1000);
        let entry = all.find(key, [0.5, 0.5]).unwrap();
        assert!((entry.measured - 10.93).abs() < 0.01, "{entry:?}");
        assert!(entry.trained.unwrap() > entry.measured);
        assert!(all.find(key, [0.5, 0.6]).is_none() && all.find(key, [0.6, 0.5]).is_none());
        let plateau = all.mappings.iter().rfind(|row| row.0 == 0).unwrap();
        assert!((plateau.2 - 0.9914).abs() < 0.002, "{plateau:?}");
    }

    #[test]
    fn anything_else_is_refused_with_its_line() {
        let text = committed().unwrap().to_csv();
        let lines: Vec<&str> = text.lines().collect();
        let with = |line: usize, new: &str| {
            let mut lines = lines.clone();
            lines[line] = new;
            lines.join("\n") + "\n"
        };
        let twice = format!("{text}{}\n", lines[11]);
        for (bad, place) in [
            (String::new(), "line 1"),
            (with(0, "# seed: -1"), "line 1"),
            (with(0, "# sed: 2018"), "line 1"),
            (with(1, "# mnist: 0000"), "line 2"),
            (with(10, "quantity,value"), "line 11"),
            (with(11, "measured,mnist,ae,30,0.0,NaN"), "line 12"),
            (with(11, "measured,mnist,ae,30,0.0,21.0,1"), "line 12"),
            (with(11, "measured,mnist,ae,30,0.00,21.0"), "line 12"),
            (with(11, "measured,imagenet,ae,30,0.0,21.0"), "line 12"),
            (with(11, "spread,mnist,ae,30,0.0,21.0"), "line 12"),
            (with(11, "mapping,mnist,mask,784,0,0.5"), "line 12"),
            (text.trim_end().to_owned(), "line"),
            (twice, "line"),
        ] {
            let said = Committed::parse(&bad).unwrap_err().to_string();
            assert!(
                said.starts_with("data/few_samples.csv: ") && said.contains(place),
                "{place}: {said}"
            );
        }
    }
}
