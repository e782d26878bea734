//! The `paper` command.
fn main() -> anyhow::Result<()> {
    Ok(())
}
