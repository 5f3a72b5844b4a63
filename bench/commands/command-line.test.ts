import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { terminalOn } from '../cli/terminal.ts'
import { runCli } from './command-line.ts'

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What no socket connects to, whatever happens. */
const ELSEWHERE =
  'run --target http://255.255.255.255/ --i-may-load 255.255.255.255 --credentials CREDENTIALS'

describe('command line', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'authbench cli '))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  async function authbench(...args: string[]): Promise<Ended> {
    const said = { stdout: '', stderr: '' }
    const output = (stream: keyof typeof said) => ({ write: (text: string) => (said[stream] += text) })
    const code = await runCli(args, terminalOn(output('stdout'), output('stderr'), {}))
    return { code, ...said }
  }
  const file = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const out = () => ['--out', join(folder, 'out')]

  it.each([
    ['an unknown strategy', ['run', '--strategies', 'jwt-hs265'], /did you mean 'jwt-hs256'/],
    ['a fleet of which nothing is said', ['fleet', 'new'], /has to know where agents will reach it/],
    [
      'a fleet at a port that there is not',
      ['fleet', 'new', '--as', 'fleet', '--port', '70000'],
      /has to know where agents will reach it/,
    ],
    [
      'a place for secrets that say another one',
      ['fleet', 'up', '--key-file', 'F', '--port', '7000'],
      /are in the join file/,
    ],
    ['an unknown scenario', ['run', '--scenarios', 'verfy'], /did you mean 'verify'/],
    ['an unknown profile', ['run', '--profile', 'quik'], /did you mean 'quick'/],
    ['an unknown transport', ['run', '--transport', 'cokie'], /did you mean 'cookie'/],
    ['an unknown option', ['run', '--round', '3'], /Did you mean --rounds\?/],
    ['an unknown command', ['rnu'], /Did you mean run\?/],
    ['a number that is none', ['run', '--rounds', 'six'], /whole number/],
    ['no round at all', ['run', '--rounds', '0'], /rounds/],
    ['an unknown list', ['list', 'strategy'], /Did you mean 'strategies'/],
    ['an unknown format', ['report', '--format', 'markdwon'], /Did you mean 'markdown'/],
    ['a run that is not there', ['report', '/nonexistent'], /no stored run/],
    ['a run to compare that is not there', ['compare', '/nonexistent'], /no stored run/],
    ['an unknown gate', ['compare', 'a', 'b', '--gate', 'cpuu=5%'], /did you mean 'cpu'/],
    ['nothing to compare', ['compare'], /missing required argument 'base'/],
    ['an unknown strategy to serve', ['serve', 'session-reddis'], /did you mean 'session-redis'/],
    ['a claims file that is not there', ['run', '--claims', '/nonexistent.json'], /FILE_UNREADABLE/],
    [
      'a keys file that is not there',
      ['serve', 'jwe', '--keys', '/nonexistent.json'],
      /KEYS_FILE_UNREADABLE/,
    ],
    ['a config file that is not there', ['run', '--config', '/nonexistent.json'], /FILE_UNREADABLE/],
  ])('refuses %s with exit code 2 and the next step', async (_, args, message) => {
    const { code, stderr, stdout } = await authbench(...args)
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it.each([
    ['run --credentials f', /add --target/i],
    ['run --header x:y', /add --target/i],
    ['run --method POST', /add --target/i],
    ['run --max-rate 5', /add --target/i],
    ['run --i-may-load a', /add --target/i],
    ['run --target http://127.0.0.1:1/ --credentials CREDENTIALS --max-rate 5', /on the loopback/],
    [`${ELSEWHERE} --strategies none`, /--strategies run beside the target/],
    [`${ELSEWHERE} --scenarios verify,curve`, /verify and curve: not on another machine/],
    [`${ELSEWHERE} --scenarios scale-out`, /scale-out: not on another machine/],
    [`${ELSEWHERE} --against .`, /compare/],
    [`${ELSEWHERE} --profile gate`, /tells no times/],
    [`${ELSEWHERE} --tls`, /--tls is about our servers/],
    ['run --target http://127.0.0.1:1/ --credentials f --body f', /add --method POST/i],
    ['run --target http://127.0.0.1:1/ --credentials f --method POST --strategies none', /asked by GET/],
    ['run --gate cpu=5%', /--against DIR/],
    ['run --profile gate --scenarios iso-load', /tells no times/],
    ['run --profile gate --against . --gate p99=5%', /measures no latency\.p99/],
    ['run --target http://127.0.0.1:1/ --credentials f --against .', /compare/],
    ['run --strategy f --against .', /registry/],
    ['run --target http://127.0.0.1:1/ --credentials f --claims f', /--strategies/],
    ['run --target http://127.0.0.1:1/ --credentials f --conformance', /authbench conformance --target/],
    ['run --strategies none --scenarios verify --slo 10', /scenario slo/],
    ['run --strategies none --scenarios verify --arrivals constant', /iso-load/],
    ['run --strategies none --scenarios iso-load --window 200', /closed loop/],
    ['run --profile ci --strategies all --window 5000', /credentials live 30 min/],
    ['run --strategies session-redis --scenarios verify,refresh', /measured in refresh \[SCENARIO/],
    ['conformance --credentials f', /add --target/i],
    ['conformance --transport cookie', /both/],
    ['conformance --target http://127.0.0.1:1/ --credentials f --strategies none', /without --strategies/],
    ['conformance --target http://127.0.0.1:1/ --credentials f --strategy f', /without --strategy /],
    ['compare a b --format markdown --json', /not --format markdown/],
  ])('refuses %s: something in it would be ignored', async (words, message) => {
    const credentials = file('credentials', 'one')
    const given = words.split(' ').map((word) => (word === 'CREDENTIALS' ? credentials : word))
    const { code, stderr, stdout } = await authbench(...given)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/OPTIONS_INVALID|SCENARIO_NOT_APPLICABLE/)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it('checks no other machine, and asks nobody where a name leads', async () => {
    const credentials = file('credentials', 'one')
    for (const host of ['example.test', '10.0.0.1', '127.0.0.1.example.test']) {
      const target = ['--target', `http://${host}/`, '--credentials', credentials]
      expect(await authbench('conformance', ...target)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('TARGET_NOT_LOCAL'),
      })
    }
  })

  it('refuses claims of strategies that set them, and takes them for others', async () => {
    const claims = file('sid.json', '{"sid": "x"}')
    const refused = await authbench('serve', 'jwt-refresh', '--claims', claims)
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('jwt-refresh sets "sid" itself'),
    })
    const blocked = ['--out', join(file('blocked', ''), 'below')]
    const run = (id: string) =>
      authbench('run', '--profile', 'smoke', '--strategies', id, '--claims', claims, ...blocked)
    expect((await run('jwt-refresh')).stderr).toContain('CLAIMS_TAKEN')
    expect((await run('jwt-hs256')).stderr).toContain('OUT_NOT_WRITABLE')
  })

  it('says where a claims file is wrong', async () => {
    const broken = await authbench('run', '--claims', file('a.json', '{"roles": ['), ...out())
    expect(broken).toMatchObject({ code: 2, stderr: expect.stringMatching(/a\.json.*line 1/) })
    const wrong = await authbench('run', '--claims', file('b.json', '{"exp": "soon"}'), ...out())
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('"exp" must be a number') })
    const long = await authbench(
      'run',
      '--claims',
      file('c.json', JSON.stringify({ roles: 'r'.repeat(9000) })),
      ...out(),
    )
    expect(long).toMatchObject({ code: 2, stderr: expect.stringContaining('CLAIMS_TOO_LONG') })
  })

  it('says where a config file is wrong, and lets the command line win', async () => {
    const unknown = await authbench('run', '--config', file('a.json', '{"runds": 3}'))
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('runds') })
    const both = await authbench(
      'run',
      '--config',
      file('b.json', '{"profile": "nope"}'),
      '--profile',
      'alsonot',
    )
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining("'alsonot'") })
  })

  it('finds an unwritable results folder before it measures', async () => {
    const blocked = file('blocked', '')
    const { code, stderr } = await authbench('run', '--profile', 'smoke', '--out', join(blocked, 'below'))
    expect(stderr).toContain('OUT_NOT_WRITABLE')
    expect(code).toBe(2)
  })

  it('lists everything there is to choose from, for programs too', async () => {
    const { code, stdout } = await authbench('list', '--json')
    expect(code).toBe(0)
    expect(Object.keys(JSON.parse(stdout))).toEqual([
      'strategies',
      'scenarios',
      'experiments',
      'metrics',
      'claims',
      'profiles',
      'tasks',
    ])
  })

  it('explains itself', async () => {
    const { code, stdout } = await authbench('--help')
    expect(code).toBe(0)
    expect(stdout).toMatch(/run[\s\S]*report[\s\S]*serve[\s\S]*list[\s\S]*Exit codes/)
  })
})
