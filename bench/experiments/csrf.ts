import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isStrategyId, STRATEGIES } from '../../servers/registry.ts'
import {
  ATTACKERS,
  ATTACKS,
  type CsrfObservation,
  DEFENCES,
  type Defence,
  SAME_SITE,
  type SameSite,
} from '../../src/experiments/csrf/observation.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { formatList } from '../../src/units.ts'
import type { ExperimentContext, ExperimentRun, Stage } from '../trials/experiment.ts'
import { programOf } from '../trials/programs.ts'
import { oneOfEach } from '../trials/registered.ts'
import { type Browser, openBrowser } from '../worlds/browser.ts'
import { type Attempted, arrivesLoggedIn, attempt, logIn, ownTransfer, type Scene } from './csrf/attempts.ts'

/** A dozen pages in a browser, on a machine that does other things as well. */
const LIMIT_MS = 180_000
const PLAN = {
  smoke: { repeats: 1, sameSite: ['none', 'lax'], defences: ['cookie alone', 'origin check'], blocks: 7 },
  short: { repeats: 1, sameSite: SAME_SITE, defences: DEFENCES, blocks: 101 },
  full: { repeats: 5, sameSite: SAME_SITE, defences: DEFENCES, blocks: 501 },
} as const

type Context = ExperimentContext<CsrfObservation>

/** A browser does not look into a cookie: one strategy of each kind stands for all. */
function subjectsOf(context: Context): readonly StrategyInfo[] {
  const kinds = oneOfEach(context, ({ state }) => state)
  if (kinds.length === 0)
    context.leaveOut('None of the chosen strategies can be run in the site of the experiment here.')
  if (context.count !== 'smoke') return kinds
  const [first, ...others] = kinds
  if (others.length > 0)
    context.leaveOut(`Left to a longer profile: ${formatList(others.map(({ title }) => title))}.`)
  return first === undefined ? [] : [first]
}

/** The same page for whoever asks, under any name. */
async function startHostileSite(stage: Stage): Promise<number> {
  const server = createServer((_request, response) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>win a prize</title><body>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stage.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

interface Setting {
  readonly strategy: string
  readonly sameSite: SameSite
  readonly defence: Defence
}

async function openScene(
  stage: Stage,
  { keys, token, ttlSeconds }: Context,
  { strategy, sameSite, defence }: Setting,
  browser: Browser,
): Promise<Scene> {
  if (!isStrategyId(strategy)) throw new Error(`no strategy '${strategy}'`)
  // Fastify and what strategies load, for whoever runs this and nobody else.
  const [{ startServer }, { newVictim }] = await Promise.all([
    import('../../servers/server.ts'),
    import('./csrf/victim-app.ts'),
  ])
  const victim = newVictim(sameSite, defence)
  const needsRedis = STRATEGIES[strategy].needs.includes('redis')
  const redisUrl = needsRedis ? (await stage.redis()).url : null
  const folder = await stage.folder()
  const starting = startServer(STRATEGIES[strategy], {
    keys,
    token,
    ttlSeconds,
    transport: 'cookie',
    redisUrl,
    keyPrefix: 'authbench:',
    folder,
    authServer: null,
    port: 0,
    now: Date.now,
    app: victim.build,
  })
  const server = await stage.keep(starting, ({ close }) => close())
  return {
    page: await browser.newcomer(),
    victim,
    victimPort: server.port,
    hostilePort: await startHostileSite(stage),
  }
}

async function oneSetting(scene: Scene, setting: Setting): Promise<readonly CsrfObservation[]> {
  await logIn(scene)
  const own = [
    { request: 'form', accepted: await ownTransfer(scene) },
    { request: 'link from elsewhere', accepted: await arrivesLoggedIn(scene) },
  ] as const
  const attacks: CsrfObservation[] = []
  for (const attacker of ATTACKERS) {
    for (const attack of ATTACKS) {
      const found: Attempted = await attempt(attack, attacker, scene)
      attacks.push({ kind: 'attack', ...setting, attacker, attack, ...found })
    }
    // The last attempt may have changed who the browser is.
    await logIn(scene)
  }
  return [...own.map((each): CsrfObservation => ({ kind: 'own', ...setting, ...each })), ...attacks]
}

export const csrf: ExperimentRun<CsrfObservation> = {
  needs: ['chromium'],
  uses: ['redis'],
  appliesTo: ({ state, needs, refreshes }) =>
    (state === 'stateless' || state === 'stateful') &&
    !refreshes &&
    needs.every((need) => need === 'redis' || need === 'memory'),
  expectedMs: (count, strategies) =>
    ({ smoke: 8000, short: 40_000, full: 200_000 })[count] *
    (count === 'smoke' ? 1 : new Set(strategies.map(({ state }) => state)).size),
  async run(context) {
    const { repeats, sameSite, defences, blocks } = PLAN[context.count]
    const program = programOf('chromium')
    if (program === null) return
    const browser = await openBrowser(program, await context.folder())
    context.defer(browser.close)
    context.observe({ kind: 'browser', product: browser.product })
    for (const { id: strategy, title } of subjectsOf(context)) {
      for (let repeat = 0; repeat < repeats; repeat += 1) {
        for (const each of sameSite) {
          for (const defence of defences) {
            const setting = { strategy, sameSite: each, defence }
            await context.trial({ limitMs: LIMIT_MS }, async (stage) =>
              oneSetting(await openScene(stage, context, setting, browser), setting),
            )
          }
          context.say(`${title}, SameSite ${each} is done`)
        }
      }
    }
    const { costOfChecks } = await import('./csrf/cost-of-checks.ts')
    await context.trial({ limitMs: LIMIT_MS }, () => costOfChecks(blocks))
  },
}
