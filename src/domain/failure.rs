//! What kind of failure an error is, so that the program can end with the right code.
//! In: nothing; out: one of a few classes, each with its exit code.
//! Knows no error of any stage: each error type says its own class.

/// The class of a failure; the command line turns it into the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// A check that was asked for failed, a gate or a digest: exit 1.
    GateFailed,
    /// The command, the configuration or a mapping is wrong: exit 2.
    Usage,
    /// The input is unusable, empty or has too many rejects: exit 3.
    Input,
    /// The night is out of proportion: held for a person, nothing exported, exit 4.
    Held,
    /// The machine said no (disk full, no permission, lock held): exit 5.
    Environment,
    /// A defect of this program: exit 70.
    Internal,
    /// Somebody asked the run to stop: exit 130.
    Interrupted,
}

impl ErrorClass {
    /// The exit code of the class.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::GateFailed => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Held => 4,
            Self::Environment => 5,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }

    /// The class of an input/output error while reading: a damaged stream is the input's fault, the rest is the machine's.
    pub fn of_io(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::NotFound
            | ErrorKind::InvalidData
            | ErrorKind::InvalidInput
            | ErrorKind::UnexpectedEof
            | ErrorKind::Other => Self::Input,
            ErrorKind::Interrupted => Self::Interrupted,
            _ => Self::Environment,
        }
    }
}
