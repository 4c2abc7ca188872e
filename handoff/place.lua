-- Where those who wait first stood in their own queue, of those who still wait. KEYS: 1 places (conversation → place).
-- ARGV: conversation, place, again and again.
for i = 1, #ARGV, 2 do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
return 1
