//! The one way in which a command fails: a readable sentence and the class that decides the exit code.
//! In: typed errors of the stages; out: one chain in one line.
//! Adds no cause of its own and hides none.

use super::scan::release_command;
use super::terminal;
use crate::decision::{PolicyError, RulingError};
use crate::domain::ErrorClass;
use crate::evaluate::{EvaluationError, GateError, LabelError};
use crate::log::LogError;
use crate::model::ModelError;
use crate::pipeline::ScanError;
use crate::report::{FeatureFileError, ManifestError, PacketError, UpkeepError, VerifyError};
use crate::simulate::WorldError;
use crate::table_io::TableError;
use crate::training::PlainError;
use std::path::Path;

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    message: String,
    class: ErrorClass,
    broken_pipe: bool,
}

impl Failure {
    /// A failure of a class. The message is one line: a line end in it comes from a name, and may pretend to be a
    /// message of its own.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { message: terminal::plain(&message.into()), class, broken_pipe: false }
    }

    /// A wrong command or configuration.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Usage, message)
    }

    /// A failure to show a run that was published all the same.
    pub fn after_publishing(self, folder: &Path) -> Self {
        let (told, folder) = (self.message, folder.display());
        let message = format!("the run was published in {folder}, but could not be shown: {told}");
        Self { message: terminal::plain(&message), ..self }
    }

    /// A night that waits for a person.
    pub fn held(reason: &str, folder: &Path) -> Self {
        let (release, folder) = (release_command(folder), folder.display());
        Self::new(
            ErrorClass::Held,
            format!(
                "safety stop: {reason}; the run is in {folder} and can be read, but nothing was exported; look at it, then: \
                 {release}"
            ),
        )
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.class.exit_code()
    }

    /// Whether whoever read the output went away.
    pub fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// The error and its causes in one line, without repeating a cause that the error already tells.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<FeatureFileError> for Failure {
    fn from(error: FeatureFileError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<PlainError> for Failure {
    fn from(error: PlainError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Policy(error) => error.into(),
            error => Self::new(error.class(), chain(&error)),
        }
    }
}

impl From<WorldError> for Failure {
    fn from(error: WorldError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<RulingError> for Failure {
    fn from(error: RulingError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<ManifestError> for Failure {
    fn from(error: ManifestError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<UpkeepError> for Failure {
    fn from(error: UpkeepError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<PacketError> for Failure {
    fn from(error: PacketError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        // It shows the lines of the file that it is about.
        Self { message: terminal::lines(&chain(&error)), ..Self::usage("") }
    }
}

impl From<LabelError> for Failure {
    fn from(error: LabelError) -> Self {
        Self::new(error.class(), chain(&error))
    }
}

impl From<EvaluationError> for Failure {
    fn from(error: EvaluationError) -> Self {
        let class = match &error {
            EvaluationError::Table(error) => error.class(),
            EvaluationError::NoScore { .. } | EvaluationError::NoMatch { .. } => ErrorClass::Input,
            EvaluationError::Unknown(_) => ErrorClass::Usage,
        };
        Self::new(class, chain(&error))
    }
}

impl From<GateError> for Failure {
    fn from(error: GateError) -> Self {
        // It shows the lines of the file that it is about.
        Self { message: terminal::lines(&chain(&error)), ..Self::usage("") }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let broken_pipe = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self { broken_pipe, ..Self::new(ErrorClass::Environment, error.to_string().to_lowercase()) }
    }
}
