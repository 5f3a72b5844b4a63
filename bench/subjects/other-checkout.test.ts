import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assertHasStrategies, openBase } from './other-checkout.ts'

const OWN = fileURLToPath(new URL('../..', import.meta.url))
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'authbench-against-'))
  mkdirSync(join(folder, 'bare', 'servers'), { recursive: true })
  writeFileSync(join(folder, 'bare', 'servers', 'main.ts'), '')
  cpSync(join(folder, 'bare'), join(folder, 'outer', 'inner'), { recursive: true })
  symlinkSync(join(OWN, 'node_modules'), join(folder, 'outer', 'node_modules'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('another checkout', () => {
  it('is opened with its servers and its commit', () => {
    const { servers } = openBase(OWN)
    expect(servers.href).toBe(new URL('../../servers/main.ts', import.meta.url).href)
  })

  it('is refused where there is none, or its packages are not installed', () => {
    expect(() => openBase(join(folder, 'nowhere'))).toThrow(
      expect.objectContaining({ code: 'AGAINST_NOT_A_CHECKOUT', exitCode: 2 }),
    )
    expect(() => openBase(join(folder, 'bare'))).toThrow(
      expect.objectContaining({ code: 'AGAINST_NOT_SET_UP', exitCode: 2 }),
    )
  })

  it('is not run with the packages of the checkout around it', () => {
    expect(() => openBase(join(folder, 'outer', 'inner'))).toThrow(
      expect.objectContaining({ code: 'AGAINST_NOT_SET_UP' }),
    )
  })

  it('has to have the strategies, and the error names those that both have', async () => {
    const base = openBase(OWN)
    await expect(assertHasStrategies(base, ['none', 'session-redis'])).resolves.toBeUndefined()
    await expect(assertHasStrategies(base, ['none', 'mine'])).rejects.toMatchObject({
      code: 'AGAINST_STRATEGY_MISSING',
      message: expect.stringContaining('mine'),
      next: expect.stringContaining('--strategies none'),
    })
  })
})
