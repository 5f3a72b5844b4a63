import { exactEstimate } from '../results/estimate.ts'
import type { Analysis, ExperimentTable, Figure } from '../results/experiment.ts'
import { formatDuration } from '../units.ts'
import { experiment } from './experiment.ts'
import { type LeakObservation, leakObservationSchema, THEFTS, theftIds } from './leak/observation.ts'

const MINUTE_MS = 60_000
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS

/** `20 years`, `30 d`, `5 min`. */
export const lifeText = (ms: number): string =>
  ms >= YEAR_MS ? `${Math.round(ms / YEAR_MS)} years` : formatDuration(ms)

interface Row {
  readonly first: LeakObservation
  readonly all: readonly LeakObservation[]
}

/** In the order of thefts. */
const rowsOf = (observations: readonly LeakObservation[]): readonly Row[] =>
  theftIds.flatMap((theft) =>
    [
      ...Map.groupBy(
        observations.filter((each) => each.theft === theft),
        ({ subject }) => subject,
      ).values(),
    ].flatMap((all) => {
      const [first] = all
      return first === undefined ? [] : [{ first, all }]
    }),
  )

/** Trials of one theft differ in nothing; should they, the worst is told. Null: it works on. */
function worksMs({ all }: Row): number | null {
  const ends = all.flatMap((each) => each.worksMs ?? [])
  return ends.length < all.length ? null : Math.max(...ends)
}

/** The latest; null: one of them never. */
function noticedMs({ all }: Row): number | null {
  const moments = all.flatMap((each) => each.noticedMs ?? [])
  return moments.length < all.length ? null : Math.max(...moments)
}

function worksText(row: Row): string {
  const ms = worksMs(row)
  if (ms === null) return `all ${lifeText(row.first.watchedMs)} that it was watched`
  return ms === 0 ? 'never' : lifeText(ms)
}

function noticedText(row: Row): string {
  const ms = noticedMs(row)
  return ms === null ? 'never' : ms === 0 ? 'at its first use' : `after ${lifeText(ms)}`
}

const figuresOf = (rows: readonly Row[]): readonly Figure[] =>
  rows.flatMap((row) => {
    const { first, all } = row
    const place = { subject: first.subject, label: first.title, params: { theft: first.theft } }
    const [works, noticed] = [worksMs(row), noticedMs(row)]
    const count = (values: readonly boolean[]) => exactEstimate(values.filter(Boolean).length, all.length)
    return [
      {
        ...place,
        id: 'noticed',
        title: 'Leaks noticed',
        unit: '',
        estimate: count(all.map((each) => each.noticedMs !== null)),
      },
      {
        ...place,
        id: 'endless',
        title: 'Works as long as it was watched',
        unit: '',
        estimate: count(all.map((each) => each.worksMs === null)),
      },
      // What goes on has no end to tell.
      ...(works === null
        ? []
        : [
            {
              ...place,
              id: 'works',
              title: 'Works for',
              unit: 'min',
              estimate: exactEstimate(works / MINUTE_MS, all.length),
            },
          ]),
      ...(noticed === null
        ? []
        : [
            {
              ...place,
              id: 'noticed-after',
              title: 'Noticed after',
              unit: 'min',
              estimate: exactEstimate(noticed / MINUTE_MS, all.length),
            },
          ]),
    ]
  })

const tableOf = (rows: readonly Row[]): ExperimentTable => ({
  caption: 'How long a copy works, and when it is noticed',
  columns: [
    { title: 'What was copied', unit: null },
    { title: 'Of', unit: null },
    { title: 'Works for', unit: null },
    { title: 'Noticed', unit: null },
  ],
  rows: rows.map((row) => [THEFTS[row.first.theft], row.first.title, worksText(row), noticedText(row)]),
  note: 'By the clock of the servers, which the experiment moves. The user logs out after 8 h, but for where it says otherwise. Noticed: the server told the copy from the original, or ended the family of a refresh token that was used twice.',
})

function analyse(observations: readonly LeakObservation[]): Analysis {
  const rows = rowsOf(observations)
  if (rows.length === 0) return { answer: [], figures: [], charts: [] }
  const late = observations.filter(
    ({ worksMs: ms, promisedMs }) => promisedMs !== null && (ms === null || ms > promisedMs),
  )
  return {
    answer: rows.map((row) => {
      const works = worksMs(row) === 0 ? 'never works' : `works for ${worksText(row)}`
      return `A copy of ${THEFTS[row.first.theft]} ${works}; noticed: ${noticedText(row)}.`
    }),
    figures: [...figuresOf(rows)],
    tables: [tableOf(rows)],
    charts: [],
    broken: [
      ...new Set(
        late.map(
          ({ title, theft, promisedMs }) =>
            `${title}: a copy of ${THEFTS[theft]} worked${promisedMs === 0 ? '' : ` for longer than ${lifeText(promisedMs ?? 0)}`}`,
        ),
      ),
    ],
  }
}

export const leak = experiment({
  title: 'Leaked credentials',
  question: 'How long does a stolen credential work, and who notices?',
  observation: leakObservationSchema,
  analyse,
})
