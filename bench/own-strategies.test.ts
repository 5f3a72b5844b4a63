import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { describeStrategies } from './own-strategies.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-own-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const example = join(import.meta.dirname, '../servers/examples/hmac-ticket.ts')
const { signal } = new AbortController()

function file(name: string, text: string): string {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, text)
  return path
}

test('a file tells what it declares, and is kept by its full path', async () => {
  const [own] = await describeStrategies([example], signal)
  expect(own).toMatchObject({
    info: { id: 'hmac-ticket', state: 'stateless', family: 'token' },
    file: example,
  })
  expect(own?.info).not.toHaveProperty('open')
})

test.each([
  ['ends the process', file('ends', 'process.exit(0)'), 'STRATEGY_FILE_FAILED', /died/],
  [
    'never gets to its end',
    file('hangs', 'await new Promise(() => {})'),
    'STRATEGY_FILE_FAILED',
    /did not answer/,
  ],
  ['is no strategy', file('none', 'export default 7'), 'STRATEGY_FILE_INVALID', /no strategy/],
])('a file that %s is told before anything is measured', async (_what, path, code, message) => {
  await expect(describeStrategies([path], signal, 1500)).rejects.toMatchObject({
    code,
    exitCode: 2,
    message: expect.stringMatching(message),
  })
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
