import { exactEstimate } from '../results/estimate.ts'
import type { Analysis, ExperimentChart, ExperimentTable, Figure } from '../results/experiment.ts'
import { formatCount, formatList, formatNumber } from '../units.ts'
import { experiment } from './experiment.ts'
import {
  ATTACKS,
  type AttackId,
  attackIds,
  CONFIGURATIONS,
  type Configuration,
  type ForgeryObservation,
  forgeryObservationSchema,
  LIBRARIES,
  type Library,
} from './forgery/observation.ts'

const CONFIGURATION_WORDS: Readonly<Record<Configuration, string>> = {
  readme: 'as its documentation first shows it',
  options: 'with every option that it has for it',
  ours: 'with the checks of these servers',
}
const SHORT: Readonly<Record<Configuration, string>> = {
  readme: 'documentation',
  options: 'all options',
  ours: 'own checks',
}

type Cells = readonly ForgeryObservation[]
const sentOf = (cells: Cells): number => cells.reduce((sum, { sent }) => sum + sent, 0)
const acceptedOf = (cells: Cells): number => cells.reduce((sum, { accepted }) => sum + accepted.length, 0)
const kindsOf = (cells: Cells): number =>
  new Set(cells.flatMap(({ attack, accepted }) => (accepted.length > 0 ? [attack] : []))).size
const tally = (cells: Cells): string =>
  cells.length === 0 ? 'not tried' : `${acceptedOf(cells)} of ${formatNumber(sentOf(cells))}`

interface Counted {
  readonly libraries: readonly Library[]
  readonly attacks: readonly AttackId[]
  labelOf(library: Library): string
  find(library: Library | null, configuration: Configuration | null, attack?: AttackId): Cells
}

function count(observations: Cells): Counted {
  const find: Counted['find'] = (ofLibrary, inConfiguration, byAttack) =>
    observations.filter(
      ({ library, configuration, attack }) =>
        (ofLibrary === null || library === ofLibrary) &&
        (inConfiguration === null || configuration === inConfiguration) &&
        (byAttack === undefined || attack === byAttack),
    )
  return {
    libraries: LIBRARIES.filter((library) => find(library, null).length > 0),
    attacks: attackIds.filter((attack) => find(null, null, attack).length > 0),
    labelOf: (library) => `${library} ${find(library, null)[0]?.version ?? ''}`.trim(),
    find,
  }
}

const figuresOf = ({ libraries, attacks, labelOf, find }: Counted): readonly Figure[] =>
  libraries.flatMap((library) =>
    CONFIGURATIONS.flatMap((configuration) =>
      attacks.flatMap((attack): Figure[] => {
        const cells = find(library, configuration, attack)
        if (cells.length === 0) return []
        return [
          {
            id: 'accepted',
            title: 'Hostile tokens accepted',
            subject: library,
            label: labelOf(library),
            params: { configuration, attack },
            unit: '',
            estimate: exactEstimate(acceptedOf(cells), sentOf(cells)),
          },
        ]
      }),
    ),
  )

function tablesOf({ libraries, attacks, labelOf, find }: Counted): readonly ExperimentTable[] {
  const summary: ExperimentTable = {
    caption: 'Hostile tokens accepted, and of how many kinds',
    columns: [
      { title: 'Library', unit: null },
      ...CONFIGURATIONS.map((configuration) => ({ title: SHORT[configuration], unit: null })),
    ],
    rows: libraries.map((library) => [
      labelOf(library),
      ...CONFIGURATIONS.map((configuration) => {
        const cells = find(library, configuration)
        return `${tally(cells)}, ${formatCount(kindsOf(cells), 'kind')}`
      }),
    ]),
    note: 'Of HS256, RS256 and ES256 together. A good token was accepted before and after each kind, or the cell is void. The checklist asks for more than RFC 7519 asks of a library: what is accepted is not always a fault of the library, but always something that whoever uses it has to see to.',
  }
  const details = CONFIGURATIONS.filter((configuration) => acceptedOf(find(null, configuration)) > 0).map(
    (configuration): ExperimentTable => ({
      caption: `Accepted, library ${CONFIGURATION_WORDS[configuration]}`,
      columns: [
        { title: 'What is sent', unit: null },
        ...libraries.map((library) => ({ title: labelOf(library), unit: null })),
      ],
      rows: attacks.map((attack) => [
        `${ATTACKS[attack].item} ${ATTACKS[attack].title}`,
        ...libraries.map((library) => tally(find(library, configuration, attack))),
      ]),
      note: 'The first word is the item of the security checklist.',
    }),
  )
  return [summary, ...details]
}

function chartOf({ libraries, attacks, labelOf, find }: Counted): ExperimentChart {
  return {
    kind: 'bars',
    id: 'accepted',
    title: 'Kinds of hostile tokens of which some were accepted',
    description: `Of ${attacks.length} kinds, by library and by how it is called. Less is better.`,
    unit: '',
    rows: libraries.flatMap((library) =>
      CONFIGURATIONS.flatMap((configuration) => {
        const cells = find(library, configuration)
        if (cells.length === 0) return []
        return [
          {
            label: `${labelOf(library)}, ${SHORT[configuration]}`,
            state: 'stateless' as const,
            segments: [{ name: 'accepted', estimate: exactEstimate(kindsOf(cells), attacks.length) }],
          },
        ]
      }),
    ),
    references: [],
  }
}

function answerOf(counted: Counted): readonly string[] {
  const { libraries, attacks, labelOf, find } = counted
  const naming = attacks
    .filter((attack) => ATTACKS[attack].namesAnother)
    .flatMap((attack) => find(null, null, attack))
  return [
    `Tokens that name another subject, made without the key: ${tally(naming)} accepted, by ${formatCount(libraries.length, 'library', 'libraries')} in all ways of calling them.`,
    ...CONFIGURATIONS.flatMap((configuration) => {
      if (find(null, configuration).length === 0) return []
      const each = libraries.map((library) => {
        const cells = find(library, configuration)
        return `${labelOf(library)} ${tally(cells)}${acceptedOf(cells) === 0 ? '' : ` (${formatCount(kindsOf(cells), 'kind')})`}`
      })
      return [`Hostile tokens accepted, library ${CONFIGURATION_WORDS[configuration]}: ${formatList(each)}.`]
    }),
  ]
}

function analyse(observations: Cells): Analysis {
  if (observations.length === 0) return { answer: [], figures: [], charts: [] }
  const counted = count(observations)
  return {
    answer: [...answerOf(counted)],
    figures: [...figuresOf(counted)],
    tables: [...tablesOf(counted)],
    charts: [chartOf(counted)],
    broken: observations
      .filter(({ configuration, accepted }) => configuration === 'ours' && accepted.length > 0)
      .map(
        ({ library, key, attack, accepted }) =>
          `The checks of these servers with ${library} and ${key} accepted (${ATTACKS[attack].item}): ${formatList(accepted)}`,
      ),
  }
}

export const forgery = experiment({
  title: 'Hostile tokens and libraries',
  question:
    'Which hostile tokens does a library accept, as its documentation shows it and as it can be configured?',
  observation: forgeryObservationSchema,
  analyse,
})
