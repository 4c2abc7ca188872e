-- After SQL has a batch: tell the conversations how far, give idle keys a life, acknowledge the entries.
-- KEYS: 1 log. ARGV: 1 group, 2 life of an idle conversation (ms), 3 number of conversations, then (hash, recent, seq) of each, then ids.

local n = tonumber(ARGV[3])
for i = 0, n - 1 do
  local hash, recent, seq = ARGV[4 + i * 3], ARGV[5 + i * 3], tonumber(ARGV[6 + i * 3])
  local state = redis.call('HMGET', hash, 'seq', 'archived')
  if state[1] and seq > tonumber(state[2] or '0') then
    redis.call('HSET', hash, 'archived', seq)
    if tonumber(state[1]) == seq then
      redis.call('PEXPIRE', hash, ARGV[2])
      redis.call('PEXPIRE', recent, ARGV[2])
    end
  end
end
for i = 4 + n * 3, #ARGV do redis.call('XACK', KEYS[1], ARGV[1], ARGV[i]) end
return 1
