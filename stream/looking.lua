-- Who has a conversation on their screen. KEYS: 1 looking key. ARGV: 1 'here' or 'gone', 2 socket, 3 agent as JSON, 4 life (ms),
-- 5 channel, 6 the beginning of the frame. What has changed is pushed in the same step: pushed later, an old state could overtake a new
-- one. Answers the frame. The clock is the store's.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local member = ARGV[2] .. ' ' .. ARGV[3]
local changed = redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if ARGV[1] == 'here' then
  changed = changed + redis.call('ZADD', KEYS[1], now + ARGV[4], member)
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
else
  changed = changed + redis.call('ZREM', KEYS[1], member)
end
local agents, known = {}, {}
for _, each in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local agent = string.match(each, '^%S+ (.*)$')
  if not known[agent] then
    known[agent] = true
    table.insert(agents, agent)
  end
end
table.sort(agents)
local frame = ARGV[6] .. '[' .. table.concat(agents, ',') .. ']}'
if changed > 0 then
  redis.call('PUBLISH', ARGV[5], '~' .. frame)
end
return frame
