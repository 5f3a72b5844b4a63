import { changesBetween, changesWithin } from '../../src/gates/changes-of-runs.ts'
import { type Gate, parseGates } from '../../src/gates/gate.ts'
import type { Difference } from '../../src/gates/run-differences.ts'
import { type GateVerdict, gateExitCode, verdictOf } from '../../src/gates/verdict.ts'
import { nearest } from '../../src/plan/nearest-name.ts'
import { type ChangeReport, reportBetween, reportWithin } from '../../src/report/groups/change-report.ts'
import { markdownOfSections } from '../../src/report/markdown/markdown.ts'
import { detailsOfChanges } from '../../src/report/sections/change-details.ts'
import { summaryOfChanges } from '../../src/report/sections/changes.ts'
import { terminalOfSections } from '../../src/report/terminal/terminal.ts'
import type { Change } from '../../src/results/change.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { RunVerdict } from '../../src/results/results.ts'
import { refuseIgnored } from '../cli/ignored-options.ts'
import { renderOptions, type Terminal } from '../cli/terminal.ts'
import { readResults } from '../store/results-folder.ts'

export interface CompareFlags {
  readonly gate?: readonly string[]
  readonly format: string
  readonly json?: boolean
}

/** A comment on a pull request holds 65,536 characters; what surrounds the text needs some of them. */
const COMMENT_BYTES = 60_000

const FORMATS: Readonly<
  Record<string, (report: ChangeReport, gates: readonly Gate[], terminal: Terminal) => string>
> = {
  terminal: (report, _gates, terminal) =>
    terminalOfSections([summaryOfChanges(report), detailsOfChanges(report)], renderOptions(terminal)),
  markdown: (report) =>
    markdownOfSections(
      [],
      [summaryOfChanges(report), detailsOfChanges(report)],
      { budgetBytes: COMMENT_BYTES, leftOutFirst: ['change-details'] },
      'the output of `authbench compare --json`',
    ),
  json: (report, gates) => `${JSON.stringify(comparisonData(report, gates), null, 2)}\n`,
}

export const COMPARE_FORMATS: readonly string[] = Object.keys(FORMATS)

interface ComparisonData {
  readonly schema: 'authbench/compare@1'
  readonly verdict: GateVerdict
  readonly paired: boolean
  readonly base: string
  readonly head: string
  readonly gates: readonly Gate[]
  readonly differences: readonly Difference[]
  readonly changes: readonly Change[]
}

const comparisonData = (
  { paired, base, head, differences, changes }: ChangeReport,
  gates: readonly Gate[],
): ComparisonData => ({
  schema: 'authbench/compare@1',
  verdict: verdictOf(changes),
  paired,
  base,
  head,
  gates,
  differences,
  changes,
})

/** @throws AuthbenchError RESULTS_*, COMPARE_WITHOUT_BASE */
function reportOf(
  baseFolder: string,
  headFolder: string | undefined,
  gates: readonly Gate[],
): { readonly report: ChangeReport; readonly validity: RunVerdict } {
  const base = readResults(baseFolder)
  if (headFolder !== undefined) {
    const head = readResults(headFolder)
    // Whether both can be trusted is among the differences between them, and withholds what it has to.
    return { report: reportBetween(base, head, changesBetween(base, head, gates)), validity: 'ok' }
  }
  if (!base.rounds.some(({ arm }) => arm === 'base')) {
    throw new AuthbenchError('COMPARE_WITHOUT_BASE', `the run in ${baseFolder} measured one checkout only`, {
      next: 'Name the folder of a second run, or measure both with `authbench run --against DIR`.',
    })
  }
  return { report: reportWithin(base, changesWithin(base, gates)), validity: base.validity.verdict }
}

/**
 * Judges a head run against a base run, or the two sides of one run made with `--against`.
 * @returns the exit code: 0 pass, 1 regression, 3 inconclusive or not comparable
 * @throws AuthbenchError OPTIONS_INVALID, FORMAT_UNKNOWN, GATE_INVALID, RESULTS_*, COMPARE_WITHOUT_BASE
 */
export function compare(
  base: string,
  head: string | undefined,
  { gate = [], format, json = false }: CompareFlags,
  terminal: Terminal,
): number {
  refuseIgnored([
    {
      when: json && format !== 'json',
      message: `--json is --format json, and not --format ${format}`,
      next: 'Give one of them.',
    },
  ])
  const render = FORMATS[format]
  if (render === undefined) {
    const valid = Object.keys(FORMATS)
    throw new AuthbenchError('FORMAT_UNKNOWN', `unknown format '${format}' (valid: ${valid.join(', ')})`, {
      next: `Did you mean '${nearest(format, valid)}'?`,
    })
  }
  const gates = parseGates(gate)
  const { report, validity } = reportOf(base, head, gates)
  terminal.stdout.write(render(report, gates, terminal))
  return gateExitCode(report.changes, validity)
}
