import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { publicJwk } from '../../tokens/keys.ts'
import { asksRedis, type ConformanceCase, isRevocable, usesTokens } from '../case.ts'
import { type Claims, type Forgery, hmac, openForger, signingInput } from '../formats/forger.ts'
import { NotTestable } from '../formats/minter.ts'
import { redisOf, USER } from '../harness/checked-server.ts'
import { assertAccepted, assertRefused } from '../harness/expectations.ts'

const TYPE = 'statuslist+jwt'
/** In which a list is fetched again, whatever a server knows of it. */
const STALE_SECONDS = 10
const LIFETIME_SECONDS = 6

/** Lists that say which tokens are revoked, on their way from the issuer to the server. */
export const statusListCases: readonly ConformanceCase[] = [
  {
    id: 'A04',
    name: "believes no status list that somebody else, or somebody else's key, has put in the place of its own",
    appliesTo: (strategy) => usesTokens(strategy) && isRevocable(strategy) && asksRedis(strategy),
    async run(subject) {
      const forger = await openForger(subject)
      const reference = referenceIn(forger.claims())
      if (forger.issued === null || reference === null) throw new NotTestable('no status list')
      const { issued } = forger
      const { keys, otherKeys } = subject.environment
      const nothingRevoked = deflateSync(Buffer.alloc((reference.idx >> 3) + 1)).toString('base64url')
      /** What a server says that believes a list on which nothing is revoked. */
      const believing = async (list: string) => {
        assert.ok((await redisOf(subject).replaceTokens(list)) > 0, 'a list in Redis to take the place of')
        return subject.me(issued)
      }
      /** Current when the list that the server knows is not any more. */
      const payload = (except: (now: number) => Claims = () => ({})) => {
        subject.tick(STALE_SECONDS)
        const now = Math.floor(subject.now() / 1000)
        const list = { sub: reference.uri, iat: now, exp: now + LIFETIME_SECONDS, ttl: LIFETIME_SECONDS - 1 }
        const packed = { status_list: { bits: 1, lst: nothingRevoked } }
        return JSON.stringify({ ...list, ...packed, ...except(now) })
      }
      const signed = (text: string, { header, ...forgery }: Forgery = {}) =>
        forger.token({ algorithm: 'ES256', payload: text, header: { typ: TYPE, ...header }, ...forgery })
      const forgeries: Readonly<Record<string, () => Promise<string>>> = {
        "somebody else's key": () => signed(payload(), { key: otherKeys.ES256 }),
        'the key of tokens': () => signed(payload(), { algorithm: 'HS256' }),
        'the public key for a secret': async () => {
          const input = signingInput({ alg: 'HS256', typ: TYPE }, JSON.parse(payload()))
          const pem = createPublicKey({ key: publicJwk(keys.ES256), format: 'jwk' }).export({
            format: 'pem',
            type: 'spki',
          })
          return `${input}.${hmac('sha256', pem, input)}`
        },
        unsigned: async () => `${signingInput({ alg: 'none', typ: TYPE }, JSON.parse(payload()))}.`,
        'no type': () => signed(payload(), { header: { typ: undefined } }),
        'the type of tokens': () => signed(payload(), { header: { typ: 'at+jwt' } }),
        'another list': () => signed(payload(() => ({ sub: `${reference.uri}x` }))),
        'no name': () => signed(payload(() => ({ sub: undefined }))),
        expired: () => signed(payload((now) => ({ iat: now - 1, exp: now }))),
        'no end': () => signed(payload(() => ({ exp: undefined }))),
        'from the future': () => signed(payload((now) => ({ iat: now + 60, exp: now + 66 }))),
      }
      assertAccepted(await subject.me(issued), USER, 'before logout')
      assert.equal((await subject.logout(issued)).status, 204, 'logout')
      assertAccepted(await believing(await signed(payload())), USER, 'a good list of our own is believed')
      for (const [what, forge] of Object.entries(forgeries)) {
        assertRefused(await believing(await forge()), what)
      }
    },
  },
]

function referenceIn({ status }: Claims): { readonly uri: string; readonly idx: number } | null {
  const list = member(status, 'status_list')
  const [uri, idx] = [member(list, 'uri'), member(list, 'idx')]
  return typeof uri === 'string' && typeof idx === 'number' ? { uri, idx } : null
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
