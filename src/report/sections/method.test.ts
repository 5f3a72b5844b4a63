import { expect, test } from 'vitest'
import type { Environment, Results } from '../../results/results.ts'
import { fakeExperiment } from '../../testing/fake-experiment.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { USUAL_WORLD, worldWith } from '../../worlds/world.ts'
import { htmlReporter } from '../html/html.ts'
import { markdownReporter } from '../markdown/markdown.ts'
import { terminalReporter } from '../terminal/terminal.ts'

const withEnvironment = (change: Partial<Environment>) => {
  const results = fakeResults()
  return { ...results, environment: { ...results.environment, ...change } }
}
const HOSTILE = '<script>"|`'

test.each([
  ['terminal', terminalReporter],
  ['markdown', markdownReporter],
  ['html', htmlReporter],
])('%s names the processes whose CPU time was counted', (_id, reporter) => {
  const report = reporter.render(
    withEnvironment({
      cores: 4,

      target: { address: '127.0.0.1:8120', processes: [{ pid: 77, name: 'gunicorn' }] },
    }),
    { details: true },
  )
  expect(report).toContain('127.0.0.1:8120; CPU time of gunicorn (77)')
})

test('a hostile name of a process is text', () => {
  const target = { address: '127.0.0.1:1', processes: [{ pid: 1, name: HOSTILE }] }
  expect(htmlReporter.render(withEnvironment({ target }), {})).not.toContain(HOSTILE)
})

test('what each request to a target carries is said by names and sizes', () => {
  const target = {
    address: '127.0.0.1:1',
    processes: [],
    method: 'POST' as const,
    headers: ['X-Key', 'Content-Type'],
    bodyBytes: 12,
  }
  expect(markdownReporter.render(withEnvironment({ target }), {})).toContain(
    'asked by POST with headers X-Key and Content-Type and a body of 12 B',
  )
})

test.each([
  ['terminal', terminalReporter],
  ['markdown', markdownReporter],
  ['html', htmlReporter],
])('%s says in one sentence what a target on another machine means', (_id, reporter) => {
  const remote = { host: 'api.test', maxRate: 50 }
  const results = withEnvironment({ target: { address: '10.77.0.2:8443', processes: [], remote } })
  const sentence =
    'The target was another machine (api.test at 10.77.0.2:8443), which got at most 50 requests per second: its CPU is not measured, and times contain the way there.'
  const report = reporter
    .render({ ...results, config: { ...results.config, maxRate: 50 } }, { details: true, columns: 1000 })
    .replaceAll(/\s+/g, ' ')
  expect(report).toContain(sentence)
  expect(report).toContain('CPU time not measured: it is another machine')
  expect(report).toContain('every round opens new connections to the target')
  expect(report).not.toContain('fresh server process')
})

test('processes that are not shown are said to be', () => {
  const target = { address: '127.0.0.1:1', processes: [] }
  expect(markdownReporter.render(withEnvironment({ target }), {})).toContain('CPU time not measured')
})

test('names the CPU quota beside the cores, and the processors that could be used', () => {
  expect(
    markdownReporter.render(withEnvironment({ cores: 2, quotaCores: 1.5, cpuset: '4,6' }), {}),
  ).toContain('2 cores, CPU quota of 1.5 cores, processors 4,6')
  expect(markdownReporter.render(withEnvironment({ quotaCores: null, cpuset: null }), {})).not.toContain(
    'quota',
  )
})

test('says that Redis was a cluster, and of how many masters', () => {
  const report = (change: Partial<Environment>) => markdownReporter.render(withEnvironment(change), {})
  expect(report({ redisMasters: 3 })).toContain(', cluster of 3 masters (started by the run)')
  expect(report({})).not.toContain('cluster of')
})

test('says that a quota might not have been noticed, where that is so', () => {
  const report = (quotaHidden: boolean) => markdownReporter.render(withEnvironment({ quotaHidden }), {})
  expect(report(true)).toContain('would not have been noticed')
  expect(report(false)).not.toContain('would not have been noticed')
})

test('repeats what was said before the run', () => {
  expect(
    markdownReporter.render(withEnvironment({ warnings: ['CPU quota: 1 core of 2 cores'] }), {}),
  ).toContain('Said before the run: CPU quota: 1 core of 2 cores')
  expect(markdownReporter.render(withEnvironment({}), {})).not.toContain('Said before the run')
})

test('experiments are said to run in the usual world, and without TLS', () => {
  const results = fakeResults()
  const world = worldWith(USUAL_WORLD, { tls: true })
  const loads = { ...results, config: { ...results.config, world } }
  const experiments = [fakeExperiment('leak', [])]
  const report = (run: Results) => markdownReporter.render(run, {})
  expect(report(loads)).not.toMatch(/Experiments ran in|of TLS/)
  const both = report({ ...loads, experiments })
  expect(both).toContain('Experiments ran in the usual world.')
  expect(both).toContain('effects of scale-out, of TLS in experiments and of real networks')
  expect(report({ ...results, experiments })).not.toContain('usual world')
})

test('says that the load came from other machines, and from which', () => {
  const agent = { cpu: 'EPYC', kernel: '6.1' }
  const agents = [
    { ...agent, name: 'load-1', cores: 8, isHere: false },
    { ...agent, name: 'load-2', cores: 2, isHere: true },
  ]
  const report = markdownReporter.render(withEnvironment({ agents }), {})
  expect(report).toContain(
    'Load came from 2 agents at once, and from no generator beside the servers: load-1 (8 cores of EPYC) and load-2 (on the machine of the servers).',
  )
  expect(markdownReporter.render(withEnvironment({}), {})).not.toContain('Load came from')
})
