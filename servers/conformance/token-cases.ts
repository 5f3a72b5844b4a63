import assert from 'node:assert/strict'
import { createPrivateKey, sign } from 'node:crypto'
import { publicJwk } from '../keys.ts'
import { startCanary } from './canary.ts'
import { type ConformanceCase, usesTokens } from './case.ts'
import { assertAllRefused } from './expectations.ts'
import { encode, hmac, openForger, signature, signingInput, spellingsOfPublicKey } from './forger.ts'
import { openKeyedForger } from './minter.ts'

/**
 * Forged tokens. Each case first shows that the forger's unchanged token is accepted, so that a refusal is due to the change. Where
 * nobody here can sign, unsigned tokens are thrown all the same: a server must not take them for its own; what needs the key is not
 * applicable there.
 */
export const tokenCases: readonly ConformanceCase[] = [
  {
    id: 'J01',
    name: 'rejects unsigned tokens, whatever the case of "none"',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openForger(subject)
      const signature = (await forger.token()).split('.')[2]
      const variants = ['none', 'None', 'NONE', 'nOnE', 'noNE', '']
      await assertAllRefused(
        subject,
        variants.flatMap((alg) => {
          const input = signingInput(forger.header({ alg }), forger.claims())
          return [
            [`${alg}, empty signature`, `${input}.`],
            [`${alg}, no signature`, input],
            [`${alg}, kept signature`, `${input}.${signature}`],
          ] as const
        }),
      )
    },
  },
  {
    id: 'J02',
    name: 'rejects an HMAC made with a public key as its secret',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openForger(subject)
      const { keys } = subject.environment
      const input = signingInput(forger.header({ alg: 'HS256' }), forger.claims())
      await assertAllRefused(
        subject,
        [keys.RS256, keys.PS256, keys.ES256, keys.EdDSA].flatMap((jwk) =>
          spellingsOfPublicKey(jwk).map(
            ([what, secret]) => [`${jwk.kty} ${what}`, `${input}.${hmac('sha256', secret, input)}`] as const,
          ),
        ),
      )
    },
  },
  {
    id: 'J03',
    name: 'rejects every algorithm but the one of its key',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openKeyedForger(subject)
      const { keys } = subject.environment
      const secret = Buffer.from(keys.HS256.k ?? '', 'base64url')
      const rsa = createPrivateKey({ key: keys.RS256, format: 'jwk' })
      const attempts: [string, string][] = []
      for (const bits of ['384', '512']) {
        const hmacInput = signingInput(forger.header({ alg: `HS${bits}` }), forger.claims())
        attempts.push([`HS${bits}`, `${hmacInput}.${hmac(`sha${bits}`, secret, hmacInput)}`])
        const rsaInput = signingInput(forger.header({ alg: `RS${bits}` }), forger.claims())
        attempts.push([`RS${bits}`, `${rsaInput}.${signature(`sha${bits}`, rsa, rsaInput)}`])
      }
      for (const alg of ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'] as const) {
        if (alg !== forger.algorithm) attempts.push([alg, await forger.token({ algorithm: alg })])
      }
      // The server's own RSA key, in the padding that is not its own.
      if (forger.algorithm === 'RS256' || forger.algorithm === 'PS256') {
        const algorithm = forger.algorithm === 'RS256' ? 'PS256' : 'RS256'
        attempts.push([
          `${algorithm}, own key`,
          await forger.token({ algorithm, key: keys[forger.algorithm] }),
        ])
      }
      // The right signature under another name.
      const [, payload, own] = (await forger.token()).split('.')
      for (const alg of ['hs256', 'HS512', 'PS512', 'ES384', 'Ed448', 'A256GCM', 256, null, ['HS256']]) {
        attempts.push([`named ${alg}`, `${encode(forger.header({ alg }))}.${payload}.${own}`])
      }
      await assertAllRefused(subject, attempts)
    },
  },
  {
    id: 'J04',
    name: 'rejects empty, all-zero and otherwise encoded signatures',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openForger(subject)
      const { keys } = subject.environment
      const [header, payload] = (await forger.token()).split('.')
      const input = `${header}.${payload}`
      const ecdsa = createPrivateKey({ key: keys.ES256, format: 'jwk' })
      const asText = (bytes: Buffer) => `${input}.${bytes.toString('base64url')}`
      await assertAllRefused(subject, [
        ['empty', `${input}.`],
        ['missing', input],
        ...[32, 64, 256].map((bytes) => [`${bytes} zero bytes`, asText(Buffer.alloc(bytes))] as const),
        ['DER', asText(sign('sha256', Buffer.from(input), ecdsa))],
        ['half an HMAC', asText(Buffer.from(hmac('sha256', 'x', input), 'base64url').subarray(0, 16))],
      ])
    },
  },
  {
    id: 'J06',
    name: 'ignores keys that the token brings, and fetches none from where it says',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openKeyedForger(subject)
      const key = subject.environment.otherKeys[forger.algorithm]
      const jwk = forger.algorithm === 'HS256' ? key : publicJwk(key)
      const canary = await startCanary(JSON.stringify({ keys: [jwk] }))
      try {
        const headers = [
          { jwk },
          { jku: canary.origin },
          { jku: canary.origin, kid: 'own' },
          { x5u: canary.origin },
          { x5c: ['AAAA'] },
        ]
        const attempts: [string, string][] = []
        for (const header of headers) {
          attempts.push([Object.keys(header).join(), await forger.token({ header, key })])
        }
        await assertAllRefused(subject, attempts)
        assert.equal(canary.hits(), 0, 'requests to the address in the token')
      } finally {
        await canary.close()
      }
    },
  },
  {
    id: 'J07',
    name: 'looks nothing up by a key name that it does not know',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openKeyedForger(subject)
      const key = subject.environment.otherKeys[forger.algorithm]
      const attempts: [string, string][] = []
      for (const kid of ['', '../../../../dev/null', "' OR '1'='1", 'k'.repeat(2000), '__proto__', 7, null]) {
        attempts.push([`kid ${String(kid).slice(0, 20)}`, await forger.token({ header: { kid }, key })])
      }
      // What a file that reads as empty would make of the key.
      const input = signingInput(forger.header({ alg: 'HS256', kid: '/dev/null' }), forger.claims())
      for (const secret of ['', '\0'.repeat(32)]) {
        attempts.push([`HMAC with ${secret.length} zero bytes`, `${input}.${hmac('sha256', secret, input)}`])
      }
      await assertAllRefused(subject, attempts)
    },
  },
  {
    id: 'J08',
    name: 'rejects extensions that it does not understand',
    appliesTo: usesTokens,
    async run(subject) {
      const forger = await openKeyedForger(subject)
      const understood = { crit: { 'urn:x': true, b64: true } }
      await assertAllRefused(subject, [
        ['unknown', await forger.token({ header: { crit: ['urn:x'], 'urn:x': 1 }, understood })],
        [
          'encoded payload, said so',
          await forger.token({ header: { crit: ['b64'], b64: true }, understood }),
        ],
      ])
    },
  },
]
