import { type DoctorCheck, fine, unknown } from '../check.ts'

export const namespace: DoctorCheck = {
  id: 'namespace',
  title: 'Users',
  check: ({ userNamespace }) =>
    userNamespace
      ? unknown('in a user namespace: of processes outside of it, CPU per request is not measured')
      : fine('no user namespace'),
}
