package redisstore

import "github.com/redis/go-redis/v9"

// appendLines stores rows. Its keys are the sorted set of SIDs that are not final,
// the mark of listeners, then the rows; its arguments are how long final rows are
// kept, in milliseconds, and the channel, then SID, line, final and place of each
// row. For each row it returns false if the line already existed, or else the
// previous row, which is empty for a new one. Listeners are sent the rows, with an
// empty line between two rows and the new line of each row last.
//
// Each line ends with whether the row is final and with its latest place. Those of
// the last line are valid for the row. The members of the sorted set are place and
// SID, all with score 0, so that they are in the order of Pending and a page can
// begin after any of them.
//
// One command covers all rows, because each call from a script costs time.
var appendLines = redis.NewScript(`
local have = redis.call('MGET', unpack(KEYS, 2))
local out, texts, set, add, gone, ended = {}, {}, {}, {}, {}, {}
local listening = have[1]
for i = 1, #KEYS - 2 do
	local a = i * 4 - 1
	local sid, line, final, last = ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3]
	local old = have[i + 1]
	if old and string.find(old, line .. ' ', 1, true) then
		out[i] = false
	else
		local text, place = '', nil
		if old then
			text = old .. '\n'
			if string.sub(old, -19, -19) == '1' then
				final = '1'
			else
				place = string.sub(old, -18)
			end
			if string.sub(old, -18) > last then last = string.sub(old, -18) end
		end
		if place and (final == '1' or place ~= last) then
			gone[#gone + 1] = place .. sid
		end
		text = text .. line .. ' ' .. final .. last
		set[#set + 1] = KEYS[i + 2]
		set[#set + 1] = text
		if listening then texts[#texts + 1] = text end
		if final == '1' then
			ended[#ended + 1] = KEYS[i + 2]
		elseif place ~= last then
			add[#add + 1] = 0
			add[#add + 1] = last .. sid
		end
		out[i] = old or ''
	end
end
if #set > 0 then
	redis.call('MSET', unpack(set))
	if #gone > 0 then redis.call('ZREM', KEYS[1], unpack(gone)) end
	if #add > 0 then redis.call('ZADD', KEYS[1], unpack(add)) end
	for _, key in ipairs(ended) do redis.call('PEXPIRE', key, ARGV[1]) end
	if listening then redis.call('PUBLISH', ARGV[2], table.concat(texts, '\n\n')) end
end
return out
`)

// replaceLines replaces the beginning of a row if it is unchanged.
var replaceLines = redis.NewScript(`
local text = redis.call('GET', KEYS[1])
if not text or string.sub(text, 1, #ARGV[1]) ~= ARGV[1] then
	return 0
end
redis.call('SET', KEYS[1], ARGV[2] .. string.sub(ARGV[1], -20) .. string.sub(text, #ARGV[1] + 1), 'KEEPTTL')
return 1
`)

// claim gives a free key to an owner and returns the value of the key.
var claim = redis.NewScript(`
local held = redis.call('GET', KEYS[1])
if held then
	return held
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]
`)

// finish ends a claim, with or without an answer.
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
