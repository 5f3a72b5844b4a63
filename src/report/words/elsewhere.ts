import type { Results } from '../../results/results.ts'
import { formatNumber } from '../../units.ts'

/** What a reader has to know of a target that was not on this machine; null: there was none. */
export function elsewhereText({
  environment,
  rounds,
}: Pick<Results, 'environment' | 'rounds'>): string | null {
  const { target, host: reader } = environment
  if (target?.remote === undefined) return null
  const { host, maxRate } = target.remote
  const isRead = reader !== undefined && rounds.some(({ metric }) => metric === 'cpu.server')
  const cpu = isRead ? `what the host ${reader} read there` : 'not measured'
  const at = target.address.includes(host) ? target.address : `${host} at ${target.address}`
  return `The target was another machine (${at}), which got at most ${formatNumber(maxRate)} requests per second: its CPU is ${cpu}, and times contain the way there.`
}
