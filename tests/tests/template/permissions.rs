//! What each function may do, as the calls of its adapters need it, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hinomi_aws::permissions::{Resource, needed};
use hinomi_store::Call;

use super::read::{allowed, list, named, properties, resources, template};

/// What a function may do to a resource.
type Grant = (&'static str, &'static [&'static str], &'static [&'static str]);

/// What reading a stream takes, which Lambda does in the function's name.
const KINESIS: &[&str] = &[
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
];
const TABLE_STREAM: &[&str] =
    &["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
/// What finding a table's stream takes, for which DynamoDB knows no resource but all.
const LIST_STREAMS: &[&str] = &["dynamodb:ListStreams"];
const INCIDENTS: &[&str] = &["Incidents.Arn", "${Incidents.Arn}/index/*"];
const TOPICS: &str = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-tenant-*";

/// What each function does besides writing its log. A change here is a decision.
const GRANTS: &[Grant] = &[
    ("Ingest", KINESIS, &["Logs.Arn"]),
    ("Ingest", &["kinesis:PutRecords"], &["Findings.Arn"]),
    (
        "Ingest",
        &["s3:PutObject"],
        &[
            "${Archive.Arn}/raw/*",
            "${Archive.Arn}/facts/*",
            "${Archive.Arn}/quarantine/*",
            "${Archive.Arn}/aws/lambda/*",
        ],
    ),
    (
        "Ingest",
        &["s3:GetObject"],
        &[
            "${Archive.Arn}/raw/*",
            "${Archive.Arn}/quarantine/*",
            "${Archive.Arn}/aws/lambda/*",
            "${Config.Arn}/accepted/*",
            "${Config.Arn}/indicators.txt",
        ],
    ),
    ("Ingest", &["s3:ListBucket"], &["Archive.Arn", "Config.Arn"]),
    ("Ingest", &["sqs:SendMessage"], &["FailedEvents.Arn"]),
    (
        "Follow",
        &["s3:GetObject"],
        &[
            "${Archive.Arn}/facts/*",
            "${Archive.Arn}/follow/*",
            "${Archive.Arn}/raw/*",
            "${Config.Arn}/accepted/*",
        ],
    ),
    (
        "Follow",
        &["s3:PutObject"],
        &["${Archive.Arn}/follow/*", "${Archive.Arn}/vitals/*", "${Archive.Arn}/quarantine/*"],
    ),
    ("Follow", &["s3:ListBucket"], &["Archive.Arn", "Config.Arn"]),
    ("Follow", &["kinesis:PutRecords"], &["Findings.Arn"]),
    ("Follow", &["sqs:SendMessage"], &["FailedEvents.Arn"]),
    (
        "Watch",
        &["s3:GetObject"],
        &[
            "${Archive.Arn}/vitals/*",
            "${Archive.Arn}/watch/*",
            "${Archive.Arn}/raw/*",
            "${Config.Arn}/accepted/*",
        ],
    ),
    ("Watch", &["s3:PutObject"], &["${Archive.Arn}/watch/*", "${Archive.Arn}/quarantine/vitals/*"]),
    ("Watch", &["s3:ListBucket"], &["Archive.Arn", "Config.Arn"]),
    ("Watch", &["kinesis:PutRecords"], &["Findings.Arn"]),
    ("Watch", &["sqs:SendMessage"], &["FailedEvents.Arn"]),
    ("Correlate", KINESIS, &["Findings.Arn"]),
    (
        "Correlate",
        &["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"],
        INCIDENTS,
    ),
    ("Correlate", &["dynamodb:UpdateItem"], &["Scope.Arn"]),
    (
        "Correlate",
        &["s3:PutObject"],
        &["${Archive.Arn}/quarantine/findings/*", "${Archive.Arn}/aws/lambda/*"],
    ),
    ("Correlate", &["s3:GetObject"], &["${Config.Arn}/accepted/*"]),
    ("Correlate", &["s3:ListBucket"], &["Archive.Arn", "Config.Arn"]),
    ("Correlate", &["sqs:SendMessage"], &["FailedEvents.Arn"]),
    ("Notify", TABLE_STREAM, &["Incidents.StreamArn"]),
    ("Notify", LIST_STREAMS, &["*"]),
    ("Notify", &["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:UpdateItem"], INCIDENTS),
    (
        "Notify",
        &["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem"],
        &["Deliveries.Arn", "${Deliveries.Arn}/index/*"],
    ),
    ("Notify", &["dynamodb:Query"], &["Scope.Arn"]),
    ("Notify", &["dynamodb:BatchGetItem", "dynamodb:PutItem"], &["Ledger.Arn"]),
    // Topics and never a number: an SMS to a number would take the right to publish to everything.
    ("Notify", &["sns:Publish"], &[TOPICS, "Operations"]),
    ("Notify", &["s3:PutObject"], &["${Archive.Arn}/quarantine/*", "${Archive.Arn}/aws/lambda/*"]),
    ("Notify", &["s3:GetObject"], &["${Config.Arn}/accepted/*"]),
    ("Notify", &["s3:ListBucket"], &["Archive.Arn", "Config.Arn"]),
    ("Notify", &["sqs:SendMessage"], &["FailedEvents.Arn"]),
    ("Enrol", &["s3:GetObject"], &["${Config.Arn}/registry.yaml", "${Config.Arn}/accepted/*"]),
    ("Enrol", &["s3:PutObject"], &["${Config.Arn}/accepted/*"]),
    ("Enrol", &["s3:ListBucket"], &["Config.Arn"]),
    ("Enrol", &["dynamodb:BatchGetItem", "dynamodb:PutItem"], &["Ledger.Arn"]),
    ("Enrol", &["sns:CreateTopic", "sns:ListSubscriptionsByTopic", "sns:Subscribe"], &[TOPICS]),
    (
        "Enrol",
        &[
            "sns:ListTopics",
            "sns:GetSubscriptionAttributes",
            "sns:SetSubscriptionAttributes",
            "sns:Unsubscribe",
        ],
        &["*"],
    ),
    ("Enrol", &["sns:Publish"], &["Operations"]),
    ("Enrol", &["sqs:SendMessage"], &["FailedEvents.Arn"]),
    (
        "Compact",
        &["s3:GetObject"],
        &["${Archive.Arn}/raw/*", "${Archive.Arn}/compact/*", "${Config.Arn}/accepted/*"],
    ),
    ("Compact", &["s3:PutObject"], &["${Archive.Arn}/compact/*", "${Archive.Arn}/ocsf/*"]),
    ("Compact", &["s3:ListBucket"], &["Archive.Arn", "Config.Arn"]),
    ("Compact", &["sqs:SendMessage"], &["FailedEvents.Arn"]),
    ("Console", &["dynamodb:BatchGetItem", "dynamodb:Query"], INCIDENTS),
    ("Console", &["dynamodb:Query"], &["Deliveries.Arn", "Scope.Arn"]),
    ("Console", &["s3:GetObject"], &["${Config.Arn}/accepted/*"]),
    ("Console", &["s3:ListBucket"], &["Config.Arn"]),
];

/// The calls of ports that each function makes.
const USES: &[(&str, &[Call])] = &[
    ("Ingest", &[Call::PutNew, Call::Put, Call::Fetch, Call::List, Call::FetchIfChanged]),
    ("Follow", &[Call::PutNew, Call::Put, Call::Fetch, Call::List, Call::FetchIfChanged]),
    ("Watch", &[Call::PutNew, Call::Put, Call::Fetch, Call::List, Call::FetchIfChanged]),
    ("Correlate", &[Call::Load, Call::Commit, Call::Waking, Call::Note, Call::PutNew, Call::FetchIfChanged]),
    (
        "Notify",
        &[
            Call::Due,
            Call::Entry,
            Call::Done,
            Call::Incident,
            Call::Hosts,
            Call::Claim,
            Call::TakeOver,
            Call::Sent,
            Call::Unconfirmed,
            Call::Read,
            Call::Write,
            Call::PutNew,
            Call::FetchIfChanged,
        ],
    ),
    ("Enrol", &[Call::Read, Call::Write, Call::FetchIfChanged]),
    ("Compact", &[Call::PutNew, Call::Fetch, Call::List, Call::FetchIfChanged]),
    ("Console", &[Call::Queue, Call::Incident, Call::Hosts, Call::Of, Call::FetchIfChanged]),
];

/// What a call of the SDK is as an action, where its name differs.
const CALLS: &[(&str, &[&str])] = &[
    ("TransactWriteItems", &["dynamodb:PutItem", "dynamodb:DeleteItem"]),
    ("ListObjectsV2", &["s3:ListBucket"]),
];

#[test]
fn functions_may_do_what_they_need_and_nothing_else() {
    let template = template();
    for function in ["Ingest", "Follow", "Watch", "Correlate", "Notify", "Enrol", "Console"] {
        let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
        for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
            expected.insert((action.to_owned(), format!("{function}Log.Arn")));
        }
        for (_, actions, resources) in GRANTS.iter().filter(|(whose, ..)| *whose == function) {
            let pairs = actions.iter().flat_map(|action| {
                resources.iter().map(|resource| ((*action).to_owned(), (*resource).to_owned()))
            });
            expected.extend(pairs);
        }
        assert_eq!(allowed(&template, &format!("{function}Role")), expected, "{function}");
    }
}

/// Tells whether a resource of the template is the one that a permission is needed on.
fn is_on(resource: &str, needed: Resource) -> bool {
    match needed {
        Resource::Table(name) => resource == format!("{}.Arn", super::capital(name)),
        Resource::Index(name, _) => resource == format!("${{{}.Arn}}/index/*", super::capital(name)),
        Resource::ArchiveObjects => resource.starts_with("${Archive.Arn}/"),
        Resource::ArchiveBucket => resource == "Archive.Arn",
        Resource::Document => resource == "${Config.Arn}/accepted/*",
        Resource::DocumentBucket => resource == "Config.Arn",
        Resource::Stream => resource == "Findings.Arn",
    }
}

/// The list of enemies is a document as the registry is, and lies where ingest alone may read it.
#[test]
fn ingest_alone_may_read_the_list_of_enemies_and_may_tell_that_there_is_none() {
    use hinomi_steps::indicators::PUBLISHED;

    let template = template();
    let document = format!("${{Config.Arn}}/{PUBLISHED}");
    let readers: Vec<String> = resources(&template, "AWS::IAM::Role")
        .into_keys()
        .filter(|role| allowed(&template, role).contains(&("s3:GetObject".to_owned(), document.clone())))
        .map(str::to_owned)
        .collect();
    assert_eq!(readers, ["IngestRole"]);
    let policies = properties(&template, "IngestRole")["Policies"].as_array().unwrap();
    let mut statements = policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
    let is_listed = statements.any(|statement| {
        let prefixes = statement["Condition"]["StringLike"]["s3:prefix"].as_array();
        let is_named = prefixes.is_some_and(|prefixes| prefixes.iter().any(|prefix| prefix == PUBLISHED));
        is_named && named(&statement["Resource"]) == "Config.Arn"
    });
    assert!(is_listed, "a missing list is forbidden");
}

#[test]
fn the_calls_of_each_function_are_allowed() {
    let template = template();
    for (function, calls) in USES {
        let allowed = allowed(&template, &format!("{function}Role"));
        for call in *calls {
            for needed in needed(*call) {
                let is_allowed =
                    allowed.iter().any(|(action, on)| action == needed.action && is_on(on, needed.on));
                assert!(is_allowed, "{function} calls {call:?} and lacks {needed:?}");
            }
        }
    }
}

/// Lambda puts what it gives up with the function's own rights, and looks at the bucket by no prefix before
/// (<https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html>).
#[test]
fn batches_that_are_given_up_can_be_put_into_the_archive() {
    let template = template();
    let mut looked_at = 0;
    for (id, function) in resources(&template, "AWS::Serverless::Function") {
        let events =
            function["Properties"]["Events"].as_object().into_iter().flat_map(|events| events.values());
        let failing =
            events.filter(|event| event["Properties"]["DestinationConfig"]["OnFailure"]["Type"] == "S3");
        if failing.count() == 0 {
            continue;
        }
        looked_at += 1;
        let role = named(&function["Properties"]["Role"]);
        let policies =
            properties(&template, role.strip_suffix(".Arn").unwrap())["Policies"].as_array().unwrap();
        let statements = policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
        let free: Vec<(String, String)> = statements
            .filter(|statement| statement["Condition"].is_null())
            .flat_map(|statement| {
                let actions = list(&statement["Action"]).into_iter().map(named);
                actions.flat_map(|action| {
                    list(&statement["Resource"]).into_iter().map(move |on| (action.clone(), named(on)))
                })
            })
            .collect();
        for (action, on) in
            [("s3:PutObject", "${Archive.Arn}/aws/lambda/*"), ("s3:ListBucket", "Archive.Arn")]
        {
            assert!(free.contains(&(action.to_owned(), on.to_owned())), "{id} may not {action} on {on}");
        }
    }
    assert_eq!(looked_at, 3);
}

/// The services that the adapters speak to.
const SERVICES: [&str; 4] = ["dynamodb", "kinesis", "s3", "sns"];

/// The actions that the adapters' calls are, as their source names them (`put_item()`), whatever the service.
fn actions_of_the_adapters() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).unwrap().join("shared/aws/src");
    let mut actions = BTreeSet::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            // Calls without arguments, as the SDK's builders begin.
            let calls = source.split('.').skip(1).filter_map(|rest| rest.split_once("()"));
            let words = calls.map(|(word, _)| word);
            for word in
                words.filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '2'))
            {
                let call: String = word.split('_').map(super::capital).collect();
                match CALLS.iter().find(|(known, _)| *known == call) {
                    Some((_, known)) => actions.extend(known.iter().map(|action| (*action).to_owned())),
                    None => actions.extend(SERVICES.iter().map(|service| format!("{service}:{call}"))),
                }
            }
        }
    }
    actions
}

#[test]
fn nothing_is_allowed_that_no_adapter_does() {
    let known = actions_of_the_adapters();
    // What Lambda does in the function's name: reads streams, and puts what failed into a queue.
    let lambda: BTreeSet<&str> =
        KINESIS.iter().chain(TABLE_STREAM).chain(LIST_STREAMS).chain(&["sqs:SendMessage"]).copied().collect();
    for (function, actions, _) in GRANTS {
        for action in actions.iter().filter(|action| !lambda.contains(**action)) {
            assert!(known.contains(*action), "{function} may {action}, which no adapter does");
        }
    }
}

#[test]
fn no_role_may_do_everything_or_to_everything() {
    let template = template();
    for role in resources(&template, "AWS::IAM::Role").keys() {
        for (action, resource) in allowed(&template, role) {
            assert!(!action.contains('*'), "{role}: {action}");
            let is_bare = resource == "*"
                && !GRANTS
                    .iter()
                    .any(|(_, actions, of)| of.contains(&"*") && actions.contains(&action.as_str()));
            assert!(!is_bare, "{role}: {action} on everything");
        }
    }
}

#[test]
fn the_scheduler_may_start_what_has_a_schedule() {
    let template = template();
    let scheduled = resources(&template, "AWS::Serverless::Function").into_iter().filter(|(_, function)| {
        let events = function["Properties"]["Events"].as_object();
        events.is_some_and(|events| events.values().any(|event| event["Type"] == "ScheduleV2"))
    });
    let scheduled: BTreeSet<String> = scheduled.map(|(id, _)| format!("{id}.Arn")).collect();
    let may = allowed(&template, "SchedulerRole")
        .into_iter()
        .filter(|(action, _)| action == "lambda:InvokeFunction");
    assert_eq!(may.map(|(_, resource)| resource).collect::<BTreeSet<_>>(), scheduled);
}

#[test]
fn buckets_are_closed_encrypted_and_speak_tls_alone() {
    let template = template();
    for (bucket, policy) in [("Archive", "ArchivePolicy"), ("Config", "ConfigPolicy")] {
        let found = properties(&template, bucket);
        let closed = found["PublicAccessBlockConfiguration"].as_object().unwrap();
        assert!(closed.len() == 4 && closed.values().all(|value| value == true), "{bucket}: {closed:?}");
        assert_eq!(found["VersioningConfiguration"]["Status"], "Enabled", "{bucket}");
        let rule = &found["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
        assert_eq!(rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"], "aws:kms", "{bucket}");
        let statement = &properties(&template, policy)["PolicyDocument"]["Statement"][0];
        assert_eq!(statement["Effect"], "Deny", "{bucket}");
        assert_eq!(statement["Condition"]["Bool"]["aws:SecureTransport"], "false", "{bucket}");
        let of: Vec<String> = list(&statement["Resource"]).into_iter().map(named).collect();
        assert_eq!(of, [format!("{bucket}.Arn"), format!("${{{bucket}.Arn}}/*")]);
    }
}
