import { expect, test } from 'vitest'
import type { Environment } from '../../results.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { htmlReporter } from '../html.ts'
import { markdownReporter } from '../markdown.ts'
import { terminalReporter } from '../terminal.ts'

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
    {},
  )
  expect(report).toContain('127.0.0.1:8120; CPU time of gunicorn (77)')
})

test('a hostile name of a process is text', () => {
  const target = { address: '127.0.0.1:1', processes: [{ pid: 1, name: HOSTILE }] }
  expect(htmlReporter.render(withEnvironment({ target }), {})).not.toContain(HOSTILE)
})

test('processes that are not shown are said to be', () => {
  const target = { address: '127.0.0.1:1', processes: [] }
  expect(markdownReporter.render(withEnvironment({ target }), {})).toContain('CPU time not measured')
})
