import type { ExperimentResult } from '../results/experiment.ts'
import type { MeasuredResults } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { formatCount, formatList, formatNumber } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { experimentOf, figureOf } from './figures.ts'

const EXPERIMENT = 'another-server'
const NOT_MEASURED = notMeasured(
  `No service was asked about users of another one: \`authbench run --scenarios ${EXPERIMENT}\` does that.`,
)

interface Count {
  readonly value: number
  readonly of: number
}
const isAll = (count: Count | null): boolean => count !== null && count.value === count.of
const text = ({ value, of }: Count): string => `${formatNumber(value)} of ${formatNumber(of)}`

/** What was counted of one strategy; null: not tried. */
function counts(experiment: ExperimentResult, { id }: StrategyInfo) {
  const count = (figure: string, params: Readonly<Record<string, string>> = {}): Count | null => {
    const found = figureOf(experiment, figure, id, params)
    return found === null ? null : { value: found.estimate.value, of: found.estimate.rounds }
  }
  return {
    served: (phase: string) => count('served', { phase }),
    calls: (phase: string) => count('calls', { phase }),
    forged: (holds: string) => count('forged', { holds }),
    fetches: () => count('fetches'),
  }
}

interface Tried {
  readonly info: StrategyInfo
  readonly of: ReturnType<typeof counts>
}

function triedOf(results: MeasuredResults): readonly Tried[] {
  const experiment = experimentOf(results, EXPERIMENT)
  if (experiment === null) return []
  const named = new Map(results.strategies.map((info) => [info.id, info]))
  return [...new Set(experiment.figures.map(({ subject }) => subject))].flatMap((id) => {
    const info = named.get(id)
    return info === undefined ? [] : [{ info, of: counts(experiment, info) }]
  })
}

const titles = (tried: readonly Tried[]) => formatList(tried.map(({ info }) => info.title))
const present = (sentences: readonly (string | null)[]) => sentences.filter((each) => each !== null)

const forgedSentence = ({ info, of }: Tried): string | null => {
  const holdings = ['the secret', 'public keys', 'the store', 'a right to ask']
  const made = holdings.flatMap((holds) => {
    const count = of.forged(holds)
    return count === null ? [] : [`with ${holds} ${text(count)}`]
  })
  return made.length === 0
    ? null
    : `${info.title}: forged by a service and accepted by others, ${formatList(made)}.`
}

const goneSentence = ({ info, of }: Tried): string | null => {
  const [gone, anew] = [of.served('issuer down'), of.served('restarted')]
  if (gone === null) return null
  const restarted = anew === null ? '' : `; by a service that starts meanwhile ${text(anew)}`
  return `${info.title}: ${text(gone)} served while whoever logged users in is gone${restarted}.`
}

/** Its services have public keys, and nothing that makes credentials. */
const isPublic = ({ of }: Tried) => of.forged('public keys') !== null

function holds({ of }: Tried): boolean {
  const [forged, fetches] = [of.forged('public keys'), of.fetches()]
  const phases = ['others', 'rotation', 'flood'].map(of.served).filter((count) => count !== null)
  // One fetch for each service, however many names are made up.
  const isCalm = fetches === null || fetches.value <= fetches.of
  return forged?.value === 0 && phases.every(isAll) && isAll(of.served('issuer down')) && isCalm
}

export const anotherServerVerifies: Claim = {
  id: 'another-server-verifies',
  text: 'With an asymmetric signature another server can verify a token, without the one that issued it.',
  from: [EXPERIMENT],
  supports:
    'Services with public keys serve every user while the issuer is gone and while keys rotate, fetch keys once however many names are made up, and nothing that they forge is accepted.',
  refutes: 'No such service does.',
  judge(results) {
    const tried = triedOf(results)
    const signed = tried.filter(isPublic)
    if (signed.length === 0) return NOT_MEASURED
    const evidence = [...present(tried.map(goneSentence)), ...present(tried.map(forgedSentence))]
    const failing = signed.filter((each) => !holds(each))
    if (failing.length > 0) {
      return {
        verdict: failing.length === signed.length ? 'refuted' : 'depends',
        why: `Not all that services of these had to serve was served, something that they forged was accepted, or made-up key names had them fetch keys again and again: ${titles(failing)}.`,
        evidence,
      }
    }
    const cold = signed.filter(({ of }) => of.served('restarted')?.value === 0)
    const secret = tried.filter(({ of }) => (of.forged('the secret')?.value ?? 0) > 0)
    return {
      verdict: 'supported',
      why: [
        `Services with public keys (${titles(signed)}) serve every user of others while the issuer is gone, and nothing that they can forge is accepted.`,
        ...(secret.length === 0
          ? []
          : [`Where they share a secret (${titles(secret)}) each can forge for all others.`]),
        ...(cold.length === 0
          ? []
          : [
              `A service that starts while the issuer is away serves nobody until it has its keys: ${titles(cold)}.`,
            ]),
      ].join(' '),
      evidence,
    }
  },
}

export const identifiedWithoutState: Claim = {
  id: 'identified-without-state',
  text: 'A signed token says who the user is, without any state on the server.',
  from: [EXPERIMENT],
  supports:
    'Every token whose key the services have is served by all of them, also by one that has just started, and nobody is asked.',
  refutes: 'No such token is.',
  judge(results) {
    const tried = triedOf(results).filter(({ of }) => of.served('others') !== null)
    const tokens = tried.filter(({ info }) => info.state === 'stateless' && info.needs.length === 0)
    if (tokens.length === 0) return NOT_MEASURED
    const evidence = tried.map(({ info, of }) => {
      const [first, again, anew] = [of.calls('others'), of.calls('again'), of.served('restarted')]
      const asked = [first, again].flatMap((each) =>
        each === null ? [] : [`${formatNumber(each.value)} for ${formatNumber(each.of)} requests`],
      )
      const started = anew === null ? '' : `; a service that has just started serves ${text(anew)}`
      return `${info.title}: calls to an auth server or a store ${formatList(asked)}${started}.`
    })
    // A process that has just started has no state but its key.
    const without = tokens.filter(
      ({ of }) =>
        isAll(of.served('others')) && of.calls('others')?.value === 0 && isAll(of.served('restarted')),
    )
    if (without.length < tokens.length) {
      const others = tokens.filter((each) => !without.includes(each))
      return {
        verdict: without.length === 0 ? 'refuted' : 'depends',
        why: `These asked somebody, or did not serve a user of another service: ${titles(others)}.`,
        evidence,
      }
    }
    return {
      verdict: 'supported',
      why: `${formatCount(without.length, 'token')} (${titles(without)}) told every service who the user is, those that had just started as well, and none of them asked anybody. What a server needs is the key.`,
      evidence,
    }
  },
}
