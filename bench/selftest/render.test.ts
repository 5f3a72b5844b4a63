import { describe, expect, it } from 'vitest'
import { headLine, paintOf, resultText, summaryText } from './render.ts'
import type { Result } from './run-checks.ts'

const result: Result = {
  id: 'service',
  engine: 'autocannon',
  title: 'service time of known delays',
  what: '0.2 ms',
  expected: 239.6,
  measured: 301,
  tolerance: 52.4,
  unit: 'us',
  state: 'passed',
  sentence: 'The median is 61 µs above the server’s own 240 µs, of which a bare socket takes 58 µs too.',
}
const plain = paintOf(false)
const text = (change: Partial<Result>) => resultText({ ...result, ...change }, plain)

describe('the lines of a self-test', () => {
  it('tell expected, measured and tolerance, and the sentence only where there is something to say', () => {
    expect(`${headLine(plain)}${text({})}${text({ state: 'failed', measured: 401 })}`).toMatchInlineSnapshot(`
      "figure                    engine         expected     measured  tolerance  unit
      service 0.2 ms            autocannon          240          301        ±52  µs           PASS
      service 0.2 ms            autocannon          240          401        ±52  µs           FAIL
          The median is 61 µs above the server’s own 240 µs, of which a bare socket takes 58 µs too.
      "
    `)
    expect(
      text({ what: 'p99', state: 'shown', expected: null, tolerance: null, measured: 12_345.6 }),
    ).toMatchInlineSnapshot(`
      "service p99               autocannon                    12,346             µs
          The median is 61 µs above the server’s own 240 µs, of which a bare socket takes 58 µs too.
      "
    `)
    expect(
      text({ id: 'counts', what: '50 ms', unit: 'responses', expected: 1234, measured: 1234, tolerance: 0 }),
    ).toMatchInlineSnapshot(`
      "counts 50 ms              autocannon        1,234        1,234      exact  responses    PASS
      "
    `)
  })

  it('fit 100 columns, whatever is in them', () => {
    const long = text({
      what: 'a very long name of a figure',
      unit: 'a very long unit',
      expected: 123_456_789_012,
      measured: Number.NaN,
      state: 'inconclusive',
      sentence: 'word '.repeat(60),
    })
    const lines = `${headLine(plain)}${long}${summaryText([result], 'Server on core 0.')}`.split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it('have escape sequences only where colours are wanted', () => {
    expect(text({})).not.toContain('\u001b')
    expect(resultText(result, paintOf(true))).toContain('\u001b[32mPASS')
  })
})

describe('the summary', () => {
  const summary = (...states: Result['state'][]) =>
    summaryText(
      states.map((state, index) => ({ ...result, id: `check${index}`, state })),
      'Server on core 0.',
    ).replaceAll('\n', ' ')

  it('says what came out, and what to do', () => {
    expect(summary('passed', 'shown')).toContain('1 of 1 figures are within their tolerance')
    expect(summary('passed', 'failed')).toContain('`authbench selftest --only check1`')
    expect(summary('inconclusive', 'passed')).toMatch(/disturbed.*`authbench selftest --only check0`/)
    expect(summary('passed')).toContain('Server on core 0.')
    expect(summary('shown')).toContain('Nothing was judged.')
  })
})
