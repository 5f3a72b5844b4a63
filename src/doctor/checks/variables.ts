import { formatList } from '../../units.ts'
import { type DoctorCheck, fine, warn } from '../check.ts'

export const variables: DoctorCheck = {
  id: 'environment',
  title: 'Environment',
  check: ({ node, variables: names }) =>
    names.length === 0
      ? fine(`Node.js ${node}, with no variable that alters it`)
      : warn(
          `Node.js ${node}; ${formatList(names)} ${names.length === 1 ? 'alters' : 'alter'} Node.js or what it loads`,
          `env ${names.map((name) => `-u ${name}`).join(' ')} npm run authbench -- run`,
        ),
}
