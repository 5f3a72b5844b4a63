import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { seededRandom } from '../../src/plan/random.ts'
import { fakeExperiment } from '../../src/testing/fake-experiment.ts'
import { fakeResults } from '../../src/testing/fake-results.ts'
import { terminalOn } from '../cli/terminal.ts'
import { runCli } from './command-line.ts'

const COUNT = 500
const folder = mkdtempSync(join(tmpdir(), 'authbench-malformed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const random = seededRandom(20_261_127)
const upTo = (count: number) => Math.floor(random() * count)
const oneOf = <Item>(items: readonly Item[]): Item => items[upTo(items.length)] as Item

let files = 0
function file(text: string): string {
  const path = join(folder, `${++files}.json`)
  writeFileSync(path, text)
  return path
}

const STORED = JSON.stringify({ ...fakeResults(), experiments: [fakeExperiment('lag', [])] }, null, 2)
const HOSTILE = [
  '',
  ' ',
  '-1',
  '0',
  '1e999',
  'NaN',
  '../..',
  '\u0000',
  '<script>',
  '=cmd()',
  '%s',
  'ä'.repeat(300),
  '{}',
  '[]',
  'null',
]

/** A text with a piece cut out, doubled or replaced. */
function damaged(text: string): string {
  const [from, length] = [upTo(text.length), 1 + upTo(40)]
  const piece = text.slice(from, from + length)
  const instead = oneOf(['', piece + piece, oneOf(HOSTILE), '"', '{', ']', '\\', '\uD800', '\u0007'])
  return text.slice(0, from) + instead + text.slice(from + length)
}

const CLAIMS =
  '{"iss":"https://a.example","aud":["x"],"roles":["a","b"],"n":12,"deep":{"a":{"b":[1,2,{"c":null}]}}}'
const CONFIG =
  '{"profile":"smoke","strategies":["none"],"rounds":1,"seed":4,"gate":["cpu=5%"],"entries":[10],"slo":3}'
const KEYS =
  '{"keys":[{"kty":"oct","alg":"HS256","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"},{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}]}'

/** A folder with a results.json that was cut off, damaged, of another schema, or with a member of another type. */
function stored(): string {
  const place = join(folder, `run-${++files}`)
  mkdirSync(place)
  const text = oneOf([
    () => STORED.slice(0, upTo(STORED.length)),
    () => damaged(STORED),
    () => STORED.replace('results@1', `results@${upTo(9) + 2}`),
    () => {
      const parsed: Record<string, unknown> = JSON.parse(STORED)
      const name = oneOf(Object.keys(parsed))
      return JSON.stringify({ ...parsed, [name]: oneOf([undefined, null, 7, 'x', [], {}, [null], [[[]]]]) })
    },
    () => '',
  ])()
  writeFileSync(join(place, 'results.json'), text)
  return place
}

const OPTIONS = [
  '--profile',
  '--strategies',
  '--scenarios',
  '--rounds',
  '--seed',
  '--connections',
  '--pool',
  '--popularity',
  '--entries',
  '--transport',
  '--arrivals',
  '--slo',
  '--window',
  '--against',
  '--gate',
  '--target',
  '--redis',
  '--only',
  '--tasks',
  '--port',
  '--format',
  '--nothing',
]

/** Ends in a refusal, or would be run with what is left out here: a value of each option that nobody can want. */
const MAKERS: readonly (() => readonly string[])[] = [
  () => ['run', oneOf(OPTIONS), oneOf(HOSTILE), oneOf(OPTIONS), oneOf(HOSTILE), '--gate', 'nothing=1'],
  () => ['run', '--claims', file(damaged(CLAIMS)), '--gate', 'nothing=1'],
  () => ['run', '--config', file(damaged(CONFIG)), '--gate', 'nothing=1'],
  () => [
    'run',
    '--target',
    oneOf(['http://127.0.0.1:1/', 'x', 'http://[::', 'http://10.0.0.1/', 'https://localhost', ...HOSTILE]),
    '--credentials',
    file(damaged('["one","two"]')),
    oneOf(['--header', '--method', '--body']),
    oneOf([...HOSTILE, damaged('X-Key: value'), `@${file(damaged('X-A: 1\nX-B: 2'))}`]),
    '--gate',
    'nothing=1',
  ],
  () => ['serve', oneOf(['none', 'jwt-hs256', ...HOSTILE]), '--keys', file(damaged(KEYS)), '--port', '70000'],
  () => ['report', stored(), '--format', oneOf(['terminal', 'markdown', 'html', 'json', 'csv', 'pdf'])],
  () => ['compare', stored(), stored()],
  () => ['compare', stored(), ...(upTo(2) === 0 ? ['--gate', oneOf(HOSTILE)] : [])],
  () => [
    'advise',
    oneOf(['--users', '--redis-rtt', '--roles', '--transport']),
    oneOf(HOSTILE),
    '--run',
    stored(),
  ],
  () => [
    'capacity',
    oneOf(['--requests', '--users', '--regions', '--utilisation']),
    oneOf(HOSTILE),
    '--run',
    stored(),
  ],
  () => ['micro', '--with', stored(), '--rounds', '0'],
  () => ['list', oneOf(HOSTILE)],
  () => [oneOf(HOSTILE), oneOf(HOSTILE)],
  () => ['completion', oneOf(HOSTILE)],
]

test(`${COUNT} malformed inputs end in an error with its code and the next step, never in a stack trace`, async () => {
  for (let count = 0; count < COUNT; count++) {
    const args = (MAKERS[count % MAKERS.length] ?? oneOf(MAKERS))()
    const said: string[] = []
    const output = { write: (text: string) => said.push(text) }
    const code = await runCli(args, terminalOn({ write: () => true }, output, { AUTHBENCH_DEBUG: '' }), {})
    const told = `${JSON.stringify(args).slice(0, 300)}: ${said.join('')}`
    expect([0, 2, 3], told).toContain(code)
    expect(told).not.toMatch(/\n\s+at |UNEXPECTED|\[object Object/)
    // What was damaged may be compared all the same, and then says so where results go.
    if (code === 2) expect(said.join('').length, told).toBeGreaterThan(20)
  }
})
