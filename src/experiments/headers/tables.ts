import type { ExperimentTable } from '../../results/experiment.ts'
import type { Estimate } from '../../results/results.ts'
import { type Counted, estimateOf, OK } from './counted.ts'
import type { Request, Spread } from './observation.ts'

/** What was not accepted says so: its bytes were sent for nothing. */
function cellOf(request: Request | undefined, of: (request: Request) => Spread): string | Estimate {
  if (request === undefined) return '–'
  const estimate = estimateOf(of(request), request.samples)
  return request.status === OK ? estimate : `${estimate.value}, answered ${request.status}`
}

const NOTE = 'In brackets the least and the most: HPACK writes some characters shorter than others.'

export function tablesOf({ requests, strategies, find }: Counted): ExperimentTable[] {
  const roles = [...new Set(requests.map((request) => request.roles))].sort((a, b) => a - b)
  const [least = 0, most = 0] = [roles[0], roles.at(-1)]
  const inRows = strategies.filter(({ id }) => requests.some(({ strategy }) => strategy === id))
  const columns: readonly (readonly [string, Request['transport'], (request: Request) => Spread])[] = [
    ['HTTP/1.1, bearer', 'bearer', ({ http1 }) => http1.up],
    ['HTTP/1.1, cookie', 'cookie', ({ http1 }) => http1.up],
    ['HTTP/2 first, bearer', 'bearer', ({ http2 }) => http2.first.up],
    ['HTTP/2 first, cookie', 'cookie', ({ http2 }) => http2.first.up],
    ['HTTP/2 again, bearer', 'bearer', ({ http2 }) => http2.repeated.up],
    ['HTTP/2 again, cookie', 'cookie', ({ http2 }) => http2.repeated.up],
  ]
  const upTable = (count: number): ExperimentTable => ({
    caption: `Request, ${count} roles in the claims`,
    columns: [{ title: 'Strategy', unit: null }, ...columns.map(([title]) => ({ title, unit: 'B' }))],
    rows: inRows.map(({ id, title }) => [
      title,
      ...columns.map(([, transport, of]) => cellOf(find(id, count, transport), of)),
    ]),
    note: NOTE,
  })
  const sizes: ExperimentTable = {
    caption: 'Request over HTTP/1.1 as a bearer token, by roles in the claims',
    columns: [
      { title: 'Strategy', unit: null },
      ...roles.map((count) => ({ title: `${count} roles`, unit: 'B' })),
    ],
    rows: inRows.map(({ id, title }) => [
      title,
      ...roles.map((count) => cellOf(find(id, count, 'bearer'), ({ http1 }) => http1.up)),
    ]),
    note: '',
  }
  const answers: ExperimentTable = {
    caption: 'Answer, no roles in the claims, bearer',
    columns: [
      { title: 'Strategy', unit: null },
      ...['HTTP/1.1', 'HTTP/2 first', 'HTTP/2 again'].map((title) => ({ title, unit: 'B' })),
    ],
    rows: inRows.map(({ id, title }) => {
      const request = find(id, least, 'bearer')
      return [
        title,
        cellOf(request, ({ http1 }) => http1.down),
        cellOf(request, ({ http2 }) => http2.first.down),
        cellOf(request, ({ http2 }) => http2.repeated.down),
      ]
    }),
    note: 'Head and body; the body repeats the claims, so that it weighs the same for all.',
  }
  if (inRows.length === 0) return []
  return [upTable(least), ...(most === least ? [] : [upTable(most), sizes]), answers]
}
