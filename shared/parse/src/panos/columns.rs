//! The vendor's tables of columns: which column of which log type says what.
//!
//! PAN-OS identifies a column by its place alone. The tables begin at the type column, because what stands before it
//! varies (relays eat the leading `1,`); the order is that of the vendor's "Syslog Field Descriptions" up to 12.1,
//! <https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions>.
//! A release only ever appends, so one table serves them all: a short row lacks the tail, and what a longer row
//! brings keeps its number. Nothing is ever decided by the number of columns.
//!
//! A column with a [`Slot`] is read into the event, every other one is kept under its name.

use crate::scan::names;

macro_rules! slots {
    ($($(#[$doc:meta])* $slot:ident),+ $(,)?) => {
        /// A meaning that a column or a key can have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Slot { $($(#[$doc])* $slot),+ }

        impl Slot {
            /// How many there are.
            pub(crate) const COUNT: usize = [$(Slot::$slot),+].len();
        }
    };
}

slots! {
    LogType, Subtype,
    TimeGenerated, TimeLogged, HighResolution,
    DeviceName, Vsys, Sequence, Repeat, Flags, Severity,
    Src, SrcIpv6, SrcPort, SrcZone, SrcCountry, SrcUser, SrcHost, InInterface,
    Dst, DstPort, DstZone, DstCountry, DstUser, DstHost, OutInterface,
    NatSrc, NatSrcPort, NatDst, NatDstPort,
    Protocol, App, AppCategory, SessionId, Rule, RuleUuid, Action, EndReason, Elapsed,
    BytesSent, BytesReceived, PacketsSent, PacketsReceived,
    Category, Misc, Direction, ThreatCategory,
    /// `Name(ID)`.
    Threat,
    /// The name alone.
    Signature,
    /// The id alone.
    SignatureId,
    FileName, FileDigest, FileType, Url, ServerName, Verdict,
    HttpMethod, UserAgent, Referer, Forwarded, ForwardedIp,
    Sender, Recipient, MailSubject,
    EventId, Stage, Status, Message, Reason, Error,
    /// The release that wrote the line, as a number or as text.
    ConfigVersion,
    /// Columns of Strata Logging Service that stand before the type in native rows.
    Serial, ReceiveTime,
    /// The zone of times that name none; only CEF has it.
    TimeZone,
    /// Strata Logging Service's word for one of the flags.
    IsDecrypted,
}

/// One column of a log type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// The vendor's name.
    pub(crate) name: &'static str,
    /// What it says; `None` when the event has no place for it.
    pub(crate) slot: Option<Slot>,
}

/// For each [`Slot`] the index of its field, or [`NOWHERE`].
pub(crate) type Places = [u16; Slot::COUNT];

/// The place of what a log type does not have.
pub(crate) const NOWHERE: u16 = u16::MAX;

/// The columns of a log type, from the type column on.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) columns: &'static [Column],
    pub(crate) places: Places,
    /// For each [`names::place`] the column, counted from one, whose name has it, or a later one that a column before it
    /// has taken.
    named: [u8; names::PLACES],
    /// Whether these are all the columns that the vendor writes: one beyond them is news.
    pub(crate) is_whole: bool,
}

impl Layout {
    const fn new(columns: &'static [Column]) -> Self {
        let mut places = [NOWHERE; Slot::COUNT];
        let mut index = 0;
        while index < columns.len() {
            if let Some(slot) = columns[index].slot {
                places[slot as usize] = index as u16;
            }
            index += 1;
        }
        let mut named = [0; names::PLACES];
        let mut index = 0;
        while index < columns.len() {
            let mut at = names::place(columns[index].name.as_bytes());
            while named[at] != 0 {
                at = (at + 1) % names::PLACES;
            }
            named[at] = index as u8 + 1;
            index += 1;
        }
        Layout { columns, places, named, is_whole: true }
    }

    /// Returns the place of the column called `name`.
    #[inline]
    pub(crate) fn column_called(&self, name: &str) -> Option<usize> {
        let mut at = names::place(name.as_bytes());
        loop {
            let place = usize::from(*self.named.get(at)?).checked_sub(1)?;
            if self.columns.get(place)?.name == name {
                return Some(place);
            }
            at = (at + 1) % names::PLACES;
        }
    }
}

macro_rules! layout {
    (@slot) => { None };
    (@slot $slot:ident) => { Some(Slot::$slot) };
    ($($name:tt $(: $slot:ident)?),+ $(,)?) => {
        Layout::new(&[$(Column { name: stringify!($name), slot: layout!(@slot $($slot)?) }),+])
    };
}

/// TRAFFIC: sessions. `link_switches` may hold unquoted commas, see [`align`](super::align).
pub(crate) static TRAFFIC: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, src: Src, dst: Dst,
    natsrc: NatSrc, natdst: NatDst, rule: Rule, srcuser: SrcUser, dstuser: DstUser, app: App, vsys: Vsys,
    from: SrcZone, to: DstZone, inbound_if: InInterface, outbound_if: OutInterface, logset,
    time_logged: TimeLogged, sessionid: SessionId, repeatcnt: Repeat, sport: SrcPort, dport: DstPort,
    natsport: NatSrcPort, natdport: NatDstPort, flags: Flags, proto: Protocol, action: Action, bytes,
    bytes_sent: BytesSent, bytes_received: BytesReceived, packets, start, elapsed: Elapsed,
    category: Category, future_use_1, seqno: Sequence, actionflags, srcloc: SrcCountry, dstloc: DstCountry,
    future_use_2, pkts_sent: PacketsSent, pkts_received: PacketsReceived, session_end_reason: EndReason,
    dg_hier_level_1, dg_hier_level_2, dg_hier_level_3, dg_hier_level_4, vsys_name, device_name: DeviceName,
    action_source, src_uuid, dst_uuid, tunnelid_imsi, monitortag_imei, parent_session_id, parent_start_time,
    tunnel, assoc_id, chunks, chunks_sent, chunks_received, rule_uuid: RuleUuid, http2_connection,
    link_change_count, policy_id, link_switches, sdwan_cluster, sdwan_device_type, sdwan_cluster_type,
    sdwan_site, dynusergroup_name, xff_ip: ForwardedIp, src_category, src_profile, src_model, src_vendor,
    src_osfamily, src_osversion, src_host: SrcHost, src_mac, dst_category, dst_profile, dst_model,
    dst_vendor, dst_osfamily, dst_osversion, dst_host: DstHost, dst_mac, container_id, pod_namespace,
    pod_name, src_edl, dst_edl, hostid, serialnumber, src_dag, dst_dag, session_owner,
    high_res_timestamp: HighResolution, nssai_sst, nssai_sd, subcategory_of_app,
    category_of_app: AppCategory, technology_of_app, risk_of_app, characteristic_of_app, container_of_app,
    tunneled_app, is_saas_of_app, sanctioned_state_of_app, offloaded, flow_type, cluster_name, ai_traffic,
    ai_fwd_error, k8s_cluster_id, tcp_rtt_c2s, tcp_rtt_s2c, total_n_ooseq_c2s, total_n_ooseq_s2c,
    tcp_retransit_cnt_c2s, tcp_retransit_cnt_s2c, tcp_zero_window_cnt_c2s, tcp_zero_window_cnt_s2c,
    src_adv_dev_id, dst_adv_dev_id,
};

/// THREAT, every subtype.
pub(crate) static THREAT: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, src: Src, dst: Dst,
    natsrc: NatSrc, natdst: NatDst, rule: Rule, srcuser: SrcUser, dstuser: DstUser, app: App, vsys: Vsys,
    from: SrcZone, to: DstZone, inbound_if: InInterface, outbound_if: OutInterface, logset,
    time_logged: TimeLogged, sessionid: SessionId, repeatcnt: Repeat, sport: SrcPort, dport: DstPort,
    natsport: NatSrcPort, natdport: NatDstPort, flags: Flags, proto: Protocol, action: Action, misc: Misc,
    threatid: Threat, category: Category, severity: Severity, direction: Direction, seqno: Sequence,
    actionflags, srcloc: SrcCountry, dstloc: DstCountry, future_use_1, contenttype, pcap_id,
    filedigest: FileDigest, cloud, url_idx, user_agent: UserAgent, filetype: FileType, xff: Forwarded,
    referer: Referer, sender: Sender, subject: MailSubject, recipient: Recipient, reportid, dg_hier_level_1,
    dg_hier_level_2, dg_hier_level_3, dg_hier_level_4, vsys_name, device_name: DeviceName, future_use_2,
    src_uuid, dst_uuid, http_method: HttpMethod, tunnelid_imsi, monitortag_imei, parent_session_id,
    parent_start_time, tunnel, thr_category: ThreatCategory, contentver, future_use_3, assoc_id, ppid,
    http_headers, url_category_list, rule_uuid: RuleUuid, http2_connection, dynusergroup_name,
    xff_ip: ForwardedIp, src_category, src_profile, src_model, src_vendor, src_osfamily, src_osversion,
    src_host: SrcHost, src_mac, dst_category, dst_profile, dst_model, dst_vendor, dst_osfamily,
    dst_osversion, dst_host: DstHost, dst_mac, container_id, pod_namespace, pod_name, src_edl, dst_edl,
    hostid, serialnumber, domain_edl, src_dag, dst_dag, partial_hash, high_res_timestamp: HighResolution,
    reason, justification, nssai_sst, subcategory_of_app, category_of_app: AppCategory, technology_of_app,
    risk_of_app, characteristic_of_app, container_of_app, tunneled_app, is_saas_of_app,
    sanctioned_state_of_app, cloud_reportid, cluster_name, flow_type,
};

/// SYSTEM.
pub(crate) static SYSTEM: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, vsys: Vsys,
    eventid: EventId, object, future_use_1, future_use_2, module, severity: Severity, opaque: Message,
    seqno: Sequence, actionflags, dg_hier_level_1, dg_hier_level_2, dg_hier_level_3, dg_hier_level_4,
    vsys_name, device_name: DeviceName, future_use_3, future_use_4, high_res_timestamp: HighResolution,
};

/// SYSTEM of old releases, which have no virtual system there.
pub(crate) static SYSTEM_WITHOUT_VSYS: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated,
    eventid: EventId, object, future_use_1, future_use_2, module, severity: Severity, opaque: Message,
    seqno: Sequence, actionflags, dg_hier_level_1, dg_hier_level_2, dg_hier_level_3, dg_hier_level_4,
    vsys_name, device_name: DeviceName, future_use_3, future_use_4, high_res_timestamp: HighResolution,
};

/// CONFIG, layouts A and C: `before` and `after` at the end or not at all.
pub(crate) static CONFIG: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, host: Src, vsys: Vsys,
    cmd: Action, admin: SrcUser, client, result, path: Message, seqno: Sequence, actionflags,
    dg_hier_level_1, dg_hier_level_2, dg_hier_level_3, dg_hier_level_4, vsys_name, device_name: DeviceName,
    dg_id, comment, future_use_1, high_res_timestamp: HighResolution, before_change_detail,
    after_change_detail,
};

/// CONFIG, layout B (older custom formats): `before` and `after` follow the path.
pub(crate) static CONFIG_CHANGE_FIRST: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, host: Src, vsys: Vsys,
    cmd: Action, admin: SrcUser, client, result, path: Message, before_change_detail, after_change_detail,
    seqno: Sequence, actionflags, dg_hier_level_1, dg_hier_level_2, dg_hier_level_3, dg_hier_level_4,
    vsys_name, device_name: DeviceName, dg_id, comment, future_use_1, high_res_timestamp: HighResolution,
};

/// GLOBALPROTECT (9.1 and later; before, these events were SYSTEM).
pub(crate) static GLOBALPROTECT: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, vsys: Vsys,
    eventid: EventId, stage: Stage, auth_method, tunnel_type, srcuser: SrcUser, srcregion: SrcCountry,
    machinename: SrcHost, public_ip: Src, public_ipv6: SrcIpv6, private_ip, private_ipv6, hostid,
    serialnumber, client_ver, client_os, client_os_ver, repeatcnt: Repeat, reason: Reason, error: Error,
    opaque: Message, status: Status, location, login_duration, connect_method, error_code, portal,
    seqno: Sequence, actionflags, high_res_timestamp: HighResolution, selection_type, response_time,
    priority, attempted_gateways, gateway, dg_hier_level_1, dg_hier_level_2, dg_hier_level_3,
    dg_hier_level_4, vsys_name, device_name: DeviceName, vsys_id, cluster_name,
};

/// USERID: which user sits at which address.
pub(crate) static USERID: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, vsys: Vsys, ip: Src,
    user: SrcUser, datasourcename, eventid, repeatcnt: Repeat, timeout, beginport, endport, datasource,
    datasourcetype, seqno: Sequence, actionflags, dg_hier_level_1, dg_hier_level_2, dg_hier_level_3,
    dg_hier_level_4, vsys_name, device_name: DeviceName, vsys_id, factortype, factorcompletiontime,
    factorno, ugflags, userbysource, tag_name, high_res_timestamp: HighResolution, origindatasource,
    future_use_1, cluster_name,
};

/// HIPMATCH, also written HIP-MATCH.
pub(crate) static HIPMATCH: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, srcuser: SrcUser,
    vsys: Vsys, machinename: SrcHost, os, src: Src, matchname, repeatcnt: Repeat, matchtype, future_use_1,
    future_use_2, seqno: Sequence, actionflags, dg_hier_level_1, dg_hier_level_2, dg_hier_level_3,
    dg_hier_level_4, vsys_name, device_name: DeviceName, vsys_id, srcipv6: SrcIpv6, hostid, serialnumber,
    mac, high_res_timestamp: HighResolution, cluster_name,
};

/// CORRELATION: what Panorama and larger appliances correlate themselves.
pub(crate) static CORRELATION: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, src: Src,
    srcuser: SrcUser, vsys: Vsys, category: Category, severity: Severity, dg_hier_level_1, dg_hier_level_2,
    dg_hier_level_3, dg_hier_level_4, vsys_name, device_name: DeviceName, vsys_id, objectname: Signature,
    object_id: SignatureId, evidence: Message,
};

/// DECRYPTION (10.0 and later).
pub(crate) static DECRYPTION: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, src: Src, dst: Dst,
    natsrc: NatSrc, natdst: NatDst, rule: Rule, srcuser: SrcUser, dstuser: DstUser, app: App, vsys: Vsys,
    from: SrcZone, to: DstZone, inbound_if: InInterface, outbound_if: OutInterface, logset,
    time_logged: TimeLogged, sessionid: SessionId, repeatcnt: Repeat, sport: SrcPort, dport: DstPort,
    natsport: NatSrcPort, natdport: NatDstPort, flags: Flags, proto: Protocol, action: Action, tunnel,
    future_use_1, future_use_2, src_uuid, dst_uuid, rule_uuid: RuleUuid, hs_stage_c2f, hs_stage_f2s,
    tls_version, tls_keyxchg, tls_enc, tls_auth, policy_name, ec_curve, err_index, root_status,
    chain_status, proxy_type, cert_serial, fingerprint, notbefore, notafter, cert_ver, cert_size, cn_len,
    issuer_len, rootcn_len, sni_len, cert_flags, cn, issuer_cn, root_cn, sni: ServerName, error: Error,
    container_id, pod_namespace, pod_name, src_edl, dst_edl, src_dag, dst_dag,
    high_res_timestamp: HighResolution, src_category, src_profile, src_model, src_vendor, src_osfamily,
    src_osversion, src_host: SrcHost, src_mac, dst_category, dst_profile, dst_model, dst_vendor,
    dst_osfamily, dst_osversion, dst_host: DstHost, dst_mac, seqno: Sequence, actionflags, dg_hier_level_1,
    dg_hier_level_2, dg_hier_level_3, dg_hier_level_4, vsys_name, device_name: DeviceName, vsys_id,
    subcategory_of_app, category_of_app: AppCategory, technology_of_app, risk_of_app, characteristic_of_app,
    container_of_app, is_saas_of_app, sanctioned_state_of_app, cluster_name,
};

/// AUTHENTICATION, also written AUTH: captive portal and multi-factor.
pub(crate) static AUTHENTICATION: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, vsys: Vsys, ip: Src,
    user: SrcUser, normalize_user, object, authpolicy, repeatcnt: Repeat, authid, vendor, logset,
    serverprofile, desc: Message, clienttype, event: Status, factorno, seqno: Sequence, actionflags,
    dg_hier_level_1, dg_hier_level_2, dg_hier_level_3, dg_hier_level_4, vsys_name, device_name: DeviceName,
    vsys_id, authproto, rule_uuid: RuleUuid, high_res_timestamp: HighResolution, src_category, src_profile,
    src_model, src_vendor, src_osfamily, src_osversion, src_host: SrcHost, src_mac, region: SrcCountry,
    future_use_1, user_agent: UserAgent, sessionid: SessionId, cluster_name,
};

/// IPTAG: dynamic tags of addresses.
pub(crate) static IPTAG: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, vsys: Vsys, ip: Src,
    tag_name, eventid: Action, repeatcnt: Repeat, timeout, datasourcename, datasource_type,
    datasource_subtype, seqno: Sequence, actionflags, dg_hier_level_1, dg_hier_level_2, dg_hier_level_3,
    dg_hier_level_4, vsys_name, device_name: DeviceName, vsys_id, high_res_timestamp: HighResolution,
    cluster_name,
};

/// START and END: tunnel inspection.
pub(crate) static TUNNEL: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, src: Src, dst: Dst,
    natsrc: NatSrc, natdst: NatDst, rule: Rule, srcuser: SrcUser, dstuser: DstUser, app: App, vsys: Vsys,
    from: SrcZone, to: DstZone, inbound_if: InInterface, outbound_if: OutInterface, logset,
    time_logged: TimeLogged, sessionid: SessionId, repeatcnt: Repeat, sport: SrcPort, dport: DstPort,
    natsport: NatSrcPort, natdport: NatDstPort, flags: Flags, proto: Protocol, action: Action,
    severity: Severity, seqno: Sequence, actionflags, srcloc: SrcCountry, dstloc: DstCountry,
    dg_hier_level_1, dg_hier_level_2, dg_hier_level_3, dg_hier_level_4, vsys_name, device_name: DeviceName,
    tunnelid_imsi, monitortag_imei, parent_session_id, parent_start_time, tunnel, bytes,
    bytes_sent: BytesSent, bytes_received: BytesReceived, packets, pkts_sent: PacketsSent,
    pkts_received: PacketsReceived, max_encap, unknown_proto, strict_check, tunnel_fragment,
    sessions_created, sessions_closed, session_end_reason: EndReason, action_source, start,
    elapsed: Elapsed, tunnel_insp_rule, remote_user_ip, remote_user_id, rule_uuid: RuleUuid, pcap_id,
    dynusergroup_name, src_edl, dst_edl, high_res_timestamp: HighResolution, nssai_sst, nssai_sd,
    pdu_session_id, subcategory_of_app, category_of_app: AppCategory, technology_of_app, risk_of_app,
    characteristic_of_app, container_of_app, is_saas_of_app, sanctioned_state_of_app, cluster_name,
};

/// GTP: mobile networks' tunnels.
pub(crate) static GTP: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, src: Src,
    dst: Dst, future_use_1, future_use_2, rule: Rule, future_use_3, future_use_4, app: App, vsys: Vsys,
    from: SrcZone, to: DstZone, inbound_if: InInterface, outbound_if: OutInterface, logset, future_use_5,
    sessionid: SessionId, future_use_6, sport: SrcPort, dport: DstPort, future_use_7, future_use_8,
    future_use_9, proto: Protocol, action: Action, event_type, msisdn, apn, rat, msg_type, end_ip_adr, teid1,
    teid2, gtp_interface, cause_code, severity: Severity, mcc, mnc, area_code, cell_id, event_code,
    future_use_10, future_use_11, srcloc: SrcCountry, dstloc: DstCountry, future_use_12, future_use_13,
    future_use_14, future_use_15, future_use_16, future_use_17, future_use_18, tunnelid_imsi,
    monitortag_imei, future_use_19, future_use_20, future_use_21, future_use_22, future_use_23,
    future_use_24, future_use_25, future_use_26, future_use_27, future_use_28, future_use_29, future_use_30,
    future_use_31, future_use_32, future_use_33, future_use_34, start, elapsed: Elapsed, tunnel_insp_rule,
    remote_user_ip, remote_user_id, rule_uuid: RuleUuid, pcap_id, high_res_timestamp: HighResolution,
    nssai_sst, nssai_sd, subcategory_of_app, category_of_app: AppCategory, technology_of_app, risk_of_app,
    characteristic_of_app, container_of_app, is_saas_of_app, sanctioned_state_of_app,
};

/// SCTP: associations of signalling networks.
pub(crate) static SCTP: Layout = layout! {
    type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated, src: Src,
    dst: Dst, future_use_1, future_use_2, rule: Rule, future_use_3, future_use_4, future_use_5, vsys: Vsys,
    from: SrcZone, to: DstZone, inbound_if: InInterface, outbound_if: OutInterface, logset, future_use_6,
    sessionid: SessionId, repeatcnt: Repeat, sport: SrcPort, dport: DstPort, future_use_7, future_use_8,
    future_use_9, future_use_10, proto: Protocol, action: Action, dg_hier_level_1, dg_hier_level_2,
    dg_hier_level_3, dg_hier_level_4, vsys_name, device_name: DeviceName, seqno: Sequence, future_use_11,
    assoc_id, ppid, severity: Severity, sctp_chunk_type, future_use_12, verif_tag_1, verif_tag_2,
    sctp_cause_code, diam_app_id, diam_cmd_code, diam_avp_code, stream_id, assoc_end_reason, op_code,
    sccp_calling_ssn, sccp_calling_gt, sctp_filter, chunks, chunks_sent, chunks_received, packets,
    pkts_sent: PacketsSent, pkts_received: PacketsReceived, rule_uuid: RuleUuid,
    high_res_timestamp: HighResolution,
};

/// AUDIT: the columns that all types share. What follows is the vendor's, and keeps its number.
pub(crate) static OTHER: Layout = Layout {
    is_whole: false,
    ..layout! {
        type: LogType, subtype: Subtype, config_version: ConfigVersion, time_generated: TimeGenerated,
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_stand_where_dated_rows_have_them() {
        // Index in the whole row, counted from the leading `1`.
        let cases = [
            (&TRAFFIC, 130, Slot::RuleUuid, 65),
            (&TRAFFIC, 130, Slot::HighResolution, 102),
            (&TRAFFIC, 130, Slot::EndReason, 46),
            (&THREAT, 123, Slot::RuleUuid, 76),
            (&THREAT, 123, Slot::HighResolution, 107),
            (&THREAT, 123, Slot::Threat, 32),
            (&SYSTEM, 26, Slot::Message, 14),
            (&CONFIG, 28, Slot::HighResolution, 25),
            (&GLOBALPROTECT, 50, Slot::HighResolution, 36),
            (&DECRYPTION, 107, Slot::HighResolution, 72),
            (&AUTHENTICATION, 47, Slot::HighResolution, 33),
            (&GTP, 94, Slot::HighResolution, 83),
            (&SCTP, 65, Slot::HighResolution, 64),
            (&USERID, 37, Slot::HighResolution, 33),
        ];
        for (layout, columns, slot, index) in cases {
            assert_eq!(layout.columns.len() + 3, columns);
            assert_eq!(layout.places[slot as usize] + 3, index, "{slot:?}");
        }
    }

    #[test]
    fn columns_are_found_by_their_names() {
        for layout in [&TRAFFIC, &THREAT, &DECRYPTION, &GTP, &OTHER] {
            for (place, column) in layout.columns.iter().enumerate() {
                assert_eq!(layout.column_called(column.name), Some(place), "{}", column.name);
            }
            for name in ["", "src_", "Src", "nobody_has_this_one", "column_7"] {
                assert_eq!(layout.column_called(name), None, "{name}");
            }
        }
    }

    #[test]
    fn no_layout_names_a_slot_twice() {
        let all = [
            &TRAFFIC,
            &THREAT,
            &SYSTEM,
            &SYSTEM_WITHOUT_VSYS,
            &CONFIG,
            &CONFIG_CHANGE_FIRST,
            &GLOBALPROTECT,
            &USERID,
            &HIPMATCH,
            &CORRELATION,
            &DECRYPTION,
            &AUTHENTICATION,
            &IPTAG,
            &TUNNEL,
            &GTP,
            &SCTP,
            &OTHER,
        ];
        for layout in all {
            for (index, column) in layout.columns.iter().enumerate() {
                let Some(slot) = column.slot else { continue };
                assert_eq!(usize::from(layout.places[slot as usize]), index, "{}", column.name);
            }
        }
    }
}
