-- Seats of agents: what counts against an agent's capacity. A seat is kept before the move is committed, so that none is given twice.
-- KEYS: 1 seats (conversation → "agent token at"), 2 load (agent → seats), 3 since (agent → ms of the last change),
-- 4 capacities (agent → seats, of those who have a capacity of their own).
-- ARGV: 1 verb, 2 conversation, 3 agent, 4 token, 5 capacity of all others. `at` is 0 once the conversation is known to be the agent's.
-- reserve → 1 kept, 0 somebody else's (or a later state is known), -1 no seat is free; release → 1, or 0 where it is not that seat.

local seats, load, since = KEYS[1], KEYS[2], KEYS[3]
local verb, name, agent, token = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local whose, made = seat_of(seats, name)

if verb == 'release' then
  if whose ~= agent or made ~= token then return 0 end
  free(seats, load, since, name, whose, now)
  return 1
end

if whose then
  if made > token then return 0 end
  if made == token then return whose == agent and 1 or 0 end
  -- The holder has moved since: what that seat was kept for cannot be committed any more, or is over.
  free(seats, load, since, name, whose, now)
end
local capacity = tonumber(redis.call('HGET', KEYS[4], agent) or ARGV[5])
if tonumber(redis.call('HGET', load, agent) or '0') >= capacity then return -1 end
redis.call('HSET', seats, name, agent .. ' ' .. ARGV[4] .. ' ' .. now)
redis.call('HINCRBY', load, agent, 1)
redis.call('HSET', since, agent, now)
return 1
