import type { Answer } from '../../src/experiments/answers.ts'

export interface PacedProbe {
  /** So far, in the order in which they were sent. */
  readonly answers: readonly Answer[]
  /** Resolves when the last request has its answer. */
  stop(): Promise<void>
}

/**
 * Asks at a steady pace, whether or not what was asked before has been answered.
 * @param startMs of `performance.now()`: times of answers are told from here
 * @param ask the status; a request that rejects had no answer
 */
export function pacedProbe(everyMs: number, startMs: number, ask: () => Promise<number>): PacedProbe {
  const answers: Answer[] = []
  const underWay = new Set<Promise<void>>()
  const rounded = (milliseconds: number) => Math.round(milliseconds * 10) / 10

  async function once(): Promise<void> {
    const sentMs = performance.now()
    const status = await ask().catch(() => null)
    answers.push([rounded(sentMs - startMs), rounded(performance.now() - sentMs), status])
  }
  const timer = setInterval(() => {
    const asking = once().finally(() => underWay.delete(asking))
    underWay.add(asking)
  }, everyMs)

  return {
    get answers() {
      return answers.toSorted(([a], [b]) => a - b)
    },
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
    },
  }
}
