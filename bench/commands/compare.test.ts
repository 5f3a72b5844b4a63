import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Results, resultsSchema } from '../../src/results/results.ts'
import { type Simulation, simulatedRun } from '../../src/testing/simulated-runs.ts'
import type { Terminal } from '../cli/terminal.ts'
import { type CompareFlags, compare } from './compare.ts'

/** Steady enough that two runs at different times can be told apart. */
const steady = (simulation: Omit<Simulation, 'weather'>): Results =>
  simulatedRun({ ...simulation, weather: 0.005 })

describe('compare', () => {
  let parent: string
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'authbench compare '))
  })
  afterEach(() => rmSync(parent, { recursive: true }))

  function folder(name: string, results: unknown): string {
    const path = join(parent, name)
    mkdirSync(path)
    writeFileSync(join(path, 'results.json'), typeof results === 'string' ? results : JSON.stringify(results))
    return path
  }

  function compared(base: string, head?: string, flags: Partial<CompareFlags> = {}) {
    let text = ''
    const terminal: Terminal = {
      stdout: { write: (part: string) => (text += part) },
      stderr: { write: () => undefined },
      color: false,
      interruption: () => new AbortController().signal,
      reportError: () => undefined,
    }
    const code = compare(base, head, { format: 'terminal', ...flags }, terminal)
    return { code, text, first: text.split('\n')[0] ?? '' }
  }

  it('reads results that are valid', () => {
    expect(() => resultsSchema.parse(steady({ seed: 1, against: true }))).not.toThrow()
  })

  it('exits 0 when nothing changed', () => {
    const { code, first } = compared(folder('a', steady({ seed: 1 })), folder('b', steady({ seed: 2 })))
    expect(first).toMatch(/^── Pass: none of 21 gated comparisons got worse/)
    expect(code).toBe(0)
  })

  it('exits 1 when a strategy asks Redis twice, and says so first', () => {
    const head = steady({ seed: 2, factors: { 'redis.commands': 2 } })
    const { code, first, text } = compared(folder('a', steady({ seed: 1 })), folder('b', head))
    expect(first).toMatch(/^── Regression: 1 of 21/)
    expect(text).toContain('1 per request became 2 per request')
    expect(code).toBe(1)
  })

  it('exits 1 for time too, unless the gate is off', () => {
    const [a, b] = [
      folder('a', steady({ seed: 1 })),
      folder('b', steady({ seed: 2, factors: { 'cpu.server': 1.2 } })),
    ]
    expect(compared(a, b).code).toBe(1)
    expect(compared(a, b, { gate: ['cpu=off'] }).code).toBe(0)
    expect(compared(a, b, { gate: ['cpu=30%'] }).code).toBe(0)
  })

  it('exits 3 when the machines differ, and 1 when counts changed all the same', () => {
    const on = (cpu: string, results: Results) => ({
      ...results,
      environment: { ...results.environment, cpu },
    })
    const a = folder('a', on('one', steady({ seed: 1 })))
    const elsewhere = compared(a, folder('b', on('another', steady({ seed: 2 }))))
    expect(elsewhere.text.replaceAll(/\s+/g, ' ')).toContain(
      'not judged: the runs differ in processor (one against another)',
    )
    expect(elsewhere.code).toBe(3)
    const worse = folder('c', on('another', steady({ seed: 2, factors: { 'redis.commands': 2 } })))
    expect(compared(a, worse).code).toBe(1)
  })

  it('exits 3 when a run is invalid', () => {
    const head = steady({ seed: 2 })
    const invalid = { ...head, validity: { ...head.validity, verdict: 'invalid' } }
    expect(compared(folder('a', steady({ seed: 1 })), folder('b', invalid)).code).toBe(3)
  })

  it('judges one run with two checkouts, paired', () => {
    const same = compared(folder('a', simulatedRun({ seed: 1, against: true })))
    expect(same).toMatchObject({ code: 0, text: expect.stringContaining('in the same rounds') })
    const slower = simulatedRun({ seed: 2, against: true, factors: { 'cpu.server': 1.1 } })
    expect(compared(folder('b', slower)).code).toBe(1)
    expect(() => compared(folder('c', simulatedRun({ seed: 1 })))).toThrow(/one checkout only/)
  })

  it('writes Markdown that begins with the verdict and folds the details', () => {
    const { text } = compared(folder('a', simulatedRun({ seed: 1, against: true })), undefined, {
      format: 'markdown',
    })
    expect(text).toMatch(/^## Pass: none of 21/)
    expect(text.match(/<details>/g)).toHaveLength(1)
    expect(text.indexOf('Throughput: informational, limit 8 %')).toBeGreaterThan(text.indexOf('<details>'))
  })

  it('writes JSON for programs', () => {
    const [a, b] = [folder('a', steady({ seed: 1 })), folder('b', steady({ seed: 2 }))]
    const { text } = compared(a, b, { json: true, format: 'json', gate: ['p99=30%'] })
    expect(text).toBe(compared(a, b, { format: 'json', gate: ['p99=30%'] }).text)
    expect(JSON.parse(text)).toMatchObject({
      schema: 'authbench/compare@1',
      verdict: 'pass',
      paired: false,
      differences: [],
      gates: expect.arrayContaining([{ metric: 'latency.p99', limit: 0.3, gating: true }]),
    })
  })

  it.each([
    ['a folder without a run', 'RESULTS_MISSING', null],
    ['garbage', 'RESULTS_NOT_JSON', '{"schema":'],
    ['another schema', 'RESULTS_SCHEMA', '{"schema":"authbench/results@0"}'],
    ['a run that is none', 'RESULTS_INVALID', '{"schema":"authbench/results@1"}'],
  ])('refuses %s as a usage error, on either side', (_, code, text) => {
    const sound = folder('a', steady({ seed: 1 }))
    const broken = text === null ? join(parent, 'nothing') : folder('b', text)
    const refusal = expect.objectContaining({ code, exitCode: 2 })
    expect(() => compared(sound, broken)).toThrow(refusal)
    expect(() => compared(broken, sound)).toThrow(refusal)
  })

  it('refuses formats and gates that do not exist before it reads anything', () => {
    const nowhere = join(parent, 'nothing')
    expect(() => compared(nowhere, nowhere, { format: 'markdwon' })).toThrow(/markdwon/)
    expect(() => compared(nowhere, nowhere, { gate: ['cpuu=5%'] })).toThrow(/did you mean 'cpu'/)
  })
})
