import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FORMATS } from '../../src/report/formats.ts'
import type { RunVerdict } from '../../src/results/results.ts'
import { fakeResults } from '../../src/testing/fake-results.ts'
import type { Terminal } from '../cli/terminal.ts'
import { report } from './report.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authbench report '))
})
afterEach(() => rmSync(folder, { recursive: true }))

function rendered(format: string, verdict: RunVerdict = 'ok'): string {
  const run = fakeResults()
  const stored = { ...run, validity: { ...run.validity, verdict, reasons: ['One cell was wrong.'] } }
  writeFileSync(join(folder, 'results.json'), JSON.stringify(stored))
  let text = ''
  const terminal: Terminal = {
    stdout: { write: (part: string) => (text += part) },
    stderr: { write: () => undefined },
    color: false,
    interruption: () => new AbortController().signal,
    reportError: () => undefined,
  }
  expect(report(folder, { format }, terminal)).toBe(0)
  return text
}

it.each(FORMATS)('prints a stored run as %s', (format) => {
  expect(rendered(format).length).toBeGreaterThan(300)
})

it('refuses to hand numbers of a run that is not sound to who cannot be told so', () => {
  for (const format of ['bmf', 'github-benchmark-smaller', 'github-benchmark-bigger']) {
    for (const verdict of ['invalid', 'partial'] as const)
      expect(() => rendered(format, verdict)).toThrow(
        expect.objectContaining({
          code: 'RUN_UNSOUND',
          exitCode: 3,
          message: expect.stringContaining(`the run is ${verdict}`),
        }),
      )
  }
  for (const format of ['openmetrics', 'benchfmt', 'junit', 'csv'])
    expect(() => rendered(format, 'invalid')).not.toThrow()
})
