/** What travels behind the bytes: the end of a stream, or its break. */
export type Mark = 'end' | 'reset'
export type Load = Uint8Array | Mark

export interface LinkOptions {
  /** One way. */
  readonly delayMs: number
  /** Null: as many as come. */
  readonly bitsPerSecond: number | null
}

export interface Delivery<Lane> {
  readonly lane: Lane
  readonly load: Load
  readonly dueMs: number
  /** Since when the link sends without a pause; null where it has no rate. */
  readonly busySinceMs: number | null
}

interface Waiting {
  load: Load
  readonly arrivedMs: number
}

/** About a packet; lanes take turns after as much. */
const SEGMENT_BYTES = 1460
/** On a fast link a segment is what it sends in this time, so that there are not more of them than a process can deliver. */
const SEGMENT_MS = 0.25

export const bytesIn = (milliseconds: number, bitsPerSecond: number): number =>
  (bitsPerSecond * milliseconds) / 8000

export const bytesOf = (load: Load): number => (typeof load === 'string' ? 0 : load.length)

/**
 * One direction of a link that many lanes share: the time is what the caller says it is. Loads wait until the link is free, take their size
 * over the rate, and arrive one delay later: `due = max(arrival, link free) + size / rate + delay`. The lanes that wait take turns, and
 * within a lane the order stays.
 */
export class Link<Lane> {
  readonly #delayMs: number
  readonly #bitsPerSecond: number | null
  readonly #segmentBytes: number
  /** In the order in which they are due. */
  readonly #underWay = new Queue<Delivery<Lane>>()
  /** Each has something that waits; the first is the next whose turn it is. */
  readonly #turns = new Map<Lane, Queue<Waiting>>()
  #freeMs = Number.NEGATIVE_INFINITY
  #busySinceMs = Number.NEGATIVE_INFINITY

  constructor({ delayMs, bitsPerSecond }: LinkOptions) {
    this.#delayMs = delayMs
    this.#bitsPerSecond = bitsPerSecond
    this.#segmentBytes = Math.max(SEGMENT_BYTES, Math.floor(bytesIn(SEGMENT_MS, bitsPerSecond ?? 0)))
  }

  /** @param arrivedMs may lie ahead; never before that of the lane's load before it */
  push(lane: Lane, load: Load, arrivedMs: number): void {
    if (this.#bitsPerSecond === null) {
      const dueMs = arrivedMs + this.#delayMs
      this.#underWay.insert({ lane, load, dueMs, busySinceMs: null }, (other) => other.dueMs <= dueMs)
      return
    }
    const waiting = this.#turns.get(lane)
    if (waiting === undefined) this.#turns.set(lane, new Queue({ load, arrivedMs }))
    else waiting.push({ load, arrivedMs })
  }

  /** When there is something to do; Infinity where there is not. */
  nextMs(): number {
    return this.#underWay.first?.dueMs ?? this.#nextStart()?.startMs ?? Number.POSITIVE_INFINITY
  }

  /** The next load that is due by now. */
  take(nowMs: number): Delivery<Lane> | null {
    if (this.#bitsPerSecond !== null) this.#send(nowMs, this.#bitsPerSecond)
    const first = this.#underWay.first
    return first === undefined || first.dueMs > nowMs ? null : (this.#underWay.shift() ?? null)
  }

  /** Everything whose turn came by now. */
  #send(nowMs: number, bitsPerSecond: number): void {
    for (let next = this.#nextStart(); next !== null && next.startMs <= nowMs; next = this.#nextStart()) {
      const { lane, waiting, startMs } = next
      if (startMs > this.#freeMs) this.#busySinceMs = startMs + this.#delayMs
      const load = this.#cut(lane, waiting)
      this.#freeMs = startMs + (bytesOf(load) * 8000) / bitsPerSecond
      const dueMs = this.#freeMs + this.#delayMs
      this.#underWay.push({ lane, load, dueMs, busySinceMs: this.#busySinceMs })
    }
  }

  #nextStart() {
    let soonest: { lane: Lane; waiting: Queue<Waiting>; startMs: number } | null = null
    for (const [lane, waiting] of this.#turns) {
      const startMs = Math.max(waiting.first?.arrivedMs ?? 0, this.#freeMs)
      if (soonest === null || startMs < soonest.startMs) soonest = { lane, waiting, startMs }
      if (startMs === this.#freeMs) break
    }
    return soonest
  }

  /** A segment of what waits first in the lane, which then goes to the end of the row. */
  #cut(lane: Lane, waiting: Queue<Waiting>): Load {
    const first = waiting.first
    if (first === undefined) throw new Error('a lane without a load has a turn')
    this.#turns.delete(lane)
    const { load } = first
    if (typeof load !== 'string' && load.length > this.#segmentBytes) {
      first.load = load.subarray(this.#segmentBytes)
      this.#turns.set(lane, waiting)
      return load.subarray(0, this.#segmentBytes)
    }
    waiting.shift()
    if (waiting.first !== undefined) this.#turns.set(lane, waiting)
    return load
  }
}

/** An array would move all others with every one that leaves. */
class Queue<Item> {
  #items: Item[]
  #head = 0

  constructor(...items: readonly Item[]) {
    this.#items = [...items]
  }

  get first(): Item | undefined {
    return this.#items[this.#head]
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  /** Behind the last that is not later. */
  insert(item: Item, isNotLater: (other: Item) => boolean): void {
    let place = this.#items.length
    for (; place > this.#head; place--) {
      const before = this.#items[place - 1]
      if (before === undefined || isNotLater(before)) break
    }
    if (place === this.#items.length) this.#items.push(item)
    else this.#items.splice(place, 0, item)
  }

  shift(): Item | undefined {
    const item = this.first
    if (this.#head < this.#items.length) this.#head += 1
    // Half of it is gone: what is moved now has paid for itself.
    if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}
