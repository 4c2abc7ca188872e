-- What was said in conversations that agents hold, in order. KEYS: 1 held, 2 owed (conversation → ms since when an answer is owed).
-- ARGV: conversation, author, at (ms), again and again.
for i = 1, #ARGV, 3 do
  local name, at = ARGV[i], ARGV[i + 2]
  if redis.call('HEXISTS', KEYS[1], name) == 1 then
    if ARGV[i + 1] == 'customer' then
      redis.call('HSETNX', KEYS[2], name, at)
    -- An answer of the agent before is none of the one who has it now.
    elseif tonumber(redis.call('HGET', KEYS[2], name) or at) <= tonumber(at) then
      redis.call('HDEL', KEYS[2], name)
    end
  end
end
return 1
