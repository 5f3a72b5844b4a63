import { THEFTS } from '../experiments/leak/observation.ts'
import { lifeText } from '../experiments/leak.ts'
import type { ExperimentResult, Figure } from '../results/experiment.ts'
import { formatList } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { experimentOf } from './figures.ts'

const EXPERIMENT = 'leak'
const MINUTE_MS = 60_000
const TITLES = new Map<string, string>(Object.entries(THEFTS))

interface Theft {
  readonly title: string
  /** Null: for as long as it was watched. */
  readonly worksMs: number | null
  readonly isNoticed: boolean
}

/** Of one theft, whoever it was tried on. */
function theftOf({ figures }: ExperimentResult, theft: string): Theft | null {
  const own = figures.filter(({ params }) => params.theft === theft)
  const of = (id: string) => own.filter((figure) => figure.id === id)
  const [noticed, endless, works] = [of('noticed'), of('endless'), of('works')]
  if (noticed.length === 0 || endless.length === 0) return null
  const isWhole = ({ estimate }: Figure) => estimate.value === estimate.rounds
  const ends = works.map(({ estimate }) => MINUTE_MS * estimate.value)
  return {
    title: TITLES.get(theft) ?? theft,
    worksMs: endless.some(({ estimate }) => estimate.value > 0) ? null : Math.max(...ends),
    isNoticed: noticed.every(isWhole),
  }
}

function sentenceOf({ title, worksMs, isNoticed }: Theft): string {
  const works =
    worksMs === null
      ? 'works for as long as it was watched'
      : worksMs === 0
        ? 'never works'
        : `works for ${lifeText(worksMs)}`
  return `A copy of ${title} ${works}, and is ${isNoticed ? '' : 'not '}noticed.`
}

export const leakedWithoutExpiry: Claim = {
  id: 'leaked-without-expiry',
  text: 'A leaked token without expiry works for ever, and nobody can tell it from a legitimate one.',
  from: ['leak'],
  supports: 'A copy of it works for as long as it is watched, and nobody notices.',
  refutes: 'It has an end, or shows.',
  judge(results) {
    const experiment = experimentOf(results, EXPERIMENT)
    const endless = experiment === null ? null : theftOf(experiment, 'no expiry')
    if (experiment === null || endless === null) {
      return notMeasured(
        `Nobody used a stolen token: \`authbench run --scenarios ${EXPERIMENT}\` does, by a clock that it moves.`,
      )
    }
    const others = [...TITLES.keys()].flatMap((theft) => theftOf(experiment, theft) ?? [])
    const evidence = others.map(sentenceOf)
    if (endless.worksMs !== null || endless.isNoticed) {
      return {
        verdict: 'refuted',
        why: `${sentenceOf(endless)} A token without expiry has an end after all, or shows.`,
        evidence,
      }
    }
    const noticed = others.filter(({ isNoticed }) => isNoticed)
    const told =
      noticed.length === 0 ? '' : ` What is noticed: ${formatList(noticed.map(({ title }) => title))}.`
    return {
      verdict: 'supported',
      why: `${sentenceOf(endless)} Expiry bounds that and shows nobody either.${told}`,
      evidence,
    }
  },
}
