-- Which hosts call one address at intervals that hardly vary? A call-back, or a program that looks for updates.
-- Put in: tenant and day (UTC). Ten calls and a spread below a fifth of the interval are where looking begins to be worth it.
WITH calls AS (
    SELECT src_endpoint.ip AS host, dst_endpoint.ip AS destination, dst_endpoint.port AS port, time,
           time - lag(time) OVER (
               PARTITION BY src_endpoint.ip, dst_endpoint.ip, dst_endpoint.port ORDER BY time
           ) AS since_last
    FROM network_activity
    WHERE tenant = 'kita' AND day = '2026-10-20'
)
SELECT host, destination, port,
       count(*) AS calls,
       round(avg(since_last) / 1000.0, 1) AS seconds_between,
       round(stddev(since_last) / 1000.0, 1) AS spread_seconds
FROM calls
GROUP BY host, destination, port
HAVING count(*) >= 10 AND avg(since_last) > 5000 AND stddev(since_last) < 0.2 * avg(since_last)
ORDER BY calls DESC;
