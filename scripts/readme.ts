/**
 * Rewrites the generated parts of README.md, between `<!-- generated: NAME -->` and `<!-- end: NAME -->`.
 * `node scripts/readme.ts` writes; `node scripts/readme.ts --check` exits 1 when the file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readResults } from '../bench/results-folder.ts'
import { SCENARIOS } from '../bench/scenarios/registry.ts'
import { STRATEGIES } from '../servers/registry.ts'
import { LIMITS, SEND_LAG_SHARE, SEND_LAG_US } from '../src/checks/limits.ts'
import { METRICS } from '../src/metrics/registry.ts'
import { PROFILES } from '../src/profiles.ts'
import { markdownOfSection } from '../src/report/markdown.ts'

const README = new URL('../README.md', import.meta.url)
const REFERENCE = new URL('../results/reference/', import.meta.url)

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

function referenceRun(): string {
  const results = readResults(fileURLToPath(REFERENCE))
  const { run, environment, config } = results
  return [
    markdownOfSection(results, 'decide') ?? '',
    `Profile \`${run.profile}\`, ${config.rounds} rounds, seed ${run.seed}, ${run.startedAt.slice(0, 10)}, ${environment.cores} cores of ${environment.cpu}, ` +
      `Node ${environment.node}, Redis ${environment.redis ?? 'none'}${environment.redisOrigin === 'own' ? ' on the loopback' : ''}. ${environment.pinning.sentence} ` +
      'The whole run, raw cells included, is in [results/reference](results/reference).',
  ].join('\n\n')
}

const percent = (share: number | null) => (share === null ? '–' : `${share * 100} %`)

const GENERATED: Readonly<Record<string, () => string>> = {
  result: referenceRun,
  strategies: () =>
    table(
      ['id', 'strategy', 'state', 'what it does'],
      Object.values(STRATEGIES).map(({ id, title, state, summary }) => [`\`${id}\``, title, state, summary]),
    ),
  scenarios: () =>
    table(
      ['id', 'scenario', 'question'],
      SCENARIOS.map(({ id, title, question }) => [`\`${id}\``, title, question]),
    ),
  profiles: () =>
    table(
      ['profile', 'rounds', 'slices for each strategy in a round', 'for'],
      Object.entries(PROFILES).map(([id, { rounds, slicesPerRound, sliceMs, purpose }]) => [
        `\`${id}\``,
        String(rounds),
        `${slicesPerRound} × ${sliceMs} ms`,
        purpose,
      ]),
    ),
  metrics: () =>
    table(
      ['id', 'metric', 'unit', 'better'],
      METRICS.map(({ id, title, unit, better }) => [`\`${id}\``, title, unit, better]),
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
      ],
    ),
}

function regenerate(text: string): string {
  const found = new Set<string>()
  const regenerated = text.replaceAll(
    /(<!-- generated: (\S+) -->\n)[\s\S]*?(<!-- end: \2 -->)/g,
    (_, start: string, name: string, end: string) => {
      const make = GENERATED[name]
      if (make === undefined) throw new Error(`README.md asks for '${name}', which nothing generates`)
      found.add(name)
      return `${start}\n${make()}\n\n${end}`
    },
  )
  const missing = Object.keys(GENERATED).filter((name) => !found.has(name))
  if (missing.length > 0) throw new Error(`README.md has no place for ${missing.join(', ')}`)
  return regenerated
}

const before = readFileSync(README, 'utf8')
const after = regenerate(before)
if (process.argv.includes('--check')) {
  if (after !== before) {
    process.stderr.write('README.md is stale: run `node scripts/readme.ts`\n')
    process.exitCode = 1
  }
} else writeFileSync(README, after)
