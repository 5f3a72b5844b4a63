import type { ClaimResult } from '../../results/results.ts'
import { formatCount } from '../../units.ts'
import { EVERYTHING } from '../short-form.ts'
import type { Style } from './paint.ts'
import { type Pen, prose } from './pen.ts'
import { padEnd } from './width.ts'

const CLAIM_STYLES: Readonly<Record<ClaimResult['verdict'], Style>> = {
  supported: 'good',
  refuted: 'bad',
  depends: 'warn',
  'not measured': 'muted',
}

export function claimLines({ text, verdict, why, evidence }: ClaimResult, pen: Pen): readonly string[] {
  const badge = padEnd(verdict, 12)
  const [head = '', ...more] = prose(text, pen, 'strong', ' '.repeat(14))
  return [
    `${pen.paint(CLAIM_STYLES[verdict], badge)}  ${head.slice(14)}`,
    ...more,
    ...prose(why, pen, 'plain', ' '.repeat(14)),
    ...(pen.brief ? [] : evidence).flatMap((line) =>
      prose(line, pen, 'muted', `${' '.repeat(14)}- `, ' '.repeat(16)),
    ),
    '',
  ]
}

/** Only what the run says something about. */
export function someClaims(claims: readonly ClaimResult[], pen: Pen): readonly string[] {
  const measured = claims.filter(({ verdict }) => verdict !== 'not measured')
  const left = claims.length - measured.length
  const more = left === 0 ? '' : `${formatCount(left, 'claim')} not measured. `
  return [
    ...measured.flatMap((claim) => claimLines(claim, pen)),
    ...prose(`${more}Everything, with the evidence, is in ${EVERYTHING}.`, pen, 'muted'),
    '',
  ]
}

const verdictLine = (
  { text, verdict }: Pick<ClaimResult, 'text' | 'verdict'>,
  pen: Pen,
): readonly string[] => {
  const [head = '', ...more] = prose(text, pen, 'plain', ' '.repeat(14))
  return [`${pen.paint(CLAIM_STYLES[verdict], padEnd(verdict, 12))}  ${head.slice(14)}`, ...more]
}

/** What nothing was measured for is counted, or it would hide what was. */
export function verdictLines(claims: readonly ClaimResult[], pen: Pen): readonly string[] {
  const measured = claims.filter(({ verdict }) => verdict !== 'not measured')
  const open = claims.length - measured.length
  const text = `${formatCount(open, 'claim')}. What measures them: \`authbench report --section claims\`.`
  return [
    ...measured.flatMap((claim) => verdictLine(claim, pen)),
    ...(open === 0 ? [] : verdictLine({ text, verdict: 'not measured' }, pen)),
  ]
}
