// In this folder: cases of the security checklist, one file for each thing that can be attacked.

import assert from 'node:assert/strict'
import { MAX_CREDENTIAL_BYTES, schemeOf } from '../../contract.ts'
import { type ConformanceCase, lastMomentSeconds, rejectsSome, tokenAndSession } from '../case.ts'
import { flippedIn, GARBAGE, resizedOf, spellingsOf, withChanged } from '../formats/altered-credentials.ts'
import { printedDuring } from '../harness/captured-output.ts'
import { loginRequest, openSubject, USER } from '../harness/checked-server.ts'
import { assertAccepted, assertAllRefused, assertChallenged, assertRefused } from '../harness/expectations.ts'

/** What holds for a credential of any make. */
export const credentialCases: readonly ConformanceCase[] = [
  {
    id: 'A02',
    name: 'accepts its own credential and identifies its subject',
    appliesTo: () => true,
    async run(subject) {
      assertAccepted(await subject.me(await subject.login()), USER, 'own credential')
    },
  },
  {
    id: 'S03',
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
    id: 'C04',
    name: 'says how long a credential lives and keeps it out of caches',
    appliesTo: () => true,
    async run(subject) {
      const reply = await subject.send(loginRequest(USER))
      assert.equal(reply.status, 200)
      assert.equal(reply.headers['cache-control'], 'no-store')
      const { token_type, expires_in, access_token } = JSON.parse(reply.body)
      assert.deepEqual([token_type, expires_in], [schemeOf(subject.strategy), subject.ttlSeconds])
      assert.ok(/^[\w.~+/-]+=*$/.test(access_token), 'RFC 6750 b64token')
    },
  },
  {
    id: 'A02',
    name: 'challenges a request without a credential',
    appliesTo: rejectsSome,
    async run(subject) {
      assertChallenged(await subject.me(), 'none')
      assertChallenged(await subject.logout(), 'logout')
    },
  },
  ...tokenAndSession('J04', 'S08', {
    name: 'rejects garbage',
    run: (subject) =>
      assertAllRefused(
        subject,
        GARBAGE.map((garbage) => [garbage.slice(0, 60), garbage]),
      ),
  }),
  ...tokenAndSession('J04', 'S08', {
    name: 'rejects a credential that is cut short or made longer',
    async run(subject) {
      const own = await subject.login()
      await assertAllRefused(subject, resizedOf(own))
    },
  }),
  ...tokenAndSession('J04', 'S08', {
    name: 'rejects a credential that is changed in any of its parts',
    async run(subject) {
      const own = await subject.login()
      await assertAllRefused(subject, flippedIn(own))
    },
  }),
  ...tokenAndSession('J05', 'S08', {
    name: 'rejects every other spelling of the same credential',
    async run(subject) {
      const own = await subject.login()
      await assertAllRefused(subject, spellingsOf(own))
    },
  }),
  ...tokenAndSession('J04', 'S08', {
    name: 'rejects the credential of another instance',
    async run(subject) {
      const { strategy, environment } = subject
      const other = await openSubject(strategy, environment, { keys: environment.otherKeys })
      try {
        await assertAllRefused(subject, [['other keys, other store', await other.login()]])
      } finally {
        await other.close()
      }
    },
  }),
  ...tokenAndSession('J09', 'S04', {
    name: 'accepts a credential until the second in which it expires',
    async run(subject) {
      // One for each moment: where use prolongs a session, the unused one shows when it ends.
      const [used, own] = [await subject.login(), await subject.login()]
      const beforeSeconds = lastMomentSeconds(subject.strategy)
      await subject.advance(subject.ttlSeconds - beforeSeconds)
      assertAccepted(await subject.me(used), USER, `${beforeSeconds} s before`)
      await subject.advance(beforeSeconds)
      assertRefused(await subject.me(own), 'expired')
      assertRefused(await subject.logout(own), 'logout with an expired one')
    },
  }),
  ...tokenAndSession('J14', 'S08', {
    name: 'rejects a credential that is too long',
    run: (subject) => assertAllRefused(subject, [['oversized', 'A'.repeat(MAX_CREDENTIAL_BYTES + 1)]]),
  }),
  {
    id: 'C04',
    name: 'prints no credential, good or bad',
    appliesTo: rejectsSome,
    async run(subject) {
      const { credential: own, refreshToken } = await subject.loginPair()
      const bad = [own.slice(0, -1), `${own}A`, withChanged(own, own.length - 5)]
      const printed = await printedDuring(async () => {
        for (const credential of [own, ...bad]) await subject.me(credential)
        await subject.send({ path: `/me?access_token=${own}` })
        await subject.logout(own)
        await subject.login()
      })
      for (const secret of [own, refreshToken].filter((text) => text !== '')) {
        assert.ok(!printed.includes(secret.slice(-20)), 'the credential is not in what was printed')
      }
    },
  },
  {
    id: 'C05',
    name: 'rejects two credentials in one request, also when both are good',
    appliesTo: rejectsSome,
    async run(subject) {
      const scheme = schemeOf(subject.strategy)
      const own = `${scheme} ${await subject.login()}`
      const pairs = {
        'same twice': [own, own],
        'good, bad': [own, `${scheme} x`],
        'bad, good': [`${scheme} x`, own],
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
    id: 'C04',
    name: 'reads the credential from the Authorization header only, scheme in any case',
    appliesTo: rejectsSome,
    async run(subject) {
      const own = await subject.login()
      const withHeader = (name: string, value: string) =>
        subject.send({ path: '/me', headers: [[name, value]] })
      const scheme = schemeOf(subject.strategy)
      const odd = scheme.charAt(0).toLowerCase() + scheme.slice(1).toUpperCase()
      assertAccepted(await withHeader('authorization', `${odd} ${own}`), USER, 'scheme in odd case')
      assertChallenged(await withHeader('authorization', `Basic ${own}`), 'other scheme')
      assertChallenged(await withHeader('authorization', own), 'no scheme')
      assertChallenged(await withHeader('authorization', scheme), 'scheme alone')
      assertChallenged(await withHeader('cookie', `__Host-session=${own}`), 'cookie')
      assertChallenged(await withHeader('x-access-token', own), 'other header')
      for (const name of ['access_token', 'token', 'authorization']) {
        assertChallenged(await subject.send({ path: `/me?${name}=${own}` }), `query ${name}`)
      }
    },
  },
]
