import { AssertionError } from 'node:assert/strict'
import { compactDecrypt } from 'jose'
import { beforeAll, expect, test, vi } from 'vitest'
import { type ConformanceOutcome, isUnexpected } from '../../src/checklist/rows.ts'
import { type AuthStrategy, StoreUnavailableError } from '../contract.ts'
import hmacTicket from '../examples/hmac-ticket.ts'
import { STRATEGIES } from '../registry.ts'
import { otherTestKeys, testKeys } from '../testing/test-deps.ts'
import { isCanonicalBase64url } from '../tokens/claims.ts'
import { encryptionSecret } from '../tokens/keys.ts'
import { checkStrategy, STRATEGY_LIMIT_MS } from './check.ts'
import type { ConformanceEnvironment } from './harness/checked-server.ts'
import { canBeStall, TooLateError, UnexpectedReplyError } from './harness/own-delay.ts'

let environment: ConformanceEnvironment

beforeAll(async () => {
  const [keys, otherKeys] = await Promise.all([testKeys(), otherTestKeys()])
  environment = { keys, otherKeys, redis: null, signal: new AbortController().signal }
})

async function itemsWith(outcome: ConformanceOutcome, strategy: AuthStrategy): Promise<string[]> {
  const rows = await checkStrategy(strategy, environment)
  return (rows ?? []).filter((row) => row.outcome === outcome).map(({ item }) => item)
}

test('a session that a logout does not end, that is found by a part of its id, and that is printed', async () => {
  const printed = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const good = STRATEGIES['session-memory']
  const broken = await itemsWith('unexpected failure', {
    ...good,
    async open(deps) {
      const sessions = await good.open(deps)
      return {
        ...sessions,
        verify(credential, request) {
          if (credential !== undefined) process.stderr.write(`${credential}\n`)
          return sessions.verify(credential?.slice(0, 43), request)
        },
        revoke() {},
        revokeAll() {},
      }
    },
  })
  printed.mockRestore()
  expect(broken).toEqual(['S03', 'S05', 'S06', 'S07', 'S08', 'C04'])
})

test('a token that is only decoded', async () => {
  const broken = await itemsWith('unexpected failure', {
    ...STRATEGIES['jwt-hs256-fast'],
    async open(deps) {
      const tokens = await STRATEGIES['jwt-hs256-fast'].open(deps)
      return {
        ...tokens,
        verify(credential = '') {
          const [, payload = ''] = credential.split('.')
          try {
            const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString())
            return typeof sub === 'string' ? { sub, claims: {} } : null
          } catch {
            return null
          }
        },
      }
    },
  })
  expect(broken).toEqual('J01 J02 J03 J04 J05 J06 J07 J08 J09 J10 J11 J12 J13 J19'.split(' '))
})

test('an encrypted token of whose claims only the expiry is read', async () => {
  const good = STRATEGIES.jwe
  const broken = await itemsWith('unexpected failure', {
    ...good,
    async open(deps) {
      const tokens = await good.open(deps)
      const key = Uint8Array.from(encryptionSecret(deps.keys.A256GCM))
      return {
        ...tokens,
        async verify(credential = '') {
          if (!credential.split('.').every((part) => part === '' || isCanonicalBase64url(part))) return null
          try {
            const { plaintext } = await compactDecrypt(credential, key, { maxDecompressedLength: 0 })
            const { sub, exp } = JSON.parse(new TextDecoder().decode(plaintext))
            return exp > deps.now() / 1000 ? { sub, claims: {} } : null
          } catch {
            return null
          }
        },
      }
    },
  })
  for (const item of ['J10', 'J11', 'J12', 'J13', 'E01']) expect(broken).toContain(item)
})

test('a PASETO that is only decoded', async () => {
  const broken = await itemsWith('unexpected failure', {
    ...STRATEGIES['paseto-v4'],
    async open(deps) {
      const tokens = await STRATEGIES['paseto-v4'].open(deps)
      return {
        ...tokens,
        async verify(credential = '') {
          try {
            const payload = Buffer.from(credential.split('.')[2] ?? '', 'base64url').subarray(0, -64)
            const { sub } = JSON.parse(payload.toString())
            return typeof sub === 'string' ? { sub, claims: {} } : null
          } catch {
            return null
          }
        },
      }
    },
  })
  const items = 'J03 J04 J05 J06 J07 J08 J09 J10 J11 J12 J13'.split(' ')
  expect(broken).toEqual(expect.arrayContaining(items))
})

test('what needs a key that nobody here has is not said to be kept', async () => {
  const untested = await itemsWith('not applicable', hmacTicket)
  for (const item of ['J03', 'J06', 'J10', 'J11']) expect(untested).toContain(item)
})

test('a declaration that is better than the strategy, and one that is worse', async () => {
  const good = STRATEGIES['jwt-hs256-fast']
  const exceptions = {
    S05: exceptionFor('refuses a credential after logout, as soon as it declares'),
    // The case that fails is another one.
    S06: exceptionFor('leaves other credentials of the subject alone at a logout'),
    J01: exceptionFor('rejects unsigned tokens, whatever the case of "none"'),
    R01: exceptionFor('gives refresh tokens that nobody can guess'),
  }
  expect(await itemsWith('expected failure', { ...good, exceptions })).toEqual(['S05'])
  expect(await itemsWith('unexpected failure', { ...good, exceptions })).toEqual(['S06'])
  expect(await itemsWith('unexpected pass', { ...good, exceptions })).toEqual(['J01', 'R01'])
})

test('a server that does not start fails everything, whatever it declares', async () => {
  const open = () => Promise.reject(new Error('no start'))
  const exceptions = { S05: exceptionFor('refuses a credential after logout, as soon as it declares') }
  const strategy = { ...STRATEGIES['session-memory'], exceptions, open }
  const failed = await itemsWith('unexpected failure', strategy)
  expect(failed).toContain('S05')
  expect(failed).toContain('C04')
  expect(await itemsWith('expected failure', strategy)).toEqual([])
})

test('a strategy that hangs fails, in the end, what was not checked by then', {
  timeout: 10_000,
}, async () => {
  const never = new Promise<never>(() => {})
  let outOfTime = () => {}
  const rows = await checkStrategy(
    {
      ...STRATEGIES['session-memory'],
      async open(deps) {
        const sessions = await STRATEGIES['session-memory'].open(deps)
        const verify = () => {
          outOfTime()
          return never
        }
        return { ...sessions, verify, close: () => never }
      },
    },
    environment,
    (milliseconds, onEnd) => {
      if (milliseconds === STRATEGY_LIMIT_MS) outOfTime = onEnd
      else setImmediate(onEnd)
      return () => {}
    },
  )
  const details = new Set(rows?.filter(isUnexpected).map(({ detail }) => detail?.split('; ').at(-1)))
  expect(rows?.filter(({ outcome }) => outcome === 'pass')).toEqual([])
  expect(rows?.filter(isUnexpected).length).toBeGreaterThan(10)
  for (const detail of details) expect(detail).toContain('ran out of time')
})

const exceptionFor = (name: string) => ({ reason: 'reason', cases: [name] })

test('a server that does not close is told, and takes nothing from the rest', async () => {
  const good = STRATEGIES['jwt-hs256-fast']
  const broken = await itemsWith('unexpected failure', {
    ...good,
    open: async (deps) => ({
      ...(await good.open(deps)),
      close: () => Promise.reject(new Error('no close')),
    }),
  })
  // The other two close servers of their own.
  expect(broken).toEqual(['J04', 'J15', 'A01'])
})

test('a weakness that nobody here can try is declared in vain, not in error', async () => {
  const rows = await checkStrategy(
    {
      ...hmacTicket,
      exceptions: {
        ...hmacTicket.exceptions,
        J10: { reason: 'by design', cases: ['rejects a token from the future'] },
      },
    },
    environment,
  )
  expect(rows?.find(({ item }) => item === 'J10')).toMatchObject({ outcome: 'not applicable', detail: null })
})

/** The first good credentials that it is shown are answered so; later ones are what they are. */
function wrongAtFirst(times: number, answer: () => null): AuthStrategy {
  const good = STRATEGIES['session-memory']
  let left = times
  return {
    ...good,
    async open(deps) {
      const sessions = await good.open(deps)
      return {
        ...sessions,
        async verify(credential, request) {
          const identity = await sessions.verify(credential, request)
          if (identity === null || left === 0) return identity
          left -= 1
          return answer()
        },
      }
    },
  }
}

function noAnswer(): never {
  throw new StoreUnavailableError(new Error('no answer'))
}

const checkedBeside = (lateMs: number, strategy: AuthStrategy) =>
  checkStrategy(strategy, environment, undefined, () => ({ lateMs: () => lateMs, [Symbol.dispose]() {} }))

test('a case without an answer while the machine kept the process from running is tried again, and the row says so', async () => {
  const rows = (await checkedBeside(250, wrongAtFirst(1, noAnswer))) ?? []
  expect(rows.filter(isUnexpected)).toEqual([])
  expect(
    rows.flatMap(({ outcome, detail }) => (outcome === 'pass' && detail !== null ? [detail] : [])),
  ).toEqual([expect.stringMatching(/: kept at try 2, after .*503/s)])
})

test('a case that goes on without an answer fails at its sixth try, and the row says so', async () => {
  const rows = (await checkedBeside(250, wrongAtFirst(6, noAnswer))) ?? []
  expect(rows.filter(isUnexpected).map(({ detail }) => detail)).toEqual([
    expect.stringMatching(/503.* \(at try 6\)$/s),
  ])
})

test.each([
  ['gets no answer, while nothing disturbed the machine', 249, noAnswer],
  ['is refused wrongly, however disturbed the machine is', 5000, () => null],
])('a case that once %s is not tried again', async (_, lateMs, answer) => {
  const rows = (await checkedBeside(lateMs, wrongAtFirst(1, answer))) ?? []
  expect(rows.filter(isUnexpected)).toHaveLength(1)
})

test('what a stall can make is no answer, a late one and a 503, and no other answer', () => {
  const failing = (actual: unknown) => new AssertionError({ actual, expected: 401, operator: 'strictEqual' })
  const reply = (status: number) => new UnexpectedReplyError('POST /login', { status, body: '' })
  const [late, hungUp] = [new TooLateError({ message: 'still 200' }), new Error('socket hang up')]
  expect([late, hungUp, failing(503), failing([503, '']), reply(503)].map(canBeStall)).not.toContain(false)
  const verdicts = [200, 401, 500, [200, 503], [], false, undefined].map(failing)
  expect([...verdicts, reply(500), reply(401)].map(canBeStall)).not.toContain(true)
})
