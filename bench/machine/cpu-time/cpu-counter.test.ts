import { describe, expect, it } from 'vitest'
import { advance, type CpuSnapshot, type CpuState } from './cpu-counter.ts'

const TICK_US = 10_000

/** Threads of one process by name, in milliseconds; the kernel's whole in ticks. */
function snapshot(threadsMs: Readonly<Record<string, number>>, wholeMs: number): CpuSnapshot {
  const wholeUs = Math.floor((wholeMs * 1000) / TICK_US) * TICK_US
  const threads = Object.entries(threadsMs).map(
    ([name, ms]) => [name, { onCpuUs: ms * 1000, waitingUs: ms, isMain: name === 'main' }] as const,
  )
  return { threads: new Map(threads), wholeUs, counters: 2 }
}

/** Readings one after the other, as differences to the first, in milliseconds. */
function readings(...snapshots: readonly CpuSnapshot[]) {
  let state: CpuState | null = null
  const cpus = snapshots.map((each) => {
    const next = advance(state, each)
    state = next.state
    return next.cpu
  })
  const [first] = cpus
  if (first === undefined) throw new Error('no reading')
  return cpus.slice(1).map((cpu) => ({
    main: (cpu.mainUs - first.mainUs) / 1000,
    other: (cpu.otherUs - first.otherUs) / 1000,
    contradiction: (cpu.contradictionUs ?? 0) / 1000,
    lag: (cpu.lagUs ?? 0) / 1000,
  }))
}

describe('the counter of CPU time', () => {
  it('is exact while all threads live, whatever the rounding of the whole', () => {
    expect(
      readings(
        snapshot({ main: 100.3, pool: 5.2 }, 105.5),
        snapshot({ main: 109.9, pool: 5.3 }, 115.2),
        snapshot({ main: 120.1, pool: 9.9 }, 130),
      ),
    ).toMatchObject([
      { main: expect.closeTo(9.6, 6), other: expect.closeTo(0.1, 6), contradiction: 0, lag: 0 },
      { main: expect.closeTo(19.8, 6), other: expect.closeTo(4.7, 6), contradiction: 0, lag: 0 },
    ])
  })

  it('keeps a thread that ended as it was last seen', () => {
    const [after] = readings(snapshot({ main: 10, starter: 400 }, 410), snapshot({ main: 50 }, 450))
    expect(after).toMatchObject({ main: 40, other: 0, contradiction: 0 })
  })

  it('takes over what ended unseen once it is more than rounding', () => {
    const all = readings(
      snapshot({ main: 10 }, 10),
      snapshot({ main: 11 }, 29),
      snapshot({ main: 12 }, 112),
      snapshot({ main: 13 }, 1013),
    )
    expect(all.map(({ other }) => other)).toEqual([0, expect.closeTo(98, 6), expect.closeTo(997, 6)])
    expect(all.at(-1)?.lag).toBeGreaterThan(0)
  })

  it('never goes down, also where a number is given to a new thread', () => {
    const [after] = readings(snapshot({ main: 10, worker: 300 }, 310), snapshot({ main: 20, worker: 1 }, 321))
    expect(after).toMatchObject({ main: 10, other: 1, contradiction: 0 })
  })

  it('tells a whole that is less than its parts, once', () => {
    const [lost, next] = readings(
      snapshot({ main: 10, gone: 500 }, 510),
      snapshot({ main: 20 }, 20),
      snapshot({ main: 30 }, 30),
    )
    expect(lost?.contradiction).toBeGreaterThan(400)
    expect(next).toMatchObject({ main: 20, contradiction: 0 })
  })
})
