/**
 * Sends random signals to random processes of real runs, and looks for what must never be: a run that hangs, a stack trace, a process, a
 * folder or a key that is left, results that cannot be read. Takes about ten seconds for each.
 *
 *   node scripts/inject-faults.ts --count 100 --seed 1
 */
import { parseArgs } from 'node:util'
import { startRedis } from '../servers/conformance/harness/test-redis.ts'
import { seededRandom } from '../src/plan/random.ts'
import { type Injection, injectInto, SIGNALS, VICTIMS } from './inject-faults/injection.ts'
import { startRun } from './inject-faults/run.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '2' },
  },
})
const [count, seed, lanes] = [values.count, values.seed, values.lanes].map(Number)
if (![count, seed, lanes].every((number) => Number.isInteger(number))) {
  process.stderr.write('--count, --seed and --lanes are whole numbers\n')
  process.exit(2)
}

const SMOKE = 'run --profile smoke --scenarios'
const COMMANDS: readonly (readonly string[])[] = [
  `${SMOKE} verify --strategies session-redis,jwt-hs256-fast`,
  `${SMOKE} verify,iso-load --strategies introspection,session-sqlite`,
  `${SMOKE} login --strategies session-tracked,jwt-blacklist-local`,
  `${SMOKE} verify --strategies session-redis --rounds 2 --conformance`,
  'micro --tasks hash,jwt-hs256-fast,redis --rounds 1',
  'selftest --only counts,closes',
  'conformance --strategies session-redis',
  `${SMOKE} verify --strategies session-redis,session-tracked,jwt-whitelist --redis cluster`,
  'conformance --strategies session-redis --redis cluster',
].map((command) => command.split(' '))

const random = seededRandom(seed ?? 1)
const oneOf = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
const planned: readonly Injection[] = Array.from({ length: count ?? 0 }, (_, number) => ({
  number,
  command: COMMANDS[number % COMMANDS.length] ?? [],
  victim: oneOf(VICTIMS),
  signal: oneOf(SIGNALS),
  afterMs: 300 + random() * 7000,
  givenRedis: random() < 0.5,
}))

const redis = await startRedis()
const queue = planned.values()
const tally: Record<string, number> = {}
let faults = 0
const lane = async () => {
  for (const injection of queue) {
    const run = startRun(injection, redis.url)
    const { line, problems } = await injectInto(run, injection)
    tally[line.end] = (tally[line.end] ?? 0) + 1
    faults += problems.length
    process.stdout.write(`${JSON.stringify(line)}\n`)
    for (const problem of problems) process.stdout.write(`  FAULT ${problem}\n`)
  }
}
try {
  await Promise.all(Array.from({ length: lanes ?? 1 }, lane))
} finally {
  await redis.stop()
}
process.stdout.write(`${planned.length} injections, ${faults} faults; ends: ${JSON.stringify(tally)}\n`)
process.exitCode = faults === 0 ? 0 : 1
