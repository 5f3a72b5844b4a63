import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { SCENARIOS } from '../../bench/scenarios/registry.ts'
import { describeScenario, type Scenario } from '../../bench/scenarios/scenario.ts'
import { readResults } from '../../bench/store/results-folder.ts'
import { STRATEGIES, strategyIds, usualStrategies } from '../../servers/registry.ts'
import { CHECKLIST, CHECKLIST_GROUPS } from '../../src/checklist/items.ts'
import { LIMITS, MINIMUM_GROWTH_BYTES, SEND_LAG_SHARE, SEND_LAG_US } from '../../src/checks/limits.ts'
import { CLAIMS } from '../../src/claims/registry.ts'
import { EXPERIMENTS } from '../../src/experiments/registry.ts'
import { METRICS } from '../../src/metrics/registry.ts'
import { resolveConfig } from '../../src/plan/config.ts'
import { PROFILES, type Profile } from '../../src/plan/profiles.ts'
import { familiesOf } from '../../src/report/groups/families.ts'
import { markdownOfSection } from '../../src/report/markdown/markdown.ts'
import { revocationText } from '../../src/report/words/phrases.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { formatBytes, formatList, formatNumber } from '../../src/units.ts'

const REFERENCE = new URL('../../results/reference/', import.meta.url)

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

function referenceRun(): string {
  const results = readResults(fileURLToPath(REFERENCE))
  const { run, environment, config, claims } = results
  const verdicts = [...Map.groupBy(claims, ({ verdict }) => verdict)].map(
    ([verdict, all]) => `${all.length} ${verdict}`,
  )
  return [
    // The others answer questions of their own.
    markdownOfSection(
      {
        ...results,
        summary: results.summary.filter(({ scenario }) => scenario === results.scenarios[0]?.id),
      },
      'decide',
    ) ?? '',
    `The article’s ${claims.length} claims: ${formatList(verdicts)}. One line for each is in the [summary](results/reference/summary.md), what decides it in [docs/claims.md](docs/claims.md).`,
    `Profile \`${run.profile}\`, ${config.rounds} rounds, seed ${run.seed}, ${run.startedAt.slice(0, 10)}, ${environment.cores} cores of ${environment.cpu}, ` +
      `Node ${environment.node}, Redis ${environment.redis ?? 'none'}${environment.redisOrigin === 'own' ? ' on the loopback' : ''}. ${environment.pinning.sentence} ` +
      'The whole run, raw cells included, is in [results/reference](results/reference).',
  ].join('\n\n')
}

function actionInputs(): readonly (readonly string[])[] {
  const { inputs } = actionSchema.parse(
    parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')),
  )
  return Object.entries(inputs).map(([name, { description, default: value }]) => [
    codes([name]),
    value === '' ? '–' : value.startsWith('${{') ? 'that of the job' : codes([value]),
    description,
  ])
}

const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string() })),
})

const ALL: readonly StrategyInfo[] = Object.values(STRATEGIES)
/** No generator signs a proof for each request. */
const LOADED = ALL.filter(({ proof }) => proof === undefined)
const codes = (ids: readonly string[]): string => ids.map((id) => `\`${id}\``).join(', ')

function strategyTables(): string {
  const { ttlSeconds } = resolveConfig(
    {},
    { strategies: strategyIds, scenarios: [] },
    { profile: 'quick', seed: 0, extraClaims: [] },
  )
  const tables = familiesOf(ALL).map(
    ({ title, members }) =>
      `**${title}**\n\n${table(
        ['id', 'strategy', 'revokes', 'trips', 'what is kept'],
        members.map((strategy) => [
          codes([strategy.id]),
          strategy.title,
          revocationText(strategy, ttlSeconds),
          String(strategy.roundTrips),
          strategy.stores ?? 'nothing',
        ]),
      )}`,
  )
  const background = ALL.filter((strategy) => strategy.background === true).map(({ id }) => id)
  const usual = `Measured when none are named: ${codes(usualStrategies)}. All of them: \`--strategies all\`. No scenario loads ${codes(ALL.filter(({ proof }) => proof !== undefined).map(({ id }) => id))}: its clients would have to sign every request. The experiment \`leak\` and the checklist have it.`
  const restless = `Ask Redis also when no request comes: ${codes(background)}.`
  return [...tables, usual, restless].join('\n\n')
}

/** A family instead of its members where none is missing. */
function namesOf(strategies: readonly StrategyInfo[]): string {
  const whole = familiesOf(ALL)
  const names = familiesOf(strategies).map(({ title, members }) =>
    whole.some((family) => family.title === title && family.members.length === members.length)
      ? `all “${title}”`
      : codes(members.map(({ id }) => id)),
  )
  return names.join('; ')
}

/** One row for an item and a reason. */
function exceptionRows(): readonly (readonly string[])[] {
  return CHECKLIST.flatMap(({ id, text }) => {
    const declaring = ALL.filter(({ exceptions }) => exceptions[id] !== undefined)
    const byReason = Map.groupBy(declaring, ({ exceptions }) => exceptions[id]?.reason ?? '')
    return [...byReason].map(([reason, strategies]) => [
      `${codes([id])} ${text}`,
      namesOf(strategies),
      reason,
    ])
  })
}

/** `users 1, 100, 10,000`. */
function pointsOf({ params }: Scenario): string {
  const names = [...new Set(params.flatMap((point) => Object.keys(point)))]
  const values = (name: string) => [
    ...new Set(
      params.flatMap(({ [name]: value = [] }) => (typeof value === 'number' ? formatNumber(value) : value)),
    ),
  ]
  return names.length === 0 ? '–' : names.map((name) => `${name}: ${values(name).join('; ')}`).join(', ')
}

const percent = (share: number | null) => (share === null ? '–' : `${share * 100} %`)

/** Parts of the documentation that are made from the code, and from the published run. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  result: referenceRun,
  strategies: strategyTables,
  exceptions: () => table(['item: the server ...', 'fails by design', 'because'], exceptionRows()),
  checklist: () =>
    table(
      ['items', 'about', 'number'],
      Object.entries(CHECKLIST_GROUPS).map(([letter, about]) => [
        letter,
        about,
        String(CHECKLIST.filter(({ id }) => id.startsWith(letter)).length),
      ]),
    ),
  claims: () =>
    table(
      ['claim', 'id', 'supported by', 'refuted by', 'decided in'],
      CLAIMS.map(({ id, text, supports, refutes, from }) => [
        text,
        codes([id]),
        supports,
        refutes,
        codes(from),
      ]),
    ),
  experiments: () =>
    table(
      ['id', 'what', 'question'],
      EXPERIMENTS.map(({ id, title, question }) => [codes([id]), title, question]),
    ),

  scenarios: () =>
    table(
      ['id', 'scenario', 'question', 'points', 'strategies'],
      SCENARIOS.map((scenario) => [
        codes([scenario.id]),
        scenario.title,
        scenario.question,
        pointsOf(scenario),
        String(describeScenario(scenario, LOADED).strategies?.length ?? 'all'),
      ]),
    ),
  profiles: () =>
    table(
      ['profile', 'rounds', 'windows for each strategy in a round', 'strategies', 'scenarios', 'for'],
      Object.entries<Profile>(PROFILES).map(
        ([id, { rounds, slicesPerRound, sliceMs, strategies, scenarios, experiments, purpose }]) => [
          codes([id]),
          String(rounds),
          `${slicesPerRound} × ${sliceMs} ms`,
          strategies === 'all' ? 'all' : strategies === 'usual' ? 'the usual ones' : codes(strategies),
          `${codes(scenarios)}${experiments === 'all' ? ', every experiment' : ''}`,
          purpose,
        ],
      ),
    ),
  'action-inputs': () => table(['input', 'default', 'what it is'], actionInputs()),
  metrics: () =>
    table(
      ['id', 'metric', 'unit', 'better'],
      METRICS.map(({ id, title, unit, better }) => [codes([id]), title, unit, better]),
    ),
  limits: () =>
    table(
      ['check', 'warns above', 'invalid above'],
      [
        ['unexpected statuses, errors, timeouts, reconnects', '–', 'none allowed'],
        [
          'processor time taken by the hypervisor (steal)',
          percent(LIMITS.steal.warn),
          percent(LIMITS.steal.invalid),
        ],
        [
          'time that a CPU quota of the container stopped processes',
          'any',
          percent(LIMITS.throttling.invalid),
        ],
        [
          'CPU time that may be missing because threads or child processes ended',
          percent(LIMITS.cpuLag.warn),
          percent(LIMITS.cpuLag.invalid),
        ],
        ['processor time of other programs', percent(LIMITS.foreign.warn), percent(LIMITS.foreign.invalid)],
        [
          "Little's law: throughput × latency against connections",
          percent(LIMITS.little.warn),
          percent(LIMITS.little.invalid),
        ],
        [
          'cores used by one server thread',
          String(LIMITS.utilisation.warn),
          String(LIMITS.utilisation.invalid),
        ],
        ['cores used by the generator thread', String(LIMITS.generator.warn), 'labelled client-limited'],
        [
          'requests of an open loop that were sent late (1 − achieved / target rate)',
          percent(LIMITS.pacing.warn),
          percent(LIMITS.pacing.invalid),
        ],
        [
          'p99 send lag of an open loop',
          `${SEND_LAG_US / 1000} ms, or ${percent(SEND_LAG_SHARE)} of p99`,
          '–',
        ],
        ['drift of CPU per request inside a cell', percent(LIMITS.drift.warn), percent(LIMITS.drift.invalid)],
        [
          `memory that each request leaves behind, from ${formatBytes(MINIMUM_GROWTH_BYTES)} in a cell on`,
          formatBytes(LIMITS.memory.warn),
          formatBytes(LIMITS.memory.invalid),
        ],
      ],
    ),
}
