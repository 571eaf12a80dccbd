//! Which stage of an attack a kind of evidence belongs to.

use hinomi_model::{Direction, FindingKind, Stage};

use crate::strand::StrandKey;

/// Returns the stage of a strand.
pub(crate) fn stage(key: &StrandKey) -> Stage {
    use FindingKind as K;
    match key.kind {
        K::Scan | K::CcSearch | K::Campaign | K::InCampaign => Stage::Reconnaissance,
        K::Exploit => match key.direction {
            Direction::Internal => Stage::LateralMovement,
            Direction::Outbound => Stage::OutboundAttack,
            Direction::Inbound | Direction::External if key.class == hinomi_model::Class::Recon => {
                Stage::Reconnaissance
            }
            Direction::Inbound | Direction::External => Stage::Exploitation,
        },
        K::FanOut => {
            if key.direction == Direction::Internal {
                Stage::LateralMovement
            } else {
                Stage::OutboundAttack
            }
        }
        K::DenialOfService | K::SessionFailed | K::SessionAnswered | K::OtherContact | K::DeviceOverload => {
            Stage::Exploitation
        }
        K::WebShell | K::Callback | K::DeviceIntegrity => Stage::Installation,
        K::CcPayload | K::CcContact | K::Sinkhole | K::ClientNamed | K::DeviceCc => Stage::CommandAndControl,
        K::Malware
        | K::MalwareGuess
        | K::UnwantedSoftware
        | K::TestFile
        | K::Unscannable
        | K::SandboxMalicious
        | K::SandboxClean
        | K::MaliciousSite
        | K::PhishingSite => Stage::Delivery,
        K::BruteForce
        | K::CredentialsSubmitted
        | K::PasswordRun
        | K::PasswordFailures
        | K::PasswordTakeover
        | K::PasswordPerson => Stage::CredentialAccess,
        // Health has no stage of an attack; a device's own story shows it beside what it explains.
        K::Policy | K::Behaviour | K::Health => Stage::Policy,
    }
}
