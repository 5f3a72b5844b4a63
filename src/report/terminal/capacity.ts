import type { Demand, Need, Unit } from '../../capacity/capacity.ts'
import type { CapacityInputs } from '../../capacity/inputs.ts'
import { isDifferent, isOutOfProportion } from '../../capacity/linearity.ts'
import type { Estimate } from '../../results/results.ts'
import {
  formatBytes,
  formatDuration,
  formatEstimate,
  formatList,
  formatNumber,
  formatPercent,
} from '../../units.ts'
import { worldText } from '../../worlds/words.ts'
import { USUAL_WORLD, type World } from '../../worlds/world.ts'
import {
  type Block,
  estimateCell,
  MISSING,
  type Section,
  type Table,
  type TableCell,
  textCell,
} from '../model.ts'

export interface CapacityScreen {
  readonly inputs: CapacityInputs
  /** What of it was said. */
  readonly given: readonly (keyof CapacityInputs)[]
  readonly needs: readonly Need[]
  /** Which run it is, and what is to be known of it. */
  readonly origin: string
  /** In which it was measured; absent: the usual one. */
  readonly world: World | undefined
}

/** What the numbers rest on, and what is in none of them. */
function assumptions(world: World | undefined): readonly string[] {
  const own = worldText(world ?? USUAL_WORLD)
  return [
    'Cores of Redis and of auth servers grow in proportion to requests: assumed.',
    'A Redis shard is full at the planned use of one core, because it runs commands in one thread; every region has the whole store and its share of the requests.',
    'Every user refreshes once in the life of a token.',
    'Intervals are those of what was measured; what you named and what is assumed has none.',
    own === null
      ? 'Not in it: your handler, TLS, links.'
      : `In the run ${own}: what that costs is in the numbers.`,
    'Not in it either: bodies, balancers, TCP, a client that speaks to a cluster, a reserve for failover, keys that are asked for more than others.',
  ]
}

const cell = (estimate: Estimate | null): TableCell => (estimate === null ? MISSING : estimateCell(estimate))

/** `2 [1, 2]`: there is no half of one. */
const shardsText = ({ value, low, high }: Estimate): string =>
  low === null || high === null || low === high
    ? formatNumber(value)
    : `${formatNumber(value)} [${formatNumber(low)}, ${formatNumber(high)}]`

function inputsTable(
  { requestsPerSecond, users, ttlSeconds, regions, utilisation }: CapacityInputs,
  given: CapacityScreen['given'],
): Table {
  const row = (title: string, text: string | null, name: keyof CapacityInputs) => [
    textCell(title),
    text === null ? MISSING : textCell(text),
    textCell(text === null ? 'not said' : given.includes(name) ? 'yours' : 'default', 'muted'),
  ]
  return {
    caption: 'What is asked for',
    columns: ['Input', 'Value', 'From'].map((title) => ({ title, unit: null })),
    rows: [
      row('Requests per second', formatNumber(requestsPerSecond), 'requestsPerSecond'),
      row('Users who are logged in', users === null ? null : formatNumber(users), 'users'),
      row('Life of a token', ttlSeconds === null ? null : formatDuration(ttlSeconds * 1000), 'ttlSeconds'),
      row('Regions', formatNumber(regions), 'regions'),
      row('Planned use of a core', formatPercent(utilisation), 'utilisation'),
    ],
    note: '',
  }
}

/** Columns in which no strategy has a number are left out. */
function tableOf<Row extends object>(
  needs: readonly Need[],
  {
    caption,
    note,
    of,
    columns,
  }: {
    readonly caption: string
    readonly note: string
    readonly of: (need: Need) => Row
    readonly columns: readonly {
      readonly of: (row: Row) => Estimate | null
      readonly title: string
      readonly unit: string | null
      readonly text?: (estimate: Estimate) => string
    }[]
  },
): Table {
  const used = columns.filter((column) => needs.some((need) => column.of(of(need)) !== null))
  return {
    caption,
    columns: [{ title: 'Strategy', unit: null }, ...used.map(({ title, unit }) => ({ title, unit }))],
    rows: needs.map((need) => [
      { ...textCell(need.title), state: need.state },
      ...used.map(({ of: read, text }) => {
        const estimate = read(of(need))
        return estimate === null || text === undefined ? cell(estimate) : textCell(text(estimate))
      }),
    ]),
    note,
  }
}

const demandTable = (needs: readonly Need[]): Table =>
  tableOf<Demand>(needs, {
    caption: 'What it needs',
    note: '',
    of: ({ demand }) => demand,
    columns: [
      { of: ({ serverCores }) => serverCores, title: 'Servers', unit: 'cores' },
      { of: ({ redisCores }) => redisCores, title: 'Redis', unit: 'cores' },
      { of: ({ redisShards }) => redisShards, title: 'Redis shards', unit: null, text: shardsText },
      { of: ({ authCores }) => authCores, title: 'Auth', unit: 'cores' },
      { of: ({ headsMbit }) => headsMbit, title: 'Heads', unit: 'Mbit/s' },
      { of: ({ redisMbit }) => redisMbit, title: 'To Redis', unit: 'Mbit/s' },
    ],
  })

const unitTable = (needs: readonly Need[], origin: string): Table =>
  tableOf<Unit>(needs, {
    caption: 'What one request takes, measured',
    note: `From ${origin}`,
    of: ({ unit }) => unit,
    columns: [
      { of: ({ serverUs }) => serverUs, title: 'Server', unit: 'us/req' },
      { of: ({ redisUs }) => redisUs, title: 'Redis', unit: 'us/req' },
      { of: ({ authUs }) => authUs, title: 'Auth', unit: 'us/req' },
      { of: ({ refresh }) => refresh.serverUs, title: 'A refresh: server', unit: 'us' },
      { of: ({ refresh }) => refresh.redisUs, title: 'A refresh: Redis', unit: 'us' },
      { of: ({ requestBytes }) => requestBytes, title: 'Request', unit: 'B' },
      { of: ({ responseBytes }) => responseBytes, title: 'Answer', unit: 'B' },
      { of: ({ redisBytes }) => redisBytes, title: 'To Redis', unit: 'B/req' },
      { of: ({ bytesPerEntry }) => bytesPerEntry, title: 'An entry', unit: 'B' },
    ],
  })

function memoryItems(needs: readonly Need[]): readonly string[] {
  const text = ({ value, low, high }: Estimate) =>
    low === null || high === null || low === high
      ? formatBytes(value)
      : `${formatBytes(value)} [${formatBytes(low)}, ${formatBytes(high)}]`
  return needs.flatMap(({ title, demand: { storeBytes } }) =>
    storeBytes === null ? [] : [`${title}: ${text(storeBytes)}`],
  )
}

const SHOWN_TITLES = 3

/** Whether more servers serve in proportion more: what was measured of it, and what that does to the cores. */
function proportionItems(needs: readonly Need[]): readonly string[] {
  const measured = needs.flatMap((need) => {
    const most = need.scaling.at(-1)
    if (most === undefined) return []
    const at = formatList(need.scaling.map(({ instances }) => `${instances}`))
    const percents = need.scaling.map(({ percentOfOne }) => formatEstimate(percentOfOne, '%'))
    const text = (estimate: Estimate) => formatEstimate(estimate, 'cores')
    const { serverCores } = need.demand
    const verdict =
      need.scaledCores !== null && serverCores !== null
        ? `So cores do not grow in proportion: with what a request takes at ${most.instances} it is ${text(need.scaledCores)} of servers, not ${text(serverCores)}. What it takes beyond ${most.instances} was not measured.`
        : isOutOfProportion(most)
          ? 'So cores do not grow in proportion.'
          : need.scaling.some(isDifferent)
            ? 'Whether cores grow in proportion is not shown by it, and assumed.'
            : most.percentOfOne.low === null
              ? 'Too few rounds for an interval: that cores grow in proportion is assumed.'
              : `No difference is shown; beyond ${most.instances} it is assumed.`
    return [
      `${need.title}: measured: CPU per request at ${at} instances is ${formatList(percents)} of that at 1. ${verdict}`,
    ]
  })
  const rest = needs.filter(({ scaling }) => scaling.length === 0).map(({ title }) => title)
  const names = rest.length > SHOWN_TITLES ? `${rest.length} strategies` : formatList(rest)
  return [
    ...measured,
    ...(needs.some(({ scaling }) => scaling.some(({ tookTurns }) => tookTurns))
      ? [
          'Instances took turns on a core in that measurement, for want of more: what is not in proportion may be due to that, and not to their number.',
        ]
      : []),
    ...(rest.length === 0
      ? []
      : [`${names}: assumed, not measured: run \`authbench run --scenarios verify,scale-out\`.`]),
  ]
}

/** What a load needs, where each number comes from, and what is assumed. */
export function capacitySections({
  inputs,
  given,
  needs,
  origin,
  world,
}: CapacityScreen): readonly Section[] {
  const memory = memoryItems(needs)
  const missing = needs.flatMap(({ title, missing: own }) =>
    own.length === 0 ? [] : [`${title}: ${own.join(', ')}`],
  )
  const list = (title: string, items: readonly string[]): readonly Block[] =>
    items.length === 0 ? [] : [{ kind: 'list', title, items }]
  return [
    {
      id: 'capacity',
      title: 'What a load needs',
      blocks: [
        { kind: 'table', table: demandTable(needs) },
        ...list('Whether cores of servers grow in proportion to requests', proportionItems(needs)),
        ...list('Memory of the stores', memory),
        ...list('Not measured in this run, and not counted', missing),
        { kind: 'table', table: inputsTable(inputs, given) },
        { kind: 'table', table: unitTable(needs, origin) },
        ...list('What it rests on', assumptions(world)),
      ],
    },
  ]
}
