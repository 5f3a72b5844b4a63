import { describe, expect, it } from 'vitest'
import { encodeHistogram, newHistogram } from '../../src/results/histogram.ts'
import type { EngineSlice, OpenLoad } from './engine.ts'
import { warmUp } from './warm-up.ts'

const EMPTY = encodeHistogram(newHistogram())

function load(change: Partial<EngineSlice> = {}): OpenLoad & { windows: number } {
  return {
    windows: 0,
    async slice() {
      this.windows += 1
      return {
        seconds: 0.1,
        requests: 100,
        responses: 100,
        requestBytes: 0,
        statuses: { 200: 100 },
        errors: 0,
        timeouts: 0,
        unasked: 0,
        reconnects: 0,
        latencyHdr: EMPTY,
        meanLatencyUs: 1,
        idleUs: 0,
        pacing: null,
        cohorts: {},
        ...change,
      }
    },
    refresh: async () => 0,
    close: () => undefined,
  }
}

describe('warming up', () => {
  it('gives every server the wanted requests, more of them than are warmed together', async () => {
    const lanes = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => ({ key, pid: null, load: load() }))
    const warm = await warmUp(lanes, 250, 10_000)
    expect(Object.keys(warm).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    for (const lane of lanes) {
      expect(lane.load.windows).toBe(3)
      expect(warm[lane.key]).toEqual({ requests: 300, converged: null })
    }
  })

  it('goes on while the cost falls, up to twice as far, and says that it still fell', async () => {
    // The pid is this process's: every window burns less than the one before.
    const own = load()
    let spinMs = 60
    const falling: OpenLoad = {
      refresh: async () => 0,
      close: () => undefined,
      async slice(window) {
        // CPU time: on a busy machine so many milliseconds are worth less.
        const before = process.cpuUsage()
        const spentUs = () => Object.values(process.cpuUsage(before)).reduce((a, b) => a + b)
        while (spentUs() < spinMs * 1000);
        spinMs *= 0.93
        return own.slice(window)
      },
    }
    const warm = await warmUp([{ key: 'a', pid: process.pid, load: falling }], 800, 10_000)
    expect(warm.a).toEqual({ requests: 1600, converged: false })
  })

  it('does not say what it cannot tell from a few windows', async () => {
    const own = load()
    const warm = await warmUp([{ key: 'a', pid: process.pid, load: own }], 300, 10_000)
    expect(own.windows).toBe(3)
    expect(warm.a).toEqual({ requests: 300, converged: null })
  })

  it('ends with its time, and with a server that fails', async () => {
    const none = load()
    expect(await warmUp([{ key: 'a', pid: null, load: none }], 250, 0)).toEqual({
      a: { requests: 0, converged: null },
    })
    const failing = load({ errors: 1 })
    await warmUp([{ key: 'a', pid: null, load: failing }], 1000, 10_000)
    expect(failing.windows).toBe(1)
  })
})
