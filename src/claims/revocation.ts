import { strategiesWith } from '../analysis/reference-session.ts'
import type { MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { enumerateSome, formatDuration } from '../units.ts'
import { type Claim, type Decision, notMeasured, verdictOf } from './claim.ts'
import { titleOf } from './evidence.ts'
import { experimentOf, figureOf } from './figures.ts'

/** So that a token in a blacklist, which is refused, does not contradict the verdict. */
const SUBJECT = 'For a JWT that the server keeps no state for'

/** All of them are in the evidence. */
const NAMED_AT_MOST = 8

export const revocation: Claim = {
  id: 'jwt-revocation',
  text: 'A JWT without state on the server cannot be revoked.',
  from: ['verify', 'revocation'],
  supports: 'Every token that the server keeps no state for is accepted after its logout.',
  refutes: 'None is.',
  judge(results) {
    const afterLogout = (id: string) =>
      results.probes.find(({ strategy }) => strategy === id)?.revokedStatus ?? 0
    const stateless = strategiesWith(results, 'stateless')
    if (stateless.length === 0) {
      const tried = results.strategies.filter(({ state }) => state === 'stateless')
      const lags = lagsOf(results, tried)
      if (lags.length > 0) return judgedByTrials(lags)
      return notMeasured('No stateless strategy was part of the run; add one, such as jwt-hs256.')
    }
    const accepted = stateless.filter(({ id }) => afterLogout(id) === 200)
    const refused = stateless.filter(({ id }) => afterLogout(id) === 401)
    const withState = strategiesWith(results, 'hybrid').filter(({ id }) => afterLogout(id) === 401)
    const names = (ids: readonly { readonly id: string }[]) =>
      enumerateSome(
        ids.map(({ id }) => titleOf(results, id)),
        NAMED_AT_MOST,
      )
    const were = accepted.length === 1 ? 'was' : 'were'
    const open = stateless.filter((each) => !accepted.includes(each) && !refused.includes(each))
    const verdict = verdictOf([
      ...accepted.map(() => 'holds' as const),
      ...refused.map(() => 'fails' as const),
      ...open.map(() => 'open' as const),
    ])
    const life = formatDuration(results.config.ttlSeconds * 1000)
    const evidence = [
      ...stateless,
      ...strategiesWith(results, 'hybrid'),
      ...strategiesWith(results, 'stateful'),
    ].map(({ id, title }) => `${title}: status ${afterLogout(id)} right after its logout.`)
    for (const { info, ms } of lagsOf(results, stateless)) evidence.push(lagSentence(info, ms))
    const remedy =
      withState.length === 0 ? '' : ` With state on the server it is refused: ${names(withState)}.`
    const unclear = open.length === 0 ? '' : ` Neither accepted nor refused after logout: ${names(open)}.`
    const sentences: Readonly<Record<typeof verdict, string>> = {
      supported: `${names(accepted)} ${were} still accepted right after logout, until expiry (a life of ${life} here).`,
      refuted: 'none was still accepted after logout.',
      depends: `${names(accepted)} ${were} still accepted after logout, ${names(refused)} not.`,
      open: 'not every one was judged.',
      'not measured': 'none was judged.',
    }
    return { verdict, why: `${SUBJECT}: ${sentences[verdict]}${unclear}${remedy}`, evidence }
  },
}

interface Lag {
  readonly info: StrategyInfo
  /** The longest of all trials without a fault. */
  readonly ms: number
  readonly trials: number
}

/** How long credentials were accepted after their logout, of those that the experiment tried. */
function lagsOf(results: MeasuredResults, strategies: readonly StrategyInfo[]): readonly Lag[] {
  const experiment = experimentOf(results, 'revocation')
  return strategies.flatMap((info) => {
    const figure = experiment === null ? null : figureOf(experiment, 'lag.max', info.id, { fault: 'none' })
    return figure === null ? [] : [{ info, ms: figure.estimate.value, trials: figure.estimate.rounds }]
  })
}

const lagSentence = ({ title }: StrategyInfo, ms: number): string =>
  ms === 0
    ? `${title}: no request that was sent after the logout was accepted.`
    : `${title}: accepted for up to ${formatDuration(ms)} after its logout.`

const trialsOf = (lags: readonly Lag[]) => lags.reduce((sum, { trials }) => sum + trials, 0)

const outlived = ({ ms }: Lag): Decision => (ms > 0 ? 'holds' : 'fails')

function judgedByTrials(lags: readonly Lag[]): ReturnType<Claim['judge']> {
  const longest = Math.max(...lags.map(({ ms }) => ms))
  const of = (wanted: Decision) =>
    enumerateSome(
      lags.filter((lag) => outlived(lag) === wanted).map(({ info }) => info.title),
      NAMED_AT_MOST,
    )
  const verdict = verdictOf(lags.map(outlived))
  const trials = `in ${trialsOf(lags)} trials of the experiment revocation`
  return {
    verdict,
    why:
      verdict === 'refuted'
        ? `${SUBJECT}: ${trials} none was accepted after its logout.`
        : `${SUBJECT}: ${trials} ${of('holds')} was accepted for up to ${formatDuration(longest)} after its logout, until it expired${verdict === 'depends' ? `; ${of('fails')} was not` : ''}.`,
    evidence: lags.map(({ info, ms }) => lagSentence(info, ms)),
  }
}

/** The refresh token is ended at once; the access token that was given with it is not. */
export const accessTokenOutlives: Claim = {
  id: 'access-token-outlives-revocation',
  text: 'A refresh token can be revoked, but its access token still works until it expires.',
  from: ['revocation'],
  supports: 'Every access token is accepted after the logout that ended its refresh token.',
  refutes: 'None is.',
  judge(results) {
    const refreshing = results.strategies.filter(
      ({ refreshes, revocation: { effect } }) => refreshes && effect === 'at-expiry',
    )
    const lags = lagsOf(results, refreshing)
    if (lags.length === 0) {
      return notMeasured(
        'No strategy with refresh tokens was revoked under trial: `authbench run --scenarios revocation --strategies jwt-refresh`.',
      )
    }
    return judgedByRefresh(lags)
  },
}

function judgedByRefresh(lags: readonly Lag[]): ReturnType<Claim['judge']> {
  const longest = Math.max(...lags.map(({ ms }) => ms))
  return {
    verdict: verdictOf(lags.map(outlived)),
    why:
      longest === 0
        ? `In ${trialsOf(lags)} trials no access token was accepted after the logout.`
        : `In ${trialsOf(lags)} trials an access token was accepted for up to ${formatDuration(longest)} after the logout that ended its refresh token. Tokens live 2 s in these trials; with yours it is as long as they live.`,
    evidence: lags.map(({ info, ms }) => lagSentence(info, ms)),
  }
}
