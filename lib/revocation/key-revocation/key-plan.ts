/** What a person agrees to: that exactly this key is revoked. Plain JSON. */
export interface KeyPlan {
  /** The key that is revoked, and no other. */
  kid: string;
  /** Whether the next key is made the current one before: a current key cannot be revoked. */
  rotatesFirst: boolean;
}
