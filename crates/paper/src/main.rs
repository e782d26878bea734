//! The `paper` command.

mod command;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    paper::machine::use_fast_kernels();
    let command = match command::Command::try_parse() {
        Ok(command) => command,
        // Help and version, and what to do where nothing was asked for.
        Err(asked) if !asked.use_stderr() || asked.kind() == HELP => asked.exit(),
        Err(refused) => {
            eprintln!("{}", one_line(&refused.render().to_string()));
            return ExitCode::from(2);
        }
    };
    match command.run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
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
