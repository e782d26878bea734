//! The rooms below the experiments: system, settings, tables, runs; and results.
