import { createHmac, hkdfSync } from 'node:crypto'
import type { JWK } from 'jose'
import { hashOf } from '../sessions/keeper.ts'
import type { RedisLink } from '../stores/redis-link.ts'
import { redisScript } from '../stores/redis-script.ts'
import { encryptionSecret } from '../tokens/keys.ts'
import { type ExchangeToken, SECRET_BYTES } from './rotation.ts'

const KEY_BYTES = 32
/** Exchanges within one leeway. A client that is faster gets the leeway for its last ones. */
const MOST_USED = 16

/**
 * The field `used` lists the tokens that were used within the leeway, oldest first: `hash:time` each, and a space after it. How
 * many were used since the presented one is how many steps lead from it to the good one.
 */
const ROTATE = `
local family = redis.call('HMGET', KEYS[1], 'sub', 'current', 'idle', 'end', 'used')
local sub, now = family[1], tonumber(ARGV[3])
if not sub then return false end
if now >= tonumber(family[3]) then
  redis.call('DEL', KEYS[1])
  return false
end
local oldest, used, place = now - tonumber(ARGV[5]), {}, 0
for hash, time in string.gmatch(family[5] or '', '(%S+):(%d+) ') do
  if tonumber(time) > oldest then table.insert(used, hash .. ':' .. time .. ' ') end
  if tonumber(time) > oldest and hash == ARGV[1] then place = #used end
end
if place > 0 then return {sub, #used - place + 1} end
if family[2] ~= ARGV[1] then
  redis.call('DEL', KEYS[1])
  return false
end
table.insert(used, ARGV[1] .. ':' .. ARGV[3] .. ' ')
if #used > tonumber(ARGV[6]) then table.remove(used, 1) end
local idle = math.min(now + tonumber(ARGV[4]), tonumber(family[4]))
redis.call('HSET', KEYS[1], 'current', ARGV[2], 'idle', string.format('%.0f', idle), 'used', table.concat(used))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', idle - now))
return {sub, 1}`

/**
 * Each successor follows from the token before it and a key of the servers, so that every server finds the same one again and
 * no store has to keep it, not even sealed. Any token that was used within the leeway gives the good one, also when other
 * exchanges came between: to a tab that is late by two, and to a thief.
 * @throws AuthbenchError `WEAK_KEY`
 */
export function derivedSuccessor(link: RedisLink, leewaySeconds: number, jwk: JWK): ExchangeToken {
  // A key of its own: the one it comes from is for encryption.
  const key = Buffer.from(
    hkdfSync('sha256', encryptionSecret(jwk), '', 'successor of a refresh token', KEY_BYTES),
  )
  const exchange = redisScript(link, ROTATE)
  const secretAfter = (token: string) =>
    createHmac('sha512', key).update(token).digest().subarray(0, SECRET_BYTES).toString('base64url')

  return async ({ key: family, id, refreshToken, nowMs, idleMs }) => {
    const first = secretAfter(refreshToken)
    const reply = await exchange(
      [family],
      [hashOf(refreshToken), hashOf(id + first), nowMs, idleMs, 1000 * leewaySeconds, MOST_USED],
    )
    if (!Array.isArray(reply)) return null
    const [subject, steps]: unknown[] = reply
    if (typeof subject !== 'string' || typeof steps !== 'number') return null
    let secret = first
    for (let step = 1; step < steps; step++) secret = secretAfter(id + secret)
    return { subject, secret }
  }
}
