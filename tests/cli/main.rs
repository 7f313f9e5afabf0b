mod support;

#[test]
fn x() {
    support::program::Program::new().run(["status"]).exits(0);
}
