import { type Metric, secondsOf } from './metric.ts'

/** The name of the cohort whose requests are good. */
const GOOD = 'valid'

/** Of a load in which not every credential is: what is left for those who may come in. */
export const goodput: Metric = {
  id: 'goodput',
  title: 'Goodput of valid credentials',
  unit: 'rps',
  better: 'higher',
  exact: false,
  minimumRequests: 0,
  read(cell) {
    const cohort = cell.load.cohorts[GOOD]
    return cohort === undefined ? null : cohort.requests / secondsOf(cell)
  },
}
