-- One move of the holder, applied to the index. KEYS: 1 queue, 2 waiting, 3 held, 4 seqs, 5 costs, 6 seats, 7 load, 8 since (seats.lua), 9 owed,
-- 10 places.
-- ARGV: 1 conversation, 2 seq, 3 holder, 4 score, 5 waiting (JSON), 6 agent, 7 verb, 8 at (ms), 9 token.
-- Answers 1, or 0 where a later move is known already (a move that is read twice changes nothing).

local name, seq, holder = ARGV[1], tonumber(ARGV[2]), ARGV[3]
if seq <= tonumber(redis.call('HGET', KEYS[4], name) or '0') then return 0 end
redis.call('HSET', KEYS[4], name, seq)
if holder == 'queue' then
  -- Who comes back stands in front: what that costs says nothing of a place.
  if redis.call('ZADD', KEYS[1], ARGV[4], name) == 1 and tonumber(ARGV[4]) >= 0 then
    redis.call('HSET', KEYS[10], name, redis.call('ZRANK', KEYS[1], name) + 1)
  end
  redis.call('HSET', KEYS[2], name, ARGV[5])
else
  local place = redis.call('HGET', KEYS[10], name)
  if place and (ARGV[7] == 'take' or ARGV[7] == 'assign') then
    local asked = redis.call('ZSCORE', KEYS[1], name)
    if asked then
      redis.call('LPUSH', KEYS[5], string.format('%d', math.max(0, (ARGV[8] - asked) / place)))
      redis.call('LTRIM', KEYS[5], 0, 40)
    end
  end
  redis.call('HDEL', KEYS[10], name)
  redis.call('ZREM', KEYS[1], name)
  redis.call('HDEL', KEYS[2], name)
end
if holder == 'agent' then
  redis.call('HSET', KEYS[3], name, ARGV[6])
else
  redis.call('HDEL', KEYS[3], name)
end
-- Who has it now owes an answer from now on; one that was found again by chance may owe none, and is looked at before anything is said.
if holder ~= 'agent' then
  redis.call('HDEL', KEYS[9], name)
elseif ARGV[7] == 'found' then
  redis.call('HSETNX', KEYS[9], name, ARGV[8])
else
  redis.call('HSET', KEYS[9], name, ARGV[8])
end
if holder == 'nobody' or holder == 'bot' then redis.call('HDEL', KEYS[4], name) end

-- Seats follow what was committed; one that was kept for this very state, or a later one, is somebody's who is about to commit.
local token = tonumber(ARGV[9])
local whose, made = seat_of(KEYS[6], name)
if not whose or made < token then
  if whose and not (holder == 'agent' and whose == ARGV[6]) then
    free(KEYS[6], KEYS[7], KEYS[8], name, whose, ARGV[8])
    whose = nil
  end
  if holder == 'agent' then
    redis.call('HSET', KEYS[6], name, ARGV[6] .. ' ' .. ARGV[9] .. ' 0')
    if not whose then redis.call('HINCRBY', KEYS[7], ARGV[6], 1) end
  end
end
-- The second seat, that of the agent to whom it should go.
local to, kept = seat_of(KEYS[6], 'transfer:' .. name)
if to and kept < token then free(KEYS[6], KEYS[7], KEYS[8], 'transfer:' .. name, to, ARGV[8]) end

return 1
