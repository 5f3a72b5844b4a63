import { ATTACKS, type Configuration } from '../experiments/forgery/observation.ts'
import type { Figure } from '../results/experiment.ts'
import type { MeasuredResults } from '../results/results.ts'
import { formatCount, formatList, formatNumber } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { experimentOf } from './figures.ts'

const EXPERIMENT = 'forgery'
const KINDS = new Map(Object.entries(ATTACKS))

const countsOf = (results: MeasuredResults): readonly Figure[] =>
  (experimentOf(results, EXPERIMENT)?.figures ?? []).filter(({ id }) => id === 'accepted')
const namesAnother = ({ params }: Figure) => KINDS.get(String(params.attack))?.namesAnother === true
const isForged = ({ params }: Figure) => KINDS.get(String(params.attack))?.withoutKey === true
const isIn =
  (configuration: Configuration) =>
  ({ params }: Figure) =>
    params.configuration === configuration
const accepted = (figures: readonly Figure[]) =>
  figures.reduce((sum, { estimate }) => sum + estimate.value, 0)
const sent = (figures: readonly Figure[]) => figures.reduce((sum, { estimate }) => sum + estimate.rounds, 0)
const tally = (figures: readonly Figure[]) => `${accepted(figures)} of ${formatNumber(sent(figures))}`
const byLibrary = (figures: readonly Figure[]) => [...Map.groupBy(figures, ({ label }) => label)]
/** Titles of the kinds of which one was accepted. */
const kindsOf = (figures: readonly Figure[]): readonly string[] => {
  const open = new Set(
    figures.flatMap(({ params, estimate }) => (estimate.value > 0 ? [String(params.attack)] : [])),
  )
  return [...KINDS].flatMap(([id, { title }]) => (open.has(id) ? [title] : []))
}

const NOT_MEASURED = notMeasured(
  `No hostile tokens were sent: \`authbench run --scenarios ${EXPERIMENT}\` does.`,
)

export const forgedSubject: Claim = {
  id: 'forged-subject',
  text: 'A client cannot put the name of another user into its token.',
  from: ['forgery'],
  supports: 'No library accepts a token that names another user and was made without the key.',
  refutes: 'One accepts such a token.',
  judge(results) {
    const figures = countsOf(results).filter(namesAnother)
    if (figures.length === 0) return NOT_MEASURED
    const evidence = byLibrary(figures).map(
      ([label, own]) => `${label}: ${tally(own)} forged tokens accepted, in all of its configurations.`,
    )
    const open = byLibrary(figures.filter(({ estimate }) => estimate.value > 0))
    // One is enough: whoever has it is everybody.
    if (open.length > 0) {
      return {
        verdict: 'refuted',
        why: `Tokens that name another user, made without the key, were accepted by ${formatList(open.map(([label, own]) => `${label} (${formatList(kindsOf(own))})`))}.`,
        evidence,
      }
    }
    return {
      verdict: 'supported',
      why: `None of ${formatCount(sent(figures), 'token')} that name another user, made without the key, was accepted. That holds as long as the key is secret and strong.`,
      evidence,
    }
  },
}

export const standardIssues: Claim = {
  id: 'libraries-handle-standard-issues',
  text: 'With an up-to-date library the standard issues of tokens are taken care of.',
  from: ['forgery'],
  supports: 'No library accepts a hostile token, called as its documentation shows it.',
  refutes: 'One accepts a token that was made without its key.',
  judge(results) {
    const figures = countsOf(results)
    const readme = figures.filter(isIn('readme'))
    if (readme.length === 0) return NOT_MEASURED
    const options = figures.filter(isIn('options'))
    const ours = figures.filter(isIn('ours'))
    const evidence = byLibrary(readme).map(([label, own]) => {
      const configured = options.filter((figure) => figure.label === label)
      return `${label}: ${tally(own)} hostile tokens accepted as its documentation shows it (${formatCount(kindsOf(own).length, 'kind')}), ${tally(configured)} with every option that it has (${formatCount(kindsOf(configured).length, 'kind')}).`
    })
    const kinds = kindsOf(readme)
    if (kinds.length === 0) {
      return {
        verdict: 'supported',
        why: `As their documentation shows them, ${formatCount(byLibrary(readme).length, 'library', 'libraries')} accepted none of ${formatNumber(sent(readme))} hostile tokens.`,
        evidence,
      }
    }
    // A signature that anybody can make is an issue of the library; what a token has to say is one of whoever uses it.
    if (readme.some((figure) => isForged(figure) && figure.estimate.value > 0)) {
      return {
        verdict: 'refuted',
        why: 'A library, called as its documentation shows it, accepted tokens that were made without its key.',
        evidence,
      }
    }
    const left = kindsOf(options)
    return {
      verdict: 'depends',
      why: `Libraries refuse what is forged. Called as their documentation shows them they accept good signatures under tokens that are not for them (${kinds.join('; ')}). Options close some of it; ${formatCount(left.length, 'kind stays', 'kinds stay')} open with every option set, and ${tally(ours)} tokens with checks of one's own.`,
      evidence,
    }
  },
}
