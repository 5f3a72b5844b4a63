import { describe, expect, it } from 'vitest'
import { type Asked, checkOf } from './held.ts'
import { Tally } from './punctuality.ts'

const ASKED: Asked = { roundTripMs: 5, upBitsPerSecond: 8000, downBitsPerSecond: null }

/** Loads of so many bytes, due one after the other, each late by its own. */
function tallyOf(
  latenessMs: readonly number[],
  { everyMs = 10, bytes = 10, busySinceMs = null as number | null } = {},
) {
  const tally = new Tally()
  for (const [index, lateMs] of latenessMs.entries()) {
    const dueMs = (index + 1) * everyMs
    tally.count(bytes, dueMs, dueMs + lateMs, busySinceMs)
  }
  return tally
}
const late = (ms: number, share = 1) =>
  Array.from({ length: 100 }, (_, index) => (index < share * 100 ? ms : 0))
const check = (up: Tally, down: Tally, waitedUs: number | null = 0) =>
  checkOf(ASKED, { milliseconds: 1000, connections: 1, up: up.take(), down: down.take() }, waitedUs)

describe('a proxy', () => {
  it('held its delay when nine of ten loads were on time both ways', () => {
    const { held, why, up, down } = check(tallyOf(late(0.08)), tallyOf(late(50, 0.09)))
    expect([held, why]).toEqual([true, []])
    expect(up.lateness?.p90).toBeCloseTo(0.08)
    expect(down.lateness).toMatchObject({ p50: 0.001, p90: 0.001 })
    expect(down.lateness?.max).toBeGreaterThan(49)
  })

  it('did not when more were late, or both ways together were, and says by how much', () => {
    expect(check(tallyOf(late(50, 0.2)), tallyOf(late(0))).why).toEqual([
      expect.stringMatching(
        /^the round trip of 5 ms was not held: .* by 50\.\d+ ms up and 0\.001 ms down \(p90\)/,
      ),
    ])
    expect(check(tallyOf(late(0.15)), tallyOf(late(0.15))).held).toBe(false)
  })

  it('did not when it was kept from seeing what came, however punctual it was then', () => {
    expect(check(tallyOf(late(0)), tallyOf(late(0)), 200 * 150).held).toBe(true)
    expect(check(tallyOf(late(0)), tallyOf(late(0)), 200 * 250)).toMatchObject({
      held: false,
      unseenMs: 0.25,
    })
    expect(check(tallyOf(late(0)), tallyOf(late(0)), null)).toMatchObject({ held: true, unseenMs: null })
  })

  it('is held to its rate while the link is busy, and by nothing else', () => {
    const at = (everyMs: number) => tallyOf(late(0), { everyMs, busySinceMs: 0 })
    expect(check(at(10), tallyOf([]))).toMatchObject({ held: true, up: { bitsPerSecond: 8000 } })
    expect(check(at(10.3), tallyOf([])).why).toEqual([
      expect.stringContaining('the rate up was not held: 7767 bit/s'),
    ])
    expect(check(at(9.7), tallyOf([])).held).toBe(false)
    // Too short to tell.
    expect(
      check(tallyOf(late(0).slice(0, 5), { everyMs: 20, busySinceMs: 0 }), tallyOf([])).up.bitsPerSecond,
    ).toBeNull()
  })

  it('that saw nothing held everything', () => {
    expect(check(tallyOf([]), tallyOf([]))).toMatchObject({
      held: true,
      unseenMs: null,
      up: { lateness: null },
    })
  })
})

it('a tally begins anew when it is taken, and knows one busy time from the next', () => {
  const tally = new Tally()
  for (const sinceMs of [0, 1000]) {
    for (let ms = 0; ms <= 500; ms += 10) tally.count(10, sinceMs + ms, sinceMs + ms, sinceMs)
  }
  expect(tally.take()).toMatchObject({ loads: 102, bytes: 1020, busy: { bytes: 1000, milliseconds: 1000 } })
  expect(tally.take()).toMatchObject({ loads: 0, bytes: 0, busy: null })
})
