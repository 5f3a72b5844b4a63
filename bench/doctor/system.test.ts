import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { clockStepUs } from './sample.ts'
import { placeAt } from './system.ts'

const folder = mkdtempSync(join(tmpdir(), 'authbench-doctor-'))
const file = join(folder, 'file')
writeFileSync(file, '', { mode: 0o755 })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.each([
  ['a folder', folder, true, true],
  ['one that will be made', join(folder, 'a', 'b'), true, true],
  ['one that has to be there', join(folder, 'a'), false, false],
  ['a file', file, true, false],
  ['one inside a file', join(file, 'a'), true, false],
  ['a name with a zero byte', 'a\0b', false, false],
])('can %s be written to: %#', (_, path, made, writable) => {
  expect(placeAt(path, made)).toMatchObject({ path, writable })
})

it('nothing can be made where the kernel shows itself, also by who may write', () => {
  // Elsewhere than on Linux it cannot be made either, or it is an ordinary folder.
  expect(placeAt('/proc/authbench', true).writable).toBe(
    process.platform !== 'linux' && placeAt('/', true).writable,
  )
})

it('the step of a clock is its smallest, and one that stands still keeps nobody', () => {
  let looks = 0
  // 1, 3, 6, 10, ... microseconds.
  const growing = () => (++looks * (looks + 1)) / 2 / 1000
  expect(clockStepUs(growing)).toBeCloseTo(2, 6)
  expect(clockStepUs(() => 7)).toBe(Number.POSITIVE_INFINITY)
})
