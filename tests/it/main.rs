//! All integration tests in one binary: the law of the house, the command line, bad input, scenarios, determinism.
//! A new test belongs where its subject is; `tidy` reads the source, everything else runs the program or the library.

mod bad_input;
mod bad_surroundings;
mod brigade;
mod campaigns;
mod cli;
mod conformance;
mod crews;
mod determinism;
mod faults;
mod formats;
mod full_disk;
mod gates;
mod hostile;
mod journeys;
mod memory;
mod model;
mod names;
mod night_attacks;
mod night_packets;
mod night_terminal;
mod nights;
mod padding;
mod program;
mod reading;
mod scenarios;
mod telling;
mod tidy;
mod worlds;
