import type { Advice, Named } from '../../advice/advise.ts'
import type { Line } from '../../advice/described.ts'
import type { Wishes, WishId } from '../../advice/wishes.ts'
import { enumerateSome, formatDuration, formatNumber } from '../../units.ts'
import type { Paint, Style } from './paint.ts'
import { padEnd, shorten, singleLine, wrap } from './width.ts'

const ROWS = 40
const COLUMNS = 100
const MOST_NAMES = 6
const INDENT = 12

export interface AdviceScreen {
  readonly advice: Advice
  readonly wishes: Wishes
  /** Which run it is, and what is to be known of it. */
  readonly origin: string
}

/** Of those that can rule somebody out: beside what they do, and as they were meant. */
const WISHES: Partial<Readonly<Record<WishId, readonly [string, string]>>> = {
  'revoke-within': ['revocation', 'how soon it revokes'],
  services: ['services', 'the services'],
  roles: ['roles', 'the roles'],
  'without-store': ['no store', 'works without the store'],
  transport: ['transport', 'the transport'],
}

function wishesText(wishes: Wishes): string {
  const { revokeWithinMs, redisRttMs, users, requestsPerUser, services, roles, handlerMs, transport } = wishes
  return [
    revokeWithinMs === null
      ? 'revoked when it expires'
      : revokeWithinMs === 0
        ? 'revoked at once'
        : `revoked within ${formatDuration(revokeWithinMs)}`,
    `Redis ${formatNumber(redisRttMs)} ms away`,
    ...(users === null ? [] : [`${formatNumber(users)} users`]),
    ...(requestsPerUser === null ? [] : [`${formatNumber(requestsPerUser)} req/s each`]),
    ...(services === 1 ? [] : [`${formatNumber(services)} services`]),
    ...(roles === 0 ? [] : [`${formatNumber(roles)} more roles`]),
    ...(handlerMs === null ? [] : [`handler ${formatNumber(handlerMs)} ms`]),
    ...(wishes.withoutStore ? ['works without the store'] : []),
    ...(transport === null ? [] : [transport]),
  ].join(', ')
}

const lineText = ({ label, text }: Line) => `${label} ${text}`

/** One screen of 100 x 40: who is named with what was measured, what models add, and why the others are not. */
export function adviceScreen({ advice, wishes, origin }: AdviceScreen, paint: Paint): string {
  const entry = (label: string, text: string, style: Style = 'plain', most = 3): readonly string[] => {
    const lines = wrap(singleLine(text), COLUMNS - INDENT)
    const kept = lines.slice(0, most)
    const last = kept.at(-1) ?? ''
    const shown = lines.length > most ? [...kept.slice(0, -1), shorten(`${last} …`, COLUMNS - INDENT)] : kept
    return shown.map(
      (line, index) => paint('muted', padEnd(index === 0 ? label : '', INDENT)) + paint(style, line),
    )
  }
  const namedLines = ({
    id,
    title,
    because,
    summary,
    measured,
    modelled,
    unknown,
  }: Named): readonly string[] => [
    '',
    paint('strong', shorten(singleLine(`${title} (${id})`), COLUMNS)),
    ...entry('  because', because.join(', '), 'plain', 1),
    ...(advice.named.length < 3 ? entry('  is', summary, 'muted', 2) : []),
    ...entry('  measured', measured.map(lineText).join(' · '), 'plain', 2),
    ...(modelled.length === 0 ? [] : entry('  model', modelled.map(lineText).join(' · '), 'plain', 2)),
    ...(unknown.length === 0 ? [] : entry('  not known', unknown.join('; '), 'warn', 2)),
  ]
  const head = [
    paint('strong', 'Which strategy?'),
    ...entry('wishes', wishesText(wishes)),
    ...entry('run', origin, 'muted', 2),
    ...advice.named.flatMap(namedLines),
    ...(advice.named.length === 0
      ? ['', paint('bad', 'No strategy of this run is known to meet all wishes.')]
      : []),
    '',
  ]
  const others = advice.left.filter(({ id }) => advice.named.every((named) => named.id !== id))
  const rest = [
    ...(others.length === 0
      ? []
      : entry(
          'also left',
          enumerateSome(
            others.map(({ title }) => title),
            MOST_NAMES,
          ),
          'plain',
          2,
        )),
    ...advice.inTheWay.flatMap(({ wish, of }) =>
      entry(
        'without it',
        `only “${WISHES[wish]?.[1] ?? wish}” is in the way of ${enumerateSome(
          of.map(({ title }) => title),
          MOST_NAMES,
        )}`,
      ),
    ),
    ...reasons(advice).flatMap(({ label, text }) => entry(label, text, 'muted', 2)),
    ...dominations(advice).flatMap((text) => entry('outdone', text, 'muted', 2)),
    ...entry('notes', advice.notes.join(' '), 'muted', 3),
  ]
  const room = ROWS - head.length
  const shown =
    rest.length <= room
      ? rest
      : [...rest.slice(0, room - 1), paint('muted', `${padEnd('', INDENT)}and more: --json`)]
  return `${[...head, ...shown].join('\n')}\n`
}

/** Strategies that were ruled out for the same reason stand together. */
function reasons({ ruledOut }: Advice): readonly Line[] {
  const all = ruledOut.flatMap(({ title, unmet }) => unmet.map((each) => ({ ...each, title })))
  return [...Map.groupBy(all, ({ wish, text }) => JSON.stringify([wish, text])).values()].flatMap((same) => {
    const [first] = same
    return first === undefined
      ? []
      : [
          {
            label: WISHES[first.wish]?.[0] ?? first.wish,
            text: `${first.known ? '' : 'not known: '}${first.text}: ${enumerateSome(
              same.map(({ title }) => title),
              MOST_NAMES,
            )}`,
          },
        ]
  })
}

const dominations = ({ dominated }: Advice): readonly string[] =>
  [...Map.groupBy(dominated, ({ by, text }) => `${by.title} (${text})`)].map(
    ([by, out]) =>
      `by ${by}: ${enumerateSome(
        out.map(({ title }) => title),
        MOST_NAMES,
      )}`,
  )
