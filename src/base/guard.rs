//! Reading what a stranger wrote, in a process of its own with little memory and little time.
//!
//! In: the arguments of this program. Out: how that process ended. Fails when it cannot be started, and when it asked for more than it
//! may have. The peculiarity it exists for: a file of a few hundred bytes can ask for gigabytes, of a library too, and whatever is
//! forbidden one way it asks for in another; so the limit is the system's.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::process::{Command, ExitStatus};

/// The variable by which the guarded process knows that it is.
const GUARDED: &str = "MIDDELGROOT_GUARDED";

/// Most memory for data, in bytes; with the program itself it stays below 512 MiB.
#[cfg(unix)]
const MEMORY: u64 = 448 << 20;
/// Most time of the processor, in seconds.
#[cfg(unix)]
const SECONDS: u64 = 20;
/// What a thread that was refused memory makes a Rust program end with.
const PANICKED: i32 = 101;

/// Whether this process is the guarded one; from then on its limits hold.
///
/// # Errors
/// When the system refuses to set them.
pub fn is_guarded() -> io::Result<bool> {
    let is_guarded = env::var_os(GUARDED).is_some();
    if is_guarded {
        limit()?;
    }
    Ok(is_guarded)
}

#[cfg(unix)]
fn limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = |of| Rlimit {
        current: Some(of),
        maximum: Some(of),
    };
    setrlimit(Resource::Data, most(MEMORY))?;
    setrlimit(Resource::Cpu, most(SECONDS))?;
    // what ends so leaves no image of its memory
    setrlimit(Resource::Core, most(0))?;
    Ok(())
}

/// Elsewhere there are no such limits.
#[cfg(not(unix))]
fn limit() -> io::Result<()> {
    Ok(())
}

/// Runs this program once more with other arguments, guarded; gives its exit status, or none where it was ended.
///
/// # Errors
/// When it cannot be started.
pub fn run_guarded(arguments: &[&OsStr]) -> io::Result<Option<i32>> {
    let mut command = Command::new(env::current_exe()?);
    command.args(arguments).env(GUARDED, "1");
    let status: ExitStatus = command.status()?;
    Ok(status.code().filter(|code| *code != PANICKED))
}
