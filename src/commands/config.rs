use clap::Subcommand;
use serde_json::json;

use crate::context::Context;
use crate::error::Failed;

/// Find the configuration file and what it decides
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print where the configuration file is, or would be
    #[command(after_help = "Examples:\n  partnerlink config path")]
    Path,
    /// Show the settings that flags, environment and file add up to
    #[command(after_help = "Examples:\n  partnerlink config show --json")]
    Show,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<u8, Failed> {
        let path = context.settings.folders.config_file();
        match self {
            Self::Path => context.output.data(&path.display().to_string())?,
            Self::Show => {
                let settings = &context.settings;
                let file = if settings.file_exists { "" } else { " (not there: defaults)" };
                if context.output.json {
                    context.output.json(&json!({
                        "config_file": path,
                        "config_file_exists": settings.file_exists,
                        "state_folder": context.folders.state(),
                        "store": settings.store,
                        "key_file": settings.key_file,
                        "browser": settings.browser,
                    }))?;
                } else {
                    context.output.data(&format!(
                        "config file   {}{file}\nstate folder  {}\nstore         {}\nkey file      {} (file store only)\nbrowser       {}",
                        path.display(),
                        context.folders.state().display(),
                        settings.store,
                        settings.key_file.display(),
                        context.named_browser().as_deref().unwrap_or("the system's"),
                    ))?;
                }
            }
        }
        Ok(0)
    }
}
