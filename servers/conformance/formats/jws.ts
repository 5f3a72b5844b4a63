import { createPrivateKey } from 'node:crypto'
import { publicJwk } from '../../tokens/keys.ts'
import type { Subject } from '../harness/checked-server.ts'
import { encode, type Forgery, hmac, openForger, signature, signingInput } from './forger.ts'
import type { TokenFormat } from './minter.ts'

/** `typ` of what is no access token. */
export const OTHER_TYPES = ['JWT', 'id_token+jwt', 'rt+jwt', 'at', '', undefined, 7, ['at+jwt']] as const
/** Paths, queries and names that a careless look-up follows. */
export const KEY_NAMES = [
  '',
  '../../../../dev/null',
  "' OR '1'='1",
  'k'.repeat(2000),
  '__proto__',
  7,
  null,
] as const

/** JWS in its compact form (RFC 7515). */
export async function signedTokens(subject: Subject): Promise<TokenFormat | null> {
  const forger = await openForger(subject)
  if (forger.issued === null) return null
  const { keys, otherKeys } = subject.environment
  const otherKey = otherKeys[forger.algorithm]
  const named = async (what: string, forgery: Forgery) => [what, await forger.token(forgery)] as const
  return {
    claims: forger.claims,
    mint: forger.token,
    severalAudiences: true,
    async otherAlgorithms() {
      const secret = Buffer.from(keys.HS256.k ?? '', 'base64url')
      const rsa = createPrivateKey({ key: keys.RS256, format: 'jwk' })
      const attempts: (readonly [string, string])[] = []
      for (const bits of ['384', '512']) {
        const hmacInput = signingInput(forger.header({ alg: `HS${bits}` }), forger.claims())
        attempts.push([`HS${bits}`, `${hmacInput}.${hmac(`sha${bits}`, secret, hmacInput)}`])
        const rsaInput = signingInput(forger.header({ alg: `RS${bits}` }), forger.claims())
        attempts.push([`RS${bits}`, `${rsaInput}.${signature(`sha${bits}`, rsa, rsaInput)}`])
      }
      for (const alg of ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'] as const) {
        if (alg !== forger.algorithm) attempts.push(await named(alg, { algorithm: alg }))
      }
      // The server's own RSA key, in the padding that is not its own.
      if (forger.algorithm === 'RS256' || forger.algorithm === 'PS256') {
        const algorithm = forger.algorithm === 'RS256' ? 'PS256' : 'RS256'
        attempts.push(await named(`${algorithm}, own key`, { algorithm, key: keys[forger.algorithm] }))
      }
      // The right signature under another name.
      const [, payload, own] = (await forger.token()).split('.')
      for (const alg of ['hs256', 'HS512', 'PS512', 'ES384', 'Ed448', 'A256GCM', 256, null, ['HS256']]) {
        attempts.push([`named ${alg}`, `${encode(forger.header({ alg }))}.${payload}.${own}`])
      }
      return attempts
    },
    broughtKeys(address) {
      const jwk = otherKey.kty === 'oct' ? otherKey : publicJwk(otherKey)
      const headers = [
        { jwk },
        { jku: address },
        { jku: address, kid: 'own' },
        { x5u: address },
        { x5c: ['AAAA'] },
      ]
      return Promise.all(
        headers.map((header) => named(Object.keys(header).join(), { header, key: otherKey })),
      )
    },
    async namedKeys() {
      const attempts = await Promise.all(
        KEY_NAMES.map((kid) => named(`kid ${String(kid).slice(0, 20)}`, { header: { kid }, key: otherKey })),
      )
      // What a file that reads as empty would make of the key.
      const input = signingInput(forger.header({ alg: 'HS256', kid: '/dev/null' }), forger.claims())
      const empty = ['', '\0'.repeat(32)].map(
        (secret) =>
          [`HMAC with ${secret.length} zero bytes`, `${input}.${hmac('sha256', secret, input)}`] as const,
      )
      return [...attempts, ...empty]
    },
    extended() {
      const understood = { crit: { 'urn:x': true, b64: true } }
      return Promise.all([
        named('unknown', { header: { crit: ['urn:x'], 'urn:x': 1 }, understood }),
        named('encoded payload, said so', { header: { crit: ['b64'], b64: true }, understood }),
      ])
    },
    otherTypes: () =>
      Promise.all(OTHER_TYPES.map((typ) => named(`typ ${JSON.stringify(typ)}`, { header: { typ } }))),
  }
}
