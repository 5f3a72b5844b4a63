import { advise, PARTS } from '../../advice/advise.ts'
import { factsOf } from '../../advice/facts/facts.ts'
import { refusalOf } from '../../advice/facts/refusal.ts'
import { readWishes } from '../../advice/wishes.ts'
import type { Results } from '../../results/results.ts'
import { type Block, type Section, textCell } from '../model.ts'

const DEADLINES = [
  { deadline: 'at-once', text: 'at once' },
  { deadline: '1s', text: '1 s' },
  { deadline: '5s', text: '5 s' },
  { deadline: '5min', text: '5 min' },
  { deadline: 'expiry', text: 'expiry' },
] as const

/** Null: the run names nobody, or has nobody to choose from. */
export function adviceSection(results: Results): Section | null {
  if (refusalOf(results) !== null) return null
  const facts = factsOf(results)
  if (facts.strategies.length < 2) return null
  const answers = DEADLINES.map(({ deadline, text }) => {
    const { wishes } = readWishes({ 'revoke-within': deadline, services: '2' })
    const { named } = advise(facts, wishes, PARTS)
    return {
      text,
      answer: named.map(({ title, because }) => `${title}: ${because.join(', ')}`).join('; '),
    }
  })
  // Deadlines with the same answer are one row.
  const rows = [...Map.groupBy(answers, ({ answer }) => answer)].map(([answer, same]) => [
    textCell([...new Set([same[0]?.text, same.at(-1)?.text])].join(' to ')),
    answer === '' ? textCell('nobody in this run', 'muted') : textCell(answer),
  ])
  const table: Block = {
    kind: 'table',
    table: {
      caption: 'Which strategy for which deadline, where several servers verify',
      columns: [
        { title: 'Revoked within', unit: null },
        { title: 'Strategies, and what they are ahead in', unit: null },
      ],
      rows,
      note: 'Each strategy in this table meets its deadline. One is left out where another is shown to be better in CPU (of server, Redis and auth server), p50, request size or store memory, and worse in none of them. Redis ran on the same machine.',
    },
  }
  return {
    id: 'advice',
    title: 'Which one for you',
    blocks: [
      table,
      {
        kind: 'advice',
        facts,
        command: 'authbench advise --revoke-within 1s --redis-rtt 1ms --users 100000',
      },
    ],
  }
}
