//! temporary features-only door
use bulkwatch::log::*;
use bulkwatch::domain::Timestamp;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let get = |n: &str| args.iter().position(|a| a == n).map(|i| args[i + 1].clone());
    if args[1] == "catalog" { 
        let v: Vec<_> = bulkwatch::features::cards().into_iter().map(|c| { let mut v = serde_json::to_value(c).unwrap(); v["kind"]="feature".into(); v }).collect();
        println!("{}", serde_json::to_string(&v).unwrap()); return; }
    let side = [("--accounts", TableKind::Accounts), ("--registrations", TableKind::Registrations), ("--group-events", TableKind::GroupEvents), ("--feedback", TableKind::Feedback)];
    let inputs = Inputs { messages: InputSpec::new(TableKind::Messages, [get("--messages").unwrap()]), side: side.iter().filter_map(|(f, t)| Some(InputSpec::new(*t, [get(f)?]))).collect() };
    let ts = |n: &str| get(n).map(|t| Timestamp::parse(&t).unwrap());
    let wish = WindowWish { from: ts("--from"), to: ts("--to"), log_start: ts("--log-start"), ..Default::default() };
    let out = get("--out").unwrap(); std::fs::create_dir_all(&out).unwrap();
    let (log, counts) = bulkwatch::pipeline::features(&inputs, &wish, &ReadSettings { max_reject_share: 1.0, ..Default::default() }, std::path::Path::new(&format!("{out}/features.parquet"))).unwrap();
    eprintln!("{counts:?} {:?} rejects {}", log.window, log.reports[0].rejects.total());
}
