-- A new conversation. KEYS: 1 hash. ARGV: 1 life while nothing is said (ms), then fields and values. Answers 1, or 0 where it exists.
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
