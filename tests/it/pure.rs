//! Lua that needs no kernel: chunks run in this very process, without a sandbox.

use mlua::ObjectLike;
use nsl::script::{Ended, Source, Vm};

/// What a chunk returns, as `print` would show each value; panics with the error if it raises.
pub(crate) fn eval(text: &str) -> Vec<String> {
    match run(text) {
        Ok(values) => values,
        Err(error) => panic!("{text}\nraised: {error}"),
    }
}

/// The error that a chunk raises, with its hint: `EINVAL: message (hint)`.
pub(crate) fn error(text: &str) -> String {
    run(text).expect_err(text)
}

fn run(text: &str) -> Result<Vec<String>, String> {
    let vm = Vm::new().expect("a VM");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let chunk = vm.compile(&Source::text("=test", text.as_bytes().to_vec())).expect(text);
    match runtime.block_on(vm.run(chunk, Vec::new())) {
        Ended::Done(values) => {
            let text = |value| vm.lua().globals().call_function::<String>("tostring", value).expect("a text");
            Ok(values.into_iter().map(text).collect())
        }
        Ended::Failed(failure) => {
            let hint = failure.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            Err(format!("{}: {}{hint}", failure.code.unwrap_or_default(), failure.message))
        }
        Ended::Stopped => panic!("{text}\nwas stopped"),
    }
}
