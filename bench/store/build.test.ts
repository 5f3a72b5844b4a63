import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { buildOf } from './build.ts'

it('is the same for the same code, whatever its tests are, and another for other code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'authbench build '))
  const root = pathToFileURL(`${folder}/`)
  for (const floor of ['bench', 'servers', 'src']) mkdirSync(join(folder, floor))
  writeFileSync(join(folder, 'src', 'a.ts'), 'one')
  const before = buildOf(root)
  writeFileSync(join(folder, 'src', 'a.test.ts'), 'a test')
  expect(buildOf(root)).toBe(before)
  writeFileSync(join(folder, 'src', 'a.ts'), 'two')
  expect(buildOf(root)).not.toBe(before)
  rmSync(folder, { recursive: true })
})
