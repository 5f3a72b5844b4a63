import { type Arm, type Cell, isRefused } from '../results/cell.ts'
import { MINIMUM_ROUNDS } from '../results/minimum-rounds.ts'
import type { Results, RunVerdict } from '../results/results.ts'
import { formatCount, formatList } from '../units.ts'
import { summariseChecks } from './check-summary.ts'
import { entrantsOf } from './strategies-in-scenario.ts'
import { attemptsByRound, type cellsBySubject, type Point } from './subject.ts'

type Context = Pick<Results, 'run' | 'config' | 'strategies' | 'scenarios'>

/** A strategy that loses more of its cells than this is not measured under the conditions that the run asked for. */
const LOST_SHARE = 1 / 3

interface Trouble {
  readonly verdict: RunVerdict
  /** Null: the run as a whole. */
  readonly subject: string | null
  /** What is wrong; of several subjects it is said once. */
  readonly reason: string
}

/** One line for each reason, with everybody whom it befell. */
function reasonsOf(troubles: readonly Trouble[]): readonly string[] {
  const same = Map.groupBy(troubles, ({ reason }) => reason)
  return [...same].map(([reason, all]) => {
    const subjects = all.flatMap(({ subject }) => subject ?? [])
    return subjects.length === 0 ? reason : `${formatList(subjects)}: ${reason}`
  })
}

/** Of a message with a log behind it. */
const firstLine = (message: string): string => message.split('\n', 1).join('')

/** Why the first cell of a list is lost; null where none is. */
function causeOf(cells: readonly Cell[]): string | null {
  for (const cell of cells) {
    if (cell.state === 'failed') return firstLine(cell.error.message)
    if (cell.state !== 'invalid') continue
    const check = cell.checks.find(({ outcome }) => outcome === 'invalid')
    if (check !== undefined) return check.sentence
  }
  return null
}

/** Repeats count once: a round is lost when none of its attempts was completed. */
function troubleOf(
  subject: string,
  isTwin: boolean,
  attempts: readonly Cell[],
  { run, config: { rounds } }: Pick<Context, 'run' | 'config'>,
): Trouble | null {
  const byRound = Map.groupBy(attempts, ({ round }) => round)
  const isCompleted = (cells: readonly Cell[]) => cells.some(({ state }) => state === 'completed')
  const completed = [...byRound.values()].filter(isCompleted).length
  const lost = [...byRound.values()].filter(
    (cells) => !isCompleted(cells) && cells.some((cell) => cell.state !== 'interrupted' && !isRefused(cell)),
  )
  if (completed === 0 && lost.length === 0 && attempts.some(isRefused)) return null
  const cause = causeOf(lost.flat())
  const because = cause === null ? '' : ` First cause: ${cause}`
  if (completed === 0 && lost.length === 0 && run.partial) {
    return { verdict: 'partial', subject, reason: `no round was completed before the run was stopped.` }
  }
  if (completed === 0) {
    const verdict = isTwin ? 'inconclusive' : 'invalid'
    return { verdict, subject, reason: `no round was completed.${because}` }
  }
  if (lost.length > byRound.size * LOST_SHARE) {
    const verdict = isTwin ? 'inconclusive' : 'invalid'
    return {
      verdict,
      subject,
      reason: `${lost.length} of ${byRound.size} rounds are invalid or failed.${because}`,
    }
  }
  if (completed < MINIMUM_ROUNDS && rounds >= MINIMUM_ROUNDS) {
    const reason = `only ${completed} of ${rounds} rounds were completed; an interval needs ${MINIMUM_ROUNDS}.${because}`
    return { verdict: 'inconclusive', subject, reason }
  }
  return null
}

const count = (cells: readonly Cell[], state: Cell['state']) =>
  cells.filter((cell) => cell.state === state).length

/** A cell that came along when another was measured again has taken its first one's place. */
function countCells(cells: readonly Cell[]): Results['validity']['cells'] {
  const rounds = attemptsByRound(cells)
  const isUsed = (attempts: readonly Cell[]) => count(attempts, 'completed') > 0
  const lost = rounds.filter((attempts) => !isUsed(attempts) && count(attempts, 'invalid') > 0)
  return {
    completed: rounds.filter(isUsed).length,
    invalid: count(cells, 'invalid'),
    repeated: count(cells, 'invalid') - lost.length,
    failed: count(
      cells.filter((cell) => !isRefused(cell)),
      'failed',
    ),
    interrupted: count(cells, 'interrupted'),
  }
}

/** Of several troubles the first of this list names the run; that it was stopped, `run.partial` says in any case. */
const ORDER: readonly RunVerdict[] = ['invalid', 'unjudged', 'partial', 'inconclusive']

const ARMS: Readonly<Record<Arm, string>> = {
  main: '',
  twin: ', second copy for the noise floor',
  base: ', from the other checkout',
}

/** Whether the run as a whole may be believed, and why not. */
export function validityOf(
  cells: readonly Cell[],
  points: readonly Point[],
  attemptsOf: ReturnType<typeof cellsBySubject>,
  context: Context,
): Results['validity'] {
  const { run, config, strategies, scenarios } = context
  const troubles: Trouble[] = []
  if (run.partial) {
    const reason = 'The run was stopped before its end; what was complete by then is analysed.'
    troubles.push({ verdict: 'partial', subject: null, reason })
  }
  // Experiments count their own trials.
  const hasRounds = scenarios.length > 0
  if (hasRounds && points.length === 0)
    troubles.push({ verdict: 'invalid', subject: null, reason: 'Nothing was measured.' })
  if (hasRounds && config.rounds < MINIMUM_ROUNDS) {
    const reason = `${formatCount(config.rounds, 'round')} cannot give an interval, which needs ${MINIMUM_ROUNDS}; no winner is named.`
    troubles.push({ verdict: 'unjudged', subject: null, reason })
  }
  for (const point of points) {
    const where = points.length > 1 ? ` (${[point.scenario, ...Object.values(point.params)].join(', ')})` : ''
    const entrants = entrantsOf(point, context)
    for (const { id, title } of entrants.strategies) {
      const arms: readonly Arm[] = [
        'main',
        ...(id === entrants.baseline ? (['twin'] as const) : []),
        ...(config.against ? (['base'] as const) : []),
      ]
      for (const arm of arms) {
        const name = `${title}${ARMS[arm]}${where}`
        const trouble = troubleOf(name, arm === 'twin', attemptsOf(point, id, arm), { run, config })
        if (trouble !== null) troubles.push(trouble)
      }
    }
  }
  return {
    verdict: ORDER.find((verdict) => troubles.some((trouble) => trouble.verdict === verdict)) ?? 'ok',
    reasons: [...reasonsOf(troubles)],
    checks: summariseChecks(
      // What the other checkout was like is said where changes are judged; the tables are about this one.
      cells.filter(({ arm }) => arm !== 'base'),
      scenarios.map(({ id }) => id),
      strategies,
    ),
    cells: countCells(cells),
  }
}
