import { cpuUs } from '../../src/metrics/cpu.ts'
import type { CompletedCell } from '../../src/results/cell.ts'
import { standardDeviation } from '../../src/stats/deviation.ts'
import { expectedHalfWidth } from '../../src/stats/expected-half-width.ts'
import { sharedVarianceComponents } from '../../src/stats/variance-components.ts'
import { windowsPerProcess } from '../../src/stats/windows-per-process.ts'
import { type CalibrationRun, percent, table } from './run.ts'

/** Logarithm of the server CPU of one request, window by window. */
const windowsOf = ({ load }: CompletedCell): number[] =>
  load.slices.flatMap(({ server, requests }) => (server === null ? [] : Math.log(cpuUs(server) / requests)))

/** The two copies of the doubled strategy, in rounds in which both were measured whole. */
function sameCode(runs: readonly CalibrationRun[], strategy: string): number[][][] {
  return runs.flatMap(({ cells }) => {
    const own = cells.filter(
      (cell): cell is CompletedCell =>
        cell.state === 'completed' &&
        cell.strategy === strategy &&
        cell.arm !== 'base' &&
        cell.scenario === 'verify',
    )
    const bySubject = [...Map.groupBy(own, ({ round }) => round).values()].map((round) => [
      ...new Map(round.map((cell) => [cell.arm, cell])).values(),
    ])
    return bySubject.filter((round) => round.length === 2).map((round) => round.map(windowsOf))
  })
}

export function budgetTable(runs: readonly CalibrationRun[]): string {
  const [first] = runs
  if (first === undefined) return ''
  const { config } = first.results
  const doubled = first.cells.find(({ arm }) => arm === 'twin')?.strategy ?? ''
  const rounds = sameCode(runs, doubled)
  const parts = sharedVarianceComponents(rounds)
  if (parts === null) return 'Too few rounds were measured whole to tell.'
  const machine = standardDeviation(
    rounds.flatMap((round) =>
      (round[0] ?? []).map(
        (_, window) => round.reduce((sum, own) => sum + (own[window] ?? 0), 0) / round.length,
      ),
    ),
  )
  const wall = runs.map(
    ({ results: { run, config: own } }) =>
      (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / own.rounds / (2 * own.strategies.length + 1),
  )
  const perProcessMs = wall.reduce((sum, value) => sum + value, 0) / wall.length
  const measuredMs = config.slicesPerRound * config.sliceMs
  const startMs = perProcessMs - measuredMs
  const { slicesPerRound, sliceMs } = config
  const width = (windows: number, count: number) =>
    percent(expectedHalfWidth(parts, windows, count) ?? Number.NaN)
  const inFourMinutes = (windows: number, strategies: number) =>
    Math.floor(240_000 / ((strategies + 1) * (startMs + windows * sliceMs)))
  const advised = windowsPerProcess(parts, { process: startMs, window: sliceMs }, 1000)
  return [
    `Server CPU per request of \`${doubled}\`, ${rounds.length} rounds of ${rounds[0]?.length ?? 0} processes, ${slicesPerRound} windows of ${sliceMs} ms each; standard deviations of the logarithm:`,
    table(
      ['part', 'standard deviation', 'what averages it away'],
      [
        [
          'machine, shared by all processes of a window',
          percent(machine),
          'pairing: it cancels in every comparison',
        ],
        ['between windows of one process', percent(Math.sqrt(parts.within)), 'more or longer windows'],
        ['between processes of the same code', percent(Math.sqrt(parts.between)), 'more rounds only'],
      ],
    ),
    `Starting and warming up one process takes ${Math.round(startMs)} ms of a round, its windows ${measuredMs} ms. With these costs the best use of the time is ` +
      `${advised} windows per process (Kalibera and Jones, 2013); ${slicesPerRound} are measured. Half-width of the 95 % A/A interval of CPU per request to expect:`,
    table(
      [
        'windows per process',
        `${config.rounds} rounds`,
        'rounds in 4 minutes with 4 strategies',
        'half-width after these',
      ],
      [...new Set([2, 4, advised, slicesPerRound, 2 * slicesPerRound, 4 * slicesPerRound])]
        .toSorted((a, b) => a - b)
        .map((windows) => [
          `${windows}`,
          width(windows, config.rounds),
          `${inFourMinutes(windows, 4)}`,
          width(windows, inFourMinutes(windows, 4)),
        ]),
    ),
  ].join('\n\n')
}
