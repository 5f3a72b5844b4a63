import type { Estimate } from '../../results/estimate.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import { medianOf } from '../../stats/median.ts'
import { medianEstimate } from '../../stats/order-statistic.ts'
import { LINK_NAMES, linkNamed } from '../../worlds/links.ts'
import type { Link } from '../../worlds/world.ts'
import { type LinksObservation, waySchema } from './observation.ts'
import { pageMs } from './page-model.ts'

/** All repetitions of one page. */
export interface Case {
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

export function casesOf(observations: readonly LinksObservation[], baseline: string | null): readonly Case[] {
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

export const errorOf = ({ measuredMs, modelMs }: Case): number => Math.abs(modelMs / measuredMs - 1)

export interface Found {
  readonly cases: readonly Case[]
  readonly strategies: readonly StrategyInfo[]
  readonly baseline: string | null
}

export const labelOf = (
  strategies: readonly StrategyInfo[],
  { strategy, roles }: LinksObservation,
): string => {
  const title = strategies.find(({ id }) => id === strategy)?.title ?? strategy
  return roles === null ? title : `${title}, ${roles} roles`
}

/** Those of a credential; the page without one is what they are compared with. */
export const withCredential = ({ cases, baseline }: Found): readonly Case[] =>
  cases.filter(({ pages }) => pages[0]?.strategy !== baseline)

/** Of the longest page, whose connections have to be opened first; in the order of links, strategies and roles, not in that of their ends. */
export function longestCold(found: Found): readonly Case[] {
  const most = Math.max(...found.cases.map(({ pages }) => pages[0]?.requests ?? 0))
  const ranks = ({ link, pages: [page] }: Case): readonly number[] => [
    LINK_NAMES.indexOf(link.name),
    waySchema.options.indexOf(page?.way ?? 'http1'),
    found.strategies.findIndex(({ id }) => id === page?.strategy),
    page?.roles ?? 0,
  ]
  return withCredential(found)
    .filter(({ pages: [page] }) => page?.requests === most && page.start === 'cold')
    .map((own) => ({ own, ranks: ranks(own) }))
    .toSorted((one, other) => firstDifference(one.ranks, other.ranks))
    .map(({ own }) => own)
}

const firstDifference = (one: readonly number[], other: readonly number[]): number =>
  one.map((rank, index) => rank - (other[index] ?? 0)).find((difference) => difference !== 0) ?? 0
