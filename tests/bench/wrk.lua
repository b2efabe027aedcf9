-- SPDX-License-Identifier: MPL-2.0
-- wrk.lua: what wrk sends, and its figures as one line of JSON.
-- Arguments after the URL: METHOD [FILE-OF-THE-BODY CONTENT-TYPE]. Headers come by wrk's -H.

function init(arguments)
    wrk.method = arguments[1]
    if arguments[2] then
        local file = assert(io.open(arguments[2], "rb"))
        wrk.body = file:read("*a")
        file:close()
        wrk.headers["Content-Type"] = arguments[3]
    end
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %.6f, "p50": %.0f, "p99": %.0f, "connect": %d, "read": %d, '
        .. '"write": %d, "timeout": %d, "status": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
        errors.connect, errors.read, errors.write, errors.timeout, errors.status))
end
