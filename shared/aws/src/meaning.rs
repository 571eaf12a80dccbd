//! What a failed call means to the caller.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hinomi_store::Error;

/// Says what a failure of the SDK means.
///
/// A word that is not known here is a failure on the way: repeating it loses nothing, and alarms on errors and on the age
/// of records call for a person. So is a permission or a table that is missing, which an operator can give.
pub(crate) fn meaning<E>(what: &str, error: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = match &error {
        SdkError::ServiceError(answer) => answer.err().code().unwrap_or("no code"),
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "no connection",
        SdkError::ResponseError(_) => "unreadable answer",
        _ => "call not made",
    };
    match word(code) {
        Word::Throttled => Error::Throttled,
        Word::Conflict => Error::Conflict { what: what.to_owned() },
        Word::Refused => Error::Refused { what: format!("{what}: {code}") },
        Word::Unavailable => {
            let what = format!("{what}: {code}");
            // The answer itself stays out of the error: it may hold what a log said.
            Error::Unavailable { what, source: error.into_source().ok() }
        }
    }
}

/// What a service's word for a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Throttled,
    Conflict,
    Refused,
    Unavailable,
}

/// Reads the words of DynamoDB (calls and reasons of a cancelled transaction), S3, Kinesis and SNS.
pub(crate) fn word(code: &str) -> Word {
    match code {
        "ProvisionedThroughputExceeded"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "ThrottlingError"
        | "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "Throttled"
        | "TooManyRequestsException"
        | "LimitExceededException"
        | "SlowDown"
        | "KMSThrottling"
        | "KMSThrottlingException"
        // Others are at the same item or object: nothing was written, and in a moment they are done.
        | "TransactionConflict"
        | "TransactionConflictException"
        | "TransactionInProgressException"
        | "ReplicatedWriteConflictException"
        | "ConditionalRequestConflict"
        | "OperationAborted" => Word::Throttled,
        "ConditionalCheckFailed" | "ConditionalCheckFailedException" | "PreconditionFailed" => Word::Conflict,
        "ValidationError"
        | "ValidationException"
        | "SerializationException"
        | "ItemCollectionSizeLimitExceeded"
        | "ItemCollectionSizeLimitExceededException"
        | "IdempotentParameterMismatchException"
        | "InvalidArgumentException"
        | "InvalidArgument"
        | "InvalidRequest"
        | "KeyTooLongError"
        | "EntityTooLarge"
        | "InvalidParameter"
        | "InvalidParameterException"
        | "ParameterValueInvalid" => Word::Refused,
        _ => Word::Unavailable,
    }
}
