//! `paper machine`

use clap::Args;
use paper::say;
use paper::system::provenance::Session;

#[derive(Args)]
pub struct Machine {
    /// Only the name of the kernels, as OPENBLAS_CORETYPE takes it.
    #[arg(long)]
    kernels: bool,
}

impl Machine {
    /// Prints what every record of a result says of the machine.
    pub fn run(self) -> anyhow::Result<bool> {
        let here = Session::begin().provenance(0.0);
        if self.kernels {
            say!("{}", here.blas.core);
            return Ok(true);
        }
        say!("processor  {}", here.cpu);
        say!("system     {}", here.system);
        say!("BLAS       {}", here.blas.library);
        say!("kernels    {}", here.blas.core);
        say!(
            "threads    {} of {}",
            here.threads.rayon,
            here.threads.available
        );
        Ok(true)
    }
}
