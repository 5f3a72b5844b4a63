import type { Block, Section, Table } from './model.ts'

/** Where everything is that short formats leave out. */
export const EVERYTHING = 'report.html'

/** Sections that short formats show; a judged change comes before the answer. */
const FIRST_SCREEN: readonly string[] = ['changes', 'answer']
/** What a run was made for that goes through worlds: short formats show it without its tables. */
export const WORLDS: readonly string[] = ['store-distance', 'handler-work', 'claims-size', 'blacklist-size']

const MOST_SHOWN = 2

/** How a reader of the first screen finds the section of an experiment. */
export const EXPERIMENT_SECTION = 'experiment-'

/** What is kept of rows that say so themselves. */
export const keptOf = <Row extends { readonly kept?: boolean }>(rows: readonly Row[]): readonly Row[] =>
  rows.filter(({ kept }) => kept !== false)

/** A table as short formats show it, and how many rows that leaves out. */
export function keptTable(table: Table): { readonly table: Table; readonly leftOut: number } {
  const { kept, groups, rows } = table
  const isKept = (index: number) => kept?.[index] ?? true
  const shown = rows.filter((_, index) => isKept(index))
  return {
    table: {
      ...table,
      rows: shown,
      ...(groups === undefined ? {} : { groups: groups.filter((_, index) => isKept(index)) }),
    },
    leftOut: rows.length - shown.length,
  }
}

/** Before the row of that place: the name of the group that begins there. */
export const groupBefore = (groups: readonly (string | undefined)[], index: number): string | null => {
  const own = groups[index]
  return own === undefined || own === groups[index - 1] ? null : own
}

/** The first screen without what the report has whole further on. */
export const withoutPreview = (
  section: Section,
  previews: readonly Block['kind'][] = ['table', 'verdicts', 'found'],
): Section =>
  section.id === 'answer'
    ? { ...section, blocks: section.blocks.filter(({ kind }) => !previews.includes(kind)) }
    : section

/** What a run was made for beside its answer: worlds and experiments. */
export const furtherSections = (sections: readonly Section[]): readonly Section[] =>
  sections.filter(({ id }) => WORLDS.includes(id) || id.startsWith(EXPERIMENT_SECTION))

/** Those that short formats only name. */
export function leftOutSections(sections: readonly Section[]): readonly Section[] {
  const further = furtherSections(sections)
  return further.length > MOST_SHOWN ? further : []
}

/** What short formats show. Many worlds and experiments are left out: the claims tell what they decide. */
export function firstScreenOf(sections: readonly Section[]): readonly Section[] {
  const areMany = leftOutSections(sections).length > 0
  return sections.flatMap((section) => {
    if (FIRST_SCREEN.includes(section.id))
      return [withoutPreview(section, areMany ? ['chart', 'found'] : ['chart'])]
    if (areMany || !WORLDS.includes(section.id)) return []
    return [{ ...section, blocks: section.blocks.filter(({ kind }) => kind === 'list' || kind === 'chart') }]
  })
}
