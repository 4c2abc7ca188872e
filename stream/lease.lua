-- Leases of one group. ARGV: 1 verb, 2 worker, 3 life (ms), 4 group, then for renew and release the value of each key.
-- KEYS: the lease keys. take → token of each (0 = somebody else's); renew → 1 or 0 of each; release → 1 or 0 of each.

local verb, worker, life, group = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local answers = {}
for i, key in ipairs(KEYS) do
  local current = redis.call('GET', key)
  if verb == 'take' then
    if current then
      answers[i] = 0
    else
      -- The fence outlives the lease: a token is never given twice.
      local token = redis.call('INCR', (string.gsub(key, ':lease:', ':fence:')))
      redis.call('SET', key, worker .. ' ' .. token, 'PX', life)
      answers[i] = token
    end
  elseif current ~= ARGV[4 + i] then
    answers[i] = 0
  elseif verb == 'renew' then
    answers[i] = redis.call('PEXPIRE', key, life)
  else
    answers[i] = redis.call('DEL', key)
  end
end
return answers
