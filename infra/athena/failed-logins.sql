-- Which sources failed to log in, as how many users, and did one of them succeed?
-- Put in: tenant and days (UTC). Log-ins to the appliance and to its VPN are told as authentication or as tunnels.
WITH logins AS (
    SELECT time, src_endpoint.ip AS source, "user".name AS name, status_id
    FROM authentication
    WHERE tenant = 'kita' AND day BETWEEN '2026-10-14' AND '2026-10-20'
    UNION ALL
    SELECT time, src_endpoint.ip, "user".name, status_id
    FROM tunnel_activity
    WHERE tenant = 'kita' AND day BETWEEN '2026-10-14' AND '2026-10-20'
)
SELECT source,
       count_if(status_id = 2) AS failures,
       count_if(status_id = 1) AS successes,
       count(DISTINCT name) AS users,
       from_unixtime(min(time) / 1000.0) AS first_seen,
       from_unixtime(max(time) / 1000.0) AS last_seen
FROM logins
GROUP BY source
HAVING count_if(status_id = 2) > 0
ORDER BY failures DESC;
