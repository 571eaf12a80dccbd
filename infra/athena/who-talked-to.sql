-- Who else talked to this address, since when, how much, and was any of it let through?
-- Put in: tenant, days (UTC), and the address.
SELECT src_endpoint.ip AS host,
       count(*) AS sessions,
       count_if(action_id = 1) AS allowed,
       sum(traffic.bytes_out) AS bytes_out,
       sum(traffic.bytes_in) AS bytes_in,
       from_unixtime(min(time) / 1000.0) AS first_seen,
       from_unixtime(max(time) / 1000.0) AS last_seen,
       min_by(metadata.uid, time) AS first_line
FROM network_activity
WHERE tenant = 'kita'
  AND day BETWEEN '2026-10-14' AND '2026-10-20'
  AND dst_endpoint.ip = '203.0.113.23'
GROUP BY src_endpoint.ip
ORDER BY first_seen;
