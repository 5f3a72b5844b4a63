import { hkdfSync } from 'node:crypto'
import { hashOf } from '../sessions/keeper.ts'
import type { RedisLink } from '../stores/redis-link.ts'
import { redisScript } from '../stores/redis-script.ts'
import { type ExchangeToken, newSecret, SECRET_BYTES } from './rotation.ts'

/**
 * With a leeway also the fields `previous`, `rotated`, and `sealed`: the current token, to be opened with the previous one
 * alone.
 */
const ROTATE = `
local family = redis.call('HMGET', KEYS[1], 'sub', 'current', 'idle', 'end', 'previous', 'rotated', 'sealed')
local sub, now = family[1], tonumber(ARGV[3])
if not sub then return false end
if now >= tonumber(family[3]) then
  redis.call('DEL', KEYS[1])
  return false
end
local leeway = tonumber(ARGV[5])
if family[2] ~= ARGV[1] then
  if family[5] == ARGV[1] and leeway > 0 and now < tonumber(family[6]) + leeway then return {sub, family[7]} end
  redis.call('DEL', KEYS[1])
  return false
end
local idle = math.min(now + tonumber(ARGV[4]), tonumber(family[4]))
redis.call('HSET', KEYS[1], 'current', ARGV[2], 'idle', string.format('%.0f', idle))
if leeway > 0 then redis.call('HSET', KEYS[1], 'previous', ARGV[1], 'rotated', ARGV[3], 'sealed', ARGV[6]) end
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', idle - now))
return {sub, ''}`

/**
 * Each successor is drawn anew.
 * @param leewaySeconds for this long after an exchange the old token gives the same new one again, as long as that one was not
 * used: to the other tab that refreshed at the same moment, to the client whose answer was lost, and to a thief. 0: never
 */
export function drawnSuccessor(link: RedisLink, leewaySeconds: number): ExchangeToken {
  const exchange = redisScript(link, ROTATE)
  return async ({ key, id, refreshToken, nowMs, idleMs }) => {
    const successor = newSecret()
    const sealedSuccessor = leewaySeconds === 0 ? '' : seal(successor, refreshToken)
    const reply = await exchange(
      [key],
      [hashOf(refreshToken), hashOf(id + successor), nowMs, idleMs, 1000 * leewaySeconds, sealedSuccessor],
    )
    if (!Array.isArray(reply)) return null
    const [subject, sealed]: unknown[] = reply
    if (typeof subject !== 'string' || typeof sealed !== 'string') return null
    return { subject, secret: sealed === '' ? successor : seal(sealed, refreshToken) }
  }
}

/** A one-time pad: each token is exchanged once, so each pad is used once. Sealing what is sealed opens it. */
function seal(secret: string, refreshToken: string): string {
  const pad = Buffer.from(hkdfSync('sha256', refreshToken, '', 'successor', SECRET_BYTES))
  const bytes = Buffer.from(secret, 'base64url').map((byte, index) => byte ^ (pad[index] ?? 0))
  return Buffer.from(bytes).toString('base64url')
}
