import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

/** What servers of one run prove who they are with. The certificate is all that clients trust. */
export interface ServerIdentity {
  readonly key: string
  readonly certificate: string
}

/** Longer than any run. */
const VALID_MS = 30 * 24 * 60 * 60 * 1000
/** Clocks of containers are set back now and then. */
const EARLIER_MS = 60 * 60 * 1000

/** In as few bytes as it takes (X.690 section 10.1). */
function lengthOf({ length }: Uint8Array): readonly number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

/** DER (X.690): a tag, the length of what it holds, and that. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body)]), body])
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value))
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))

const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'))
const COMMON_NAME = objectId('550403')
const SUBJECT_ALT_NAME = objectId('551d11')
const VERSION_3 = der(0xa0, der(0x02, Buffer.from([2])))
const NAME = sequence(der(0x31, sequence(COMMON_NAME, text(0x0c, 'authbench'))))
const LOOPBACK = '127.0.0.1'

/** GeneralName (RFC 5280 section 4.2.1.6): an address, or a name. */
function generalName(host: string): Buffer {
  if (isIPv4(host)) return der(0x87, Buffer.from(host.split('.').map(Number)))
  return text(0x82, host)
}

const namesOf = (host: string): Buffer =>
  der(
    0xa3,
    sequence(
      sequence(
        SUBJECT_ALT_NAME,
        der(0x04, sequence(...[...new Set([LOOPBACK, 'localhost', host])].map(generalName))),
      ),
    ),
  )

/** `20261129T120000.000Z` without its century: UTCTime, for dates before 2050 (RFC 5280 section 4.1.2.5.1). */
const utcTime = (milliseconds: number): Buffer =>
  text(0x17, `${new Date(milliseconds).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`)

/** An empty line, after a body of whole lines, would make it unreadable for OpenSSL. */
const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`

/**
 * A key on P-256, and a certificate that it signs itself (RFC 5280). Node.js makes none, OpenSSL's program is not on every machine, and
 * packages that can do this bring a dozen others along for 400 bytes that are always of one shape.
 * @param host that it is for, beside the loopback
 */
export function newServerIdentity(now: Date, host: string = LOOPBACK): ServerIdentity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serial = randomBytes(16)
  // Positive, and without a leading zero.
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0)
  const toBeSigned = sequence(
    VERSION_3,
    der(0x02, serial),
    ECDSA_WITH_SHA256,
    NAME,
    sequence(utcTime(now.getTime() - EARLIER_MS), utcTime(now.getTime() + VALID_MS)),
    NAME,
    publicKey.export({ type: 'spki', format: 'der' }),
    namesOf(host),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', toBeSigned, privateKey))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pem(sequence(toBeSigned, ECDSA_WITH_SHA256, signature)),
  }
}
