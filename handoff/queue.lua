-- One move of the holder, applied to the index. KEYS: 1 queue, 2 waiting, 3 held, 4 seqs, 5 pace.
-- ARGV: 1 conversation, 2 seq, 3 holder, 4 score, 5 waiting (JSON), 6 agent, 7 verb, 8 at (ms).
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
if ARGV[7] == 'take' then
  redis.call('LPUSH', KEYS[5], ARGV[8])
  redis.call('LTRIM', KEYS[5], 0, 20)
end
return 1
