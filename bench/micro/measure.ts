// In this folder: `authbench micro`, which measures single operations, each in a process of its own, with tinybench.

import { Bench } from 'tinybench'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { MicroSample } from '../../src/results/micro.ts'
import { NotApplicable, type Operation, POOL } from './task.ts'

export interface MicroClock {
  /** Monotonic. */
  nowNs(): bigint
  /** All threads of this process. */
  cpuNs(): number
}

export interface MeasureOptions {
  readonly inFlight: number
  /** Of CPU, which a neighbour does not shorten. */
  readonly warmUpMs: number
  readonly measureMs: number
}

export type Measured = Omit<MicroSample, 'round'>

/** The error of one reading of the clock is then at most 2 % of what is timed. */
const STEPS_PER_SAMPLE = 100
/** Long enough for the median to be about operations, short enough for hundreds of samples. */
const LEAST_SAMPLE_NS = 1_000_000
/** V8 has optimised what servers do after 5,000 to 8,000 requests (see `NODE_FLAGS`). */
const WARM_UP_OPERATIONS = 10_000
/** Times as long by the clock: for operations that are too slow to be the work of V8, such as RSA signatures, and for busy machines. */
const WARM_UP_LIMIT = 3
/** Caches are filled by the first walk over the inputs, however long it takes. */
const LEAST_WARM_UP_OPERATIONS = 2 * POOL
/** With fewer turns each, a batch would mostly be lanes that wait for the last one. */
const TURNS_PER_LANE = 8
const LEAST_SAMPLES = 30

/** Smallest step that the clock was seen to take. */
export function stepOf(clock: Pick<MicroClock, 'nowNs'>): bigint {
  let step: bigint | null = null
  for (let index = 0; index < 1000; index++) {
    const before = clock.nowNs()
    let after = clock.nowNs()
    while (after === before) after = clock.nowNs()
    if (step === null || after - before < step) step = after - before
  }
  return step ?? 1n
}

/** Operations that are timed together; a multiple of what is in flight. */
export function batchFor(operationNs: number, stepNs: number, inFlight: number): number {
  const sampleNs = Math.max(LEAST_SAMPLE_NS, STEPS_PER_SAMPLE * stepNs)
  const turns = Math.ceil(sampleNs / operationNs / inFlight)
  return inFlight * Math.max(turns, inFlight === 1 ? 1 : TURNS_PER_LANE)
}

/**
 * Runs operations, awaiting those that answer with a promise and no others: to await is to leave, and costs something itself.
 * @throws AuthbenchError WRONG_ANSWER
 */
function runnerOf({ run, isRight }: Operation, inFlight: number) {
  let turn = 0
  async function lane(turns: number): Promise<void> {
    for (let index = 0; index < turns; index++) {
      const answer = run(turn++)
      if (!isRight(answer instanceof Promise ? await answer : answer)) throw wrongAnswer()
    }
  }
  return async (operations: number): Promise<void> => {
    if (inFlight === 1) return lane(operations)
    const lanes = await Promise.allSettled(
      Array.from({ length: inFlight }, () => lane(operations / inFlight)),
    )
    for (const end of lanes) if (end.status === 'rejected') throw end.reason
  }
}

/** @returns nanoseconds of an operation in the quickest batch: a batch that was interrupted says nothing about its length */
async function warmUp(
  runBatch: (operations: number) => Promise<void>,
  { inFlight, warmUpMs }: MeasureOptions,
  clock: MicroClock,
): Promise<number> {
  const start = clock.nowNs()
  const cpuStart = clock.cpuNs()
  const batch = inFlight * TURNS_PER_LANE
  let done = 0
  let quickestNs = Number.POSITIVE_INFINITY
  for (;;) {
    const before = clock.nowNs()
    await runBatch(batch)
    const after = clock.nowNs()
    done += batch
    quickestNs = Math.min(quickestNs, Number(after - before) / batch)
    const isWarm = (clock.cpuNs() - cpuStart) / 1e6 >= warmUpMs && done >= WARM_UP_OPERATIONS
    const isLate = Number(after - start) / 1e6 >= WARM_UP_LIMIT * warmUpMs && done >= LEAST_WARM_UP_OPERATIONS
    if (isWarm || isLate) return Math.max(1, quickestNs)
  }
}

/**
 * Time and CPU of one operation in this process. tinybench repeats a batch; how many operations are one is chosen so that a sample is at
 * least a hundred steps of the clock. The median is over batches; CPU is the whole phase divided by its operations, and so holds
 * the collector and other threads.
 * @throws NotApplicable in flight with others, when it is over as soon as it is called
 * @throws AuthbenchError WRONG_ANSWER, BELOW_RESOLUTION; whatever the operation throws
 */
export async function measure(
  operation: Operation,
  options: MeasureOptions,
  clock: MicroClock,
): Promise<Measured> {
  const { inFlight, measureMs } = options
  const runBatch = runnerOf(operation, inFlight)
  const roughNs = await warmUp(runBatch, options, clock)
  // Asked once caches are warm: a miss may have to wait where a hit need not.
  const answer = operation.run(0)
  if (inFlight > 1 && !(answer instanceof Promise)) throw new NotApplicable('it never waits')
  await answer
  const stepNs = Number(stepOf(clock))
  const batch = batchFor(roughNs, stepNs, inFlight)

  let cpuNs = 0
  const bench = new Bench({
    time: measureMs,
    iterations: LEAST_SAMPLES,
    warmup: false,
    throws: true,
    timestampProvider: {
      name: 'nanoseconds',
      fn: clock.nowNs,
      fromMs: (milliseconds) => BigInt(Math.round(milliseconds * 1e6)),
      toMs: (nanoseconds) => Number(nanoseconds) / 1e6,
    },
  })
  bench.add('batch', () => runBatch(batch), {
    async: true,
    beforeAll() {
      cpuNs = clock.cpuNs()
    },
    afterAll() {
      cpuNs = clock.cpuNs() - cpuNs
    },
  })
  const [task] = await bench.run()
  if (task?.result.state !== 'completed') throw new Error('tinybench ended without a result')
  const sampleNs = task.result.latency.p50 * 1e6
  if (sampleNs < STEPS_PER_SAMPLE * stepNs) throw belowResolution(sampleNs, stepNs)
  const operations = task.result.latency.samplesCount * batch
  return { wallNs: sampleNs / batch, cpuNs: cpuNs / operations, operations, batch }
}

const wrongAnswer = () =>
  new AuthbenchError('WRONG_ANSWER', 'an operation gave a wrong answer', {
    next: 'What it cost is not reported: a refusal is another operation.',
    exitCode: 3,
  })

const belowResolution = (sampleNs: number, stepNs: number) =>
  new AuthbenchError(
    'BELOW_RESOLUTION',
    `a sample of ${Math.round(sampleNs)} ns is too short for a clock with steps of ${stepNs} ns`,
    { next: 'Measure again on a machine that is less disturbed.', exitCode: 3 },
  )
