/** One expectation of the security checklist. */
export interface ChecklistItem {
  /** Stable: a letter for the group and a number. */
  readonly id: string
  /** Continues the sentence "the server ...". */
  readonly text: string
  /** Where it is demanded. ASVS is the Application Security Verification Standard 5.0 of OWASP. */
  readonly source: string
}

/** What the letters stand for, in the order of the checklist. */
export const CHECKLIST_GROUPS: Readonly<Record<string, string>> = {
  J: 'signed tokens',
  E: 'encrypted tokens',
  S: 'sessions and logout',
  C: 'cookies and requests',
  R: 'refresh tokens',
  A: 'availability and answers',
}

/** The security checklist, in the order of reports. */
export const CHECKLIST: readonly ChecklistItem[] = [
  item('J01', 'rejects unsigned tokens, whatever the case of "none"', 'RFC 8725 section 3.2'),
  item('J02', 'rejects an HMAC made with a public key as its secret', 'RFC 8725 sections 2.1 and 3.1'),
  item('J03', 'accepts one algorithm for one key', 'RFC 8725 section 3.1; ASVS 9.1.2'),
  item('J04', 'rejects a token that is changed, cut short or signed otherwise', 'RFC 7515 section 5.2'),
  item('J05', 'rejects every other spelling of a valid token', 'RFC 7515 section 2; RFC 4648 section 3.5'),
  item(
    'J06',
    'ignores keys, and addresses of keys, that the token brings',
    'RFC 8725 section 3.10; ASVS 9.1.3',
  ),
  item('J07', 'treats the name of a key as untrusted', 'RFC 8725 section 3.10'),
  item('J08', 'rejects extensions that it does not understand', 'RFC 7515 section 4.1.11'),
  item(
    'J09',
    'rejects an expired token, and one whose expiry is missing or no number',
    'RFC 7519 section 4.1.4',
  ),
  item('J10', 'rejects a token that is not valid yet', 'RFC 7519 sections 4.1.5 and 4.1.6'),
  item('J11', 'rejects a token of another issuer or for another audience', 'RFC 8725 sections 3.8 and 3.9'),
  item('J12', 'rejects a token of another type', 'RFC 9068 section 4; RFC 8725 section 3.11'),
  item('J13', 'requires subject, client, time of issue and id', 'RFC 9068 section 2.2'),
  item(
    'J14',
    'rejects what is too long, too deep or no set of claims',
    'RFC 7519 section 7.2; draft-ietf-oauth-rfc8725bis',
  ),
  item('J15', 'refuses to start with a weak key', 'RFC 7518 sections 3.2 and 3.3; RFC 8725 section 3.5'),
  item('J16', 'knows a revoked token again in every spelling', 'OWASP JWT cheat sheet'),
  item(
    'J17',
    'caches no verdict past expiry, and tells any two tokens apart',
    'RFC 7519 section 4.1.4; CVE-2026-35039',
  ),
  item(
    'J18',
    'refuses no good token while keys rotate, and accepts a withdrawn key no longer than it declares',
    'RFC 8725 section 3.10; OpenID Connect Core section 10.1.1',
  ),
  item(
    'J19',
    'takes no encrypted token for a signed one, nor the reverse',
    'draft-ietf-oauth-rfc8725bis; CVE-2023-51774',
  ),
  item(
    'J20',
    'takes a token that is bound to a key only with a proof by that key, for this request and this token',
    'RFC 9449 sections 4.3 and 7.1',
  ),
  item('J21', 'takes every proof once, and none that is old or from the future', 'RFC 9449 section 11.1'),
  item(
    'E01',
    'bounds what decryption costs: no password-based keys, no compression',
    'RFC 8725 section 3.6; draft-ietf-oauth-rfc8725bis',
  ),
  item('S01', 'gives ids that nobody can guess and that never repeat', 'ASVS 7.2.3'),
  item('S02', 'keeps only the hash of a credential in the store', 'The Copenhagen Book, server-side tokens'),
  item('S03', 'adopts no id that the client chose; a login gives a new one', 'ASVS 7.2.4'),
  item('S04', 'ends a session on the server when its time is over', 'ASVS 7.3.1 and 7.3.2'),
  item(
    'S05',
    'refuses a credential after logout, on every node, within the time that the strategy declares',
    'ASVS 7.4.1',
  ),
  item(
    'S06',
    'ends everything of one subject at a logout everywhere, and nothing of others',
    'ASVS 7.4.2 and 7.4.3',
  ),
  item('S07', 'brings no ended session back by a write that comes late', 'ASVS 7.4.1'),
  item(
    'S08',
    'rejects a changed or forged credential, also at logout',
    'OWASP session management cheat sheet',
  ),
  item('S09', 'ends one session at a logout, and leaves the others of the subject alone', 'ASVS 7.4.1'),
  item(
    'S10',
    'ends sessions in time under load too, when its news of logouts is lost for two seconds',
    'ASVS 7.4.1',
  ),
  item('C01', 'sets a cookie that scripts, other hosts and plain HTTP do not get', 'ASVS 3.3.1 to 3.3.5'),
  item(
    'C02',
    'refuses a change of state that another site asks for',
    'ASVS 3.5.1; OWASP cross-site request forgery cheat sheet',
  ),
  item(
    'C03',
    'lets no other site log in, and no GET change anything',
    'OWASP cross-site request forgery cheat sheet',
  ),
  item(
    'C04',
    'keeps credentials out of addresses, logs and caches',
    'RFC 6750 sections 2.3 and 5.3; RFC 9700 section 4.3.2',
  ),
  item('C05', 'rejects two credentials in one request', 'RFC 6750 section 2'),
  item('R01', 'keeps only the hash of an unguessable refresh token', 'RFC 9700 section 4.14; ASVS 10.4.5'),
  item('R02', 'ends the whole family when a used refresh token comes back', 'RFC 9700 section 4.14.2'),
  item('R03', 'gives parallel refreshes with one token one successor at most', 'RFC 9700 section 4.14.2'),
  item('R04', 'ends a family when its longest life is over, refreshed or not', 'ASVS 10.4.8'),
  item(
    'R05',
    'takes no refresh token for an access token, nor the reverse',
    'RFC 9068 section 4; RFC 6749 section 1.5',
  ),
  item('R06', 'gives nothing more to a subject that was logged out everywhere', 'ASVS 7.4.2'),
  item('A01', 'answers 503 while its store is away, and recovers by itself', 'RFC 9110 section 15.6.4'),
  item('A02', 'answers every bad credential alike, with a challenge and no reason', 'RFC 6750 section 3'),
  item(
    'A03',
    'asks an auth server that knows it, and believes no unknown token',
    'RFC 7662 sections 2.1 and 2.2',
  ),
  item(
    'A04',
    'believes only a status list that is signed, typed and current',
    'draft-ietf-oauth-status-list',
  ),
]

function item(id: string, text: string, source: string): ChecklistItem {
  return { id, text, source }
}
