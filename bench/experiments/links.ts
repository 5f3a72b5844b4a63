import { withRoles } from '../../servers/tokens/default-profile.ts'
import type { LinksObservation } from '../../src/experiments/links/observation.ts'
import { linkTitle } from '../../src/experiments/links.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { LINK_NAMES, linkNamed } from '../../src/worlds/links.ts'
import type { Link } from '../../src/worlds/world.ts'
import { protectedRequest, subjectName } from '../load/http/probe.ts'
import type { Subject } from '../run/equipment.ts'
import type { ExperimentContext, ExperimentRun, Stage } from '../trials/experiment.ts'
import type { ProxyCheck } from '../worlds/held.ts'
import { type DelayProxy, startProxy } from '../worlds/proxy.ts'
import { http1Client, http2Client, type PageClient } from './links/page.ts'
import { eachRepetition, type Patience } from './links/repetitions.ts'

type Context = ExperimentContext<LinksObservation>
type Way = LinksObservation['way']

const WAYS: readonly Way[] = ['http1', 'http2-bearer', 'http2-cookie']
const PAGES = [1, 10, 40]
/** As of what else a page loads from the same host: with the credential, and with an answer that does not repeat its claims. */
const ROUTE = { method: 'GET', path: '/health' } as const
/** Nothing but claims makes a token large. */
const MANY_ROLES = 100
const REPETITIONS = { smoke: 1, short: 6, full: 15 } as const
/** Links on which a millisecond is nothing: their pages may wait for each other's processes. */
const SLOW_FROM_MS = 100
/** Six pages over each way, of which the longest takes seven round trips; and room for a slow machine. */
const limitMs = ({ roundTripMs }: Pick<Link, 'roundTripMs'>): number => 60_000 + 300 * roundTripMs
/** Of a round trip, or what a proxy can hold on any machine. */
const LATE_SHARE = 0.02
const LATE_MS = 0.5
const WRONG_RATE = 0.02
/** Of a page during which the link was not held, because something else needed the processors. */
const TRIES = 5
/** So many lost trials, and the rest of a link is left out. Few, because with those under way at once all links together stay below what ends the experiment. */
const MOST_LOST = 2

/** A strategy with so many roles in its claims, and where its servers are. */
interface Client {
  readonly info: StrategyInfo
  readonly roles: number | null
  readonly ways: readonly { readonly way: Way; readonly port: number; readonly credential: string }[]
}

/** One of each kind, unless the user names some: what a link does to a credential depends on nothing but its size. */
function chosenKinds({ strategies, has }: Context): readonly StrategyInfo[] {
  const able = strategies.filter(({ needs }) => !needs.includes('redis') || has('redis'))
  const firstOf = (family: StrategyInfo['family']) => able.find((strategy) => strategy.family === family)
  return [firstOf('baseline'), firstOf('session'), firstOf('token')].filter((info) => info !== undefined)
}

async function clientOf(context: Context, info: StrategyInfo, roles: number | null): Promise<Client> {
  const redis = info.needs.includes('redis') ? { redis: await context.redis() } : {}
  const token = { ...context.token, claims: withRoles(context.token.claims, roles) }
  const ways = []
  for (const way of WAYS) {
    const transport = way === 'http2-cookie' ? ('cookie' as const) : ('bearer' as const)
    const server: Subject = await context.server(info.id, {
      ...redis,
      token,
      transport,
      ...(way === 'http1' ? {} : { http2: true }),
    })
    const [credential = ''] = await server.issue([subjectName(0)])
    ways.push({ way, port: Number(new URL(server.origin).port), credential })
  }
  return { info, roles, ways }
}

/** What lies between client and server of one way; null: nothing. */
interface Between {
  readonly port: number
  check(): Promise<ProxyCheck | null>
}

async function betweenOf(stage: Stage, link: Link | null, port: number): Promise<Between> {
  if (link === null) return { port, check: async () => null }
  const { roundTripMs, upBitsPerSecond, downBitsPerSecond } = link
  const proxy: DelayProxy = await startProxy(
    { to: { host: '127.0.0.1', port }, roundTripMs, upBitsPerSecond, downBitsPerSecond },
    null,
    stage.signal,
  )
  stage.defer(() => proxy.stop())
  return { port: proxy.port, check: () => proxy.check() }
}

/** Whether the proxy was such a link meanwhile. */
function isHeld({ up, down, unseenMs }: ProxyCheck, link: Link): boolean {
  const lateMs = (up.lateness?.p90 ?? 0) + (down.lateness?.p90 ?? 0) + (unseenMs ?? 0)
  const isRight = (rate: number | null, asked: number) =>
    rate === null || Math.abs(rate / asked - 1) <= WRONG_RATE
  return (
    lateMs <= Math.max(LATE_MS, LATE_SHARE * link.roundTripMs) &&
    isRight(up.bitsPerSecond, link.upBitsPerSecond) &&
    isRight(down.bitsPerSecond, link.downBitsPerSecond)
  )
}

/** A cold page and a warm one, over connections that are opened for them; null: the link was not held. */
async function coldAndWarm(
  page: PageClient,
  between: Between,
  link: Link | null,
  about: Omit<LinksObservation, 'start' | 'milliseconds' | 'upBytes' | 'downBytes'>,
): Promise<readonly LinksObservation[] | null> {
  const observations: LinksObservation[] = []
  try {
    for (const start of ['cold', 'warm'] as const) {
      await between.check()
      const milliseconds = await page.load(about.requests)
      const check = await between.check()
      if (check !== null && link !== null && !isHeld(check, link)) return null
      const [upBytes, downBytes] = [check?.up.bytes ?? 0, check?.down.bytes ?? 0]
      observations.push({ ...about, start, milliseconds, upBytes, downBytes })
    }
    return observations
  } finally {
    page.close()
  }
}

/** Cold and warm pages of every length, over every way. */
async function pagesOf(
  { info, roles, ways }: Client,
  link: Link | null,
  betweens: readonly Between[],
  repetition: number,
): Promise<readonly LinksObservation[]> {
  const observations: LinksObservation[] = []
  for (const [index, { way, credential }] of ways.entries()) {
    const between = betweens[index]
    if (between === undefined) continue
    const request = protectedRequest(way === 'http2-cookie' ? 'cookie' : 'bearer', credential, ROUTE)
    for (const requests of PAGES) {
      const about = { link: link?.name ?? null, strategy: info.id, roles, way, requests, repetition }
      let pair: readonly LinksObservation[] | null = null
      for (let tries = 0; pair === null && tries < TRIES; tries += 1) {
        const open = way === 'http1' ? http1Client : http2Client
        pair = await coldAndWarm(open(between.port, request), between, link, about)
      }
      if (pair === null)
        throw new Error(`this machine was too busy to be the link ${linkTitle(link?.name ?? '')}`)
      observations.push(...pair)
    }
  }
  return observations
}

/** A link, or none; and how often this machine may still fail to be it. */
interface Place {
  readonly link: Link | null
  readonly patience: Patience
}

const placeOf = (link: Link | null): Place => ({ link, patience: { left: MOST_LOST } })

/** All pages of one client in one place, behind proxies of its own. @returns whether the place could be had */
async function tryPlace(context: Context, client: Client, { link, patience }: Place): Promise<boolean> {
  const betweens: Between[] = []
  for (const { port } of client.ways) betweens.push(await betweenOf(context, link, port))
  return eachRepetition(REPETITIONS[context.count], patience, (repetition) =>
    context.trial({ limitMs: limitMs(link ?? { roundTripMs: 0 }) }, () =>
      pagesOf(client, link, betweens, repetition),
    ),
  )
}

function leaveOut(context: Context, { link }: Place): void {
  if (link !== null) context.leaveOut(`${linkTitle(link.name)}: this machine was too busy to be such a link.`)
}

export const links: ExperimentRun<LinksObservation> = {
  needs: [],
  uses: ['redis'],
  // Slow links side by side, and each page of the slowest at its own pace.
  expectedMs: (count) => 65_000 * REPETITIONS[count],
  async run(context) {
    const clients: Client[] = []
    for (const info of chosenKinds(context)) {
      clients.push(await clientOf(context, info, null))
      // Only a token carries its claims.
      if (info.family === 'token') clients.push(await clientOf(context, info, MANY_ROLES))
    }
    const places = LINK_NAMES.map((name) => placeOf(linkNamed(name)))
    const [slow, fast] = [true, false].map((isSlow) =>
      places.filter(({ link }) => (link?.roundTripMs ?? 0) >= SLOW_FROM_MS === isSlow),
    )
    const oneByOne = async (some: readonly Place[]) => {
      for (const place of some) {
        const had: boolean[] = []
        for (const client of clients) had.push(await tryPlace(context, client, place))
        if (had.includes(false)) leaveOut(context, place)
      }
    }
    const atOnce = async (some: readonly Place[]) => {
      await Promise.all(
        some.map(async (place) => {
          const had = await Promise.all(clients.map((client) => tryPlace(context, client, place)))
          if (had.includes(false)) leaveOut(context, place)
        }),
      )
    }
    await oneByOne([placeOf(null)])
    context.say('pages without a link are done')
    await atOnce(slow ?? [])
    context.say('slow links are done')
    await oneByOne(fast ?? [])
  },
}
