import { exactEstimate } from '../results/estimate.ts'
import type { Analysis, ExperimentChart, ExperimentTable, Figure } from '../results/experiment.ts'
import type { Estimate } from '../results/results.ts'
import type { StrategyInfo } from '../results/strategy-info.ts'
import { medianEstimate } from '../stats/order-statistic.ts'
import { formatEstimate, formatList } from '../units.ts'
import {
  ATTACKERS,
  ATTACKS,
  type Attack,
  type Attacker,
  type AttackObservation,
  type CsrfObservation,
  csrfObservationSchema,
  DEFENCES,
  type Defence,
  type OwnObservation,
  SAME_SITE,
  type SameSite,
} from './csrf/observation.ts'
import { experiment } from './experiment.ts'

const SAME_SITE_WORDS: Readonly<Record<SameSite, string>> = {
  absent: 'no SameSite',
  none: 'SameSite=None',
  lax: 'SameSite=Lax',
  strict: 'SameSite=Strict',
}
const ATTACKER_WORDS: Readonly<Record<Attacker, string>> = {
  'other site': 'another site',
  sibling: 'a sibling subdomain',
}
const ATTACK_WORDS: Readonly<Record<Attack, string>> = {
  'form post': 'form that posts',
  fetch: 'fetch that posts',
  'fetch json': 'fetch that posts JSON',
  link: 'link to a GET that changes something',
  image: 'image of a GET that changes something',
  login: 'form that logs in as the attacker',
}
const OWN_WORDS: Readonly<Record<OwnObservation['request'], string>> = {
  form: "the user's own form",
  'link from elsewhere': 'link from another site, arrives logged in',
}

interface Outcome {
  readonly accepted: boolean
}
const countOf = (outcomes: readonly Outcome[]) => outcomes.filter(({ accepted }) => accepted).length
const counted = (outcomes: readonly Outcome[]): Estimate => exactEstimate(countOf(outcomes), outcomes.length)
const tally = (outcomes: readonly Outcome[]): string =>
  outcomes.length === 0 ? 'not tried' : `${countOf(outcomes)} of ${outcomes.length}`

const COSTS: Readonly<Record<'origin check' | 'csrf token', string>> = {
  'origin check': 'Check of Sec-Fetch-Site and Origin',
  'csrf token': 'Check of a token that is bound to the session',
}

function figuresOf(
  attacks: readonly AttackObservation[],
  owns: readonly OwnObservation[],
  titleOf: (id: string) => string,
): readonly Figure[] {
  const keyOf = ({ strategy, sameSite, defence }: AttackObservation | OwnObservation) =>
    JSON.stringify([strategy, sameSite, defence])
  const forged = Map.groupBy(attacks, (each) => keyOf(each) + each.attacker)
  const own = Map.groupBy(owns, (each) => keyOf(each) + each.request)
  const figuresOf = <Observed extends AttackObservation | OwnObservation>(
    groups: ReadonlyMap<string, readonly Observed[]>,
    id: string,
    title: string,
    fromOf: (each: Observed) => string,
  ): readonly Figure[] =>
    [...groups.values()].flatMap((same) => {
      const [first] = same
      if (first === undefined) return []
      const { strategy, sameSite, defence } = first
      const params = { sameSite, defence, from: fromOf(first) }
      const place = { subject: strategy, label: titleOf(strategy), params, unit: '' }
      return [{ id, title, ...place, estimate: counted(same) }]
    })
  return [
    ...figuresOf(forged, 'forged', 'Forged requests accepted', ({ attacker }) => attacker),
    ...figuresOf(own, 'own', 'Own requests accepted', ({ request }) => request),
  ]
}

function tableOf(
  defence: Defence,
  attacks: readonly AttackObservation[],
  owns: readonly OwnObservation[],
): ExperimentTable {
  const tried = SAME_SITE.filter((sameSite) => attacks.some((each) => each.sameSite === sameSite))
  const cells = (all: readonly (AttackObservation | OwnObservation)[]) =>
    tried.map((sameSite) =>
      tally(all.filter((each) => each.sameSite === sameSite && each.defence === defence)),
    )
  const rows = ATTACKERS.flatMap((attacker) =>
    ATTACKS.map((attack) => [
      `${ATTACKER_WORDS[attacker]}: ${ATTACK_WORDS[attack]}`,
      ...cells(attacks.filter((each) => each.attacker === attacker && each.attack === attack)),
    ]),
  )
  const own = (['form', 'link from elsewhere'] as const).map((request) => [
    OWN_WORDS[request],
    ...cells(owns.filter((each) => each.request === request)),
  ])
  return {
    caption: `Accepted, ${defence === 'cookie alone' ? 'with the cookie alone' : `with ${defence === 'origin check' ? 'a check of Sec-Fetch-Site and Origin' : 'a CSRF token'}`}`,
    columns: [
      { title: 'What is sent', unit: null },
      ...tried.map((sameSite) => ({ title: SAME_SITE_WORDS[sameSite], unit: null })),
    ],
    rows: [...rows, ...own],
    note: 'Of all trials. The last two rows are what the user wants: there, less is worse. No check looks at a GET, as links from elsewhere have to work; a server whose GETs change nothing has no such row. Third-party cookies are allowed, as in Chrome; browsers that block them send nothing with a fetch or an image from another site. Without SameSite, Chromium sends a fresh cookie with a form post for two minutes.',
  }
}

function chartOf(attacks: readonly AttackObservation[]): ExperimentChart {
  const rows = DEFENCES.flatMap((defence) =>
    SAME_SITE.flatMap((sameSite) => {
      const same = attacks.filter((each) => each.sameSite === sameSite && each.defence === defence)
      if (same.length === 0) return []
      return [
        {
          label: `${SAME_SITE_WORDS[sameSite]}, ${defence}`,
          state: 'unknown' as const,
          segments: ATTACKERS.map((attacker) => {
            const share = (100 * countOf(same.filter((each) => each.attacker === attacker))) / same.length
            return {
              name: `from ${ATTACKER_WORDS[attacker]}`,
              estimate: exactEstimate(share, same.length),
            }
          }),
        },
      ]
    }),
  )
  return {
    kind: 'bars',
    id: 'forged',
    title: 'Forged requests that were accepted',
    description: 'Share of all forged requests, by the cookie and by what the server checks. Less is better.',
    unit: '%',
    rows,
    references: [],
  }
}

function answerOf(
  attacks: readonly AttackObservation[],
  owns: readonly OwnObservation[],
  costs: ReadonlyMap<string, Estimate>,
  product: string,
): readonly string[] {
  const with_ = (defence: Defence, sameSite?: SameSite) =>
    attacks.filter((each) => each.defence === defence && (sameSite ?? each.sameSite) === each.sameSite)
  const isPost = ({ attack }: AttackObservation) => attack !== 'link' && attack !== 'image'
  const alone = SAME_SITE.flatMap((sameSite) => {
    const same = with_('cookie alone', sameSite)
    return same.length === 0 ? [] : [`${tally(same)} with ${SAME_SITE_WORDS[sameSite]}`]
  })
  const checked = (['origin check', 'csrf token'] as const).flatMap((defence) => {
    const posts = with_(defence).filter(isPost)
    const cost = costs.get(defence)
    const price = cost === undefined ? '' : ` for ${formatEstimate(cost, 'ns')} per request`
    return posts.length === 0 ? [] : [`${defence} ${tally(posts)} posts${price}`]
  })
  return [
    ...(alone.length === 0
      ? []
      : [`With the cookie alone a server accepts forged requests from ${product}: ${formatList(alone)}.`]),
    ...SAME_SITE.flatMap((sameSite) => {
      const links = owns.filter(
        (each) => each.sameSite === sameSite && each.request === 'link from elsewhere',
      )
      const lost = links.length - countOf(links)
      if (lost === 0) return []
      return [
        `With ${SAME_SITE_WORDS[sameSite]} a link from another site arrives logged out in ${lost} of ${links.length}.`,
      ]
    }),
    ...(checked.length === 0 ? [] : [`Accepted in spite of a check: ${checked.join('; ')}.`]),
  ]
}

function brokenOf(attacks: readonly AttackObservation[]): readonly string[] {
  const passed = attacks.filter(
    ({ defence, attack, accepted }) =>
      accepted && defence !== 'cookie alone' && attack !== 'link' && attack !== 'image',
  )
  return [...new Set(passed.map(({ defence, attack }) => `A ${ATTACK_WORDS[attack]} passed the ${defence}`))]
}

function analyse(observations: readonly CsrfObservation[], strategies: readonly StrategyInfo[]): Analysis {
  const attacks = observations.filter((each) => each.kind === 'attack')
  const owns = observations.filter((each) => each.kind === 'own')
  const product = observations.find((each) => each.kind === 'browser')?.product ?? 'Chromium'
  const titleOf = (id: string) => strategies.find((strategy) => strategy.id === id)?.title ?? id
  const costs = new Map(
    [
      ...Map.groupBy(
        observations.filter((each) => each.kind === 'cost'),
        ({ check }) => check,
      ),
    ].map(([check, same]) => [check, medianEstimate(same.map(({ nsPerRequest }) => nsPerRequest))] as const),
  )
  return {
    answer: [...answerOf(attacks, owns, costs, product)],
    figures: [
      ...figuresOf(attacks, owns, titleOf),
      ...[...costs].map(
        ([check, estimate]): Figure => ({
          id: 'check',
          title: 'CPU of the check',
          subject: check,
          label: COSTS[check],
          params: {},
          unit: 'ns',
          estimate,
        }),
      ),
    ],
    tables:
      attacks.length === 0
        ? []
        : [
            ...DEFENCES.filter((defence) => attacks.some((each) => each.defence === defence)).map((defence) =>
              tableOf(defence, attacks, owns),
            ),
            {
              caption: 'What the check costs',
              columns: [
                { title: 'Check', unit: null },
                { title: 'CPU per request', unit: null },
              ],
              rows: [...costs].map(([check, estimate]) => [COSTS[check], formatEstimate(estimate, 'ns')]),
              note: 'In a loop of its own, without a request around it. Median of blocks.',
            },
          ],
    charts: attacks.length === 0 ? [] : [chartOf(attacks)],
    broken: [...brokenOf(attacks)],
  }
}

export const csrf = experiment({
  title: 'Cookies and requests from other sites',
  question:
    'Which forged requests does a server with cookies accept from a real browser, and what stops them?',
  observation: csrfObservationSchema,
  analyse,
})
