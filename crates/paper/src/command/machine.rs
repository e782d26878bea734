//! `paper machine`

use clap::Args;
use paper::provenance::Session;

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
            println!("{}", here.blas.core);
            return Ok(true);
        }
        println!("processor  {}", here.cpu);
        println!("system     {}", here.system);
        println!("BLAS       {}", here.blas.library);
        println!("kernels    {}", here.blas.core);
        println!(
            "threads    {} of {}",
            here.threads.rayon, here.threads.available
        );
        Ok(true)
    }
}
