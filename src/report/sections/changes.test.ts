import { describe, expect, it } from 'vitest'
import { changesBetween, changesWithin } from '../../gates/changes-of-runs.ts'
import { parseGates } from '../../gates/gate.ts'
import { type Results, resultsSchema } from '../../results/results.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_TITLE } from '../../testing/fake-strategies.ts'
import { simulatedRun } from '../../testing/simulated-runs.ts'
import { reportBetween, reportWithin } from '../groups/change-report.ts'
import { htmlReporter } from '../html/html.ts'
import { markdownOfSections, markdownReporter } from '../markdown/markdown.ts'
import { terminalOfSections, terminalReporter } from '../terminal/terminal.ts'
import { detailsOfChanges } from './change-details.ts'
import { summaryOfChanges } from './changes.ts'

const slower = simulatedRun({ seed: 1, against: true, factors: { 'cpu.server': 1.2, throughput: 0.8 } })
const judged = (run: Results): Results => ({ ...run, changes: changesWithin(run) })
const summaryOf = (run: Results) => summaryOfChanges(reportWithin(judged(run)))
const textOf = (run: Results) => terminalOfSections([summaryOf(run)], {})

describe('changes of a run against another checkout', () => {
  it('are not in the report of a run without one', () => {
    expect(markdownReporter.render(fakeResults(), {})).not.toMatch(/gated|Every comparison/)
  })

  it('come first in every format, and the table of all of them is folded', () => {
    const run = resultsSchema.parse(judged(slower))
    const markdown = markdownReporter.render(run, {})
    expect(markdown.indexOf('## Regression: 3 of 18')).toBeLessThan(markdown.indexOf('## The answer'))
    expect(markdown).toContain('<summary><b>Every comparison of base and head</b></summary>')
    const html = htmlReporter.render(run, {})
    expect(html.indexOf('<section id="changes"><h2>Regression: 3 of 18')).toBeLessThan(
      html.indexOf('<section id="answer">'),
    )
    expect(html).toMatch(/<section id="change-details"><h2>[^<]*<\/h2>\n<details>/)
    const terminal = terminalReporter.render(run, { details: true })
    expect(terminal.split('\n')[2]).toMatch(/^── Regression: 3 of 21 gated comparisons got worse ─/)
    expect(terminal).not.toContain('Every comparison of base and head')
  })

  it('begin with the verdict in words', () => {
    expect(textOf(slower)).toMatch(/^── Regression: 3 of 21 gated comparisons got worse ─/)
    expect(textOf(simulatedRun({ seed: 1, against: true }))).toMatch(
      /^── Pass: none of 21 gated comparisons got worse ─/,
    )
    const five = simulatedRun({ seed: 1, rounds: 5, against: true })
    expect(textOf(five)).toMatch(/^── Inconclusive: 6 of 21 gated comparisons could not be decided ─/)
  })

  it('list what is worst first', () => {
    const mixed = simulatedRun({
      seed: 1,
      against: true,
      factors: { 'cpu.server': 1.06, 'redis.commands': 3 },
    })
    const [table] = summaryOf(mixed).blocks.flatMap((block) => (block.kind === 'table' ? [block.table] : []))
    const verdicts = table?.rows
      .map((row) => row.at(-1))
      .map((cell) => (cell?.kind === 'text' ? cell.text : ''))
    expect(verdicts).toEqual(
      verdicts?.toSorted((a, b) => Number(b === 'regression') - Number(a === 'regression')),
    )
    expect(verdicts?.[0]).toBe('regression')
  })

  it('name informational regressions apart: they do not fail', () => {
    const text = textOf(simulatedRun({ seed: 1, against: true, factors: { throughput: 0.8 } }))
    expect(text).toContain('── Pass')
    expect(text).toMatch(/Informational: shown, and never fails\n- Throughput of .*−2\d/)
  })

  it('say what a base of before does not tell', () => {
    const run = simulatedRun({ seed: 1, against: true })
    const rounds = run.rounds.filter(({ arm, metric }) => arm !== 'base' || metric !== 'memory.allocated')
    const text = textOf({ ...run, rounds })
    expect(text).toContain('── Pass')
    expect(text.replace(/\s+/g, ' ')).toMatch(
      /never fails - Allocation of .*: not judged: the base gave no value/,
    )
  })

  it('say that counts are unchanged in one sentence instead of a row each', () => {
    const text = textOf(slower)
    expect(text).toContain('Counted, and unchanged in every round: Request head, Response head, Credential')
    expect(text).not.toMatch(/^.*Credential .*no change.*pass$/m)
  })
})

describe('changes between two stored runs', () => {
  const base = simulatedRun({ seed: 1 })

  it('are labelled as unpaired, with every difference and what follows from it', () => {
    const head = simulatedRun({ seed: 2 })
    const other = { ...head, environment: { ...head.environment, cpu: 'Apple M4' } }
    const report = reportBetween(base, other, changesBetween(base, other))
    const text = terminalOfSections([summaryOfChanges(report)], {}).replaceAll(/\s+/g, ' ')
    expect(text).toContain(
      'unpaired: measured at different times; the machine’s own change between them is in the',
    )
    expect(text).toMatch(/processor .*Apple M4 timed metrics not judged/)
    expect(text).toContain('not judged: the runs differ in processor')
  })

  it('fit a comment on a pull request, whatever is compared', () => {
    const many = (run: Results): Results => ({
      ...run,
      rounds: Array.from({ length: 30 }, (_, load) =>
        run.rounds.map((row) => ({ ...row, params: { load, connections: 64 } })),
      ).flat(),
    })
    const [one, other] = [
      many(base),
      many(simulatedRun({ seed: 2, factors: { 'cpu.server': 1.3, 'redis.bytes': 2 } })),
    ]
    const report = reportBetween(one, other, changesBetween(one, other, parseGates(['p99=20%', 'rps=8%'])))
    const markdown = markdownOfSections(
      [],
      [summaryOfChanges(report), detailsOfChanges(report)],
      { budgetBytes: 60_000, leftOutFirst: ['change-details'] },
      'elsewhere',
    )
    expect(new TextEncoder().encode(markdown).length).toBeLessThan(64 * 1024)
    expect(markdown).toContain('Left out to stay short: Every comparison of base and head. See elsewhere.')
    expect(markdown).toMatch(/\d+ more rows are left out, none worse than these/)
  })

  it('are Markdown with whole tables, and hostile names are text', () => {
    const hostile = (run: Results): Results => ({
      ...run,
      strategies: run.strategies.map((info) => ({ ...info, title: `${HOSTILE_TITLE} ${info.id}` })),
      run: { ...run.run, id: '<b>|x' },
    })
    const [one, other] = [hostile(base), hostile(simulatedRun({ seed: 2, factors: { 'redis.commands': 2 } }))]
    const report = reportBetween(one, other, changesBetween(one, other))
    const sections = [summaryOfChanges(report), detailsOfChanges(report)]
    const markdown = markdownOfSections([], sections, { budgetBytes: 60_000, leftOutFirst: [] }, '')
    expect(markdown).toMatch(/^## Regression: /)
    expect(markdown).not.toMatch(/<script|<b>\|/)
    expect(markdown).not.toMatch(/\bNaN\b|undefined|\[object|Infinity/)
    for (const block of markdown.split('\n\n').filter((text) => text.startsWith('|'))) {
      const widths = block.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length)
      expect(new Set(widths).size, block).toBe(1)
    }
  })
})
