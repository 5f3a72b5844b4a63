import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { programOf } from '../trials/programs.ts'
import { openBrowser } from './browser.ts'

it.each([10, 60, 150])(
  'starts whatever the length of the path of the temporary folder: %i characters more',
  async (length) => {
    const outer = mkdtempSync(join(tmpdir(), 'authbench-browser-'))
    const folder = join(outer, 'x'.repeat(length))
    mkdirSync(folder)
    vi.stubEnv('TMPDIR', folder)
    const browser = await openBrowser(programOf('chromium') ?? 'chromium', folder)
    await browser.close()
    expect(browser.product).toMatch(/^Chromium \d+/)
    rmSync(outer, { recursive: true })
  },
)
