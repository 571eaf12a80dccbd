-- Which hosts had to do with a file of this hash, from where did it come, and what became of it?
-- Put in: tenant and days (UTC), and the hash in the last line. Findings know hashes of what was inspected; web and file
-- logs those that the appliance writes down.
WITH files AS (
    SELECT time, element_at(evidences, 1).src_endpoint.ip AS host, element_at(evidences, 1).dst_endpoint.ip AS other,
           element_at(evidences, 1).file.name AS file, finding_info.title AS told, verdict, action,
           element_at(element_at(evidences, 1).file.hashes, 1).value AS hash, metadata.uid AS place
    FROM detection_finding
    WHERE tenant = 'kita' AND day BETWEEN '2026-10-14' AND '2026-10-20'
    UNION ALL
    SELECT time, src_endpoint.ip, dst_endpoint.ip, file.name, http_request.url.url_string, NULL, action,
           element_at(file.hashes, 1).value, metadata.uid
    FROM http_activity
    WHERE tenant = 'kita' AND day BETWEEN '2026-10-14' AND '2026-10-20'
    UNION ALL
    SELECT time, src_endpoint.ip, dst_endpoint.ip, file.name, NULL, NULL, action,
           element_at(file.hashes, 1).value, metadata.uid
    FROM network_file_activity
    WHERE tenant = 'kita' AND day BETWEEN '2026-10-14' AND '2026-10-20'
)
SELECT from_unixtime(time / 1000.0) AS at, host, other, file, told, verdict, action, place
FROM files
WHERE hash = 'a17be9042cdd51f3680e4cb2f9a873d5e6120b94c7fd38215a6e09bb41cd7e32'
ORDER BY time;
