import { STRATEGIES } from '../../servers/registry.ts'
import { CLAIMS } from '../../src/claims/registry.ts'
import { EXPERIMENTS } from '../../src/experiments/registry.ts'
import { METRICS } from '../../src/metrics/registry.ts'
import { nearest } from '../../src/plan/nearest-name.ts'
import { PROFILES } from '../../src/plan/profiles.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Terminal } from '../cli/terminal.ts'
import { TASKS } from '../micro/registry.ts'
import { SCENARIOS } from '../scenarios/registry.ts'

interface Listed {
  readonly id: string
  readonly text: string
}

export const LISTS: Readonly<Record<string, () => readonly Listed[]>> = {
  strategies: () =>
    Object.values(STRATEGIES).map(({ id, title, summary }) => ({ id, text: `${title}. ${summary}` })),
  scenarios: () => SCENARIOS.map(({ id, title, question }) => ({ id, text: `${title}. ${question}` })),
  experiments: () => EXPERIMENTS.map(({ id, title, question }) => ({ id, text: `${title}. ${question}` })),
  metrics: () => METRICS.map(({ id, title, unit }) => ({ id, text: `${title} (${unit})` })),
  claims: () => CLAIMS.map(({ id, text }) => ({ id, text })),
  profiles: () =>
    Object.entries(PROFILES).map(([id, { purpose, rounds, slicesPerRound, sliceMs }]) => ({
      id,
      text: `${purpose} (${rounds} rounds of ${slicesPerRound} slices of ${sliceMs} ms for each strategy)`,
    })),
  tasks: () => TASKS.map(({ id, title }) => ({ id, text: title })),
}

/** What there is to choose from. @returns the exit code */
export function list(kind: string | undefined, json: boolean, terminal: Terminal): number {
  const kinds = Object.keys(LISTS)
  if (kind !== undefined && !Object.hasOwn(LISTS, kind)) {
    throw new AuthbenchError('LIST_UNKNOWN', `nothing to list under '${kind}' (valid: ${kinds.join(', ')})`, {
      next: `Did you mean '${nearest(kind, kinds)}'?`,
    })
  }
  const chosen = kinds
    .filter((each) => kind === undefined || each === kind)
    .map((each) => ({ kind: each, items: LISTS[each]?.() ?? [] }))
  if (json) {
    const lists = Object.fromEntries(chosen.map(({ kind: each, items }) => [each, items]))
    terminal.stdout.write(`${JSON.stringify(lists, null, 2)}\n`)
    return 0
  }
  for (const { kind: each, items } of chosen) {
    const width = Math.max(...items.map(({ id }) => id.length))
    if (kind === undefined) terminal.stdout.write(`${each}\n`)
    for (const { id, text } of items) terminal.stdout.write(`  ${id.padEnd(width)}  ${text}\n`)
  }
  return 0
}
