import { attemptsByRound } from '../analysis/subject.ts'
import type { Cell } from '../results/cell.ts'
import { formatCount } from '../units.ts'
import { type Finder, info, warning } from './finding.ts'

/** Invalid cells that a later attempt took the place of, and cells of rounds that no attempt completed. */
function attemptsOf(cells: readonly Cell[]) {
  const groups = attemptsByRound(cells)
  const isRepeated = (cell: Cell, attempts: readonly Cell[]) =>
    cell.state === 'invalid' && attempts.some(({ attempt }) => attempt > cell.attempt)
  const lost = groups.filter((attempts) => !attempts.some(({ state }) => state === 'completed'))
  const failed = lost.filter((attempts) => attempts.some(({ state }) => state === 'failed'))
  return {
    repeated: groups.flatMap((attempts) => attempts.filter((cell) => isRepeated(cell, attempts))),
    failed,
    invalid: lost.filter(
      (attempts) => !failed.includes(attempts) && attempts.some(({ state }) => state === 'invalid'),
    ),
    used: groups.length - lost.length,
  }
}

export const lostCells: Finder = ({ validity: { reasons } }, cells) => {
  const { failed, invalid, used } = attemptsOf(cells)
  const lost = [
    ...(failed.length === 0 ? [] : [`${formatCount(failed.length, 'cell')} failed`]),
    ...(invalid.length === 0 ? [] : [`${formatCount(invalid.length, 'cell')} stayed invalid`]),
  ]
  if (lost.length === 0) return []
  return [
    warning(
      'lost-cells',
      `${lost.join(' and ')}: their rounds count for the other strategies only. ${formatCount(used, 'cell was', 'cells were')} used.${reasons.length === 0 ? '' : ' The reasons are listed under validity.'}`,
      reasons.length === 0 ? null : 'Remove the first cause that is named, then run again.',
    ),
  ]
}

export const repeatedCells: Finder = (_results, cells) => {
  const { repeated, used } = attemptsOf(cells)
  if (repeated.length === 0) return []
  const were = repeated.length === 1 ? 'was' : 'were'
  return [
    info(
      'repeated-cells',
      `${formatCount(repeated.length, 'cell')} ${were} invalid and ${were} measured again right after, no longer alternating with the others. ${formatCount(used, 'cell was', 'cells were')} used.`,
      null,
    ),
  ]
}
