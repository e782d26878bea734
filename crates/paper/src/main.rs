//! The `paper` command.

// Lines go through `output`: the reader may be gone.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod command;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::Parser;
use paper::note;

/// Exit status of a program whose reader is gone: 128 plus the number of SIGPIPE.
const READER_GONE: u8 = 141;

fn main() -> ExitCode {
    paper::system::machine::use_fast_kernels();
    let command = match command::Command::try_parse() {
        Ok(command) => command,
        // Help and version, and help if nothing was asked for.
        Err(asked) if !asked.use_stderr() || asked.kind() == HELP => asked.exit(),
        Err(refused) => {
            note!("{}", one_line(&refused.render().to_string()));
            return ExitCode::from(2);
        }
    };
    let for_its_output = command.is_for_its_output();
    match command.run() {
        Ok(true) if for_its_output => match paper::system::output::lost() {
            None => ExitCode::SUCCESS,
            Some(ErrorKind::BrokenPipe) => ExitCode::from(READER_GONE),
            Some(other) => {
                note!("error: standard output: {other}");
                ExitCode::from(1)
            }
        },
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            note!("error: {}", with_causes(&error));
            ExitCode::from(command::exit_code(&error))
        }
    }
}

const HELP: clap::error::ErrorKind =
    clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;

/// What was wrong with the command line and what is allowed, without the usage that clap prints below it.
fn one_line(rendered: &str) -> String {
    let said = rendered.split("\nUsage:").next().unwrap_or(rendered);
    let said = said.split("\nFor more information").next().unwrap_or(said);
    let words: Vec<&str> = said.split_whitespace().collect();
    format!("{} (more: --help)", words.join(" "))
}

/// An error and its causes, except those that it already names.
fn with_causes(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if said.is_empty() {
            said = cause;
        } else if !said.contains(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    said
}
