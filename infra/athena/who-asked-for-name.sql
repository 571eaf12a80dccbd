-- Which hosts asked for this name or anything below it, by DNS or on the web?
-- Put in: tenant and days (UTC), and the name twice in the last lines.
WITH asked AS (
    SELECT time, 'dns' AS by_way, src_endpoint.ip AS host, lower(query.hostname) AS name, action,
           metadata.uid AS place
    FROM dns_activity
    WHERE tenant = 'kita' AND day BETWEEN '2026-10-14' AND '2026-10-20'
    UNION ALL
    SELECT time, 'web', src_endpoint.ip, lower(http_request.url.hostname), action, metadata.uid
    FROM http_activity
    WHERE tenant = 'kita' AND day BETWEEN '2026-10-14' AND '2026-10-20'
)
SELECT host, by_way, name, count(*) AS times,
       from_unixtime(min(time) / 1000.0) AS first_seen,
       from_unixtime(max(time) / 1000.0) AS last_seen,
       min_by(place, time) AS first_line
FROM asked
WHERE name = 'update.os.example'
   OR name LIKE '%.update.os.example'
GROUP BY host, by_way, name
ORDER BY first_seen;
