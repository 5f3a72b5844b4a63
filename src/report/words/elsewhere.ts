import type { Results } from '../../results/results.ts'
import { formatNumber } from '../../units.ts'

/** What a reader has to know of a target that was not on this machine; null: there was none. */
export function elsewhereText({ target }: Results['environment']): string | null {
  if (target?.remote === undefined) return null
  const { host, maxRate } = target.remote
  const cpu = target.processes.length === 0 ? 'not measured' : 'what a host read there'
  const at = target.address.includes(host) ? target.address : `${host} at ${target.address}`
  return `The target was another machine (${at}), which got at most ${formatNumber(maxRate)} requests per second: its CPU is ${cpu}, and times contain the way there.`
}
