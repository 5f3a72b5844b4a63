import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { MAX_CREDENTIAL_BYTES } from '../contract.ts'
import { type ConformanceCase, rejectsSome } from './case.ts'
import { assertAccepted, assertAllRefused, assertChallenged, assertRefused } from './expectations.ts'
import { loginRequest, openSubject, USER } from './subject.ts'

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** What holds for a credential of any make. */
export const credentialCases: readonly ConformanceCase[] = [
  {
    name: 'accepts its own credential and identifies its subject',
    appliesTo: () => true,
    async run(subject) {
      assertAccepted(await subject.me(await subject.login()), USER, 'own credential')
    },
  },
  {
    name: 'tells two subjects apart, and gives one subject two different credentials',
    appliesTo: rejectsSome,
    async run(subject) {
      const [first, second, other] = [
        await subject.login(),
        await subject.login(),
        await subject.login('someone'),
      ]
      assert.notEqual(first, second)
      assertAccepted(await subject.me(first), USER, 'first')
      assertAccepted(await subject.me(other), 'someone', 'other subject')
    },
  },
  {
    name: 'says how long a credential lives and keeps it out of caches',
    appliesTo: () => true,
    async run(subject) {
      const reply = await subject.send(loginRequest(USER))
      assert.equal(reply.status, 200)
      assert.equal(reply.headers['cache-control'], 'no-store')
      const { token_type, expires_in, access_token } = JSON.parse(reply.body)
      assert.deepEqual([token_type, expires_in], ['Bearer', subject.ttlSeconds])
      assert.ok(/^[\w.~+/-]+=*$/.test(access_token), 'RFC 6750 b64token')
    },
  },
  {
    name: 'challenges a request without a credential',
    appliesTo: rejectsSome,
    async run(subject) {
      assertChallenged(await subject.me(), 'none')
      assertChallenged(await subject.logout(), 'logout')
    },
  },
  {
    name: 'rejects garbage',
    appliesTo: rejectsSome,
    run: (subject) =>
      assertAllRefused(
        subject,
        [
          'x',
          'null',
          '.',
          '..',
          '....',
          'a.b.c',
          '{}',
          '%00',
          '\u00ff\u00fe',
          'A'.repeat(43),
          randomBytes(32).toString('base64url'),
          randomBytes(32).toString('hex'),
          randomBytes(3000).toString('base64url'),
          `${randomBytes(20).toString('base64url')}.${randomBytes(90).toString('base64url')}.${randomBytes(32).toString('base64url')}`,
          'e30.e30.e30',
          `${'[['.repeat(1500)}.e30.e30`,
        ].map((garbage) => [garbage.slice(0, 60), garbage]),
      ),
  },
  {
    name: 'rejects a credential that is cut short or made longer',
    appliesTo: rejectsSome,
    async run(subject) {
      const own = await subject.login()
      const lengths = [1, 2, own.length >> 1, own.length - 2, own.length - 1]
      await assertAllRefused(subject, [
        ...lengths.map((length) => [`first ${length} characters`, own.slice(0, length)] as const),
        ['without its first character', own.slice(1)],
        ['one more character', `${own}A`],
        ['twice', own + own],
        ['one more segment', `${own}.${own.slice(-43)}`],
        ['an empty segment', `${own}.`],
      ])
    },
  },
  {
    name: 'rejects a credential that is changed in any of its parts',
    appliesTo: rejectsSome,
    async run(subject) {
      const own = await subject.login()
      const places = partsOf(own).flatMap(([start, end]) => [
        start,
        start + 1,
        (start + end) >> 1,
        end - 2,
        end - 1,
      ])
      await assertAllRefused(
        subject,
        places.map((place) => [`character ${place} of ${own.length}`, withChanged(own, place)]),
      )
    },
  },
  {
    name: 'rejects every other spelling of the same credential',
    appliesTo: rejectsSome,
    async run(subject) {
      const own = await subject.login()
      const middle = own.length - 20
      await assertAllRefused(subject, [
        ...Array.from(BASE64URL)
          .filter((character) => character !== own.at(-1))
          .map((character) => [`ends in ${character}`, own.slice(0, -1) + character] as const),
        ['padding', `${own}=`],
        ['double padding', `${own}==`],
        ['a space inside', `${own.slice(0, middle)} ${own.slice(middle)}`],
        ['a tab inside', `${own.slice(0, middle)}\t${own.slice(middle)}`],
        ['a space for a character', `${own.slice(0, middle)} ${own.slice(middle + 1)}`],
        ['quotes', `"${own}"`],
        ...(/[-_]/.test(own)
          ? [['the alphabet of plain base64', own.replaceAll('-', '+').replaceAll('_', '/')] as const]
          : []),
      ])
    },
  },
  {
    name: 'rejects the credential of another instance',
    appliesTo: rejectsSome,
    async run(subject) {
      const { strategy, environment } = subject
      const other = await openSubject(strategy, environment, { keys: environment.otherKeys })
      try {
        await assertAllRefused(subject, [['other keys, other store', await other.login()]])
      } finally {
        await other.close()
      }
    },
  },
  {
    name: 'accepts a credential until the second in which it expires',
    appliesTo: rejectsSome,
    async run(subject) {
      const own = await subject.login()
      subject.advance(subject.ttlSeconds - 1)
      assertAccepted(await subject.me(own), USER, 'one second before')
      subject.advance(0.999)
      assertAccepted(await subject.me(own), USER, 'one millisecond before')
      subject.advance(0.001)
      assertRefused(await subject.me(own), 'expired')
      assertRefused(await subject.logout(own), 'logout with an expired one')
    },
  },
  {
    name: 'rejects a credential that is too long',
    appliesTo: rejectsSome,
    run: (subject) => assertAllRefused(subject, [['oversized', 'A'.repeat(MAX_CREDENTIAL_BYTES + 1)]]),
  },
  {
    name: 'rejects two credentials in one request, also when both are good',
    appliesTo: rejectsSome,
    async run(subject) {
      const own = `Bearer ${await subject.login()}`
      const pairs = {
        'same twice': [own, own],
        'good, bad': [own, 'Bearer x'],
        'bad, good': ['Bearer x', own],
      }
      for (const [what, values] of Object.entries({ ...pairs, 'other scheme, good': ['Basic eDp5', own] })) {
        const headers = values.map(
          (value, index) => [index ? 'AUTHORIZATION' : 'Authorization', value] as const,
        )
        assertRefused(await subject.send({ path: '/me', headers }), what)
      }
    },
  },
  {
    name: 'reads the credential from the Authorization header only, scheme in any case',
    appliesTo: rejectsSome,
    async run(subject) {
      const own = await subject.login()
      const withHeader = (name: string, value: string) =>
        subject.send({ path: '/me', headers: [[name, value]] })
      assertAccepted(await withHeader('authorization', `bEARER ${own}`), USER, 'scheme in odd case')
      assertChallenged(await withHeader('authorization', `Basic ${own}`), 'other scheme')
      assertChallenged(await withHeader('authorization', own), 'no scheme')
      assertChallenged(await withHeader('authorization', 'Bearer'), 'scheme alone')
      assertChallenged(await withHeader('cookie', `__Host-session=${own}`), 'cookie')
      assertChallenged(await withHeader('x-access-token', own), 'other header')
      for (const name of ['access_token', 'token', 'authorization']) {
        assertChallenged(await subject.send({ path: `/me?${name}=${own}` }), `query ${name}`)
      }
    },
  },
]

/** Start and end of each segment of a token, of each third of anything else. */
function partsOf(credential: string): (readonly [number, number])[] {
  const segments = credential.split('.')
  if (segments.length === 1) {
    const third = Math.ceil(credential.length / 3)
    return [0, third, 2 * third].map((start) => [start, Math.min(start + third, credential.length)])
  }
  let start = 0
  return segments.map((segment) => {
    const part = [start, start + segment.length] as const
    start += segment.length + 1
    return part
  })
}

/** The lowest bit of the character's value is flipped, so that the last character changes in its unused bits. */
function withChanged(credential: string, place: number): string {
  const other = BASE64URL.charAt(BASE64URL.indexOf(credential.charAt(place)) ^ 1)
  return credential.slice(0, place) + other + credential.slice(place + 1)
}
