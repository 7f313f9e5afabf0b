use crate::context::Context;
use crate::error::Failed;
use crate::store::vault::policy::Role;

const EXAMPLES: &str = "\
Examples:
  partnerlink store policy reader
  partnerlink store policy refresher | bao policy write partnerlink-refresher -";

/// Print what the shared store's server must let a machine do, in its own language (HCL)
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[arg(value_enum)]
    role: Role,
}

impl Args {
    pub fn run(&self, context: &Context) -> Result<u8, Failed> {
        let (mount, prefix) = match &context.settings.vault {
            Some(vault) => (vault.mount.as_str(), vault.prefix.as_str()),
            None => ("partnerlink", ""),
        };
        context.output.data(self.role.hcl(mount, prefix).trim_end())?;
        Ok(0)
    }
}
