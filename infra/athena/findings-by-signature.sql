-- Which signatures spoke up, how often, against how many hosts, and was it stopped?
-- Put in: tenant and days (UTC).
SELECT finding_info.analytic.name AS signature,
       finding_info.analytic.uid AS id,
       count(*) AS findings,
       count_if(action_id = 1) AS let_through,
       count(DISTINCT element_at(evidences, 1).src_endpoint.ip) AS sources,
       count(DISTINCT element_at(evidences, 1).dst_endpoint.ip) AS destinations,
       from_unixtime(min(time) / 1000.0) AS first_seen,
       from_unixtime(max(time) / 1000.0) AS last_seen,
       min_by(metadata.uid, time) AS first_line
FROM detection_finding
WHERE tenant = 'kita'
  AND day BETWEEN '2026-10-14' AND '2026-10-20'
GROUP BY 1, 2
ORDER BY let_through DESC, findings DESC;
