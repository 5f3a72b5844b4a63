import { formatList } from '../../units.ts'
import { type DoctorCheck, fine } from '../check.ts'

export const variables: DoctorCheck = {
  id: 'environment',
  title: 'Environment',
  check: ({ node, variables: names }) =>
    names.length === 0
      ? fine(`Node.js ${node}, with no variable that alters it`)
      : fine(
          `Node.js ${node}; ${formatList(names)} ${names.length === 1 ? 'is' : 'are'} not passed on to servers and load generator`,
        ),
}
