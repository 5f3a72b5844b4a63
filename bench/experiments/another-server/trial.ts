import { randomBytes } from 'node:crypto'
import { PUBLISHED_AHEAD_SECONDS } from '../../../servers/auth-server/signing-keys.ts'
import {
  type Attempts,
  signedByUs,
  type TokenMaker,
  tokenMaker,
} from '../../../servers/conformance/formats/forger.ts'
import {
  brokenSignatures,
  broughtKeys,
  namedKeys,
  publicKeyAsSecret,
  unsigned,
} from '../../../servers/conformance/formats/hostile-tokens.ts'
import type { Canary } from '../../../servers/conformance/harness/canary.ts'
import type { AuthStrategy, KeyMaterial } from '../../../servers/contract.ts'
import {
  type AnotherServerObservation,
  AWAY_SECONDS,
  type FloodObservation,
  type Holding,
  MADE_UP_NAMES,
  type MisusedObservation,
  type PhaseId,
  type ServedObservation,
} from '../../../src/experiments/another-server/observation.ts'
import { subjectName } from '../../load/http/probe.ts'
import type { Service, Services } from './services.ts'

const USERS = 10
const VICTIM = 'user-0009999'
const FORGERIES = 10
/** Names that are not known may lead to another fetch after it. */
const QUIET_SECONDS = 60
/** Around the moment in which the new key takes over. */
const ROTATION_SECONDS = [0, 1, PUBLISHED_AHEAD_SECONDS - 2, 1, 1]

export interface Trial {
  readonly strategy: AuthStrategy
  readonly world: Services
  /** Of somebody else. */
  readonly otherKeys: KeyMaterial
  /** Where somebody else publishes them. */
  readonly canary: Canary
}

/** Statuses of these credentials at each of these services. */
const asked = async (services: readonly Service[], credentials: readonly string[]) =>
  (
    await Promise.all(
      services.map(({ requests }) => Promise.all(credentials.map((credential) => requests.me(credential)))),
    )
  ).flat()

const withStatus = (statuses: readonly number[], status: number) =>
  statuses.filter((each) => each === status).length

async function phase(
  { strategy, world }: Trial,
  id: PhaseId,
  ask: () => Promise<readonly number[]>,
): Promise<ServedObservation> {
  let statuses: readonly number[] = []
  const calls = await world.callsDuring(async () => {
    statuses = await ask()
  })
  return {
    kind: 'served',
    strategy: strategy.id,
    phase: id,
    asked: statuses.length,
    served: withStatus(statuses, 200),
    unavailable: withStatus(statuses, 503),
    calls,
  }
}

const users = () => Array.from({ length: USERS }, (_, index) => subjectName(index))

/** Null: no signed token, or with a key that nobody here knows. */
async function makerOf(credential: string, { keys }: Services): Promise<TokenMaker | null> {
  const issued = await signedByUs(credential, keys)
  if (issued === null) return null
  return tokenMaker(keys, issued.algorithm, { ...issued.claims, sub: VICTIM }, issued.header)
}

/** What whoever has taken over a service makes of what it needs to verify. */
async function forged(
  { strategy, world, otherKeys, canary }: Trial,
  maker: TokenMaker | null,
): Promise<{ readonly holds: Holding; readonly credentials: readonly string[] }> {
  const credentialsOf = (...sets: readonly Attempts[]) => sets.flat().map(([, credential]) => credential)
  if (maker !== null && maker.algorithm === 'HS256') {
    const jti = () => randomBytes(16).toString('base64url')
    const tokens = Array.from({ length: FORGERIES }, () => maker.token({ claims: { jti: jti() } }))
    return { holds: 'the secret', credentials: await Promise.all(tokens) }
  }
  if (maker !== null) {
    const stranger = await tokenMaker(otherKeys, maker.algorithm, maker.claims(), maker.header()).token()
    const otherKey = otherKeys[maker.algorithm]
    return {
      holds: 'public keys',
      credentials: credentialsOf(
        unsigned(maker, stranger),
        publicKeyAsSecret(maker, world.keys),
        brokenSignatures(stranger, otherKeys),
        await broughtKeys(maker, otherKey, canary.origin),
        await namedKeys(maker, otherKey),
      ),
    }
  }
  if (world.authServer === null) {
    const [taken] = world.services
    const names = Array.from({ length: FORGERIES }, () => VICTIM)
    const holds = strategy.needs.includes('redis') ? 'the store' : 'the secret'
    return { holds, credentials: (await taken?.server.issue(names)) ?? [] }
  }
  const guesses = Array.from({ length: FORGERIES }, () => randomBytes(32).toString('base64url'))
  return { holds: strategy.needs.includes('redis') ? 'a right to ask' : 'public keys', credentials: guesses }
}

async function misuse(
  trial: Trial,
  maker: TokenMaker | null,
  presented: readonly string[],
): Promise<readonly MisusedObservation[]> {
  const { strategy, world, canary } = trial
  const { holds, credentials } = await forged(trial, maker)
  const [, ...others] = world.services
  const observed = async (how: MisusedObservation['how'], tokens: readonly string[]) => {
    const before = canary.hits()
    const statuses = await asked(others, tokens)
    // Who asks where a token says has let in whoever made it, one address further on.
    const accepted = Math.min(statuses.length, withStatus(statuses, 200) + canary.hits() - before)
    return { kind: 'misused', strategy: strategy.id, how, holds, sent: statuses.length, accepted } as const
  }
  return [await observed('forged', credentials), await observed('replayed', presented)]
}

/** Names of keys that nobody has: each could make a service ask for the keys. */
async function flood(
  { strategy, world }: Trial,
  maker: TokenMaker,
  credentials: readonly string[],
): Promise<readonly [ServedObservation, FloodObservation]> {
  world.advance(QUIET_SECONDS)
  const madeUp = await Promise.all(
    Array.from({ length: MADE_UP_NAMES }, (_, index) => maker.token({ header: { kid: `made-up-${index}` } })),
  )
  const statuses: { good: readonly number[]; bad: readonly number[] } = { good: [], bad: [] }
  const fetches = await world.callsDuring(async () => {
    const [bad, good] = await Promise.all([asked(world.services, madeUp), asked(world.services, credentials)])
    Object.assign(statuses, { bad, good })
  })
  return [
    {
      kind: 'served',
      strategy: strategy.id,
      phase: 'flood',
      asked: statuses.good.length,
      served: withStatus(statuses.good, 200),
      unavailable: withStatus(statuses.good, 503),
      calls: fetches,
    },
    {
      kind: 'flood',
      strategy: strategy.id,
      services: world.services.length,
      sent: statuses.bad.length,
      accepted: withStatus(statuses.bad, 200),
      fetches,
    },
  ]
}

async function rotation(trial: Trial, issuer: Service, old: readonly string[]): Promise<ServedObservation> {
  const { world } = trial
  await world.authServer?.rotateKeys()
  return phase(trial, 'rotation', async () => {
    const statuses: number[] = []
    for (const seconds of ROTATION_SECONDS) {
      world.advance(seconds)
      const fresh = await issuer.server.issue(users())
      statuses.push(...(await asked(world.services, [...fresh, ...old])))
    }
    return statuses
  })
}

/** Users log in at one service, or at the auth server, and go on to others. */
export async function trialOf(trial: Trial): Promise<readonly AnotherServerObservation[]> {
  const { strategy, world } = trial
  const [issuer, ...others] = world.services
  if (issuer === undefined) throw new Error('no service')
  let credentials = await issuer.server.issue(users())
  const first = await phase(trial, 'others', () => asked(others, credentials))
  const second = await phase(trial, 'again', () => asked(others, credentials))
  const [credential = ''] = credentials
  const maker = await makerOf(credential, world)
  const misused = await misuse(trial, maker, credentials)
  const rotates = world.authServer !== null && strategy.state === 'stateless'
  const keyed = rotates && maker !== null ? await flood(trial, maker, credentials) : []
  const rotated = rotates ? [await rotation(trial, issuer, credentials)] : []
  credentials = await issuer.server.issue(users())
  await asked(others, credentials)
  if (world.authServer === null) await issuer.server.close()
  else await world.authServer.close()
  // Long enough for every cache of answers, and for the keys to be renewed if they could.
  world.advance(AWAY_SECONDS)
  const alone = await phase(trial, 'issuer down', () => asked(others, credentials))
  const restarted = await world.start()
  const anew = await phase(trial, 'restarted', () => asked([restarted], credentials))
  return [first, second, ...rotated, ...keyed, alone, anew, ...misused]
}
