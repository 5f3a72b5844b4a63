import { expect, it } from 'vitest'
import { type Delivery, Link } from './link.ts'

const bytes = (length: number, content = 0): Uint8Array => new Uint8Array(length).fill(content)

/** Everything that is due by then, with the moment of each: nobody is late. */
function drain(link: Link<string>, untilMs = Number.POSITIVE_INFINITY): readonly Delivery<string>[] {
  const deliveries = []
  for (
    let nowMs = link.nextMs();
    nowMs <= untilMs && nowMs < Number.POSITIVE_INFINITY;
    nowMs = link.nextMs()
  ) {
    for (let next = link.take(nowMs); next !== null; next = link.take(nowMs)) deliveries.push(next)
  }
  return deliveries
}
const seen = (deliveries: readonly Delivery<string>[]) =>
  deliveries.map(({ lane, load, dueMs }) => [lane, typeof load === 'string' ? load : load.length, dueMs])

it('is due one delay after it arrived, whatever the size', () => {
  const link = new Link<string>({ delayMs: 5, bitsPerSecond: null })
  link.push('a', bytes(1), 10)
  link.push('b', bytes(1_000_000), 10.5)
  expect(link.nextMs()).toBe(15)
  expect(link.take(14.9)).toBeNull()
  expect(seen(drain(link))).toEqual([
    ['a', 1, 15],
    ['b', 1_000_000, 15.5],
  ])
  expect(link.nextMs()).toBe(Number.POSITIVE_INFINITY)
})

it('takes size over rate for each load, then the delay', () => {
  // A byte in a millisecond.
  const link = new Link<string>({ delayMs: 100, bitsPerSecond: 8000 })
  link.push('a', bytes(10), 0)
  link.push('a', bytes(10), 4)
  link.push('a', bytes(10), 50)
  expect(seen(drain(link))).toEqual([
    ['a', 10, 110],
    ['a', 10, 120],
    ['a', 10, 160],
  ])
})

it('is one link for all lanes, which take turns after a packet each', () => {
  const link = new Link<string>({ delayMs: 0, bitsPerSecond: 8000 })
  link.push('a', bytes(3 * 1460), 0)
  link.push('b', bytes(100), 1)
  link.push('c', bytes(1460), 1)
  expect(seen(drain(link))).toEqual([
    ['a', 1460, 1460],
    ['b', 100, 1560],
    ['c', 1460, 3020],
    ['a', 1460, 4480],
    ['a', 1460, 5940],
  ])
})

it('keeps the order of a lane, and the marks behind its bytes', () => {
  for (const bitsPerSecond of [null, 8000]) {
    const link = new Link<string>({ delayMs: 7, bitsPerSecond })
    const sent = Array.from({ length: 5000 }, (_, index) => index % 256)
    for (let at = 0; at < sent.length; at += 50) link.push('a', Uint8Array.from(sent.slice(at, at + 50)), at)
    link.push('a', 'end', sent.length)
    link.push('b', 'reset', sent.length)
    const deliveries = drain(link)
    const loads = deliveries.filter(({ lane }) => lane === 'a').map(({ load }) => load)
    expect(loads.slice(0, -1).flatMap((load) => [...load])).toEqual(sent)
    expect(loads.at(-1)).toBe('end')
    expect(deliveries.map(({ dueMs }) => dueMs)).toEqual(
      deliveries.map(({ dueMs }) => dueMs).toSorted((one, other) => one - other),
    )
  }
})

it('holds up nobody for a lane whose loads have yet to arrive', () => {
  for (const bitsPerSecond of [null, 8000]) {
    const link = new Link<string>({ delayMs: 0, bitsPerSecond })
    link.push('opening', bytes(1), 100)
    link.push('open', bytes(1), 10)
    link.push('opening', bytes(1), 100)
    expect(seen(drain(link)).map(([lane]) => lane)).toEqual(['open', 'opening', 'opening'])
  }
})

it('says since when it has been busy, so that a rate can be told', () => {
  const link = new Link<string>({ delayMs: 5, bitsPerSecond: 8000 })
  link.push('a', bytes(10), 0)
  link.push('b', bytes(10), 3)
  link.push('a', bytes(10), 21)
  expect(drain(link).map(({ busySinceMs }) => busySinceMs)).toEqual([5, 5, 26])
})

it('keeps its rate when it is looked at late: what was due meanwhile is due at once', () => {
  const link = new Link<string>({ delayMs: 0, bitsPerSecond: 8000 })
  link.push('a', bytes(4 * 1460), 0)
  const due = []
  for (let next = link.take(3000); next !== null; next = link.take(3000)) due.push(next.dueMs)
  expect(due).toEqual([1460, 2920])
  expect(drain(link).map(({ dueMs }) => dueMs)).toEqual([4380, 5840])
})
