-- Drops what every group has finished with and retention allows; never what one of them still needs.
-- KEYS: 1 log. ARGV: 1 oldest id that retention keeps, then the groups that must exist. Answers how many entries went, -1 = a group is missing.

local function before(a, b)
  local a1, a2 = string.match(a, '^(%d+)-(%d+)$')
  local b1, b2 = string.match(b, '^(%d+)-(%d+)$')
  a1, a2, b1, b2 = tonumber(a1), tonumber(a2), tonumber(b1), tonumber(b2)
  return a1 < b1 or (a1 == b1 and a2 < b2)
end

local bound, found = ARGV[1] .. '-0', {}
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local info = {}
  for i = 1, #group, 2 do info[group[i]] = group[i + 1] end
  found[info['name']] = true
  local pending = redis.call('XPENDING', KEYS[1], info['name'])
  local need = pending[1] > 0 and pending[2] or info['last-delivered-id']
  if before(need, bound) then bound = need end
end
for i = 2, #ARGV do
  if not found[ARGV[i]] then return -1 end
end
return redis.call('XTRIM', KEYS[1], 'MINID', bound)
