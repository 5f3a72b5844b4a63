import { exactEstimate } from '../results/estimate.ts'
import type { Analysis, ExperimentChart, ExperimentTable, Figure } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { medianOf } from '../stats/median.ts'
import { medianEstimate } from '../stats/order-statistic.ts'
import { formatEstimate, formatPercent, formatQuantity } from '../units.ts'
import { LINK_NAMES } from '../worlds/links.ts'
import { experiment } from './experiment.ts'
import {
  type Case,
  casesOf,
  errorOf,
  type Found,
  labelOf,
  longestCold,
  withCredential,
} from './links/cases.ts'
import { type LinksObservation, linksObservationSchema, type Way } from './links/observation.ts'

const WAYS: Readonly<Record<Way, string>> = {
  http1: 'HTTP/1.1, 6 connections',
  'http2-bearer': 'HTTP/2, bearer',
  'http2-cookie': 'HTTP/2, cookie',
}
const TITLES: Readonly<Record<string, string>> = {
  edge: 'EDGE',
  '3g': '3G',
  '4g': '4G',
  wifi: 'Wi-Fi',
  lan: 'LAN',
}
export const linkTitle = (name: string): string => TITLES[name] ?? name
/** Pages long enough that a model of bytes and round trips says something about them. */
const MODELLED_FROM = 10
/** What a person notices of a page that loads: Nielsen's limit of what feels instantaneous (Usability Engineering, 1993, section 5.5). */
export const NOTICED_MS = 100

function figuresOf(found: Found): readonly Figure[] {
  return withCredential(found).flatMap(({ pages, link, added, measuredMs, modelMs }) => {
    const [page] = pages
    if (page === undefined) return []
    const { strategy, way, requests, start, roles } = page
    const place = {
      subject: strategy,
      label: labelOf(found.strategies, page),
      params: { link: link.name, way, requests, start, roles: roles ?? 'of the run' },
    }
    const exactly = (value: number) => exactEstimate(value, pages.length)
    return [
      { ...place, id: 'page.added', title: 'Added', unit: 'ms', estimate: added },
      {
        ...place,
        id: 'page.time',
        title: 'Page',
        unit: 'ms',
        estimate: medianEstimate(pages.map(({ milliseconds }) => milliseconds)),
      },
      { ...place, id: 'page.model', title: 'Model', unit: 'ms', estimate: exactly(modelMs) },
      {
        ...place,
        id: 'page.error',
        title: 'Error of the model',
        unit: 'ratio',
        estimate: exactly(modelMs / measuredMs - 1),
      },
    ]
  })
}

function addedTable(found: Found): ExperimentTable | null {
  const shown = longestCold(found)
  const [first] = shown
  if (first === undefined) return null
  return {
    caption: `Added to a page of ${first.pages[0]?.requests ?? 0} requests, cold connections`,
    columns: [
      { title: 'Link', unit: null },
      { title: 'Over', unit: null },
      { title: 'Credential', unit: null },
      { title: 'Added', unit: 'ms' },
      { title: 'Model', unit: 'ms' },
      { title: 'Page', unit: 'ms' },
    ],
    rows: shown.flatMap(({ pages, link, added, addedModelMs, measuredMs }) => {
      const [page] = pages
      if (page === undefined) return []
      const exactly = (value: number) => ({ value, low: value, high: value, rounds: pages.length })
      return [
        [
          linkTitle(link.name),
          WAYS[page.way],
          labelOf(found.strategies, page),
          added,
          exactly(Math.round(addedModelMs * 10) / 10),
          exactly(Math.round(measuredMs * 10) / 10),
        ],
      ]
    }),
    note: 'Against the page without a credential of the same repetition: medians, with 95 % intervals where there are six repetitions. Model: bytes over rate and round trips, beside what the page takes without a link.',
  }
}

function errorTable({ cases }: Found): ExperimentTable | null {
  const groups = Map.groupBy(cases, ({ link, pages }) => JSON.stringify([link.name, pages[0]?.requests]))
  if (groups.size === 0) return null
  const placeOf = (each: Case | undefined) => LINK_NAMES.indexOf(each?.link.name ?? '')
  const ordered = [...groups.values()].toSorted(
    ([a], [b]) => placeOf(a) - placeOf(b) || (a?.pages[0]?.requests ?? 0) - (b?.pages[0]?.requests ?? 0),
  )
  return {
    caption: 'Error of the model against the measured page',
    columns: ['Link', 'Requests', 'Pages', 'Median', 'Largest'].map((title) => ({ title, unit: null })),
    rows: ordered.map((own) => {
      const errors = own.map(errorOf)
      return [
        linkTitle(own[0]?.link.name ?? ''),
        `${own[0]?.pages[0]?.requests ?? ''}`,
        `${own.reduce((sum, { pages }) => sum + pages.length, 0)}`,
        formatPercent(medianOf(errors)),
        formatPercent(Math.max(...errors)),
      ]
    }),
    note: '',
  }
}

function sentencesOf(found: Found): string[] {
  const cold = longestCold(found)
  const told = LINK_NAMES.flatMap((name) => {
    const of = (way: Way) => cold.filter(({ link, pages }) => link.name === name && pages[0]?.way === way)
    const parts = of('http2-bearer').flatMap(({ pages: [page], added }) => {
      if (page === undefined) return []
      const cookie = of('http2-cookie').find(
        ({ pages: [other] }) => other?.strategy === page.strategy && other.roles === page.roles,
      )
      const inCookie =
        cookie === undefined ? '' : ` (in a cookie ${formatEstimate(cookie.added, 'ms', { signed: true })})`
      return [
        `${labelOf(found.strategies, page)} ${formatEstimate(added, 'ms', { signed: true })}${inCookie}`,
      ]
    })
    return parts.length === 0
      ? []
      : [
          `${linkTitle(name)}: to a page of ${cold[0]?.pages[0]?.requests ?? 0} requests over HTTP/2, credentials add ${parts.join('; ')}.`,
        ]
  })
  const errors = found.cases.filter(({ pages }) => (pages[0]?.requests ?? 0) >= MODELLED_FROM).map(errorOf)
  return [
    ...told,
    ...(errors.length === 0
      ? []
      : [
          `The model of bytes and round trips is off by ${formatPercent(medianOf(errors))} (median of ${errors.length} pages of ${MODELLED_FROM} requests or more).`,
        ]),
  ]
}

function chartsOf(found: Found): ExperimentChart[] {
  const shown = longestCold(found).filter(({ pages: [page] }) => page?.way === 'http2-bearer')
  return [
    {
      kind: 'bars',
      id: 'added',
      title: 'Added to the page',
      description: `${shown[0]?.pages[0]?.requests ?? 0} requests over HTTP/2, bearer, cold connection, against no credential. The line marks ${formatQuantity(NOTICED_MS, 'ms')}, which a person begins to notice.`,
      unit: 'ms',
      rows: shown.map(({ pages: [page], link, added }) => ({
        label: page === undefined ? '' : `${linkTitle(link.name)}, ${labelOf(found.strategies, page)}`,
        state: found.strategies.find(({ id }) => id === page?.strategy)?.state ?? ('unknown' as const),
        segments: [{ name: 'added', estimate: added }],
      })),
      references: [{ value: NOTICED_MS, label: 'noticed' }],
    },
  ]
}

function analyse(observations: readonly LinksObservation[], strategies: readonly StrategyInfo[]): Analysis {
  const baseline = strategies.find(({ state }) => state === 'none')?.id ?? null
  const found: Found = { cases: casesOf(observations, baseline), strategies, baseline }
  const tables = [addedTable(found), errorTable(found)]
  return {
    answer: found.cases.length === 0 ? [] : sentencesOf(found),
    figures: [...figuresOf(found)],
    tables: tables.filter((table) => table !== null),
    charts: found.cases.length === 0 ? [] : chartsOf(found),
  }
}

export const links = experiment({
  title: 'Pages over slow links',
  question: 'How much longer does a page take because its requests carry a credential, and is that felt?',
  observation: linksObservationSchema,
  analyse,
})
