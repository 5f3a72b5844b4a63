import type { Results } from '../../results/results.ts'
import type { StrategyInfo } from '../../results/strategy-info.ts'
import type { Refusal } from '../../results/world-results.ts'
import { formatList, formatQuantity } from '../../units.ts'
import { worldParamText } from '../../worlds/words.ts'
import { type Group, groupsOf } from '../groups/group.ts'
import { type Block, estimateCell, MISSING, type Section, type TableCell, textCell } from '../model.ts'
import { intervalNote } from '../words/phrases.ts'

/** RFC 6265bis section 5.7, name and value: a browser ignores a longer one. */
const MAX_COOKIE_BYTES = 4096
const COOKIE_NAME_BYTES = '__Host-session'.length
const COLUMNS = ['bytes.credential', 'bytes.request_head', 'cpu.server', 'latency.p50'] as const

const rolesOf = ({ roles }: Group['params']): number => Number(roles)
const rolesText = (roles: number): string => worldParamText('roles', roles) ?? ''
const bytesText = (bytes: number): string => formatQuantity(bytes, 'B')

/** `refused with 400 roles (11,624 B): 401; with 600 roles (17,224 B): 431`; null where it never is. */
function breakSentence(
  results: Results,
  { id, title }: StrategyInfo,
  points: readonly Group[],
  refusals: readonly Refusal[],
): string | null {
  const refused = refusals.filter(({ strategy }) => strategy === id)
  const accepted = points.filter((point) => point.estimate(id, 'bytes.credential') !== null)
  const sizeAt = (point: Group) => point.estimate(id, 'bytes.credential')?.value ?? 0
  const last = accepted.at(-1)
  const good =
    last === undefined
      ? 'never let in'
      : `let in with ${rolesText(rolesOf(last.params))} (${bytesText(sizeAt(last))})`
  const bad = refused.map(
    ({ params, statuses, credentialBytes }) =>
      `${rolesText(rolesOf(params))} (${bytesText(credentialBytes)}): status ${formatList(statuses.map(String))}`,
  )
  const tooLong =
    results.config.transport === 'cookie'
      ? accepted.find((point) => sizeAt(point) + COOKIE_NAME_BYTES > MAX_COOKIE_BYTES)
      : undefined
  const browser =
    tooLong === undefined
      ? []
      : [
          `no browser keeps a cookie of more than ${MAX_COOKIE_BYTES} B (RFC 6265bis), which it is from ${rolesText(rolesOf(tooLong.params))} on`,
        ]
  if (bad.length === 0 && browser.length === 0) return null
  return `${title}: ${[good, ...(bad.length === 0 ? [] : [`refused with ${bad.join(', with ')}`]), ...browser].join('; ')}.`
}

function sizeTable(points: readonly Group[], refusals: readonly Refusal[]): Block {
  const [first] = points
  const strategies = (first?.strategies ?? []).filter(({ state }) => state !== 'none')
  const metrics = COLUMNS.flatMap((id) => first?.metrics.find((metric) => metric.id === id) ?? [])
  const rows = strategies.flatMap((strategy) =>
    points.map((point): { readonly title: string; readonly cells: readonly TableCell[] } => {
      const refusal = refusals.find(
        (each) => each.strategy === strategy.id && rolesOf(each.params) === rolesOf(point.params),
      )
      const answer = refusal === undefined ? '200' : formatList(refusal.statuses.map(String))
      return {
        title: strategy.title,
        cells: [
          textCell(String(rolesOf(point.params))),
          ...metrics.map(({ id }) => {
            const estimate = point.estimate(strategy.id, id)
            return estimate === null ? MISSING : estimateCell(estimate)
          }),
          textCell(answer, refusal === undefined ? 'plain' : 'bad'),
        ],
      }
    }),
  )
  const shown = [strategies[0]?.title, strategies.find(({ state }) => state === 'stateless')?.title]
  return {
    kind: 'table',
    table: {
      caption: 'By the number of roles',
      columns: [
        { title: 'Roles', unit: null },
        ...metrics.map(({ title, unit }) => ({ title, unit })),
        { title: 'Answer', unit: null },
      ],
      rows: rows.map(({ cells }) => cells),
      groups: rows.map(({ title }) => title),
      kept: rows.map(({ title }) => shown.includes(title)),
      note: intervalNote(
        strategies.flatMap(({ id }) => points.flatMap((point) => point.estimate(id, 'cpu.server') ?? [])),
      ),
    },
  }
}

/** What large claims cost, and from where on they are refused. */
export function claimsSizeSection(results: Results): Section | null {
  const points = groupsOf(results).filter(({ params }) => typeof params.roles === 'number')
  const [first] = points
  if (first === undefined) return null
  const refusals = (results.refusals ?? []).filter(({ scenario }) => scenario === first.scenario.id)
  const breaks = first.strategies.flatMap(
    (strategy) => breakSentence(results, strategy, points, refusals) ?? [],
  )
  return {
    id: 'claims-size',
    title: 'With many roles',
    blocks: [
      { kind: 'text', text: first.scenario.question, tone: 'muted' },
      ...(breaks.length === 0
        ? [{ kind: 'text' as const, text: 'Every server let all of these sizes in.', tone: 'plain' as const }]
        : [
            {
              kind: 'list' as const,
              title: 'Where credentials are too large, as the servers answered',
              items: breaks,
            },
          ]),
      sizeTable(points, refusals),
    ],
  }
}
