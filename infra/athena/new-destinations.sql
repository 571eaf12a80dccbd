-- Which addresses outside did hosts speak to on a day that nobody of the tenant had spoken to in the days before?
-- Put in: tenant, the day, and the days before it (UTC). Of no use in the first days of an archive.
SELECT today.dst_endpoint.ip AS destination,
       max(today.dst_endpoint.location.country) AS country,
       count(DISTINCT today.src_endpoint.ip) AS hosts,
       count(*) AS sessions,
       sum(today.traffic.bytes_out) AS bytes_out,
       from_unixtime(min(today.time) / 1000.0) AS first_seen
FROM network_activity AS today
WHERE today.tenant = 'kita'
  AND today.day = '2026-10-20'
  AND today.action_id = 1
  AND NOT EXISTS (
      SELECT 1
      FROM network_activity AS before
      WHERE before.tenant = 'kita'
        AND before.day BETWEEN '2026-10-06' AND '2026-10-19'
        AND before.dst_endpoint.ip = today.dst_endpoint.ip
  )
GROUP BY today.dst_endpoint.ip
ORDER BY bytes_out DESC
LIMIT 200;
