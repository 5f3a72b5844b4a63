import type { ProcessCpu } from '../../../src/results/cell.ts'
import { medianOf } from '../../../src/stats/median.ts'
import { cpuBetween } from '../../machine/cpu-time/thread-time.ts'
import {
  type Check,
  type CheckContext,
  judged,
  type OpenedLoad,
  type Outcome,
  shown,
  targetOf,
} from '../check.ts'
import { INSTANT } from '../known-behaviour.ts'

const SHORT_US = 100
const LONG_US = 1000
const MILLISECONDS = 1200
const RELATIVE = 0.03

interface Spent {
  /** Microseconds of the server's main thread, from outside and by its own account. */
  readonly outsideUs: number
  readonly ownUs: number
  readonly perRequestUs: number
  /** That the server spun for one request, by its clock. */
  readonly spunUs: number
}

async function spend(
  { server }: CheckContext,
  load: OpenedLoad,
  before: ProcessCpu | null,
): Promise<Spent | null> {
  await load.slice({ milliseconds: MILLISECONDS, arrivals: null })
  const after = server.readCpu()
  const { threadUs, requests, holdsUs } = await server.observe()
  if (before === null || after === null) return null
  const outsideUs = cpuBetween(before, after).mainUs
  return {
    outsideUs,
    ownUs: threadUs,
    perRequestUs: outsideUs / requests,
    // A spin that was interrupted by another process took longer, not more.
    spunUs: medianOf(holdsUs),
  }
}

/** CPU time that the server is known to burn, against what a run reads about it from outside: the headline metric's own ruler. */
export const cpu: Check = {
  id: 'cpu',
  title: 'CPU time that a server burns',
  engine: null,
  timed: true,
  async run(context) {
    const { server, open } = context
    const load = await open('autocannon', targetOf(server, 2))
    const measure = async (holdUs: number) => {
      await server.behave({ ...INSTANT, holdUs })
      return spend(context, load, server.readCpu())
    }
    const short = await measure(SHORT_US)
    const long = await measure(LONG_US)
    return short === null || long === null ? [unseen] : outcomesOf(short, long)
  },
}

const unseen = shown(
  'not shown',
  null,
  'us',
  'This system does not show the CPU time of other processes; servers report their own, which is not checked.',
)

function outcomesOf(short: Spent, long: Spent): readonly Outcome[] {
  // What a request costs beside the spinning is in both, and falls out.
  const expected = long.spunUs - short.spunUs
  return [
    judged(
      {
        what: 'own account',
        expected: short.ownUs,
        measured: short.outsideUs,
        tolerance: RELATIVE * short.ownUs,
        unit: 'us',
      },
      `From outside, against the server's own getrusage, while every request burns ${SHORT_US} us.`,
    ),
    judged(
      {
        what: 'burned',
        expected,
        measured: long.perRequestUs - short.perRequestUs,
        tolerance: RELATIVE * expected,
        unit: 'us',
      },
      `More CPU per request when it burns ${LONG_US} us instead of ${SHORT_US} us, by the server's clock.`,
    ),
  ]
}
