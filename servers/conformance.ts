import type { ConformanceCase } from './conformance/case.ts'
import { cookieCases } from './conformance/cookie-cases.ts'
import { credentialCases } from './conformance/credential-cases.ts'
import { revocationCases } from './conformance/revocation-cases.ts'
import { storeCases } from './conformance/store-cases.ts'
import { type ConformanceEnvironment, openSubject } from './conformance/subject.ts'
import { tokenCases } from './conformance/token-cases.ts'
import type { AuthStrategy } from './contract.ts'

export type { ConformanceCase } from './conformance/case.ts'
export type { ConformanceEnvironment } from './conformance/subject.ts'

/** The security checklist, one case each. */
const CONFORMANCE_CASES: readonly ConformanceCase[] = [
  ...credentialCases,
  ...tokenCases,
  ...revocationCases,
  ...cookieCases,
  ...storeCases,
]

/** Those that the strategy's own declaration calls for. */
export function conformanceCases(strategy: AuthStrategy): readonly ConformanceCase[] {
  return CONFORMANCE_CASES.filter((conformanceCase) => conformanceCase.appliesTo(strategy))
}

/**
 * Runs one case on a fresh server.
 * @throws the broken expectation, usually an AssertionError
 */
export async function runConformanceCase(
  conformanceCase: ConformanceCase,
  strategy: AuthStrategy,
  environment: ConformanceEnvironment,
): Promise<void> {
  const subject = await openSubject(strategy, environment)
  try {
    await conformanceCase.run(subject)
  } finally {
    await subject.close()
  }
}
