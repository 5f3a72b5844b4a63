import { isSplit, promisesStatelessCore } from '../experiments/split/observation.ts'
import type { Params } from '../results/cell.ts'
import type { ExperimentResult } from '../results/experiment.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { enumerateSome } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { experimentOf, figureOf } from './figures.ts'

const EXPERIMENT = 'split'
const NAMED_AT_MOST = 4
const ALL = 100

/** What a core without state needs: nobody, for every request, whoever is away. There is no tolerance: each of these is counted. */
interface Core {
  readonly info: StrategyInfo
  /** In percent of the requests while Redis was away, and while the authentication API was. */
  readonly servedWithoutRedis: number
  readonly servedWithoutAuthApi: number
  /** Per request. */
  readonly asked: number
  readonly newCoreServes: Readonly<Record<'redis' | 'auth-api', boolean>>
}

function coreOf(experiment: ExperimentResult, info: StrategyInfo): Core | null {
  const value = (id: string, params: Params = {}) =>
    figureOf(experiment, id, info.id, params)?.estimate.value ?? null
  const withoutRedis = value('served.reads', { gone: 'redis' })
  const withoutAuthApi = value('served.reads', { gone: 'auth-api' })
  const commands = value('io.redis-commands')
  const calls = value('io.auth-calls')
  if (withoutRedis === null || withoutAuthApi === null || commands === null || calls === null) return null
  return {
    info,
    servedWithoutRedis: withoutRedis,
    servedWithoutAuthApi: withoutAuthApi,
    asked: commands + calls,
    newCoreServes: {
      redis: value('new-core', { gone: 'redis' }) === 1,
      'auth-api': value('new-core', { gone: 'auth-api' }) === 1,
    },
  }
}

const isFree = ({ servedWithoutRedis, servedWithoutAuthApi, asked }: Core): boolean =>
  servedWithoutRedis === ALL && servedWithoutAuthApi === ALL && asked === 0

const startsAlone = ({ newCoreServes }: Core): boolean => newCoreServes.redis && newCoreServes['auth-api']

function evidenceOf({ info, servedWithoutRedis, servedWithoutAuthApi, asked, newCoreServes }: Core): string {
  const percent = (share: number) => `${Math.round(share)} %`
  const started = newCoreServes.redis
    ? newCoreServes['auth-api']
      ? 'in either case'
      : 'only while the authentication API is there'
    : newCoreServes['auth-api']
      ? 'only while Redis is there'
      : 'in neither case'
  return `${info.title}: the core served ${percent(servedWithoutRedis)} of the requests without Redis and ${percent(servedWithoutAuthApi)} without the authentication API, and asked others ${asked} times per request; a core that was started meanwhile served ${started}.`
}

export const splitApis: Claim = {
  id: 'split-apis',
  text: 'A stateless core API beside a stateful authentication API keeps the core free of state.',
  from: [EXPERIMENT],
  supports:
    'Every core whose tokens are good until they expire serves all requests while Redis, and then the authentication API, is away, and asks nobody for one.',
  refutes: 'None of them does.',
  judge(results) {
    const experiment = experimentOf(results, EXPERIMENT)
    const cores =
      experiment === null ? [] : results.strategies.flatMap((info) => coreOf(experiment, info) ?? [])
    const split = cores.filter(({ info }) => promisesStatelessCore(info))
    if (split.length === 0) {
      return notMeasured(
        'No core ran beside an authentication API: `authbench run --scenarios split` kills both Redis and that API in turn.',
      )
    }
    const titles = (some: readonly StrategyInfo[]) =>
      enumerateSome(
        some.map(({ title }) => title),
        NAMED_AT_MOST,
      )
    const names = (some: readonly Core[]) => titles(some.map(({ info }) => info))
    const free = split.filter(isFree)
    const bound = split.filter((core) => !isFree(core))
    const missing = results.strategies.filter(
      (info) => isSplit(info) && promisesStatelessCore(info) && !split.some((core) => core.info === info),
    )
    if (missing.length > 0 && (free.length === 0 || bound.length === 0)) {
      return notMeasured(
        `Trials of ${titles(missing)} are missing, and would decide: every other core ${bound.length === 0 ? 'was free of state' : 'failed requests, or asked others'}.`,
        cores.map(evidenceOf),
      )
    }
    const late = free.filter((core) => !startsAlone(core))
    const others = cores.filter((core) => !promisesStatelessCore(core.info) && !isFree(core))
    const freely = `With ${names(free)} the core served every request while Redis, and then the authentication API, was away, and asked nobody for any; users stay until their tokens expire.`
    const caveats = [
      ...(late.length === 0
        ? []
        : [` A core that is started in the meantime does not serve with ${names(late)}.`]),
      ...(others.length === 0 ? [] : [` Not so with ${names(others)}.`]),
    ].join('')
    return {
      verdict: bound.length === 0 ? 'supported' : free.length === 0 ? 'refuted' : 'depends',
      why:
        free.length === 0
          ? `With ${names(bound)} the core failed requests, or asked others, though it is said to keep no state.`
          : `${freely}${caveats}${bound.length === 0 ? '' : ` With ${names(bound)} it failed requests or asked others.`}`,
      evidence: cores.map(evidenceOf),
    }
  },
}
