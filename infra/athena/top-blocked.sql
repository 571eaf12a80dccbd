-- What was blocked most on a day: which rule or policy, from where to where?
-- Put in: tenant and day (UTC).
SELECT coalesce(firewall_rule.name, firewall_rule.uid) AS rule,
       src_endpoint.ip AS source,
       src_endpoint.location.country AS country,
       dst_endpoint.port AS port,
       count(*) AS sessions,
       count(DISTINCT dst_endpoint.ip) AS targets,
       from_unixtime(max(time) / 1000.0) AS last_seen
FROM network_activity
WHERE tenant = 'kita'
  AND day = '2026-10-20'
  AND action_id = 2
GROUP BY 1, 2, 3, 4
ORDER BY sessions DESC, source, port
LIMIT 50;
