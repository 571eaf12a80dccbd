-- Writes a line into Hinomi's envelope: {"hinomi": {"collector", "received", "device"}, "message"}.
--
-- The record's time is this machine's clock when the line came, because the parser takes no time from it; so keep the
-- clock right (chrony): device clocks are compared with it.

local collector = os.getenv("HINOMI_COLLECTOR")
if not collector or collector == "" then
    error("HINOMI_COLLECTOR is not set: the collector's name in Hinomi's registry")
end

-- Returns the address of "tcp://10.1.0.1:50123", "10.1.0.1:50123", "[2001:db8::1]:50123" or "10.1.0.1".
local function address_of(source)
    local rest = source:gsub("^%a+://", "")
    local bracketed = rest:match("^%[(.-)%]")
    if bracketed then
        return bracketed
    end
    local _, colons = rest:gsub(":", "")
    if colons == 1 then
        rest = rest:gsub(":%d+$", "")
    end
    return rest
end

function envelope(tag, time, record)
    local line = record["message"]
    if line == nil or line:match("^%s*$") then
        -- Nothing to send: -1 drops the record.
        return -1, 0, 0
    end
    local received = os.date("!%Y-%m-%dT%H:%M:%S", time.sec)
        .. string.format(".%06dZ", math.floor(time.nsec / 1000))
    local hinomi = { collector = collector, received = received }
    local source = record["source"]
    if source ~= nil then
        hinomi.device = address_of(source)
    end
    -- 2 takes the new record and leaves its time.
    return 2, time, { hinomi = hinomi, message = line }
end
