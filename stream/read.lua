-- Guarded read: a worker reads a partition only while it holds the lease, so that a paused one cannot wake and read on.
-- KEYS: the logs. ARGV: group, count, then for each key its lease key, lease value, consumer, start ('>' or an id).
-- Answers for each key {entries, top}: entries false = fenced; top = id of the stream's last entry when '>' gave nothing.

local answers = {}
for i, log in ipairs(KEYS) do
  local n = 3 + (i - 1) * 4
  local lease, value, consumer, start = ARGV[n], ARGV[n + 1], ARGV[n + 2], ARGV[n + 3]
  if redis.call('GET', lease) ~= value then
    answers[i] = {false, ''}
  else
    local read = redis.call('XREADGROUP', 'GROUP', ARGV[1], consumer, 'COUNT', ARGV[2], 'STREAMS', log, start)
    local entries, top = read and read[1] and read[1][2] or {}, ''
    if #entries == 0 and start == '>' then
      local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)
      top = last[1] and last[1][1] or '0-0'
    end
    answers[i] = {entries, top}
  end
end
return answers
