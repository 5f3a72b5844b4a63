import { keyOf } from '../analysis/subject.ts'
import type { Input } from '../results/inputs.ts'
import type { Results, RunConfig } from '../results/results.ts'
import { formatList, formatNumber } from '../units.ts'
import { worldText } from '../worlds/words.ts'
import { USUAL_WORLD } from '../worlds/world.ts'

/**
 * - `label`: said beside the verdicts
 * - the others: such metrics are shown and not judged
 */
export type Consequence =
  | 'label'
  | 'throughput and latency not judged'
  | 'timed metrics not judged'
  | 'timed metrics and allocation not judged'
  | 'timed metrics, allocation and bytes not judged'
  | 'nothing is judged'

/** Something in which two stored runs differ. */
export interface Difference {
  readonly what: string
  readonly base: string
  readonly head: string
  readonly consequence: Consequence
}

interface Fact {
  readonly what: string
  readonly consequence: Consequence
  read(results: Results): string
}

const timed = (what: string, read: Fact['read']): Fact => ({
  what,
  read,
  consequence: 'timed metrics not judged',
})
/** What other code is compiled of, or runs. */
const compiled = (what: string, read: Fact['read']): Fact => ({
  what,
  read,
  consequence: 'timed metrics and allocation not judged',
})
const label = (what: string, read: Fact['read']): Fact => ({ what, read, consequence: 'label' })

const major = (version: string | null): string => version?.split('.')[0] ?? 'none'
const listText = (words: readonly string[]): string => (words.length === 0 ? 'none' : formatList(words))

/** Of files of earlier versions. */
const NOT_RECORDED = 'not recorded'

/** What time depends on, and what a reader wants to know of. */
const FACTS: readonly Fact[] = [
  timed('processor', ({ environment }) => environment.cpu),
  timed('cores', ({ environment }) => `${environment.cores}`),
  timed('CPU quota', ({ environment: { quotaCores } }) => (quotaCores == null ? 'none' : `${quotaCores}`)),
  compiled('platform', ({ environment }) => environment.platform),
  compiled('Node.js', ({ environment }) => environment.node),
  compiled('Node.js flags', ({ environment }) => listText(environment.nodeFlags)),
  timed('Redis, major version', ({ environment }) => major(environment.redis)),
  timed('Redis or Valkey', ({ environment: { redis, redisProduct } }) =>
    redis === null ? 'none' : (redisProduct ?? NOT_RECORDED),
  ),
  timed('TLS to Redis', ({ environment: { redis, redisTls } }) =>
    redis === null ? 'none' : redisTls === undefined ? NOT_RECORDED : redisTls ? 'yes' : 'no',
  ),
  {
    what: 'masters of Redis',
    // Keys of a cluster are longer, and another library is in use.
    consequence: 'timed metrics, allocation and bytes not judged',
    read: ({ environment: { redis, redisMasters = 1 } }) => (redis === null ? 'none' : `${redisMasters}`),
  },
  label('variables of the servers', ({ environment: { variables } }) =>
    variables === undefined ? NOT_RECORDED : listText(variables),
  ),
  timed('source of CPU times', ({ environment }) => environment.cpuSource),
  timed('pinning', ({ environment: { pinning } }) =>
    [pinning.server, pinning.redis, pinning.generator].map((core) => core ?? 'free').join(', '),
  ),
  {
    what: 'load from',
    consequence: 'throughput and latency not judged',
    read: ({ environment: { agents } }) =>
      agents === undefined
        ? 'one generator beside the servers'
        : `agents: ${agents.map(({ isHere }) => (isHere ? 'here' : 'elsewhere')).join(', ')}`,
  },
  label('kernel', ({ environment }) => environment.kernel),
  label('lock file', ({ environment }) => environment.lockfileHash ?? 'unknown'),
  label('authbench', ({ run }) => run.authbench),
  label('strategies', ({ config }) => listText(config.strategies)),
  label('scenarios', ({ config }) => listText(config.scenarios)),
]

/** Settings that do not change what is measured at one point, or that are among the facts. */
const FREE_SETTINGS: readonly string[] = [
  'rounds',
  'seed',
  'strategies',
  'scenarios',
  'experiments',
  'entries',
]
/** Settings that change what is sent. */
const WIRE_SETTINGS: readonly string[] = ['transport', 'extraClaims']
/** In another one a handler asks Redis, or credentials are larger: not even counts are of the same thing. */
const WORLD = 'world'

const settingText = (value: Omit<RunConfig, 'world'>[keyof Omit<RunConfig, 'world'>]): string =>
  Array.isArray(value) ? listText(value.map(String)) : `${value ?? 'not set'}`

/** Every setting of the method, whatever its name: one that is added later is compared too. */
function settingsOf({ config }: Results): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  const { world = USUAL_WORLD, ...rest } = config
  for (const [name, value] of Object.entries(rest)) {
    if (!FREE_SETTINGS.includes(name)) settings.set(name, settingText(value))
  }
  return settings.set(WORLD, worldText(world) ?? 'as usual')
}

function settingDifferences(base: Results, head: Results): readonly Difference[] {
  const [before, after] = [settingsOf(base), settingsOf(head)]
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [one = 'not set', other = 'not set'] = [before.get(name), after.get(name)]
    const consequence =
      name === WORLD
        ? ('nothing is judged' as const)
        : WIRE_SETTINGS.includes(name)
          ? ('timed metrics, allocation and bytes not judged' as const)
          : ('timed metrics and allocation not judged' as const)
    return one === other ? [] : [{ what: `setting ${name}`, base: one, head: other, consequence }]
  })
}

/** Of scenarios that both have, and of which one has its own. */
function connectionDifferences(base: Results, head: Results): readonly Difference[] {
  return base.scenarios.flatMap(({ id, connections: own }) => {
    const other = head.scenarios.find((scenario) => scenario.id === id)
    if (other === undefined || own === other.connections) return []
    const [before, after] = [own ?? base.config.connections, other.connections ?? head.config.connections]
    return before === after
      ? []
      : [
          {
            what: `connections of ${id}`,
            base: `${before}`,
            head: `${after}`,
            consequence: 'timed metrics and allocation not judged' as const,
          },
        ]
  })
}

/** What one side does not tell is said, and forbids nothing: it was so before it was recorded. */
const known = (base: string, head: string, consequence: Consequence): Consequence =>
  base === NOT_RECORDED || head === NOT_RECORDED ? 'label' : consequence

/** Own code and the place of an endpoint are what is compared; other tokens and requests make every number another one. */
const SENT: readonly string[] = ['claims', 'credentials', 'request', 'headers']
const RENEWED: readonly string[] = ['credentials', 'headers']
const consequenceOf = (what: string): Consequence =>
  SENT.includes(what) ? 'timed metrics, allocation and bytes not judged' : 'label'

const inputText = (input: Input | undefined): string => {
  if (input === undefined) return 'none'
  const bytes = input.bytes === null ? [] : [`${formatNumber(input.bytes)} B`]
  return [...(input.shown === null ? [] : [input.shown]), ...bytes, `hash ${input.hash}`].join(', ')
}

function inputDifferences({ inputs: base }: Results, { inputs: head }: Results): readonly Difference[] {
  if (base === undefined && head === undefined) return []
  if (base === undefined || head === undefined) {
    const text = (inputs: readonly Input[] | undefined) =>
      inputs === undefined ? NOT_RECORDED : listText(inputs.map(({ what }) => what))
    return [{ what: 'inputs', base: text(base), head: text(head), consequence: 'label' }]
  }
  const kinds = [...new Set([...base, ...head].map(({ what }) => what))]
  return kinds.flatMap((what) => {
    const [one, other] = [base, head].map((inputs) => inputs.find((input) => input.what === what))
    if (one?.hash === other?.hash && one?.bytes === other?.bytes && one?.shown === other?.shown) return []
    // As many of the same sizes are new ones of the same kind.
    const renewed = RENEWED.includes(what) && one?.shown === other?.shown && one?.bytes === other?.bytes
    return [
      {
        what,
        base: inputText(one),
        head: inputText(other),
        consequence: renewed ? ('label' as const) : consequenceOf(what),
      },
    ]
  })
}

/** Strategies at points that only one of the two has values of: they cannot be judged, and must not go unseen. */
function unmatched(base: Results, head: Results): readonly Difference[] {
  const subjects = ({ rounds }: Results) =>
    new Map(
      rounds
        .filter(({ arm }) => arm === 'main')
        .map((row) => [
          JSON.stringify([row.strategy, keyOf(row)]),
          [row.strategy, row.scenario, ...Object.entries(row.params).flat()].join(' '),
        ]),
    )
  const [before, after] = [subjects(base), subjects(head)]
  const only = (own: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) =>
    listText([...own].filter(([key]) => !other.has(key)).map(([, name]) => name))
  const [lost, added] = [only(before, after), only(after, before)]
  return lost === added
    ? []
    : [{ what: 'measured on one side only', base: lost, head: added, consequence: 'label' }]
}

/** In what two stored runs differ, and what follows from it; empty where they can be compared in everything. */
export function differencesBetween(base: Results, head: Results): readonly Difference[] {
  const sound = base.validity.verdict === 'ok' && head.validity.verdict === 'ok'
  return [
    ...(sound
      ? []
      : [
          {
            what: 'verdict of the run',
            base: base.validity.verdict,
            head: head.validity.verdict,
            consequence: 'timed metrics and allocation not judged' as const,
          },
        ]),
    ...(base.run.id === head.run.id
      ? [{ what: 'the same run', base: base.run.id, head: head.run.id, consequence: 'label' as const }]
      : []),
    ...FACTS.flatMap(({ what, consequence, read }) =>
      read(base) === read(head)
        ? []
        : [
            {
              what,
              base: read(base),
              head: read(head),
              consequence: known(read(base), read(head), consequence),
            },
          ],
    ),
    ...inputDifferences(base, head),
    ...settingDifferences(base, head),
    ...connectionDifferences(base, head),
    ...unmatched(base, head),
  ]
}
