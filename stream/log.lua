-- The one door: everything that a commit does, for a batch of changes, each change whole or not at all.
-- KEYS: the log of each partition that is touched (the other keys share its hash tag and are derived from it).
-- ARGV: 1 changes (msgpack), 2 life of a seen id (ms), 3 entries kept as recent, 4 PUBLISH or SPUBLISH.
-- A change: partition, conversation, client id, fingerprint, bodies, expect, set, mark, add, ack, lease, base (lists; false = none; add names one counter).
-- Answers a msgpack list with a list for each change: {code, ...}; 0 written (seq, last, at), 1 duplicate (seq, last, at), 2 conflict, 3 stale, 4 absent, 5 fenced.

local OK, DUPLICATE, CONFLICT, STALE, ABSENT, FENCED = 0, 1, 2, 3, 4, 5
local call = redis.call
local time = call('TIME')
local at = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000))

local function stale(expect, state)
  -- expect: holder, not_holder, agent, token, answered; state: seq, holder, agent, token, answered
  return (expect[1] and expect[1] ~= (state[2] or 'bot'))
    or (expect[2] and expect[2] == (state[2] or 'bot'))
    or (expect[3] and expect[3] ~= (state[3] or ''))
    or (expect[4] and expect[4] ~= (state[4] or '0'))
    or (expect[5] and expect[5] ~= (state[5] or '0'))
end

local function commit(change)
  local tag = '{' .. change[1] .. '}:'
  local conversation, client, print = change[2], change[3], change[4]
  local bodies, expect, set, mark, add, ack, lease, base =
    change[5], change[6], change[7], change[8], change[9], change[10], change[11], change[12]
  if lease and call('GET', tag .. 'lease:' .. lease[1]) ~= lease[2] then return {FENCED} end

  local seen
  if client then
    seen = tag .. 'seen:' .. conversation .. ':' .. client
    local known = call('GET', seen)
    if known then
      local first, last, when, what = string.match(known, '^(%d+) (%d+) (%d+) (.*)$')
      if what ~= print then return {CONFLICT} end
      return {DUPLICATE, first, last, when}
    end
  end

  local hash = tag .. 'c:' .. conversation
  local state = call('HMGET', hash, 'seq', 'holder', 'agent', 'token', 'answered', 'archived', add and add[1] or 'seq')
  if not state[1] then
    if not base then return {ABSENT} end
    call('HSET', hash, unpack(base))
    state = call('HMGET', hash, 'seq', 'holder', 'agent', 'token', 'answered', 'archived', add and add[1] or 'seq')
  end
  if expect and stale(expect, state) then
    return {STALE, call('HGETALL', hash)}
  end

  local recent = tag .. 'recent:' .. conversation
  -- Once archived, both keys have a life; what is written now is not archived yet and must not end.
  if state[6] == state[1] then
    call('PERSIST', hash)
    call('PERSIST', recent)
  end

  local seq = tonumber(state[1])
  local first, last = seq + 1, seq + #bodies
  local fields = set or {}
  for _, field in ipairs(mark or {}) do
    fields[#fields + 1] = field
    fields[#fields + 1] = string.format('%d', last)
  end
  local log, lines = tag .. 'log', {}
  for i, body in ipairs(bodies) do
    local line = string.format('%d', seq + i) .. ' ' .. at .. ' ' .. body
    lines[i] = line
    if i == #bodies and #fields > 0 then
      call('XADD', log, '*', 'c', conversation, 'e', line, 's', cmsgpack.pack(fields))
    else
      call('XADD', log, '*', 'c', conversation, 'e', line)
    end
  end
  if #bodies > 0 then
    fields[#fields + 1] = 'seq'
    fields[#fields + 1] = string.format('%d', last)
    fields[#fields + 1] = 'last_at'
    fields[#fields + 1] = at
    -- Trimmed now and then: a fifth too many costs less than a command a commit.
    if call('RPUSH', recent, unpack(lines)) > ARGV[3] * 1.2 then call('LTRIM', recent, -ARGV[3], -1) end
  end
  if add then
    fields[#fields + 1] = add[1]
    fields[#fields + 1] = string.format('%d', tonumber(state[7] or '0') + add[2])
  end
  if #fields > 0 then call('HSET', hash, unpack(fields)) end
  if client then
    call('SET', seen, string.format('%d %d ', first, last) .. at .. ' ' .. print, 'PX', ARGV[2])
  end
  if #bodies > 0 then call(ARGV[4], tag .. 'push:' .. conversation, table.concat(lines, '\n')) end
  if ack then call('XACK', log, ack[1], ack[2]) end
  return {OK, string.format('%d', first), string.format('%d', last), at}
end

local answers = {}
for i, change in ipairs(cmsgpack.unpack(ARGV[1])) do answers[i] = commit(change) end
return cmsgpack.pack(answers)
