import { z } from 'zod'
import { exactEstimate } from '../results/estimate.ts'
import type { Analysis, ExperimentTable, Figure } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { quantileEstimate } from '../stats/quantile.ts'
import { formatCount, formatDuration, formatList } from '../units.ts'
import { experiment } from './experiment.ts'

/** What happened to the other instance while its credentials were revoked. */
export const REVOCATION_FAULTS = ['none', 'link lost', 'restarted'] as const

const observationSchema = z.discriminatedUnion('kind', [
  /** One revoked credential on one instance. */
  z.object({
    kind: z.literal('lag'),
    strategy: z.string(),
    instances: z.int().positive(),
    fault: z.enum(REVOCATION_FAULTS),
    /** 0 took the logout. */
    node: z.int().nonnegative(),
    /** From the answer to the logout until the last request was sent that was still accepted; 0: none was. */
    lagMs: z.number().nonnegative(),
    /** From the answer to the logout until the first request was sent that was refused. */
    refusedMs: z.number(),
    /** Of the credential, where nothing but its expiry ends it. */
    lifeMs: z.number().positive().nullable(),
  }),
  /** Every session of one user ended at once. */
  z.object({
    kind: z.literal('everywhere'),
    strategy: z.string(),
    sessions: z.int().positive(),
    ms: z.number().nonnegative(),
    commands: z.int().nonnegative().nullable(),
    /** Credentials of the user that were accepted afterwards. */
    left: z.int().nonnegative(),
  }),
])
export type RevocationObservation = z.infer<typeof observationSchema>
type Lag = Extract<RevocationObservation, { kind: 'lag' }>

/** Milliseconds within which a revoked credential has to be refused; null: not before it expires. */
export function boundMs({ revocation }: StrategyInfo): number | null {
  if (revocation.effect === 'immediate') return 0
  return revocation.effect === 'within' ? revocation.ms : null
}

const placeOf = ({ instances, fault }: Lag): string =>
  `${formatCount(instances, 'instance')}, ${fault === 'none' ? 'no fault' : fault}`

function lagFigures(info: StrategyInfo, lags: readonly Lag[]): readonly Figure[] {
  const byPlace = Map.groupBy(lags, placeOf)
  return [...byPlace.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const place = {
      subject: info.id,
      label: info.title,
      params: { instances: first.instances, fault: first.fault },
      unit: 'ms',
    }
    const values = group.map(({ lagMs }) => lagMs)
    return [
      { ...place, id: 'lag.p50', title: 'Lag, median', estimate: quantileEstimate(values, 0.5) },
      { ...place, id: 'lag.p90', title: 'Lag, p90', estimate: quantileEstimate(values, 0.9) },
      {
        ...place,
        id: 'lag.max',
        title: 'Lag, longest',
        estimate: exactEstimate(Math.max(...values), values.length),
      },
    ]
  })
}

function everywhereFigures(info: StrategyInfo, own: readonly RevocationObservation[]): readonly Figure[] {
  return own.flatMap((each) => {
    if (each.kind !== 'everywhere') return []
    const place = { subject: info.id, label: info.title, params: { sessions: each.sessions } }
    return [
      {
        ...place,
        id: 'everywhere.ms',
        title: 'Logout everywhere',
        unit: 'ms',
        estimate: exactEstimate(each.ms, 1),
      },
      ...(each.commands === null
        ? []
        : [
            {
              ...place,
              id: 'everywhere.commands',
              title: 'Redis commands',
              unit: '1/logout',
              estimate: exactEstimate(each.commands, 1),
            },
          ]),
    ]
  })
}

/** A request that was sent after the bound and still accepted: the clock that says so is that of the sender, before the server's. */
function brokenBy(info: StrategyInfo, own: readonly RevocationObservation[]): readonly string[] {
  const bound = boundMs(info)
  const late = own.filter((each) => each.kind === 'lag' && bound !== null && each.lagMs > bound)
  const left = own.flatMap((each) => (each.kind === 'everywhere' && each.left > 0 ? [each.left] : []))
  const worst = Math.max(0, ...late.map((each) => (each.kind === 'lag' ? each.lagMs : 0)))
  return [
    ...(late.length === 0 || bound === null
      ? []
      : [
          `${info.title} accepted a revoked credential ${formatDuration(worst)} after its logout; it promises ${bound === 0 ? 'to refuse it at once' : formatDuration(bound)}. This happened in ${late.length} of ${own.length} observations.`,
        ]),
    ...(left.length === 0
      ? []
      : [`${info.title} accepted credentials after a logout everywhere: up to ${Math.max(...left)}.`]),
  ]
}

const lagsOf = (info: StrategyInfo, observations: readonly RevocationObservation[]): readonly Lag[] =>
  observations.flatMap((each) => (each.kind === 'lag' && each.strategy === info.id ? [each] : []))

function lagTable(
  observed: readonly StrategyInfo[],
  observations: readonly RevocationObservation[],
): ExperimentTable {
  const rows = observed.flatMap((info) => {
    const byPlace = Map.groupBy(lagsOf(info, observations), placeOf)
    const bound = boundMs(info)
    return [...byPlace].map(([place, group]) => {
      const values = group.map(({ lagMs }) => lagMs)
      return [
        info.title,
        place,
        quantileEstimate(values, 0.5),
        quantileEstimate(values, 0.9),
        exactEstimate(Math.max(...values), values.length),
        bound === null ? 'until it expires' : bound === 0 ? 'at once' : formatDuration(bound),
        `${values.length}`,
      ]
    })
  })
  const lives = [
    ...new Set(observed.flatMap((info) => lagsOf(info, observations).flatMap(({ lifeMs }) => lifeMs ?? []))),
  ]
  return {
    caption: 'How long a revoked credential is still accepted',
    columns: [
      { title: 'Strategy', unit: null },
      { title: 'Where', unit: null },
      { title: 'Median', unit: 'ms' },
      { title: 'p90', unit: 'ms' },
      { title: 'Longest', unit: 'ms' },
      { title: 'Promise', unit: null },
      { title: 'Trials', unit: null },
    ],
    rows,
    note: `From the answer to the logout until the last request was sent that was still accepted, on every instance.${lives.length === 0 ? '' : ` Tokens without state live ${formatList(lives.map(formatDuration))} here, so that their rest of life is seen.`}`,
  }
}

function analyse(
  observations: readonly RevocationObservation[],
  strategies: readonly StrategyInfo[],
): Analysis {
  const observed = strategies.filter(({ id }) => observations.some(({ strategy }) => strategy === id))
  const ownOf = ({ id }: StrategyInfo) => observations.filter(({ strategy }) => strategy === id)
  const broken = observed.flatMap((info) => brokenBy(info, ownOf(info)))
  const promising = observed.filter((info) => boundMs(info) !== null)
  const worst = promising
    .map((info) => ({ info, lag: Math.max(0, ...lagsOf(info, observations).map(({ lagMs }) => lagMs)) }))
    .toSorted((a, b) => b.lag - a.lag)[0]
  const everywhere = observations.some(({ kind }) => kind === 'everywhere')
  return {
    answer:
      worst === undefined
        ? []
        : [
            broken.length === 0
              ? `Every strategy that promises to refuse a revoked credential kept its promise; the longest took ${formatDuration(worst.lag)} (${worst.info.title}).`
              : `${broken.length === 1 ? 'One promise was' : `${broken.length} promises were`} not kept.`,
          ],
    figures: observed.flatMap((info) => [
      ...lagFigures(info, lagsOf(info, observations)),
      ...everywhereFigures(info, ownOf(info)),
    ]),
    tables: [
      lagTable(observed, observations),
      ...(everywhere
        ? [
            {
              caption: 'Logout everywhere',
              columns: [
                { title: 'Strategy', unit: null },
                { title: 'Sessions of the user', unit: null },
                { title: 'Time', unit: 'ms' },
                { title: 'Redis commands', unit: null },
              ],
              rows: observed.flatMap((info) =>
                ownOf(info).flatMap((each) =>
                  each.kind === 'everywhere'
                    ? [[info.title, `${each.sessions}`, exactEstimate(each.ms, 1), `${each.commands ?? '–'}`]]
                    : [],
                ),
              ),
              note: 'One logout each.',
            },
          ]
        : []),
    ],
    charts:
      promising.length === 0
        ? []
        : [
            {
              kind: 'bars',
              id: 'lag',
              title: 'How long a revoked credential is still accepted',
              description: 'The longest of all trials, faults included, on any instance.',
              unit: 'ms',
              rows: promising
                .map((info) => ({ info, lags: lagsOf(info, observations) }))
                .filter(({ lags }) => lags.length > 0)
                .map(({ info, lags }) => ({
                  label: info.title,
                  state: info.state,
                  segments: [
                    {
                      name: 'longest',
                      estimate: exactEstimate(Math.max(...lags.map(({ lagMs }) => lagMs)), lags.length),
                    },
                  ],
                })),
              references: [],
            },
          ],
    ...(broken.length === 0 ? {} : { broken: [...broken] }),
  }
}

export const revocation = experiment({
  title: 'From logout to refusal',
  question:
    'How long is a credential still accepted after it was revoked, on every instance, under load and with faults?',
  observation: observationSchema,
  analyse,
})
