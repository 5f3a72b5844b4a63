import { z } from 'zod'
import { exactEstimate } from '../results/estimate.ts'
import type { Analysis, ExperimentChart, ExperimentTable, Figure } from '../results/experiment.ts'
import type { Estimate } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { medianOf } from '../stats/median.ts'
import { medianEstimate } from '../stats/order-statistic.ts'
import { formatEstimate, formatPercent, formatQuantity } from '../units.ts'
import { LINK_NAMES, linkNamed } from '../worlds/links.ts'
import type { Link } from '../worlds/world.ts'
import { experiment } from './experiment.ts'
import { pageMs } from './page-model.ts'

/** How a page is asked for: the protocol, and over HTTP/2 where the credential travels, which decides whether it is sent again. */
const waySchema = z.enum(['http1', 'http2-bearer', 'http2-cookie'])

/** One page, from the first byte to the last. */
const linksObservationSchema = z.object({
  /** Null: no link, the loopback as it is. */
  link: z.string().nullable(),
  strategy: z.string(),
  /** Null: the claims of the run. */
  roles: z.int().nullable(),
  way: waySchema,
  requests: z.int().positive(),
  start: z.enum(['cold', 'warm']),
  /** Pages of one repetition are compared with each other. */
  repetition: z.int().nonnegative(),
  milliseconds: z.number().positive(),
  /** Through the link; 0 where there is none. */
  upBytes: z.int().nonnegative(),
  downBytes: z.int().nonnegative(),
})
export type LinksObservation = z.infer<typeof linksObservationSchema>
type Way = LinksObservation['way']

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

/** All repetitions of one page. */
interface Case {
  readonly pages: readonly LinksObservation[]
  readonly link: Link
  /** Against the page without a credential. */
  readonly added: Estimate
  readonly measuredMs: number
  readonly modelMs: number
  readonly addedModelMs: number
}

const keyOf = ({ link, strategy, roles, way, requests, start }: LinksObservation): string =>
  JSON.stringify([link, strategy, roles, way, requests, start])

const middleOf = (
  pages: readonly LinksObservation[],
  part: 'milliseconds' | 'upBytes' | 'downBytes',
): number => medianOf(pages.map((page) => page[part]))

/** What the link takes, beside what the same page takes without it. */
function modelOf(pages: readonly LinksObservation[], link: Link, loopback: readonly LinksObservation[]) {
  const [page] = pages
  if (page === undefined || loopback.length === 0) return null
  const { way, requests, start } = page
  const protocol = way === 'http1' ? ('http1' as const) : ('http2' as const)
  const upBytes = middleOf(pages, 'upBytes')
  const downBytes = middleOf(pages, 'downBytes')
  return (
    middleOf(loopback, 'milliseconds') +
    pageMs({ protocol, requests, cold: start === 'cold', upBytes, downBytes }, link)
  )
}

function casesOf(observations: readonly LinksObservation[], baseline: string | null): readonly Case[] {
  const all = Map.groupBy(observations, keyOf)
  const others = (page: LinksObservation, change: Partial<LinksObservation>) =>
    all.get(keyOf({ ...page, ...change })) ?? []
  return [...all.values()].flatMap((pages): readonly Case[] => {
    const [page] = pages
    const link = linkNamed(page?.link ?? '')
    if (page === undefined || link === null || baseline === null) return []
    const bare = others(page, { strategy: baseline, roles: null })
    const modelMs = modelOf(pages, link, others(page, { link: null }))
    const bareMs = modelOf(bare, link, others(page, { link: null, strategy: baseline, roles: null }))
    const differences = pages.flatMap(({ repetition, milliseconds }) => {
      const same = bare.find((other) => other.repetition === repetition)
      return same === undefined ? [] : [milliseconds - same.milliseconds]
    })
    if (modelMs === null || bareMs === null || differences.length === 0) return []
    return [
      {
        pages,
        link,
        added: medianEstimate(differences),
        measuredMs: middleOf(pages, 'milliseconds'),
        modelMs,
        addedModelMs: modelMs - bareMs,
      },
    ]
  })
}

const errorOf = ({ measuredMs, modelMs }: Case): number => Math.abs(modelMs / measuredMs - 1)

interface Found {
  readonly cases: readonly Case[]
  readonly strategies: readonly StrategyInfo[]
  readonly baseline: string | null
}

const labelOf = (strategies: readonly StrategyInfo[], { strategy, roles }: LinksObservation): string => {
  const title = strategies.find(({ id }) => id === strategy)?.title ?? strategy
  return roles === null ? title : `${title}, ${roles} roles`
}

/** Those of a credential; the page without one is what they are compared with. */
const withCredential = ({ cases, baseline }: Found): readonly Case[] =>
  cases.filter(({ pages }) => pages[0]?.strategy !== baseline)

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

/** Of the longest page, whose connections have to be opened first. */
function longestCold(found: Found): readonly Case[] {
  const most = Math.max(...found.cases.map(({ pages }) => pages[0]?.requests ?? 0))
  return withCredential(found).filter(({ pages: [page] }) => page?.requests === most && page.start === 'cold')
}

function addedTable(found: Found): ExperimentTable | null {
  const shown = longestCold(found)
  const [first] = shown
  if (first === undefined) return null
  const ordered = LINK_NAMES.flatMap((name) => shown.filter(({ link }) => link.name === name))
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
    rows: ordered.flatMap(({ pages, link, added, addedModelMs, measuredMs }) => {
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
  const ordered = LINK_NAMES.flatMap((name) => shown.filter(({ link }) => link.name === name))
  return [
    {
      kind: 'bars',
      id: 'added',
      title: 'Added to the page',
      description: `${shown[0]?.pages[0]?.requests ?? 0} requests over HTTP/2, bearer, cold connection, against no credential. The line marks ${formatQuantity(NOTICED_MS, 'ms')}, which a person begins to notice.`,
      unit: 'ms',
      rows: ordered.map(({ pages: [page], link, added }) => ({
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
