import { type Group, ranked } from '../groups/group.ts'
import type { BarChart } from '../model.ts'
import { sizeTitle } from '../words/chart-titles.ts'
import { roundsOf } from '../words/phrases.ts'
import { chartRows } from './rows.ts'

/** TCP payload of one packet on Ethernet: 1,500 less 20 of IPv4 and 20 of TCP (RFC 9293 section 3.7.1). */
const SEGMENT_BYTES = 1460

export function headBytesChart(group: Group): BarChart | null {
  const ordered = ranked(group, group.strategies, ({ id }) => group.estimate(id, 'bytes.request_head')?.value)
  const rows = chartRows(ordered, ({ id }) => {
    const estimate = group.estimate(id, 'bytes.request_head')
    return estimate === null ? null : { segments: [{ name: 'request head', estimate }] }
  })
  if (rows.length === 0) return null
  return {
    kind: 'bars',
    id: `request-head-${group.id}`,
    title: sizeTitle(group),
    description:
      'Bytes of request line and headers, credential included. The line marks one full TCP segment.',
    unit: 'B',
    rounds: roundsOf(rows.flatMap(({ segments }) => segments.map(({ estimate }) => estimate))),
    signed: false,
    rows,
    references: [{ value: SEGMENT_BYTES, label: '1 segment' }],
  }
}
