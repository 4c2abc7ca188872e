-- What every script knows of a seat; it stands in front of those that need it. A seat is "agent token at".

-- The agent and the token that the seat of `name` was kept for; nothing where there is none.
local function seat_of(seats, name)
  local written = redis.call('HGET', seats, name)
  if not written then return nil, nil end
  local whose, made = string.match(written, '^(%S+) (%d+)')
  return whose, tonumber(made)
end

local function free(seats, load, since, name, whose, at)
  redis.call('HDEL', seats, name)
  if redis.call('HINCRBY', load, whose, -1) <= 0 then redis.call('HDEL', load, whose) end
  redis.call('HSET', since, whose, at)
end

