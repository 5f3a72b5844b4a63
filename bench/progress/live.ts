import { allocated } from '../../src/metrics/allocated.ts'
import { usedUs } from '../../src/metrics/cpu.ts'
import { expectedRoundMs, type ForecastScenario, slicesOfRound } from '../../src/plan/forecast.ts'
import type { Arm, Cell } from '../../src/results/cell.ts'
import type { RunConfig } from '../../src/results/results.ts'
import { formatCount, formatQuantity } from '../../src/units.ts'
import type { RunEvent, RunListener } from './events.ts'

/** The part of a terminal that progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const seconds = (milliseconds: number): string => {
  const whole = Math.max(0, Math.ceil(milliseconds / 1000))
  return whole < 90 ? `${whole} s` : `${Math.ceil(whole / 60)} min`
}

const ARMS: Readonly<Record<Arm, string>> = { main: '', twin: ' (A/A twin)', base: ' (base)' }

function cellLine(cell: Cell, { rounds, timed }: RunConfig): string {
  const name = `${cell.strategy}${ARMS[cell.arm]}`
  const head = `round ${String(cell.round + 1).padStart(String(rounds).length)}/${rounds}  ${name.padEnd(22)}`
  if (cell.state === 'failed' && cell.refusal !== undefined) return `${head} refused: ${cell.error.message}`
  if (cell.state === 'failed') return `${head} failed: ${cell.error.message} [${cell.error.code}]`
  const { slices } = cell.load
  const requests = slices.reduce((sum, slice) => sum + slice.requests, 0)
  const time = slices.reduce((sum, slice) => sum + slice.seconds, 0)
  const heap = allocated.read({ ...cell, state: 'completed' })
  const serverUs = usedUs(slices)
  const cost = serverUs === null ? '' : `${(serverUs / requests).toFixed(1).padStart(7)} us/req server CPU  `
  const numbers =
    requests === 0
      ? 'no response with the expected status'
      : timed === false
        ? `${formatCount(requests, 'request')}${heap === null ? '' : ` of ${formatQuantity(Math.round(heap), 'B')}`}`
        : `${cost}${Math.round(requests / time)} req/s`
  const invalid = cell.checks.filter(({ outcome }) => outcome === 'invalid').map(({ id }) => id)
  return `${head} ${numbers}${cell.state === 'completed' ? '' : `  ${cell.state.toUpperCase()} ${invalid.join(', ')}`}`
}

export interface Progress {
  readonly listener: RunListener
  /** Takes the live line off the screen. */
  end(): void
}

/** On a terminal one line that is written over; elsewhere one plain line for each cell. */
export function showProgress(
  config: RunConfig,
  scenarios: readonly ForecastScenario[],
  stream: ProgressStream,
  now: () => number,
  firstRound = 0,
): Progress {
  const startedAt = now()
  const expectedMs = scenarios.reduce((sum, scenario) => sum + expectedRoundMs(config, scenario), 0)
  const rounds = config.rounds - firstRound
  const slicesPerRound = scenarios.reduce((sum, scenario) => sum + slicesOfRound(config, scenario), 0)
  let roundsDone = 0
  let currentRound = firstRound
  let slicesDone = 0

  const left = (): string => {
    const done = roundsDone + Math.min(1, slicesDone / slicesPerRound)
    const roundMs = roundsDone > 0 ? (now() - startedAt) / done : expectedMs
    return seconds(roundMs * (rounds - done))
  }
  const live = (text: string) => {
    const line = ` round ${currentRound + 1}/${config.rounds}  ${text}  about ${left()} left`
    stream.write(`\r\u001b[2K${line.slice(0, (stream.columns ?? 100) - 1)}`)
  }
  const clear = () => stream.isTTY === true && stream.write('\r\u001b[2K')

  const onEvent = (event: RunEvent): void => {
    if (event.type === 'cell') {
      const remarkable = event.cell.state !== 'completed'
      if (stream.isTTY === true && !remarkable) return
      clear()
      stream.write(`${cellLine(event.cell, config)}\n`)
      return
    }
    if (event.round !== currentRound) {
      currentRound = event.round
      roundsDone += 1
      slicesDone = 0
    }
    if (event.type === 'slice') {
      if (stream.isTTY === true)
        live(`slice ${Math.min(slicesDone + 1, slicesPerRound)}/${slicesPerRound}  ${event.strategy}`)
      slicesDone += 1
    } else if (stream.isTTY === true) live(event.phase)
  }
  return { listener: onEvent, end: () => void clear() }
}
