-- One move of the holder, applied to the index. KEYS: 1 queue, 2 waiting, 3 held, 4 seqs, 5 pace, 6 seats, 7 load, 8 since (seats.lua).
-- ARGV: 1 conversation, 2 seq, 3 holder, 4 score, 5 waiting (JSON), 6 agent, 7 verb, 8 at (ms), 9 token.
-- Answers 1, or 0 where a later move is known already (a move that is read twice changes nothing).

local name, seq, holder = ARGV[1], tonumber(ARGV[2]), ARGV[3]
if seq <= tonumber(redis.call('HGET', KEYS[4], name) or '0') then return 0 end
redis.call('HSET', KEYS[4], name, seq)
if holder == 'queue' then
  redis.call('ZADD', KEYS[1], ARGV[4], name)
  redis.call('HSET', KEYS[2], name, ARGV[5])
else
  redis.call('ZREM', KEYS[1], name)
  redis.call('HDEL', KEYS[2], name)
end
if holder == 'agent' then
  redis.call('HSET', KEYS[3], name, ARGV[6])
else
  redis.call('HDEL', KEYS[3], name)
end
if holder == 'nobody' or holder == 'bot' then redis.call('HDEL', KEYS[4], name) end

-- Seats follow what was committed; one that was kept for this very state, or a later one, is somebody's who is about to commit.
local token, seat = tonumber(ARGV[9]), redis.call('HGET', KEYS[6], name)
local whose, made
if seat then
  whose, made = string.match(seat, '^(%S+) (%d+)')
  made = tonumber(made)
end
local function free(key, agent)
  redis.call('HDEL', KEYS[6], key)
  if redis.call('HINCRBY', KEYS[7], agent, -1) <= 0 then redis.call('HDEL', KEYS[7], agent) end
  redis.call('HSET', KEYS[8], agent, ARGV[8])
end
if not seat or made < token then
  if whose and not (holder == 'agent' and whose == ARGV[6]) then
    free(name, whose)
    whose = nil
  end
  if holder == 'agent' then
    redis.call('HSET', KEYS[6], name, ARGV[6] .. ' ' .. ARGV[9] .. ' 0')
    if not whose then redis.call('HINCRBY', KEYS[7], ARGV[6], 1) end
  end
end
-- The second seat, that of the agent to whom it should go.
local to = redis.call('HGET', KEYS[6], 'transfer:' .. name)
if to then
  local agent, kept = string.match(to, '^(%S+) (%d+)')
  if tonumber(kept) < token then free('transfer:' .. name, agent) end
end

if ARGV[7] == 'take' or ARGV[7] == 'assign' then
  redis.call('LPUSH', KEYS[5], ARGV[8])
  redis.call('LTRIM', KEYS[5], 0, 20)
end
return 1
