-- Who works in a group. KEYS: workers. ARGV: 1 worker (its name begins with when it joined), 2 life (ms), 3 'stay' or 'leave'.
-- Answers {number of workers, our place among them from 0, by age}; the clock is the store's.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] == 'leave' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], now, ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. (now - ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 4)
local names = redis.call('ZRANGE', KEYS[1], 0, -1)
table.sort(names)
for i, name in ipairs(names) do
  if name == ARGV[1] then return {#names, i - 1} end
end
return {#names, #names}
