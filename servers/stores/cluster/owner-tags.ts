/**
 * On a cluster, what is touched together has to lie in one slot, and what a client holds has to lead there. So what belongs to an owner
 * begins with the same characters as the owner, and these decide where its key lies.
 */
export interface OwnerTags {
  /** The text as one of the owner's: no longer than it was, and less random by what it takes over. */
  adopt(owner: string, text: string): string
  /** What a key has in front of such a text, or of the owner. */
  tagOf(text: string): string
}

/** More of them than there are slots, in characters of base64url: 18 of the 256 bits of an id. */
const TAG_LENGTH = 3

/** On one server everything lies together, and no byte is spent. */
export const NO_TAGS: OwnerTags = { adopt: (_owner, text) => text, tagOf: () => '' }

export const CLUSTER_TAGS: OwnerTags = {
  adopt: (owner, text) => owner.slice(0, TAG_LENGTH) + text.slice(TAG_LENGTH),
  tagOf: (text) => `{${text.slice(0, TAG_LENGTH)}}`,
}
