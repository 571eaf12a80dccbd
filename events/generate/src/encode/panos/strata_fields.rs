//! What Strata Logging Service calls the columns of a firewall's logs.
//!
//! Source: "Strata Logging Service Log Reference" (network logs), which gives each field's name in HTTPS (JSON) and in
//! CEF. CEF's name is HTTPS's with `PanOS` before it, unless CEF has a key or a labelled custom key for it.

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As the appliance has it; in JSON `null` when it is empty.
    Text,
    /// A number in JSON.
    Number,
    /// A time: ISO 8601 with microseconds in JSON, to the second in CEF; both are UTC.
    Time,
    /// `Informational`.
    Severity,
    /// `client to server`.
    Direction,
    /// `11.1` for 2817.
    Release,
    /// `true` for `yes`.
    YesNo,
}

/// A field of the service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// The appliance's column.
    pub(super) column: &'static str,
    /// Its name in JSON.
    pub(super) name: &'static str,
    /// Its key in CEF; nothing for the name with `PanOS` before it.
    pub(super) cef: &'static str,
    /// The label of its key in CEF, which some keys need.
    pub(super) label: &'static str,
    pub(super) form: Form,
}

const fn plain(column: &'static str, name: &'static str) -> Field {
    Field { column, name, cef: "", label: "", form: Form::Text }
}

impl Field {
    const fn key(self, cef: &'static str) -> Self {
        Field { cef, ..self }
    }

    /// Labels are the name again.
    const fn custom(self, cef: &'static str) -> Self {
        Field { cef, label: self.name, ..self }
    }

    const fn is(self, form: Form) -> Self {
        Field { form, ..self }
    }

    const fn number(self) -> Self {
        self.is(Form::Number)
    }

    const fn time(self) -> Self {
        self.is(Form::Time)
    }
}

/// What all types have.
const HEAD: [Field; 4] = [
    plain("receive_time", "TimeReceived").time().key("rt"),
    plain("serial", "DeviceSN").key("deviceExternalId"),
    plain("config_version", "ConfigVersion").is(Form::Release),
    plain("time_generated", "TimeGenerated").time().key("start"),
];

/// What all types end in.
const TAIL: [Field; 8] = [
    plain("seqno", "SequenceNo").number().key("externalId"),
    plain("dg_hier_level_1", "DGHierarchyLevel1").number(),
    plain("dg_hier_level_2", "DGHierarchyLevel2").number(),
    plain("dg_hier_level_3", "DGHierarchyLevel3").number(),
    plain("dg_hier_level_4", "DGHierarchyLevel4").number(),
    plain("vsys_name", "VirtualSystemName"),
    plain("device_name", "DeviceName").key("dvchost"),
    plain("high_res_timestamp", "TimeGeneratedHighResolution").time(),
];

/// What all types about sessions have.
const SESSION: [Field; 40] = [
    plain("src", "SourceAddress").key("src"),
    plain("dst", "DestinationAddress").key("dst"),
    plain("natsrc", "NATSource").key("sourceTranslatedAddress"),
    plain("natdst", "NATDestination").key("destinationTranslatedAddress"),
    plain("rule", "Rule").custom("cs1"),
    plain("srcuser", "SourceUser").key("suser"),
    plain("dstuser", "DestinationUser").key("duser"),
    plain("app", "Application").key("app"),
    plain("vsys", "VirtualLocation").custom("cs3"),
    plain("from", "FromZone").custom("cs4"),
    plain("to", "ToZone").custom("cs5"),
    plain("inbound_if", "InboundInterface").key("deviceInboundInterface"),
    plain("outbound_if", "OutboundInterface").key("deviceOutboundInterface"),
    plain("logset", "LogSetting").custom("cs6"),
    plain("sessionid", "SessionID").number().custom("cn1"),
    plain("repeatcnt", "RepeatCount").number().key("cnt"),
    plain("sport", "SourcePort").number().key("spt"),
    plain("dport", "DestinationPort").number().key("dpt"),
    plain("natsport", "NATSourcePort").number().key("sourceTranslatedPort"),
    plain("natdport", "NATDestinationPort").number().key("destinationTranslatedPort"),
    plain("proto", "Protocol").key("proto"),
    plain("action", "Action").key("act"),
    plain("srcloc", "SourceLocation"),
    plain("dstloc", "DestinationLocation"),
    plain("src_uuid", "SourceUUID"),
    plain("dst_uuid", "DestinationUUID"),
    plain("tunnelid_imsi", "IMSI").number(),
    plain("monitortag_imei", "IMEI"),
    plain("parent_session_id", "ParentSessionID").number(),
    plain("tunnel", "Tunnel"),
    plain("rule_uuid", "RuleUUID"),
    plain("http2_connection", "HTTP2Connection").number(),
    plain("dynusergroup_name", "DynamicUserGroupName"),
    plain("xff_ip", "X-Forwarded-ForIP"),
    plain("src_host", "SourceDeviceHost"),
    plain("src_mac", "SourceDeviceMac"),
    plain("dst_host", "DestinationDeviceHost"),
    plain("dst_mac", "DestinationDeviceMac"),
    plain("src_edl", "SourceEDL"),
    plain("dst_edl", "DestinationEDL"),
];

/// What the service's newer schema says of the application.
const APPLICATION: [Field; 8] = [
    plain("subcategory_of_app", "ApplicationSubcategory"),
    plain("category_of_app", "ApplicationCategory"),
    plain("technology_of_app", "ApplicationTechnology"),
    plain("risk_of_app", "ApplicationRisk").number(),
    plain("container_of_app", "ApplicationContainer"),
    plain("tunneled_app", "TunneledApplication"),
    plain("is_saas_of_app", "IsSaaSApplication").is(Form::YesNo),
    plain("sanctioned_state_of_app", "SanctionedStateOfApp").is(Form::YesNo),
];

const TRAFFIC: [Field; 14] = [
    plain("bytes", "Bytes").number(),
    plain("bytes_sent", "BytesSent").number().key("out"),
    plain("bytes_received", "BytesReceived").number().key("in"),
    plain("packets", "PacketsTotal").number().custom("cn2"),
    plain("start", "SessionStartTime").time(),
    plain("elapsed", "SessionDuration").number().custom("cn3"),
    plain("category", "URLCategory").custom("cs2"),
    plain("pkts_sent", "PacketsSent").number(),
    plain("pkts_received", "PacketsReceived").number(),
    plain("session_end_reason", "SessionEndReason").key("reason"),
    plain("action_source", "ActionSource").key("cat"),
    plain("assoc_id", "EndpointAssociationID").number(),
    plain("link_change_count", "LinkChangeCount").number(),
    plain("policy_id", "SDWANPolicyName"),
];

const THREAT: [Field; 8] = [
    plain("threatid", "ThreatID"),
    plain("severity", "VendorSeverity").is(Form::Severity).key("PanOSSeverity"),
    plain("direction", "DirectionOfAttack").is(Form::Direction).custom("flexString2"),
    plain("pcap_id", "PacketID").number().key("fileId"),
    plain("filedigest", "FileHash"),
    plain("thr_category", "ThreatCategory"),
    plain("contentver", "ContentVersion"),
    plain("reportid", "ReportID").number(),
];

const MALWARE: [Field; 9] = [
    plain("misc", "FileName").key("request"),
    plain("cloud", "ApplianceOrCloud"),
    plain("url_idx", "URLCounter").number(),
    plain("filetype", "FileType"),
    plain("sender", "SenderEmail"),
    plain("subject", "EmailSubject"),
    plain("recipient", "RecipientEmail"),
    plain("domain_edl", "DomainEDL"),
    plain("partial_hash", "PartialHash").number(),
];

const FILE: [Field; 5] = [
    plain("misc", "FileName").key("filePath"),
    plain("category", "URLCategory").custom("cs2"),
    plain("filetype", "FileType"),
    plain("reason", "ReasonForDataFilteringAction"),
    plain("justification", "Justification"),
];

const URL: [Field; 10] = [
    plain("misc", "URL").key("request"),
    plain("category", "URLCategory").custom("cs2"),
    plain("contenttype", "ContentType").key("requestContext"),
    plain("url_idx", "URLCounter").number(),
    plain("user_agent", "UserAgent").key("requestClientApplication"),
    plain("xff", "X-Forwarded-For"),
    plain("referer", "Referer"),
    plain("http_method", "HTTPMethod").key("requestMethod"),
    plain("http_headers", "HTTPHeaders"),
    plain("url_category_list", "URLCategoryList"),
];

/// SYSTEM has names of its own even for what all types have.
const SYSTEM: [Field; 15] = [
    plain("receive_time", "LogTime").time().key("rt"),
    plain("serial", "LogSourceID").key("deviceExternalId"),
    plain("config_version", "ConfigVersion").is(Form::Release),
    plain("time_generated", "EventTime").time(),
    plain("vsys", "VirtualLocation").custom("cs3"),
    plain("eventid", "EventName").key("cat"),
    plain("object", "EventComponent").key("fname"),
    plain("severity", "VendorSeverity").is(Form::Severity).key("PanOSSeverity"),
    plain("opaque", "EventDescription").key("msg"),
    plain("seqno", "SequenceNo").number().key("externalId"),
    plain("dg_hier_level_1", "DGHierarchyLevel1").number(),
    plain("dg_hier_level_2", "DGHierarchyLevel2").number(),
    plain("vsys_name", "VirtualSystemName"),
    plain("device_name", "LogSourceName").key("dvchost"),
    plain("high_res_timestamp", "TimeGeneratedHighResolution").time(),
];

const GLOBALPROTECT: [Field; 32] = [
    plain("receive_time", "TimeReceived").time().key("rt"),
    plain("serial", "DeviceSN"),
    plain("config_version", "ConfigVersion").is(Form::Release),
    plain("time_generated", "TimeGenerated").time().key("start"),
    plain("vsys", "VirtualSystem"),
    plain("eventid", "EventIDValue"),
    plain("stage", "Stage"),
    plain("auth_method", "AuthMethod"),
    plain("tunnel_type", "TunnelType"),
    plain("srcuser", "SourceUserName"),
    plain("srcregion", "SourceRegion"),
    plain("machinename", "EndpointDeviceName"),
    plain("public_ip", "PublicIPv4"),
    plain("public_ipv6", "PublicIPv6"),
    plain("private_ip", "PrivateIPv4"),
    plain("private_ipv6", "PrivateIPv6"),
    plain("hostid", "HostID"),
    plain("serialnumber", "EndpointSN"),
    plain("client_ver", "GlobalProtectClientVersion"),
    plain("client_os", "EndpointOSType"),
    plain("client_os_ver", "EndpointOSVersion"),
    plain("repeatcnt", "CountOfRepeats").number(),
    plain("reason", "QuarantineReason"),
    plain("error", "ConnectionError"),
    plain("opaque", "Description"),
    plain("status", "EventStatus"),
    plain("login_duration", "LoginDuration").number(),
    plain("error_code", "ConnectionErrorID").number(),
    plain("portal", "Portal"),
    plain("seqno", "SequenceNo").number(),
    plain("device_name", "DeviceName"),
    plain("high_res_timestamp", "TimeGeneratedHighResolution").time(),
];

const USERID: [Field; 16] = [
    plain("vsys", "VirtualLocation").custom("cs3"),
    plain("ip", "SourceIP").key("src"),
    plain("user", "User").key("duser"),
    plain("datasourcename", "MappingDataSourceName").custom("cs4"),
    plain("eventid", "EventIDName").key("cat"),
    plain("repeatcnt", "CountOfRepeats").number().key("cnt"),
    plain("timeout", "MappingTimeout").number().custom("cn3"),
    plain("beginport", "SourcePort").number().key("spt"),
    plain("endport", "DestinationPort").number().key("dpt"),
    plain("datasource", "MappingDataSource").custom("cs5"),
    plain("datasourcetype", "MappingDataSourceType").custom("cs6"),
    plain("vsys_id", "VirtualSystemID").number().custom("cn2"),
    plain("factortype", "MFAFactorType").custom("cs1"),
    plain("factorno", "AuthFactorNo").number().custom("cn1"),
    plain("ugflags", "UGFlags"),
    plain("userbysource", "UserIdentifiedBySource"),
];

const HIPMATCH: [Field; 11] = [
    plain("srcuser", "SourceUser").key("suser"),
    plain("vsys", "VirtualLocation").custom("cs3"),
    plain("machinename", "EndpointDeviceName").key("shost"),
    plain("os", "EndpointOSType").custom("cs2"),
    plain("src", "SourceIP").key("src"),
    plain("matchname", "HipMatchName").key("cat"),
    plain("repeatcnt", "CountOfRepeats").number().key("cnt"),
    plain("matchtype", "HipMatchType"),
    plain("vsys_id", "VirtualSystemID").number().custom("cn2"),
    plain("hostid", "HostID"),
    plain("serialnumber", "EndpointSerialNumber"),
];

const DECRYPTION: [Field; 22] = [
    plain("hs_stage_c2f", "ClientToFirewall"),
    plain("hs_stage_f2s", "FirewallToClient"),
    plain("tls_version", "TLSVersion"),
    plain("tls_keyxchg", "TLSKeyExchange"),
    plain("tls_enc", "TLSEncryptionAlgorithm"),
    plain("tls_auth", "TLSAuth"),
    plain("policy_name", "PolicyName"),
    plain("ec_curve", "EllipticCurve"),
    plain("err_index", "ErrorIndex"),
    plain("root_status", "RootStatus"),
    plain("chain_status", "ChainStatus"),
    plain("proxy_type", "ProxyType"),
    plain("cert_serial", "CertificateSerial"),
    plain("fingerprint", "Fingerprint"),
    plain("cert_ver", "CertificateVersion"),
    plain("cert_size", "CertificateSize").number(),
    plain("cert_flags", "CertificateFlags").number(),
    plain("cn", "CommonName"),
    plain("issuer_cn", "IssuerCommonName"),
    plain("root_cn", "RootCommonName"),
    plain("sni", "ServerNameIndication"),
    plain("error", "ErrorMessage"),
];

const AUTHENTICATION: [Field; 16] = [
    plain("vsys", "VirtualLocation").custom("cs3"),
    plain("ip", "SourceAddress").key("src"),
    plain("user", "User").key("duser"),
    plain("normalize_user", "NormalizeUser").custom("cs2"),
    plain("object", "Object").key("fname"),
    plain("authpolicy", "AuthenticationPolicy").custom("cs4"),
    plain("repeatcnt", "CountOfRepeats").number().key("cnt"),
    plain("authid", "MFAAuthenticationID").custom("cn2"),
    plain("vendor", "MFAVendor"),
    plain("logset", "LogSetting").custom("cs6"),
    plain("serverprofile", "AuthServerProfile").custom("cs1"),
    plain("desc", "AuthenticationDescription"),
    plain("clienttype", "ClientType").custom("cs5"),
    plain("event", "AuthEvent").key("msg"),
    plain("factorno", "AuthFactorNo").number().custom("cn1"),
    plain("authproto", "AuthenticationProtocol"),
];

const IPTAG: [Field; 9] = [
    plain("vsys", "VirtualLocation").custom("cs3"),
    plain("ip", "SourceIP").key("src"),
    plain("tag_name", "TagName"),
    plain("eventid", "EventID"),
    plain("repeatcnt", "CountOfRepeats").number().key("cnt"),
    plain("timeout", "MappingTimeout").number(),
    plain("datasourcename", "MappingDataSource"),
    plain("datasource_type", "MappingDataSourceType"),
    plain("datasource_subtype", "MappingDataSourceSubType"),
];

/// Returns the service's fields of a type; nothing for types that it does not forward.
pub(super) fn fields(kind: &str, subtype: &str) -> Vec<Field> {
    let session = |own: &[&[Field]]| [&HEAD[..], &SESSION, &own.concat(), &APPLICATION, &TAIL].concat();
    let other = |own: &[Field]| [&HEAD[..], own, &TAIL].concat();
    match kind {
        "TRAFFIC" => session(&[&TRAFFIC]),
        "THREAT" => match subtype {
            "url" => session(&[&THREAT, &URL]),
            "file" => session(&[&THREAT, &FILE]),
            _ => session(&[&THREAT, &MALWARE]),
        },
        "SYSTEM" => SYSTEM.to_vec(),
        "GLOBALPROTECT" => GLOBALPROTECT.to_vec(),
        "USERID" => other(&USERID),
        "HIPMATCH" => other(&HIPMATCH),
        "DECRYPTION" => session(&[&DECRYPTION]),
        "AUTHENTICATION" => other(&AUTHENTICATION),
        "IPTAG" => other(&IPTAG),
        _ => Vec::new(),
    }
}
