import { CHECKLIST } from '../../checklist/items.ts'
import { type ConformanceRow, isUnexpected } from '../../checklist/rows.ts'
import { limitText } from '../../gates/judgement.ts'
import type { Change } from '../../results/change.ts'
import type { Results } from '../../results/results.ts'
import { formatChange, formatNumber } from '../../units.ts'
import type { Reporter } from '../reporter.ts'
import { pointParts } from './benchmark-names.ts'

interface Outcome {
  readonly kind: 'failure' | 'error' | 'skipped'
  readonly type?: string
  readonly message: string
  readonly text?: string
}

interface TestCase {
  readonly classname: string
  readonly name: string
  /** Null: passed. */
  readonly outcome: Outcome | null
}

interface Suite {
  readonly name: string
  readonly cases: readonly TestCase[]
}

/** Control characters that XML 1.0 cannot write, or advises against (section 2.2). */
const UNWRITABLE = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

const escapeXml = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(UNWRITABLE, '\ufffd')
    .replaceAll(/[&<>"\t\n\r]/g, (character) => ENTITIES[character] ?? '')

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('')

const placeOf = (row: Pick<Change, 'scenario' | 'params' | 'strategy'>): string =>
  [row.scenario, ...pointParts(row).map((part) => part.join('=')), row.strategy].join('.')

function outcomeOfChange({ verdict, why, ratio, base, head, unit }: Change): Outcome | null {
  if (verdict === 'pass' || verdict === 'improvement') return null
  if (verdict === 'inconclusive') return { kind: 'skipped', message: `inconclusive: ${why}` }
  return {
    kind: 'failure',
    type: 'regression',
    message: ratio === null ? why : formatChange(ratio),
    text: `${why}\nbase ${formatNumber(base.value)} head ${formatNumber(head.value)} ${unit}, n=${head.rounds}`,
  }
}

/** What is only shown never fails here either. */
const gates = ({ changes, metrics }: Results): Suite => ({
  name: 'gates',
  cases: changes
    .filter(({ gating }) => gating)
    .map((change) => {
      const title = metrics.find(({ id }) => id === change.metric)?.title ?? change.metric
      const limit = change.limit === null || change.limit === 0 ? 'unchanged' : limitText(change.limit)
      return { classname: placeOf(change), name: `${title}: ${limit}`, outcome: outcomeOfChange(change) }
    }),
})

type Check = Results['validity']['checks'][number]

const RANKS: readonly Check['outcome'][] = ['ok', 'warn', 'unknown', 'invalid']

/** A measurement that failed is an error; a failure is a server that got worse. */
function outcomeOfChecks(checks: readonly Check[]): Outcome | null {
  const worst = checks.toSorted((a, b) => RANKS.indexOf(b.outcome) - RANKS.indexOf(a.outcome))[0]?.outcome
  if (worst !== 'invalid' && worst !== 'unknown') return null
  const text = checks
    .filter(({ outcome }) => outcome === worst)
    .map(({ strategy, sentence }) => (strategy === null ? sentence : `${strategy}: ${sentence}`))
    .join(' ')
  return worst === 'unknown'
    ? { kind: 'skipped', message: text }
    : { kind: 'error', type: 'invalid', message: text }
}

/** The strategies of one check and scenario are one test case: which of them a run names differs from run to run. */
const validity = ({ validity: { checks } }: Results): Suite => ({
  name: 'validity',
  cases: [...Map.groupBy(checks, ({ scenario, id }) => `${scenario ?? 'run'}.${id}`)].map(([, alike]) => ({
    classname: alike[0]?.scenario ?? 'run',
    name: alike[0]?.id ?? '',
    outcome: outcomeOfChecks(alike),
  })),
})

const outcomeOfRow = (row: ConformanceRow): Outcome | null =>
  isUnexpected(row) ? { kind: 'failure', type: row.outcome, message: row.detail ?? row.outcome } : null

const checklist = ({ conformance = [] }: Results): Suite => ({
  name: 'security checklist',
  cases: conformance
    .filter(({ outcome }) => outcome !== 'not applicable')
    .map((row) => ({
      classname: row.strategy,
      name: `${row.item} ${CHECKLIST.find(({ id }) => id === row.item)?.text ?? ''}`.trim(),
      outcome: outcomeOfRow(row),
    })),
})

function caseText({ classname, name, outcome }: TestCase): string {
  const head = `    <testcase${attributes({ classname, name })}`
  if (outcome === null) return `${head}/>\n`
  const { kind, type, message, text } = outcome
  const shown = attributes({ message, ...(type === undefined ? {} : { type }) })
  const body = text === undefined ? `<${kind}${shown}/>` : `<${kind}${shown}>${escapeXml(text)}</${kind}>`
  return `${head}>${body}</testcase>\n`
}

function countsOf(cases: readonly TestCase[]) {
  const count = (kind: Outcome['kind']) => cases.filter(({ outcome }) => outcome?.kind === kind).length
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  }
}

/** The subset that readers of JUnit's XML have in common: what exit codes 1 and 3 of the run come from, one test case each. */
export const junitReporter: Reporter = {
  id: 'junit',
  file: null,
  render(results) {
    const { startedAt, finishedAt, id } = results.run
    const suites = [gates(results), validity(results), checklist(results)].filter(
      ({ cases }) => cases.length > 0,
    )
    const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000
    // The schema of Jenkins has no sum of these at the root.
    const { skipped: _, ...sums } = countsOf(suites.flatMap(({ cases }) => cases))
    return [
      '<?xml version="1.0" encoding="UTF-8"?>\n',
      `<testsuites${attributes({ name: `authbench ${id}`, ...sums, time: seconds })}>\n`,
      ...suites.flatMap(({ name, cases }) => [
        `  <testsuite${attributes({ name, ...countsOf(cases), timestamp: startedAt.slice(0, 19) })}>\n`,
        ...cases.map(caseText),
        '  </testsuite>\n',
      ]),
      '</testsuites>\n',
    ].join('')
  },
}
