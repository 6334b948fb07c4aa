//! The statements of the white paper and its press briefing, with what stands for each here.
//! In: cards, by Rust path; out: the table that CONFORMANCE.md is printed from.
//! Holds our paraphrase of what was seen, its mark and its place; nothing that was only remembered.

use super::conformance::{Shown, Statement, Status};
use crate::features::{
    Mark, client, contact, content, coordination, fanout, feedback as said, groups as grouped, lifecycle,
    rate, registration as signup, volume,
};
use crate::rules::{
    Rule, benign, certain, client as tools, coordination as company, feedback, groups, newsletter, outreach,
    pacing, registration, template,
};

const AT_REGISTRATION: &str = "At registration";
const MESSAGING: &str = "While messaging";
const FEEDBACK: &str = "In response to negative feedback";
const LEARNING: &str = "Machine learning";
const CONDUCT: &str = "Mistakes, privacy, business";
const FIGURES: &str = "Figures";

const fn on(scenario: &'static str, rule: &'static Rule) -> Shown {
    Shown { scenario, rule: Some(rule) }
}

const fn beside(scenario: &'static str) -> Shown {
    Shown { scenario, rule: None }
}

const BASE: Statement = Statement {
    part: MESSAGING,
    says: "",
    mark: Mark::Published,
    seen_in: "",
    status: Status::Implemented,
    how: "",
    features: &[],
    rules: &[],
    shown: &[],
    tests: &[],
};
const SIGN_UP: Statement = Statement { part: AT_REGISTRATION, ..BASE };
const NEGATIVE: Statement = Statement { part: FEEDBACK, mark: Mark::Quoted, ..BASE };
const LEARNED: Statement = Statement { part: LEARNING, mark: Mark::Quoted, ..BASE };
const OTHER: Statement = Statement { part: CONDUCT, ..BASE };
const FIGURE: Statement = Statement { part: FIGURES, status: Status::Figure, ..BASE };

/// All statements.
pub const STATEMENTS: &[Statement] = &[
    Statement {
        says: "Possession of the number is proven by a code sent by SMS or voice",
        seen_in: "digitalcio.in",
        status: Status::NotObservable,
        how: "a log begins with registrations that succeeded; failed and repeated codes are not in it",
        ..SIGN_UP
    },
    Statement {
        says: "Basic account data, IP address and carrier feed a model that tells bulk from normal sign-ups",
        mark: Mark::Quoted,
        seen_in: "page 7, in a public repository",
        status: Status::Proxy,
        how: "counted, not learned: who signed up in the same hour from the same network with the same client build; the carrier is no column",
        features: &[&signup::COHORT, &signup::NETWORK_BANNED, &signup::ASN_BANNED],
        rules: &[&registration::BULK_SIGN_UP, &registration::BAD_NETWORK],
        shown: &[on("paper_signup", &registration::BULK_SIGN_UP), beside("persona_dormitory")],
        ..SIGN_UP
    },
    Statement {
        says: "A similar phone number was recently abused",
        seen_in: "digpu.com, hindustantimes.com",
        how: "banned share among the other numbers of the same block of 1,000, as a lower bound, the account itself left out",
        features: &[&signup::BLOCK_N, &signup::BLOCK_BANNED],
        rules: &[&registration::BAD_BLOCK],
        shown: &[on("paper_signup", &registration::BAD_BLOCK)],
        ..SIGN_UP
    },
    Statement {
        says: "The computer network used was associated with suspicious behavior",
        seen_in: "digpu.com, hindustantimes.com",
        how: "banned share among the other accounts registered from the network, as a lower bound; the autonomous system is shown, not scored",
        features: &[&signup::NETWORK_N, &signup::NETWORK_BANNED, &signup::ASN_BANNED],
        rules: &[&registration::BAD_NETWORK],
        shown: &[beside("persona_dormitory")],
        tests: &["every_limit_holds_on_both_sides"],
        ..SIGN_UP
    },
    Statement {
        says: "The number comes from an area with a history of fraud",
        mark: Mark::Quoted,
        seen_in: "page 5, in a public repository",
        status: Status::Proxy,
        how: "only the block of 1,000 numbers has a history here; no country and no region is judged, or people would be for where they live",
        features: &[&signup::BLOCK_BANNED],
        rules: &[&registration::BAD_BLOCK],
        shown: &[on("paper_signup", &registration::BAD_BLOCK)],
        ..SIGN_UP
    },
    Statement {
        says: "The country of the IP address is compared with that of the number",
        seen_in: "press briefing, 9to5mac.com",
        how: "a supporting rule of two points: travelers and migrants differ too",
        features: &[&signup::COUNTRY],
        rules: &[&registration::COUNTRY_DIFFERS],
        tests: &["every_limit_holds_on_both_sides"],
        ..SIGN_UP
    },
    Statement {
        says: "Behavior at registration that matches earlier banned accounts leads to a ban before any message",
        mark: Mark::Quoted,
        seen_in: "page 10, in a public repository",
        status: Status::Proxy,
        how: "neighbors' bans and cohorts stand for the match, and registration alone recommends no more than watch: nobody is judged by neighbors",
        features: &[&signup::BLOCK_BANNED, &signup::NETWORK_BANNED, &signup::COHORT, &signup::DEVICE],
        rules: &[
            &registration::BAD_BLOCK,
            &registration::BAD_NETWORK,
            &registration::BULK_SIGN_UP,
            &registration::DEVICE_FARM,
        ],
        shown: &[
            on("paper_signup", &registration::BULK_SIGN_UP),
            on("mixed_night", &registration::BULK_SIGN_UP),
        ],
        tests: &["registration_is_a_family_for_young_accounts_only_and_never_lifts"],
        ..SIGN_UP
    },
    Statement {
        says: "One operator runs many accounts: software for several instances, simulators, devices with dozens of SIM cards",
        seen_in: "press briefing, 9to5mac.com; medianama.com on several accounts at once",
        how: "accounts on one device, and accounts that act in step; the software itself is not visible",
        features: &[&signup::DEVICE, &signup::COHORT, &coordination::SHARDED_MEMBERS],
        rules: &[&registration::DEVICE_FARM, &registration::BULK_SIGN_UP],
        shown: &[on("paper_signup", &registration::DEVICE_FARM), beside("vendor_ten_numbers")],
        ..SIGN_UP
    },
    Statement {
        says: "Hard example: 100 messages in 15 seconds by an account registered five minutes before are almost certainly abuse",
        seen_in: "news18.com, medianama.com, indialife.us; page 7; some outlets misprint the seconds",
        how: "fires alone; attempts count, the rows of one broadcast list are one message, and 300 s of tolerance beyond the paper's five minutes are ours",
        features: &[&lifecycle::BURST_AGE],
        rules: &[&certain::NEW_ACCOUNT_BURST],
        shown: &[on("paper_burst", &certain::NEW_ACCOUNT_BURST)],
        tests: &["the_papers_examples_fire_to_the_number"],
        ..BASE
    },
    Statement {
        says: "Hard example: dozens of groups created quickly, or thousands of users added to existing groups",
        seen_in: "the same sentence",
        how: "24 groups or 1,000 people within an hour fire alone; these integers, and the hour, are our reading of its words; over a day it is for a person to judge",
        features: &[&grouped::CREATED_1H, &grouped::ADDED_1H, &grouped::CREATED_24H, &grouped::ADDED_24H],
        rules: &[&certain::GROUP_FACTORY, &groups::GROUPS_IN_A_DAY],
        shown: &[on("paper_group_factory", &certain::GROUP_FACTORY), beside("persona_school_admin")],
        tests: &["the_papers_examples_fire_to_the_number"],
        ..BASE
    },
    Statement {
        says: "Accounts of both hard examples are banned immediately and automatically",
        seen_in: "news18.com, medianama.com",
        status: Status::Proxy,
        how: "the verdict abuse_certain, which nothing else can give; this program recommends and never acts, and a person confirms unless the policy frees hard rules by name",
        rules: &[&certain::NEW_ACCOUNT_BURST, &certain::GROUP_FACTORY],
        shown: &[on("mixed_night", &certain::NEW_ACCOUNT_BURST), on("mixed_night", &certain::GROUP_FACTORY)],
        tests: &[
            "the_table_is_total_and_keeps_its_promises",
            "human_review_is_waived_for_hard_rules_only_and_by_name",
        ],
        ..BASE
    },
    Statement {
        says: "Soft example: a new account writes to dozens of people who do not have it in their contacts; decided with its history, such as how suspicious the registration was",
        seen_in: "news18.com; page 7",
        how: "strangers who stayed silent, young accounts only; above watch only with a suspicious registration. 24 people and 7 days are ours",
        features: &[&contact::STRANGERS_SILENT, &lifecycle::AGE],
        rules: &[&outreach::STRANGERS_OF_NEW],
        shown: &[on("paper_strangers", &outreach::STRANGERS_OF_NEW), beside("persona_number_change")],
        tests: &["the_papers_examples_fire_to_the_number"],
        ..BASE
    },
    Statement {
        says: "How often and how fast an account sends, and how soon after registration that starts",
        seen_in: "the sentences above",
        how: "peaks of what nobody asked for; the time from registration to the first message is computed and scores nothing by itself. The limits are carrier guidance, not the paper's",
        features: &[
            &rate::UNEXPLAINED_MAX_60S,
            &rate::UNEXPLAINED_MAX_24H,
            &rate::MAX_15S,
            &lifecycle::FIRST_SEND_AGE,
            &lifecycle::FIRST_DAY_ACTIONS,
        ],
        rules: &[&pacing::PEAK_RATE],
        shown: &[on("persona_list_256", &pacing::PEAK_RATE), beside("persona_heavy_chatter")],
        tests: &["every_limit_holds_on_both_sides", "api_accounts_are_not_judged_by_pace"],
        ..BASE
    },
    Statement {
        says: "Recipients do not have the sender in their contacts",
        seen_in: "the soft example",
        how: "where the log says who has whom saved; absent otherwise",
        features: &[&contact::STRANGERS, &contact::STRANGERS_SHARE, &contact::STRANGERS_SILENT],
        rules: &[&outreach::STRANGERS_OF_NEW, &benign::SAVED, &groups::STRANGERS_ADDED],
        shown: &[on("paper_strangers", &outreach::STRANGERS_OF_NEW)],
        ..BASE
    },
    Statement {
        says: "Continual sending without the typing indicator can be a signal of abuse",
        mark: Mark::Quoted,
        seen_in: "pages 7 to 8, in two unrelated repositories; paraphrased by medianama.com",
        how: "over texts a person would have typed on a phone; supporting only, since it is easily faked and missing for honest clients",
        features: &[&client::ELIGIBLE_N, &client::ELIGIBLE_ZERO],
        rules: &[&tools::WITHOUT_TYPING],
        shown: &[
            on("paper_no_typing", &tools::WITHOUT_TYPING),
            on("persona_without_typing", &tools::WITHOUT_TYPING),
        ],
        ..BASE
    },
    Statement {
        says: "The network in use was recently used by known abusers",
        mark: Mark::Quoted,
        seen_in: "page 8, in a public repository",
        status: Status::Proxy,
        how: "the network of the registration stands for it; the network of each message may stand in a log and is not read",
        features: &[&signup::NETWORK_BANNED],
        rules: &[&registration::BAD_NETWORK],
        tests: &["every_limit_holds_on_both_sides"],
        ..BASE
    },
    Statement {
        says: "Groups created in a period are limited, and suspicious behavior with groups leads to a ban even at low activity or reach",
        mark: Mark::Quoted,
        seen_in: "page 8, in a public repository",
        how: "groups and people added in a day, and how those added took it; 30 % of 30 people is ours",
        features: &[&grouped::CREATED_24H, &grouped::ADDED, &grouped::OBJECTED, &grouped::OBJECTED_N],
        rules: &[&groups::GROUPS_IN_A_DAY, &groups::UNWANTED_ADDS],
        shown: &[
            on("unwanted_adds", &groups::UNWANTED_ADDS),
            on("paper_group_factory", &groups::UNWANTED_ADDS),
            beside("persona_school_admin"),
        ],
        ..BASE
    },
    Statement {
        says: "Campaigns are spread over many accounts because volume is banned; signs of bulk operation in behavior are looked for",
        seen_in: "hindustantimes.com",
        how: "accounts in step and lists split over numbers; which signs the platform looks for is not told, so the methods are from other sources and the numbers ours",
        features: &[
            &coordination::LOCKSTEP_MEMBERS,
            &coordination::LOCKSTEP_OBJECTS,
            &coordination::SHARDED_MEMBERS,
            &coordination::SHARDED_DAYS,
        ],
        rules: &[&company::LOCKSTEP, &company::SHARDED],
        shown: &[on("lockstep_farm", &company::LOCKSTEP), on("split_list", &company::SHARDED)],
        ..BASE
    },
    Statement {
        says: "Suspicious links are looked for",
        mark: Mark::Quoted,
        seen_in: "digitalcio.in and others",
        status: Status::Proxy,
        how: "only whether a message carries a link, computed and not scored; what it points to is not read",
        features: &[&content::LINKS],
        ..BASE
    },
    Statement {
        says: "Modified clients violate the terms; detection runs on the servers and holds for all users whatever their client",
        mark: Mark::Quoted,
        seen_in: "page 10, in a public repository",
        status: Status::Proxy,
        how: "every feature comes from the server's log; of the client only what it cannot ordinarily do is seen: forwards and lists beyond its limits",
        features: &[&client::FORWARD_CHATS, &client::LIST_MAX],
        rules: &[&tools::WIDE_FORWARDS, &tools::LONG_LIST],
        shown: &[
            on("modified_client", &tools::WIDE_FORWARDS),
            on("modified_client", &tools::LONG_LIST),
            on("persona_list_256", &tools::LONG_LIST),
        ],
        ..BASE
    },
    Statement {
        says: "Reports and blocks accumulate until the account is evaluated",
        seen_in: "page 9, in a public repository",
        how: "independent people or circles of people, over those the account wrote to first; feedback alone recommends no more than review",
        features: &[&said::REPORTER_COMPONENTS, &said::BLOCKER_COMPONENTS, &said::BLOCKS_LOWER],
        rules: &[&feedback::FIRST_CONTACT, &feedback::BLOCKED],
        shown: &[on("brigade_500", &feedback::FIRST_CONTACT), on("brigade_500", &feedback::BLOCKED)],
        ..NEGATIVE
    },
    Statement {
        says: "A report on the first message from an unknown number counts more",
        seen_in: "page 9, in a public repository",
        how: "only such reports count, as a rate of those newly contacted; 0.1 % and 0.3 % are borrowed from bulk mail",
        features: &[&said::FIRST_CONTACT_REPORTS_7D, &said::FIRST_CONTACTS_7D, &said::FIRST_CONTACT_RATE],
        rules: &[&feedback::FIRST_CONTACT],
        shown: &[on("template_spam", &feedback::FIRST_CONTACT)],
        ..NEGATIVE
    },
    Statement {
        says: "If the reported account did not start the chat, it is checked whether the reporters coordinated a false report",
        seen_in: "page 9, in two repositories",
        how: "such reports weigh nothing and are shown in the account's favor; reporters who belong together count once",
        features: &[&said::REPORTS_WEIGHTLESS, &said::REPORTER_COMPONENTS],
        rules: &[&benign::BRIGADED, &feedback::FIRST_CONTACT],
        shown: &[on("brigade_500", &benign::BRIGADED), on("persona_false_reports", &feedback::FIRST_CONTACT)],
        ..NEGATIVE
    },
    Statement {
        says: "Supervised models learn from earlier bans, adapted from an immune system of the parent company",
        seen_in: "in public repositories",
        status: Status::Proxy,
        how: "earlier bans of others enter as banned neighbors; the rules and sub-scores stand without a model, and what a model adds stands beside them",
        features: &[&signup::BLOCK_BANNED, &signup::NETWORK_BANNED],
        ..LEARNED
    },
    Statement {
        says: "Signals are combined; none is relied on alone",
        seen_in: "in public repositories",
        how: "abuse_high needs two kinds of evidence that agree and last; the two hard examples are the exception, as in the paper",
        shown: &[beside("mixed_night")],
        tests: &[
            "the_table_is_total_and_keeps_its_promises",
            "rate_reach_and_timing_of_one_burst_count_once",
        ],
        ..LEARNED
    },
    Statement {
        says: "Examples of inputs: number of reports, rate of messaging, reputation of other users on the same network",
        seen_in: "page 10, in two repositories",
        how: "all three are features; reports raw and independent stand side by side, and only the independent ones are scored",
        features: &[
            &said::REPORTS_RAW,
            &said::REPORTER_COMPONENTS,
            &rate::UNEXPLAINED_MAX_60S,
            &volume::PER_DAY,
            &signup::NETWORK_BANNED,
        ],
        rules: &[&feedback::FIRST_CONTACT, &pacing::PEAK_RATE, &registration::BAD_NETWORK],
        tests: &["every_limit_holds_on_both_sides"],
        ..LEARNED
    },
    Statement {
        says: "An attack first caught after 50 messages is later caught much sooner, by a model that was trained on it",
        seen_in: "page 10, in a public repository",
        status: Status::NotBuilt,
        how: "rules do not learn; a profile of earlier nights says what is usual, not what an attack was",
        ..LEARNED
    },
    Statement {
        says: "Innocent look-alike: somebody who changed the number writes to dozens of people who do not know it yet",
        seen_in: "news18.com; page 7; the only look-alike we found it naming",
        how: "only strangers who stayed silent count, and friends answer",
        features: &[&contact::STRANGERS_SILENT, &contact::NEW_UNANSWERED_SURE],
        rules: &[&outreach::STRANGERS_OF_NEW],
        shown: &[beside("persona_number_change"), on("paper_strangers", &outreach::STRANGERS_OF_NEW)],
        ..OTHER
    },
    Statement {
        says: "A team reviews and answers appeals and may ask for more",
        seen_in: "digitalcio.in, as a paraphrase",
        status: Status::Proxy,
        how: "a person decides; each reason says what would have cleared it, and a run scored again gives the same bytes",
        tests: &[
            "a_counterfactual_clears_every_alternative_still_met",
            "result_files_have_the_same_bytes_for_any_threads_order_and_split",
        ],
        ..OTHER
    },
    Statement {
        says: "Content is encrypted end to end; decisions rest on activity, not on content",
        mark: Mark::Quoted,
        seen_in: "page 7, in a public repository",
        how: "no feature holds a text; where an operator reads texts under a key and a named lawful basis, they become keyed fingerprints and are dropped. Sameness of fingerprints is our addition and no signal of the paper",
        features: &[&content::TOP_SHARE],
        tests: &["nothing_but_what_a_card_reads_moves_it"],
        ..OTHER
    },
    Statement {
        says: "Business senders are watched by separate teams and interfaces",
        seen_in: "fonearena.com",
        how: "business API accounts are judged by reach, wishes and feedback, not by pace or software",
        features: &[&fanout::UNEXPLAINED_MAX_24H, &said::IGNORED_OPTOUTS],
        rules: &[&benign::WITHIN_TIER, &feedback::IGNORED_WISHES],
        shown: &[beside("persona_api_transactional"), on("persona_api_marketing", &feedback::IGNORED_WISHES)],
        tests: &["api_accounts_are_not_judged_by_pace"],
        ..OTHER
    },
    Statement {
        says: "Intent does not matter: automated or bulk messaging violates the terms whatever it promotes",
        seen_in: "hindustantimes.com, 9to5mac.com",
        how: "no feature knows a topic; broadcasting to people who asked for it is a finding of policy beside the verdict, not abuse",
        features: &[&content::BROADCASTS, &content::REACH_MAX_24H],
        rules: &[&newsletter::NEWSLETTER, &template::SAME_TO_MANY],
        shown: &[on("newsletter_consumer", &newsletter::NEWSLETTER)],
        tests: &["an_opted_in_newsletter_is_a_matter_of_policy_and_spam_is_abuse"],
        ..OTHER
    },
    Statement {
        says: "Elections are a time when groups attempt to send at scale",
        seen_in: "press on the paper",
        status: Status::NotObservable,
        how: "no log says that it is one, and a date moves no score",
        tests: &["the_same_conduct_on_6_and_7_december_scores_the_same_on_another_basis"],
        ..OTHER
    },
    Statement {
        says: "More than 2 million accounts a month were removed for bulk or automated behavior, over three months",
        seen_in: "page 3; hindustantimes.com, indialife.us",
        how: "a base rate: 2 million of 1.5 billion users are 0.13 % a month, a floor, since only those caught are in it",
        ..FIGURE
    },
    Statement {
        says: "More than 75 % of them had no recent user report",
        seen_in: "page 3",
        how: "a measure to compare a run with: the share found without a report (`notebooks-export/02_evaluation`); later reports of the service use another definition",
        features: &[&said::REPORTS_RAW],
        ..FIGURE
    },
    Statement {
        says: "About 20 % of the bans happen at registration",
        seen_in: "page 7; digpu.com, hindustantimes.com",
        how: "a measure to compare a run with; registration alone recommends no more than watch here",
        ..FIGURE
    },
    Statement {
        says: "About 90 % of messages go from person to person, and most groups have fewer than ten people",
        seen_in: "hindustantimes.com, news18.com",
        how: "background for the simulator; no rule",
        ..FIGURE
    },
    Statement {
        says: "Hundreds of factors are evaluated",
        mark: Mark::Quoted,
        seen_in: "page 7, in a public repository",
        how: "nothing; `FEATURES.md` lists what is computed here",
        ..FIGURE
    },
];
