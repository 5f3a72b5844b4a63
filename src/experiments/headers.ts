import { z } from 'zod'
import type { Analysis, Figure } from '../results/experiment.ts'
import type { Estimate } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { formatQuantity } from '../units.ts'
import { experiment } from './experiment.ts'

const bytesSchema = z.object({ up: z.int().nonnegative(), down: z.int().nonnegative() })

/** One request for one strategy, as it was on the socket. */
const headersObservationSchema = z.object({
  strategy: z.string(),
  /** In the claims of the token or session. */
  roles: z.int().nonnegative(),
  transport: z.enum(['bearer', 'cookie']),
  http1: bytesSchema,
})
export type HeadersObservation = z.infer<typeof headersObservationSchema>

const counted = (value: number): Estimate => ({ value, low: value, high: value, rounds: 1 })

function figuresOf(
  { strategy, roles, transport, http1 }: HeadersObservation,
  label: string,
): readonly Figure[] {
  const place = { subject: strategy, label, params: { roles, transport }, unit: 'B' }
  return [
    { ...place, id: 'http1.up', title: 'HTTP/1.1 up', estimate: counted(http1.up) },
    { ...place, id: 'http1.down', title: 'HTTP/1.1 down', estimate: counted(http1.down) },
  ]
}

function analyse(observations: readonly HeadersObservation[], strategies: readonly StrategyInfo[]): Analysis {
  const infoOf = (id: string) => strategies.find((strategy) => strategy.id === id)
  const plain = observations.filter(({ roles, transport }) => roles === 0 && transport === 'bearer')
  const sorted = plain.toSorted((a, b) => a.http1.up - b.http1.up)
  const [least, most] = [sorted[0], sorted.at(-1)]
  return {
    answer:
      least === undefined || most === undefined
        ? []
        : [
            `Over HTTP/1.1 one request weighs ${formatQuantity(least.http1.up, 'B')} (${infoOf(least.strategy)?.title ?? least.strategy}) to ${formatQuantity(most.http1.up, 'B')} (${infoOf(most.strategy)?.title ?? most.strategy}), counted on the socket.`,
          ],
    figures: observations.flatMap((observation) =>
      figuresOf(observation, infoOf(observation.strategy)?.title ?? observation.strategy),
    ),
    charts: [
      {
        kind: 'bars',
        id: 'http1',
        title: 'Request over HTTP/1.1',
        description: 'Bytes of a request with its credential as a bearer token, no roles in the claims.',
        unit: 'B',
        rows: sorted.map(({ strategy, http1 }) => ({
          label: infoOf(strategy)?.title ?? strategy,
          state: infoOf(strategy)?.state ?? 'unknown',
          segments: [{ name: 'request', estimate: counted(http1.up) }],
        })),
        references: [],
      },
    ],
  }
}

export const headers = experiment({
  title: 'Bytes of every request',
  question: 'How many bytes does each strategy put on the wire, on a first and on a repeated request?',
  observation: headersObservationSchema,
  analyse,
})
