import assert from 'node:assert/strict'
import {
  type ConformanceCase,
  isRevocable,
  rejectsSome,
  sharesItsStore,
  tokenAndSession,
  usesTokens,
} from '../case.ts'
import { openForger } from '../formats/forger.ts'
import { USER } from '../harness/checked-server.ts'
import { assertAccepted, assertRefused, assertRefusedInTime } from '../harness/expectations.ts'

/** Interleavings of a request and a logout. */
const RACES = 20

/** A logout has to do what the strategy declares: not less, and not more. */
export const revocationCases: readonly ConformanceCase[] = [
  {
    id: 'S05',
    name: 'refuses a credential after logout, as soon as it declares',
    appliesTo: rejectsSome,
    async run(subject) {
      const own = await subject.login()
      assertAccepted(await subject.me(own), USER, 'before logout')
      assert.equal((await subject.logout(own)).status, 204, 'logout')
      await assertRefusedInTime(subject, own, 'after logout')
    },
  },
  {
    id: 'S05',
    name: 'refuses it as soon on another node, whose caches know it',
    appliesTo: (strategy) => isRevocable(strategy) && sharesItsStore(strategy),
    async run(subject) {
      const other = await subject.otherNode()
      const own = await subject.login()
      for (const what of ['first', 'second'])
        assertAccepted(await other.me(own), USER, `${what}, before logout`)
      assert.equal((await subject.logout(own)).status, 204, 'logout')
      await assertRefusedInTime(other, own, 'on the other node after logout')
    },
  },
  {
    id: 'S06',
    name: 'ends every credential of the subject at a logout everywhere, and none of others',
    appliesTo: rejectsSome,
    async run(subject) {
      const [first, second, other] = [
        await subject.login(),
        await subject.login(),
        await subject.login('someone'),
      ]
      for (const own of [first, second]) assertAccepted(await subject.me(own), USER, 'before')
      assert.equal((await subject.logoutAll(first)).status, 204, 'logout everywhere')
      await assertRefusedInTime(subject, first, 'the credential that asked')
      await assertRefusedInTime(subject, second, 'another credential of the subject')
      assertAccepted(await subject.me(other), 'someone', 'another subject')
      // Where the time of issue decides, whole seconds do.
      await subject.advance(1)
      assertAccepted(await subject.me(await subject.login()), USER, 'a new login')
    },
  },
  {
    id: 'S07',
    name: 'brings no session back by requests that race its logout',
    appliesTo: (strategy) => strategy.state !== 'stateless' && isRevocable(strategy),
    async run(subject) {
      const ended: string[] = []
      for (let race = 0; race < RACES; race++) {
        const own = await subject.login()
        const before = Array.from({ length: race % 4 }, () => subject.me(own))
        const logout = subject.logout(own)
        const after = Array.from({ length: 4 }, () => subject.me(own))
        const replies = await Promise.all([...before, ...after])
        assert.deepEqual(
          replies.map(({ status }) => status).filter((status) => status !== 200 && status !== 401),
          [],
          'answers during a logout',
        )
        const { status } = await logout
        if (status !== 401) assert.equal(status, 204, 'logout')
        ended.push(own)
      }
      for (const own of ended) await assertRefusedInTime(subject, own, 'after a logout amid requests')
    },
  },
  ...tokenAndSession('J04', 'S08', {
    name: 'does not revoke for somebody who presents a forged credential',
    async run(subject) {
      const own = await subject.login()
      const forged = own.slice(0, -2) + (own.endsWith('AA') ? 'BB' : 'AA')
      assertRefused(await subject.logout(forged), 'logout')
      assertAccepted(await subject.me(own), USER, 'the real one')
    },
  }),
  {
    id: 'S09',
    name: 'leaves other credentials of the subject alone at a logout',
    appliesTo: rejectsSome,
    async run(subject) {
      const [revoked, other] = [await subject.login(), await subject.login()]
      await subject.logout(revoked)
      assertAccepted(await subject.me(other), USER, 'other credential')
    },
  },
  {
    id: 'J16',
    name: 'keeps a revoked token out until it would have expired, in every spelling',
    appliesTo: (strategy) => usesTokens(strategy) && isRevocable(strategy),
    async run(subject) {
      const loggedInAt = subject.now()
      const forger = await openForger(subject)
      const own = forger.issued ?? (await subject.login())
      assert.equal((await subject.logout(own)).status, 204, 'logout')
      await assertRefusedInTime(subject, own, 'after logout')
      for (const other of [`${own}=`, ` ${own}`, own.toUpperCase(), own.slice(0, -1) + flipLowestBit(own)]) {
        assertRefused(await subject.me(other), other.slice(-4))
      }
      // Another text with the same id, as an elliptic-curve signature can be written in two ways.
      if (forger.issued !== null) {
        assertRefused(await subject.me(await forger.token({ claims: { again: 1 } })), 'signed again')
      }
      await subject.advance(subject.ttlSeconds - 1 - (subject.now() - loggedInAt) / 1000)
      assertRefused(await subject.me(own), 'one second before it would have expired')
    },
  },
]

/** A last character that decodes to the same bytes wherever the lowest bit is unused. */
function flipLowestBit(credential: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(credential.at(-1) ?? '') ^ 1)
}
