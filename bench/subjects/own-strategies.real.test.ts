import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { describeStrategies } from './own-strategies.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-own-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const example = join(import.meta.dirname, '../../servers/examples/hmac-ticket.ts')
const { signal } = new AbortController()

function file(name: string, text: string): string {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, text)
  return path
}

test('a file tells what it declares, and is kept by its full path', async () => {
  const [own] = (await describeStrategies([example], signal)) ?? []
  expect(own).toMatchObject({
    info: { id: 'hmac-ticket', state: 'stateless', family: 'token' },
    file: example,
  })
  expect(own?.info).not.toHaveProperty('open')
})

test.each([
  ['ends the process', file('ends', 'process.exit(0)'), 'STRATEGY_FILE_FAILED', /died/, 10_000],
  [
    'never gets to its end',
    file('hangs', 'await new Promise(() => {})'),
    'STRATEGY_FILE_FAILED',
    /did not answer/,
    500,
  ],
  ['is no strategy', file('none', 'export default 7'), 'STRATEGY_FILE_INVALID', /no strategy/, 10_000],
])('a file that %s is told before anything is measured', async (_what, path, code, message, limitMs) => {
  await expect(describeStrategies([path], signal, limitMs)).rejects.toMatchObject({
    code,
    exitCode: 2,
    message: expect.stringMatching(message),
  })
})

test('a file of a CommonJS package is told what to do', async () => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
  for (const text of ["import 'node:fs'\nexport default {}", 'export default {}']) {
    const path = join(folder, 'common.ts')
    writeFileSync(path, text)
    await expect(describeStrategies([path], signal)).rejects.toMatchObject({
      next: expect.stringContaining('.mts'),
    })
  }
})

test('an id is given once', async () => {
  const thief = file(
    'thief',
    `export default { ...(await import(${JSON.stringify(example)})).default, id: 'none' }`,
  )
  await expect(describeStrategies([thief], signal)).rejects.toMatchObject({ code: 'STRATEGY_ID_TAKEN' })
  await expect(describeStrategies([example, example], signal)).rejects.toMatchObject({
    code: 'STRATEGY_ID_TAKEN',
  })
})

test.each(['none-twin', 'mine-base'])('the id %s is that of the other copy of a strategy', async (id) => {
  const path = file(
    id,
    `export default { ...(await import(${JSON.stringify(example)})).default, id: '${id}' }`,
  )
  await expect(describeStrategies([path], signal)).rejects.toMatchObject({
    code: 'STRATEGY_ID_TAKEN',
    exitCode: 2,
  })
})

test('an interrupted file has not failed', async () => {
  const controller = new AbortController()
  const told = join(folder, 'started')
  const hangs = file(
    'hangs on',
    `(await import('node:fs')).writeFileSync(${JSON.stringify(told)}, ''); await new Promise(() => {})`,
  )
  const described = describeStrategies([hangs, example], controller.signal)
  await vi.waitFor(() => expect(existsSync(told)).toBe(true), { timeout: 10_000 })
  controller.abort()
  expect(await described).toBeNull()
})
