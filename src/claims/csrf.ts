import { formatCount, formatList } from '../units.ts'
import { type Claim, notMeasured } from './claim.ts'
import { experimentOf } from './figures.ts'

const EXPERIMENT = 'csrf'
/** What the server relies on where it does nothing of its own. */
const ALONE = 'cookie alone'
const NAMES: Readonly<Record<string, string>> = {
  absent: 'no SameSite',
  none: 'SameSite=None',
  lax: 'SameSite=Lax',
  strict: 'SameSite=Strict',
}

export const cookiesAndCsrf: Claim = {
  id: 'cookies-csrf',
  text: 'With cookies you need not care about cross-site request forgery.',
  from: ['csrf'],
  supports: 'The cookie alone stops every forged request of a real browser.',
  refutes: 'Every setting of SameSite lets some of them through.',
  judge(results) {
    const forged = (experimentOf(results, EXPERIMENT)?.figures ?? []).filter(
      ({ id, params }) => id === 'forged' && params.defence === ALONE,
    )
    if (forged.length === 0) {
      return notMeasured(
        'No browser sent forged requests: `authbench run --scenarios csrf` does, where Chromium is there. These servers refuse them by a check of their own (items C02 and C03 of the checklist).',
      )
    }
    const settings = [...Map.groupBy(forged, ({ params }) => String(params.sameSite))].map(
      ([sameSite, figures]) => ({
        name: NAMES[sameSite] ?? sameSite,
        accepted: figures.reduce((sum, { estimate }) => sum + estimate.value, 0),
        sent: figures.reduce((sum, { estimate }) => sum + estimate.rounds, 0),
      }),
    )
    const open = settings.filter(({ accepted }) => accepted > 0)
    const evidence = settings.map(
      ({ name, accepted, sent }) =>
        `${name}, cookie alone: ${accepted} of ${formatCount(sent, 'forged request')} accepted.`,
    )
    const names = formatList(open.map(({ name }) => name))
    if (open.length === 0) {
      return {
        verdict: 'supported',
        why: 'A real browser sent forged requests from other sites, and the cookie alone stopped all of them.',
        evidence,
      }
    }
    return {
      verdict: open.length === settings.length ? 'refuted' : 'depends',
      why: `A real browser sent forged requests from other sites. With the cookie alone the server accepted some of them (${names}).`,
      evidence,
    }
  },
}
