-- What did one host do on one day, and what was done to it, in the order of time?
-- Put in: tenant and day (UTC) in each part, and the host's address in the last line.
-- `place` names the line itself: object, frame and line, for `hinomi explain` or the raw archive.
WITH host_day AS (
    SELECT time, 'session' AS what, src_endpoint.ip AS source, dst_endpoint.ip AS destination,
           dst_endpoint.port AS port, app_name AS detail, action, metadata.uid AS place
    FROM network_activity
    WHERE tenant = 'kita' AND day = '2026-10-20'
    UNION ALL
    SELECT time, 'web', src_endpoint.ip, dst_endpoint.ip, dst_endpoint.port,
           coalesce(http_request.url.url_string, http_request.url.hostname), action, metadata.uid
    FROM http_activity
    WHERE tenant = 'kita' AND day = '2026-10-20'
    UNION ALL
    SELECT time, 'name', src_endpoint.ip, dst_endpoint.ip, dst_endpoint.port, query.hostname, action,
           metadata.uid
    FROM dns_activity
    WHERE tenant = 'kita' AND day = '2026-10-20'
    UNION ALL
    SELECT time, 'finding', element_at(evidences, 1).src_endpoint.ip, element_at(evidences, 1).dst_endpoint.ip,
           element_at(evidences, 1).dst_endpoint.port, finding_info.title, action, metadata.uid
    FROM detection_finding
    WHERE tenant = 'kita' AND day = '2026-10-20'
)
SELECT from_unixtime(time / 1000.0) AS at, what, source, destination, port, detail, action, place
FROM host_day
WHERE '10.1.12.77' IN (source, destination)
ORDER BY time, place
LIMIT 10000;
