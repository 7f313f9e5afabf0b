//! Telling a person, through a program of theirs, that an account needs a sign-in: once, and not at
//! every run.
