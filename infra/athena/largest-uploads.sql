-- Which hosts sent most to one address outside, and when?
-- Put in: tenant and days (UTC).
SELECT src_endpoint.ip AS host,
       dst_endpoint.ip AS destination,
       max(app_name) AS app,
       count(*) AS sessions,
       sum(traffic.bytes_out) AS bytes_out,
       sum(traffic.bytes_in) AS bytes_in,
       from_unixtime(min(time) / 1000.0) AS first_seen,
       from_unixtime(max(time) / 1000.0) AS last_seen
FROM network_activity
WHERE tenant = 'kita'
  AND day BETWEEN '2026-10-14' AND '2026-10-20'
  AND action_id = 1
GROUP BY src_endpoint.ip, dst_endpoint.ip
ORDER BY bytes_out DESC
LIMIT 50;
