import type { Reporter } from '../reporter.ts'

/** The results themselves: everything else can be made from this. */
export const jsonReporter: Reporter = {
  id: 'json',
  file: 'results.json',
  render: (results) => `${JSON.stringify(results, null, 2)}\n`,
}
