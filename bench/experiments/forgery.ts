import { startCanary } from '../../servers/conformance/harness/canary.ts'
import { generateKeys } from '../../servers/tokens/keys.ts'
import {
  type AttackId,
  attackIds,
  CONFIGURATIONS,
  type Configuration,
  type ForgeryObservation,
  KEY_KINDS,
  type KeyKind,
  LIBRARIES,
  type Library,
} from '../../src/experiments/forgery/observation.ts'
import type { ExperimentContext, ExperimentRun } from '../trials/experiment.ts'
import type { AttackSet } from './forgery/attacks.ts'
import { isAccepted, type Outcome, outcomesOf } from './forgery/outcomes.ts'
import type { Verify } from './forgery/verifiers.ts'

/** Some dozens of signatures. */
const LIMIT_MS = 60_000

type Context = ExperimentContext<ForgeryObservation>

interface Cell {
  readonly library: Library
  readonly configuration: Configuration
  readonly kind: KeyKind
}

/** What a server that refuses everything would refuse as well tells nothing. */
async function assertGood(verify: Verify, { good }: AttackSet, user: string): Promise<void> {
  if ((await verify(good)) !== user) throw new Error('a good token speaks for somebody else')
}

async function cellsOf(context: Context, cell: Cell, set: AttackSet, hits: () => number): Promise<void> {
  const { VERIFIERS, versionOf } = await import('./forgery/verifiers.ts')
  const { USER } = await import('./forgery/attacks.ts')
  const { library, configuration, kind } = cell
  const { keys, token, ttlSeconds } = context
  const open = (jwk = keys[kind]) =>
    VERIFIERS[library](configuration, { kind, jwk, keys, token, ttlSeconds }, context)
  const verify = await open()
  const attempt = async (attack: AttackId): Promise<readonly Outcome[]> => {
    if (attack === 'weak-key') {
      return Promise.all(
        set.weakKeys.map(async ({ what, jwk, token: own }) => {
          const outcome = open(jwk).then((weak) => weak(own))
          return [what, await isAccepted(outcome)] as const
        }),
      )
    }
    return outcomesOf(verify, set.tokens[attack], hits)
  }
  for (const attack of attackIds) {
    if (attack === 'weak-key' && set.weakKeys.length === 0) continue
    await context.trial({ limitMs: LIMIT_MS }, async () => {
      await assertGood(verify, set, USER)
      const outcomes = await attempt(attack)
      await assertGood(verify, set, USER)
      return {
        library,
        version: versionOf(library),
        configuration,
        key: kind,
        attack,
        sent: outcomes.length,
        accepted: outcomes.flatMap(([what, accepted]) => (accepted ? [what] : [])),
      }
    })
  }
}

export const forgery: ExperimentRun<ForgeryObservation> = {
  needs: [],
  // Libraries are its subjects, not strategies.
  appliesTo: () => false,
  expectedMs: () => 8000,
  async run(context) {
    const otherKeys = await generateKeys()
    const canary = await context.keep(startCanary({ ...otherKeys }), ({ close }) => close())
    // What it loads is for whoever runs this and nobody else.
    const { attacksOn } = await import('./forgery/attacks.ts')
    const { keys, token, ttlSeconds } = context
    const props = { keys, otherKeys, token, ttlSeconds, address: canary.origin }
    for (const kind of KEY_KINDS) {
      const set = await attacksOn(kind, props)
      for (const library of LIBRARIES) {
        for (const configuration of CONFIGURATIONS) {
          await cellsOf(context, { library, configuration, kind }, set, canary.hits)
        }
      }
      context.say(`${kind} is done`)
    }
  },
}
