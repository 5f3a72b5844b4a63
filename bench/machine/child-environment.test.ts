import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { Child } from '../process/child.ts'
import { childEnvironment, namesPassedOn } from './child-environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-env-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('what finds programs, files and certificates is passed on, and the own variables; nothing else', () => {
  const env = {
    PATH: '/bin',
    TMPDIR: '/t',
    AUTHBENCH_DATABASE: 'x',
    NODE_EXTRA_CA_CERTS: 'ca.pem',
    NODE_OPTIONS: '--inspect',
    NODE_V8_COVERAGE: '/c',
    LD_PRELOAD: 'x.so',
    MALLOC_ARENA_MAX: '1',
    UV_THREADPOOL_SIZE: '1',
    REDIS_URL: 'redis://:secret@host',
    HTTP_PROXY: 'http://p',
    AWS_SECRET_ACCESS_KEY: 's',
    UNSET: undefined,
  }
  expect(childEnvironment(env)).toEqual({
    PATH: '/bin',
    TMPDIR: '/t',
    AUTHBENCH_DATABASE: 'x',
    NODE_EXTRA_CA_CERTS: 'ca.pem',
  })
  expect(namesPassedOn(env)).toEqual(['AUTHBENCH_DATABASE', 'NODE_EXTRA_CA_CERTS', 'PATH', 'TMPDIR'])
})

test('a child sees no variable that was not passed on', async () => {
  const file = join(folder, 'tells.mjs')
  writeFileSync(
    file,
    "process.on('message', () => process.send({ type: 'told', names: Object.keys(process.env) }))",
  )
  for (const name of ['NODE_V8_COVERAGE', 'LD_PRELOAD', 'MY_SECRET', 'UV_THREADPOOL_SIZE'])
    vi.stubEnv(name, '')
  vi.stubEnv('AUTHBENCH_OWN', 'yes')
  const child = new Child<{ readonly type: 'tell' }, { readonly type: 'told'; readonly names: string[] }>(
    pathToFileURL(file),
    'a child',
    new AbortController().signal,
  )
  const { names } = await child.request({ type: 'tell' }, 'told', 20_000)
  await child.stop()
  const known = [...namesPassedOn(), 'NODE_COMPILE_CACHE']
  expect(names.filter((name) => !known.includes(name))).toEqual([])
  expect(names).toContain('AUTHBENCH_OWN')
})

/** Not tests, and not the launcher, which stands for the program itself. */
const sources = ['bench', 'servers'].flatMap((floor) =>
  readdirSync(join(import.meta.dirname, '../..', floor), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('testing/'))
    .map((name) => join(import.meta.dirname, '../..', floor, name)),
)

test('whoever starts a process says what environment it gets', () => {
  const starts = /(?<![\w.#])(?:spawn|spawnSync|fork|exec|execSync|execFile|execFileSync)\(/g
  const silent = sources.filter((file) => {
    const text = readFileSync(file, 'utf8')
    return (text.match(starts) ?? []).length > (text.match(/\benv:/g) ?? []).length
  })
  expect(silent).toEqual([])
})
