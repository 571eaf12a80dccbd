//! Lines that nobody should find in a firewall's log, and everybody does.

use hinomi_model::EventTime;

use super::clock;

/// What arrived among the FortiGate's lines: a device that nobody registered, other products, cut lines.
pub(super) fn among_fortigate() -> Vec<(EventTime, String)> {
    let unknown = r#"<189>date=2026-10-20 time=02:00:01 devname="LAB-FW9" devid="FGT60FTK29999999" eventtime=1792429201000000000 tz="+0900" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=10.9.9.9 srcport=50000 srcintf="internal" srcintfrole="lan" dstip=203.0.113.40 dstport=443 dstintf="wan1" dstintfrole="wan" sessionid=1 proto=6 action="close" policyid=1 service="HTTPS" sentbyte=100 rcvdbyte=100"#;
    let switch = "<14>Oct 20 03:00:00 core-switch1 00077 ports: port 12 is now off-line";
    let shell = "<38>Oct 20 08:15:09 collector1 sshd[2211]: Accepted publickey for ops from 10.1.9.20 port 50112 ssh2";
    let cut =
        r#"<189>date=2026-10-20 time=10:00:00 devname="KITA-FW1" devid="FGT60FTK20000001" eventtime=1792458"#;
    let noise = "cat: /var/log/kita/fw1.log: No such file or directory";
    vec![
        (clock(2, 0, 1), unknown.to_owned()),
        (clock(3, 0, 0), switch.to_owned()),
        (clock(8, 15, 9), shell.to_owned()),
        (clock(10, 0, 0), cut.to_owned()),
        (clock(18, 30, 0), noise.to_owned()),
    ]
}

/// What arrived among the PAN-OS firewall's lines.
pub(super) fn among_panos() -> Vec<(EventTime, String)> {
    let cut = "<14>Oct 20 07:10:00 KITA-PA1 1,2026/10/20 07:10:00,012801096514,SYSTEM,";
    let unknown = "<14>Oct 20 12:00:00 LAB-PA9 1,2026/10/20 12:00:00,012899999999,SYSTEM,general,2817,\
                   2026/10/20 12:00:00,,general,,0,0,general,informational,Installed content package: lab,\
                   7300000000000000001,0x0,0,0,0,0,,LAB-PA9,0,0,2026-10-20T12:00:00.000+09:00";
    let hello = "<13>Oct 20 17:45:00 monitor1 check_http: OK - 200 in 0.021 second response time";
    vec![
        (clock(7, 10, 0), cut.to_owned()),
        (clock(12, 0, 0), unknown.to_owned()),
        (clock(17, 45, 0), hello.to_owned()),
    ]
}
