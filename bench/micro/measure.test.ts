import { describe, expect, it } from 'vitest'
import { batchFor, type MicroClock, measure, stepOf } from './measure.ts'
import { NotApplicable, type Operation } from './task.ts'

const STEP_NS = 40n

/** Stands still but for what operations and readings take. */
function fakeClock() {
  let wallNs = 0n
  let cpuNs = 0
  const clock: MicroClock = {
    nowNs() {
      wallNs += STEP_NS
      return wallNs - (wallNs % STEP_NS)
    },
    cpuNs: () => cpuNs,
  }
  return {
    clock,
    spend(wall: number, cpu: number) {
      wallNs += BigInt(wall)
      cpuNs += cpu
    },
  }
}

const operation = (run: Operation['run'], isRight: Operation['isRight'] = () => true): Operation => ({
  run,
  isRight,
  close() {},
})
const options = { inFlight: 1, warmUpMs: 30, measureMs: 40 }

describe('measure', () => {
  it('finds the cost of a task that is known', async () => {
    const { clock, spend } = fakeClock()
    const known = operation(() => spend(5000, 7000))
    const { wallNs, cpuNs, batch, operations } = await measure(known, options, clock)
    // One reading of the clock more than the operations of the batch.
    expect(wallNs * batch).toBeGreaterThanOrEqual(5000 * batch)
    expect(wallNs).toBeLessThan(5000 * 1.02)
    expect(cpuNs).toBe(7000)
    expect(operations % batch).toBe(0)
    expect(operations).toBeGreaterThanOrEqual(30 * batch)
  })

  it('finds the share of one where several are under way', async () => {
    const { clock, spend } = fakeClock()
    const known = operation(async () => spend(5000, 7000))
    const { wallNs, cpuNs, batch } = await measure(known, { ...options, inFlight: 16 }, clock)
    expect(batch % 16).toBe(0)
    expect(wallNs).toBeGreaterThanOrEqual(5000)
    expect(wallNs).toBeLessThan(5000 * 1.02)
    expect(cpuNs).toBe(7000)
  })

  it('keeps exactly so many under way', async () => {
    const { clock, spend } = fakeClock()
    let under = 0
    let most = 0
    const known = operation(async () => {
      most = Math.max(most, ++under)
      await Promise.resolve()
      spend(50_000, 50_000)
      under -= 1
    })
    await measure(known, { ...options, inFlight: 16 }, clock)
    expect(most).toBe(16)
    await measure(known, options, clock)
    expect(most).toBe(16)
    expect(under).toBe(0)
  })

  it('is not moved by a batch that was interrupted', async () => {
    const { clock, spend } = fakeClock()
    let turn = 0
    const known = operation(() => spend(turn++ % 5000 === 0 ? 5_000_000 : 5000, 5000))
    const { wallNs } = await measure(known, { ...options, measureMs: 200 }, clock)
    expect(wallNs).toBeLessThan(5000 * 1.02)
  })

  it('warms up until V8 has optimised, and no longer than it may', async () => {
    const count = async (wall: number) => {
      const { clock, spend } = fakeClock()
      let all = 0
      const { operations } = await measure(
        operation(() => {
          all += 1
          spend(wall, wall)
        }),
        options,
        clock,
      )
      return all - operations
    }
    expect(await count(100)).toBeGreaterThanOrEqual(30e6 / 100)
    expect(await count(5000)).toBeGreaterThanOrEqual(10_000)
    const slow = await count(1_000_000)
    expect(slow).toBeGreaterThanOrEqual(2000)
    expect(slow).toBeLessThan(2050)
  })

  it('does not wait for what has no promise, and walks its inputs in order', async () => {
    const { clock, spend } = fakeClock()
    const turns: number[] = []
    const known = operation((turn) => {
      turns.push(turn)
      spend(100_000, 100_000)
    })
    await measure(known, options, clock)
    expect(turns.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })

  it.each([
    ['at once', () => 'wrong'],
    ['later', async () => 'wrong'],
  ])('reports no cost of an operation that is wrong %s', async (_, run) => {
    const { clock } = fakeClock()
    const wrong = operation(run, (answer) => answer === 'right')
    await expect(measure(wrong, options, clock)).rejects.toMatchObject({ code: 'WRONG_ANSWER' })
    await expect(measure(wrong, { ...options, inFlight: 16 }, clock)).rejects.toMatchObject({
      code: 'WRONG_ANSWER',
    })
  })

  it('says so where nothing can be under way at once', async () => {
    const { clock, spend } = fakeClock()
    const sync = operation(() => spend(5000, 5000))
    await expect(measure(sync, { ...options, inFlight: 16 }, clock)).rejects.toThrow(NotApplicable)
  })

  it('passes on what the operation throws', async () => {
    const { clock, spend } = fakeClock()
    const failing = operation(async (turn) => {
      spend(5000, 5000)
      if (turn === 15_000) throw new Error('the store is gone')
    })
    await expect(measure(failing, options, clock)).rejects.toThrow('the store is gone')
  })
})

describe('a batch', () => {
  it('is at least a hundred steps of the clock long', () => {
    for (const stepNs of [1, 40, 1000, 1_000_000]) {
      for (const operationNs of [1, 80, 3000, 70_000, 1_000_000]) {
        for (const inFlight of [1, 16]) {
          const batch = batchFor(operationNs, stepNs, inFlight)
          expect(batch * operationNs).toBeGreaterThanOrEqual(100 * stepNs)
          expect(batch % inFlight).toBe(0)
        }
      }
    }
  })

  it('is timed with a clock whose step is known', () => {
    expect(stepOf(fakeClock().clock)).toBe(STEP_NS)
  })
})
