import { medianOf } from '../../../src/stats/median.ts'
import { formatNumber } from '../../../src/units.ts'
import { LATENESS_LIMIT_MS } from '../../worlds/held.ts'
import type { DelayProxy } from '../../worlds/proxy.ts'
import { type Check, type CheckContext, judged, type Outcome } from '../check.ts'
import { INSTANT } from '../known-behaviour.ts'

const DELAYS = [
  { what: '0.2 ms', roundTripMs: 0.2, requests: 800 },
  { what: '1 ms', roundTripMs: 1, requests: 400 },
  { what: '5 ms', roundTripMs: 5, requests: 100 },
  { what: '50 ms', roundTripMs: 50, requests: 20 },
  { what: '200 ms', roundTripMs: 200, requests: 15 },
] as const
/** Code that has not run often is slow. */
const WARM_UP_REQUESTS = 1500
const TOLERANCE_US = LATENESS_LIMIT_MS * 1000

type Delay = (typeof DELAYS)[number]

/**
 * A round trip through the proxy, against one to a server that holds its answer for as long by its own clock. So what a client that sleeps
 * adds, the longer the later it is woken, is in both.
 */
export const distance: Check = {
  id: 'distance',
  title: 'distance that the delay proxy puts in between',
  engine: null,
  timed: true,
  async run(context) {
    const outcomes: Outcome[] = []
    await context.askBare(WARM_UP_REQUESTS)
    for (const delay of DELAYS) {
      const held = await heldByServer(delay, context)
      await context.server.behave(INSTANT)
      const proxy = await context.startProxy({
        roundTripMs: delay.roundTripMs,
        upBitsPerSecond: null,
        downBitsPerSecond: null,
      })
      await context.askBare(Math.min(WARM_UP_REQUESTS, delay.requests), proxy.port)
      await proxy.check()
      const through = await context.askBare(delay.requests, proxy.port)
      outcomes.push(...(await outcomesOf(delay.what, held, afterFirst(through), proxy)))
      await proxy.stop()
    }
    return outcomes
  },
}

/** The first answer of a connection waits for it to be opened. */
const afterFirst = (roundTripsUs: readonly number[]): readonly number[] => roundTripsUs.slice(1)

async function heldByServer(
  { roundTripMs, requests }: Delay,
  { server, askBare }: CheckContext,
): Promise<readonly number[]> {
  await server.behave({ ...INSTANT, holdUs: roundTripMs * 1000, poll: true })
  return afterFirst(await askBare(requests))
}

function ninetieth(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.ceil(sorted.length * 0.9) - 1] ?? Number.NaN
}

async function outcomesOf(
  what: string,
  held: readonly number[],
  through: readonly number[],
  proxy: DelayProxy,
): Promise<readonly Outcome[]> {
  const { up, down } = await proxy.check()
  const own = `By its own account the proxy was late by ${us(up.lateness?.p90)} µs up and ${us(down.lateness?.p90)} µs down (p90).`
  const figure = (name: string, of: (values: readonly number[]) => number) =>
    judged(
      { what: name, expected: of(held), measured: of(through), tolerance: TOLERANCE_US, unit: 'us' },
      own,
    )
  return [figure(what, medianOf), figure(`${what} p90`, ninetieth)]
}

const us = (ms: number | undefined): string => (ms === undefined ? '?' : formatNumber(Math.round(ms * 1000)))
