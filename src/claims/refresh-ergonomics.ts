import type { ExperimentResult } from '../results/experiment.ts'
import { formatCount, formatList } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { experimentOf } from './figures.ts'

const EXPERIMENT = 'refresh-race'
/** What happens to everybody who opens a second tab; answers that are lost are faults, and stay in the evidence. */
const ORDINARY = 'parallel'

interface Rotation {
  readonly title: string
  readonly loggedOut: number
  readonly trials: number
  /** In the other situations. */
  readonly byFaults: number
  readonly faults: number
}

function rotationsOf({ figures }: ExperimentResult): readonly Rotation[] {
  const own = figures.filter(({ id }) => id === 'false-logouts')
  return [...Map.groupBy(own, ({ subject }) => subject).values()].flatMap((same) => {
    const ordinary = same.filter(({ params }) => params.kind === ORDINARY)
    const faults = same.filter(({ params }) => params.kind !== ORDINARY)
    const sum = (some: typeof same, read: (figure: (typeof same)[number]) => number) =>
      some.reduce((total, figure) => total + read(figure), 0)
    const [first] = ordinary
    if (first === undefined) return []
    return [
      {
        title: first.label,
        loggedOut: sum(ordinary, ({ estimate }) => estimate.value),
        trials: sum(ordinary, ({ estimate }) => estimate.rounds),
        byFaults: sum(faults, ({ estimate }) => estimate.value),
        faults: sum(faults, ({ estimate }) => estimate.rounds),
      },
    ]
  })
}

const titles = (rotations: readonly Rotation[]): string => formatList(rotations.map(({ title }) => title))

export const refreshErgonomics: Claim = {
  id: 'refresh-restores-ergonomics',
  text: 'With a refresh token, short access tokens interrupt nobody.',
  from: ['refresh-race'],
  supports: 'Tabs that refresh at once log nobody out, whichever way tokens rotate.',
  refutes: 'They log users out with every rotation.',
  judge(results) {
    const experiment = experimentOf(results, EXPERIMENT)
    const rotations = experiment === null ? [] : rotationsOf(experiment)
    if (rotations.length === 0) {
      return notMeasured(
        `Nobody refreshed in several tabs at once: \`authbench run --scenarios ${EXPERIMENT}\` does.`,
      )
    }
    const interrupting = rotations.filter(({ loggedOut }) => loggedOut > 0)
    const quiet = rotations.filter(({ loggedOut }) => loggedOut === 0)
    const evidence = rotations.map(
      ({ title, loggedOut, trials, byFaults, faults }) =>
        `${title}: tabs that refresh at once log the user out in ${loggedOut} of ${formatCount(trials, 'trial')}, late tabs and lost answers in ${byFaults} of ${faults} (exact counts).`,
    )
    const nobody = `Tabs that refresh at once log nobody out with ${titles(quiet)}.`
    if (interrupting.length === 0) return { verdict: 'supported', why: nobody, evidence }
    const somebody = `Tabs that refresh at once log users out with ${titles(interrupting)}, although nobody stole anything.`
    return quiet.length === 0
      ? { verdict: 'refuted', why: somebody, evidence }
      : {
          verdict: 'depends',
          why: `${nobody} ${somebody} A token that is used twice has to give its successor again for a while.`,
          evidence,
        }
  },
}
