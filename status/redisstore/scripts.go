package redisstore

import "github.com/redis/go-redis/v9"

// appendLines stores rows. Its keys are the sorted set of what is not final, then
// the rows; its arguments the life of final rows in milliseconds and the
// channel, then SID, line, final and place of each row. For each row it returns
// false if the line was there, else what the row was before, which is empty for a new
// one. Listeners are sent the whole row, the new line last.
//
// The members of the sorted set are place and SID, all with score 0, so that
// they are in the order of Pending and a page can begin behind any of them.
var appendLines = redis.NewScript(`
local out = {}
for i = 2, #KEYS do
	local a = 3 + (i - 2) * 4
	local sid, line, final, last = ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3]
	local have = redis.call('HMGET', KEYS[i], 'lines', 'final', 'last')
	local old, wasFinal, wasLast = have[1], have[2], have[3]
	if old and string.find('\n' .. old .. '\n', '\n' .. line .. '\n', 1, true) then
		out[i - 1] = false
	else
		local text = line
		if old then
			text = old .. '\n' .. line
			if wasFinal == '1' then final = '1' end
			if wasLast > last then last = wasLast end
		end
		redis.call('HSET', KEYS[i], 'lines', text, 'final', final, 'last', last)
		if old and wasFinal ~= '1' and (wasLast ~= last or final == '1') then
			redis.call('ZREM', KEYS[1], wasLast .. sid)
		end
		if final == '1' then
			redis.call('PEXPIRE', KEYS[i], ARGV[1])
		elseif wasLast ~= last then
			redis.call('ZADD', KEYS[1], 0, last .. sid)
		end
		redis.call('PUBLISH', ARGV[2], text)
		out[i - 1] = old or ''
	end
end
return out
`)

// replaceLines replaces the beginning of a row, if it still begins so.
var replaceLines = redis.NewScript(`
local text = redis.call('HGET', KEYS[1], 'lines')
if not text or string.sub(text, 1, #ARGV[1]) ~= ARGV[1] then
	return 0
end
redis.call('HSET', KEYS[1], 'lines', ARGV[2] .. string.sub(text, #ARGV[1] + 1))
return 1
`)

// claim gives a free key to an owner and returns what the key holds then.
var claim = redis.NewScript(`
local held = redis.call('GET', KEYS[1])
if held then
	return held
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]
`)

// finish ends a claim, with an answer or without.
var finish = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
	return 0
end
if ARGV[2] == '' then
	return redis.call('DEL', KEYS[1])
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`)
