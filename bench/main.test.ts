import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

describe('command line', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'authbench cli '))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function authbench(...args: string[]): Promise<Ended> {
    // A lock and temporary folders of its own: what a test leaves behind shows.
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, TMPDIR: folder, REDIS_URL: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
  }
  const file = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const out = () => ['--out', join(folder, 'out')]

  it.each([
    ['an unknown strategy', ['run', '--strategies', 'jwt-hs265'], /did you mean 'jwt-hs256'/],
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

  it('serves with no key that is weak or half, and does not print it', async () => {
    const serve = (name: string, key: object) =>
      authbench('serve', 'jwt-hs256', '--keys', file(name, JSON.stringify(key)))
    const weak = await serve('weak.json', { kty: 'oct', k: 'aHVudGVyMg', alg: 'HS256' })
    expect(weak).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('WEAK_KEY') })
    const half = await serve('half.json', { kty: 'OKP', crv: 'Ed25519', x: 'aHVudGVyMg', alg: 'EdDSA' })
    expect(half).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('"d" is missing') })
    expect(weak.stderr + half.stderr).not.toContain('aHVudGVyMg')
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

  it('ends within seconds when Redis refuses, and leaves neither folder nor lock nor password', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    await new Promise((resolve) => server.close(resolve))
    const { code, stderr } = await authbench('run', '--redis', `redis://:hunter2@127.0.0.1:${port}`, ...out())
    expect(stderr).toContain('REDIS_REFUSED')
    expect(stderr).not.toContain('hunter2')
    expect(code).toBe(3)
    expect(readdirSync(folder)).toEqual(['out'])
    expect(readdirSync(join(folder, 'out'))).toEqual([])
  })

  it('lists everything there is to choose from, for programs too', async () => {
    const { code, stdout } = await authbench('list', '--json')
    expect(code).toBe(0)
    expect(Object.keys(JSON.parse(stdout))).toEqual([
      'strategies',
      'scenarios',
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
