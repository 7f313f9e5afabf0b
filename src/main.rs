use std::process::ExitCode;

fn main() -> ExitCode {
    partnerlink::run(std::env::args_os())
}
