import { onTestFinished } from 'vitest'
import { decodeHistogram } from '../../../src/results/histogram.ts'
import type { EngineSlice, EngineTarget, OpenLoad } from '../engine.ts'
import { newPacedEngine } from '../paced/engine.ts'
import { type RawServer, rawServer } from './raw-server.ts'

export const patient = newPacedEngine({ drainMs: 5000, openMs: 5000 })
export const impatient = newPacedEngine({ drainMs: 150, openMs: 5000 })

export const token = (index: number) => `token-${String(index).padStart(3, '0')}`

export function target(origin: string, connections = 4, pool = 12): EngineTarget {
  return {
    origin,
    connections,
    expectStatus: 200,
    requests: Array.from({ length: pool }, (_, index) => ({
      method: 'GET' as const,
      path: '/me',
      headers: { authorization: `Bearer ${token(index)}` },
    })),
  }
}

/** `count` arrivals with equal gaps. */
export const steady = (count: number, milliseconds: number) => ({
  milliseconds,
  arrivals: { schedule: 'constant', ratePerSecond: (count * 1000) / milliseconds, seed: 1 } as const,
})

export const countOf = (encoded: string | undefined) => decodeHistogram(encoded ?? '').totalCount

/** Values of at least so many milliseconds. */
export function countFrom(milliseconds: number, encoded: string | undefined): number {
  const histogram = decodeHistogram(encoded ?? '')
  let count = 0
  for (let percentile = 0; percentile < histogram.totalCount; percentile++) {
    if (
      histogram.getValueAtPercentile(((percentile + 0.5) / histogram.totalCount) * 100) >=
      milliseconds * 1000
    ) {
      count += 1
    }
  }
  return count
}

export const settled = ({ responses, errors, timeouts }: EngineSlice) => responses + errors + timeouts

export async function start(answer: Parameters<typeof rawServer>[0]): Promise<RawServer> {
  const server = await rawServer(answer)
  onTestFinished(server.close)
  return server
}

export async function open(to: EngineTarget, engine = patient): Promise<OpenLoad> {
  const load = await engine.open(to)
  onTestFinished(() => load.close())
  return load
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
