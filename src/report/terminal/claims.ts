import type { ClaimResult } from '../../results/results.ts'
import { formatCount } from '../../units.ts'
import { byVerdict } from '../sections/claims.ts'
import { EVERYTHING } from '../short-form.ts'
import type { Style } from './paint.ts'
import { type Pen, prose } from './pen.ts'
import { padEnd } from './width.ts'

const CLAIM_STYLES: Readonly<Record<ClaimResult['verdict'], Style>> = {
  supported: 'good',
  refuted: 'bad',
  depends: 'warn',
  open: 'plain',
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
  const { judged, unmeasured } = byVerdict(claims)
  const more = unmeasured.length === 0 ? '' : `${formatCount(unmeasured.length, 'claim')} not measured. `
  return [
    ...judged.flatMap((claim) => claimLines(claim, pen)),
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

export function verdictLines(
  judged: readonly ClaimResult[],
  unmeasured: number,
  pen: Pen,
): readonly string[] {
  const text = `${formatCount(unmeasured, 'claim')}. What measures them: \`authbench report --section claims\`.`
  return [
    ...judged.flatMap((claim) => verdictLine(claim, pen)),
    ...(unmeasured === 0 ? [] : verdictLine({ text, verdict: 'not measured' }, pen)),
  ]
}
